// SPDX-License-Identifier: Apache-2.0
#include "scenarios/netbox_device_types.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "core/input_text.hpp"
#include "scenarios/yaml_document.hpp"
#include "topology/plant/exchange/netbox_values.hpp"

namespace eastwest {

namespace {

std::optional<double> number_of(const YamlValue& value) {
  double number = 0;
  if (!value.is_scalar()) return std::nullopt;
  const auto [end, failure] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
  if (failure != std::errc{} || end != value.text.data() + value.text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

class Reader {
 public:
  Reader(const YamlValue& root, const std::string& file, Diagnostics& diagnostics) : root_(root), diagnostics_(diagnostics) {
    type_.file = file;
  }

  NetBoxDeviceType read() {
    type_.manufacturer = text(root_, "manufacturer", true);
    type_.model = text(root_, "model", true);
    type_.slug = text(root_, "slug", false);
    type_.part_number = text(root_, "part_number", false);
    if (!type_.slug.empty() && type_.slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
      error(*root_.find("slug"), "`slug`: " + quote_input(type_.slug) + " has more than lower case letters, digits, - and _",
            "NetBox would refuse it");
    read_height();
    read_weight();
    if (const YamlValue* depth = root_.find("is_full_depth")) type_.full_depth = depth->text != "false";
    each("interfaces", [&](const YamlValue& item) {
      const YamlValue* management = item.find("mgmt_only");
      type_.components.interfaces.push_back(
          {name(item, interfaces_), text(item, "type", true), management != nullptr && management->text == "true"});
    });
    each("rear-ports", [&](const YamlValue& item) {
      type_.components.rear_ports.push_back({name(item, rear_), text(item, "type", true), count(item, "positions")});
    });
    each("front-ports", [&](const YamlValue& item) {
      type_.components.front_ports.push_back(
          {name(item, front_), text(item, "type", true), text(item, "rear_port", false), count(item, "rear_port_position")});
      if (count(item, "positions") > 1) several_.insert(type_.components.front_ports.back().name);
    });
    each("port-mappings", [&](const YamlValue& item) { map_port(item); });
    each("module-bays", [&](const YamlValue& item) { type_.module_bays.push_back(name(item, bays_)); });
    for (const NetBoxFrontPort& port : type_.components.front_ports)
      if (port.rear_port.empty())
        diagnostics_.warning(root_.place, "front port `" + port.name + "` is mapped to no rear port", "cables at it lead nowhere");
      else if (!rear_.contains(port.rear_port))
        diagnostics_.error(root_.place,
                           "front port `" + port.name + "` is mapped to " + quote_input(port.rear_port) + ", which is no rear port here",
                           "list it under `rear-ports`");
    return std::move(type_);
  }

 private:
  void error(const YamlValue& at, std::string message, std::string remedy) {
    diagnostics_.error(at.place, std::move(message), std::move(remedy));
  }

  std::string text(const YamlValue& map, std::string_view key, bool required) {
    const YamlValue* value = map.find(key);
    if (value != nullptr && value->is_scalar()) return value->text;
    if (value != nullptr && !value->is_null()) error(*value, "`" + std::string(key) + "` must be a text, not " + describe(*value), "");
    else if (required) error(map, "`" + std::string(key) + "` is missing", "the device-type library demands it");
    return "";
  }

  std::uint32_t count(const YamlValue& map, std::string_view key) {
    const YamlValue* value = map.find(key);
    if (value == nullptr || value->is_null()) return 1;
    if (value->is_scalar())
      if (const auto number = whole_number(value->text, 1, kNetBoxPositions)) return static_cast<std::uint32_t>(*number);
    error(*value, "`" + std::string(key) + "` must be a number from 1 to " + std::to_string(kNetBoxPositions) + ", not " + describe(*value),
          "");
    return 1;
  }

  std::string name(const YamlValue& item, std::set<std::string>& known) {
    const std::string own = text(item, "name", true);
    if (own.empty()) return own;
    if (const std::string trouble = netbox_name_trouble(own, kNetBoxDeviceName); !trouble.empty())
      error(item, "the name " + quote_input(own) + " " + trouble, "shorten it");
    if (!known.insert(own).second) error(item, quote_input(own) + " stands here twice", "name components apart");
    return own;
  }

  template <class Read>
  void each(std::string_view key, Read read) {
    const YamlValue* list = root_.find(key);
    if (list == nullptr || list->is_null()) return;
    if (!list->is_list())
      return error(*list, "`" + std::string(key) + "` must be a list, not " + describe(*list), "write one `- ` line per entry");
    for (const YamlValue& item : list->items)
      if (item.is_map()) read(item);
      else error(item, "an entry of `" + std::string(key) + "` must be a map, not " + describe(item), "write `- name: ...`");
  }

  void read_height() {
    const YamlValue* height = root_.find("u_height");
    if (height == nullptr) return;
    const auto value = number_of(*height);
    if (value && *value >= 0 && *value <= 100 && *value * 2 == std::floor(*value * 2)) type_.u_height = *value;
    else
      error(*height, "`u_height` must be a multiple of 0.5 from 0 to 100, not " + describe(*height), "round it up to the next half unit");
  }

  void read_weight() {
    const YamlValue* weight = root_.find("weight");
    type_.weight_unit = text(root_, "weight_unit", false);
    if (weight == nullptr || weight->is_null()) {
      if (!type_.weight_unit.empty()) error(root_, "`weight_unit` stands without `weight`", "both come together");
      return;
    }
    const auto value = number_of(*weight);
    if (!value || *value < 0)
      return error(*weight, "`weight` must be a number, not " + describe(*weight), "its unit stands in `weight_unit`");
    if (!read_netbox_weight("1", type_.weight_unit))
      return error(*weight, "`weight` has no unit that is known", "give `weight_unit`: kg, g, lb or oz");
    type_.weight = *value;
  }

  void map_port(const YamlValue& item) {
    const std::string front = text(item, "front_port", true);
    const std::string rear = text(item, "rear_port", true);
    const std::uint32_t position = count(item, "rear_port_position");
    for (NetBoxFrontPort& port : type_.components.front_ports) {
      if (port.name != front) continue;
      if (port.rear_port.empty()) {
        port.rear_port = rear;
        port.position = position;
      } else if (port.rear_port != rear) {
        error(item, "front port `" + front + "` is mapped to two rear ports", "a strand group lies behind one rear port here");
      } else {
        port.position = std::min(port.position, position);  // a line for each fibre: the first counts
      }
      return;
    }
    if (!front.empty())
      error(item, "`port-mappings` names " + quote_input(front) + ", which is no front port here", "list it under `front-ports`");
  }

  const YamlValue& root_;
  Diagnostics& diagnostics_;
  NetBoxDeviceType type_;
  std::set<std::string> interfaces_, rear_, front_, bays_, several_;
};

}  // namespace

std::vector<NetBoxDeviceType> read_device_types(const ExchangeFile& file, Diagnostics& diagnostics) {
  std::vector<NetBoxDeviceType> types;
  std::string document;  // lines before it are kept empty, so that places are those of the file
  std::size_t lines = 0;
  bool some = false;
  const auto take = [&] {
    if (some) {
      const std::size_t errors = diagnostics.error_count();
      const std::optional<YamlValue> root = parse_yaml(document, file.path, diagnostics);
      if (root && !root->is_map())
        diagnostics.error(root->place, "a device type must be a map, not " + describe(*root),
                          "write `manufacturer:`, `model:` and the rest");
      else if (root) {
        NetBoxDeviceType type = Reader(*root, file.path, diagnostics).read();
        if (diagnostics.error_count() == errors) types.push_back(std::move(type));
      }
    }
    document = std::string(lines, '\n');
    some = false;
  };
  std::string_view rest = file.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++lines;
    if (line == "---") {
      take();
      continue;
    }
    some = some || line.find_first_not_of(" \t") != std::string_view::npos;
    document += std::string(line) + "\n";
  }
  take();
  return types;
}

}  // namespace eastwest
