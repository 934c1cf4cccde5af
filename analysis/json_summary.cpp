// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <algorithm>

#include "analysis/frame_losses.hpp"
#include "analysis/metrics.hpp"
#include "analysis/summary.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

Json percentiles_json(const Percentiles& p) {
  if (p.count == 0) return nullptr;
  return {{"count", p.count}, {"mean_s", p.mean}, {"p50_s", p.p50}, {"p90_s", p.p90}, {"p99_s", p.p99}, {"max_s", p.max}};
}

Json seconds_or_null(Time time) { return time == kTimeNever ? Json(nullptr) : Json(time.seconds()); }

Json steps_json(const StepMetrics& m, const TrainingFacts* facts) {
  Json entry = {{"count", m.time.count},
                {"time_s", m.time.mean},
                {"time_max_s", m.time.max},
                {"compute_share", m.compute_share},
                {"exposed_share", m.exposed_share}};
  if (facts == nullptr) return entry;
  entry["exposed"] = {{"tensor_share", m.tensor_share}, {"pipeline_share", m.pipeline_share}, {"data_share", m.data_share},
                      {"expert_share", m.expert_share}, {"context_share", m.context_share},   {"bubble_share", m.bubble_share}};
  const TrainingRates rates = training_rates(*facts, m.time.mean);
  entry["tokens_per_s"] = rates.tokens_per_second;
  entry["tokens_per_s_per_gpu"] = rates.tokens_per_second_per_gpu;
  entry["mfu"] = rates.model_flops_utilization;
  entry["memory"] = {{"weights_bytes", facts->weights.count},
                     {"gradients_bytes", facts->gradients.count},
                     {"optimizer_bytes", facts->optimizer.count},
                     {"activations_bytes", facts->activations.count},
                     {"gpu_bytes", facts->gpu_memory.count}};
  return entry;
}

Json jobs_json(const RunResult& result, const Workload& workload) {
  const std::vector<StepMetrics> steps = step_metrics(result.steps);
  Json list = Json::array();
  for (std::size_t i = 0; i < workload.jobs.size(); ++i) {
    const Job& job = workload.jobs[i];
    Time finish = i < result.job_finish.size() ? result.job_finish[i] : kTimeNever;
    if (finish <= job.start) finish = kTimeNever;  // it had nothing to do
    Json entry = {{"name", job.name},
                  {"kind", job.kind},
                  {"ranks", job.rank_count},
                  {"start_s", job.start.seconds()},
                  {"finish_s", seconds_or_null(finish)}};
    entry["time_s"] = finish == kTimeNever ? Json(nullptr) : Json((finish - job.start).seconds());
    for (const StepMetrics& m : steps)
      if (m.job == i) entry["steps"] = steps_json(m, facts_of_job(workload.schedule.training, m.job));
    list.push_back(std::move(entry));
  }
  return list;
}

std::string job_name(const Workload& workload, std::uint16_t job) {
  return job < workload.jobs.size() ? workload.jobs[job].name : std::string();
}

Json collectives_json(const RunResult& result, const Workload& workload) {
  Json list = Json::array();
  for (const CollectiveMetrics& m : collective_metrics(workload.schedule.collectives, result.collectives))
    list.push_back({{"name", m.name},
                    {"job", job_name(workload, m.job)},
                    {"operation", m.operation},
                    {"algorithm", m.algorithm},
                    {"ranks", m.ranks},
                    {"bytes", m.bytes.count},
                    {"count", m.time.count},
                    {"time_s", m.time.mean},
                    {"time_min_s", m.time_min},
                    {"time_p99_s", m.time.p99},
                    {"algbw_GBps", m.algbw * 1e-9},
                    {"busbw_GBps", m.busbw * 1e-9},
                    {"lower_bound_s", m.lower_bound.ps > 0 ? Json(m.lower_bound.seconds()) : Json(nullptr)}});
  return list;
}

