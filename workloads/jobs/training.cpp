// SPDX-License-Identifier: Apache-2.0
// Job kind `training`: steps of a transformer with data, tensor and pipeline parallelism.
#include <algorithm>
#include <string>

#include "workloads/jobs/gpu_check.hpp"
#include "workloads/models/training_schedule.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kOperationsMaximum = 20'000'000;  // 640 MB of schedule; more is a slip, not a wish

std::vector<ParameterSpec> training_parameters() {
  using Type = ParameterType;
  return {
      {.name = "model",
       .type = Type::choice,
       .default_text = "",
       .meaning = "transformer from the model table",
       .source = "published model configurations",
       .choices = transformer_model_choices()},
      {.name = "tensor_parallel",
       .default_text = "1",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "GPUs that share every layer; inside one host",
       .source = "Megatron-LM"},
      {.name = "data_parallel",
       .default_text = "0",
       .minimum = 0,
       .maximum = 65536,
       .meaning = "replicas; 0 takes what the ranks leave over",
       .source = "Megatron-LM"},
      {.name = "pipeline_parallel",
       .default_text = "1",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "stages, each with its share of the layers",
       .source = "Megatron-LM"},
      {.name = "global_batch",
       .default_text = "64",
       .minimum = 1,
       .maximum = 1e7,
       .meaning = "sequences per step over all replicas",
       .source = "user"},
      {.name = "micro_batch",
       .default_text = "1",
       .minimum = 1,
       .maximum = 1e5,
       .meaning = "sequences per pass of one replica",
       .source = "user"},
      {.name = "sequence_length",
       .default_text = "8192",
       .minimum = 1,
       .maximum = 1e7,
       .meaning = "tokens per sequence",
       .source = "Llama 3 pre-training"},
      {.name = "steps", .default_text = "1", .minimum = 1, .maximum = 1e5, .meaning = "optimiser steps", .source = "user"},
      {.name = "precision",
       .type = Type::choice,
       .default_text = "bf16",
       .meaning = "number format of matrix products; weights are moved in it",
       .source = "mixed-precision practice",
       .choices = "bf16, fp8"},
      {.name = "gradient_bucket",
       .dimension = Dimension::bytes,
       .default_text = "512 MiB",
       .minimum = 0,
       .maximum = 1e12,
       .meaning = "gradients reduced together; 0 B takes Megatron-LM's max(40e6, 1e6 x data_parallel) elements",
       .source = "between Megatron-LM (80 MB) and DeepSpeed (5e8 elements)"},
      {.name = "gradient_element",
       .dimension = Dimension::bytes,
       .default_text = "2 B",
       .minimum = 1,
       .maximum = 8,
       .meaning = "size of one gradient on the wire",
       .source = "BF16 gradients"},
      {.name = "activation_element",
       .dimension = Dimension::bytes,
       .default_text = "2 B",
       .minimum = 1,
       .maximum = 8,
       .meaning = "size of one activation on the wire",
       .source = "BF16 activations"},
      {.name = "recomputation",
       .type = Type::choice,
       .default_text = "none",
       .meaning = "what the backward pass computes again: nothing, attention, or the whole forward pass",
       .source = "Korthikanti et al. 2022",
       .choices = "none, selective, full"},
      {.name = "data_parallel_algorithm",
       .type = Type::choice,
       .default_text = "automatic",
       .meaning =
           "reduction of gradients; automatic: ring with one replica per host, hierarchical with several, scale-up alone inside one host",
       .source = "NCCL practice",
       .choices = "automatic, ring, hierarchical"},
      {.name = "overlap",
       .type = Type::boolean,
       .default_text = "true",
       .meaning = "gradients are reduced while the last backward pass still runs",
       .source = "Megatron-LM overlap-grad-reduce"},
      {.name = "optimizer_sharded",
       .type = Type::boolean,
       .default_text = "true",
       .meaning = "optimiser state is cut over the replicas (ZeRO-1): memory and update time, same bytes on the wire",
       .source = "Rajbhandari et al. 2020"},
      {.name = "layers_per_operation",
       .default_text = "4",
       .minimum = 1,
       .maximum = 1024,
       .meaning = "consecutive layers merged into one compute and one all-reduce operation; sums stay exact",
       .source = "schedule size"},
      {.name = "compute_efficiency",
       .type = Type::real,
       .default_text = "0.55",
       .minimum = 0.001,
       .maximum = 1,
       .meaning = "sustained share of peak FLOP/s in matrix products",
       .source = "large tiles sustain 0.55 to 0.75 of peak"},
      {.name = "memory_efficiency",
       .type = Type::real,
       .default_text = "0.8",
       .minimum = 0.001,
       .maximum = 1,
       .meaning = "sustained share of peak memory bandwidth",
       .source = "HBM sustains 0.8 to 0.9"},
      {.name = "launch",
       .dimension = Dimension::time,
       .default_text = "4 us",
       .minimum = 0,
       .maximum = 1e12,
       .meaning = "fixed time per layer and pass",
       .source = "3 to 5 us per kernel without graph capture"},
  };
}

