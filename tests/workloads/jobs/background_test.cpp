// SPDX-License-Identifier: Apache-2.0
// Background job: offered load and counts within the bounds of a compound Poisson process, receivers, words for mistakes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/job_run.hpp"
#include "tests/support/small_fabrics.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/jobs/background_flows.hpp"

using namespace eastwest;
using tests::run_job;

namespace {

std::vector<GpuId> all_gpus(const Fabric& fabric) {
  std::vector<GpuId> gpus;
  for (std::uint32_t i = 0; i < fabric.gpu_count; ++i) gpus.push_back({i});
  return gpus;
}

std::vector<PatternFlow> drawn(const Fabric& fabric, const BackgroundWish& wish) {
  auto flows = draw_background_flows(fabric, all_gpus(fabric), wish);
  REQUIRE_MESSAGE(flows.has_value(), flows.error().message);
  return std::move(flows).value();
}

BackgroundWish wish_of(std::string_view sizes, double load, Duration duration, std::uint64_t seed) {
  BackgroundWish wish;
  wish.sizes = find_flow_sizes(sizes);
  wish.load = load;
  wish.duration = duration;
  wish.seed = seed;
  wish.flows_most = 10'000'000;
  return wish;
}

/// Mean of the squares of sizes, by a million equal steps through the distribution.
double mean_square(const FlowSizes& sizes) {
  double sum = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const auto bytes = static_cast<double>(sizes.at((i + 0.5) / 1e6).count);
    sum += bytes * bytes;
  }
  return sum / 1e6;
}

}  // namespace

TEST_CASE("background: flows and bytes offered are those of the load, within five standard deviations") {
  using namespace literals;
  const Fabric fabric = tests::star_fabric({.hosts = 64});
  const struct {
    const char* sizes;
    double load;
    Duration duration;
  } cases[] = {{"web_search", 0.3, 40_ms}, {"hadoop", 0.1, 10_ms}, {"data_mining", 0.5, 200_ms}};
  for (const auto& c : cases) {
    const double square = mean_square(find_flow_sizes(c.sizes));
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
      CAPTURE(c.sizes);
      CAPTURE(seed);
      const BackgroundWish wish = wish_of(c.sizes, c.load, c.duration, seed);
      const auto flows = drawn(fabric, wish);
      double bytes = 0;
      Duration latest;
      for (const PatternFlow& flow : flows) {
        bytes += static_cast<double>(flow.bytes.count);
        latest = std::max(latest, flow.start);
      }
      CHECK(latest < c.duration);
      // 64 senders of 400 Gb/s; a compound Poisson process of rate r over time T has variance r T E[size^2].
      const double asked = c.load * 64 * 400e9 / 8 * c.duration.seconds();
      const double count = asked / wish.sizes.mean();
      CHECK(std::abs(static_cast<double>(flows.size()) - count) < 5 * std::sqrt(count));
      CHECK(std::abs(bytes - asked) < 5 * std::sqrt(count * square));
    }
  }
}

TEST_CASE("background: receivers are all other hosts alike") {
  using namespace literals;
  const Fabric fabric = tests::star_fabric({.hosts = 8, .gpus = 4, .nics = 4});
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  const auto flows = drawn(fabric, wish_of("hadoop", 1, 20_ms, seed));
  std::vector<double> received(32, 0);
  for (const PatternFlow& flow : flows) {
    REQUIRE(flow.from / 4 != flow.to / 4);  // never to a GPU of the own host
    ++received[flow.to];
  }
  const double each = static_cast<double>(flows.size()) / 32;
  REQUIRE(each > 1'000);
  for (const double count : received) CHECK(std::abs(count - each) < 5 * std::sqrt(each));
}

TEST_CASE("background: the share that stays under a leaf is the one asked for") {
  using namespace literals;
  const Fabric fabric = test::two_tier(4, 8, 2);
  for (const double share : {0.0, 0.129, 0.5, 1.0}) {
    for (const std::uint64_t seed : {1u, 2u}) {
      CAPTURE(share);
      CAPTURE(seed);
      BackgroundWish wish = wish_of("hadoop", 0.5, 10_ms, seed);
      wish.by_leaf = true;
      wish.leaf_share = share;
      const auto flows = drawn(fabric, wish);
      double inside = 0;
      for (const PatternFlow& flow : flows) {
        REQUIRE_FALSE(flow.from == flow.to);
        inside += flow.from / 8 == flow.to / 8 ? 1 : 0;
      }
      const auto count = static_cast<double>(flows.size());
      REQUIRE(count > 5'000);
      CHECK(std::abs(inside - share * count) <= 5 * std::sqrt(share * (1 - share) * count));
    }
  }
}

TEST_CASE("background: seed and job decide; more load draws the same sizes and receivers, sooner") {
  using namespace literals;
  const Fabric fabric = tests::star_fabric({.hosts = 4});
  const auto same = [](const std::vector<PatternFlow>& a, const std::vector<PatternFlow>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const PatternFlow& x, const PatternFlow& y) {
      return x.from == y.from && x.to == y.to && x.bytes == y.bytes && x.start == y.start;
    });
  };
  BackgroundWish wish = wish_of("hadoop", 0.2, 5_ms, 1);
  const auto first = drawn(fabric, wish);
  CHECK(same(drawn(fabric, wish), first));
  wish.stream = 1;
  CHECK_FALSE(same(drawn(fabric, wish), first));
  wish.stream = 0;
  wish.seed = 2;
  CHECK_FALSE(same(drawn(fabric, wish), first));
  wish.seed = 1;
  wish.load = 0.4;
  const auto more = drawn(fabric, wish);
  REQUIRE(more.size() > first.size());
  for (std::size_t i = 0; i < first.size() && first[i].from == 0; ++i) {
    CHECK(more[i].to == first[i].to);
    CHECK(more[i].bytes == first[i].bytes);
    CHECK(std::abs(more[i].start.ps * 2 - first[i].start.ps) <= 2);
  }
}