Json request_metrics_json(const RequestMetrics& m, const Percentiles& itl) {
  return {{"arrived", m.arrived},
          {"finished", m.finished},
          {"requests_per_s", m.requests_per_second},
          {"output_tokens_per_s", m.output_tokens_per_second},
          {"ttft", percentiles_json(m.ttft)},
          {"tpot", percentiles_json(m.tpot)},
          {"itl", percentiles_json(itl)},
          {"e2e", percentiles_json(m.e2e)},
          {"goodput_per_s", m.has_slo ? Json(m.goodput) : Json(nullptr)},
          {"within_slo", m.has_slo ? Json(m.within_slo) : Json(nullptr)},
          {"kv_bytes", m.kv_bytes.count},
          {"prefix_hit_share", m.hit_share},
          {"preemptions", m.preemptions}};
}

/// All requests together, then the same per job: with one serving job they agree.
Json requests_json(const RunResult& result, const Workload& workload) {
  if (result.requests.empty()) return Json::object();
  std::vector<RequestRow> all = result.requests;
  for (RequestRow& row : all) row.job = 0;
  std::vector<TokenGap> gaps;
  for (const std::vector<TokenGap>& job : result.token_gaps) gaps.insert(gaps.end(), job.begin(), job.end());
  std::sort(gaps.begin(), gaps.end(), [](const TokenGap& a, const TokenGap& b) { return a.gap < b.gap; });
  Json object = request_metrics_json(request_metrics(all).front(), gap_percentiles(gaps));
  Json jobs = Json::object();
  for (const RequestMetrics& m : request_metrics(result.requests))
    jobs[job_name(workload, m.job)] =
        request_metrics_json(m, m.job < result.token_gaps.size() ? gap_percentiles(result.token_gaps[m.job]) : Percentiles{});
  object["jobs"] = std::move(jobs);
  return object;
}

Json links_json(const RunResult& result, const Fabric& fabric) {
  double mean = 0, mean_max = 0, max = 0;
  for (const LinkTotal& link : result.links) {
    mean += link.utilization_mean;
    mean_max = std::max(mean_max, link.utilization_mean);
    max = std::max(max, link.utilization_max);
  }
  if (!result.links.empty()) mean /= static_cast<double>(result.links.size());
  Json busiest = Json::array();
  for (const std::uint32_t link : busiest_links(result.links, 10))
    busiest.push_back({{"name", fabric.link_name({link})},
                       {"utilization_mean", result.links[link].utilization_mean},
                       {"utilization_max", result.links[link].utilization_max},
                       {"queue_bytes_max", result.links[link].queue_bytes_max},
                       {"drops", result.links[link].drops}});
  return {{"count", result.links.size()},
          {"utilization_mean", mean},
          {"utilization_mean_max", mean_max},
          {"utilization_max", max},
          {"busiest", std::move(busiest)}};
}

Json flows_json(const RunFacts& facts, const Workload& workload) {
  Json list = Json::array();
  for (const JobFlows& flows : facts.flows) {
    Json classes = Json::array();
    for (const FlowClassMetrics& m : flows.classes) {
      Json entry = {{"size", to_string(m.size)}, {"count", m.time.count}, {"bytes", m.bytes.count}, {"time", percentiles_json(m.time)}};
      entry["slowdown"] =
          m.slowdown.count == 0 ? Json(nullptr) : Json{{"count", m.slowdown.count}, {"mean", m.slowdown.mean}, {"p50", m.slowdown.p50},
                                                       {"p90", m.slowdown.p90},     {"p99", m.slowdown.p99},   {"max", m.slowdown.max}};
      classes.push_back(std::move(entry));
    }
    list.push_back({{"job", job_name(workload, flows.job)},
                    {"count", flows.count},
                    {"bytes", flows.bytes.count},
                    {"GBps", flows.bytes_per_second * 1e-9},
                    {"offered_GBps", flows.offered_per_second * 1e-9},
                    {"classes", std::move(classes)}});
  }
  return list;
}

