// SPDX-License-Identifier: Apache-2.0
// Test support: builds a fabric of a kind from parameters as a user writes them.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "topology/catalogue.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest::tests {

struct BuiltFabric {
  Fabric fabric;
  Diagnostics diagnostics;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

inline const Catalogue& test_catalogue() {
  static const Catalogue kCatalogue = builtin_catalogue();
  return kCatalogue;
}

inline BuiltFabric build_fabric(std::string_view kind_name, const Settings& settings, const ExplicitGraph& graph = {}) {
  const TopologyKind* kind = find_topology_kind(kind_name);
  REQUIRE(kind != nullptr);
  const std::vector<ParameterSpec> specs = kind->parameters();
  ParameterSet parameters = ParameterSet::defaults(specs);
  for (const auto& [name, text] : settings) {
    const ParameterSpec* spec = nullptr;
    for (const ParameterSpec& candidate : specs)
      if (candidate.name == name) spec = &candidate;
    REQUIRE_MESSAGE(spec != nullptr, "no parameter " << name);
    const Result<ParameterValue> value = parse_parameter(*spec, text);
    REQUIRE_MESSAGE(value.has_value(), name << ": " << (value ? "" : value.error().message));
    parameters.set(name, *value);
  }
  BuiltFabric built;
  built.fabric = kind->build(parameters, graph, test_catalogue(), Place{"site.yaml", 3, 5}, built.diagnostics);
  return built;
}

/// A fabric that must be right: no error, no warning, every invariant.
inline Fabric good_fabric(std::string_view kind_name, const Settings& settings, const ExplicitGraph& graph = {}) {
  BuiltFabric built = build_fabric(kind_name, settings, graph);
  for (const Diagnostic& diagnostic : built.diagnostics.all()) FAIL_CHECK(diagnostic.message);
  const Status status = validate(built.fabric);
  if (!status) FAIL_CHECK(status.error().message);
  return std::move(built.fabric);
}

/// "message | remedy" of every diagnostic, in order.
inline std::vector<std::string> messages(const Diagnostics& diagnostics) {
  std::vector<std::string> list;
  for (const Diagnostic& diagnostic : diagnostics.all()) list.push_back(diagnostic.message + " | " + diagnostic.remedy);
  return list;
}

inline std::uint32_t switches_of_tier(const Fabric& fabric, unsigned tier) {
  std::uint32_t count = 0;
  for (const Node& node : fabric.nodes) count += node.tier == tier ? 1 : 0;
  return count;
}

/// The node at the far end of a port, by name.
inline std::string neighbour(const Fabric& fabric, std::string_view node_name, std::uint32_t port) {
  for (const Node& node : fabric.nodes) {
    if (node.name != node_name) continue;
    REQUIRE(port < node.port_count);
    const LinkId out = fabric.ports[node.first_port + port].out;
    return fabric.nodes[fabric.ports[fabric.links[out.index()].target.index()].node.index()].name;
  }
  return "no such node";
}

}  // namespace eastwest::tests
