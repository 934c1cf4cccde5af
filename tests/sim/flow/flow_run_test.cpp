// SPDX-License-Identifier: Apache-2.0
// What a flow run must hold to besides its rates: faults, classes, stalls, cancellation, determinism, and whole runs of random
// messages against the plain method.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/random.hpp"
#include "sim/flow/flow_plan.hpp"
#include "sim/path_hash.hpp"
#include "tests/support/plain_max_min.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::int64_t kFrame = 4096 + 62 + 20;

SimulationOptions flow_options(std::vector<std::string> changes = {}) {
  SimulationOptions options = options_with(network(std::move(changes)));
  options.fidelity = Fidelity::flow;
  return options;
}

std::vector<Flow> random_flows(std::uint64_t seed, std::uint32_t hosts, std::uint32_t count) {
  RandomStream random(seed, 21);
  std::vector<Flow> list;
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;  // one message per queue pair, so that none waits for another
  while (list.size() < count) {
    const auto from = static_cast<std::uint32_t>(random.below(hosts));
    const auto to = static_cast<std::uint32_t>(random.below(random.below(3) == 0 ? 3 : hosts));
    if (from == to || !pairs.insert({from, to}).second) continue;
    list.push_back({from, to, Bytes{static_cast<std::int64_t>(1000 + random.below(4'000'000))},
                    Duration{static_cast<std::int64_t>(random.below(200'000'000))}});
  }
  return list;
}

/// When each message has left, by solving everything anew at every arrival and end, in double.
std::vector<double> plain_ends(const Fabric& fabric, const SimulationOptions& options, const std::vector<Flow>& list) {
  const flow::FlowPlan plan = flow::make_flow_plan(fabric, options).value();
  std::vector<double> capacities;
  for (const Link& link : fabric.links) capacities.push_back(static_cast<double>(link.rate.bits_per_second));
  std::vector<PlainFlow> paths;
  std::vector<double> left;
  for (const Flow& message : list) {
    flow::FlowPath path;
    flow::find_path(plan, 0, {}, EndpointId{message.from}, EndpointId{message.to},
                    queue_pair_entropy(options.seed, RankId{message.from}, RankId{message.to}, 0), path);
    PlainFlow flow;
    for (const flow::Hop& hop : path.hops) {
      flow.links.push_back(hop.link);
      flow.weights.push_back(static_cast<double>(hop.weight) / static_cast<double>(flow::kFullWeight));
    }
    paths.push_back(flow);
    left.push_back(static_cast<double>(wire_bytes(options.network, message.bytes).count) * 8);
  }
  std::vector<double> ends(list.size(), -1);
  double now = 0;
  for (;;) {
    std::vector<std::size_t> active;
    double next = INFINITY;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (ends[i] >= 0) continue;
      const double start = list[i].start.seconds();
      if (start <= now) active.push_back(i);
      else next = std::min(next, start);
    }
    if (active.empty() && next == INFINITY) return ends;
    std::vector<PlainFlow> some;
    for (const std::size_t i : active) some.push_back(paths[i]);
    const std::vector<double> rates = plain_max_min(capacities, some);
    for (std::size_t k = 0; k < active.size(); ++k) next = std::min(next, now + left[active[k]] / rates[k]);
    for (std::size_t k = 0; k < active.size(); ++k) {
      left[active[k]] -= rates[k] * (next - now);
      if (left[active[k]] < 1e-3) ends[active[k]] = next;  // a thousandth of a bit
    }
    now = next;
  }
}

}  // namespace

