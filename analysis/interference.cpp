// SPDX-License-Identifier: Apache-2.0
#include "analysis/interference.hpp"

#include <algorithm>

#include "analysis/metrics.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

void add_percentiles(std::vector<Measure>& list, const std::string& name, const Percentiles& p) {
  if (p.count == 0) return;
  list.push_back({name + " p50", p.count, p.p50});
  list.push_back({name + " p99", p.count, p.p99});
}

}  // namespace

std::vector<Measure> measures_of_job(const RunResult& result, const RunFacts& facts, const Workload& workload, std::uint16_t job) {
  std::vector<Measure> list;
  if (job >= result.job_finish.size() || result.job_finish[job] == kTimeNever || result.job_finish[job] <= workload.jobs[job].start)
    return list;
  list.push_back({"time", 1, (result.job_finish[job] - workload.jobs[job].start).seconds()});
  for (const StepMetrics& m : step_metrics(result.steps))
    if (m.job == job) list.push_back({"step mean", m.time.count, m.time.mean});
  for (const RequestMetrics& m : request_metrics(result.requests)) {
    if (m.job != job) continue;
    add_percentiles(list, "TTFT", m.ttft);
    add_percentiles(list, "TPOT", m.tpot);
    add_percentiles(list, "end to end", m.e2e);
  }
  for (const JobFlows& flows : facts.flows) {
    if (flows.job != job) continue;
    for (const FlowClassMetrics& m : flows.classes) add_percentiles(list, std::string("flows ") + to_string(m.size), m.time);
  }
  return list;
}

std::vector<InterferenceRow> interference_of_job(const std::string& job, const std::vector<Measure>& shared,
                                                 const std::vector<Measure>& alone) {
  std::vector<InterferenceRow> rows;
  for (const Measure& measure : shared) {
    const auto other = std::find_if(alone.begin(), alone.end(), [&](const Measure& m) { return m.what == measure.what; });
    if (other != alone.end()) rows.push_back({job, measure.what, measure.count, measure.seconds, other->seconds});
  }
  return rows;
}

std::string interference_text(const std::vector<InterferenceRow>& rows, const std::vector<AloneRun>& runs) {
  using Align = TextTable::Align;
  TextTable table({{"interference"},
                   {"figure"},
                   {"count", Align::right},
                   {"shared", Align::right},
                   {"alone", Align::right},
                   {"slowdown", Align::right}});
  for (const InterferenceRow& row : rows)
    table.add_row({row.job, row.what, std::to_string(row.count), readable(row.shared, "s"), readable(row.alone, "s"),
                   row.alone > 0 ? fixed(row.slowdown(), 3) : "-"});
  std::string text = "\neach job against a run of it alone: same fabric, placement and seed, the others silent\n";
  text += table.empty() ? "  no job finished in both\n" : table.print("  ");
  for (const AloneRun& run : runs) {
    text += "  " + run.job + " alone: " + run.outcome + ", digest " + run.digest;
    if (!run.trace.empty()) text += ", trace " + run.trace;
    const bool compared = std::any_of(rows.begin(), rows.end(), [&](const InterferenceRow& row) { return row.job == run.job; });
    text += compared ? "\n" : "; not in the table, as it has no figure in both runs\n";
  }
  return text;
}

}  // namespace eastwest
