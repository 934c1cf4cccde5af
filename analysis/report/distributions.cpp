// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/distributions.hpp"

#include <algorithm>
#include <utility>

#include "analysis/metrics.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kAll = 400;     // as few values are all shown
constexpr std::uint64_t kPerHalf = 24;  // points in every halving of what is left to 1

/// As dense in the tail as in the body, on a plot of 1 - share in decades. Exact in binary, so the same on every machine.
std::vector<double> shares(std::uint64_t count) {
  std::vector<double> out;
  if (count <= kAll) {
    for (std::uint64_t i = 1; i <= count; ++i) out.push_back(static_cast<double>(i) / static_cast<double>(count));
    return out;
  }
  double left = 1;
  for (; left * static_cast<double>(count) > 1; left /= 2)
    for (std::uint64_t i = 1; i <= kPerHalf; ++i)
      out.push_back(1 - left * (1 - static_cast<double>(i) / static_cast<double>(2 * kPerHalf)));
  for (const double wanted : {0.9, 0.99, 0.999, 1.0}) out.push_back(wanted);
  std::sort(out.begin(), out.end());
  return out;
}

/// The first picosecond value beyond a bin's lower edge is nothing we know: a curve rises at the edge.
Distribution of_histogram(const LatencyHistogram& histogram, std::string of) {
  Distribution out{"packet latency", "s", std::move(of), 0, {}, {}};
  for (const std::uint64_t count : histogram.counts) out.count += count;
  std::uint64_t below = 0;
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
    if (histogram.counts[bin] == 0) continue;
    below += histogram.counts[bin];
    out.value.push_back(LatencyHistogram::lower_edge(bin).seconds());
    out.share.push_back(static_cast<double>(below) / static_cast<double>(out.count));
  }
  return out;
}

struct Sample {
  std::string metric;
  std::string unit;
  std::vector<double> values;
};

}  // namespace

Distribution distribution(std::string metric, std::string unit, std::string of, std::vector<double> values) {
  Distribution out{std::move(metric), std::move(unit), std::move(of), values.size(), {}, {}};
  std::sort(values.begin(), values.end());
  if (values.empty()) return out;
  for (const double share : shares(values.size())) {
    out.share.push_back(share);
    out.value.push_back(nearest_rank(values, share));
  }
  return out;
}

std::vector<Distribution> distributions(const TraceData& trace) {
  std::vector<Distribution> out;
  for (std::size_t j = 0; j < trace.jobs.size(); ++j) {
    const std::string& name = trace.jobs[j].name;
    std::vector<Sample> samples = {
        {"TTFT", "s", {}}, {"TPOT", "s", {}}, {"E2E", "s", {}}, {"flow slowdown", "1", {}}, {"flow time", "s", {}}};
    for (const RequestRow& r : trace.requests) {
      if (r.job != j || r.first_token == kTimeNever) continue;
      samples[0].values.push_back((r.first_token - r.arrival).seconds());
      if (r.finish == kTimeNever) continue;
      if (r.output_tokens > 1) samples[1].values.push_back((r.finish - r.first_token).seconds() / (r.output_tokens - 1));
      samples[2].values.push_back((r.finish - r.arrival).seconds());
    }
    for (const FlowRow& f : trace.flows) {
      if (f.job != j) continue;
      if (f.ideal.ps > 0) samples[3].values.push_back(static_cast<double>((f.finish - f.start).ps) / static_cast<double>(f.ideal.ps));
      samples[4].values.push_back((f.finish - f.start).seconds());
    }
    for (Sample& sample : samples)
      if (!sample.values.empty()) out.push_back(distribution(sample.metric, sample.unit, name, std::move(sample.values)));
    for (const LatencyHistogram& h : trace.latency)
      if (h.job == j && std::any_of(h.counts.begin(), h.counts.end(), [](std::uint64_t c) { return c > 0; }))
        out.push_back(of_histogram(h, name + ", class " + std::to_string(h.traffic_class)));
  }
  return out;
}

}  // namespace eastwest
