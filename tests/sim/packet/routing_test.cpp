// SPDX-License-Identifier: Apache-2.0
// Routing in the engine: the laws of path rules, policies, weights and hashes, seen in what links carried and when flows ended.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/random.hpp"
#include "tests/support/small_fabrics.hpp"
#include "tests/topology/built_fabric.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;
using eastwest::tests::good_fabric;

namespace {

Fabric small_dragonfly() {
  return good_fabric("dragonfly", {{"global_links", "2"}, {"nic_rate", "400 Gb/s"}});  // 9 groups of 4 routers, 72 hosts
}

/// The worst case of a dragonfly: every host sends to its like in the next group, and two groups share one cable.
std::vector<Flow> next_group(Bytes size) {
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < 72; ++i) list.push_back({i, (i + 8) % 72, size});
  return list;
}

double seconds(const Fabric& fabric, const std::vector<Flow>& list, std::vector<std::string> changes) {
  const Outcomes out = play(fabric, flows(fabric, list), options_with(network(std::move(changes))));
  for (const Sanity& verdict : out.result.sanity) CHECK_MESSAGE(verdict.passed, verdict.check << ": " << verdict.detail);
  CHECK(out.result.outcome == Outcome::complete);
  return out.result.simulated.seconds();
}

/// Two leaves with `hosts` each, joined by cables of the given rates.
Fabric two_leaves(std::uint32_t hosts, const std::vector<BitRate>& rates, SmallFabricOptions shape = {}) {
  SmallFabric b(shape);
  std::vector<NodeId> list;
  for (std::uint32_t i = 0; i < 2 * hosts; ++i) list.push_back(b.add_host());
  const NodeId left = b.add_switch();
  const NodeId right = b.add_switch();
  for (std::uint32_t i = 0; i < 2 * hosts; ++i) b.connect(list[i], i < hosts ? left : right);
  for (const BitRate rate : rates) b.connect(left, right, rate, shape.delay);
  return b.finish();
}

/// Share of the time that each cable from `first` on was busy in its direction a to b.
std::vector<double> busy(const Fabric& fabric, const Outcomes& out, std::uint32_t first) {
  std::vector<double> shares;
  for (std::size_t c = first; c < fabric.cables.size(); ++c)
    shares.push_back(out.result.links[fabric.ports[fabric.cables[c].a.index()].out.index()].utilization_mean);
  return shares;
}

}  // namespace

// Kim et al. 2008, section 4: between two groups of a p = 8 hosts there is one global link, so minimal routing gives each flow
// 1/8 of its rate; Valiant spreads over all other groups and crosses two global links, so half the rate is in reach; UGAL must
// find that out from queues. Packets are sprayed, so that Valiant's spread is over packets and not over eight flows.
TEST_CASE("routing: on a dragonfly's worst case minimal paths get 1/8 of the rate, Valiant about half, UGAL goes around too") {
  const Fabric fabric = small_dragonfly();
  const std::vector<std::string> lossless = {"transport=window", "window=512 KiB", "routing=spray", "ecn=false"};
  const auto with = [&](const char* paths) {
    std::vector<std::string> changes = lossless;
    changes.push_back(std::string("paths=") + paths);
    return seconds(fabric, next_group(1_MiB), changes);
  };
  const double wire = 256.0 * 4178 * 8 / 400e9;
  const double minimal = with("minimal");
  const double valiant = with("valiant");
  const double ugal = with("ugal");
  MESSAGE("in wire times: minimal " << minimal / wire << ", valiant " << valiant / wire << ", ugal " << ugal / wire);
  CHECK(minimal > 8 * wire);
  CHECK(minimal < 9 * wire);
  CHECK(valiant > 2 * wire);  // two global links a packet
  CHECK(valiant < 3.5 * wire);
  CHECK(ugal < 0.6 * minimal);
}

// On an idle fabric a Valiant detour only costs time and UGAL sees no reason for one: a single flow takes its minimal path.
TEST_CASE("routing: UGAL takes the minimal path on an idle dragonfly, Valiant a longer one") {
  const Fabric fabric = small_dragonfly();
  const auto alone = [&](const char* paths) {
    return seconds(fabric, {{0, 40, 64_KiB}}, {std::string("paths=") + paths, "routing=ecmp", "recovery=selective_repeat"});
  };
  CHECK(alone("ugal") == alone("minimal"));
  CHECK(alone("valiant") > alone("minimal"));
}

