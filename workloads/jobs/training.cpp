// SPDX-License-Identifier: Apache-2.0
// Job kind `training`: steps of a transformer with data, tensor, pipeline, context and expert parallelism.
#include <algorithm>
#include <span>
#include <string>

#include "workloads/jobs/gpu_check.hpp"
#include "workloads/jobs/training_parameters.hpp"
#include "workloads/models/tensor_collective.hpp"
#include "workloads/models/training_memory.hpp"
#include "workloads/models/training_schedule.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kOperationsMaximum = 32'000'000;  // 1 GB of schedule; more is a slip, not a wish

/// Errors and warnings of one job, at its place.
class Report {
 public:
  Report(const JobContext& context, Diagnostics& diagnostics) : context_(context), diagnostics_(diagnostics) {}
  bool error(const std::string& message, const std::string& remedy) {
    diagnostics_.error(context_.place, message, remedy);
    return false;
  }
  void warning(const std::string& message, const std::string& remedy) { diagnostics_.warning(context_.place, message, remedy); }
  [[nodiscard]] const JobContext& context() const { return context_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

 private:
  const JobContext& context_;
  Diagnostics& diagnostics_;
};

/// The model of the table with what the job says of its shape, or the job's own.
bool read_model(const ParameterSet& parameters, TransformerModel& model, Report& report) {
  const bool own = parameters.text("model") == "custom";
  if (own) model = {.name = "custom", .alias = ""};
  else model = *find_transformer_model(parameters.text("model"));
  const auto take = [&](const char* name, std::int64_t& value) {
    if (parameters.integer(name) > 0) value = parameters.integer(name);
  };
  take("layers", model.layers);
  take("hidden", model.hidden);
  take("mlp", model.mlp);
  take("heads", model.heads);
  if (own && model.heads > 0) {
    model.kv_heads = model.heads;
    model.head_dimension = model.hidden / model.heads;
    model.vocabulary = 32'000;
  }
  if (own && parameters.integer("head_dimension") == 0 && model.heads > 0 && model.hidden > 0 && model.hidden % model.heads != 0)
    return report.error("the shape of model `custom` of job `" + report.context().name + "`: `hidden` of " + std::to_string(model.hidden) +
                            " is not a multiple of `heads`, " + std::to_string(model.heads),
                        "choose numbers that divide, or give `head_dimension`");
  if (model.latent_rank > 0 && parameters.integer("kv_heads") > 0)
    return report.error("model `" + std::string(model.name) + "` of job `" + report.context().name +
                            "` keeps latent vectors instead of keys and values, so `kv_heads` means nothing",
                        "leave it out");
  take("kv_heads", model.kv_heads);
  take("head_dimension", model.head_dimension);
  take("vocabulary", model.vocabulary);
  take("experts", model.experts);
  take("experts_per_token", model.experts_per_token);
  if (parameters.text("feed_forward") != "model") model.gated = parameters.text("feed_forward") == "gated";
  if (parameters.text("block") != "model") model.parallel_block = parameters.text("block") == "parallel";
  const std::string obstacle = shape_obstacle(model);
  if (obstacle.empty()) return true;
  return report.error("the shape of model `" + std::string(model.name) + "` of job `" + report.context().name + "`: " + obstacle,
                      own ? "`model: custom` takes `layers`, `hidden`, `mlp` and `heads`; the other parts of the shape have defaults"
                          : "leave it out to take that of the model table");
}

TrainingSettings read_settings(const ParameterSet& parameters) {
  TrainingSettings settings;
  settings.tensor_parallel = parameters.integer("tensor_parallel");
  settings.context_parallel = parameters.integer("context_parallel");
  settings.data_parallel = parameters.integer("data_parallel");
  settings.expert_parallel = parameters.integer("expert_parallel");
  settings.pipeline_parallel = parameters.integer("pipeline_parallel");
  settings.virtual_stages = parameters.integer("virtual_stages");
  settings.global_batch = parameters.integer("global_batch");
  settings.micro_batch = parameters.integer("micro_batch");
  settings.sequence_length = parameters.integer("sequence_length");
  settings.steps = parameters.integer("steps");
  settings.gradient_bucket = parameters.bytes("gradient_bucket");
  settings.gradient_element = parameters.integer("gradient_element");
  settings.activation_element = parameters.integer("activation_element");
  settings.dispatch_element = parameters.integer("dispatch_element");
  settings.expert_nodes = parameters.integer("expert_nodes");
  settings.weight_element = parameters.text("precision") == "fp8" ? 1 : 2;
  const std::string& recomputation = parameters.text("recomputation");
  settings.recomputation = recomputation == "full"        ? Recomputation::full
                           : recomputation == "selective" ? Recomputation::selective
                                                          : Recomputation::none;
  settings.zero = static_cast<Zero>(parameters.integer("zero"));
  settings.context_exchange = parameters.text("context_exchange") == "all_gather" ? ContextExchange::all_gather : ContextExchange::ring;
  settings.ends_as_layers = parameters.boolean("ends_as_layers");
  settings.sequence_parallel = parameters.boolean("sequence_parallel");
  settings.overlap = parameters.boolean("overlap");
  settings.optimizer_sharded = parameters.boolean("optimizer_sharded");
  settings.layers_per_operation = parameters.integer("layers_per_operation");
  const bool layer_by_layer = settings.context_parallel > 1 || settings.expert_parallel > 1 || settings.zero == Zero::three;
  if (settings.layers_per_operation == 0) settings.layers_per_operation = layer_by_layer ? 1 : 4;
  settings.launch = parameters.duration("launch");
  settings.tensor_collectives = {parameters.text("tensor_algorithm"), parameters.text("protocol")};
  settings.data_collectives = {parameters.text("data_parallel_algorithm"), parameters.text("protocol")};
  settings.expert_collectives = {parameters.text("expert_algorithm"), parameters.text("protocol")};
  settings.context_collectives = {"automatic", parameters.text("protocol")};
  return settings;
}

std::string product_text(const TrainingSettings& settings) {
  const bool context = settings.context_parallel > 1;
  return std::string("tensor_parallel x ") + (context ? "context_parallel x " : "") +
         "data_parallel x pipeline_parallel = " + std::to_string(settings.tensor_parallel) + " x " +
         (context ? std::to_string(settings.context_parallel) + " x " : "") + std::to_string(settings.data_parallel) + " x " +
         std::to_string(settings.pipeline_parallel) + " = " +
         std::to_string(settings.tensor_parallel * settings.replicas() * settings.pipeline_parallel);
}

/// Parallelism against ranks; sets data_parallel when it is left open.
bool check_ranks(TrainingSettings& settings, Report& report) {
  const auto ranks = static_cast<std::int64_t>(report.context().gpus.size());
  const std::int64_t one_replica = settings.tensor_parallel * settings.context_parallel * settings.pipeline_parallel;
  if (settings.data_parallel == 0) settings.data_parallel = std::max<std::int64_t>(1, ranks / one_replica);
  if (settings.data_parallel * one_replica == ranks) return true;
  return report.error(product_text(settings) + ", but job `" + report.context().name + "` has " + std::to_string(ranks) + " ranks",
                      ranks % one_replica == 0 ? "set `data_parallel: " + std::to_string(ranks / one_replica) + "`"
                                               : "choose factors whose product is the number of ranks");
}

bool check_pipeline(const TrainingSettings& settings, Report& report) {
  const std::int64_t p = settings.pipeline_parallel, v = settings.virtual_stages;
  const std::string layers = std::to_string(settings.model->layers) + " layers of " + std::string(settings.model->name);
  if (v == 1 && p > settings.model->layers + (settings.ends_as_layers ? 2 : 0))
    return report.error("`pipeline_parallel` of " + std::to_string(p) + " is more than the " + layers,
                        "set it to at most " + std::to_string(settings.model->layers));
  if (v > 1 && p == 1)
    return report.error("`virtual_stages` of " + std::to_string(v) + " needs a pipeline, and `pipeline_parallel` is 1",
                        "leave `virtual_stages` out, or raise `pipeline_parallel`");
  if (p * v > settings.model->layers + (settings.ends_as_layers ? 2 : 0))
    return report.error("`pipeline_parallel` x `virtual_stages` = " + std::to_string(p * v) + " is more than the " + layers,
                        "set `virtual_stages` to at most " + std::to_string(std::max<std::int64_t>(1, settings.model->layers / p)));
  return true;
}

bool check_batch(const TrainingSettings& settings, Report& report) {
  const std::int64_t unit = settings.micro_batch * settings.data_parallel;
  if (settings.global_batch % unit != 0) {
    const std::int64_t nearest = std::max<std::int64_t>(1, settings.global_batch / unit) * unit;
    return report.error("`global_batch` of " + std::to_string(settings.global_batch) +
                            " is not a multiple of micro_batch x data_parallel = " + std::to_string(unit),
                        "set `global_batch: " + std::to_string(nearest) + "`");
  }
  const std::int64_t m = settings.micro_batches(), p = settings.pipeline_parallel;
  if (settings.virtual_stages > 1 && m % p != 0)
    return report.error("an interleaved pipeline takes micro-batches in groups of its " + std::to_string(p) + " stages; there are " +
                            std::to_string(m) + " per replica",
                        "set `global_batch: " + std::to_string((m + p - 1) / p * p * unit) + "`");
  const std::int64_t c = settings.context_parallel;
  if (c > 1 && settings.sequence_length % (2 * c) != 0)
    return report.error("`sequence_length` of " + std::to_string(settings.sequence_length) +
                            " cannot be cut into 2 x context_parallel = " + std::to_string(2 * c) + " equal pieces",
                        "set `sequence_length: " + std::to_string((settings.sequence_length / (2 * c) + 1) * 2 * c) + "`");
  return true;
}

bool check_experts(const TrainingSettings& settings, Report& report) {
  const std::int64_t e = settings.expert_parallel;
  if (e == 1) return true;
  const std::string asked = "`expert_parallel` of " + std::to_string(e);
  if (settings.model->experts == 1)
    return report.error(asked + " needs a mixture of experts; " + std::string(settings.model->name) + " has none", "leave it out");
  if (settings.model->experts % e != 0)
    return report.error(
        asked + " does not divide the " + std::to_string(settings.model->experts) + " experts of " + std::string(settings.model->name),
        "choose a divisor of " + std::to_string(settings.model->experts));
  if (settings.replicas() % e != 0)
    return report.error(asked + " does not divide context_parallel x data_parallel = " + std::to_string(settings.replicas()),
                        "experts are shared among replicas: choose a divisor of " + std::to_string(settings.replicas()));
  return true;
}

/// Operations of one rank, roughly: every part, and messages of collectives as rings have them. In double: no product overflows.
double operations_per_rank(const TrainingSettings& settings) {
  const std::int64_t replicas = 2 * settings.replicas();
  std::int64_t pass = 8;
  for (const LayerGroup& group : stage_cost(settings, 0).groups) {
    if (settings.zero == Zero::three) pass += 3 * (replicas + 2);
    for (const GroupPass* way : {&group.forward, &group.backward})
      for (const PassPart& part : way->parts) {
        pass += 2;
        if (part.exchange == PassExchange::expert_dispatch || part.exchange == PassExchange::expert_combine)
          pass += 2 * settings.expert_parallel;
        else if (part.exchange == PassExchange::context_ring) pass += 4 * settings.context_parallel;
        else if (part.exchange != PassExchange::none) pass += 2 * settings.context_parallel + 1;
      }
  }
  const double micro_batches = static_cast<double>(settings.micro_batches());
  double step = micro_batches * static_cast<double>(pass);
  if (settings.zero != Zero::three && settings.replicas() > 1) {
    const double bytes = static_cast<double>(stage_cost(settings, 0).parameters) * static_cast<double>(settings.gradient_element);
    const double buckets = std::max(1.0, bytes / static_cast<double>(settings.gradient_bucket.count));
    const double times = settings.zero == Zero::two ? micro_batches + 1 : 2;
    step += buckets * times * static_cast<double>(replicas + 2);
  }
  return static_cast<double>(settings.steps) * step;
}

bool check_size(const TrainingSettings& settings, Report& report) {
  const double all = operations_per_rank(settings) * static_cast<double>(report.context().gpus.size());
  if (all <= static_cast<double>(kOperationsMaximum)) return true;
  return report.error("job `" + report.context().name + "` would need more than " + std::to_string(kOperationsMaximum) + " operations",
                      "simulate fewer `steps`, a smaller `global_batch`, or raise `layers_per_operation` or `gradient_bucket`");
}

void warn_of_memory(const TrainingSettings& settings, const TrainingFacts& facts, const std::string& gpu, Report& report) {
  const Bytes needed = facts.weights + facts.gradients + facts.optimizer + facts.activations;
  if (needed.count <= facts.gpu_memory.count) return;
  std::string remedy = "raise `tensor_parallel` or `pipeline_parallel`";
  if (settings.replicas() > 1 && !settings.shards_optimizer()) remedy += ", set `optimizer_sharded: true`";
  else if (settings.replicas() > 1 && settings.zero != Zero::three) remedy += ", set `zero: 3`";
  if (settings.tensor_parallel > 1 && !settings.sequence_parallel) remedy += ", set `sequence_parallel: true`";
  if (settings.recomputation != Recomputation::full) remedy += ", or `recomputation: full`";
  report.warning(std::string(settings.model->name) + " needs " + to_readable(needed) + " (weights " + to_readable(facts.weights) +
                     ", gradients " + to_readable(facts.gradients) + ", optimiser " + to_readable(facts.optimizer) + ", activations " +
                     to_readable(facts.activations) + ") on each GPU, a " + gpu + " has " + to_readable(facts.gpu_memory) +
                     "; the run goes on as if they fitted",
                 remedy);
}

void append_training_job(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
                         Diagnostics& diagnostics) {
  const Precision precision = parameters.text("precision") == "fp8" ? Precision::fp8 : Precision::bf16;
  const GpuModel* gpu = common_gpu_model(context, precision, diagnostics);
  if (gpu == nullptr) return;
  Report report(context, diagnostics);
  TransformerModel model;
  if (!read_model(parameters, model, report)) return;
  TrainingSettings settings = read_settings(parameters);
  settings.model = &model;
  settings.rates = sustained_rates(*gpu, precision, parameters.real("compute_efficiency"), parameters.real("memory_efficiency"));
  if (precision == Precision::fp8 && gpu->flops_bf16 > 0) settings.score_slowdown = gpu->flops_fp8 / gpu->flops_bf16;
  const double experts = parameters.real("expert_efficiency");
  if (experts > 0) settings.expert_slowdown = parameters.real("compute_efficiency") / experts;
  settings.scale_up_latency = context.fabric.hosts[context.fabric.host_of_gpu(context.gpus.front())].scale_up_latency;
  if (!check_pipeline(settings, report) || !check_ranks(settings, report) || !check_batch(settings, report) ||
      !check_experts(settings, report) || !check_tensor_groups(context, model, settings.tensor_parallel, diagnostics))
    return;
  settings.tensor_machine =
      describe_machine(context.fabric, std::span(context.gpus).first(static_cast<std::size_t>(settings.tensor_parallel)));
  if (const std::string obstacle = tensor_obstacle(settings); !obstacle.empty()) {
    report.error("job `" + context.name + "`: " + obstacle, "leave `tensor_algorithm` to auto, and `protocol` too");
    return;
  }
  if (!check_size(settings, report)) return;
  TrainingFacts facts = training_facts(settings);
  facts.job = context.job;
  facts.peak_flops = sustained_rates(*gpu, precision, 1.0, 1.0).flops_per_second;
  facts.gpu_memory = gpu->memory;
  warn_of_memory(settings, facts, gpu->name, report);
  const Status done = append_training(settings, context, schedule);
  if (!done) {
    report.error("collectives of job `" + context.name + "`: " + done.error().message, done.error().remedy);
    return;
  }
  schedule.training(facts);
}

}  // namespace

extern const JobKind kind_job_training{
    .name = "training",
    .summary =
        "Steps of training a transformer: roofline compute times; tensor, pipeline, data, context and expert parallelism; ZeRO; gradient "
        "buckets overlapped with backward.",
    .source = "Shoeybi et al. 2019 (Megatron-LM); Narayanan et al. 2021 (1F1B, interleaved)",
    .parameters = training_parameters,
    .append = append_training_job,
};

}  // namespace eastwest
