// SPDX-License-Identifier: Apache-2.0
// Job kind `serving`: inference of a transformer with continuous batching, with or without separate prefill instances.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "workloads/jobs/gpu_check.hpp"
#include "workloads/serving/serving_driver.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kRequestsMaximum = 10'000'000;
constexpr std::uintmax_t kTraceBytesMaximum = std::uintmax_t{1} << 30;
constexpr std::string_view kNoTrace = "none";

std::vector<ParameterSpec> serving_parameters() {
  using Type = ParameterType;
  return {
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
       .meaning = "GPUs of one instance; inside one host",
       .source = "one instance per 8-GPU server"},
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
      {.name = "arrivals.trace",
       .type = Type::text,
       .default_text = kNoTrace,
       .meaning = "CSV in the Azure LLM inference trace format, path from the scenario's folder; none: Poisson arrivals",
       .source = "AzurePublicDataset"},
      {.name = "arrivals.rate",
       .type = Type::real,
       .default_text = "5",
       .minimum = 1e-6,
       .maximum = 1e6,
       .meaning = "Poisson arrivals: requests per second",
       .source = "Azure conversation trace 2023: 5.5"},
      {.name = "arrivals.requests",
       .default_text = "0",
       .minimum = 0,
       .maximum = static_cast<double>(kRequestsMaximum),
       .meaning = "at most so many requests; 0: no limit but the scenario's duration",
       .source = "user"},
      {.name = "arrivals.prompt_tokens",
       .type = Type::real,
       .default_text = "1155",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "Poisson arrivals: mean prompt",
       .source = "Azure conversation trace 2023"},
      {.name = "arrivals.output_tokens",
       .type = Type::real,
       .default_text = "211",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "Poisson arrivals: mean output",
       .source = "Azure conversation trace 2023"},
      {.name = "arrivals.lengths",
       .type = Type::choice,
       .default_text = "lognormal",
       .meaning = "Poisson arrivals: law of the lengths",
       .source = "usual fit to measured lengths",
       .choices = "fixed, lognormal"},
      {.name = "arrivals.length_sigma",
       .type = Type::real,
       .default_text = "0.9",
       .minimum = 0,
       .maximum = 5,
       .meaning = "Poisson arrivals: deviation of the logarithm of lengths",
       .source = "near Azure conversation trace 2023"},
      {.name = "arrivals.length_max",
       .default_text = "8192",
       .minimum = 1,
       .maximum = 1e6,
       .meaning = "Poisson arrivals: longest prompt and longest output",
       .source = "context of the model"},
      {.name = "arrivals.time_scale",
       .type = Type::real,
       .default_text = "1",
       .minimum = 1e-6,
       .maximum = 1e6,
       .meaning = "trace: gaps are divided by this; 2 doubles the request rate",
       .source = "user"},
      {.name = "batching.max_tokens",
       .default_text = "8192",
       .minimum = 1,
       .maximum = 1e7,
       .meaning = "tokens of one iteration",
       .source = "vLLM server"},
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
      {.name = "router",
       .type = Type::choice,
       .default_text = "least_loaded",
       .meaning = "choice of the instance",
       .source = "common practice",
       .choices = "least_loaded, round_robin"},
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
}

/// The whole file, or an error at the job.
bool read_file(const std::filesystem::path& path, const JobContext& context, std::string& text, Diagnostics& diagnostics) {
  std::error_code failure;
  const auto fail = [&](const std::string& why, std::string remedy) {
    diagnostics.error(context.place, "`arrivals.trace`: cannot read `" + path.string() + "`: " + why, std::move(remedy));
    return false;
  };
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) return fail("there is no such file", "relative paths start in the folder of the scenario file");
  if (!std::filesystem::is_regular_file(status)) return fail("it is not a file", "give the path of a CSV file");
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) return fail(failure.message(), "check the file's permissions");
  if (size > kTraceBytesMaximum) return fail("it is larger than 1 GiB", "cut the trace");
  std::ifstream in(path, std::ios::binary);
  text.resize(static_cast<std::size_t>(size));
  if (!in || !in.read(text.data(), static_cast<std::streamsize>(size))) return fail("reading failed", "check the file's permissions");
  return true;
}