// The engine's shortcuts against the plain method, message by message: 1e-6 of the time since the message began.
TEST_CASE("flow: random messages end when the plain max-min method says") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const Fabric fabric = two_tier(4, 4, 3);
    SimulationOptions options = flow_options({seed % 3 == 0 ? "routing=spray" : "routing=ecmp"});
    options.seed = seed;
    const std::vector<Flow> list = random_flows(seed, 16, 60);
    const std::vector<double> expected = plain_ends(fabric, options, list);
    const Outcomes out = play(fabric, flows(fabric, list), options);
    double worst = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      // The record's start is that of the send; what comes after the last byte has left is the rest of the ideal time.
      const double wire = serialisation(wire_bytes(options.network, list[i].bytes), 400_Gbps).seconds();
      const double left = out.flows[i].finish.seconds() - (out.flows[i].ideal.seconds() - wire);
      const double error = std::max(0.0, std::abs(left - expected[i]) - 2e-12);  // time is in whole ps
      worst = std::max(worst, error / (expected[i] - list[i].start.seconds()));
    }
    CHECK(worst <= 1e-6);
    CHECK(out.result.sane());
  }
}

TEST_CASE("flow: one digest for any number of threads and domains, another seed gives another") {
  const Fabric fabric = two_tier(4, 4, 3);
  const std::vector<Flow> list = random_flows(5, 16, 100);
  std::set<std::string> digests;
  SimulationOptions options = flow_options();
  options.probes.interval = 7_us;
  for (const unsigned threads : {1u, 2u, 4u}) {
    options.threads = threads;
    options.domains = threads * 3;
    digests.insert(play(fabric, flows(fabric, list), options).result.digest);
  }
  CHECK(digests.size() == 1);
  options.seed = 2;
  CHECK(play(fabric, flows(fabric, list), options).result.digest != *digests.begin());
}

// Integers throughout: the value was made by an optimised build and holds in every preset.
TEST_CASE("flow: the digest of a fixed run is a golden value in every build") {
  const Fabric fabric = two_tier(4, 4, 3);
  CHECK(play(fabric, flows(fabric, random_flows(7, 16, 100)), flow_options()).result.digest == "9921ed2940bd4c5d4e4c930e2f4012c4");
}

// Same hash, same links: over which spine a flow goes is not a matter of fidelity.
TEST_CASE("flow: ecmp takes the links that the packet engine takes") {
  const Fabric fabric = two_tier(4, 4, 5);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    std::vector<Flow> list;
    for (std::uint32_t i = 0; i < 16; ++i) list.push_back({i, (i + 4) % 16, 256_KiB});
    SimulationOptions options = flow_options();
    options.seed = seed;
    const Outcomes fluid = play(fabric, flows(fabric, list), options);
    options.fidelity = Fidelity::packet;
    const Outcomes packets = play(fabric, flows(fabric, list), options);
    for (std::size_t l = 0; l < fabric.links.size(); ++l) {
      // Acknowledgements of the packet engine take half a percent of the way back.
      const double acknowledgements = 0.02 * packets.result.links[l].utilization_mean + 0.01;
      CHECK((fluid.result.links[l].utilization_mean > 0.02) == (packets.result.links[l].utilization_mean > acknowledgements));
    }
  }
}

// Class 1 goes first: it ends as if alone, class 2 has what is left, here nothing until then.
TEST_CASE("flow: traffic classes are served in order") {
  const Fabric fabric = star(4);
  Workload w = all_gpus(fabric, "classes");
  w.jobs.push_back(w.jobs[0]);
  w.jobs[1].name = "second";
  w.jobs[1].traffic_class = 2;
  ScheduleBuilder b;
  b.begin_job(0, 1);
  b.transfer({0}, {3}, 1_MiB);
  b.begin_job(1, 2);
  b.transfer({1}, {3}, 1_MiB);
  b.transfer({1}, {2}, 4_MiB);
  w.schedule = std::move(std::move(b).finish().value());
  const Outcomes out = play(fabric, w, flow_options());
  const Duration path = 2_us + 600_ns;
  const Duration mega = serialisation({256 * kFrame}, 400_Gbps);
  CHECK(out.flows[0].finish - Time{0} == path + mega);
  // The other message of class 2 has the NIC alone meanwhile, then shares it: 1 alone, 1 at half (the waiting one), 2 alone.
  CHECK(out.flows[1].finish - Time{0} == path + mega * 3);
  CHECK(out.flows[2].finish - Time{0} == path + mega * 5);
}

