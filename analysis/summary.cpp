// SPDX-License-Identifier: Apache-2.0
#include "analysis/summary.hpp"

#include <algorithm>

#include "analysis/frame_losses.hpp"
#include "analysis/metrics.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::complete: return "complete";
    case Outcome::cancelled: return "cancelled";
    case Outcome::stalled: return "stalled";
  }
  return "unknown";
}

std::vector<std::uint32_t> busiest_links(const std::vector<LinkTotal>& links, std::size_t count) {
  std::vector<std::uint32_t> order(links.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return links[a].utilization_mean > links[b].utilization_mean; });
  order.resize(std::min(order.size(), count));
  return order;
}

namespace {

using Align = TextTable::Align;

std::string seconds(double value) { return readable(value, "s"); }
std::string bandwidth(double value) { return fixed(value * 1e-9, 2); }
std::string job_name(const Workload& workload, std::uint16_t job) {
  return job < workload.jobs.size() ? workload.jobs[job].name : std::to_string(job);
}

/// "2 drops" but "1 drop"; thousands are not grouped, so that figures can be copied.
std::string counted(std::uint64_t count, const std::string& noun) { return std::to_string(count) + " " + noun + (count == 1 ? "" : "s"); }

void add_jobs(std::string& out, const RunResult& result, const Workload& workload) {
  TextTable table({{"job"}, {"kind"}, {"ranks", Align::right}, {"start", Align::right}, {"finish", Align::right}, {"time", Align::right}});
  for (std::size_t i = 0; i < workload.jobs.size(); ++i) {
    const Job& job = workload.jobs[i];
    const Time finish = i < result.job_finish.size() ? result.job_finish[i] : kTimeNever;
    const bool finished = finish != kTimeNever;
    const bool played = finish > job.start;  // not a job that has nothing to do, such as the others beside one that runs alone
    table.add_row({job.name, job.kind, std::to_string(job.rank_count), seconds(job.start.seconds()),
                   !finished ? "unfinished"
                   : played  ? seconds(finish.seconds())
                             : "-",
                   finished && played ? seconds((finish - job.start).seconds()) : "-"});
  }
  if (!table.empty()) out += "\njobs\n" + table.print("  ");
}

void add_collectives(std::string& out, const RunResult& result, const Workload& workload) {
  TextTable table({{"collective"},
                   {"job"},
                   {"algorithm"},
                   {"ranks", Align::right},
                   {"size", Align::right},
                   {"count", Align::right},
                   {"mean time", Align::right},
                   {"p99 time", Align::right},
                   {"algbw GB/s", Align::right},
                   {"busbw GB/s", Align::right},
                   {"bound", Align::right}});
  for (const CollectiveMetrics& m : collective_metrics(workload.schedule.collectives, result.collectives))
    table.add_row({m.name, job_name(workload, m.job), m.algorithm, std::to_string(m.ranks), to_readable(m.bytes),
                   std::to_string(m.time.count), seconds(m.time.mean), seconds(m.time.p99), bandwidth(m.algbw), bandwidth(m.busbw),
                   m.lower_bound.ps > 0 ? seconds(m.lower_bound.seconds()) : "-"});
  if (!table.empty()) out += "\ncollectives\n" + table.print("  ");
}

void add_steps(std::string& out, const RunResult& result, const Workload& workload) {
  TextTable table({{"training"},
                   {"steps", Align::right},
                   {"mean time", Align::right},
                   {"max time", Align::right},
                   {"compute", Align::right},
                   {"exposed", Align::right},
                   {"tokens/s/GPU", Align::right},
                   {"MFU", Align::right},
                   {"memory per GPU", Align::right}});
  TextTable parts({{"exposed"},
                   {"tensor", Align::right},
                   {"pipeline", Align::right},
                   {"data", Align::right},
                   {"expert", Align::right},
                   {"context", Align::right},
                   {"bubble", Align::right}});
  for (const StepMetrics& m : step_metrics(result.steps)) {
    const std::string name = job_name(workload, m.job);
    const TrainingFacts* facts = facts_of_job(workload.schedule.training, m.job);
    const TrainingRates rates = facts == nullptr ? TrainingRates{} : training_rates(*facts, m.time.mean);
    table.add_row({name, std::to_string(m.time.count), seconds(m.time.mean), seconds(m.time.max), percent(m.compute_share),
                   percent(m.exposed_share), facts == nullptr ? "-" : fixed(rates.tokens_per_second_per_gpu, 1),
                   facts == nullptr ? "-" : percent(rates.model_flops_utilization),
                   facts == nullptr ? "-" : to_readable(facts->weights + facts->gradients + facts->optimizer + facts->activations)});
    if (facts != nullptr)
      parts.add_row({name, percent(m.tensor_share), percent(m.pipeline_share), percent(m.data_share), percent(m.expert_share),
                     percent(m.context_share), percent(m.bubble_share)});
  }
  if (!table.empty()) out += "\ntraining steps (exposed: communication not hidden by compute, bubbles and waiting)\n" + table.print("  ");
  if (!parts.empty()) out += parts.print("  ");
}

void add_requests(std::string& out, const RunResult& result, const Workload& workload) {
  for (const RequestMetrics& m : request_metrics(result.requests)) {
    out += "\nrequests of " + job_name(workload, m.job) + ": " + std::to_string(m.finished) + " finished of " + std::to_string(m.arrived) +
           ", " + fixed(m.requests_per_second, 2) + " requests/s, " + fixed(m.output_tokens_per_second, 1) + " output tokens/s\n";
    if (m.has_slo)
      out += "  within targets: " + fixed(m.goodput, 2) + " requests/s (goodput), " +
             percent(static_cast<double>(m.within_slo) / static_cast<double>(std::max<std::uint64_t>(m.finished, 1))) +
             " of those finished\n";
    TextTable table(
        {{""}, {"mean", Align::right}, {"p50", Align::right}, {"p90", Align::right}, {"p99", Align::right}, {"max", Align::right}});
    const auto row = [&](const char* name, const Percentiles& p) {
      if (p.count > 0) table.add_row({name, seconds(p.mean), seconds(p.p50), seconds(p.p90), seconds(p.p99), seconds(p.max)});
    };
    row("time to first token", m.ttft);
    row("time per output token", m.tpot);
    row("end to end", m.e2e);
    if (m.job < result.token_gaps.size()) row("between tokens", gap_percentiles(result.token_gaps[m.job]));
    if (!table.empty()) out += table.print("  ");
    out += "  KV cache moved: " + to_readable(m.kv_bytes) + "; prompt tokens from prefix caches: " + percent(m.hit_share) + "; " +
           counted(m.preemptions, "preemption") + "\n";
  }
}

void add_flows(std::string& out, const RunFacts& facts, const Workload& workload) {
  for (const JobFlows& flows : facts.flows) {
    out += "\nflows of " + job_name(workload, flows.job) + ": " + std::to_string(flows.count) + ", " + to_readable(flows.bytes);
    if (flows.offered_per_second > 0) out += ", " + bandwidth(flows.offered_per_second) + " GB/s from first to last start";
    out += ", " + bandwidth(flows.bytes_per_second) + " GB/s from first start to last finish\n";
    TextTable table({{"size"},
                     {"flows", Align::right},
                     {"bytes", Align::right},
                     {"mean time", Align::right},
                     {"p99 time", Align::right},
                     {"mean slowdown", Align::right},
                     {"p50", Align::right},
                     {"p90", Align::right},
                     {"p99", Align::right},
                     {"max", Align::right}});
    for (const FlowClassMetrics& m : flows.classes) {
      const auto slowdown = [&](double value) { return m.slowdown.count > 0 ? fixed(value, 2) : "-"; };
      table.add_row({to_string(m.size), std::to_string(m.time.count), to_readable(m.bytes), seconds(m.time.mean), seconds(m.time.p99),
                     slowdown(m.slowdown.mean), slowdown(m.slowdown.p50), slowdown(m.slowdown.p90), slowdown(m.slowdown.p99),
                     slowdown(m.slowdown.max)});
    }
    out += table.print("  ");
  }
}

void add_latency(std::string& out, const RunResult& result, const Workload& workload) {
  TextTable table({{"packet latency"},
                   {"class", Align::right},
                   {"packets", Align::right},
                   {"p50", Align::right},
                   {"p90", Align::right},
                   {"p99", Align::right},
                   {"p99.9", Align::right}});
  for (const LatencyHistogram& h : result.latency) {
    std::uint64_t total = 0;
    for (const std::uint64_t count : h.counts) total += count;
    if (total == 0) continue;
    const auto at = [&](double q) { return seconds(h.quantile(q).seconds()); };
    table.add_row(
        {job_name(workload, h.job), std::to_string(h.traffic_class), std::to_string(total), at(0.5), at(0.9), at(0.99), at(0.999)});
  }
  if (!table.empty()) out += "\npacket latency, NIC to NIC (lower edge of a bin at most 3.1 % wide)\n" + table.print("  ");
}

void add_links(std::string& out, const RunResult& result, const Fabric& fabric) {
  TextTable table({{"busiest links"},
                   {"mean", Align::right},
                   {"max", Align::right},
                   {"most queued", Align::right},
                   {"drops", Align::right},
                   {"ECN marks", Align::right},
                   {"paused", Align::right}});
  for (const std::uint32_t link : busiest_links(result.links, 5)) {
    const LinkTotal& t = result.links[link];
    if (t.utilization_mean <= 0) continue;
    table.add_row({fabric.link_name({link}), percent(t.utilization_mean), percent(t.utilization_max), to_readable(Bytes{t.queue_bytes_max}),
                   std::to_string(t.drops), std::to_string(t.ecn_marks), seconds(t.paused.seconds())});
  }
  if (!table.empty()) out += "\n" + table.print("  ");
}

/// What the medium lost and had to lose; a run without any lossy link says nothing of it.
void add_losses(std::string& out, const RunResult& result, const Fabric& fabric, const RunFacts& facts) {
  const Counters& c = result.counters;
  if (c.frames_lost == 0 && !(c.frames_lost_expected > 0)) return;
  out += "\nframe loss: " + (facts.losses_drawn ? counted(c.frames_lost, "frame") + " lost, " : std::string()) +
         significant(c.frames_lost_expected) + " expected" + (facts.losses_drawn ? "" : "; flows draw none and take their goodput");
  const bool outlook_known = c.frames_lost_expected > 0 && result.simulated.ps > 0;
  const LossOutlook outlook = outlook_known ? loss_outlook(c, result.links, result.simulated, facts.retransmit_timeout) : LossOutlook{};
  if (c.frames_lost == 0 && c.frames_lost_expected < kLossesWorthATable) {
    out += (outlook_known ? "; " + rare_loss_text(outlook) : std::string()) + "\n";
    return;
  }
  TextTable table(
      {{"worst links"}, {"frames", Align::right}, {"frame loss", Align::right}, {"lost", Align::right}, {"expected", Align::right}});
  for (const std::uint32_t link : lossiest_links(result.links, 5)) {
    const LinkTotal& t = result.links[link];
    table.add_row({fabric.link_name({link}), std::to_string(t.frames), significant(mean_frame_loss(t)),
                   facts.losses_drawn ? std::to_string(t.frames_lost) : "-", significant(t.frames_lost_expected)});
  }
  out += "\n" + table.print("  ");
  if (!outlook_known) return;
  if (too_rare_to_sample(c)) out += "  " + rare_loss_text(outlook) + "\n";
  if (facts.retransmit_timeout.ps > 0 && (too_rare_to_sample(c) || !facts.losses_drawn))
    out += "  " + expected_delay_text(outlook, facts.retransmit_timeout) + "\n";
}

}  // namespace

