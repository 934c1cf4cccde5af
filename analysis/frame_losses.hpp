// SPDX-License-Identifier: Apache-2.0
// Frame losses: what a run lost on the medium, what it had to expect, and whether the run was long enough to tell.
//
// A loss that a run is too short to draw is no loss of "none": the expectation, the sum over links of frames sent times frame loss, holds
// for any probability, and E expected in a run of T mean E x M / T in M hours of the same traffic. A message whose last packet is lost
// shows no gap at its receiver and waits for the retransmission timeout, so its expected delay is probability x timeout: rare, and as
// long as the timeout when it comes. Units: frames, hours, seconds. Source: a Poisson count of E has a relative spread of 1 / sqrt(E).
// LIMITATIONS: the link with the most expected losses stands for a path; of a message that crosses several such links the delays add.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/simulation.hpp"

namespace eastwest {

inline constexpr double kLossesToTrust = 10;  // expected: below it chance alone is a third of the figure or more

struct LossOutlook {
  double frames = 0;         // expected in `hours` of the same traffic: at least 1
  double hours = 1;          // 1, or the power of ten that makes one frame expected
  std::uint32_t worst = 0;   // link with the most expected losses
  double frame_loss = 0;     // there, the mean over its frames
  double delay_seconds = 0;  // frame_loss x timeout: expected of a message whose path crosses it
};

/// Links on which any loss was expected, the most first, at most `count`; ties by number.
std::vector<std::uint32_t> lossiest_links(const std::vector<LinkTotal>& links, std::size_t count);
/// The mean loss of the frames that a link carried.
double mean_frame_loss(const LinkTotal& link);
/// Whether the losses of a run were too few to draw conclusions from: some were expected, but fewer than kLossesToTrust.
bool too_rare_to_sample(const Counters& counters);
/// Below it a run need not speak of losses at length: one in a million such runs loses a frame.
inline constexpr double kLossesWorthATable = 1e-6;
/// `counters.frames_lost_expected` is above 0, and so is `simulated`.
LossOutlook loss_outlook(const Counters& counters, const std::vector<LinkTotal>& links, Time simulated, Duration timeout);
/// "too rare to sample in this run: expected 4.1 in 1000 hours of the same traffic".
std::string rare_loss_text(const LossOutlook& outlook);
/// "expected delay of a message over it: 6.95e-12 x 67.1 ms = 4.66e-10 ms ...".
std::string expected_delay_text(const LossOutlook& outlook, Duration timeout);
/// Three significant digits of a figure that may be far below any prefix: "4.1", "6.95e-12".
std::string significant(double value);

}  // namespace eastwest
