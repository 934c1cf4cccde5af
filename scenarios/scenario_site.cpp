// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "scenarios/scenario_parts.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kGraphKeys[] = {"hosts", "switches", "links"};
constexpr std::string_view kChosen = "eastwest";

std::vector<std::string> topology_names() {
  std::vector<std::string> names;
  for (const TopologyKind* kind : topology_kinds()) names.emplace_back(kind->name);
  return names;
}

/// Calls `read(entry, parameters)` for each map of the list behind `key`; `plain` turns a bare text into a map.
template <class Read, class Plain>
void read_list(const YamlValue& site, std::string_view key, std::string_view owner, std::vector<ParameterSpec> (*specs)(), Plain plain,
               Read read, Diagnostics& diagnostics) {
  const YamlValue* list = site.find(key);
  if (list == nullptr || list->is_null()) return;
  if (!list->is_list()) {
    diagnostics.error(list->place, "`" + std::string(key) + "` must be a list, not " + describe(*list), "write one `- ` line per entry");
    return;
  }
  for (const YamlValue& item : list->items) {
    YamlValue map = item;
    if (item.is_scalar() && !plain(item, map)) {
      diagnostics.error(item.place, describe(item) + " is not " + std::string(owner),
                        "write a map, such as `- {name: NAME}`, or for a link `- A - B`");
      continue;
    }
    const std::size_t errors = diagnostics.error_count();
    const ReadParameters parameters = read_parameters(&map, item.place, owner, specs(), {}, diagnostics);
    if (diagnostics.error_count() == errors) read(item, parameters);
  }
}

YamlEntry entry_of(std::string key, std::string text, const Place& place) {
  YamlEntry entry;
  entry.key = std::move(key);
  entry.key_place = place;
  entry.value.kind = YamlValue::Kind::scalar;
  entry.value.place = place;
  entry.value.text = std::move(text);
  return entry;
}

bool plain_name(const YamlValue& item, YamlValue& map) {
  map.kind = YamlValue::Kind::map;
  map.entries.push_back(entry_of("name", item.text, item.place));
  return true;
}

bool plain_link(const YamlValue& item, YamlValue& map) {
  const std::size_t dash = item.text.find(" - ");
  if (dash == std::string::npos) return false;
  map.kind = YamlValue::Kind::map;
  map.entries.push_back(entry_of("a", item.text.substr(0, dash), item.place));
  map.entries.push_back(entry_of("b", item.text.substr(dash + 3), item.place));
  return true;
}

/// Names are how links refer to nodes: each may stand once, and every end of a link must be one of them.
void check_graph_names(const ExplicitGraph& graph, Diagnostics& diagnostics) {
  std::map<std::string, Place> known;
  std::vector<std::string> names;
  const auto take = [&](const std::string& name, const Place& place) {
    const auto [first, fresh] = known.try_emplace(name, place);
    if (fresh) {
      names.push_back(name);
    } else {
      diagnostics.error(place, "two nodes are named `" + name + "` (the first in line " + std::to_string(first->second.line) + ")",
                        "give each node its own name");
    }
  };
  for (const ExplicitGraph::HostEntry& host : graph.hosts) take(host.name, host.place);
  for (const ExplicitGraph::SwitchEntry& node : graph.switches) take(node.name, node.place);
  for (const ExplicitGraph::LinkEntry& link : graph.links) {
    for (const std::string& end : {link.a, link.b}) {
      if (!known.contains(end))
        diagnostics.error(link.place, "this link ends at `" + end + "`, and no host or switch has that name", suggest(end, names));
    }
    if (link.a == link.b) diagnostics.error(link.place, "this link joins `" + link.a + "` with itself", "name two different nodes");
  }
}

void read_graph(const YamlValue& value, ExplicitGraph& graph, Diagnostics& diagnostics) {
  read_list(
      value, "hosts", "a host", graph_host_parameters, plain_name,
      [&](const YamlValue& item, const ReadParameters& read) {
        graph.hosts.push_back(
            {read.values.text("name"), static_cast<std::uint32_t>(read.values.integer("gpus")), item.place, read.values.text("rack")});
      },
      diagnostics);
  read_list(
      value, "switches", "a switch", graph_switch_parameters, plain_name,
      [&](const YamlValue& item, const ReadParameters& read) {
        graph.switches.push_back({read.values.text("name"), read.was_given("model") ? read.values.text("model") : "", item.place,
                                  read.values.text("rack"), static_cast<std::uint32_t>(read.values.integer("ports"))});
      },
      diagnostics);
  read_list(
      value, "links", "a link", graph_link_parameters, plain_link,
      [&](const YamlValue& item, const ReadParameters& read) {
        ExplicitGraph::LinkEntry link;
        link.a = read.values.text("a");
        link.b = read.values.text("b");
        if (read.was_given("rate")) link.rate = read.values.rate("rate");
        if (read.was_given("delay")) link.delay = read.values.duration("delay");
        if (read.was_given("length")) link.length = read.values.length("length");
        link.frame_loss = read.values.real("frame_loss");
        link.place = item.place;
        if (read.was_given("delay") && read.was_given("length")) {
          diagnostics.error(read.place_of("delay", item.place), "this link gives `delay` and `length`; the delay follows from the length",
                            "keep one of the two");
        }
        graph.links.push_back(std::move(link));
      },
      diagnostics);
  check_graph_names(graph, diagnostics);
}

}  // namespace

