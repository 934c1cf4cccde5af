// SPDX-License-Identifier: Apache-2.0
// Job kind `serving`: inference of a transformer with continuous batching, with or without separate prefill instances.
#include <algorithm>
#include <string>

#include "workloads/jobs/gpu_check.hpp"
#include "workloads/jobs/serving_arrivals.hpp"
#include "workloads/serving/serving_driver.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> serving_parameters() {
  using Type = ParameterType;
  std::vector<ParameterSpec> list{
      {.name = "model",
       .type = Type::choice,
       .default_text = "",
       .meaning = "transformer from the model table",
       .source = "published model configurations",
       .choices = transformer_model_choices()},
      {.name = "tensor_parallel",
       .default_text = "8",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "GPUs that share every layer of an instance; inside one host",
       .source = "one instance per 8-GPU server"},
      {.name = "pipeline_parallel",
       .default_text = "1",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "stages of an instance, each with a share of the layers and a batch of its own in flight; may be on several hosts",
       .source = "vLLM: virtual engines"},
      {.name = "expert_parallel",
       .default_text = "1",
       .minimum = 1,
       .maximum = 1024,
       .meaning =
           "groups of `tensor_parallel` GPUs in each stage, each with a share of the experts and of the requests; may be on several hosts",
       .source = "DeepSpeed-MoE (ICML 2022); data-parallel attention with expert parallelism of vLLM"},
      {.name = "layers_per_exchange",
       .default_text = "1",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "experts on several hosts: layers whose dispatches are one message per pair, and whose combines are; more runs faster, "
                  "and hides latencies",
       .source = "schedule size"},
      {.name = "exchange_overhead",
       .dimension = Dimension::time,
       .default_text = "5 us",
       .minimum = 1'000,
       .maximum = 1e12,
       .meaning = "from the arrival of an activation or of an exchange of experts until the next kernel computes",
       .source = "launch and synchronisation of a network kernel"},
      {.name = "prefill_instances",
       .default_text = "0",
       .minimum = 0,
       .maximum = 65535,
       .meaning = "instances that compute prompts; 0 takes what decode_instances leave over",
       .source = "user"},
      {.name = "decode_instances",
       .default_text = "0",
       .minimum = 0,
       .maximum = 65535,
       .meaning = "instances that produce tokens after the first; 0: every instance does both",
       .source = "DistServe, Splitwise (2024)"},
  };
  append_arrival_parameters(list);
  const std::vector<ParameterSpec> rest{
      {.name = "batching.max_tokens",
       .default_text = "8192",
       .minimum = 1,
       .maximum = 1e7,
       .meaning = "tokens of one iteration: one for each running answer, the rest for chunks of prompts",
       .source = "vLLM server; Sarathi-Serve (OSDI 2024): 512 to 2048"},
      {.name = "batching.max_sequences",
       .default_text = "256",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "requests in one iteration",
       .source = "vLLM"},
      {.name = "batching.chunked_prefill",
       .type = Type::boolean,
       .default_text = "true",
       .meaning = "prompts may be split over iterations",
       .source = "vLLM V1"},
      {.name = "batching.chunk_tokens",
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e7,
       .meaning = "prompt tokens of one request in an iteration, so that a long prompt leaves room for others; 0: all that is left",
       .source = "vLLM: long_prefill_token_threshold"},
      {.name = "router",
       .type = Type::choice,
       .default_text = "least_loaded",
       .meaning = "choice of the instance; prefix_aware: load and reuse of the prefix cache weighed in tokens",
       .source = "common practice; NVIDIA Dynamo's KV router",
       .choices = "least_loaded, prefix_aware, round_robin"},
      {.name = "kv_transfer",
       .type = Type::choice,
       .default_text = "after_prefill",
       .meaning = "when the KV cache moves to the decode instance",
       .source = "DistServe; Mooncake (layerwise)",
       .choices = "after_prefill, layerwise"},
      {.name = "kv_layer_groups",
       .default_text = "4",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "layerwise: messages per chunk and rank",
       .source = "schedule size"},
      {.name = "precision",
       .type = Type::choice,
       .default_text = "bf16",
       .meaning = "number format of weights and matrix products",
       .source = "common practice",
       .choices = "bf16, fp8"},
      {.name = "kv_element",
       .dimension = Dimension::bytes,
       .default_text = "2 B",
       .minimum = 1,
       .maximum = 4,
       .meaning = "size of one KV-cache entry",
       .source = "BF16"},
      {.name = "gpu_memory_utilization",
       .type = Type::real,
       .default_text = "0.9",
       .minimum = 0.01,
       .maximum = 1,
       .meaning = "share of GPU memory for weights, activations and KV cache",
       .source = "vLLM"},
      {.name = "kv_capacity",
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e12,
       .meaning = "tokens of KV cache that an instance holds; 0: what GPU memory leaves over",
       .source = "user; vLLM prints it as GPU KV cache size"},
      {.name = "kv_block",
       .default_text = "16",
       .minimum = 1,
       .maximum = 65536,
       .meaning = "tokens of one KV-cache block",
       .source = "vLLM"},
      {.name = "prefix_cache",
       .type = Type::boolean,
       .default_text = "false",
       .meaning = "instances remember computed prefixes, least recently used ones go first; needs the block hashes of a Mooncake trace",
       .source = "vLLM: automatic prefix caching; Mooncake, FAST 2025"},
      {.name = "slo.ttft",
       .dimension = Dimension::time,
       .default_text = "0 s",
       .minimum = 0,
       .maximum = 1e16,
       .meaning = "target of the time to first token, for the goodput; 0 s: none",
       .source = "MLPerf server, Llama-2-70B: 2 s"},
      {.name = "slo.tpot",
       .dimension = Dimension::time,
       .default_text = "0 s",
       .minimum = 0,
       .maximum = 1e16,
       .meaning = "target of the time per output token, for the goodput; 0 s: none",
       .source = "MLPerf server, Llama-2-70B: 200 ms"},
      {.name = "activation_memory",
       .dimension = Dimension::bytes,
       .default_text = "2 GiB",
       .minimum = 0,
       .maximum = 1e12,
       .meaning = "memory set aside for activations on each GPU",
       .source = "order of magnitude at 8192 tokens"},
      {.name = "compute_efficiency",
       .type = Type::real,
       .default_text = "0.6",
       .minimum = 0.001,
       .maximum = 1,
       .meaning = "sustained share of peak FLOP/s",
       .source = "large tiles sustain 0.55 to 0.75 of peak"},
      {.name = "memory_efficiency",
       .type = Type::real,
       .default_text = "0.75",
       .minimum = 0.001,
       .maximum = 1,
       .meaning = "sustained share of peak memory bandwidth",
       .source = "decode sustains 0.6 to 0.9"},
      {.name = "iteration_overhead",
       .dimension = Dimension::time,
       .default_text = "500 us",
       .minimum = 0,
       .maximum = 1e13,
       .meaning = "scheduler and launch, per iteration",
       .source = "0.1 to 0.5 ms with captured graphs, more without"},
      {.name = "all_reduce_overhead",
       .dimension = Dimension::time,
       .default_text = "3 us",
       .minimum = 0,
       .maximum = 1e10,
       .meaning = "fixed cost of each step of a tensor-parallel all-reduce, beside the hop latency",
       .source = "launch and barrier of a one-shot all-reduce"},
      {.name = "control_latency",
       .dimension = Dimension::time,
       .default_text = "10 us",
       .minimum = 1'000,
       .maximum = 1e12,
       .meaning = "from the arrival of a KV cache until the decode instance knows",
       .source = "one RPC inside a site"},
  };
  list.insert(list.end(), rest.begin(), rest.end());
  return list;
}

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

