// SPDX-License-Identifier: Apache-2.0
#include "analysis/flow_classes.hpp"

#include <algorithm>

namespace eastwest {

FlowClass flow_class(Bytes bytes) {
  if (bytes < kSmallFlowBelow) return FlowClass::small;
  return bytes > kLargeFlowAbove ? FlowClass::large : FlowClass::middle;
}

const char* to_string(FlowClass size) {
  switch (size) {
    case FlowClass::small: return "under 100 kB";
    case FlowClass::middle: return "100 kB to 10 MB";
    case FlowClass::large: return "over 10 MB";
  }
  return "unknown";
}

FlowTally::FlowTally(const Workload& workload) : jobs_(workload.jobs.size()) {
  for (const Collective& collective : workload.schedule.collectives)
    if (collective.operation == "point_to_point" && collective.job < jobs_.size()) jobs_[collective.job].taken = true;
  for (const Collective& collective : workload.schedule.collectives)
    if (collective.operation != "point_to_point" && collective.job < jobs_.size()) jobs_[collective.job].taken = false;
}

void FlowTally::add(const std::vector<FlowRow>& rows) {
  for (const FlowRow& row : rows) {
    if (row.job >= jobs_.size() || !jobs_[row.job].taken) continue;
    Job& job = jobs_[row.job];
    job.first = std::min(job.first, row.start);
    job.last_start = std::max(job.last_start, row.start);
    job.last = std::max(job.last, row.finish);
    Samples& samples = job.classes[static_cast<std::size_t>(flow_class(row.bytes))];
    const Duration time = row.finish - row.start;
    samples.bytes += row.bytes;
    samples.times.push_back(time.seconds());
    if (row.ideal.ps > 0) samples.slowdowns.push_back(static_cast<double>(time.ps) / static_cast<double>(row.ideal.ps));
  }
}

std::vector<JobFlows> FlowTally::jobs() const {
  std::vector<JobFlows> result;
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    JobFlows flows;
    flows.job = static_cast<std::uint16_t>(j);
    for (const FlowClass size : {FlowClass::small, FlowClass::middle, FlowClass::large}) {
      const Samples& samples = jobs_[j].classes[static_cast<std::size_t>(size)];
      if (samples.times.empty()) continue;
      flows.count += samples.times.size();
      flows.bytes += samples.bytes;
      flows.classes.push_back({size, samples.bytes, percentiles(samples.times), percentiles(samples.slowdowns)});
    }
    if (flows.count == 0) continue;
    const double span = (jobs_[j].last - jobs_[j].first).seconds();
    flows.bytes_per_second = span > 0 ? static_cast<double>(flows.bytes.count) / span : 0;
    const double arrivals = (jobs_[j].last_start - jobs_[j].first).seconds();
    flows.offered_per_second = arrivals > 0 ? static_cast<double>(flows.bytes.count) / arrivals : 0;
    result.push_back(std::move(flows));
  }
  return result;
}

}  // namespace eastwest
