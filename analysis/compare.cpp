// SPDX-License-Identifier: Apache-2.0
#include "analysis/compare.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/frame_losses.hpp"
#include "analysis/metrics.hpp"
#include "analysis/summary.hpp"

namespace eastwest {

namespace {

struct Figure {
  std::string subject;
  std::string metric;
  std::string unit;
  bool lower_is_better;
  double value;
};

void add_percentiles(std::vector<Figure>& out, const std::string& subject, const std::string& metric, const std::string& unit,
                     const Percentiles& p) {
  if (p.count == 0) return;
  out.push_back({subject, metric + " mean", unit, true, p.mean});
  out.push_back({subject, metric + " p50", unit, true, p.p50});
  out.push_back({subject, metric + " p90", unit, true, p.p90});
  out.push_back({subject, metric + " p99", unit, true, p.p99});
}

/// Where a training step goes, and what it makes of the GPUs.
void add_training(std::vector<Figure>& out, const std::string& subject, const StepMetrics& m, const TrainingFacts* facts) {
  if (facts == nullptr) return;
  for (const auto& [name, share] : {std::pair{"exposed tensor", m.tensor_share}, std::pair{"exposed pipeline", m.pipeline_share},
                                    std::pair{"exposed data", m.data_share}, std::pair{"exposed expert", m.expert_share},
                                    std::pair{"exposed context", m.context_share}, std::pair{"bubble", m.bubble_share}})
    if (share > 0) out.push_back({subject, name, "1", true, share});
  const TrainingRates rates = training_rates(*facts, m.time.mean);
  out.push_back({subject, "tokens per s per GPU", "1/s", false, rates.tokens_per_second_per_gpu});
  out.push_back({subject, "MFU", "1", false, rates.model_flops_utilization});
}

/// Every figure of one trace, in the order of the table.
std::vector<Figure> figures_of(const TraceData& trace) {
  std::vector<Figure> out;
  for (std::size_t i = 0; i < trace.jobs.size(); ++i) {
    const std::string& subject = trace.jobs[i].name;
    const auto job = static_cast<std::uint16_t>(i);
    if (trace.job_finish[i] != kTimeNever)
      out.push_back({subject, "job time", "s", true, (trace.job_finish[i] - trace.jobs[i].start).seconds()});
    for (const StepMetrics& m : step_metrics(trace.steps)) {
      if (m.job != job) continue;
      out.push_back({subject, "step time mean", "s", true, m.time.mean});
      out.push_back({subject, "step time max", "s", true, m.time.max});
      out.push_back({subject, "exposed share", "1", true, m.exposed_share});
      add_training(out, subject, m, facts_of_job(trace.training, job));
    }
    for (const RequestMetrics& m : request_metrics(trace.requests)) {
      if (m.job != job) continue;
      out.push_back({subject, "requests finished", "count", false, static_cast<double>(m.finished)});
      out.push_back({subject, "requests per s", "1/s", false, m.requests_per_second});
      out.push_back({subject, "output tokens per s", "1/s", false, m.output_tokens_per_second});
      add_percentiles(out, subject, "TTFT", "s", m.ttft);
      add_percentiles(out, subject, "TPOT", "s", m.tpot);
      add_percentiles(out, subject, "E2E", "s", m.e2e);
      if (m.has_slo) out.push_back({subject, "goodput", "1/s", false, m.goodput});
      out.push_back({subject, "KV cache moved", "B", true, static_cast<double>(m.kv_bytes.count)});
      out.push_back({subject, "prefix hit share", "1", false, m.hit_share});
      out.push_back({subject, "preemptions", "count", true, static_cast<double>(m.preemptions)});
    }
    for (const CollectiveMetrics& m : collective_metrics(trace.collective_list, trace.collectives)) {
      if (m.job != job) continue;
      const std::string name = m.name + " " + m.algorithm + " " + std::to_string(m.ranks) + " ranks " + to_readable(m.bytes);
      out.push_back({subject, name + " time", "s", true, m.time.mean});
      out.push_back({subject, name + " busbw", "B/s", false, m.busbw});
    }
    for (const FlowMetrics& m : flow_metrics(trace.flows)) {
      if (m.job != job) continue;
      if (m.slowdown.count > 0) {
        out.push_back({subject, "flow slowdown p50", "x", true, m.slowdown.p50});
        out.push_back({subject, "flow slowdown p99", "x", true, m.slowdown.p99});
      }
      out.push_back({subject, "flow time p99", "s", true, m.time.p99});
    }
    for (const LatencyHistogram& h : trace.latency)
      if (h.job == job && std::any_of(h.counts.begin(), h.counts.end(), [](std::uint64_t c) { return c > 0; }))
        out.push_back({subject, "packet latency p99, class " + std::to_string(h.traffic_class), "s", true, h.quantile(0.99).seconds()});
  }
  const std::string network = "network";
  out.push_back({network, "simulated time", "s", true, trace.simulated.seconds()});
  double mean_max = 0, peak = 0;
  std::uint32_t queue = 0;
  for (const LinkTotal& link : trace.links) {
    mean_max = std::max(mean_max, link.utilization_mean);
    peak = std::max(peak, link.utilization_max);
    queue = std::max(queue, link.queue_bytes_max);
  }
  out.push_back({network, "worst link utilisation, mean", "1", true, mean_max});
  out.push_back({network, "worst link utilisation, one interval", "1", true, peak});
  out.push_back({network, "longest queue", "B", true, static_cast<double>(queue)});
  const Counters& c = trace.counters;
  out.push_back({network, "drops", "count", true, static_cast<double>(c.drops_buffer + c.drops_fault + c.drops_loss)});
  out.push_back({network, "ECN marks", "count", true, static_cast<double>(c.ecn_marks)});
  if (trace.sealed) {
    out.push_back({network, "PFC pauses", "count", true, static_cast<double>(c.pfc_pauses)});
    out.push_back({network, "retransmits", "count", true, static_cast<double>(c.retransmits)});
    out.push_back({network, "timeouts", "count", true, static_cast<double>(c.timeouts)});
    out.push_back({network, "frames lost", "count", true, static_cast<double>(c.frames_lost)});
    out.push_back({network, "frames lost, expected", "count", true, c.frames_lost_expected});
  }
  return out;
}

/// The scenario without its seed: equal texts are the same design.
std::string design_text(const TraceData& trace) {
  std::string out;
  for (std::size_t at = 0; at < trace.scenario_text.size();) {
    std::size_t end = trace.scenario_text.find('\n', at);
    end = end == std::string::npos ? trace.scenario_text.size() : end + 1;
    const std::string_view line(trace.scenario_text.data() + at, end - at);
    if (!line.starts_with("seed:")) out += line;
    at = end;
  }
  return out;
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void add_notes(Comparison& c, const std::vector<TraceData>& traces, const std::vector<std::size_t>& design_of) {
  for (const TraceData& t : traces)
    if (!t.complete)
      c.notes.push_back(t.path + " is incomplete (" + (t.sealed ? t.outcome : "its run did not end, or is still going") +
                        "): its figures cover " + to_readable(t.simulated - Time{0}) + " of simulated time");
  for (const TraceData& t : traces)
    if (t.sealed && t.simulated.ps > 0 && too_rare_to_sample(t.counters) && t.counters.frames_lost_expected >= kLossesWorthATable)
      c.notes.push_back("losses of " + t.path + " are " + rare_loss_text(loss_outlook(t.counters, t.links, t.simulated, {})));
  for (std::size_t a = 0; a < traces.size(); ++a)
    for (std::size_t b = a + 1; b < traces.size(); ++b)
      if (design_of[a] == design_of[b] && traces[a].seed == traces[b].seed)
        c.notes.push_back(traces[a].path + " and " + traces[b].path + " are the same scenario and seed" +
                          (!traces[a].complete || !traces[b].complete ? ""
                           : traces[a].digest == traces[b].digest     ? ", and their digests agree: count them as one run"
                                                                  : ", but their digests differ: versions of the program, or a defect"));
  bool replicated = c.designs.size() > 1;
  for (const Comparison::Design& d : c.designs)
    replicated = replicated && std::set<std::uint64_t>(d.seeds.begin(), d.seeds.end()).size() > 1;
  if (c.designs.size() > 1 && !replicated)
    c.notes.push_back(
        "a design with one seed has no spread: no difference is marked where it takes part; run more seeds to tell a difference from "
        "chance");
  if (replicated) c.notes.push_back("* beyond the spread over seeds of both designs");
}

Comparison::Value value_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return {sum / static_cast<double>(values.size()), *std::min_element(values.begin(), values.end()),
          *std::max_element(values.begin(), values.end()), values.size()};
}

}  // namespace

Comparison compare(const std::vector<TraceData>& traces, const std::vector<std::string>& labels) {
  Comparison c;
  std::vector<std::string> texts;
  std::vector<std::size_t> design_of;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::string text = design_text(traces[i]);
    const auto at = static_cast<std::size_t>(std::find(texts.begin(), texts.end(), text) - texts.begin());
    if (at == texts.size()) {
      texts.push_back(text);
      c.designs.push_back({i < labels.size() ? labels[i] : file_name(traces[i].path), {}, {}, true});
    }
    design_of.push_back(at);
    c.designs[at].paths.push_back(traces[i].path);
    c.designs[at].seeds.push_back(traces[i].seed);
    c.designs[at].complete = c.designs[at].complete && traces[i].complete;
  }

