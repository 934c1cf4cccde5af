// SPDX-License-Identifier: Apache-2.0
// Link grid: links over time in bins of equal length, a byte per value, small enough for a page and honest about peaks.
//
// Every bin holds the largest value of the probe intervals that it overlaps, so nothing that a trace shows is averaged away; a bin that no
// interval overlaps holds 0. Utilisation and pause are shares in steps of 1/255; queues are queue_max x (value / 255)^2, which keeps short
// queues apart. All are rounded up: 0 means 0. Bins are as long as the trace's first interval, or longer where `GridLimits` asks for it.
// LIMITATIONS: where intervals grew during the run, their value is repeated in every bin that they cover.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/quantity.hpp"

namespace eastwest {

struct GridLimits {
  std::uint64_t bins = 10'000;
  std::uint64_t cells = 20'000'000;  // links x bins
};

struct LinkGrid {
  std::uint64_t links = 0;
  std::uint64_t bins = 0;
  std::uint64_t rows = 0;  // probe intervals in the trace
  Time start;              // of bin 0
  Duration width;          // of a bin
  bool merged = false;     // bins are longer than the trace's first interval
  std::uint32_t queue_max = 0;
  std::vector<std::uint8_t> utilization;  // links x bins, the bins of a link together
  std::vector<std::uint8_t> queue;
  std::vector<std::uint8_t> pause;
};

std::uint8_t quantised_share(double share);
std::uint8_t quantised_queue(std::uint32_t bytes, std::uint32_t most);

/// Lays out the bins for rows that end at `end` and lasted `interval`, both ascending in time; nothing is filled in.
LinkGrid empty_grid(std::span<const Time> end, std::span<const Duration> interval, std::uint64_t links, std::uint32_t queue_max,
                    const GridLimits& limits);
/// Takes in one row; the spans have one value per link.
void add_row(LinkGrid& grid, Time end, Duration interval, std::span<const float> utilization, std::span<const std::uint32_t> queue,
             std::span<const float> pause);
/// Two bins into one, the larger value kept.
LinkGrid halved(const LinkGrid& grid);

}  // namespace eastwest
