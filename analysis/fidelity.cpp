// SPDX-License-Identifier: Apache-2.0
#include "analysis/fidelity.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "analysis/metrics.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

using Align = TextTable::Align;

constexpr std::size_t kStepsPrinted = 16;

std::string job_name(const Workload& workload, std::uint16_t job) {
  return job < workload.jobs.size() ? workload.jobs[job].name : std::to_string(job);
}

void take_worst(FidelityRow& row, double packet, double flow) {
  const double difference = packet > 0 ? flow / packet - 1 : 0;
  if (std::abs(difference) > std::abs(row.worst)) row.worst = difference;
}

void compare_jobs(FidelityComparison& out, const RunResult& packet, const RunResult& flow, const Workload& workload) {
  for (std::size_t j = 0; j < workload.jobs.size() && j < packet.job_finish.size() && j < flow.job_finish.size(); ++j) {
    if (packet.job_finish[j] == kTimeNever || flow.job_finish[j] == kTimeNever) continue;
    FidelityRow row{workload.jobs[j].name, "time", 1, (packet.job_finish[j] - workload.jobs[j].start).seconds(),
                    (flow.job_finish[j] - workload.jobs[j].start).seconds()};
    row.worst = row.difference();
    out.jobs.push_back(std::move(row));
  }
}

void compare_collectives(FidelityComparison& out, const RunResult& packet, const RunResult& flow, const Workload& workload) {
  const std::vector<Collective>& list = workload.schedule.collectives;
  // Both are sorted by collective: keep what both have.
  std::vector<CollectiveRow> of_packet;
  std::vector<CollectiveRow> of_flow;
  std::size_t f = 0;
  for (const CollectiveRow& row : packet.collectives) {
    while (f < flow.collectives.size() && flow.collectives[f].collective < row.collective) ++f;
    if (f == flow.collectives.size() || flow.collectives[f].collective != row.collective) continue;
    of_packet.push_back(row);
    of_flow.push_back(flow.collectives[f]);
  }
  out.unmatched += packet.collectives.size() + flow.collectives.size() - 2 * of_packet.size();
  const std::vector<CollectiveMetrics> a = collective_metrics(list, of_packet);
  const std::vector<CollectiveMetrics> b = collective_metrics(list, of_flow);
  for (std::size_t i = 0; i < a.size(); ++i) {
    out.collectives.push_back({job_name(workload, a[i].job), a[i].name + " " + a[i].algorithm + " " + to_readable(a[i].bytes),
                               a[i].time.count, a[i].time.mean, b[i].time.mean});
    // Members of a group have what the group is named by; its name loses their number only.
    for (std::size_t r = 0; r < of_packet.size(); ++r) {
      const Collective& c = list[of_packet[r].collective];
      if (c.job == a[i].job && c.algorithm == a[i].algorithm && c.operation == a[i].operation && c.bytes == a[i].bytes &&
          c.ranks == a[i].ranks && c.name.starts_with(a[i].name))
        take_worst(out.collectives.back(), (of_packet[r].finish - of_packet[r].start).seconds(),
                   (of_flow[r].finish - of_flow[r].start).seconds());
    }
  }
}

struct Span {
  Time start = kTimeNever;
  Time finish{0};
};

std::map<std::pair<std::uint16_t, std::uint32_t>, Span> spans(const std::vector<StepRow>& rows) {
  std::map<std::pair<std::uint16_t, std::uint32_t>, Span> found;
  for (const StepRow& row : rows) {
    Span& span = found[{row.job, row.step}];
    span.start = std::min(span.start, row.start);
    span.finish = std::max(span.finish, row.finish);
  }
  return found;
}

void compare_steps(FidelityComparison& out, const RunResult& packet, const RunResult& flow, const Workload& workload) {
  const auto of_packet = spans(packet.steps);
  const auto of_flow = spans(flow.steps);
  for (const auto& [key, span] : of_packet) {
    const auto other = of_flow.find(key);
    if (other == of_flow.end()) continue;
    FidelityRow row{job_name(workload, key.first), "step " + std::to_string(key.second), 1, (span.finish - span.start).seconds(),
                    (other->second.finish - other->second.start).seconds()};
    row.worst = row.difference();
    out.steps.push_back(std::move(row));
  }
  out.unmatched += of_packet.size() + of_flow.size() - 2 * out.steps.size();
}