  // "run.h5" of two folders: the name alone tells nothing.
  for (Comparison::Design& a : c.designs)
    for (Comparison::Design& b : c.designs)
      if (&a != &b && a.label == b.label) {
        a.label = a.paths.front();
        b.label = b.paths.front();
      }

  // Rows in the order of the first trace that has them; figures of the same name stand in one row.
  std::vector<std::vector<std::vector<double>>> samples;  // row, design, run
  for (std::size_t i = 0; i < traces.size(); ++i) {
    for (const Figure& f : figures_of(traces[i])) {
      auto row = std::find_if(c.rows.begin(), c.rows.end(), [&](const auto& r) { return r.subject == f.subject && r.metric == f.metric; });
      if (row == c.rows.end()) {
        c.rows.push_back({f.subject, f.metric, f.unit, f.lower_is_better, {}, {}, {}});
        samples.emplace_back(c.designs.size());
        row = c.rows.end() - 1;
      }
      samples[static_cast<std::size_t>(row - c.rows.begin())][design_of[i]].push_back(f.value);
    }
  }
  // A subject that appears only in a later trace must not be torn from its other rows.
  std::vector<std::string> subjects;
  for (const auto& row : c.rows)
    if (std::find(subjects.begin(), subjects.end(), row.subject) == subjects.end()) subjects.push_back(row.subject);
  std::stable_partition(subjects.begin(), subjects.end(), [](const std::string& s) { return s != "network"; });

