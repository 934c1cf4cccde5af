// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("topology kinds: sorted, found by name, and none by another") {
  std::vector<std::string_view> names;
  for (const TopologyKind* kind : topology_kinds()) {
    names.push_back(kind->name);
    CHECK(find_topology_kind(kind->name) == kind);
    CHECK(!kind->summary.empty());
    CHECK(!kind->source.empty());
  }
  CHECK(names == std::vector<std::string_view>{"astra_network", "custom", "dragonfly", "dragonfly_plus", "fat_tree", "htsim_topology",
                                               "leaf_spine", "multi_plane", "rail_only", "rail_optimised", "simai_topology", "torus"});
  CHECK(find_topology_kind("hypercube") == nullptr);
}

TEST_CASE("topology kinds: every parameter has meaning and source and a default that reads back") {
  for (const TopologyKind* kind : topology_kinds()) {
    const std::vector<ParameterSpec> specs = kind->parameters();
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const ParameterSpec& spec = specs[i];
      CAPTURE(kind->name);
      CAPTURE(spec.name);
      CHECK(!spec.meaning.empty());
      CHECK(spec.meaning.ends_with("."));
      CHECK(!spec.source.empty());
      CHECK(!spec.default_text.empty());
      const Result<ParameterValue> value = parse_parameter(spec, spec.default_text);
      REQUIRE(value.has_value());
      const Result<ParameterValue> again = parse_parameter(spec, print_parameter(spec, *value));
      REQUIRE(again.has_value());
      CHECK(*again == *value);
      CHECK((spec.type == ParameterType::choice) == !spec.choices.empty());
      for (std::size_t other = 0; other < i; ++other) CHECK(specs[other].name != spec.name);
    }
  }
}

TEST_CASE("topology kinds: all but custom and those of files build a good fabric from their defaults") {
  for (const TopologyKind* kind : topology_kinds()) {
    if (kind->name == "custom") continue;
    const std::vector<ParameterSpec> specs = kind->parameters();
    if (std::any_of(specs.begin(), specs.end(), [](const ParameterSpec& spec) { return spec.name == "file"; })) continue;
    CAPTURE(kind->name);
    CHECK(good_fabric(kind->name, {}).topology == kind->name);
  }
}

}  // namespace
}  // namespace eastwest::tests
