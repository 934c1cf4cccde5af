// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/metrics.hpp"
#include "analysis/report/findings.hpp"
#include "analysis/report/json_page.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

/// A column is a heading and a unit: "text", "count", "s", "B", "B/s", "bit/s", "m", "dB", "share", "x", "number".
struct Column {
  const char* label;
  const char* unit;
};

struct Table {
  std::vector<Column> columns;
  std::string note = {};
  Json rows = Json::array();
  Json object(const char* title) {
    Json list = Json::array();
    for (const Column& c : columns) list.push_back({{"label", c.label}, {"unit", c.unit}});
    return {{"title", title}, {"note", note}, {"columns", std::move(list)}, {"rows", std::move(rows)}};
  }
};

Json time_or_null(Time time) { return time == kTimeNever ? Json(nullptr) : Json(time.seconds()); }
std::string job_name(const TraceData& trace, std::uint16_t job) {
  return job < trace.jobs.size() ? trace.jobs[job].name : std::to_string(job);
}

Json verdicts(const ReportTrace& trace) {
  Table table{{{"check", "text"}, {"verdict", "text"}, {"figures", "text"}}};
  for (const Sanity& s : trace.detail.sanity) table.rows.push_back({s.check, s.passed ? "passed" : "FAILED", s.detail});
  return table.object("Checks of the run itself");
}

Json jobs(const TraceData& trace) {
  Table table{{{"job", "text"}, {"kind", "text"}, {"ranks", "count"}, {"class", "count"}, {"start", "s"}, {"finish", "s"}, {"time", "s"}}};
  for (std::size_t i = 0; i < trace.jobs.size(); ++i) {
    const Job& job = trace.jobs[i];
    const Time finish = i < trace.job_finish.size() ? trace.job_finish[i] : kTimeNever;
    const bool played = finish != kTimeNever && finish > job.start;
    table.rows.push_back({job.name, job.kind, job.rank_count, job.traffic_class, job.start.seconds(), time_or_null(finish),
                          played ? Json((finish - job.start).seconds()) : Json(nullptr)});
  }
  return table.object("Jobs");
}

Json training(const TraceData& trace) {
  Table table{{{"job", "text"},
               {"steps", "count"},
               {"step time", "s"},
               {"longest", "s"},
               {"compute", "share"},
               {"tensor", "share"},
               {"pipeline", "share"},
               {"data", "share"},
               {"expert", "share"},
               {"context", "share"},
               {"bubble", "share"},
               {"tokens/s per GPU", "number"},
               {"MFU", "share"},
               {"memory per GPU", "B"},
               {"of", "B"}}};
  table.note = "Shares of the step; compute and the parts of what is exposed add up to 100 %.";
  for (const StepMetrics& m : step_metrics(trace.steps)) {
    const TrainingFacts* facts = facts_of_job(trace.training, m.job);
    Json row = {job_name(trace, m.job), m.time.count, m.time.mean,    m.time.max,      m.compute_share, m.tensor_share,
                m.pipeline_share,       m.data_share, m.expert_share, m.context_share, m.bubble_share};
    if (facts == nullptr) {
      for (int i = 0; i < 4; ++i) row.push_back(nullptr);
    } else {
      const TrainingRates rates = training_rates(*facts, m.time.mean);
      row.push_back(rates.tokens_per_second_per_gpu);
      row.push_back(rates.model_flops_utilization);
      row.push_back((facts->weights + facts->gradients + facts->optimizer + facts->activations).count);
      row.push_back(facts->gpu_memory.count);
    }
    table.rows.push_back(std::move(row));
  }
  return table.object("Training");
}

Json collectives(const TraceData& trace) {
  Table table{{{"collective", "text"},
               {"job", "text"},
               {"operation", "text"},
               {"algorithm", "text"},
               {"ranks", "count"},
               {"size", "B"},
               {"count", "count"},
               {"mean time", "s"},
               {"p99 time", "s"},
               {"algbw", "B/s"},
               {"busbw", "B/s"},
               {"bound", "s"},
               {"time / bound", "x"}}};
  for (const CollectiveMetrics& m : collective_metrics(trace.collective_list, trace.collectives)) {
    const bool bound = m.lower_bound.ps > 0;
    table.rows.push_back({m.name, job_name(trace, m.job), m.operation, m.algorithm, m.ranks, m.bytes.count, m.time.count, m.time.mean,
                          m.time.p99, m.algbw, m.busbw, bound ? Json(m.lower_bound.seconds()) : Json(nullptr),
                          bound ? Json(m.time.mean / m.lower_bound.seconds()) : Json(nullptr)});
  }
  return table.object("Collectives");
}

