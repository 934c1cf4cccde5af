// SPDX-License-Identifier: Apache-2.0
// Laws: what a training step sends and how long it takes, against closed forms, on an ideal network (no contention).
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "tests/support/gpu_fabric.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/models/training_cost.hpp"
#include "workloads/models/training_schedule.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::tests;

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::int64_t count_of(const Schedule& schedule, OperationKind kind) {
  std::int64_t count = 0;
  for (const Operation& operation : schedule.operations) count += operation.kind == kind ? 1 : 0;
  return count;
}

std::int64_t bytes_sent(const Schedule& schedule) {
  std::int64_t bytes = 0;
  for (const Operation& operation : schedule.operations) bytes += operation.kind == OperationKind::send ? operation.amount : 0;
  return bytes;
}

std::string only_message(const JobUse& use) {
  REQUIRE(use.diagnostics.all().size() == 1);
  const Diagnostic& diagnostic = use.diagnostics.all().front();
  CHECK(diagnostic.place.file == "scenario.yaml");
  CHECK(diagnostic.place.line == 7);
  CHECK(!diagnostic.remedy.empty());
  return diagnostic.message;
}

}  // namespace

TEST_CASE("one rank: a step takes micro-batches x (forward + backward) + optimiser, from first principles") {
  const Fabric fabric = gpu_fabric(1, 1);
  const JobUse use = use_job("training", fabric, {.ranks = 1},
                             {{"model", "llama-3.1-8b"}, {"global_batch", "4"}, {"sequence_length", "8192"}, {"steps", "2"}});
  REQUIRE(!use.diagnostics.has_errors());
  // Llama-3.1-8B on one H100: every pass is compute-bound at 0.55 x 989 TFLOP/s but the embedding and the optimiser.
  const double flops = 0.55 * 989e12;
  const double memory = 0.8 * 3.35e12;
  const double tokens = 8192.0;
  const double layer_parameters = 2.0 * 4096 * 4096 + 2.0 * 4096 * 1024 + 3.0 * 4096 * 14336 + 2.0 * 4096;
  const double layer = tokens * (2.0 * layer_parameters + 2.0 * 4096 * 8192) / flops + 4e-6;
  const double layer_back = 2.0 * tokens * (2.0 * layer_parameters + 2.0 * 4096 * 8192) / flops + 4e-6;
  const double head = tokens * 2.0 * 128256 * 4096 / flops;
  const double embedding = 2.0 * tokens * 4096 * 2 / memory + 4e-6;
  const double optimizer = 8'030'261'248.0 * (2 + 24 + 2) / memory + 4e-6;
  const double step = 4.0 * (32.0 * (layer + layer_back) + 3.0 * head + 8e-6 + 2.0 * embedding) + optimizer;
  CHECK(static_cast<double>(makespan(use.schedule, {})) * 1e-12 == doctest::Approx(2.0 * step).epsilon(1e-9));
  CHECK(count_of(use.schedule, OperationKind::send) == 0);
  CHECK(count_of(use.schedule, OperationKind::fused) == 0);
  CHECK(count_of(use.schedule, OperationKind::marker) == 2);
  CHECK(use.drivers.empty());
}

TEST_CASE("FP8 halves the time of matrices, not of attention scores, on a GPU that is twice as fast in it") {
  const Fabric fabric = gpu_fabric(1, 1);  // 989 and 1979 TFLOP/s
  const auto step = [&](const char* precision) {
    return static_cast<double>(makespan(use_job("training", fabric, {.ranks = 1},
                                                {{"model", "llama-3.1-70b"},
                                                 {"layers", "1"},
                                                 {"vocabulary", "64"},
                                                 {"global_batch", "4"},
                                                 {"launch", "0 s"},
                                                 {"precision", precision}})
                                            .schedule,
                                        {})) *
           1e-12;
  };
  const double matrices = 4 * 3 * 8192.0 * 2.0 * 855'654'400 / (0.55 * 989e12),
               scores = 4 * 3 * 8192.0 * 2.0 * 8192 * 8192 / (0.55 * 989e12);
  const double rest = step("bf16") - matrices - scores;  // embedding and optimiser: memory
  CHECK(rest > 0);
  CHECK(step("fp8") - matrices * 989 / 1979 - scores == doctest::Approx(rest).epsilon(0.05));
}

