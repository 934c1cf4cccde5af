// SPDX-License-Identifier: Apache-2.0
// Metrics: what the rows of a run say, as the field states it (algbw and busbw, TTFT, TPOT, step time, slowdown).
//
// Units: seconds and bytes per second in double, since these are for people and tables. A percentile is the nearest rank:
// of n sorted values the one numbered ceil(q n), 1-based, so it is always a value that occurred.
// Source: bandwidths as in nccl-tests PERFORMANCE.md; TTFT and TPOT as serving benchmarks have them (TPOT without the first token).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/records.hpp"
#include "workloads/schedule.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

struct Percentiles {
  std::uint64_t count = 0;  // 0: all others are 0 and mean nothing
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};
/// `sorted` ascending and not empty; q in [0, 1].
double nearest_rank(std::span<const double> sorted, double q);
Percentiles percentiles(std::vector<double> values);

/// Collectives that differ only in their number: same job, operation, algorithm, ranks, bytes and name without its number.
struct CollectiveMetrics {
  std::uint16_t job = 0;
  std::string name;
  std::string operation;
  std::string algorithm;
  std::uint32_t ranks = 0;
  Bytes bytes;
  Percentiles time;      // s
  double time_min = 0;   // s
  double algbw = 0;      // B/s, at the mean time
  double busbw = 0;      // B/s, at the mean time
  double busbw_max = 0;  // B/s, at the shortest time
  Duration lower_bound;
};
std::vector<CollectiveMetrics> collective_metrics(const std::vector<Collective>& list, const std::vector<CollectiveRow>& rows);

struct StepMetrics {
  std::uint16_t job = 0;
  Percentiles time;          // s: until the last rank's finish, from that of the step before or the first rank's start
  double compute_share = 0;  // mean over ranks and steps of compute / that time
  double exposed_share = 0;  // 1 - compute_share: communication not hidden, bubbles, waiting
  // The parts of exposed_share, alike; bubble is what the others leave over, waiting for the slowest rank included.
  double tensor_share = 0;
  double pipeline_share = 0;
  double data_share = 0;
  double expert_share = 0;
  double context_share = 0;
  double bubble_share = 0;
};
std::vector<StepMetrics> step_metrics(const std::vector<StepRow>& rows);

/// What a training job makes of its GPUs at a step time in s. MFU: model FLOPs over what the GPUs could do in that time at their peak
/// (PaLM, Chowdhery et al. 2022): what is computed twice does not count.
struct TrainingRates {
  double tokens_per_second = 0;
  double tokens_per_second_per_gpu = 0;
  double model_flops_utilization = 0;
};
TrainingRates training_rates(const TrainingFacts& facts, double step_seconds);
/// The facts of `job`, or nullptr.
const TrainingFacts* facts_of_job(const std::vector<TrainingFacts>& facts, std::uint16_t job);

struct RequestMetrics {
  std::uint16_t job = 0;
  std::uint64_t arrived = 0;
  std::uint64_t finished = 0;
  Percentiles ttft, tpot, e2e;          // s
  double requests_per_second = 0;       // finished, from the first arrival to the last finish
  double output_tokens_per_second = 0;  // of finished requests, over the same span
  double prompt_tokens_per_second = 0;
  std::uint64_t within_slo = 0;  // finished requests that met their targets
  bool has_slo = false;          // there were targets
  double goodput = 0;            // those that met them per second, over the same span
  Bytes kv_bytes;                // moved to decode instances
  double hit_share = 0;          // prompt tokens from the prefix cache over all, of requests whose prefill started
  std::uint64_t preemptions = 0;
};
std::vector<RequestMetrics> request_metrics(const std::vector<RequestRow>& rows);

/// Of all gaps, each `count` times, in s; `gaps` ascending.
Percentiles gap_percentiles(std::span<const TokenGap> gaps);

struct FlowMetrics {
  std::uint16_t job = 0;
  Percentiles time;      // s
  Percentiles slowdown;  // of flows whose ideal is known
  Bytes bytes;
  std::uint64_t retransmits = 0;
};
std::vector<FlowMetrics> flow_metrics(const std::vector<FlowRow>& rows);

}  // namespace eastwest
