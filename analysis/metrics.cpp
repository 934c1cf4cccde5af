// SPDX-License-Identifier: Apache-2.0
#include "analysis/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace eastwest {

double nearest_rank(std::span<const double> sorted, double q) {
  EASTWEST_CHECK(!sorted.empty(), "a percentile needs at least one value");
  const auto count = sorted.size();
  // The small step back keeps 0.07 x 100 at rank 7 although 0.07 is not exact in binary.
  const double rank = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count) * (1.0 - 1e-12));
  return sorted[std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, count) - 1];
}

Percentiles percentiles(std::vector<double> values) {
  Percentiles result;
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;  // ascending: the smallest error
  result.count = values.size();
  result.mean = sum / static_cast<double>(values.size());
  result.p50 = nearest_rank(values, 0.50);
  result.p90 = nearest_rank(values, 0.90);
  result.p99 = nearest_rank(values, 0.99);
  result.max = values.back();
  return result;
}

namespace {

/// "gradient bucket 12, shard 3, step 0" -> "gradient bucket", "all_reduce #0" -> "all_reduce"; a name of digits alone stays.
std::string without_number(const std::string& name) {
  std::size_t end = std::min(name.find(", "), name.size());  // what follows only says which of many
  while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9') --end;
  while (end > 0 && (name[end - 1] == ' ' || name[end - 1] == '#')) --end;
  return end == 0 ? name : name.substr(0, end);
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

std::vector<CollectiveMetrics> collective_metrics(const std::vector<Collective>& list, const std::vector<CollectiveRow>& rows) {
  using Key = std::tuple<std::uint16_t, std::string, std::string, std::string, std::uint32_t, std::int64_t>;
  struct Group {
    std::uint32_t first = 0;  // the order in which the schedule names them
    std::vector<double> times;
  };
  // Rows come by finish time; walking them in the order of the schedule makes the table follow the program.
  std::vector<const CollectiveRow*> ordered;
  for (const CollectiveRow& row : rows)
    if (row.collective < list.size()) ordered.push_back(&row);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->collective < b->collective; });
  std::map<Key, Group> groups;
  for (const CollectiveRow* row : ordered) {
    const Collective& c = list[row->collective];
    const auto [at, fresh] = groups.try_emplace(Key{c.job, without_number(c.name), c.operation, c.algorithm, c.ranks, c.bytes.count});
    if (fresh) at->second.first = row->collective;
    at->second.times.push_back((row->finish - row->start).seconds());
  }
  std::vector<std::pair<std::uint32_t, CollectiveMetrics>> found;
  for (auto& [key, group] : groups) {
    CollectiveMetrics m;
    std::tie(m.job, m.name, m.operation, m.algorithm, m.ranks, m.bytes.count) = key;
    m.time_min = *std::min_element(group.times.begin(), group.times.end());
    m.time = percentiles(std::move(group.times));
    const double factor = list[group.first].bus_factor;
    const auto bytes = static_cast<double>(m.bytes.count);
    m.algbw = share(bytes, m.time.mean);
    m.busbw = m.algbw * factor;
    m.busbw_max = share(bytes, m.time_min) * factor;
    m.lower_bound = list[group.first].lower_bound;
    found.emplace_back(group.first, std::move(m));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<CollectiveMetrics> result;
  for (auto& entry : found) result.push_back(std::move(entry.second));
  return result;
}

std::vector<StepMetrics> step_metrics(const std::vector<StepRow>& rows) {
  struct Step {
    Time start = kTimeNever;
    Time finish{0};
    double compute = 0, tensor = 0, pipeline = 0, data = 0, expert = 0, context = 0;  // s, of all ranks together
    std::uint64_t ranks = 0;
  };
  std::map<std::uint16_t, std::map<std::uint32_t, Step>> jobs;
  for (const StepRow& row : rows) {
    Step& step = jobs[row.job][row.step];
    step.start = std::min(step.start, row.start);
    step.finish = std::max(step.finish, row.finish);
    step.compute += row.compute.seconds();
    step.tensor += row.tensor.seconds();
    step.pipeline += row.pipeline.seconds();
    step.data += row.data.seconds();
    step.expert += row.expert.seconds();
    step.context += row.context.seconds();
    ++step.ranks;
  }
  std::vector<StepMetrics> result;
  for (const auto& [job, steps] : jobs) {
    StepMetrics m;
    m.job = job;
    std::vector<double> times;
    // The last stage of a pipeline begins a step before the first has ended the one before, so a step counts from there.
    double all = 0;  // time of all ranks
    Time before = steps.begin()->second.start;
    for (const auto& [number, step] : steps) {
      times.push_back((step.finish - std::max(before, step.start)).seconds());
      all += (step.finish - before).seconds() * static_cast<double>(step.ranks);
      before = step.finish;
    }
    for (const auto& [number, step] : steps) {
      m.compute_share += share(step.compute, all);
      m.tensor_share += share(step.tensor, all);
      m.pipeline_share += share(step.pipeline, all);
      m.data_share += share(step.data, all);
      m.expert_share += share(step.expert, all);
      m.context_share += share(step.context, all);
    }
    m.exposed_share = 1.0 - m.compute_share;
    m.bubble_share = std::max(0.0, m.exposed_share - m.tensor_share - m.pipeline_share - m.data_share - m.expert_share - m.context_share);
    m.time = percentiles(std::move(times));
    result.push_back(m);
  }
  return result;
}

TrainingRates training_rates(const TrainingFacts& facts, double step_seconds) {
  TrainingRates rates;
  const auto gpus = static_cast<double>(facts.gpus);
  rates.tokens_per_second = share(facts.tokens, step_seconds);
  rates.tokens_per_second_per_gpu = share(rates.tokens_per_second, gpus);
  rates.model_flops_utilization = share(facts.flops, step_seconds * gpus * facts.peak_flops);
  return rates;
}

const TrainingFacts* facts_of_job(const std::vector<TrainingFacts>& facts, std::uint16_t job) {
  for (const TrainingFacts& entry : facts)
    if (entry.job == job) return &entry;
  return nullptr;
}

std::vector<RequestMetrics> request_metrics(const std::vector<RequestRow>& rows) {
  struct Samples {
    std::vector<double> ttft, tpot, e2e;
    Time first = kTimeNever;
    Time last{0};
    double prompt = 0, output = 0, started = 0, cached = 0;
    std::uint64_t arrived = 0, within_slo = 0, preemptions = 0;
    Bytes kv_bytes;
    bool has_slo = false;
  };
  std::map<std::uint16_t, Samples> jobs;
  for (const RequestRow& row : rows) {
    Samples& s = jobs[row.job];
    ++s.arrived;
    s.first = std::min(s.first, row.arrival);
    s.kv_bytes += row.kv_bytes;
    s.preemptions += row.preemptions;
    if (row.prefill_start != kTimeNever) {
      s.started += row.prompt_tokens;
      s.cached += row.cached_tokens;
    }
    if (row.first_token != kTimeNever) s.ttft.push_back((row.first_token - row.arrival).seconds());
    if (row.finish == kTimeNever) continue;
    s.last = std::max(s.last, row.finish);
    s.within_slo += row.within_slo == SloVerdict::met ? 1 : 0;
    s.has_slo = s.has_slo || row.within_slo != SloVerdict::no_target;
    s.e2e.push_back((row.finish - row.arrival).seconds());
    s.prompt += row.prompt_tokens;
    s.output += row.output_tokens;
    if (row.output_tokens > 1 && row.first_token != kTimeNever)
      s.tpot.push_back((row.finish - row.first_token).seconds() / (row.output_tokens - 1));
  }
  std::vector<RequestMetrics> result;
  for (auto& [job, s] : jobs) {
    RequestMetrics m;
    m.job = job;
    m.arrived = s.arrived;
    m.finished = s.e2e.size();
    if (m.finished > 0) {
      const double span = (s.last - s.first).seconds();
      m.requests_per_second = share(static_cast<double>(m.finished), span);
      m.output_tokens_per_second = share(s.output, span);
      m.prompt_tokens_per_second = share(s.prompt, span);
      m.goodput = share(static_cast<double>(s.within_slo), span);
    }
    m.within_slo = s.within_slo;
    m.has_slo = s.has_slo;
    m.kv_bytes = s.kv_bytes;
    m.hit_share = share(s.cached, s.started);
    m.preemptions = s.preemptions;
    m.ttft = percentiles(std::move(s.ttft));
    m.tpot = percentiles(std::move(s.tpot));
    m.e2e = percentiles(std::move(s.e2e));
    result.push_back(m);
  }
  return result;
}

Percentiles gap_percentiles(std::span<const TokenGap> gaps) {
  Percentiles p;
  double sum = 0;
  for (const TokenGap& gap : gaps) {
    p.count += gap.count;
    sum += gap.gap.seconds() * static_cast<double>(gap.count);
  }
  if (p.count == 0) return p;
  const auto at = [&](std::uint64_t percent) {
    const std::uint64_t rank = (p.count * percent + 99) / 100;
    std::uint64_t below = 0;
    for (const TokenGap& gap : gaps) {
      below += gap.count;
      if (below >= rank) return gap.gap.seconds();
    }
    return gaps.back().gap.seconds();
  };
  p.mean = sum / static_cast<double>(p.count);
  p.p50 = at(50);
  p.p90 = at(90);
  p.p99 = at(99);
  p.max = gaps.back().gap.seconds();
  return p;
}

std::vector<FlowMetrics> flow_metrics(const std::vector<FlowRow>& rows) {
  struct Samples {
    std::vector<double> times, slowdowns;
    FlowMetrics metrics;
  };
  std::map<std::uint16_t, Samples> jobs;
  for (const FlowRow& row : rows) {
    Samples& s = jobs[row.job];
    const Duration time = row.finish - row.start;
    s.times.push_back(time.seconds());
    if (row.ideal.ps > 0) s.slowdowns.push_back(static_cast<double>(time.ps) / static_cast<double>(row.ideal.ps));
    s.metrics.bytes += row.bytes;
    s.metrics.retransmits += row.retransmits;
  }
  std::vector<FlowMetrics> result;
  for (auto& [job, s] : jobs) {
    s.metrics.job = job;
    s.metrics.time = percentiles(std::move(s.times));
    s.metrics.slowdown = percentiles(std::move(s.slowdowns));
    result.push_back(s.metrics);
  }
  return result;
}

}  // namespace eastwest
