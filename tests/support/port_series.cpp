// SPDX-License-Identifier: Apache-2.0
#include "tests/support/port_series.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace eastwest::test {

PortSeries port_series(const PortSeriesOptions& options) {
  const std::uint32_t n = options.senders;
  const Fabric fabric = star(n + 1, options.shape);
  std::vector<Flow> list;
  for (std::uint32_t k = 0; k < n; ++k) list.push_back({k, n, options.bytes, options.stagger * k});
  SimulationOptions simulation = options_with(network(options.network));
  simulation.probes.interval = options.interval;
  simulation.probes.rows_max = 10'000'000;
  simulation.probes.packet_sample = options.packet_sample;
  simulation.seed = options.seed;
  PortSeries series;
  series.out = play(fabric, flows(fabric, list), simulation);
  CHECK(series.out.result.sane());
  CHECK(series.out.result.outcome == Outcome::complete);
  const NetworkOptions& o = simulation.network;
  series.row_seconds = static_cast<double>(options.interval.ps) * 1e-12;
  series.frame_seconds = static_cast<double>(serialisation({o.mtu.count + o.header.count + o.gap.count}, options.shape.rate).ps) * 1e-12;
  std::vector<std::size_t> uplinks;
  for (std::uint32_t k = 0; k < n; ++k) uplinks.push_back(fabric.ports[fabric.nodes[k].first_port].out.index());
  const std::size_t bottleneck = fabric.ports[fabric.nodes[n].first_port].in.index();
  series.shares.resize(n);
  for (const LinkRow& row : series.out.links) {
    if (row.interval != options.interval) continue;  // the last one is cut short
    series.queue.push_back(row.queue_bytes_max[bottleneck]);
    series.busy.push_back(static_cast<double>(row.utilization[bottleneck]));
    series.marks.push_back(row.ecn_marks[bottleneck]);
    for (std::uint32_t k = 0; k < n; ++k) series.shares[k].push_back(static_cast<double>(row.utilization[uplinks[k]]));
  }
  series.out.links.clear();
  REQUIRE(series.queue.size() > 100);
  return series;
}

PortSeries::Settled PortSeries::settled(double from, double to) const {
  const auto rows = static_cast<double>(queue.size());
  const auto first = static_cast<std::size_t>(from * rows);
  const auto last = static_cast<std::size_t>(to * rows);
  Settled s;
  s.queue_min = queue[first];
  double frames = 0;
  for (std::size_t i = first; i < last; ++i) {
    s.queue_mean += queue[i];
    s.queue_min = std::min(s.queue_min, queue[i]);
    s.queue_max = std::max(s.queue_max, queue[i]);
    s.busy += busy[i];
    s.marked += marks[i];
    frames += busy[i] * row_seconds / frame_seconds;
  }
  s.queue_mean /= static_cast<double>(last - first);
  s.busy /= static_cast<double>(last - first);
  s.marked /= frames;
  return s;
}

double PortSeries::fairness(double from_seconds, double to_seconds) const {
  double sum = 0;
  double squares = 0;
  for (const std::vector<double>& share : shares) {
    double x = 0;
    for (auto i = static_cast<std::size_t>(from_seconds / row_seconds);
         i < share.size() && static_cast<double>(i) * row_seconds < to_seconds; ++i)
      x += share[i];
    sum += x;
    squares += x * x;
  }
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace eastwest::test