std::string summary_text(const RunResult& result, const Fabric& fabric, const Workload& workload, const RunFacts& facts) {
  const Counters& c = result.counters;
  std::string out = facts.scenario + ": " + to_string(result.outcome) + ", " + seconds(result.simulated.seconds()) + " simulated in " +
                    seconds(facts.wall_seconds) + " (" + counted(facts.threads, "thread") + ", " + seconds(facts.cpu_seconds) + " CPU, " +
                    to_readable(Bytes{static_cast<std::int64_t>(facts.peak_rss_bytes)}) + " memory)\n";
  if (!result.diagnosis.empty()) out += "  " + result.diagnosis + "\n";
  add_jobs(out, result, workload);
  add_steps(out, result, workload);
  add_collectives(out, result, workload);
  add_requests(out, result, workload);
  add_flows(out, facts, workload);
  add_latency(out, result, workload);
  add_links(out, result, fabric);
  add_losses(out, result, fabric, facts);
  const std::uint64_t drops = c.drops_buffer + c.drops_fault + c.drops_loss;
  out += "\nnetwork: " + counted(c.packets, "packet") + ", " + counted(c.packet_hops, "packet-hop") + ", " + counted(drops, "drop") + ", " +
         counted(c.ecn_marks, "ECN mark") + ", " + counted(c.pfc_pauses, "PFC pause") + ", " + counted(c.retransmits, "retransmit") + ", " +
         counted(c.timeouts, "timeout") + "\n";
  const double span = result.simulated.seconds();
  out += "  payload: " + to_readable(c.bytes_delivered) + " between hosts";
  if (span > 0) out += ", " + bandwidth(static_cast<double>(c.bytes_delivered.count) / span) + " GB/s on average";
  if (c.bytes_scale_up.count > 0) out += "; " + to_readable(c.bytes_scale_up) + " inside hosts";
  out += "\n";
  if (drops > 0)
    out += "  drops: " + std::to_string(c.drops_buffer) + " no room, " + std::to_string(c.drops_fault) + " link down or no route, " +
           std::to_string(c.drops_loss) + " data packets lost on the medium\n";

  if (!result.findings.empty()) out += "findings\n";
  for (const std::string& finding : result.findings) out += "  " + finding + "\n";
  std::size_t passed = 0;
  for (const Sanity& s : result.sanity) passed += s.passed ? 1 : 0;
  out += "sanity: " + std::to_string(passed) + " of " + std::to_string(result.sanity.size()) + " checks passed\n";
  for (const Sanity& s : result.sanity)
    if (!s.passed) out += "  FAILED " + s.check + ": " + s.detail + "\n";
  out += "digest: " + result.digest + " (seed " + std::to_string(facts.seed) + ")\n";
  if (!facts.trace_path.empty()) out += "trace: " + facts.trace_path + "\n";
  return out;
}

}  // namespace eastwest
