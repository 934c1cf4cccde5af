// SPDX-License-Identifier: Apache-2.0
// What lost frames cost a flow and a job, in closed form: the expectation where losses are too rare to be sampled.
//
//   packets in flight   W   = ceil(rate * round trip / (8 * MTU))
//   go-back-N           eta = (1 - p) / (1 - p + p W): every loss repeats a window
//   selective repeat    eta = 1 - p
//   losses per second   p * rate / (8 * (frame + 20)) on a full link; 20 octets are preamble and least gap
//   a collective        1 - (1 - p)^(N H) is the chance that N packets over H links lose at least one
//   retransmission      timeout 4.096 us * 2^T (InfiniBand specification; NCCL's default T is 20: 4.29 s)
// Units: probabilities and shares as doubles, times in seconds where they may exceed what Duration holds.
// LIMITATIONS: losses are independent; a lost tail waits one whole timeout, a second loss of the same packet is not counted.
#pragma once

#include <cstdint>

#include "core/quantity.hpp"

namespace eastwest {

std::uint64_t packets_in_flight(BitRate rate, Duration round_trip, Bytes mtu);
double go_back_n_efficiency(double loss, std::uint64_t packets_in_flight);
double selective_repeat_efficiency(double loss);

/// Frames that a full link carries in a second.
double frames_per_second(BitRate rate, Bytes frame);
double losses_per_second(double loss, BitRate rate, Bytes frame);
/// Mean time between losses of one full link, in seconds; infinity when nothing is lost.
double seconds_between_losses(double loss, BitRate rate, Bytes frame);

/// Chance that at least one of `packets` is lost on one of `links` links each.
double any_loss(double loss, std::uint64_t packets, std::uint64_t links);
/// 4.096 us * 2^exponent; exponent at most 31.
Duration retransmission_timeout(std::uint32_t exponent);
/// Mean wait of a message for the loss of its last packet, over `links` links.
double expected_stall_seconds(double loss, std::uint64_t links, Duration timeout);

}  // namespace eastwest