/// Arrivals of the trace or the Poisson process that are admitted: in number and up to the scenario's duration.
bool make_arrivals(const ParameterSet& parameters, const JobContext& context, std::vector<Arrival>& arrivals, Diagnostics& diagnostics) {
  const std::int64_t limit = parameters.integer("arrivals.requests");
  const Duration left = context.duration.ps > 0 ? context.duration - (context.start - Time{}) : Duration{};
  if (context.duration.ps > 0 && left.ps <= 0) {
    diagnostics.warning(context.place,
                        "job `" + context.name + "` starts at " + to_string(context.start) +
                            ", not before the scenario's duration is over; it serves nothing",
                        "start it earlier or raise `duration`");
    return false;
  }
  const std::string& trace = parameters.text("arrivals.trace");
  if (trace != kNoTrace) {
    std::filesystem::path path(trace);
    if (path.is_relative() && !context.directory.empty()) path = std::filesystem::path(context.directory) / path;
    std::string text;
    if (!read_file(path, context, text, diagnostics)) return false;
    arrivals = read_azure_trace(text, path.string(), diagnostics);
    if (arrivals.empty()) return false;
    const double scale = parameters.real("arrivals.time_scale");
    const double span = static_cast<double>(arrivals.back().offset.ps) / scale;
    if (span > 9e18) {
      diagnostics.error(context.place, "`arrivals.time_scale` stretches the trace beyond 100 days", "raise it");
      return false;
    }
    if (scale != 1.0)
      for (Arrival& arrival : arrivals) arrival.offset = {static_cast<std::int64_t>(static_cast<double>(arrival.offset.ps) / scale)};
    if (left.ps > 0)
      arrivals.erase(
          std::upper_bound(arrivals.begin(), arrivals.end(), left, [](Duration at, const Arrival& arrival) { return at < arrival.offset; }),
          arrivals.end());
    if (limit > 0 && static_cast<std::int64_t>(arrivals.size()) > limit) arrivals.resize(static_cast<std::size_t>(limit));
    return true;
  }
  PoissonArrivals wish;
  wish.requests_per_second = parameters.real("arrivals.rate");
  wish.requests = limit;
  wish.duration = left;
  wish.prompt_tokens = parameters.real("arrivals.prompt_tokens");
  wish.output_tokens = parameters.real("arrivals.output_tokens");
  wish.lengths = parameters.text("arrivals.lengths") == "fixed" ? LengthLaw::fixed : LengthLaw::lognormal;
  wish.sigma = parameters.real("arrivals.length_sigma");
  wish.tokens_maximum = parameters.integer("arrivals.length_max");
  wish.seed = context.seed;
  wish.stream = context.job;
  if (limit == 0 && left.ps == 0) {
    diagnostics.error(context.place, "Poisson arrivals of job `" + context.name + "` never end",
                      "set `arrivals.requests`, or a `duration` for the scenario");
    return false;
  }
  if (limit == 0 && wish.requests_per_second * left.seconds() > static_cast<double>(kRequestsMaximum)) {
    diagnostics.error(context.place, "job `" + context.name + "` would get more than " + std::to_string(kRequestsMaximum) + " requests",
                      "lower `arrivals.rate` or the duration, or set `arrivals.requests`");
    return false;
  }
  arrivals = draw_poisson_arrivals(wish);
  return true;
}

/// Instances against ranks; fills in prefill_instances when it is left open.
bool check_instances(ServingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const auto ranks = static_cast<std::int64_t>(context.gpus.size());
  const std::int64_t t = settings.tensor_parallel;
  if (ranks % t != 0) {
    diagnostics.error(
        context.place,
        "job `" + context.name + "` has " + std::to_string(ranks) + " ranks, not a multiple of `tensor_parallel` = " + std::to_string(t),
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

/// KV blocks of an instance; and that every request fits alone.
bool check_capacity(const ParameterSet& parameters, const GpuModel& gpu, ServingSettings& settings, const JobContext& context,
                    Diagnostics& diagnostics) {
  const IterationCost cost(settings.cost);
  const std::int64_t tokens =
      kv_capacity_tokens(cost, gpu.memory, parameters.real("gpu_memory_utilization"), parameters.bytes("activation_memory"));
  settings.batching.blocks = tokens < 0 ? 0 : tokens / kBlockTokens;
  if (settings.batching.blocks == 0) {
    diagnostics.error(context.place,
                      std::string(settings.cost.model->name) + " leaves no room for a KV cache: weights take " +
                          to_readable(Bytes{cost.weight_bytes()}) + " on each of " + std::to_string(settings.tensor_parallel) +
                          " GPUs, a " + gpu.name + " has " + to_readable(gpu.memory),
                      "raise `tensor_parallel`, or use `precision: fp8`");
    return false;
  }
  for (std::size_t i = 0; i < settings.arrivals.size(); ++i) {
    const Arrival& arrival = settings.arrivals[i];
    const std::int64_t needed = std::int64_t{arrival.prompt_tokens} + arrival.output_tokens;
    if (blocks_for(needed) > settings.batching.blocks) {
      diagnostics.error(context.place,
                        "request " + std::to_string(i) + " of job `" + context.name + "` needs a KV cache of " + std::to_string(needed) +
                            " tokens; an instance holds " + std::to_string(settings.batching.blocks * kBlockTokens),
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
  settings.prefill_instances = parameters.integer("prefill_instances");
  settings.decode_instances = parameters.integer("decode_instances");
  settings.traffic_class = context.traffic_class;
  settings.router = parameters.text("router") == "round_robin" ? RouterPolicy::round_robin : RouterPolicy::least_loaded;
  settings.kv_transfer = parameters.text("kv_transfer") == "layerwise" ? KvTransfer::layerwise : KvTransfer::after_prefill;
  settings.kv_layer_groups = parameters.integer("kv_layer_groups");
  settings.control_latency = parameters.duration("control_latency");
  settings.batching.tokens_maximum = parameters.integer("batching.max_tokens");
  settings.batching.sequences_maximum = parameters.integer("batching.max_sequences");
  settings.batching.chunked_prefill = parameters.boolean("batching.chunked_prefill");
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
  if (!check_instances(settings, context, diagnostics) ||
      !check_tensor_groups(context, *settings.cost.model, settings.tensor_parallel, diagnostics) ||
      !make_arrivals(parameters, context, settings.arrivals, diagnostics) ||
      !check_capacity(parameters, *gpu, settings, context, diagnostics))
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
