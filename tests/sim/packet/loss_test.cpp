// SPDX-License-Identifier: Apache-2.0
// Frame loss: what a fault adds at a time, what a run had to expect, and the goodput that textbooks give.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "sim/idle_path.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

// line(1): cable 0 joins host 0 and the switch, link 0 leaves host 0; cable 1 joins the other host.
constexpr std::size_t kForth = 0;

Fault loss_at(Time time, double from_a, double from_b, CableId cable = CableId{0}) {
  Fault fault{time, cable, false, FaultKind::loss};
  fault.frame_loss = {from_a, from_b};
  return fault;
}

Outcomes lossy(std::vector<Fault> faults, std::vector<std::string> changes = {}, Bytes bytes = 16_MiB, std::uint64_t seed = 1,
               unsigned threads = 1, unsigned domains = 0) {
  const Fabric fabric = line(1);
  SimulationOptions options = options_with(network(std::move(changes)));
  options.seed = seed;
  options.faults = std::move(faults);
  options.threads = threads;
  options.domains = domains;
  return play(fabric, flows(fabric, {{0, 1, bytes}}), options);
}

}  // namespace

TEST_CASE("loss: a fault changes one direction or both from its time on, and the events say so") {
  // 16 MiB take 342 us at 400 Gb/s: half of the frames leave after 171 us.
  const Time half{171'000'000};
  const Outcomes clean = lossy({});
  CHECK(clean.result.counters.frames_lost == 0);
  CHECK(clean.result.counters.frames_lost_expected == 0);
  const Outcomes forth = lossy({loss_at(half, 1e-2, Fault::kLossStays)}, {"retransmit_timeout=200 us", "recovery=selective_repeat"});
  const LinkTotal& data = forth.result.links[kForth];
  CHECK(forth.result.sane());
  CHECK(data.frames_lost > 0);
  CHECK(data.frames_lost == forth.result.counters.drops_loss);
  // About half of 4096 packets and their repairs, each at 1e-2.
  CHECK(data.frames_lost_expected == doctest::Approx(0.01 * 2048).epsilon(0.05));
  CHECK(forth.result.links[1].frames_lost_expected == 0);
  REQUIRE(forth.events.size() >= 1);
  CHECK(forth.events[0].kind == EventKind::frame_loss);
  CHECK(forth.events[0].time == half);
  CHECK(forth.events[0].link == kForth);
  CHECK(std::bit_cast<double>(forth.events[0].detail) == 1e-2);
  const Outcomes both = lossy({loss_at(half, 1e-2, 1e-2)}, {"retransmit_timeout=200 us", "recovery=selective_repeat"});
  CHECK(both.result.links[1].frames_lost_expected > 0);
  CHECK(both.result.sane());
}

TEST_CASE("loss: what is put back ends it, and the expectation is of the time between") {
  const Outcomes out = lossy({loss_at(Time{100'000'000}, 1e-3, 0), loss_at(Time{200'000'000}, 0, 0)},
                             {"retransmit_timeout=200 us", "recovery=selective_repeat"});
  // 100 us of frames that take 83.56 ns each.
  CHECK(out.result.links[kForth].frames_lost_expected == doctest::Approx(1e-3 * 100e3 / 83.56).epsilon(0.02));
  CHECK(out.result.sane());
}

// 2^-64 is 5.4e-20: nothing that a draw of 64 bits could tell from none, but not none.
TEST_CASE("loss: far below what can be drawn nothing is lost, nothing is paid and the expectation stands") {
  const Outcomes clean = lossy({});
  for (const double p : {1e-12, 1e-25, 1e-80}) {
    CAPTURE(p);
    Fabric fabric = line(1);
    for (Link& link : fabric.links) link.frame_loss = p;
    const Outcomes out = play(fabric, flows(fabric, {{0, 1, 16_MiB}}), options_with(network()));
    CHECK(out.result.counters.frames_lost == 0);
    CHECK(out.result.simulated == clean.result.simulated);
    CHECK(out.result.digest == clean.result.digest);
    double frames = 0;
    for (const LinkTotal& link : out.result.links) frames += static_cast<double>(link.frames);
    CHECK(frames > 8192);  // 4096 packets over two links, and answers
    CHECK(out.result.counters.frames_lost_expected == doctest::Approx(frames * p).epsilon(1e-12));
    CHECK(out.result.sane());
  }
}

