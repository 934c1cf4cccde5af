// SPDX-License-Identifier: Apache-2.0
// For tests of reports: a trace and its detail in memory, of the star fabric of sim/trace.
#pragma once

#include <string>
#include <utility>

#include "analysis/report/report.hpp"
#include "tests/sim/trace/trace_fixture.hpp"

namespace eastwest::tests {

/// What read_trace and read_trace_detail would give, without a file.
inline std::pair<TraceData, TraceDetail> star_trace(std::uint32_t hosts = 2, const std::string& path = "run.h5") {
  const Fabric fabric = star(hosts);
  const Workload workload = two_jobs();
  const RunResult result = result_of(fabric.links.size());
  TraceData data;
  data.path = path;
  data.program_version = "0.1.0";
  data.scenario_text = "name: star\ndescription: two hosts on a switch\nseed: 7\n";
  data.topology = fabric.topology;
  data.digest = result.digest;
  data.outcome = "complete";
  data.complete = data.sealed = true;
  data.seed = 7;
  data.simulated = result.simulated;
  data.counters = result.counters;
  data.jobs = workload.jobs;
  data.job_finish = result.job_finish;
  data.collective_list = workload.schedule.collectives;
  data.training = workload.schedule.training;
  data.links = result.links;
  data.latency = result.latency;
  for (std::uint64_t i = 0; i < 10; ++i) {
    data.flows.push_back(flow(i));
    data.requests.push_back(request(i));
  }
  for (std::uint64_t i = 0; i < 4; ++i) data.steps.push_back(step(i));
  data.collectives = {collective(0), collective(1)};
  TraceDetail detail;
  for (const Node& node : fabric.nodes) detail.nodes.push_back({node.name, "custom", "rack-0", node.kind == NodeKind::host, node.tier});
  for (std::size_t i = 0; i < fabric.links.size(); ++i) {
    const Link& link = fabric.links[i];
    const auto node = [&](PortId port) { return fabric.ports[port.index()].node.value; };
    detail.links.push_back({node(link.source), node(link.target), link.cable.value, link.rate, link.delay, link.frame_loss});
    data.link_names.push_back(fabric.link_name({static_cast<std::uint32_t>(i)}));
  }
  for (const Cable& c : fabric.cables)
    detail.cables.push_back({c.name, fabric.port_name(c.a), fabric.port_name(c.b), c.medium, c.length, c.delay_medium, c.delay_modules,
                             c.delay_fec, std::nullopt});
  detail.ranks = {{0, "server-0"}, {1, "server-1"}};
  detail.sanity = result.sanity;
  std::vector<Time> ends;
  std::vector<Duration> intervals;
  for (std::uint64_t i = 0; i < 8; ++i) {
    ends.push_back(link_row(i, 1).time);
    intervals.push_back(link_row(i, 1).interval);
  }
  detail.grid = empty_grid(ends, intervals, fabric.links.size(), 8000, {});
  for (std::uint64_t i = 0; i < 8; ++i) {
    const LinkRow row = link_row(i, fabric.links.size());
    add_row(detail.grid, row.time, row.interval, row.utilization, row.queue_bytes_max, row.pfc_pause);
  }
  return {std::move(data), std::move(detail)};
}

inline Report report_of(std::pair<TraceData, TraceDetail> trace) {
  std::vector<TraceData> data;
  std::vector<TraceDetail> details;
  data.push_back(std::move(trace.first));
  details.push_back(std::move(trace.second));
  return make_report(std::move(data), std::move(details));
}

}  // namespace eastwest::tests