Json latency_json(const RunResult& result, const Workload& workload) {
  Json list = Json::array();
  for (const LatencyHistogram& h : result.latency) {
    std::uint64_t total = 0;
    for (const std::uint64_t count : h.counts) total += count;
    if (total > 0)
      list.push_back({{"job", job_name(workload, h.job)},
                      {"traffic_class", h.traffic_class},
                      {"packets", total},
                      {"p50_s", h.quantile(0.5).seconds()},
                      {"p90_s", h.quantile(0.9).seconds()},
                      {"p99_s", h.quantile(0.99).seconds()},
                      {"p999_s", h.quantile(0.999).seconds()}});
  }
  return list;
}

/// Null without a lossy link.
Json frame_loss_json(const RunResult& result, const Fabric& fabric, const RunFacts& facts) {
  const Counters& c = result.counters;
  if (!(c.frames_lost_expected > 0) || result.simulated.ps <= 0) return nullptr;
  const LossOutlook outlook = loss_outlook(c, result.links, result.simulated, facts.retransmit_timeout);
  Json links = Json::array();
  for (const std::uint32_t link : lossiest_links(result.links, 10)) {
    const LinkTotal& t = result.links[link];
    links.push_back({{"name", fabric.link_name({link})},
                     {"frames", t.frames},
                     {"frame_loss", mean_frame_loss(t)},
                     {"lost", facts.losses_drawn ? Json(t.frames_lost) : Json(nullptr)},
                     {"lost_expected", t.frames_lost_expected}});
  }
  const bool rare = too_rare_to_sample(c);
  return {{"drawn", facts.losses_drawn},
          {"too_rare_to_sample", rare},
          {"note", rare ? Json(rare_loss_text(outlook)) : Json(nullptr)},
          {"lost_expected_per_hour", outlook.frames / outlook.hours},
          {"retransmit_timeout_s", facts.retransmit_timeout.ps > 0 ? Json(facts.retransmit_timeout.seconds()) : Json(nullptr)},
          {"message_delay_expected_s", facts.retransmit_timeout.ps > 0 ? Json(outlook.delay_seconds) : Json(nullptr)},
          {"links", std::move(links)}};
}

}  // namespace

std::string summary_json(const RunResult& result, const Fabric& fabric, const Workload& workload, const RunFacts& facts) {
  const Counters& c = result.counters;
  Json sanity = Json::array();
  for (const Sanity& s : result.sanity) sanity.push_back({{"check", s.check}, {"passed", s.passed}, {"detail", s.detail}});
  const Json object = {{"eastwest_version", facts.program_version},
                       {"scenario", facts.scenario},
                       {"outcome", to_string(result.outcome)},
                       {"diagnosis", result.diagnosis},
                       {"findings", result.findings},
                       {"digest", result.digest},
                       {"seed", facts.seed},
                       {"threads", facts.threads},
                       {"simulated_s", result.simulated.seconds()},
                       {"wall_s", facts.wall_seconds},
                       {"cpu_s", facts.cpu_seconds},
                       {"peak_rss_bytes", facts.peak_rss_bytes},
                       {"packets", c.packets},
                       {"packet_hops", c.packet_hops},
                       {"events", c.events},
                       {"windows", c.windows},
                       {"drops", c.drops_buffer + c.drops_fault + c.drops_loss},
                       {"ecn_marks", c.ecn_marks},
                       {"pfc_pauses", c.pfc_pauses},
                       {"retransmits", c.retransmits},
                       {"timeouts", c.timeouts},
                       {"frames_lost", c.frames_lost},
                       {"frames_lost_expected", c.frames_lost_expected},
                       {"bytes_fabric", c.bytes_delivered.count},
                       {"bytes_scale_up", c.bytes_scale_up.count},
                       {"jobs", jobs_json(result, workload)},
                       {"collectives", collectives_json(result, workload)},
                       {"requests", requests_json(result, workload)},
                       {"flows", flows_json(facts, workload)},
                       {"links", links_json(result, fabric)},
                       {"frame_loss", frame_loss_json(result, fabric, facts)},
                       {"latency", latency_json(result, workload)},
                       {"sanity", std::move(sanity)},
                       {"trace", facts.trace_path.empty() ? Json(nullptr) : Json(facts.trace_path)}};
  // Names come from the user's files: bytes that are no UTF-8 are replaced, never thrown about.
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eastwest
