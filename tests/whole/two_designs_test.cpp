// SPDX-License-Identifier: Apache-2.0
// Rail-optimised against 2:1 oversubscribed leaf-spine at a small scale: the direction and size of the difference that
// theory expects (docs/validation.md).
//
// Four servers of eight GPUs and eight NICs of R = 400 Gb/s. Rail-optimised: NIC i of all servers on leaf i, so equal GPUs are
// one switch apart. Leaf-spine: two servers per leaf, 16 NICs down and 8 links of R up. Every GPU sends `size` to the GPU
// of equal number in another server, so each NIC carries one flow out and one in, wire time w.
//   Rail: no link carries two flows, time w + alpha.
//   Leaf-spine, partner on the same leaf: the same.
//   Leaf-spine, partner on the other leaf: 16 flows share 8 uplinks. A fabric that uses all of them needs 2 w + alpha, twice
//   the rail's time; ECMP, which places whole flows, needs m w + alpha, m the flows on the fullest link, up or down (m >= 2).
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "scenarios/runner.hpp"
#include "sim/simulation.hpp"

using namespace eastwest;

namespace {

constexpr const char* kRail = "topology: rail_optimised";
constexpr const char* kLeafSpine = "topology: leaf_spine, leaves: 2, oversubscription: 2";

struct Figures {
  double seconds = 0;       // the whole job
  double spine_busy = 0;    // seconds that the busiest link between leaf and spine was busy
  std::uint64_t marks = 0;  // by ECN
};

Figures play(const std::string& site, const std::string& job, const std::string& network, const std::string& seed = "1") {
  const std::string text =
      "seed: " + seed + "\nsite: {" + site + ", servers: 4, server: dgx-h100}\njobs:\n  a: " + job + "\nnetwork: {" + network + "}\n";
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text, "two-designs.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  Progress progress;
  const Result<RunResult> result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  REQUIRE(result.has_value());
  CHECK(result->sane());
  Figures out;
  out.seconds = result->job_finish.at(0).seconds();
  out.marks = result->counters.ecn_marks;
  const Fabric& fabric = *built->fabric;
  for (std::size_t l = 0; l < result->links.size(); ++l) {
    const Node& from = fabric.nodes[fabric.ports[fabric.links[l].source.index()].node.index()];
    const Node& to = fabric.nodes[fabric.ports[fabric.links[l].target.index()].node.index()];
    if (from.kind == NodeKind::network_switch && to.kind == NodeKind::network_switch)
      out.spine_busy = std::max(out.spine_busy, result->links[l].utilization_mean * out.seconds);
  }
  return out;
}

/// Every GPU of server s sends to the same GPU of server `partner[s]`.
std::string permutation(const std::array<int, 4>& partner) {
  std::string list;
  for (int s = 0; s < 4; ++s)
    for (int g = 0; g < 8; ++g) list += (list.empty() ? "" : ", ") + std::to_string(partner[static_cast<std::size_t>(s)] * 8 + g);
  return "{kind: permutation, size: 16 MiB, destinations: [" + list + "]}";
}

const std::string kNear = permutation({1, 0, 3, 2});
const std::string kAcross = permutation({2, 3, 0, 1});
constexpr double kFlow = (16 << 20) / 4096 * 4178 / 50e9;  // w: 4,096 frames of 4,178 B on the wire

}  // namespace

TEST_CASE("two designs: on rails, and inside a leaf, every NIC has the wire for itself") {
  for (const char* network : {"routing: ecmp", "routing: adaptive", "routing: spray"}) {
    for (const std::string& job : {kNear, kAcross}) {
      const double rail = play(kRail, job, network).seconds;
      CHECK(rail > kFlow);
      CHECK(rail < kFlow + 6e-6);  // alpha: two NICs, one switch, two cables
    }
    const double inside = play(kLeafSpine, kNear, network).seconds;
    CHECK(inside > kFlow);
    CHECK(inside < kFlow + 6e-6);
  }
}

TEST_CASE("two designs: across a 2:1 spine all traffic takes twice as long where all uplinks are used") {
  const double rail = play(kRail, kAcross, "routing: adaptive, ecn: false").seconds;
  const double leaf_spine = play(kLeafSpine, kAcross, "routing: adaptive, ecn: false").seconds;
  CHECK(leaf_spine >= 2 * kFlow);
  CHECK(leaf_spine / rail > 1.95);
  CHECK(leaf_spine / rail < 2.05);
}

TEST_CASE("two designs: with ECMP the fullest link decides, at least twice and as many times as it has flows") {
  const double rail = play(kRail, kAcross, "routing: ecmp, ecn: false").seconds;
  for (const char* seed : {"1", "2", "3"}) {
    CAPTURE(seed);
    const Figures leaf_spine = play(kLeafSpine, kAcross, "routing: ecmp, ecn: false", seed);
    const double flows = leaf_spine.spine_busy / kFlow;
    CHECK(flows > 2 * 0.98);
    CHECK(leaf_spine.seconds / rail > 0.97 * flows);
    CHECK(leaf_spine.seconds / rail < 1.1 * flows);
  }
}

// What training does: gradients in one ring per rail over all servers. Two of the four servers have their next one on the
// other leaf, so 8 flows share the 8 uplinks of a leaf: capacity is there, and adaptive routing finds it; ECMP puts m of them
// on the fullest link and stretches the network's phase m times. DCQCN (ECN on) can only add to that.
TEST_CASE("two designs: the rings of a hierarchical all-reduce lose by ECMP collisions, not by capacity") {
  const std::string job = "{kind: collective, algorithm: hierarchical_all_reduce, size: 64 MiB, fused: true}";
  // Per NIC 2 (N-1)/N S/g = 12 MiB in frames of 4,178 B; inside the host 2 (g-1)/g S over 450 GB/s; six rounds of alpha.
  const double network = 2 * 0.75 * (64 << 20) / 8 * 4178 / 4096 / 50e9;
  const double inside = 2 * 0.875 * (64 << 20) / 450e9;
  const double rail = play(kRail, job, "routing: ecmp").seconds;
  CHECK(rail > network + inside);
  CHECK(rail < network + inside + 6 * 6e-6);
  CHECK(play(kLeafSpine, job, "routing: adaptive, ecn: false").seconds < rail + 6 * 3e-6);  // two switches more per round
  const Figures collided = play(kLeafSpine, job, "routing: ecmp, ecn: false");
  const double flows = collided.spine_busy / network;
  CHECK(flows > 2 * 0.98);
  CHECK((collided.seconds - rail + network) / network > 0.95 * flows);
  CHECK((collided.seconds - rail + network) / network < 1.15 * flows);
  const Figures marked = play(kLeafSpine, job, "routing: ecmp");
  CHECK(marked.marks > 0);
  CHECK(marked.seconds > 0.99 * collided.seconds);
}