// The contract with phases, channels, flowlets and planes in use.
TEST_CASE("routing: one digest for threads and domains under every rule and policy") {
  const Fabric dragonfly = small_dragonfly();
  const Fabric torus = good_fabric("torus", {{"extents", "[4, 3, 2]"}, {"nic_rate", "400 Gb/s"}});
  const Fabric planes = good_fabric("multi_plane", {{"servers", "4"}, {"planes", "2"}});
  const auto check = [](const Fabric& fabric, const std::vector<std::string>& changes) {
    RandomStream random(11, 1);
    std::vector<Flow> list;
    while (list.size() < 80) {
      const auto from = static_cast<std::uint32_t>(random.below(fabric.gpu_count));
      const auto to = static_cast<std::uint32_t>(random.below(random.below(3) == 0 ? 3 : fabric.gpu_count));
      if (from != to) list.push_back({from, to, Bytes{static_cast<std::int64_t>(1 + random.below(200'000))}});
    }
    std::set<std::string> digests;
    for (const auto& [threads, domains] : {std::pair{1u, 1u}, {1u, 13u}, {2u, 3u}, {4u, 8u}}) {
      SimulationOptions options = options_with(network(changes));
      options.threads = threads;
      options.domains = domains;
      const Outcomes out = play(fabric, flows(fabric, list), options);
      CHECK(out.result.outcome == Outcome::complete);
      CHECK(out.result.sane());
      digests.insert(out.result.digest);
    }
    CHECK(digests.size() == 1);
  };
  for (const std::string rule : {"minimal", "valiant", "ugal", "up_down"})
    for (const std::string policy : {"ecmp", "spray", "adaptive", "flowlet"}) {
      CAPTURE(rule);
      CAPTURE(policy);
      check(dragonfly, {"paths=" + rule, "routing=" + policy, "buffer_alpha=0.05"});
      check(torus, {"paths=" + rule, "routing=" + policy, "credits=true"});
    }
  check(planes, {"routing=static"});
  check(planes, {"routing=ecmp", "qps_per_connection=3"});
}

// WCMP: next hops are chosen as often as the capacity behind them says. 300 and 100 Gb/s side by side: sprayed packets split 3 : 1
// and both cables are equally busy; without weights they split evenly and the slow one is three times as busy.
TEST_CASE("routing: weighted next hops fill unequal cables evenly") {
  const Fabric fabric = two_leaves(1, {300_Gbps, 100_Gbps});
  const auto ratio = [&](const char* weighted) {
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 16_MiB}}),
                              options_with(network({"routing=spray", std::string("weighted_paths=") + weighted, "transport=window",
                                                    "window=1 MiB", "ecn=false"})));
    CHECK(out.result.sane());
    const std::vector<double> shares = busy(fabric, out, 2);
    return shares[1] / shares[0];
  };
  CHECK(ratio("true") == doctest::Approx(1.0).epsilon(0.05));  // 4,096 draws of 1/4: 1.7 % at one sigma
  CHECK(ratio("false") == doctest::Approx(3.0).epsilon(0.05));
}

// LetFlow: what comes within the gap stays on one way, what comes after it draws anew. 64 bursts of one packet over four cables.
TEST_CASE("routing: a flowlet stays together, the next may go elsewhere") {
  const Fabric fabric = two_leaves(1, {400_Gbps, 400_Gbps, 400_Gbps, 400_Gbps});
  const auto used = [&](const char* gap) {
    std::vector<Flow> list;
    for (std::int64_t i = 0; i < 64; ++i) list.push_back({0, 1, 4_KiB, Duration{(1 + i * 20) * 1'000'000}});  // every 20 us
    const Outcomes out = play(fabric, flows(fabric, list), options_with(network({"routing=flowlet", std::string("flowlet_gap=") + gap})));
    CHECK(out.result.sane());
    CHECK(out.result.counters.retransmits == 0);
    const std::vector<double> shares = busy(fabric, out, 2);
    return std::count_if(shares.begin(), shares.end(), [](double share) { return share > 0; });
  };
  CHECK(used("50 us") == 1);
  CHECK(used("10 us") == 4);  // that one of four is missed by 64 draws: 4 (3/4)^64 = 4e-8
}

// Zahavi 2010: with D-mod-K no two flows of a shift share a link of a full fat tree, so each takes the closed form of an idle
// path; hashing lets flows meet, and some take twice as long.
TEST_CASE("routing: static paths carry any shift of a fat tree without a shared link") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "4"}, {"nic_rate", "400 Gb/s"}});
  for (const std::uint32_t shift : {1u, 2u, 4u, 7u}) {
    CAPTURE(shift);
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < 16; ++i) list.push_back({i, (i + shift) % 16, 256_KiB});
    const auto slowdown = [&](const char* routing) {
      const Outcomes out =
          play(fabric, flows(fabric, list),
               options_with(network({std::string("routing=") + routing, "transport=window", "window=1 MiB", "ack_every=64", "ecn=false"})));
      double worst = 0;
      for (const FlowRow& flow : out.flows)
        worst = std::max(worst, static_cast<double>((flow.finish - flow.start).ps) / static_cast<double>(flow.ideal.ps));
      return worst;
    };
    CHECK(slowdown("static") < 1.01);  // acknowledgements of the way back
    if (shift == 7) CHECK(slowdown("ecmp") > 1.3);
  }
}