std::string product_text(std::int64_t t, std::int64_t d, std::int64_t p) {
  return "tensor_parallel x data_parallel x pipeline_parallel = " + std::to_string(t) + " x " + std::to_string(d) + " x " +
         std::to_string(p) + " = " + std::to_string(t * d * p);
}

/// Parallelism against ranks; sets data_parallel when it is left open.
bool check_ranks(TrainingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const auto ranks = static_cast<std::int64_t>(context.gpus.size());
  const std::int64_t one_replica = settings.tensor_parallel * settings.pipeline_parallel;
  if (settings.data_parallel == 0) settings.data_parallel = std::max<std::int64_t>(1, ranks / one_replica);
  if (settings.data_parallel * one_replica == ranks) return true;
  diagnostics.error(context.place,
                    product_text(settings.tensor_parallel, settings.data_parallel, settings.pipeline_parallel) + ", but job `" +
                        context.name + "` has " + std::to_string(ranks) + " ranks",
                    ranks % one_replica == 0 ? "set `data_parallel: " + std::to_string(ranks / one_replica) + "`"
                                             : "choose factors whose product is the number of ranks");
  return false;
}

bool check_batch(const TrainingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const std::int64_t unit = settings.micro_batch * settings.data_parallel;
  if (settings.global_batch % unit == 0) return true;
  const std::int64_t nearest = std::max<std::int64_t>(1, settings.global_batch / unit) * unit;
  diagnostics.error(context.place,
                    "`global_batch` of " + std::to_string(settings.global_batch) +
                        " is not a multiple of micro_batch x data_parallel = " + std::to_string(unit),
                    "set `global_batch: " + std::to_string(nearest) + "`");
  return false;
}

bool check_size(const TrainingSettings& settings, const JobContext& context, Diagnostics& diagnostics) {
  const std::int64_t groups = settings.model->layers / settings.pipeline_parallel / settings.layers_per_operation + 3;
  const double per_rank =
      static_cast<double>(settings.steps) * static_cast<double>(settings.micro_batches()) * static_cast<double>(4 * groups + 6);
  if (per_rank * static_cast<double>(context.gpus.size()) <= static_cast<double>(kOperationsMaximum)) return true;
  diagnostics.error(context.place, "job `" + context.name + "` would need more than " + std::to_string(kOperationsMaximum) + " operations",
                    "simulate fewer `steps`, a smaller `global_batch`, or raise `layers_per_operation`");
  return false;
}

void warn_of_memory(const TrainingSettings& settings, const GpuModel& gpu, const JobContext& context, Diagnostics& diagnostics) {
  std::int64_t worst = 0;
  for (std::int64_t stage = 0; stage < settings.pipeline_parallel; ++stage)
    worst = std::max(worst, training_memory(settings, stage_cost(settings, stage)).count);
  if (worst <= gpu.memory.count) return;
  diagnostics.warning(context.place,
                      "weights, gradients and optimiser of " + std::string(settings.model->name) + " need " + to_readable(Bytes{worst}) +
                          " on each GPU, a " + gpu.name + " has " + to_readable(gpu.memory) + "; the run goes on as if they fitted",
                      "raise `tensor_parallel` or `pipeline_parallel`" +
                          std::string(settings.optimizer_sharded ? "" : ", or set `optimizer_sharded: true`"));
}

