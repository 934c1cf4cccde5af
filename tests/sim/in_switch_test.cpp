// SPDX-License-Identifier: Apache-2.0
// What the scale-up switch does (NVLS), in both engines: the two directions of ports are taken apart, so a reduction and a multicast
// overlap to S (1 + 1/g) per direction, and messages wait only for the direction that they need.
#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr Duration kLatency{1'200'000};

FusedGroup in_switch(Bytes bytes_in) { return {{RankId{0}, RankId{1}, RankId{2}, RankId{3}}, kLatency, true, bytes_in}; }

/// When rank 0's operations `ends` are over: one step each.
std::vector<Duration> finish(const Fabric& fabric, ScheduleBuilder&& builder, const std::vector<std::pair<RankId, OperationId>>& ends,
                             Fidelity fidelity) {
  Workload workload = all_gpus(fabric, "in switch");
  for (std::uint32_t step = 0; step < ends.size(); ++step) builder.depend(builder.marker(ends[step].first, step), ends[step].second);
  workload.schedule = std::move(std::move(builder).finish().value());
  SimulationOptions options = options_with(network());
  options.fidelity = fidelity;
  Progress progress;
  const Result<RunResult> result = simulate(fabric, workload, options, {}, progress);
  REQUIRE(result.has_value());
  REQUIRE(result->steps.size() == ends.size());
  std::vector<Duration> times(ends.size());
  for (const StepRow& row : result->steps) times[row.step] = row.finish - Time{0};
  return times;
}

}  // namespace

TEST_CASE("in switch: a reduction and a multicast at once take S (1 + 1/g) / B and their latency") {
  SmallFabricOptions shape;
  shape.gpus = 4;
  const Fabric fabric = star(2, shape);
  const Duration whole = serialisation(32_MiB, shape.scale_up_rate);
  const Duration share = serialisation(8_MiB, shape.scale_up_rate);
  for (const Fidelity fidelity : {Fidelity::packet, Fidelity::flow}) {
    CAPTURE(static_cast<int>(fidelity));
    ScheduleBuilder b;
    b.begin_job(0, 1);
    const auto reduction = b.fused(in_switch(8_MiB), 32_MiB);
    const auto multicast = b.fused(in_switch(32_MiB), 8_MiB);
    const auto times = finish(fabric, std::move(b), {{{0}, reduction[0]}, {{3}, multicast[3]}}, fidelity);
    CHECK(times[0] == whole + kLatency);
    // Out: after the reduction's S, S/g; in: after the reduction's S/g, S. Both end at the same time.
    CHECK(times[1] == whole + share + kLatency);
  }
}

TEST_CASE("in switch: a message waits for the direction that it needs, and not for the latency") {
  SmallFabricOptions shape;
  shape.gpus = 5;
  const Fabric fabric = star(2, shape);
  const Duration whole = serialisation(32_MiB, shape.scale_up_rate);
  const Duration share = serialisation(8_MiB, shape.scale_up_rate);
  for (const Fidelity fidelity : {Fidelity::packet, Fidelity::flow}) {
    CAPTURE(static_cast<int>(fidelity));
    ScheduleBuilder b;
    b.begin_job(0, 1);
    b.fused(in_switch(8_MiB), 32_MiB);              // GPUs 0 to 3: S out, S/4 in
    const auto out = b.transfer({1}, {4}, 32_MiB);  // behind the S that leaves GPU 1
    const auto times = finish(fabric, std::move(b), {{{4}, out.receive}}, fidelity);
    // The packet engine cuts it into chunks, each rounded up to a picosecond.
    CHECK(times[0] >= whole + whole + shape.scale_up_latency);
    CHECK(times[0] <= whole + whole + shape.scale_up_latency + Duration{1'000});
    ScheduleBuilder other;
    other.begin_job(0, 1);
    other.fused(in_switch(8_MiB), 32_MiB);
    const auto in = other.transfer({4}, {1}, 32_MiB);  // behind the S/4 that enters GPU 1
    const auto late = finish(fabric, std::move(other), {{{1}, in.receive}}, fidelity);
    CHECK(late[0] <= whole + share + shape.scale_up_latency);
    CHECK(late[0] < whole + whole);
  }
}
