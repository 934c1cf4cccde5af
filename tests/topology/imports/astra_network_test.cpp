// SPDX-License-Identifier: Apache-2.0
// Laws: the dimensions of a network.yml give counts of links by closed form, and a path costs the file's latency per link.
#include <doctest/doctest.h>

#include "tests/support/input_truncation.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/topology/built_fabric.hpp"
#include "topology/deadlock.hpp"
#include "topology/routing.hpp"

namespace eastwest::tests {
namespace {

BuiltFabric build_text(const std::string& text) {
  const TemporaryDirectory folder;
  return build_fabric("astra_network", {{"file", folder.write("network.yml", text)}});
}

Fabric good_text(const std::string& text) {
  BuiltFabric built = build_text(text);
  CHECK_MESSAGE(built.diagnostics.all().empty(), built.diagnostics.print());
  const Status status = validate(built.fabric);
  CHECK_MESSAGE(status.has_value(), status.error().message);
  return std::move(built.fabric);
}

std::string complaint(const std::string& text) {
  const BuiltFabric built = build_text(text);
  REQUIRE(built.diagnostics.has_errors());
  const Diagnostic& first = built.diagnostics.all().front();
  return std::to_string(first.place.line) + ":" + std::to_string(first.place.column) + " " + first.message;
}

constexpr const char* kMixed =
    "topology: [ Switch, FullyConnected, Ring ]\nnpus_count: [ 2, 3, 4 ]\nbandwidth: [ 400.0, 50, 25 ]  # GB/s\nlatency: [ 936.25, 500, "
    "1000 ]\n";

}  // namespace

TEST_CASE("astra network: one switch is a star, in GB/s and ns") {
  const Fabric fabric = good_text("topology: [ Switch ]\nnpus_count: [ 8 ]\nbandwidth: [ 400.0 ]\nlatency: [ 936.25 ]\n");
  CHECK(fabric.hosts.size() == 8);
  CHECK(fabric.switches.size() == 1);
  CHECK(fabric.cables.size() == 8);
  CHECK(fabric.links[0].rate == BitRate{3'200'000'000'000});
  CHECK(fabric.links[0].delay.ps == 936'250);
}

TEST_CASE("astra network: rings make a torus, free of deadlock with its own routing") {
  const Fabric fabric = good_text("topology: [Ring, Ring]\nnpus_count: [4, 2]\nbandwidth: [80, 40]\nlatency: [1000, 500]\n");
  CHECK(fabric.structure == Structure::torus);
  CHECK(fabric.extents == std::vector<std::uint16_t>{4, 2});
  // 8 to the routers; two rings of four; four pairs, since a ring of two is one link.
  CHECK(fabric.cables.size() == 8 + 2 * 4 + 4);
  CHECK(fabric.switches[6].coordinate[0] == 2);
  CHECK(fabric.switches[6].coordinate[1] == 1);
  CHECK(fabric.links[0].rate == BitRate{(2 * 80 + 40) * 8'000'000'000ULL});  // all that a router's links can carry
  RoutingOptions minimal;
  minimal.rule = RoutingRule::minimal;
  const Result<RoutingTable> table = build_routing(fabric, minimal);
  REQUIRE(table.has_value());
  CHECK(find_buffer_cycle(fabric, *table).empty());
}

TEST_CASE("astra network: dimensions of all three shapes, the first innermost") {
  const Fabric fabric = good_text(kMixed);
  CHECK(fabric.hosts.size() == 24);
  CHECK(fabric.switches.size() == 24 + 12);                // routers; a switch per pair
  CHECK(fabric.cables.size() == 24 + 24 + 8 * 3 + 6 * 4);  // routers, switch links, triangles, rings
  CHECK(neighbour(fabric, "router-0", 1) == "switch-0");
  CHECK(neighbour(fabric, "router-1", 1) == "switch-0");
  CHECK(neighbour(fabric, "router-0", 2) == "router-2");   // one step in dimension 1
  CHECK(neighbour(fabric, "router-0", 4) == "router-6");   // one step in dimension 2
  CHECK(neighbour(fabric, "router-0", 5) == "router-18");  // and round the ring
}

TEST_CASE("astra network: every mistake has its place and words") {
  CHECK(complaint("topology: [Ring]\nnpus_count: [4]\nbandwidth: [tbd]\nlatency: [1]\n") == "3:13 `tbd` is not a bandwidth in GB/s");
  CHECK(complaint("topology: [Ring]\nnpus_count: [1]\nbandwidth: [1]\nlatency: [1]\n") == "2:14 `1` is not a number of NPUs");
  CHECK(complaint("topology: [Rings]\nnpus_count: [4]\nbandwidth: [1]\nlatency: [1]\n") == "1:12 there is no topology `Rings`");
  CHECK(complaint("topology: [Ring]\nnpus_count: [4, 2]\nbandwidth: [1]\nlatency: [1]\n") ==
        "2:14 `npus_count` has 2 values and `topology` 1");
  CHECK(complaint("topology: [Ring]\nnpus_count: [4]\nbandwidth: [1]\n") == "1:1 the file has no `latency`");
  CHECK(
      complaint("topology: Ring\nnpus_count: [4]\nbandwidth: [1]\nlatency: [1]\n").ends_with("`topology` is not a list of 1 to 16 values"));
  CHECK(complaint("- a\n") == "1:1 the file is not a map of lists");
  CHECK(complaint("topology: [Ring\n").find("the file is not YAML: ") != std::string::npos);
  CHECK(complaint("topology: [Ring, Ring]\nnpus_count: [99999, 99999]\nbandwidth: [1, 1]\nlatency: [1, 1]\n") ==
        "2:14 the network has more than 262144 NPUs");
  CHECK(complaint("topology: [FullyConnected]\nnpus_count: [200000]\nbandwidth: [1]\nlatency: [1]\n") ==
        "0:0 the network has more than 1048576 cables");
  const BuiltFabric other = build_text(std::string(kMixed) + "units: [a]\n");
  CHECK_FALSE(other.diagnostics.has_errors());
  CHECK(other.diagnostics.all().front().message == "the key `units` is not read");
}

TEST_CASE("astra network: damaged files are refused or read, never fatal") {
  survive_damage(kMixed, 13, [](const std::string& text) {
    const BuiltFabric built = build_text(text);
    if (!built.diagnostics.has_errors()) CHECK(validate(built.fabric).has_value());
  });
}

}  // namespace eastwest::tests