// Queue pairs differ in their UDP source port only: switches that hash addresses see one flow, others as many as there are pairs.
TEST_CASE("routing: what switches hash decides whether queue pairs of a connection spread") {
  const Fabric fabric = two_leaves(1, {400_Gbps, 400_Gbps, 400_Gbps, 400_Gbps});
  const auto used = [&](const char* fields) {
    std::vector<Flow> list(32, {0, 1, 64_KiB});
    const Outcomes out =
        play(fabric, flows(fabric, list), options_with(network({"qps_per_connection=32", std::string("hash_fields=") + fields})));
    const std::vector<double> shares = busy(fabric, out, 2);
    return std::count_if(shares.begin(), shares.end(), [](double share) { return share > 0; });
  };
  CHECK(used("all") == 4);
  for (const char* fields : {"addresses", "source", "destination"}) CHECK(used(fields) == 1);
}

// Hash polarisation: with one hash everywhere, all flows that a leaf sent to its spine k hash to k there again, and half of the
// cores of a k = 4 fat tree (two per aggregation switch) are never used.
TEST_CASE("routing: a hash that all switches share leaves half the core links unused") {
  const Fabric fabric = good_fabric("fat_tree", {{"k", "4"}, {"nic_rate", "400 Gb/s"}});
  const auto idle_core_links = [&](const char* per_switch) {
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < 16; ++i)
      for (std::uint32_t j = 0; j < 16; ++j)
        if (i != j) list.push_back({i, j, 4_KiB});
    const Outcomes out =
        play(fabric, flows(fabric, list), options_with(network({std::string("hash_per_switch=") + per_switch, "qps_per_connection=8"})));
    std::size_t idle = 0;
    for (std::size_t l = 0; l < fabric.links.size(); ++l) {
      const Node& source = fabric.nodes[fabric.ports[fabric.links[l].source.index()].node.index()];
      const Node& target = fabric.nodes[fabric.ports[fabric.links[l].target.index()].node.index()];
      // Data and acknowledgements alike go up here; what carries only a few acknowledgements counts as used.
      if (source.tier == 2 && target.tier == 3 && out.result.links[l].utilization_mean == 0) ++idle;
    }
    return idle;
  };
  CHECK(idle_core_links("true") == 0);
  CHECK(idle_core_links("false") == 8);  // of 16
}

// A NIC of two ports has one in each plane; queue pairs take planes in turn and the messages of a connection take queue pairs in
// turn, so that both ports carry half of it. All of it stays in the plane that it entered.
TEST_CASE("routing: the messages of a connection use the planes of a NIC in turn") {
  const Fabric fabric = good_fabric("multi_plane", {{"servers", "2"}, {"planes", "2"}, {"servers_per_group", "2"}});
  const std::uint32_t other = fabric.hosts[1].first_gpu;
  std::vector<Flow> list(8, {0, other, 1_MiB});
  const Outcomes out = play(fabric, flows(fabric, list), options_with(network()));
  CHECK(out.result.sane());
  std::vector<std::int64_t> carried;
  for (std::uint32_t plane = 0; plane < 2; ++plane) {
    const LinkId link = fabric.ports[fabric.endpoints[fabric.endpoint_of_gpu(GpuId{0}, plane).index()].port.index()].out;
    carried.push_back(static_cast<std::int64_t>(out.result.links[link.index()].utilization_mean * 1e6));
  }
  CHECK(carried[0] > 0);
  CHECK(carried[0] == doctest::Approx(static_cast<double>(carried[1])).epsilon(0.01));
}
