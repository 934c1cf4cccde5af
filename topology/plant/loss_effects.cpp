// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/loss_effects.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace eastwest {
namespace {

constexpr double kFrameOverhead = 20;  // octets: preamble and least gap

}  // namespace

std::uint64_t packets_in_flight(BitRate rate, Duration round_trip, Bytes mtu) {
  const UnsignedWide bits_ps = UnsignedWide{rate.bits_per_second} * static_cast<std::uint64_t>(round_trip.ps);
  const UnsignedWide packet = static_cast<UnsignedWide>(mtu.count) * 8u * 1'000'000'000'000u;
  return static_cast<std::uint64_t>((bits_ps + packet - 1) / packet);
}

double go_back_n_efficiency(double loss, std::uint64_t packets_in_flight) {
  return (1 - loss) / (1 - loss + loss * static_cast<double>(packets_in_flight));
}

double selective_repeat_efficiency(double loss) { return 1 - loss; }

double frames_per_second(BitRate rate, Bytes frame) {
  return static_cast<double>(rate.bits_per_second) / (8 * (static_cast<double>(frame.count) + kFrameOverhead));
}

double losses_per_second(double loss, BitRate rate, Bytes frame) { return loss * frames_per_second(rate, frame); }

double seconds_between_losses(double loss, BitRate rate, Bytes frame) {
  const double often = losses_per_second(loss, rate, frame);
  return often > 0 ? 1 / often : std::numeric_limits<double>::infinity();
}

double any_loss(double loss, std::uint64_t packets, std::uint64_t links) {
  if (loss >= 1) return packets > 0 && links > 0 ? 1 : 0;
  return -std::expm1(static_cast<double>(packets) * static_cast<double>(links) * std::log1p(-loss));
}

Duration retransmission_timeout(std::uint32_t exponent) {
  return Duration{4'096'000} * (std::int64_t{1} << std::min<std::uint32_t>(exponent, 31));
}

double expected_stall_seconds(double loss, std::uint64_t links, Duration timeout) { return any_loss(loss, 1, links) * timeout.seconds(); }

}  // namespace eastwest
