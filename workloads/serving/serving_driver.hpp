// SPDX-License-Identifier: Apache-2.0
// Serving driver: requests through routers, batches and the fabric, as a Driver that both engines call.
//
// Instances are numbered from 0, t ranks each; with disaggregation the first `prefill_instances` compute prompts and the
// others decode. The router (router.hpp) picks a prefill instance, which produces the first token, and then a decode
// instance; when that one has KV blocks for the prompt and one token, rank i of the prefill instance sends its share of the
// KV cache to rank i of the decode instance, less the prefix blocks that the decode instance remembers; waiting requests are
// served first come, first served per decode instance. Decoding goes on
// `control_latency` after the last byte of all shares arrived; the prefill instance keeps its blocks until then. Layerwise
// transfer picks the decode instance when the prompt starts and, if there is room then, posts each chunk's KV cache in
// groups of layers while the iteration runs; without room it falls back to sending after the prompt. A request of one
// output token ends at its prefill and moves nothing.
// Without decode instances every instance does both.
// An instance of p pipeline stages has p batches (lanes), each with 1/p of its KV blocks and budgets of its own, as the virtual engines of
// vLLM; they take turns at the first stage, and with the exchanges of experts go through stage_player.hpp. Router and rows of lanes count as those of their instance.
// Invariants: own events are handled in the order (time, kind, id); results do not depend on how often or when the
// driver is called as long as it is called at every wake time and completions are no later than the control latency
// and the exchange overhead.
// LIMITATIONS: the same shape on both sides; layerwise transfer needs one stage and one group; routers know loads without delay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/driver.hpp"
#include "workloads/serving/arrival.hpp"
#include "workloads/serving/batch.hpp"
#include "workloads/serving/router.hpp"
#include "workloads/serving/slo.hpp"
#include "workloads/serving/staged_cost.hpp"

namespace eastwest {

enum class KvTransfer : std::uint8_t { after_prefill, layerwise };

struct ServingSettings {
  std::uint16_t job = 0;
  std::string name;
  Time start;
  std::uint32_t first_rank = 0;
  std::int64_t tensor_parallel = 1;
  std::int64_t pipeline_parallel = 1;
  std::int64_t expert_parallel = 1;
  std::vector<std::uint32_t> host_of_rank;  // of the job's ranks; empty: every instance inside one host
  std::int64_t layers_per_exchange = 1;     // experts apart: layers whose dispatches go together, and whose combines do
  Duration exchange_overhead;               // from the arrival of an exchange until the next kernel
  std::int64_t prefill_instances = 1;       // all of them without disaggregation
  std::int64_t decode_instances = 0;        // 0: no disaggregation
  std::uint8_t traffic_class = 1;
  RouterPolicy router = RouterPolicy::least_loaded;
  KvTransfer kv_transfer = KvTransfer::after_prefill;
  std::int64_t kv_layer_groups = 4;  // of a layerwise transfer
  Duration control_latency;
  BatchSettings batching;  // `prefill_only` is set by the driver
  IterationCostSettings cost;
  SloTargets slo;
  std::vector<Arrival> arrivals;             // admitted ones, in order
  std::vector<std::uint64_t> prefix_blocks;  // ids that arrivals name; equal ones have equal content and equal beginnings
  [[nodiscard]] InstanceShape shape() const { return {tensor_parallel, pipeline_parallel, expert_parallel}; }
};

Driver make_serving_driver(ServingSettings settings);

}  // namespace eastwest