void compare_requests(FidelityComparison& out, const RunResult& packet, const RunResult& flow, const Workload& workload) {
  const std::vector<RequestMetrics> a = request_metrics(packet.requests);
  const std::vector<RequestMetrics> b = request_metrics(flow.requests);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const auto add = [&](const std::string& name, const Percentiles& p, const Percentiles& f) {
      if (p.count == 0 || f.count == 0) return;
      for (const auto& [part, x, y] : {std::tuple(" p50", p.p50, f.p50), std::tuple(" p99", p.p99, f.p99)}) {
        FidelityRow row{job_name(workload, a[i].job), name + part, p.count, x, y};
        row.worst = row.difference();
        out.requests.push_back(std::move(row));
      }
    };
    add("time to first token", a[i].ttft, b[i].ttft);
    add("time per output token", a[i].tpot, b[i].tpot);
    add("end to end", a[i].e2e, b[i].e2e);
  }
}

std::string signed_percent(double share) { return (share > 0 ? "+" : "") + fixed(share * 100, 2) + " %"; }

void print_rows(std::string& text, const std::string& heading, const std::vector<FidelityRow>& rows, std::size_t most) {
  TextTable table({{heading},
                   {"job"},
                   {"count", Align::right},
                   {"packet", Align::right},
                   {"flow", Align::right},
                   {"difference", Align::right},
                   {"worst", Align::right}});
  for (std::size_t i = 0; i < rows.size() && i < most; ++i)
    table.add_row({rows[i].what, rows[i].job, std::to_string(rows[i].count), readable(rows[i].packet, "s"), readable(rows[i].flow, "s"),
                   signed_percent(rows[i].difference()), signed_percent(rows[i].worst)});
  if (table.empty()) return;
  text += "\n" + table.print("  ");
  if (rows.size() > most) text += "  ... " + std::to_string(rows.size() - most) + " more; --json has all\n";
}

std::string one_run(const char* name, const RunResult& result, const RunFacts& facts) {
  std::size_t passed = 0;
  for (const Sanity& s : result.sanity) passed += s.passed ? 1 : 0;
  std::string text = std::string("  ") + name + ": " + to_string(result.outcome) + ", " + readable(result.simulated.seconds(), "s") +
                     " simulated in " + readable(facts.cpu_seconds, "s") + " CPU, " + std::to_string(passed) + " of " +
                     std::to_string(result.sanity.size()) + " checks passed, digest " + result.digest + "\n";
  if (!result.diagnosis.empty()) text += "    " + result.diagnosis + "\n";
  for (const Sanity& s : result.sanity)
    if (!s.passed) text += "    FAILED " + s.check + ": " + s.detail + "\n";
  if (!facts.trace_path.empty()) text += "    trace: " + facts.trace_path + "\n";
  return text;
}

}  // namespace

FidelityComparison compare_fidelities(const RunResult& packet, const RunResult& flow, const Workload& workload) {
  FidelityComparison out;
  compare_jobs(out, packet, flow, workload);
  compare_collectives(out, packet, flow, workload);
  compare_steps(out, packet, flow, workload);
  compare_requests(out, packet, flow, workload);
  return out;
}

std::string fidelity_text(const RunResult& packet, const RunFacts& packet_facts, const RunResult& flow, const RunFacts& flow_facts,
                          const Workload& workload) {
  const FidelityComparison all = compare_fidelities(packet, flow, workload);
  std::string text = packet_facts.scenario + ": both fidelities (seed " + std::to_string(packet_facts.seed) + ")\n";
  text += one_run("packet", packet, packet_facts);
  text += one_run("flow  ", flow, flow_facts);
  if (flow_facts.cpu_seconds > 0)
    text += "  the flow engine took 1/" + fixed(packet_facts.cpu_seconds / flow_facts.cpu_seconds, 0) + " of the CPU time\n";
  print_rows(text, "jobs", all.jobs, all.jobs.size());
  print_rows(text, "collectives (mean time)", all.collectives, all.collectives.size());
  print_rows(text, "training steps", all.steps, kStepsPrinted);
  print_rows(text, "requests", all.requests, all.requests.size());
  if (all.unmatched > 0) text += "\n" + std::to_string(all.unmatched) + " collectives or steps were finished by one engine only\n";
  return text;
}

}  // namespace eastwest