  for (std::size_t r = 0; r < c.rows.size(); ++r) {
    Comparison::Row& row = c.rows[r];
    for (std::size_t d = 0; d < c.designs.size(); ++d) {
      const auto& values = samples[r][d];
      row.values.push_back(values.empty() ? std::nullopt : std::optional(value_of(values)));
      const auto& first = row.values.front();
      const auto& here = row.values.back();
      const bool both = first && here;
      row.ratio.push_back(both && first->mean != 0 ? std::optional(here->mean / first->mean) : std::nullopt);
      const auto seeds = [&](std::size_t design) {
        return std::set<std::uint64_t>(c.designs[design].seeds.begin(), c.designs[design].seeds.end()).size();
      };
      const bool apart = both && d > 0 && seeds(0) > 1 && seeds(d) > 1 && first->runs > 1 && here->runs > 1 &&
                         (here->low > first->high || here->high < first->low);
      row.marks.push_back(apart ? Comparison::Mark::differs : Comparison::Mark::none);
    }
  }
  std::stable_sort(c.rows.begin(), c.rows.end(), [&](const auto& a, const auto& b) {
    return std::find(subjects.begin(), subjects.end(), a.subject) < std::find(subjects.begin(), subjects.end(), b.subject);
  });
  add_notes(c, traces, design_of);
  return c;
}

}  // namespace eastwest