std::vector<ParameterSpec> graph_host_parameters() {
  using enum ParameterType;
  return {{"name", text, Dimension::none, "", 0, 0, "unique name of the host", kChosen},
          {"gpus", quantity, Dimension::none, "1", 1, 64, "GPUs, or processes of a plain host", kChosen},
          {"rack", text, Dimension::none, "A01", 0, 0, "rack that it stands in", kChosen}};
}

std::vector<ParameterSpec> graph_switch_parameters() {
  using enum ParameterType;
  return {{"name", text, Dimension::none, "", 0, 0, "unique name of the switch", kChosen},
          {"model", text, Dimension::none, "default", 0, 0, "catalogue entry; default: the site's `switch`", kChosen},
          {"rack", text, Dimension::none, "A01", 0, 0, "rack that it stands in", kChosen},
          {"ports", quantity, Dimension::none, "0", 0, 4'096, "ports that a schedule may plug into; 0: as many as it has links", kChosen}};
}

std::vector<ParameterSpec> graph_link_parameters() {
  using enum ParameterType;
  return {{"a", text, Dimension::none, "", 0, 0, "node at one end", kChosen},
          {"b", text, Dimension::none, "", 0, 0, "node at the other end", kChosen},
          {"rate", quantity, Dimension::rate, "400 Gb/s", 1e6, 1e14, "rate of each direction; when absent the site's", kChosen},
          {"delay", quantity, Dimension::time, "1 us", 1, 1e12,
           "one way, first bit in to first bit out; when absent from the length or the site's", kChosen},
          {"length", quantity, Dimension::length, "5 m", 0, 1e9, "installed length of the cable; gives the delay", kChosen},
          {"frame_loss", real, Dimension::none, "0", 0, 1, "probability that a frame is lost on this link", kChosen}};
}

void read_site(const YamlValue* value, const Place& place, Site& site, Diagnostics& diagnostics) {
  site.place = place;
  if (value == nullptr || value->is_null()) {
    diagnostics.error(place, "the scenario has no `site`: the fabric on which it runs",
                      "write `site: {topology: rail_optimised, servers: 8}`, or `site: FILE.yaml`");
    return;
  }
  site.place = value->place;
  if (!value->is_map()) {
    diagnostics.error(value->place, "`site` must be a map or the path of a file, not " + describe(*value),
                      "write `topology: KIND` and its parameters below `site:`");
    return;
  }
  const YamlValue* topology = value->find("topology");
  if (topology == nullptr || !topology->is_scalar()) {
    const Place at = topology == nullptr ? value->place : topology->place;
    diagnostics.error(
        at, topology == nullptr ? "the site has no `topology`" : "`topology` must be the name of a kind, not " + describe(*topology),
        suggest("", topology_names()) + " are known");
    return;
  }
  const TopologyKind* kind = find_topology_kind(topology->text);
  if (kind == nullptr) {
    diagnostics.error(topology->place, "there is no topology `" + topology->text + "`", suggest(topology->text, topology_names()));
    return;
  }
  site.topology = kind->name;
  const bool custom = kind->name == "custom";
  std::vector<std::string_view> other_keys{"topology", "plant"};
  const YamlValue* plant = value->find("plant");
  site.plant = read_parameters(plant, plant == nullptr ? value->place : plant->place, "`plant`", plant_parameters(), {}, diagnostics);
  YamlValue rest = *value;
  if (custom) {
    other_keys.insert(other_keys.end(), std::begin(kGraphKeys), std::end(kGraphKeys));
    read_graph(*value, site.graph, diagnostics);
  } else {
    for (const std::string_view key : kGraphKeys) {
      const YamlEntry* entry = value->find_entry(key);
      const std::vector<ParameterSpec> specs = kind->parameters();
      if (entry == nullptr || std::any_of(specs.begin(), specs.end(), [&](const ParameterSpec& spec) { return spec.name == key; }))
        continue;
      diagnostics.error(entry->key_place,
                        "topology `" + std::string(kind->name) + "` builds its own " + std::string(key) + "; only `custom` lists them",
                        "remove the list, or write `topology: custom`");
      std::erase_if(rest.entries, [&](const YamlEntry& other) { return other.key == key; });
    }
  }
  site.parameters =
      read_parameters(&rest, value->place, "topology `" + std::string(kind->name) + "`", kind->parameters(), other_keys, diagnostics);
}

}  // namespace eastwest
