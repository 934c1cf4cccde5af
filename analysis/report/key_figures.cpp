// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>

#include "analysis/metrics.hpp"
#include "analysis/report/findings.hpp"
#include "analysis/summary.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : noun.ends_with("ch") ? "es" : "s");
}
std::string seconds(double value) { return readable(value, "s"); }

}  // namespace

std::vector<KeyFigure> key_figures(const TraceData& trace) {
  std::vector<KeyFigure> out;
  const auto name = [&](std::uint16_t job) { return job < trace.jobs.size() ? trace.jobs[job].name : std::to_string(job); };
  out.push_back({"simulated", seconds(trace.simulated.seconds()),
                 trace.sealed ? "in " + seconds(trace.wall_seconds) + " of wall time" : "as far as it was safe on disk"});
  for (const StepMetrics& m : step_metrics(trace.steps)) {
    const TrainingFacts* facts = facts_of_job(trace.training, m.job);
    out.push_back({name(m.job) + ": training step", seconds(m.time.mean),
                   "mean of " + std::to_string(m.time.count) + "; " + percent(m.exposed_share) + " not computing" +
                       (facts == nullptr ? "" : "; MFU " + percent(training_rates(*facts, m.time.mean).model_flops_utilization))});
  }
  for (const RequestMetrics& m : request_metrics(trace.requests)) {
    if (m.ttft.count > 0)
      out.push_back({name(m.job) + ": time to first token", seconds(m.ttft.p99),
                     "p99 of " + std::to_string(m.ttft.count) + "; p50 " + seconds(m.ttft.p50)});
    if (m.tpot.count > 0)
      out.push_back({name(m.job) + ": time per token", seconds(m.tpot.p99),
                     "p99; p50 " + seconds(m.tpot.p50) + "; " + fixed(m.output_tokens_per_second, 0) + " tokens/s in all"});
  }
  std::size_t shown = 0;
  for (const CollectiveMetrics& m : collective_metrics(trace.collective_list, trace.collectives))
    if (trace.steps.empty() && shown++ < 2)
      out.push_back({name(m.job) + ": " + m.name, fixed(m.busbw * 1e-9, 2) + " GB/s",
                     "busbw of " + to_readable(m.bytes) + " over " + std::to_string(m.ranks) + " ranks, " + m.algorithm});
  shown = 0;
  for (const FlowMetrics& m : flow_metrics(trace.flows))
    if (trace.steps.empty() && trace.requests.empty() && m.slowdown.count > 0 && shown++ < 2)
      out.push_back({name(m.job) + ": flow slowdown", fixed(m.slowdown.p99, 2) + " x",
                     "p99 of " + std::to_string(m.slowdown.count) + "; p50 " + fixed(m.slowdown.p50, 2) + " x"});
  if (!trace.links.empty()) {
    const std::uint32_t busiest = busiest_links(trace.links, 1).front();
    out.push_back({"busiest link", percent(trace.links[busiest].utilization_mean),
                   busiest < trace.link_names.size() ? trace.link_names[busiest] : ""});
  }
  const Counters& c = trace.counters;
  const std::uint64_t drops = c.drops_buffer + c.drops_fault + c.drops_loss;
  out.push_back({"frames dropped", std::to_string(drops),
                 trace.sealed ? counted(c.retransmits, "retransmit") + ", " + counted(c.timeouts, "timeout") : ""});
  Duration paused;
  for (const LinkTotal& link : trace.links) paused = std::max(paused, link.paused);
  out.push_back({"longest pause of a link", paused.ps > 0 ? seconds(paused.seconds()) : "none",
                 trace.sealed ? counted(c.pfc_pauses, "PFC pause") + ", " + counted(c.ecn_marks, "ECN mark") : ""});
  return out;
}

std::string what_ran(const TraceData& trace, const TraceDetail& detail) {
  std::uint64_t hosts = 0;
  for (const FabricNode& node : detail.nodes) hosts += node.host ? 1 : 0;
  std::string out = counted(detail.ranks.size(), "rank") + " on " + counted(hosts, "host") + ", " + trace.topology + " with " +
                    counted(detail.nodes.size() - hosts, "switch") + " and " + counted(detail.cables.size(), "cable");
  for (std::size_t i = 0; i < trace.jobs.size(); ++i) {
    const Job& job = trace.jobs[i];
    out +=
        (i == 0 ? "; " : ", ") + job.name + (job.kind == job.name ? "" : " (" + job.kind + ")") + " on " + counted(job.rank_count, "rank");
  }
  return out;
}

std::string scenario_value(const std::string& scenario_text, std::string_view key) {
  for (std::size_t at = 0; at < scenario_text.size();) {
    const std::size_t end = std::min(scenario_text.find('\n', at), scenario_text.size());
    std::string_view line(scenario_text.data() + at, end - at);
    if (line.starts_with(key) && line.substr(key.size()).starts_with(": ")) {
      line.remove_prefix(key.size() + 2);
      if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front())
        line = line.substr(1, line.size() - 2);
      return std::string(line);
    }
    at = end + 1;
  }
  return {};
}

}  // namespace eastwest