Json serving(const TraceData& trace) {
  Table table{
      {{"job", "text"}, {"measure", "text"}, {"count", "count"}, {"mean", "s"}, {"p50", "s"}, {"p90", "s"}, {"p99", "s"}, {"max", "s"}}};
  for (const RequestMetrics& m : request_metrics(trace.requests))
    for (const auto& [name, p] :
         {std::pair{"time to first token", &m.ttft}, std::pair{"time per output token", &m.tpot}, std::pair{"end to end", &m.e2e}})
      if (p->count > 0) table.rows.push_back({job_name(trace, m.job), name, p->count, p->mean, p->p50, p->p90, p->p99, p->max});
  return table.object("Serving: times of requests");
}

Json serving_rates(const TraceData& trace) {
  Table table{{{"job", "text"},
               {"arrived", "count"},
               {"finished", "count"},
               {"requests/s", "number"},
               {"output tokens/s", "number"},
               {"within targets", "count"},
               {"goodput /s", "number"},
               {"KV cache moved", "B"},
               {"prefix hits", "share"},
               {"preemptions", "count"}}};
  for (const RequestMetrics& m : request_metrics(trace.requests))
    table.rows.push_back({job_name(trace, m.job), m.arrived, m.finished, m.requests_per_second, m.output_tokens_per_second,
                          m.has_slo ? Json(m.within_slo) : Json(nullptr), m.has_slo ? Json(m.goodput) : Json(nullptr), m.kv_bytes.count,
                          m.hit_share, m.preemptions});
  return table.object("Serving: rates");
}

Json flows(const TraceData& trace) {
  Table table{{{"job", "text"},
               {"count", "count"},
               {"payload", "B"},
               {"time p50", "s"},
               {"time p99", "s"},
               {"slowdown p50", "x"},
               {"slowdown p99", "x"},
               {"slowdown max", "x"},
               {"retransmits", "count"}}};
  for (const FlowMetrics& m : flow_metrics(trace.flows)) {
    const auto slow = [&](double value) { return m.slowdown.count > 0 ? Json(value) : Json(nullptr); };
    table.rows.push_back({job_name(trace, m.job), m.time.count, m.bytes.count, m.time.p50, m.time.p99, slow(m.slowdown.p50),
                          slow(m.slowdown.p99), slow(m.slowdown.max), m.retransmits});
  }
  return table.object("Messages by job");
}

Json slowest_flows(const ReportTrace& trace, const PageLimits& limits) {
  Table table{{{"id", "count"},
               {"job", "text"},
               {"from rank", "count"},
               {"on", "text"},
               {"to rank", "count"},
               {"on", "text"},
               {"size", "B"},
               {"start", "s"},
               {"time", "s"},
               {"alone", "s"},
               {"slowdown", "x"},
               {"retransmits", "count"}}};
  const std::vector<FlowRow>& all = trace.data.flows;
  const auto slowdown = [](const FlowRow& f) {
    return f.ideal.ps > 0 ? static_cast<double>((f.finish - f.start).ps) / static_cast<double>(f.ideal.ps) : 0.0;
  };
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(limits.flows, order.size()));
  std::partial_sort(order.begin(), order.begin() + kept, order.end(), [&](std::size_t a, std::size_t b) {
    const double one = slowdown(all[a]), two = slowdown(all[b]);
    return one != two ? one > two : a < b;
  });
  order.resize(static_cast<std::size_t>(kept));
  const auto host = [&](std::uint32_t rank) { return rank < trace.detail.ranks.size() ? trace.detail.ranks[rank].host : std::string(); };
  for (const std::size_t i : order) {
    const FlowRow& f = all[i];
    table.rows.push_back({f.id, job_name(trace.data, f.job), f.source, host(f.source), f.destination, host(f.destination), f.bytes.count,
                          f.start.seconds(), (f.finish - f.start).seconds(), f.ideal.seconds(),
                          f.ideal.ps > 0 ? Json(slowdown(f)) : Json(nullptr), f.retransmits});
  }
  if (all.size() > order.size())
    table.note = "The " + std::to_string(order.size()) + " slowest of " + std::to_string(all.size()) + " messages.";
  return table.object("Slowest messages against an idle fabric");
}

