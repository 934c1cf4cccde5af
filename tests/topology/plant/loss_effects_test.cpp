// SPDX-License-Identifier: Apache-2.0
// What lost frames cost, against the closed forms and the figures printed for 400 Gb/s.
#include "topology/plant/loss_effects.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "topology/plant/forward_error_correction.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

TEST_CASE("loss effects: packets in flight") {
  CHECK(packets_in_flight(400_Gbps, 10_us, 4096_B) == 123);
  CHECK(packets_in_flight(400_Gbps, 20_us, 4096_B) == 245);
}

TEST_CASE("loss effects: efficiency of go-back-N and of selective repeat") {
  constexpr std::array<std::array<double, 3>, 5> kRows = {{{1e-2, 0.445946, 0.287791},
                                                           {1e-3, 0.890374, 0.803055},
                                                           {1e-4, 0.987848, 0.976084},
                                                           {1e-5, 0.998771, 0.997556},
                                                           {1e-6, 0.999877, 0.999755}}};
  for (const auto& [loss, short_way, long_way] : kRows) {
    CAPTURE(loss);
    CHECK(std::fabs(go_back_n_efficiency(loss, 123) - short_way) < 6e-7);
    CHECK(std::fabs(go_back_n_efficiency(loss, 245) - long_way) < 6e-7);
    CHECK(selective_repeat_efficiency(loss) == 1 - loss);
  }
}

TEST_CASE("loss effects: losses of a full link at 400 Gb/s") {
  const double limit = frame_loss(FecCode::kp4, 2.4e-4, 4158_B, 2);
  CHECK(frames_per_second(400_Gbps, 4158_B) == doctest::Approx(1.1967e7).epsilon(5e-5));
  CHECK(seconds_between_losses(limit, 400_Gbps, 4158_B) == doctest::Approx(1.202e4).epsilon(5e-4));
  CHECK(seconds_between_losses(frame_loss(FecCode::kp4, 2.4e-4, 64_B, 2), 400_Gbps, 64_B) == doctest::Approx(967).epsilon(5e-4));
  CHECK(seconds_between_losses(frame_loss(FecCode::kp4, 3e-4, 4158_B, 2), 400_Gbps, 4158_B) == doctest::Approx(457).epsilon(1e-3));
  CHECK(seconds_between_losses(frame_loss(FecCode::kp4, 1e-4, 4158_B, 2), 400_Gbps, 4158_B) == doctest::Approx(7.2e9).epsilon(5e-3));
  CHECK(std::round(seconds_between_losses(limit, 400_Gbps, 4158_B) / 512) == 23);
  CHECK(std::isinf(seconds_between_losses(0, 400_Gbps, 4158_B)));
}

TEST_CASE("loss effects: a collective sees a loss of any of its packets on any of its links") {
  CHECK(any_loss(1e-3, 10, 4) == doctest::Approx(1 - std::pow(1 - 1e-3, 40)));
  CHECK(any_loss(1e-15, 1'000'000, 4) == doctest::Approx(4e-9));  // where 1 - (1 - p)^n would round to zero
  CHECK(any_loss(1, 1, 1) == 1);
  CHECK(any_loss(1, 0, 1) == 0);
  CHECK(any_loss(0, 1'000, 4) == 0);
}

TEST_CASE("loss effects: a lost tail waits for the timeout of InfiniBand") {
  CHECK(retransmission_timeout(20).seconds() == doctest::Approx(4.29).epsilon(2e-3));
  CHECK(retransmission_timeout(14) == 67'108'864_ns);
  CHECK(expected_stall_seconds(1e-9, 2, retransmission_timeout(20)) == doctest::Approx(2e-9 * 4.294967296));
}

TEST_CASE("loss effects: serialisation of the usual frames, in nanoseconds") {
  struct Row {
    std::uint64_t gigabits;
    std::array<double, 5> ns;
  };
  constexpr std::array<std::int64_t, 5> kBytes = {64, 256, 1500, 4096, 9000};
  const Row rows[] = {{100, {5.12, 20.48, 120.00, 327.68, 720.00}},
                      {200, {2.56, 10.24, 60.00, 163.84, 360.00}},
                      {400, {1.28, 5.12, 30.00, 81.92, 180.00}},
                      {800, {0.64, 2.56, 15.00, 40.96, 90.00}},
                      {1600, {0.32, 1.28, 7.50, 20.48, 45.00}}};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < kBytes.size(); ++i)
      CHECK(serialisation({kBytes[i]}, {row.gigabits * 1'000'000'000}).ps == std::llround(row.ns[i] * 1e3));
}

}  // namespace
}  // namespace eastwest::tests