void append_training_job(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
                         Diagnostics& diagnostics) {
  const Precision precision = parameters.text("precision") == "fp8" ? Precision::fp8 : Precision::bf16;
  const GpuModel* gpu = common_gpu_model(context, precision, diagnostics);
  if (gpu == nullptr) return;
  TrainingSettings settings;
  settings.model = find_transformer_model(parameters.text("model"));
  EASTWEST_CHECK(settings.model != nullptr, "a model that passed validation is not in the table");
  settings.tensor_parallel = parameters.integer("tensor_parallel");
  settings.data_parallel = parameters.integer("data_parallel");
  settings.pipeline_parallel = parameters.integer("pipeline_parallel");
  settings.global_batch = parameters.integer("global_batch");
  settings.micro_batch = parameters.integer("micro_batch");
  settings.sequence_length = parameters.integer("sequence_length");
  settings.steps = parameters.integer("steps");
  settings.gradient_bucket = parameters.bytes("gradient_bucket");
  settings.gradient_element = parameters.integer("gradient_element");
  settings.activation_element = parameters.integer("activation_element");
  settings.weight_element = precision == Precision::fp8 ? 1 : 2;
  const std::string& recomputation = parameters.text("recomputation");
  settings.recomputation = recomputation == "full"        ? Recomputation::full
                           : recomputation == "selective" ? Recomputation::selective
                                                          : Recomputation::none;
  settings.overlap = parameters.boolean("overlap");
  settings.optimizer_sharded = parameters.boolean("optimizer_sharded");
  settings.layers_per_operation = parameters.integer("layers_per_operation");
  settings.rates = sustained_rates(*gpu, precision, parameters.real("compute_efficiency"), parameters.real("memory_efficiency"));
  settings.launch = parameters.duration("launch");
  settings.scale_up_latency = context.fabric.hosts[context.fabric.host_of_gpu(context.gpus.front())].scale_up_latency;

  if (settings.pipeline_parallel > settings.model->layers) {
    diagnostics.error(context.place,
                      "`pipeline_parallel` of " + std::to_string(settings.pipeline_parallel) + " is more than the " +
                          std::to_string(settings.model->layers) + " layers of " + std::string(settings.model->name),
                      "set it to at most " + std::to_string(settings.model->layers));
    return;
  }
  if (!check_ranks(settings, context, diagnostics) || !check_batch(settings, context, diagnostics) ||
      !check_tensor_groups(context, *settings.model, settings.tensor_parallel, diagnostics) || !check_size(settings, context, diagnostics))
    return;
  warn_of_memory(settings, *gpu, context, diagnostics);

  const std::string& choice = parameters.text("data_parallel_algorithm");
  const DataParallelAlgorithm algorithm = choice == "ring"           ? DataParallelAlgorithm::ring
                                          : choice == "hierarchical" ? DataParallelAlgorithm::hierarchical
                                                                     : DataParallelAlgorithm::automatic;
  const Status done = append_training(settings, algorithm, context, schedule);
  if (!done) diagnostics.error(context.place, "gradients of job `" + context.name + "`: " + done.error().message, done.error().remedy);
}

}  // namespace

extern const JobKind kind_job_training{
    .name = "training",
    .summary =
        "Steps of training a transformer: roofline compute times; tensor, pipeline and data parallelism; gradient buckets overlapped with "
        "backward.",
    .source = "Shoeybi et al. 2019 (Megatron-LM); Narayanan et al. 2021 (1F1B)",
    .parameters = training_parameters,
    .append = append_training_job,
};

}  // namespace eastwest