TEST_CASE("data parallelism moves 2 (n-1)/n P e out of every rank, evenly") {
  const Fabric fabric = gpu_fabric(4, 1);
  const JobUse use = use_job("training", fabric, {.ranks = 4}, {{"model", "llama-3.1-8b"}, {"global_batch", "8"}});
  REQUIRE(!use.diagnostics.has_errors());
  CHECK(bytes_sent(use.schedule) == 2 * 3 * total_parameters(*find_transformer_model("llama-3.1-8b")) * 2);
  std::map<std::uint32_t, std::int64_t> by_rank;
  for (const Operation& operation : use.schedule.operations)
    if (operation.kind == OperationKind::send) by_rank[operation.rank.value] += operation.amount;
  for (const auto& [rank, bytes] : by_rank) CHECK(static_cast<double>(bytes) == doctest::Approx(1.5 * 8'030'261'248.0 * 2.0).epsilon(1e-6));
  std::int64_t recorded = 0;
  for (const Collective& collective : use.schedule.collectives) {
    CHECK(collective.operation == "all_reduce");
    CHECK(collective.algorithm == "ring");
    CHECK(collective.ranks == 4);
    recorded += collective.bytes.count;
  }
  CHECK(recorded == 8'030'261'248 * 2);
}

TEST_CASE("without overlap a step is compute, then the ring of 2(n-1)(alpha + S/(n B)), then the optimiser, to the ps") {
  const Fabric fabric = gpu_fabric(2, 1);
  const Values values{{"model", "llama-3.1-8b"}, {"global_batch", "2"}, {"gradient_bucket", "1000 GB"}, {"overlap", "false"}};
  const JobUse use = use_job("training", fabric, {.ranks = 2}, values);
  REQUIRE(!use.diagnostics.has_errors());
  const IdealNetwork network{.alpha = 1'000'000, .ps_per_byte = 20, .host_of_rank = {}};
  std::int64_t compute = 0;
  for (const Operation& operation : use.schedule.operations)
    if (operation.kind == OperationKind::compute && operation.rank.value == 0) compute += operation.amount;
  const std::int64_t half = total_parameters(*find_transformer_model("llama-3.1-8b"));  // S / n bytes
  CHECK(makespan(use.schedule, network) == compute + 2 * (network.alpha + half * network.ps_per_byte));
}

TEST_CASE("buckets of a group go one after the other: each pays its own latency") {
  const Fabric fabric = gpu_fabric(2, 1);
  const JobUse use = use_job("training", fabric, {.ranks = 2},
                             {{"model", "llama-3.1-8b"}, {"global_batch", "2"}, {"gradient_bucket", "1 GB"}, {"overlap", "false"}});
  REQUIRE(!use.diagnostics.has_errors());
  const IdealNetwork network{.alpha = 3'000'000'000, .ps_per_byte = 20, .host_of_rank = {}};
  std::int64_t compute = 0;
  for (const Operation& operation : use.schedule.operations)
    if (operation.kind == OperationKind::compute && operation.rank.value == 0) compute += operation.amount;
  REQUIRE(use.schedule.collectives.size() == 17);  // 16.06 GB
  const std::int64_t half = total_parameters(*find_transformer_model("llama-3.1-8b"));
  CHECK(makespan(use.schedule, network) == compute + 17 * 2 * network.alpha + 2 * half * network.ps_per_byte);
}

TEST_CASE("overlap hides gradients behind the backward pass but for the last bucket") {
  const Fabric fabric = gpu_fabric(2, 1);
  Values values{{"model", "llama-3.1-8b"}, {"global_batch", "2"}, {"gradient_bucket", "100 MB"}};
  const IdealNetwork fast{.alpha = 1'000'000, .ps_per_byte = 1, .host_of_rank = {}};  // the network is far faster than the backward pass
  const JobUse overlapped = use_job("training", fabric, {.ranks = 2}, values);
  values.emplace_back("overlap", "false");
  const JobUse serial = use_job("training", fabric, {.ranks = 2}, values);
  std::int64_t compute = 0;
  for (const Operation& operation : overlapped.schedule.operations)
    if (operation.kind == OperationKind::compute && operation.rank.value == 0) compute += operation.amount;
  const std::int64_t gradients = total_parameters(*find_transformer_model("llama-3.1-8b")) * 2;
  const std::int64_t serial_exposed = makespan(serial.schedule, fast) - compute;
  const std::int64_t exposed = makespan(overlapped.schedule, fast) - compute;
  CHECK(serial_exposed >= gradients);
  // The embedding (1.05 GB of gradients) is the last group: its buckets alone come after the backward pass.
  CHECK(exposed < serial_exposed / 4);
  CHECK(exposed > 0);
}

TEST_CASE("1F1B: the pipeline takes (m + p - 1) x (forward + backward), so the bubble is (p-1)/(m+p-1)") {
  // A model whose stages are equal: no vocabulary to speak of, free memory, free network.
  const TransformerModel model{.name = "equal",
                               .alias = "",
                               .layers = 8,
                               .hidden = 1024,
                               .mlp = 4096,
                               .heads = 8,
                               .kv_heads = 8,
                               .head_dimension = 128,
                               .vocabulary = 1};
  const Fabric fabric = gpu_fabric(8, 1);
  for (const std::int64_t p : {1, 2, 4, 8})
    for (const std::int64_t m : {1, 2, 8, 13}) {
      CAPTURE(p);
      CAPTURE(m);
      TrainingSettings settings;
      settings.model = &model;
      settings.pipeline_parallel = p;
      settings.global_batch = m;
      settings.sequence_length = 4096;
      settings.layers_per_operation = 1;
      settings.rates = {500e12, 1e30};
      JobContext context{.fabric = fabric, .name = "pipeline", .gpus = {}, .start = {}, .duration = {}, .place = {}, .directory = {}};
      for (std::uint32_t rank = 0; rank < static_cast<std::uint32_t>(p); ++rank) context.gpus.push_back({rank});
      ScheduleBuilder builder;
      builder.begin_job(0, 1);
      REQUIRE(append_training(settings, context, builder).has_value());
      Result<Schedule> schedule = std::move(builder).finish();
      REQUIRE(schedule.has_value());
      const double stage = static_cast<double>(stage_cost(settings, p / 2).compute_per_micro_batch().ps);
      const auto total = static_cast<double>(makespan(*schedule, {.alpha = 0, .ps_per_byte = 0, .host_of_rank = {}}));
      CHECK(total == doctest::Approx(static_cast<double>(m + p - 1) * stage).epsilon(1e-3));
      CHECK(1.0 - static_cast<double>(m) * stage / total ==
            doctest::Approx(static_cast<double>(p - 1) / static_cast<double>(m + p - 1)).epsilon(2e-3));
      // Activations forward and gradients backward over p - 1 boundaries.
      CHECK(bytes_sent(*schedule) == 2 * (p - 1) * m * 4096 * 1024 * 2);
    }
}

TEST_CASE("pipeline and tensor parallelism: each rank sends its 1/t, and parts are gathered inside the host") {
  const Fabric fabric = gpu_fabric(2, 4);
  const JobUse use = use_job("training", fabric, {.ranks = 8},
                             {{"model", "llama-3.1-8b"}, {"tensor_parallel", "4"}, {"pipeline_parallel", "2"}, {"global_batch", "3"}});
  REQUIRE(!use.diagnostics.has_errors());
  const std::int64_t message = 8192 * 4096 * 2;
  for (const Operation& operation : use.schedule.operations) {
    if (operation.kind != OperationKind::send) continue;
    CHECK(operation.amount == message / 4);
    CHECK(operation.rank.value % 4 == operation.peer % 4);
  }
  CHECK(bytes_sent(use.schedule) == 2 * 3 * message);
  std::int64_t gathers = 0;
  for (const Operation& operation : use.schedule.operations)
    gathers += operation.kind == OperationKind::fused && operation.amount == message - message / 4 ? 1 : 0;
  CHECK(gathers == 2 * 3 * 4);  // two directions, three micro-batches, four members
}

TEST_CASE("Llama-3.1-70B on 64 GPUs, TP 8 x DP 8: a compact schedule with a few hundred records") {
  const Fabric fabric = gpu_fabric(8, 8);
  const JobUse use = use_job("training", fabric, {.ranks = 64},
                             {{"model", "llama-3-70b"}, {"tensor_parallel", "8"}, {"global_batch", "64"}, {"sequence_parallel", "true"}});
  CHECK(use.diagnostics.all().empty());  // 8 x 8 with a sharded optimiser and shared activations fits 80 GB
  CHECK(use.schedule.operations.size() < 150'000);
  CHECK(use.schedule.collectives.size() <= 300);
  CHECK(use.schedule.collectives.size() >= 8);
  for (const Collective& collective : use.schedule.collectives) {
    CHECK(collective.lower_bound.ps > 0);
    CHECK(collective.operations > 0);
  }
  // Rails: gradients go between ranks of the same index in their host only.
  for (const Operation& operation : use.schedule.operations)
    if (operation.kind == OperationKind::send) REQUIRE(operation.rank.value % 8 == operation.peer % 8);
  // Model FLOP utilisation in the range that H100 clusters report (38 to 48 %) on a good network.
  const std::int64_t ps =
      makespan(use.schedule, {.alpha = 2'000'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 2, .host_of_rank = {}});
  const double model_flops = 3.0 * 64 * 8192 * (139.0e9 + 2.0 * 80 * 64 * 128 * 8192);
  const double mfu = model_flops / (static_cast<double>(ps) * 1e-12 * 64 * 989e12);
  CHECK(mfu > 0.36);
  CHECK(mfu < 0.50);
}

TEST_CASE("data parallelism: fused inside one host, hierarchical across hosts with several replicas each") {
  const Fabric one = gpu_fabric(1, 8);
  const JobUse inside =
      use_job("training", one, {.ranks = 8}, {{"model", "llama-3.1-8b"}, {"tensor_parallel", "2"}, {"global_batch", "4"}});
  REQUIRE(!inside.diagnostics.has_errors());
  CHECK(count_of(inside.schedule, OperationKind::send) == 0);
  CHECK(inside.schedule.collectives.front().algorithm == "scale_up");
  const Fabric two = gpu_fabric(2, 4);
  const JobUse across =
      use_job("training", two, {.ranks = 8}, {{"model", "llama-3.1-8b"}, {"tensor_parallel", "2"}, {"global_batch", "4"}});
  REQUIRE(!across.diagnostics.has_errors());
  CHECK(across.schedule.collectives.front().algorithm == "hierarchical");
  CHECK(makespan(across.schedule, {}) > 0);
}

TEST_CASE("training mistakes are located and say the remedy") {
  const Fabric fabric = gpu_fabric(2, 4);
  CHECK(only_message(use_job("training", fabric, {.ranks = 8}, {{"model", "llama-3.1-70b"}, {"tensor_parallel", "8"}})) ==
        "tensor-parallel group of ranks 0 to 7 spans hosts `host-0` and `host-1`; it exchanges activations in every layer and must stay "
        "inside one scale-up domain");
  CHECK(only_message(
            use_job("training", fabric, {.ranks = 8}, {{"model", "llama-3.1-8b"}, {"tensor_parallel", "2"}, {"data_parallel", "3"}})) ==
        "tensor_parallel x data_parallel x pipeline_parallel = 2 x 3 x 1 = 6, but job `job` has 8 ranks");
  CHECK(only_message(use_job("training", fabric, {.ranks = 8}, {{"model", "llama-3.1-8b"}, {"global_batch", "12"}})) ==
        "`global_batch` of 12 is not a multiple of micro_batch x data_parallel = 8");
  CHECK(only_message(use_job("training", fabric, {.ranks = 8}, {{"model", "llama-3.1-8b"}, {"pipeline_parallel", "33"}})) ==
        "`pipeline_parallel` of 33 is more than the 32 layers of llama-3.1-8b");
  CHECK(only_message(use_job("training", star_fabric({.hosts = 2}), {.ranks = 2}, {{"model", "llama-3.1-8b"}})) ==
        "job `job` computes on GPUs, but host `host-0` of its rank 0 has no GPU model");
  CHECK(only_message(
            use_job("training", fabric, {.ranks = 3}, {{"model", "llama-3.1-8b"}, {"tensor_parallel", "3"}, {"global_batch", "3"}})) ==
        "`tensor_parallel` is 3: the 32 attention heads of llama-3.1-8b cannot be cut 3 ways");
}

TEST_CASE("mistakes of parallelism say what does not divide what, and the nearest value that does") {
  const Fabric fabric = gpu_fabric(2, 4);
  const auto message = [&](Values values) {
    values.insert(values.begin(), {"model", "mixtral-8x7b"});
    return only_message(use_job("training", fabric, {.ranks = 8}, values));
  };
  CHECK(message({{"expert_parallel", "3"}}) == "`expert_parallel` of 3 does not divide the 8 experts of mixtral-8x7b");
  CHECK(message({{"expert_parallel", "8"}, {"pipeline_parallel", "2"}}) ==
        "`expert_parallel` of 8 does not divide context_parallel x data_parallel = 4");
  CHECK(message({{"context_parallel", "4"}, {"sequence_length", "8196"}}) ==
        "`sequence_length` of 8196 cannot be cut into 2 x context_parallel = 8 equal pieces");
  CHECK(message({{"context_parallel", "3"}}) ==
        "tensor_parallel x context_parallel x data_parallel x pipeline_parallel = 1 x 3 x 2 x 1 = 6, but job `job` has 8 ranks");
  CHECK(message({{"virtual_stages", "2"}}) == "`virtual_stages` of 2 needs a pipeline, and `pipeline_parallel` is 1");
  CHECK(message({{"virtual_stages", "20"}, {"pipeline_parallel", "2"}}) ==
        "`pipeline_parallel` x `virtual_stages` = 40 is more than the 32 layers of mixtral-8x7b");
  CHECK(message({{"virtual_stages", "2"}, {"pipeline_parallel", "2"}, {"global_batch", "12"}}) ==
        "an interleaved pipeline takes micro-batches in groups of its 2 stages; there are 3 per replica");
  CHECK(only_message(use_job("training", fabric, {.ranks = 8}, {{"model", "llama-3-8b"}, {"expert_parallel", "2"}})) ==
        "`expert_parallel` of 2 needs a mixture of experts; llama-3.1-8b has none");
  CHECK(only_message(
            use_job("training", fabric, {.ranks = 8}, {{"model", "llama-3-8b"}, {"data_parallel_algorithm", "pat"}, {"layers", "1"}}))
            .substr(0, 26) == "collectives of job `job`: ");
}

TEST_CASE("a model of one's own is a few lines; one of the table may be changed") {
  const Fabric fabric = gpu_fabric(1, 1);
  const auto schedule = [&](Values values) {
    values.insert(values.end(), {{"global_batch", "2"}, {"sequence_length", "1024"}});
    const JobUse use = use_job("training", fabric, {.ranks = 1}, values);
    REQUIRE(!use.diagnostics.has_errors());
    REQUIRE(use.schedule.training.size() == 1);
    return std::pair{makespan(use.schedule, {}), use.schedule.training.front().flops};
  };
  const Values own{{"model", "custom"}, {"layers", "32"},  {"hidden", "4096"},      {"mlp", "14336"},
                   {"heads", "32"},     {"kv_heads", "8"}, {"vocabulary", "128256"}};
  CHECK(schedule(own) == schedule({{"model", "llama-3.1-8b"}}));
  CHECK(schedule({{"model", "llama-3.1-8b"}, {"layers", "16"}}).second < schedule({{"model", "llama-3.1-8b"}}).second);
  CHECK(schedule({{"model", "llama-3.1-8b"}, {"experts", "8"}, {"experts_per_token", "2"}, {"vocabulary", "32000"}}) ==
        schedule({{"model", "mixtral-8x7b"}}));
  CHECK(schedule({{"model", "custom"}, {"layers", "1"}, {"hidden", "1024"}, {"mlp", "4096"}, {"heads", "8"}, {"feed_forward", "plain"}})
            .second < schedule({{"model", "custom"}, {"layers", "1"}, {"hidden", "1024"}, {"mlp", "4096"}, {"heads", "8"}}).second);
  CHECK(only_message(use_job("training", fabric, {.ranks = 1}, {{"model", "custom"}, {"layers", "2"}, {"hidden", "64"}, {"heads", "4"}})) ==
        "the shape of model `custom` of job `job`: `mlp` is missing");
}

TEST_CASE("a model that does not fit is a warning, not an error") {
  const Fabric fabric = gpu_fabric(1, 1);
  const JobUse use = use_job("training", fabric, {.ranks = 1}, {{"model", "llama-3.1-70b"}, {"global_batch", "1"}});
  CHECK(!use.diagnostics.has_errors());
  const std::string message = only_message(use);
  CHECK(message.find("on each GPU, a H100-SXM has") != std::string::npos);
  CHECK(!use.schedule.operations.empty());
}

TEST_CASE("every rank ends every step with one marker, and the next step starts after it") {
  const Fabric fabric = gpu_fabric(2, 2);
  const JobUse use = use_job("training", fabric, {.ranks = 4},
                             {{"model", "llama-3.1-8b"}, {"tensor_parallel", "2"}, {"global_batch", "4"}, {"steps", "3"}});
  REQUIRE(!use.diagnostics.has_errors());
  const auto finish = play(use.schedule, {});
  std::map<std::uint32_t, std::int64_t> last_marker;
  std::int64_t markers = 0;
  for (std::size_t i = 0; i < use.schedule.operations.size(); ++i) {
    const Operation& operation = use.schedule.operations[i];
    if (operation.kind != OperationKind::marker) continue;
    ++markers;
    CHECK(finish[i] > last_marker[operation.rank.value]);
    last_marker[operation.rank.value] = finish[i];
  }
  CHECK(markers == 4 * 3);
  // Steps are alike: three take three times one.
  const JobUse one =
      use_job("training", fabric, {.ranks = 4}, {{"model", "llama-3.1-8b"}, {"tensor_parallel", "2"}, {"global_batch", "4"}});
  CHECK(makespan(use.schedule, {}) == 3 * makespan(one.schedule, {}));
}
