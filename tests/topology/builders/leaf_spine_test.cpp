// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

std::vector<std::string> failures(const Settings& settings) { return messages(build_fabric("leaf_spine", settings).diagnostics); }

TEST_CASE("leaf spine: eight DGX H100 on the default box are two leaves and two spines without oversubscription") {
  const Fabric fabric = good_fabric("leaf_spine", {});
  CHECK(fabric.hosts.size() == 8);
  CHECK(fabric.gpu_count == 64);
  CHECK(fabric.endpoints.size() == 64);
  CHECK(switches_of_tier(fabric, 1) == 2);
  CHECK(switches_of_tier(fabric, 2) == 2);
  CHECK(fabric.cables.size() == 64 + 64);  // as many up as down
  CHECK(fabric.gpu_models.size() == 1);
  CHECK(fabric.hosts[7].scale_up_rate == BitRate{3'600'000'000'000});
  CHECK(fabric.hosts[7].scale_up_latency == Duration{600'000});
  CHECK(fabric.switches[0].model == "jn-qfx5240");
  CHECK(fabric.switches[0].buffer == Bytes{165'000'000});
}

TEST_CASE("leaf spine: all NICs of a server share a leaf, hosts take the first ports and uplinks the next") {
  const Fabric fabric = good_fabric("leaf_spine", {{"servers", "4"}, {"leaves", "2"}, {"spines", "2"}, {"uplinks_per_leaf", "4"}});
  for (std::uint32_t port = 0; port < 16; ++port) CHECK(neighbour(fabric, "leaf-1", port) == (port < 8 ? "server-02" : "server-03"));
  CHECK(neighbour(fabric, "leaf-1", 16) == "spine-0");
  CHECK(neighbour(fabric, "leaf-1", 17) == "spine-0");
  CHECK(neighbour(fabric, "leaf-1", 18) == "spine-1");
  CHECK(neighbour(fabric, "spine-0", 0) == "leaf-0");
  CHECK(neighbour(fabric, "spine-0", 3) == "leaf-1");
}

TEST_CASE("leaf spine: oversubscription decides the uplinks") {
  // 32 host ports of 400 Gb/s per leaf: 2:1 leaves 16 uplinks, and 8 when uplinks run at 800 Gb/s.
  CHECK(good_fabric("leaf_spine", {{"oversubscription", "2"}}).cables.size() == 64 + 2 * 16);
  CHECK(good_fabric("leaf_spine", {{"oversubscription", "2"}, {"uplink_rate", "800 Gb/s"}}).cables.size() == 64 + 2 * 8);
  CHECK(good_fabric("leaf_spine", {{"oversubscription", "3"}}).cables.size() == 64 + 2 * 12);  // ceil(32 / 3) = 11, then two spines need 12
}

TEST_CASE("leaf spine: uplinks that only many spines divide are rounded up rather than bought") {
  // 31 plain hosts a leaf, 31 uplinks (a prime): two spines take 32 instead of 31 spines taking one each.
  const Fabric fabric = good_fabric("leaf_spine", {{"server", "plain"}, {"servers", "62"}, {"leaves", "2"}});
  CHECK(switches_of_tier(fabric, 2) == 2);
  CHECK(fabric.cables.size() == 62 + 2 * 32);
}

TEST_CASE("leaf spine: one leaf is a star") {
  const Fabric fabric = good_fabric("leaf_spine", {{"server", "plain"},
                                                   {"servers", "33"},
                                                   {"leaves", "1"},
                                                   {"link_delay", "1 us"},
                                                   {"switch_latency", "0 ns"},
                                                   {"nic_latency", "0 ns"}});
  CHECK(fabric.switches.size() == 1);
  CHECK(fabric.cables.size() == 33);
  CHECK(fabric.gpu_count == 33);
  CHECK(fabric.gpu_models.empty());
  CHECK(fabric.hosts[0].nic_latency == Duration{0});
  CHECK(fabric.switches[0].latency == Duration{0});
  for (const Link& link : fabric.links) CHECK(link.delay == Duration{1'000'000});
  CHECK(fabric.cables[0].length == Length{0});
  CHECK(fabric.cables[0].medium == "custom");
}

TEST_CASE("leaf spine: the number of leaves grows when ports run out") {
  // 64 ports of 400 Gb/s: 4 servers of 8 NICs down and 32 up; 16 servers need 4 leaves, 17 need 5.
  CHECK(switches_of_tier(good_fabric("leaf_spine", {{"servers", "16"}, {"switch", "ar-7060x5-64s"}}), 1) == 4);
  CHECK(switches_of_tier(good_fabric("leaf_spine", {{"servers", "17"}, {"switch", "ar-7060x5-64s"}}), 1) == 5);
}

TEST_CASE("leaf spine: every setting reaches the fabric") {
  const Fabric fabric = good_fabric("leaf_spine", {{"server", "plain"},
                                                   {"servers", "4"},
                                                   {"gpus_per_server", "2"},
                                                   {"nics_per_server", "2"},
                                                   {"nic_rate", "100 Gb/s"},
                                                   {"nic_latency", "1 us"},
                                                   {"scale_up_rate", "1 Tb/s"},
                                                   {"scale_up_latency", "5 ns"},
                                                   {"switch", "custom"},
                                                   {"switch_latency", "300 ns"},
                                                   {"switch_mode", "store_and_forward"},
                                                   {"switch_buffer", "1 MiB"},
                                                   {"uplink_rate", "200 Gb/s"},
                                                   {"host_link_delay", "10 ns"},
                                                   {"fabric_link_delay", "20 ns"},
                                                   {"frame_loss", "0.25"},
                                                   {"spine_switch", "ar-7280r3a"}});
  CHECK(fabric.gpu_count == 8);
  CHECK(fabric.hosts[0].nic_latency == Duration{1'000'000});
  CHECK(fabric.hosts[0].scale_up_rate == BitRate{1'000'000'000'000});
  CHECK(fabric.hosts[0].scale_up_latency == Duration{5'000});
  CHECK(fabric.switches[0].model == "custom");
  CHECK(fabric.switches.back().model == "ar-7280r3a");
  for (const Switch& unit : fabric.switches) {
    CHECK(unit.latency == Duration{300'000});
    CHECK(unit.mode == ForwardingMode::store_and_forward);
    CHECK(unit.buffer == Bytes{1'048'576});
  }
  CHECK(fabric.links.front().rate == BitRate{100'000'000'000});
  CHECK(fabric.links.front().delay == Duration{10'000});
  CHECK(fabric.links.front().frame_loss == 0.25);
  CHECK(fabric.links.back().rate == BitRate{200'000'000'000});
  CHECK(fabric.links.back().delay == Duration{20'000});
}

TEST_CASE("leaf spine: mistakes are all told at once, with the nearest names") {
  CHECK(failures({{"server", "dgx-h10"}, {"switch", "nv-sn560"}, {"host_optic", "400g-dr5"}, {"leaves", "9"}}) ==
        std::vector<std::string>{
            "`server`: there is no server `dgx-h10` in the catalogue | did you mean `dgx-h100`?",
            "`switch`: there is no switch `nv-sn560` in the catalogue | did you mean `nv-sn5600`?",
            "`host_optic`: there is no optic `400g-dr5` in the catalogue | did you mean `400g-dr4`?",
            "9 leaves are more than 8 servers | use at most one leaf per server",
        });
  const Diagnostics diagnostics = build_fabric("leaf_spine", {{"leaves", "9"}}).diagnostics;
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].place.file == "site.yaml");
  CHECK(diagnostics.all()[0].place.line == 3);
}

TEST_CASE("leaf spine: ports that do not suffice are told with counts") {
  CHECK(failures({{"leaves", "1"}, {"servers", "17"}}) ==
        std::vector<std::string>{"a single leaf needs 136 ports of 400 Gb/s; `jn-qfx5240` has 128 | use more leaves or a larger `switch`"});
  CHECK(failures({{"servers", "64"}, {"leaves", "4"}}) ==
        std::vector<std::string>{"a leaf needs 128 ports of 400 Gb/s to hosts and 128 ports of 400 Gb/s to spines; `jn-qfx5240` has 128 "
                                 "and 128 when all are alike | use more leaves, a higher "
                                 "`oversubscription`, fewer `uplinks_per_leaf` or a larger `switch`"});
  CHECK(failures({{"spines", "3"}, {"uplinks_per_leaf", "32"}}) ==
        std::vector<std::string>{
            "32 uplinks of a leaf do not spread evenly over 3 spines | set `uplinks_per_leaf` to a multiple of `spines`, such as 33"});
  CHECK(failures({{"servers", "64"}, {"leaves", "8"}, {"spines", "2"}}) ==
        std::vector<std::string>{
            "a spine needs 256 ports of 400 Gb/s; `jn-qfx5240` has 128 | use more `spines`, fewer leaves or a larger `spine_switch`"});
  CHECK(failures({{"server", "plain"}, {"servers", "150"}, {"leaves", "150"}}) ==
        std::vector<std::string>{"150 leaves are more than the 128 ports of 400 Gb/s that a spine `jn-qfx5240` has | use a larger "
                                 "`spine_switch`, or three tiers (`fat_tree`)"});
  CHECK(failures({{"switch", "nv-sn3700"}}) ==
        std::vector<std::string>{"switch `nv-sn3700` has no ports of 400 Gb/s | choose a faster switch or lower `nic_rate`"});
  CHECK(failures({{"uplink_rate", "1600 Gb/s"}}) ==
        std::vector<std::string>{"switch `jn-qfx5240` has no ports of 1600 Gb/s | choose a faster switch or lower `uplink_rate`"});
  CHECK(failures({{"spine_switch", "nv-sn3700"}}) ==
        std::vector<std::string>{"switch `nv-sn3700` has no ports of 400 Gb/s | choose a faster switch or lower `uplink_rate`"});
  CHECK(
      failures({{"server", "plain"}, {"servers", "65536"}, {"nics_per_server", "128"}, {"switch", "custom"}, {"leaves", "4096"}}).front() ==
      "65536 servers of 128 NICs are more than 262144 endpoints | lower `servers` or `nics_per_server`");
}

TEST_CASE("leaf spine: cables that cannot be are told once, not per cable") {
  CHECK(failures({{"nic_rate", "10 Gb/s"}, {"uplink_rate", "40 Gb/s"}}) ==
        std::vector<std::string>{
            "cable from `server-00` to `leaf-0`: the catalogue has no optic for links of 10 Gb/s | give `host_link_delay` or choose "
            "another rate",
            "cable from `leaf-0` to `spine-0`: the catalogue has no optic for links of 40 Gb/s | give `fabric_link_delay` or choose "
            "another rate",
        });
  CHECK(failures({{"slack", "20 m"}, {"host_optic", "dac-400g"}}) ==
        std::vector<std::string>{"cable from `server-00` to `leaf-0` is 22 m, `dac-400g` reaches 3 m | choose `automatic` or an optic of "
                                 "longer reach for `host_optic`"});
}

TEST_CASE("leaf spine: facts that the catalogue lacks are taken with a warning") {
  const BuiltFabric built = build_fabric("leaf_spine", {{"switch", "nv-q3400-ra"}});
  CHECK(messages(built.diagnostics) ==
        std::vector<std::string>{
            "the catalogue knows no latency of switch `nv-q3400-ra`; 700 ns is taken | give `switch_latency`",
            "the catalogue knows no buffer of switch `nv-q3400-ra`; 64 MB is taken | give `switch_buffer`",
        });
  CHECK(!built.diagnostics.has_errors());
  CHECK(validate(built.fabric).has_value());
  CHECK(built.fabric.switches[0].latency == Duration{700'000});
  CHECK(messages(build_fabric("leaf_spine", {{"switch", "nv-q3400-ra"}, {"switch_latency", "1 ns"}, {"switch_buffer", "1 MB"}}).diagnostics)
            .empty());
}

}  // namespace
}  // namespace eastwest::tests
