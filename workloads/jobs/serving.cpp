// SPDX-License-Identifier: Apache-2.0
// Job kind `serving`: inference of a transformer with continuous batching, with or without separate prefill instances.
#include <algorithm>
#include <string>

#include "workloads/jobs/gpu_check.hpp"
#include "workloads/jobs/serving_arrivals.hpp"
#include "workloads/jobs/serving_parameters.hpp"
#include "workloads/serving/serving_driver.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

/// Instances against ranks; fills in prefill_instances when it is left open.
bool check_instances(ServingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const auto ranks = static_cast<std::int64_t>(context.gpus.size());
  const std::int64_t t = settings.shape().ranks();
  if (ranks % t != 0) {
    diagnostics.error(context.place,
                      "job `" + context.name + "` has " + std::to_string(ranks) + " ranks, not a multiple of `tensor_parallel`" +
                          (settings.shape().staged() ? " x `pipeline_parallel` x `expert_parallel`" : "") + " = " + std::to_string(t),
                      "give it whole instances");
    return false;
  }
  const std::int64_t instances = ranks / t;
  if (settings.prefill_instances == 0) settings.prefill_instances = instances - settings.decode_instances;
  if (settings.prefill_instances >= 1 && settings.prefill_instances + settings.decode_instances == instances && instances <= 65'535)
    return true;
  diagnostics.error(context.place,
                    "`prefill_instances` + `decode_instances` = " + std::to_string(std::max<std::int64_t>(settings.prefill_instances, 0)) +
                        " + " + std::to_string(settings.decode_instances) + ", but job `" + context.name + "` has " +
                        std::to_string(instances) + " instances of " + std::to_string(t) + " GPUs",
                    settings.decode_instances == 0 ? "leave `prefill_instances` out: without decode instances every instance does both"
                                                   : "make them add up, with at least one prefill instance");
  return false;
}

/// Stages and expert groups against the model.
bool check_shape(const ServingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const TransformerModel& model = *settings.cost.model;
  if (settings.pipeline_parallel > model.layers) {
    diagnostics.error(context.place,
                      "`pipeline_parallel` is " + std::to_string(settings.pipeline_parallel) + ", but " + std::string(model.name) +
                          " has " + std::to_string(model.layers) + " layers",
                      "give every stage at least one");
    return false;
  }
  if (model.experts % settings.expert_parallel != 0) {
    diagnostics.error(context.place,
                      "`expert_parallel` is " + std::to_string(settings.expert_parallel) + ", which does not divide the " +
                          std::to_string(model.experts) + (model.experts == 1 ? " expert of the dense model " : " experts of ") +
                          std::string(model.name),
                      model.experts == 1 ? "leave it out, or serve a mixture of experts" : "choose a divisor");
    return false;
  }
  if (settings.kv_transfer == KvTransfer::layerwise && settings.decode_instances > 0 && settings.shape().staged()) {
    diagnostics.error(context.place, "`kv_transfer: layerwise` works with one stage and one group of experts alone",
                      "set `kv_transfer: after_prefill`");
    return false;
  }
  return true;
}

/// Among what the KV blocks of an instance are shared out, "" when it is one batch of one group.
std::string shares_of(const ServingSettings& settings) {
  std::string groups = settings.expert_parallel > 1 ? std::to_string(settings.expert_parallel) + " expert groups" : "";
  if (settings.pipeline_parallel == 1) return groups;
  return groups + (groups.empty() ? "" : " of each of ") + std::to_string(settings.pipeline_parallel) + " stages' batches";
}

/// KV blocks of each batch of an instance: one, or one per stage. Every expert group gets at least one.
bool set_blocks(const ParameterSet& parameters, const GpuModel& gpu, ServingSettings& settings, const JobContext& context,
                Diagnostics& diagnostics) {
  const StagedCost cost(settings.cost, settings.shape());
  const std::int64_t given = parameters.integer("kv_capacity");
  const std::int64_t tokens =
      kv_capacity_tokens(cost, gpu.memory, parameters.real("gpu_memory_utilization"), parameters.bytes("activation_memory"));
  const std::int64_t block = settings.batching.block_tokens;
  const std::int64_t lanes = settings.pipeline_parallel;
  const std::int64_t groups = settings.expert_parallel;
  const std::string shares = shares_of(settings);
  const std::string too_few = "less than one block of " + std::to_string(block) + (shares.empty() ? "" : " for each of " + shares);
  settings.batching.blocks = std::max<std::int64_t>(tokens, 0) / block / lanes;
  if (tokens <= 0) {
    std::int64_t heaviest = 0;
    for (std::int64_t stage = 0; stage < lanes; ++stage) heaviest = std::max(heaviest, cost.weight_bytes(stage));
    const double usable = static_cast<double>(gpu.memory.count) * parameters.real("gpu_memory_utilization");
    diagnostics.error(context.place,
                      std::string(settings.cost.model->name) + " leaves no room for a KV cache: weights take " +
                          to_readable(Bytes{heaviest}) + " and activations " + to_readable(parameters.bytes("activation_memory")) +
                          " on each of " + std::to_string(settings.shape().ranks()) + " GPUs, of a " + gpu.name + " " +
                          to_readable(Bytes{static_cast<std::int64_t>(usable)}) + " may be used",
                      "raise `tensor_parallel` or `gpu_memory_utilization`, or use `precision: fp8`");
    return false;
  }
  if (settings.batching.blocks < groups) {
    diagnostics.error(context.place,
                      std::string(settings.cost.model->name) + " leaves room for " + std::to_string(tokens) +
                          " tokens of KV cache in an instance, " + too_few,
                      std::string("lower `kv_block`") + (lanes > 1 ? " or `pipeline_parallel`" : "") + ", or raise `tensor_parallel`");
    return false;
  }
  if (given == 0) return true;
  if (given > tokens) {
    diagnostics.error(context.place,
                      "`kv_capacity` is " + std::to_string(given) + " tokens, but GPU memory leaves room for " + std::to_string(tokens),
                      "lower it, or leave it out to take what there is");
    return false;
  }
  settings.batching.blocks = given / block / lanes;
  if (settings.batching.blocks >= groups) return true;
  diagnostics.error(context.place, "`kv_capacity` is " + std::to_string(given) + " tokens, " + too_few,
                    std::string("raise it, or lower `kv_block`") + (lanes > 1 ? " or `pipeline_parallel`" : ""));
  return false;
}

/// The prefix cache against block size and arrivals.
bool check_prefix_cache(const ParameterSet& parameters, const ServingSettings& settings, const JobContext& context,
                        Diagnostics& diagnostics) {
  if (!settings.batching.prefix_cache) return true;
  if (kPrefixTokens % settings.batching.block_tokens != 0) {
    diagnostics.error(context.place,
                      "`kv_block` is " + std::to_string(settings.batching.block_tokens) + " tokens, which does not divide the " +
                          std::to_string(kPrefixTokens) + " tokens of a prefix block",
                      "choose a power of two up to " + std::to_string(kPrefixTokens) + ", or set `prefix_cache: false`");
    return false;
  }
  if (parameters.boolean("arrivals.prefix_reuse")) {
    diagnostics.error(context.place, "`prefix_cache` and `arrivals.prefix_reuse` would both take reused blocks from the prompts",
                      "keep one: the cache of each instance, or the ideal one of the whole site");
    return false;
  }
  if (settings.prefix_blocks.empty())
    diagnostics.warning(context.place, "the requests of job `" + context.name + "` name no prefix blocks: `prefix_cache` will find nothing",
                        "give a Mooncake trace, or set `prefix_cache: false`");
  return true;
}

std::string remedy_of_large_request(const ParameterSet& parameters, const ServingSettings& settings) {
  std::string remedy =
      parameters.integer("kv_capacity") > 0 ? "raise `kv_capacity`" : "raise `tensor_parallel` or `gpu_memory_utilization`";
  if (settings.pipeline_parallel > 1) remedy += ", lower `pipeline_parallel`";
  return remedy + (parameters.text("arrivals.trace") == "none" ? ", or lower `arrivals.length_max`" : ", or leave the request out");
}

/// That every request fits alone, into one expert group of one batch.
bool check_requests(const ParameterSet& parameters, const ServingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const std::int64_t block = settings.batching.block_tokens;
  const std::int64_t most = settings.batching.blocks / settings.expert_parallel;
  const std::string shares = shares_of(settings);
  for (std::size_t i = 0; i < settings.arrivals.size(); ++i) {
    const Arrival& arrival = settings.arrivals[i];
    const std::int64_t needed = std::int64_t{arrival.prompt_tokens} + arrival.output_tokens;
    if (blocks_for(needed, block) > most) {
      diagnostics.error(context.place,
                        "request " + std::to_string(i) + " of job `" + context.name + "` needs a KV cache of " + std::to_string(needed) +
                            " tokens; " + (shares.empty() ? "an instance" : "each of the " + shares + " of an instance") + " holds " +
                            std::to_string(most * block),
                        remedy_of_large_request(parameters, settings));
      return false;
    }
    if (!settings.batching.chunked_prefill && arrival.prompt_tokens > settings.batching.tokens_maximum) {
      diagnostics.error(
          context.place,
          "the prompt of request " + std::to_string(i) + " of job `" + context.name + "` has " + std::to_string(arrival.prompt_tokens) +
              " tokens, more than `batching.max_tokens` = " + std::to_string(settings.batching.tokens_maximum) + ", and may not be split",
          "set `batching.chunked_prefill: true` or raise `batching.max_tokens`");
      return false;
    }
  }
  return true;
}

/// Parameters that were set and change nothing; those of arrivals stand in serving_arrivals.cpp.
void warn_of_idle(const ServingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  if (settings.kv_transfer == KvTransfer::layerwise && settings.decode_instances == 0)
    diagnostics.warning(context.place, "`kv_transfer: layerwise` has no effect without decode instances",
                        "set `decode_instances`, or remove it");
  if (settings.batching.chunk_maximum > 0 && !settings.batching.chunked_prefill)
    diagnostics.warning(context.place, "`batching.chunk_tokens` has no effect with `batching.chunked_prefill: false`",
                        "remove one of the two");
}

RouterPolicy router_policy(const std::string& name) {
  if (name == "prefix_aware") return RouterPolicy::prefix_aware;
  return name == "round_robin" ? RouterPolicy::round_robin : RouterPolicy::least_loaded;
}

void append_serving_job(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder&, std::vector<Driver>& drivers,
                        Diagnostics& diagnostics) {
  const Precision precision = parameters.text("precision") == "fp8" ? Precision::fp8 : Precision::bf16;
  const GpuModel* gpu = common_gpu_model(context, precision, diagnostics);
  if (gpu == nullptr) return;
  const Host& host = context.fabric.hosts[context.fabric.host_of_gpu(context.gpus.front())];
  ServingSettings settings;
  settings.job = context.job;
  settings.name = context.name;
  settings.start = context.start;
  settings.first_rank = context.first_rank;
  settings.tensor_parallel = parameters.integer("tensor_parallel");
  settings.pipeline_parallel = parameters.integer("pipeline_parallel");
  settings.expert_parallel = parameters.integer("expert_parallel");
  settings.layers_per_exchange = parameters.integer("layers_per_exchange");
  settings.exchange_overhead = parameters.duration("exchange_overhead");
  for (const GpuId gpu_of_rank : context.gpus) settings.host_of_rank.push_back(context.fabric.host_of_gpu(gpu_of_rank));
  settings.prefill_instances = parameters.integer("prefill_instances");
  settings.decode_instances = parameters.integer("decode_instances");
  settings.traffic_class = context.traffic_class;
  settings.router = router_policy(parameters.text("router"));
  settings.kv_transfer = parameters.text("kv_transfer") == "layerwise" ? KvTransfer::layerwise : KvTransfer::after_prefill;
  settings.kv_layer_groups = parameters.integer("kv_layer_groups");
  settings.control_latency = parameters.duration("control_latency");
  settings.batching.tokens_maximum = parameters.integer("batching.max_tokens");
  settings.batching.sequences_maximum = parameters.integer("batching.max_sequences");
  settings.batching.chunked_prefill = parameters.boolean("batching.chunked_prefill");
  settings.batching.chunk_maximum = parameters.integer("batching.chunk_tokens");
  settings.batching.block_tokens = parameters.integer("kv_block");
  settings.batching.prefix_cache = parameters.boolean("prefix_cache");
  settings.slo = {parameters.duration("slo.ttft"), parameters.duration("slo.tpot")};
  settings.cost.model = find_transformer_model(parameters.text("model"));
  EASTWEST_CHECK(settings.cost.model != nullptr, "a model that passed validation is not in the table");
  settings.cost.tensor_parallel = settings.tensor_parallel;
  settings.cost.weight_element = precision == Precision::fp8 ? 1 : 2;
  settings.cost.kv_element = parameters.integer("kv_element");
  settings.cost.rates = sustained_rates(*gpu, precision, parameters.real("compute_efficiency"), parameters.real("memory_efficiency"));
  settings.cost.scale_up_rate = host.scale_up_rate;
  settings.cost.scale_up_latency = host.scale_up_latency;
  settings.cost.all_reduce_overhead = parameters.duration("all_reduce_overhead");
  settings.cost.iteration_overhead = parameters.duration("iteration_overhead");
  if (!check_instances(settings, context, diagnostics) || !check_shape(settings, context, diagnostics) ||
      !check_tensor_groups(context, *settings.cost.model, settings.tensor_parallel, diagnostics) ||
      !make_arrivals(parameters, context, settings.arrivals, settings.batching.prefix_cache ? &settings.prefix_blocks : nullptr,
                     diagnostics) ||
      !check_prefix_cache(parameters, settings, context, diagnostics) || !set_blocks(parameters, *gpu, settings, context, diagnostics) ||
      !check_requests(parameters, settings, context, diagnostics))
    return;
  warn_of_idle(settings, context, diagnostics);
  drivers.push_back(make_serving_driver(std::move(settings)));
}

}  // namespace

extern const JobKind kind_job_serving{
    .name = "serving",
    .summary =
        "Inference of a transformer: continuous batching, KV and prefix caches, tensor, pipeline and expert parallelism, optional prefill "
        "and decode instances with KV transfer.",
    .source = "Orca (OSDI 2022), vLLM (SOSP 2023), Sarathi-Serve, DistServe and Splitwise (2024), Mooncake (2025)",
    .parameters = serving_parameters,
    .append = append_serving_job,
};

}  // namespace eastwest
