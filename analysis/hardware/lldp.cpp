// SPDX-License-Identifier: Apache-2.0
// `lldpcli -f json0 show neighbors`, and `-f json`: lldpd src/client/json_writer.c and display.c.
//
// json0: every element is an array of objects whose text sits in `value`. json: arrays of one are collapsed, an object that has a `name`
// becomes a member of that name, and the shape changes with the number of neighbours. Both are read by the same eyes: what could be wrapped
// is unwrapped.
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/json_tree.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

/// Text of `"x"`, `{"value": "x"}`, `["x"]` and `[{"value": "x"}]`.
std::string text_of(const JsonValue& value) {
  const JsonValue one = value.single();
  return one.is_object() ? one.member("value").single().words() : one.words();
}

class LldpReader {
 public:
  LldpReader(const EvidenceOrigin& origin, InputErrors& errors, Evidence& evidence)
      : origin_(origin), errors_(errors), evidence_(evidence) {}

  void visit(const JsonValue& root) {
    const JsonValue lldp = root.member("lldp");
    if (!lldp) return errors_.error(root.place(), "there is no `lldp` here", "write it with `lldpcli -f json0 show neighbors`");
    const auto shells = lldp.is_array() ? lldp.children() : std::vector<JsonValue>{lldp};
    for (const JsonValue& shell : shells) interfaces(shell.member("interface"));
  }

 private:
  void interfaces(const JsonValue& value) {
    if (value.is_array()) {
      for (const JsonValue& child : value.children()) interfaces(child);
    } else if (value.is_object() && (value.member("chassis") || value.member("port"))) {
      read(value, text_of(value.member("name")));
    } else {
      for (const JsonValue& child : value.children())  // json: {"swp1": {...}}, with several neighbours {"swp1": [{...}, {...}]}
        for (const JsonValue& one : child.is_array() ? child.children() : std::vector<JsonValue>{child}) {
          if (one.is_object()) read(one, child.key());
          else errors_.warning(one.place(), "this is no neighbour; it is left out", "an interface has `chassis` and `port`");
        }
    }
  }

  void read(const JsonValue& value, const std::string& interface) {
    NeighbourReading neighbour;
    neighbour.at = {origin_.file, value.place().line};
    neighbour.device = origin_.device;
    neighbour.interface = interface.empty() ? origin_.interface : interface;
    chassis(value.member("chassis").single(), neighbour);
    port(value.member("port").single(), neighbour);
    if (neighbour.interface.empty())
      return errors_.warning(value.place(), "a neighbour of an interface without name is left out", "keep the output of lldpcli whole");
    if (neighbour.peer_device.empty() && neighbour.peer_interface.empty())
      return errors_.warning(value.place(), "the neighbour of " + quote_input(neighbour.interface) + " names neither itself nor its port",
                             "it is left out; let it send a system name");
    evidence_.neighbours.push_back(std::move(neighbour));
  }

  static void chassis(JsonValue value, NeighbourReading& neighbour) {
    // json: {"gpu-001": {"id": ...}}; without a system name the id stands directly.
    if (value.is_object() && !value.member("id") && !value.member("name")) {
      const std::vector<JsonValue> named = value.children();
      if (named.size() == 1 && named.front().is_object()) {
        neighbour.peer_device = named.front().key();
        value = named.front();
      }
    }
    if (const std::string name = text_of(value.member("name")); !name.empty()) neighbour.peer_device = name;
    neighbour.peer_chassis = text_of(value.member("id"));
    if (neighbour.peer_device.empty()) neighbour.peer_device = neighbour.peer_chassis;
  }

  static void port(const JsonValue& value, NeighbourReading& neighbour) {
    const JsonValue id = value.member("id").single();
    const std::string type = id.member("type").words();
    neighbour.peer_description = text_of(value.member("descr"));
    // A MAC or network address tells nothing to people; then the description is the better name.
    if (type != "mac" && type != "ip") neighbour.peer_interface = text_of(id);
    if (neighbour.peer_interface.empty()) neighbour.peer_interface = neighbour.peer_description;
    if (neighbour.peer_interface.empty()) neighbour.peer_interface = text_of(id);
  }

  const EvidenceOrigin& origin_;
  InputErrors& errors_;
  Evidence& evidence_;
};

}  // namespace

void read_lldp(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors, Evidence& evidence) {
  const JsonTree tree = read_json(text, errors);
  LldpReader reader(origin, errors, evidence);
  for (const std::uint32_t root : tree.roots) reader.visit({tree, root});
}

}  // namespace eastwest
