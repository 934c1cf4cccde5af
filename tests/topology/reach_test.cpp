// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"
#include "topology/reach.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("reach: rails are parts of their own, planes too, other fabrics are one") {
  const Fabric rails = good_fabric("rail_only", {{"servers", "3"}});
  const std::vector<std::uint32_t> parts = parts_of_endpoints(rails);
  for (std::uint32_t e = 0; e < parts.size(); ++e) CHECK(parts[e] == e % 8);
  CHECK(can_reach(rails, parts, {0}, {8}));   // rail 0 to rail 0 of the next server
  CHECK(!can_reach(rails, parts, {0}, {9}));  // to rail 1 there
  CHECK(can_reach(rails, parts, {0}, {1}));   // inside the server
  const Fabric planes = good_fabric("multi_plane", {{"servers", "3"}});
  const std::vector<std::uint32_t> of_planes = parts_of_endpoints(planes);
  for (std::uint32_t e = 0; e < of_planes.size(); ++e) CHECK(of_planes[e] == e % 2);
  CHECK(can_reach(planes, of_planes, {0}, {9}));
  for (const std::uint32_t part : parts_of_endpoints(good_fabric("rail_optimised", {}))) CHECK(part == 0);
}

TEST_CASE("reach: the leaf of a GPU is where its NIC is cabled to") {
  const Fabric rails = good_fabric("rail_optimised", {{"servers", "2"}});
  for (std::uint32_t gpu = 0; gpu < 16; ++gpu) CHECK(leaf_of_gpu(rails, {gpu}) == leaf_of_gpu(rails, {gpu % 8}));
  CHECK(leaf_of_gpu(rails, {0}) != leaf_of_gpu(rails, {1}));
  CHECK(rails.nodes[leaf_of_gpu(rails, {3}).index()].kind == NodeKind::network_switch);
}

}  // namespace
}  // namespace eastwest::tests
