// SPDX-License-Identifier: Apache-2.0
// Loss in the flow engine: a message takes 1 / eta times its wire time, from the very moment that the loss begins.
#include <doctest/doctest.h>

#include <cmath>

#include "sim/flow/flow_plan.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

Outcomes flow_run(const Fabric& fabric, std::vector<Fault> faults, std::vector<std::string> changes) {
  SimulationOptions options = options_with(network(std::move(changes)));
  options.fidelity = Fidelity::flow;
  options.faults = std::move(faults);
  return play(fabric, flows(fabric, {{0, 1, 64_MiB}}), options);
}

double seconds(const Outcomes& out) { return (out.flows.at(0).finish - out.flows.at(0).start).seconds(); }

Fault loss_at(Time time, double from_a, double from_b) {
  Fault fault{time, CableId{0}, false, FaultKind::loss};
  fault.frame_loss = {from_a, from_b};
  return fault;
}

constexpr double kWire = 16384 * 83.56e-9;  // s, of 64 MiB

}  // namespace

// fiber-plant figures: 400 Gb/s, 10 us, 4096 B are 123 packets in flight; eta at 1e-2 to 1e-6.
TEST_CASE("flow loss: expected goodput is the published figures") {
  const BitRate rate{400'000'000'000};
  const NetworkOptions back = network({"recovery=go_back_n"});
  const double figures[] = {0.445946, 0.890374, 0.987848, 0.998771, 0.999877};
  double p = 1e-2;
  for (const double eta : figures) {
    CHECK(1 / flow::expansion_of(back, p, rate, 10_us) == doctest::Approx(eta).epsilon(1e-6));
    CHECK(1 / flow::expansion_of(network({"recovery=selective_repeat"}), p, rate, 10_us) == doctest::Approx(1 - p).epsilon(1e-12));
    p /= 10;
  }
  CHECK(1 / flow::expansion_of(back, 1e-2, rate, 20_us) == doctest::Approx(0.287791).epsilon(2e-6));
  CHECK(flow::expansion_of(back, 0, rate, 10_us) == 1);
  CHECK(flow::expansion_of(back, 1, rate, 10_us) == flow::kExpansionMost);
  // A window below the bandwidth-delay product is all that can be in flight: 16 packets.
  CHECK(1 / flow::expansion_of(network({"recovery=go_back_n", "window=64 KiB"}), 1e-2, rate, 10_us) ==
        doctest::Approx(0.99 / (0.99 + 0.16)));
}

TEST_CASE("flow loss: a lossy path takes 1 / eta of its wire time, of both its links") {
  Fabric fabric = line(1);
  const double clean = seconds(flow_run(fabric, {}, {}));
  fabric.links[0].frame_loss = 1e-2;
  fabric.links[2].frame_loss = 2e-2;  // switch to host 1
  const Outcomes out = flow_run(fabric, {}, {"recovery=selective_repeat"});
  const double eta = 0.99 * 0.98;
  CHECK(seconds(out) - clean == doctest::Approx(kWire * (1 / eta - 1)).epsilon(1e-6));
  CHECK(out.result.sane());
  CHECK(out.result.counters.frames_lost == 0);
  // All that was sent on a link times its loss.
  CHECK(out.result.links[0].frames_lost_expected == doctest::Approx(16384 / eta * 1e-2).epsilon(1e-6));
  CHECK(out.result.links[2].frames_lost_expected == doctest::Approx(16384 / eta * 2e-2).epsilon(1e-6));
}

TEST_CASE("flow loss: from the middle on, and away again, to the picosecond of the closed form") {
  const Fabric fabric = line(1);
  const double clean = seconds(flow_run(fabric, {}, {}));
  // Between 200 and 700 us only half arrives: 250 us are lost.
  const Outcomes out =
      flow_run(fabric, {loss_at(Time{200'000'000}, 0.5, 0), loss_at(Time{700'000'000}, 0, 0)}, {"recovery=selective_repeat"});
  CHECK(seconds(out) - clean == doctest::Approx(250e-6).epsilon(1e-6));
  CHECK(out.result.links[0].frames_lost_expected == doctest::Approx(500e-6 / 83.56e-9 * 0.5).epsilon(1e-6));
  REQUIRE(out.events.size() >= 2);
  CHECK(out.events[0].kind == EventKind::frame_loss);
  // The other direction carries acknowledgements alone, which this engine does not lose.
  CHECK(seconds(flow_run(fabric, {loss_at(Time{0}, 0, 0.5)}, {"recovery=selective_repeat"})) == clean);
}

TEST_CASE("flow loss: a path that loses everything stalls, and the diagnosis says why") {
  const Fabric fabric = line(1);
  const Outcomes out = flow_run(fabric, {loss_at(Time{0}, 1, 1)}, {});
  CHECK(out.result.outcome == Outcome::stalled);
  CHECK(out.result.diagnosis.find("lost on its way") != std::string::npos);
}

TEST_CASE("flow loss: too small to change a time, and still expected") {
  Fabric fabric = line(1);
  const Outcomes clean = flow_run(fabric, {}, {});
  for (Link& link : fabric.links) link.frame_loss = 1e-30;
  const Outcomes out = flow_run(fabric, {}, {});
  CHECK(out.result.simulated == clean.result.simulated);
  CHECK(out.result.counters.frames_lost_expected == doctest::Approx(2 * 16384 * 1e-30).epsilon(1e-6));
}