TEST_CASE("background: ranks that share a NIC share its rate, planes add up") {
  const Fabric shared = tests::star_fabric({.hosts = 2, .gpus = 4, .nics = 1});
  CHECK(sender_rates(shared, all_gpus(shared)) == std::vector<double>(8, 100e9));
  CHECK(sender_rates(shared, std::vector<GpuId>{{0}, {4}}) == std::vector<double>(2, 400e9));
  Fabric planes = tests::star_fabric({.hosts = 2, .gpus = 1, .nics = 2});
  for (Host& host : planes.hosts) host.nic_ports = 2;
  CHECK(sender_rates(planes, all_gpus(planes)) == std::vector<double>(2, 800e9));
}

TEST_CASE("background: the schedule holds every flow once, with one record, and waits for its start") {
  const Fabric fabric = tests::star_fabric({.hosts = 4});
  const auto run = run_job("background", fabric, {{"sizes", "fixed"}, {"size", "64 KiB"}, {"load", "0.5"}, {"duration", "100 us"}});
  CHECK(run.said == "");
  std::size_t sends = 0;
  for (const Operation& operation : run.schedule.operations) {
    if (operation.kind != OperationKind::send) continue;
    ++sends;
    CHECK(operation.amount == 65'536);
    CHECK(operation.dependencies == 1);
  }
  CHECK(sends > 50);  // 4 x 200 Gb/s x 100 us / 64 KiB = 153 on average
  REQUIRE(run.schedule.collectives.size() == 1);
  CHECK(run.schedule.collectives[0].name == "background fixed");
  CHECK(run.schedule.collectives[0].operations == 2 * sends);
}

TEST_CASE("background: each mistake in its own words") {
  const Fabric one_host = tests::star_fabric({.hosts = 1, .gpus = 4});
  CHECK(run_job("background", one_host, {}).said ==
        "scenario.yaml:7:3: error: job `test`: rank 0 has no rank on another host to send to\n"
        "remedy: place the job on more hosts\n");
  const Fabric star = tests::star_fabric({.hosts = 4});
  CHECK(run_job("background", star, {{"destinations", "leaf"}}).said ==
        "scenario.yaml:7:3: error: job `test`: rank 0 has no rank on another host under a switch other than `switch`\n"
        "remedy: place the job on more hosts, or use `destinations: uniform`\n");
  CHECK(run_job("background", star, {{"destinations", "leaf"}, {"leaf_share", "1"}}).said == "");
  const Fabric lone = test::two_tier(4, 1, 1);
  CHECK(run_job("background", lone, {{"destinations", "leaf"}}).said ==
        "scenario.yaml:7:3: error: job `test`: rank 0 has no rank on another host under its own switch `" + lone.nodes[4].name +
            "`\n"
            "remedy: place the job on more hosts, or use `destinations: uniform`\n");
  CHECK(run_job("background", star, {{"sizes", "fixed"}, {"size", "1 B"}, {"load", "1"}, {"duration", "1 s"}}).said ==
        "scenario.yaml:7:3: error: job `test`: about 200000000000 flows would arrive, the limit is 10000000\n"
        "remedy: lower `duration` or `load`, or use larger flows\n");
  CHECK(run_job("background", star, {{"sizes", "data_mining"}, {"load", "0.001"}, {"duration", "1 us"}}).said ==
        "scenario.yaml:7:3: warning: job `test`: no flow arrives in 1.00 us\n"
        "remedy: raise `duration` or `load`\n");
}
