// SPDX-License-Identifier: Apache-2.0
// N senders around one switch, all bound for one receiver, in the packet engine: what the port to the receiver and every sender did over time.
//
// Rows are probe intervals. `queue` is the largest in the row, in bytes without the frame being sent; `busy` the share of the row in which the link
// was sending; a frame on the wire takes `frame_ps`. `settled` picks the rows between two shares of the whole run, so that the
// beginning, and the end when some are done, stay out.
#pragma once

#include <string>
#include <vector>

#include "tests/support/small_fabrics.hpp"

namespace eastwest::test {

struct PortSeries {
  Outcomes out;
  double row_seconds = 0;
  double frame_seconds = 0;
  std::vector<double> queue;                // bytes
  std::vector<double> busy;                 // of the link to the receiver
  std::vector<double> marks;                // frames
  std::vector<std::vector<double>> shares;  // by sender, by row: busy share of its own link

  struct Settled {
    double queue_mean = 0, queue_min = 0, queue_max = 0;  // bytes
    double busy = 0;
    double marked = 0;  // share of frames
  };
  [[nodiscard]] Settled settled(double from, double to) const;
  /// Jain's index of what the senders sent in the rows between two instants: (sum x)^2 / (n sum x^2).
  [[nodiscard]] double fairness(double from_seconds, double to_seconds) const;
};

struct PortSeriesOptions {
  SmallFabricOptions shape;
  std::uint32_t senders = 1;
  Bytes bytes;  // of each
  std::vector<std::string> network;
  Duration interval;
  Duration stagger{0};  // sender k begins at k times it
  std::int64_t packet_sample = 0;
  std::uint64_t seed = 1;
};

PortSeries port_series(const PortSeriesOptions& options);

}  // namespace eastwest::test