TEST_CASE("loss: neither threads nor domains change what is lost") {
  const std::vector<Fault> faults = {loss_at(Time{50'000'000}, 1e-3, 1e-2),
                                     loss_at(Time{150'000'000}, 1e-2, Fault::kLossStays, CableId{1})};
  const std::vector<std::string> changes = {"retransmit_timeout=200 us"};
  const Outcomes one = lossy(faults, changes);
  CHECK(one.result.counters.frames_lost > 0);
  for (const unsigned domains : {1u, 2u, 3u}) {
    const Outcomes other = lossy(faults, changes, 16_MiB, 1, 2, domains);
    CHECK(other.result.digest == one.result.digest);
    CHECK(other.result.counters.frames_lost == one.result.counters.frames_lost);
    CHECK(other.result.counters.frames_lost_expected == one.result.counters.frames_lost_expected);
  }
}

// eta = (1 - p) / (1 - p + p W) with W packets in flight for go-back-N, 1 - p for selective repeat (Bertsekas and Gallager, "Data
// Networks", section 2.4). Losses scatter as a Poisson count; three sigma.
TEST_CASE("loss: goodput at random loss is the textbook's") {
  constexpr Bytes kBytes = 256_MiB;
  constexpr double kPackets = 65536;
  const Outcomes clean = lossy({}, {}, kBytes);
  const double clean_time = (clean.flows.at(0).finish - clean.flows.at(0).start).seconds();
  const double round_trip =
      5.2e-6 + 2 * 83.56e-9;  // 4 links of 1 us, 2 switch passages of 0.6 us, the packet itself and what shows the gap
  const double in_flight = std::ceil(400e9 * round_trip / (8 * 4096));
  for (const double p : {3e-4, 1e-3, 3e-3}) {
    CAPTURE(p);
    const double sigma = 1 / std::sqrt(p * kPackets);
    const auto eta_of = [&](const char* recovery) {
      const Outcomes out = lossy({loss_at(Time{0}, p, Fault::kLossStays)}, {recovery, "retransmit_timeout=30 us"}, kBytes);
      CHECK(out.result.sane());
      return clean_time / (out.flows.at(0).finish - out.flows.at(0).start).seconds();
    };
    const double back = (1 - p) / (1 - p + p * in_flight);
    CHECK(eta_of("recovery=go_back_n") == doctest::Approx(back).epsilon(3 * sigma * (1 - back) + 0.004));
    CHECK(eta_of("recovery=selective_repeat") == doctest::Approx(1 - p).epsilon(3 * sigma * p + 0.004));
  }
}

// Nothing follows that could show the gap, whatever the recovery: only silence does.
TEST_CASE("loss: a lost last packet costs one retransmission timeout with either recovery") {
  const Fabric fabric = line(1);
  const Bytes bytes = 1_MiB;
  const std::int64_t frame = 83'560;         // ps
  const Time last{255 * frame - frame / 2};  // the 255th is on the wire, the 256th is next
  for (const char* recovery : {"recovery=go_back_n", "recovery=selective_repeat"}) {
    CAPTURE(recovery);
    const std::vector<std::string> changes = {recovery, "timeout_exponent=8"};  // 4.096 us x 256 = 1.048576 ms
    const Outcomes out =
        lossy({loss_at(last, 1, Fault::kLossStays), loss_at(last + Duration{10 * frame}, 0, Fault::kLossStays)}, changes, bytes);
    CHECK(out.result.counters.frames_lost == 1);
    CHECK(out.result.counters.timeouts == 1);
    CHECK(out.result.counters.retransmits == 4);  // all since the last answer, as every fourth is acknowledged
    const std::int64_t late = (out.flows.at(0).finish - out.flows.at(0).start).ps - out.flows.at(0).ideal.ps;
    CHECK(late >= 1'048'576'000);
    CHECK(late <= 1'048'576'000 + 11'000'000);  // silence counts from the last answer, at most two round trips of 5.2 us later
  }
}

// InfiniBand Architecture vol. 1: the local ACK timeout is 4.096 us x 2^T; NCCL_IB_TIMEOUT is 20, and NCCL_IB_RETRY_CNT 7.
TEST_CASE("loss: the timeout of InfiniBand and RoCE by its exponent") {
  CHECK(network({"timeout_exponent=20"}).retransmit_timeout == Duration{4'294'967'296'000});
  CHECK(network({"timeout_exponent=14"}).retransmit_timeout == network().retransmit_timeout);
  CHECK(network({"timeout_exponent=1"}).retransmit_timeout == Duration{8'192'000});
  CHECK(network().retry_count == 7);
}