// Cables of the diamond: 0 and 1 hosts, 2 and 3 leaf 0 to the spines, 4 and 5 leaf 1.
TEST_CASE("flow: a message stands still from a fault to the new routes, then goes on the other way") {
  const Fabric fabric = two_tier(2, 1, 2);
  std::uint64_t hurt = 0;
  for (const std::uint32_t cable : {2u, 3u}) {
    SimulationOptions options = flow_options({"reroute_delay=50 us"});
    options.faults = {{Time{100'000'000}, CableId{cable}, false}};
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options);
    CHECK(out.result.outcome == Outcome::complete);
    CHECK(out.result.sane());
    const Duration late = out.flows[0].finish - out.flows[0].start - out.flows[0].ideal;
    CHECK((late == 0_us || late == 50_us));
    hurt += late == 50_us ? 1 : 0;
    REQUIRE(out.events.size() == 2);
    CHECK(out.events[0].kind == EventKind::link_down);
    CHECK(out.events[0].time == Time{100'000'000});
    CHECK(out.events[1].kind == EventKind::reroute);
    CHECK(out.events[1].time == Time{150'000'000});
  }
  CHECK(hurt == 1);  // only the one in use
}

TEST_CASE("flow: a cable that comes back before the new routes lets its messages go on") {
  const Fabric fabric = line(1);
  SimulationOptions options = flow_options({"reroute_delay=10 ms"});
  options.faults = {{Time{100'000'000}, CableId{0}, false}, {Time{130'000'000}, CableId{0}, true}};
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options);
  CHECK(out.flows[0].finish - out.flows[0].start == out.flows[0].ideal + 30_us);
}

TEST_CASE("flow: spray stands still until the new routes, adaptive routing steers around at once") {
  const Fabric fabric = two_tier(2, 1, 2);
  for (const bool adaptive : {false, true}) {
    SimulationOptions options = flow_options({adaptive ? "routing=adaptive" : "routing=spray", "reroute_delay=50 us"});
    options.faults = {{Time{100'000'000}, CableId{2}, false}};
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 32_MiB}}), options);
    CHECK(out.flows[0].finish - out.flows[0].start - out.flows[0].ideal == (adaptive ? 0_us : 50_us));
  }
}

TEST_CASE("flow: a message without a way stalls the run, and the diagnosis names job, ranks and link") {
  const Fabric fabric = line(1);
  for (const char* delay : {"reroute_delay=1 us", "reroute_delay=1 s"}) {
    SimulationOptions options = flow_options({delay});
    options.faults = {{Time{1'000'000}, CableId{0}, false}};
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options);
    CHECK(out.result.outcome == Outcome::stalled);
    CHECK_FALSE(out.result.sane());
    INFO(out.result.diagnosis);
    CHECK(out.result.diagnosis.find("job `flows`: rank 0 (host-0 GPU 0) cannot send 1 MiB to rank 1 (host-1 GPU 0)") != std::string::npos);
    CHECK(out.events.back().kind == EventKind::stall);
  }
}

TEST_CASE("flow: a route that comes later is taken then") {
  const Fabric fabric = line(1);
  SimulationOptions options = flow_options({"reroute_delay=1 us"});
  options.faults = {{Time{1'000'000}, CableId{1}, false}, {Time{500'000'000}, CableId{1}, true}};
  const Outcomes out = play(fabric, flows(fabric, {{0, 1, 1_MiB}}), options);
  // 1 us sent before the fault, the rest from 501 us on.
  CHECK(out.flows[0].finish - out.flows[0].start - out.flows[0].ideal == 500_us);
}

