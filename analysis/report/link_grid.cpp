// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/link_grid.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

std::uint8_t quantised_share(double share) {
  if (!(share > 0)) return 0;  // NaN too
  return static_cast<std::uint8_t>(std::ceil(std::min(share, 1.0) * 255.0));
}

std::uint8_t quantised_queue(std::uint32_t bytes, std::uint32_t most) {
  if (bytes == 0 || most == 0) return 0;
  return quantised_share(std::sqrt(static_cast<double>(std::min(bytes, most)) / static_cast<double>(most)));
}

LinkGrid empty_grid(std::span<const Time> end, std::span<const Duration> interval, std::uint64_t links, std::uint32_t queue_max,
                    const GridLimits& limits) {
  LinkGrid grid;
  grid.links = links;
  grid.rows = end.size();
  grid.queue_max = queue_max;
  if (end.empty() || links == 0 || interval.front().ps <= 0) return grid;
  grid.start = end.front() - interval.front();
  const std::int64_t span = std::max<std::int64_t>((end.back() - grid.start).ps, 1);
  const auto most = static_cast<std::int64_t>(std::max<std::uint64_t>(1, std::min(limits.bins, limits.cells / links)));
  const std::int64_t shortest = span / most + (span % most != 0 ? 1 : 0);
  grid.width = {std::max(interval.front().ps, shortest)};
  grid.merged = grid.width > interval.front();
  grid.bins = static_cast<std::uint64_t>((span - 1) / grid.width.ps + 1);
  for (auto* values : {&grid.utilization, &grid.queue, &grid.pause}) values->resize(links * grid.bins);
  return grid;
}

void add_row(LinkGrid& grid, Time end, Duration interval, std::span<const float> utilization, std::span<const std::uint32_t> queue,
             std::span<const float> pause) {
  if (grid.bins == 0) return;
  const std::int64_t to = (end - grid.start).ps;
  const std::int64_t from = std::max<std::int64_t>(to - interval.ps, 0);
  if (to <= from) return;
  const auto first = static_cast<std::uint64_t>(from / grid.width.ps);
  const std::uint64_t last = std::min<std::uint64_t>(static_cast<std::uint64_t>((to - 1) / grid.width.ps), grid.bins - 1);
  const std::uint64_t width = std::min<std::uint64_t>({grid.links, utilization.size(), queue.size(), pause.size()});
  for (std::uint64_t l = 0; l < width; ++l) {
    const std::uint8_t values[] = {quantised_share(static_cast<double>(utilization[l])), quantised_queue(queue[l], grid.queue_max),
                                   quantised_share(static_cast<double>(pause[l]))};
    std::vector<std::uint8_t>* const into[] = {&grid.utilization, &grid.queue, &grid.pause};
    for (int which = 0; which < 3; ++which) {
      if (values[which] == 0) continue;
      for (std::uint64_t b = first; b <= last; ++b) {
        std::uint8_t& cell = (*into[which])[l * grid.bins + b];
        cell = std::max(cell, values[which]);
      }
    }
  }
}

LinkGrid halved(const LinkGrid& grid) {
  LinkGrid out;
  out.links = grid.links;
  out.rows = grid.rows;
  out.start = grid.start;
  out.width = grid.width + grid.width;
  out.merged = true;
  out.queue_max = grid.queue_max;
  out.bins = (grid.bins + 1) / 2;
  const auto merge = [&](const std::vector<std::uint8_t>& from, std::vector<std::uint8_t>& into) {
    into.resize(out.links * out.bins);
    for (std::uint64_t l = 0; l < grid.links; ++l)
      for (std::uint64_t b = 0; b < grid.bins; ++b) {
        std::uint8_t& cell = into[l * out.bins + b / 2];
        cell = std::max(cell, from[l * grid.bins + b]);
      }
  };
  merge(grid.utilization, out.utilization);
  merge(grid.queue, out.queue);
  merge(grid.pause, out.pause);
  return out;
}

}  // namespace eastwest
