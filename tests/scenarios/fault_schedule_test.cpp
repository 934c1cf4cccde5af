// SPDX-License-Identifier: Apache-2.0
// Faults of a scenario as what happens to cables: dirt in dB becomes frame loss by the cable's margin, adds up, and is cleaned away.
#include "scenarios/fault_schedule.hpp"

#include <doctest/doctest.h>

#include "scenarios/expand.hpp"
#include "tests/sim/trace/trace_fixture.hpp"
#include "tests/support/played_scenario.hpp"
#include "tests/support/small_fabrics.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

ScenarioFault dirty(std::int64_t ms, std::int64_t mdb, const char* direction = "both", const char* link = "C0000") {
  ScenarioFault fault{Time{ms * 1'000'000'000}, link, "dirty_connector", {}};
  fault.loss = Loss{mdb};
  fault.direction = direction;
  return fault;
}

ScenarioFault clean(std::int64_t ms, const char* direction = "both") {
  ScenarioFault fault{Time{ms * 1'000'000'000}, "C0000", "clean", {}};
  fault.direction = direction;
  return fault;
}

/// Of cable C0000 with 0.2 dB of headroom and a design loss of 1e-15 each way, or another; frames of 4096 B and 62 B of headers.
std::vector<Fault> schedule(const std::vector<ScenarioFault>& faults, double design_loss = 1e-15) {
  Fabric fabric = star(2);
  fabric.cables[0].margin_db = 0.2;
  for (Link& link : fabric.links) link.frame_loss = design_loss;
  Diagnostics diagnostics;
  std::vector<Fault> result = fault_schedule(faults, fabric, test::network(), 1, diagnostics);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.print());
  return result;
}

const std::string kSite =
    "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 2}\n"
    "jobs: {ring: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}}\n";

std::string errors_of(const std::string& faults) {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(kSite + "faults:\n" + faults, "t.yaml", ".", {}, diagnostics);
  if (scenario) build(*scenario, diagnostics);
  return diagnostics.print();
}

}  // namespace

// The margin table of PAM4 with RS(544,514): -0.25 dB give 1.2067e-7 of full frames, -0.5 dB 3.0112e-4, 0 dB 6.9518e-12.
TEST_CASE("fault schedule: dirt takes its loss off the margin, more of it adds up, cleaning puts the design back") {
  const std::vector<Fault> faults = schedule({dirty(3, 250), dirty(1, 450), clean(5), dirty(7, 200)});
  REQUIRE(faults.size() == 4);
  for (const Fault& fault : faults) CHECK(fault.kind == FaultKind::loss);
  CHECK(faults[0].frame_loss[0] == doctest::Approx(1.2067e-7).epsilon(2e-3));
  CHECK(faults[0].frame_loss[1] == faults[0].frame_loss[0]);
  CHECK(faults[1].time == Time{3'000'000'000});
  CHECK(faults[1].frame_loss[0] == doctest::Approx(3.0112e-4).epsilon(2e-3));
  CHECK(faults[2].frame_loss[0] == 1e-15);
  CHECK(faults[3].frame_loss[1] == doctest::Approx(6.9518e-12).epsilon(2e-3));
}

TEST_CASE("fault schedule: a margin in the fault stands for the site's") {
  ScenarioFault fault = dirty(1, 500);
  fault.margin = Loss{500};
  CHECK(schedule({fault}).at(0).frame_loss[0] == doctest::Approx(6.9518e-12).epsilon(2e-3));
  const Scenario scenario = [] {
    Diagnostics diagnostics;
    const std::vector<std::string> optics = {"site.host_optic=400g-dr4"};  // the default is copper, which has no connectors
    const auto read = load_scenario_text(
        kSite + "faults:\n  - {time: 1 ms, link: C0001, action: dirty_connector, loss: 0.8 dB, margin: 0.2 dB, direction: a_to_b}\n",
        "t.yaml", ".", optics, diagnostics);
    REQUIRE_MESSAGE(read.has_value(), diagnostics.print());
    CHECK_MESSAGE(build(*read, diagnostics).has_value(), diagnostics.print());
    return *read;
  }();
  CHECK(expand(scenario).find("action: dirty_connector, loss: 0.8 dB, margin: 0.2 dB, direction: a_to_b}") != std::string::npos);
}

TEST_CASE("fault schedule: dirt makes no link better than it was: what it loses else stays") {
  // -0.05 dB is left of the margin, about 1e-10 of frames: less than what the link loses anyway, or what an earlier fault said.
  CHECK(schedule({dirty(1, 250)}, 1e-3).at(0).frame_loss[0] == 1e-3);
  CHECK(schedule({dirty(1, 700)}, 1e-5).at(0).frame_loss[0] == doctest::Approx(3.0112e-4).epsilon(2e-3));
  ScenarioFault said{Time{1'000'000'000}, "C0000", "frame_loss", {}};
  said.direction = "both";
  said.probability = 0.01;
  const std::vector<Fault> faults = schedule({said, dirty(2, 250), clean(3)});
  CHECK(faults[1].frame_loss[1] == 0.01);
  CHECK(faults[2].frame_loss[1] == 1e-15);
}

TEST_CASE("fault schedule: dirt adds to what was measured of the link, whichever figure was measured") {
  // 400GBASE-DR4 has 3 dB; error rate and frame loss are those of a margin of 0 dB, so that 0.5 dB of dirt gives 3.0112e-4 each time.
  for (const char* figure :
       {"loss_db\nC0001,3.0", "pre_fec_ber\nC0001,2.4e-4", "frame_loss\nC0001,6.9518e-12", "loss_db,pre_fec_ber\nC0001,1.5,2.4e-4"}) {
    CAPTURE(figure);
    TemporaryDirectory folder;
    folder.write("measured.csv", std::string("cable_id,") + figure + "\n");
    Diagnostics diagnostics;
    const auto scenario = load_scenario_text(
        "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 2, host_optic: 400g-dr4, fabric_optic: 400g-dr4, plant: "
        "{measured: measured.csv}}\n"
        "jobs: {ring: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}}\n"
        "faults: [{time: 1 ms, link: C0001, action: dirty_connector, loss: 0.5 dB}]\n",
        "t.yaml", folder.path().string(), {}, diagnostics);
    REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
    const auto built = build(*scenario, diagnostics);
    REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
    REQUIRE(built->options.faults.size() == 1);
    CHECK(built->options.faults[0].frame_loss[0] == doctest::Approx(3.0112e-4).epsilon(5e-3));
  }
}

TEST_CASE("fault schedule: an integral cable has no connector that could be dirty") {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(
      "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 2, fabric_optic: aec-400g}\n"
      "jobs: {ring: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}}\n"
      "faults: [{time: 1 ms, link: leaf-0 - spine-0, action: dirty_connector, loss: 0.5 dB, margin: 1 dB}]\n",
      "t.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  build(*scenario, diagnostics);
  CHECK(diagnostics.print().find("which has no connector that could be dirty") != std::string::npos);
}

TEST_CASE("fault schedule: a is what the fault names first") {
  // Cable 0 runs from server-0 (its end a) to leaf-0.
  const auto changes_a = [](const char* link, const char* direction) {
    const Fault fault = schedule({dirty(1, 700, direction, link)}).at(0);
    CHECK((fault.frame_loss[0] >= 0) != (fault.frame_loss[1] >= 0));
    return fault.frame_loss[0] >= 0;
  };
  CHECK(changes_a("C0000", "a_to_b"));
  CHECK_FALSE(changes_a("C0000", "b_to_a"));
  CHECK(changes_a("server-0 - leaf-0", "a_to_b"));
  CHECK_FALSE(changes_a("leaf-0 - server-0", "a_to_b"));
  CHECK(changes_a("leaf-0:0", "b_to_a"));
  CHECK(changes_a("server-0:0", "a_to_b"));
}

TEST_CASE("fault schedule: without a margin the error says how to give it") {
  // As a link of an imported fabric, which has a delay and no optics.
  Diagnostics diagnostics;
  fault_schedule({dirty(1, 800)}, star(2), test::network(), 1, diagnostics);
  const std::string told = diagnostics.print();
  INFO(told);
  CHECK(told.find("error: the optical margin of the cable `C0000`") != std::string::npos);
  CHECK(told.find("plant.measured: FILE.csv") != std::string::npos);
  CHECK(told.find("margin: 0.2 dB") != std::string::npos);
  CHECK(told.find("action: frame_loss") != std::string::npos);
}

TEST_CASE("fault schedule: values that an action needs or has no use for, all in one pass") {
  const std::string told = errors_of(
      "  - {time: 1 ms, link: C0001, action: dirty_connector}\n  - {time: 1 ms, link: C0001, action: frame_loss}\n"
      "  - {time: 1 ms, link: C0001, loss: 1 dB}\n  - {time: 1 ms, link: C0001, action: clean, probability: 0.1}\n"
      "  - {time: 1 ms, link: C0001, action: up, direction: a_to_b}\n  - {time: 1 ms, link: C0001, action: frame_loss, probability: 2}\n"
      "  - {time: 1 ms, link: C0001, action: dirty_connector, loss: 0.8}\n");
  INFO(told);
  for (const char* part : {":4:5: error: `action: dirty_connector` needs `loss`", ":5:5: error: `action: frame_loss` needs `probability`",
                           "`loss` has no meaning with `action: down`", "`probability` has no meaning with `action: clean`",
                           "`direction` has no meaning with `action: up`", "t.yaml:9:", "t.yaml:10:"})
    CHECK_MESSAGE(told.find(part) != std::string::npos, part);
}

TEST_CASE("fault schedule: on sprayed paths a packet that is sent again takes another path, so a dead link costs time and not the run") {
  for (const std::string routing : {"spray", "adaptive"}) {
    CAPTURE(routing);
    // One of the uplinks of leaf-0 loses every frame; no routing protocol sees it, for its light is on.
    const PlayedScenario played = play_scenario(
        "site: {topology: leaf_spine, servers: 8, server: plain, leaves: 2}\n"
        "jobs: {ring: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}}\n"
        "network: {routing: " +
        std::string(routing) +
        ", retransmit_timeout: 100 us}\n"
        "faults: [{time: 0 s, link: C0009, action: frame_loss, probability: 1}]\n");
    CHECK(played.result.counters.frames_lost > 0);
    CHECK(played.result.sane());
  }
}

TEST_CASE("fault schedule: a scenario with losses runs, and its expanded text runs the same") {
  const std::string text = kSite +
                           "network: {retransmit_timeout: 300 us}\nfaults:\n"
                           "  - {time: 0 s, link: \"server-00 - leaf-0\", action: frame_loss, probability: 0.001, direction: b_to_a}\n"
                           "  - {time: 30 us, link: \"server-00 - leaf-0\", action: clean}\n";
  const PlayedScenario first = play_scenario(text);
  CHECK(first.result.counters.frames_lost_expected > 0);
  CHECK(first.result.sane());
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text, "t.yaml", ".", {}, diagnostics);
  REQUIRE(scenario.has_value());
  const std::string again = expand(*scenario);
  CHECK(again.find("action: frame_loss, probability: 0.001, direction: b_to_a}") != std::string::npos);
  CHECK(play_scenario(again).result.digest == first.result.digest);
}

}  // namespace eastwest::tests