TEST_CASE("flow: a cancelled run ends at once and says so") {
  const Fabric fabric = star(3);
  Workload w = flows(fabric, {{0, 1, 1_GiB}, {1, 2, 1_GiB, 1_ms}});
  Progress progress;
  progress.cancel = true;
  const Result<RunResult> result = simulate(fabric, w, flow_options(), {}, progress);
  REQUIRE(result.has_value());
  CHECK(result->outcome == Outcome::cancelled);
  CHECK_FALSE(result->sane());
  CHECK(result->job_finish.at(0) == kTimeNever);
}

// No new work after the duration: a job that would begin later is not run, and the run is complete without it.
TEST_CASE("flow: jobs that begin after the duration do not run") {
  const Fabric fabric = star(3);
  Workload w = flows(fabric, {{0, 1, 1_MiB}});
  w.jobs[0].start = Time{2'000'000'000};
  SimulationOptions options = flow_options();
  options.duration = 1_ms;
  const Outcomes out = play(fabric, w, options);
  CHECK(out.result.outcome == Outcome::complete);
  CHECK(out.flows.empty());
}

// A fused collective holds its members' ports for latency + bytes / rate; a message there waits for its end.
TEST_CASE("flow: a fused collective holds the scale-up ports of its members") {
  SmallFabricOptions shape;
  shape.gpus = 4;
  const Fabric fabric = star(2, shape);
  Workload w = all_gpus(fabric, "fused");
  ScheduleBuilder b;
  b.begin_job(0, 1);
  const Duration one = serialisation(36_MiB, shape.scale_up_rate);
  const auto fused = b.fused({{RankId{0}, RankId{1}, RankId{2}}, 5_us}, 36_MiB);
  const auto again = b.fused({{RankId{1}, RankId{3}}, 5_us}, 36_MiB);  // waits for rank 1's port
  const auto message = b.transfer({0}, {3}, 36_MiB);
  const OperationId marker = b.marker({3}, 0);
  b.depend(marker, message.receive);
  b.depend(marker, again[1]);
  const OperationId first = b.marker({2}, 0);
  b.depend(first, fused[2]);
  w.schedule = std::move(std::move(b).finish().value());
  std::vector<StepRow> steps;
  Progress progress;
  const Result<RunResult> result = simulate(fabric, w, flow_options(), {}, progress);
  REQUIRE(result.has_value());
  REQUIRE(result->steps.size() == 2);
  CHECK(result->steps[0].finish - Time{0} == 5_us + one);  // rank 2
  // Rank 0's egress is free after the first, rank 3's ingress only after the second.
  CHECK(result->steps[1].finish - Time{0} == (5_us + one) * 2 + one + shape.scale_up_latency);
}

// A driver sees its transfers end, posts the next and is asked again: ping-pong at the closed form.
TEST_CASE("flow: a driver is called when its transfers end") {
  const Fabric fabric = star(2);
  Workload w = all_gpus(fabric, "driver");
  w.schedule = std::move(ScheduleBuilder{}.finish().value());
  int rounds = 0;
  std::vector<Time> ends;
  Driver driver;
  driver.name = "ping-pong";
  driver.advance = [&](Time now, std::span<const TransferDone> done, Posting& posting) {
    for (const TransferDone& one : done) ends.push_back(one.time);
    if (rounds < 4) {
      const bool there = rounds % 2 == 0;
      posting.transfers.push_back(
          {RankId{there ? 0u : 1u}, RankId{there ? 1u : 0u}, 256_KiB, now + 10_us, static_cast<std::uint64_t>(rounds), 1});
      ++rounds;
    }
    return kTimeNever;
  };
  w.drivers.push_back(driver);
  const Outcomes out = play(fabric, w, flow_options());
  CHECK(out.result.outcome == Outcome::complete);
  REQUIRE(ends.size() == 4);
  const Duration one = 10_us + 2_us + 600_ns + serialisation({64 * kFrame}, 400_Gbps);
  for (std::int64_t i = 0; i < 4; ++i) CHECK(ends[static_cast<std::size_t>(i)] - Time{0} == one * (i + 1));
  CHECK(out.flows.size() == 4);
}