Json groups(const ReportTrace& trace) {
  Table table{{{"links", "text"},
               {"count", "count"},
               {"mean", "share"},
               {"busiest mean", "share"},
               {"busiest", "text"},
               {"peak interval", "share"},
               {"longest queue", "B"},
               {"drops", "count"},
               {"ECN marks", "count"},
               {"longest pause", "s"}}};
  for (const LinkGroup& g : link_groups(trace.data, trace.detail))
    table.rows.push_back({g.name, g.count, g.mean, g.most, trace.data.link_names[g.busiest], g.peak, g.queue_max, g.drops, g.ecn_marks,
                          g.paused_most.seconds()});
  return table.object("Links by place in the fabric");
}

Json events(const ReportTrace& trace, const PageLimits& limits) {
  Table table{{{"time", "s"}, {"event", "text"}, {"link", "text"}, {"message", "count"}}};
  const std::vector<EventRow>& all = trace.detail.events;
  const std::uint64_t kept = std::min<std::uint64_t>(limits.events, all.size());
  for (std::uint64_t i = 0; i < kept; ++i) {
    const EventRow& e = all[i];
    const bool known = static_cast<std::size_t>(e.kind) <= static_cast<std::size_t>(EventKind::stall);
    table.rows.push_back({e.time.seconds(), known ? to_string(e.kind) : "unknown",
                          e.link < trace.data.link_names.size() ? Json(trace.data.link_names[e.link]) : Json(nullptr),
                          e.kind == EventKind::timeout ? Json(e.detail) : Json(nullptr)});
  }
  if (all.size() > kept) table.note = "The first " + std::to_string(kept) + " of " + std::to_string(all.size()) + " events.";
  return table.object("Faults, route changes, timeouts, stalls");
}

/// What each cable adds to the latency, and what is left of its optical budget.
Json cables(const ReportTrace& trace) {
  Table table{{{"cable", "text"},
               {"from", "text"},
               {"to", "text"},
               {"medium", "text"},
               {"length", "m"},
               {"in the medium", "s"},
               {"modules", "s"},
               {"FEC", "s"},
               {"one way", "s"},
               {"frame loss", "number"},
               {"optical margin", "dB"},
               {"pre-FEC BER", "number"}}};
  std::vector<const FabricLink*> link(trace.detail.cables.size(), nullptr);
  for (const FabricLink& l : trace.detail.links)
    if (l.cable < link.size() && (link[l.cable] == nullptr || l.frame_loss > link[l.cable]->frame_loss)) link[l.cable] = &l;
  bool any = false;
  for (std::size_t i = 0; i < trace.detail.cables.size(); ++i) {
    const FabricCable& c = trace.detail.cables[i];
    any = any || c.margin.has_value();
    const bool split = (c.delay_medium + c.delay_modules + c.delay_fec).ps > 0;
    const auto part = [&](Duration d) { return split ? Json(d.seconds()) : Json(nullptr); };
    table.rows.push_back({c.name, c.a, c.b, c.medium, c.length.mm > 0 ? Json(static_cast<double>(c.length.mm) * 1e-3) : Json(nullptr),
                          part(c.delay_medium), part(c.delay_modules), part(c.delay_fec),
                          link[i] != nullptr ? Json(link[i]->delay.seconds()) : Json(nullptr),
                          link[i] != nullptr ? Json(link[i]->frame_loss) : Json(nullptr), c.margin ? Json(*c.margin) : Json(nullptr),
                          c.pre_fec_ber ? Json(*c.pre_fec_ber) : Json(nullptr)});
  }
  if (!any) table.note = "This trace holds no optical margins.";
  return table.object("Budgets of cables: latency one way, and loss");
}

}  // namespace

std::string tables_json(const ReportTrace& trace, const PageLimits& limits) {
  const Json object = {{"verdicts", verdicts(trace)},      {"jobs", jobs(trace.data)},
                       {"training", training(trace.data)}, {"collectives", collectives(trace.data)},
                       {"serving", serving(trace.data)},   {"serving_rates", serving_rates(trace.data)},
                       {"flows", flows(trace.data)},       {"slowest_flows", slowest_flows(trace, limits)},
                       {"link_groups", groups(trace)},     {"events", events(trace, limits)},
                       {"cables", cables(trace)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace eastwest