/// KV blocks of each batch of an instance: one, or one per stage.
bool set_blocks(const ParameterSet& parameters, const GpuModel& gpu, ServingSettings& settings, const JobContext& context,
                Diagnostics& diagnostics) {
  const StagedCost cost(settings.cost, settings.shape());
  const std::int64_t given = parameters.integer("kv_capacity");
  const std::int64_t tokens =
      kv_capacity_tokens(cost, gpu.memory, parameters.real("gpu_memory_utilization"), parameters.bytes("activation_memory"));
  const std::int64_t block = settings.batching.block_tokens;
  const std::int64_t lanes = settings.pipeline_parallel;
  settings.batching.blocks = std::max<std::int64_t>(tokens, 0) / block / lanes;
  if (settings.batching.blocks == 0) {
    std::int64_t heaviest = 0;
    for (std::int64_t stage = 0; stage < lanes; ++stage) heaviest = std::max(heaviest, cost.weight_bytes(stage));
    diagnostics.error(context.place,
                      std::string(settings.cost.model->name) + " leaves no room for a KV cache: weights take " +
                          to_readable(Bytes{heaviest}) + " on each of " + std::to_string(settings.shape().ranks()) + " GPUs, a " +
                          gpu.name + " has " + to_readable(gpu.memory),
                      "raise `tensor_parallel`, or use `precision: fp8`");
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
  if (settings.batching.blocks > 0) return true;
  diagnostics.error(context.place, "`kv_capacity` is " + std::to_string(given) + " tokens, less than one block of " + std::to_string(block),
                    "raise it, or lower `kv_block`");
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

/// That every request fits alone.
bool check_requests(const ServingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const std::int64_t block = settings.batching.block_tokens;
  for (std::size_t i = 0; i < settings.arrivals.size(); ++i) {
    const Arrival& arrival = settings.arrivals[i];
    const std::int64_t needed = std::int64_t{arrival.prompt_tokens} + arrival.output_tokens;
    if (blocks_for(needed, block) > settings.batching.blocks) {
      diagnostics.error(context.place,
                        "request " + std::to_string(i) + " of job `" + context.name + "` needs a KV cache of " + std::to_string(needed) +
                            " tokens; an instance holds " + std::to_string(settings.batching.blocks * block),
                        "raise `tensor_parallel` or `gpu_memory_utilization`, or leave the request out");
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
      !check_requests(settings, context, diagnostics))
    return;
  drivers.push_back(make_serving_driver(std::move(settings)));
}

}  // namespace

extern const JobKind kind_job_serving{
    .name = "serving",
    .summary =
        "Inference of a transformer: continuous batching, tensor parallelism, optional prefill and decode instances with KV transfer.",
    .source = "Orca (OSDI 2022), vLLM (SOSP 2023), DistServe and Splitwise (2024)",
    .parameters = serving_parameters,
    .append = append_serving_job,
};

}  // namespace eastwest
