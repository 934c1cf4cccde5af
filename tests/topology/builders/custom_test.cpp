// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

Place line(std::uint32_t number) { return {"site.yaml", number, 3}; }

ExplicitGraph::LinkEntry link(std::string a, std::string b, std::uint32_t number = 0) {
  ExplicitGraph::LinkEntry entry;
  entry.a = std::move(a);
  entry.b = std::move(b);
  entry.place = line(number);
  return entry;
}

/// Two hosts behind two switches: the dumbbell of textbooks.
ExplicitGraph dumbbell() {
  ExplicitGraph graph;
  graph.hosts = {{"alice", 1, line(1)}, {"bob", 2, line(2)}};
  graph.switches = {{"west", "", line(3)}, {"east", "custom", line(4)}};
  graph.links = {link("alice", "west", 5), link("west", "east", 6), link("bob", "east", 7)};
  return graph;
}

TEST_CASE("custom: a dumbbell is what was written") {
  ExplicitGraph graph = dumbbell();
  graph.links[0].rate = {100'000'000'000};
  graph.links[0].delay = {250'000};
  graph.links[1].length = {200'000};
  graph.links[2].frame_loss = 0.5;
  const Fabric fabric = good_fabric("custom", {{"link_delay", "2 us"}, {"nic_latency", "0 ns"}}, graph);
  CHECK(fabric.hosts.size() == 2);
  CHECK(fabric.gpu_count == 3);
  CHECK(fabric.hosts[0].nic_latency == Duration{0});
  CHECK(fabric.switches[0].model == "jn-qfx5240");
  CHECK(fabric.switches[1].model == "custom");
  REQUIRE(fabric.cables.size() == 3);
  CHECK(fabric.links[0].rate == BitRate{100'000'000'000});
  CHECK(fabric.links[0].delay == Duration{250'000});
  CHECK(fabric.links[2].rate == BitRate{400'000'000'000});
  // 200 m of 400g-dr4: medium 979 077 ps, two modules of 60 ns, FEC 100 ns.
  CHECK(fabric.cables[1].medium == "400g-dr4");
  CHECK(fabric.links[2].delay == Duration{979'077 + 120'000 + 100'000});
  CHECK(fabric.links[3].delay == fabric.links[2].delay);
  CHECK(fabric.links[4].delay == Duration{2'000'000});
  CHECK(fabric.links[5].frame_loss == 0.5);
  CHECK(fabric.link_name({1}) == "west:0 -> alice:0");
}

TEST_CASE("custom: tiers count from the hosts") {
  ExplicitGraph graph = dumbbell();
  graph.switches.push_back({"middle", "", line(8)});
  graph.switches.push_back({"top", "", line(9)});
  graph.links = {link("alice", "west"), link("bob", "east"), link("west", "middle"), link("middle", "east"), link("middle", "top")};
  const Fabric fabric = good_fabric("custom", {}, graph);
  CHECK(fabric.nodes[2].tier == 1);
  CHECK(fabric.nodes[3].tier == 1);
  CHECK(fabric.nodes[4].tier == 2);
  CHECK(fabric.nodes[5].tier == 3);
}

TEST_CASE("custom: servers of the catalogue bring GPU and latencies") {
  const Fabric fabric = good_fabric("custom", {{"server", "dgx-h200"}}, dumbbell());
  REQUIRE(fabric.gpu_models.size() == 1);
  CHECK(fabric.gpu_models[0].name == "h200-sxm");
  CHECK(fabric.hosts[1].gpu_count == 2);  // as the graph says
  CHECK(fabric.hosts[1].endpoint_count == 1);
}

TEST_CASE("custom: mistakes are all told at once, each at its own place") {
  ExplicitGraph graph = dumbbell();
  graph.hosts.push_back({"bob", 1, line(10)});
  graph.hosts.push_back({"", 1, line(11)});
  graph.hosts.push_back({"carol", 0, line(12)});
  graph.switches.push_back({"north", "nv-sn560", line(13)});
  graph.links.push_back(link("alise", "west", 14));
  graph.links.push_back(link("west", "west", 15));
  graph.links.push_back(link("alice", "bob", 16));
  graph.links.push_back(link("carol", "west", 17));
  graph.links.back().frame_loss = 2;
  graph.links.push_back(link("west", "east", 18));
  graph.links.back().rate = {10'000'000'000};
  graph.links.back().length = {1'000};
  const BuiltFabric built = build_fabric("custom", {{"link_optic", "nothing at all"}}, graph);
  CHECK(messages(built.diagnostics) ==
        std::vector<std::string>{
            "two devices are called `bob` | rename one of them",
            "a host has no name | give every device a `name`",
            "host `carol` has 0 GPUs | give 1 to 1024",
            "`model`: there is no switch `nv-sn560` in the catalogue | did you mean `nv-sn5600`?",
            "`link_optic`: there is no optic `nothing at all` in the catalogue | take `automatic` or an id of data/optics.csv",
            "a link names the device `alise`, which does not exist | did you mean `alice`?",
            "link from `west` to `west` joins a device to itself | name two devices",
            "link from `alice` to `bob` joins two hosts, which do not forward | put a switch between them",
            "link from `carol` to `west` has a frame loss outside 0 to 1 | give a probability",
            "link from `west` to `east`: the catalogue has no optic for links of 10 Gb/s | give `delay` or choose another rate",
            "host `bob` has no link | link it to a switch",
            "host `` has no link | link it to a switch",
        });
  CHECK(built.diagnostics.all()[5].place.line == 14);
  CHECK(built.diagnostics.all()[4].place.line == 3);  // of the site: the parameter's own place is the loader's matter
}

TEST_CASE("custom: ports and reach are checked") {
  ExplicitGraph graph = dumbbell();
  graph.links.erase(graph.links.begin() + 1);
  CHECK(messages(build_fabric("custom", {}, graph).diagnostics) ==
        std::vector<std::string>{"host `bob` cannot reach host `alice` | link their switches"});
  graph = dumbbell();
  for (int i = 0; i < 33; ++i) graph.links.push_back(link("west", "east"));
  CHECK(messages(build_fabric("custom", {{"switch", "nv-sn4700"}}, graph).diagnostics) ==
        std::vector<std::string>{"switch `west` has 35 links of 400 Gb/s; `nv-sn4700` has 32 such ports | use a larger model or `custom`"});
  graph = dumbbell();
  graph.links[0].rate = {800'000'000'000};
  CHECK(messages(build_fabric("custom", {{"switch", "nv-sn4700"}}, graph).diagnostics) ==
        std::vector<std::string>{"switch `west` (`nv-sn4700`) has no ports of 800 Gb/s | choose a faster model or lower the rate"});
  graph = dumbbell();
  for (int i = 0; i < 63; ++i) graph.links.push_back(link("west", "east"));
  for (int i = 0; i < 64; ++i) {
    graph.links.push_back(link("west", "east"));
    graph.links.back().rate = {800'000'000'000};
  }
  CHECK(messages(build_fabric("custom", {}, graph).diagnostics) ==
        std::vector<std::string>{
            "the links of switch `west` do not fit together into the ports of `jn-qfx5240` | use a larger model or `custom`"});
  CHECK(messages(build_fabric("custom", {}, {}).diagnostics) ==
        std::vector<std::string>{"a custom fabric has no hosts | list at least one under `hosts`"});
}

TEST_CASE("custom: separate planes are allowed and told") {
  ExplicitGraph graph;
  graph.hosts = {{"a", 2, {}}, {"b", 2, {}}};
  graph.switches = {{"plane-0", "", {}}, {"plane-1", "", {}}};
  graph.links = {link("a", "plane-0"), link("a", "plane-1"), link("b", "plane-0"), link("b", "plane-1")};
  const BuiltFabric built = build_fabric("custom", {}, graph);
  CHECK(messages(built.diagnostics) ==
        std::vector<std::string>{
            "the fabric has 2 separate planes; NICs of different planes cannot reach each other | link the planes if traffic must cross"});
  CHECK(validate(built.fabric).has_value());
  CHECK(built.fabric.endpoint_of_gpu({3}).value == 3);
}

}  // namespace
}  // namespace eastwest::tests
