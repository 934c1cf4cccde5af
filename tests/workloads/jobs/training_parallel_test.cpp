// SPDX-License-Identifier: Apache-2.0
// Laws of expert, context, sequence and interleaved pipeline parallelism: bytes by hand, and times on an ideal network (no contention).
#include <doctest/doctest.h>

#include <algorithm>
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

std::int64_t bytes_sent(const Schedule& schedule) {
  std::int64_t bytes = 0;
  for (const Operation& operation : schedule.operations) bytes += operation.kind == OperationKind::send ? operation.amount : 0;
  return bytes;
}

/// Of one rank; delays and joins of collectives take no time here.
std::int64_t compute_of(const Schedule& schedule, std::uint32_t rank) {
  std::int64_t time = 0;
  for (const Operation& operation : schedule.operations)
    if (operation.kind == OperationKind::compute && operation.rank.value == rank) time += operation.amount;
  return time;
}

JobUse train(const Fabric& fabric, std::uint32_t ranks, const Values& values) {
  JobUse use = use_job("training", fabric, {.ranks = ranks}, values);
  REQUIRE_MESSAGE(!use.diagnostics.has_errors(), use.diagnostics.print());
  return use;
}

// A small mixture of experts: h 1024, f 2048, 4 layers, 8 experts of which 2 per token.
Values small_experts(Values more) {
  Values values{
      {"model", "custom"},        {"layers", "4"},        {"hidden", "1024"},         {"mlp", "2048"}, {"heads", "8"}, {"experts", "8"},
      {"experts_per_token", "2"}, {"vocabulary", "1000"}, {"sequence_length", "1024"}};
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

constexpr std::int64_t kExpert = std::int64_t{3} * 1024 * 2048;  // parameters
constexpr std::int64_t kOthers =
    4 * (4 * 1024 * 1024 + 1024 * 8 + 2 * 1024) + 2 * 1000 * 1024 + 1024;  // attention, router, norms; vocabulary

}  // namespace

TEST_CASE("experts: four all-to-alls of T k h e per layer and micro-batch, (n-1)/n of it out of every rank") {
  const Fabric fabric = gpu_fabric(4, 1);
  const JobUse use = train(fabric, 4, small_experts({{"expert_parallel", "4"}, {"global_batch", "8"}}));  // 2 micro-batches
  const std::int64_t message = std::int64_t{1024} * 2 * 1024 * 2;
  const std::int64_t experts = std::int64_t{4} * 4 * 2 * 4 * message * 3 / 4;  // ranks, layers, micro-batches, all-to-alls
  const std::int64_t gradients = std::int64_t{2} * 3 * kOthers * 2;            // ring all-reduce over 4; experts have one holder each
  CHECK(bytes_sent(use.schedule) == experts + gradients);
  std::map<std::string, int> operations;
  for (const Collective& collective : use.schedule.collectives) ++operations[collective.operation];
  CHECK(operations["all_to_all"] == 4 * 2 * 4);
}

TEST_CASE("experts: gradients of experts go over their c d / e holders, the others over all replicas") {
  const Fabric fabric = gpu_fabric(4, 1);
  const JobUse use = train(fabric, 4, small_experts({{"expert_parallel", "2"}, {"global_batch", "4"}}));
  const std::int64_t exchange = 4 * 4 * 4 * (1024 * 2 * 1024 * 2) / 2;
  const std::int64_t own = 4 * (4 * kExpert) * 2;  // bytes of the 4 experts of a rank, 4 layers
  // Two pairs of holders; all-reduce over 2: 2 (n-1) S.
  CHECK(bytes_sent(use.schedule) == exchange + std::int64_t{2} * 3 * kOthers * 2 + std::int64_t{2} * 2 * own);
}

TEST_CASE("experts: with the network alone a step takes compute + 4 L (alpha + (n-1)/n S/B) + the gradients, to the ps") {
  const Fabric fabric = gpu_fabric(4, 1);
  const JobUse use = train(
      fabric, 4, small_experts({{"expert_parallel", "4"}, {"global_batch", "4"}, {"overlap", "false"}, {"gradient_bucket", "100 GB"}}));
  const IdealNetwork network{.alpha = 1'000'000, .ps_per_byte = 20, .host_of_rank = {}};
  const std::int64_t all_to_all = network.alpha + std::int64_t{3} * (1024 * 2 * 1024 * 2 / 4) * network.ps_per_byte;
  const std::int64_t all_reduce = std::int64_t{2} * 3 * (network.alpha + kOthers * 2 / 4 * network.ps_per_byte);
  CHECK(makespan(use.schedule, network) == compute_of(use.schedule, 0) + std::int64_t{4} * 4 * all_to_all + all_reduce);
}

TEST_CASE("experts and tensor parallelism: each of t ranks dispatches its T/t tokens; k M is gathered and summed behind it") {
  TrainingSettings settings;
  settings.model = find_transformer_model("mixtral-8x7b");
  settings.tensor_parallel = 4;
  settings.data_parallel = settings.expert_parallel = 2;
  settings.sequence_length = 4096;
  settings.layers_per_operation = 1;
  settings.rates = {500e12, 2.5e12};
  settings.scale_up_latency = 1_us;
  const std::int64_t message = std::int64_t{4096} * 4096 * 2;
  const std::int64_t half = 3 * message / 4;  // all-gather or reduce-scatter, per port
  for (const bool sequence : {false, true}) {
    settings.sequence_parallel = sequence;
    const LayerGroup layer = stage_cost(settings, 0).groups[1];
    REQUIRE(layer.forward.parts.size() == 3);
    CHECK(layer.forward.parts[1].exchange_bytes.count == 4096 / 4 * 2 * 4096 * 2);
    CHECK(layer.forward.parts[2].exchange_bytes.count == 4096 / 4 * 2 * 4096 * 2);
    // Attention 2 halves; k = 2: 2 gathered, 2 summed; without sequence parallelism whole again.
    CHECK(layer.forward.exchanged_per_port().count == (2 + 4 + (sequence ? 0 : 1)) * half);
    CHECK(layer.backward.exchanged_per_port() == layer.forward.exchanged_per_port());
    CHECK(layer.expert_elements == 4 * 3 * 4096 * 14336 / 4);
  }
  settings.dispatch_element = 1;  // FP8 on the way there, in the forward pass
  const LayerGroup layer = stage_cost(settings, 0).groups[1];
  CHECK(layer.forward.parts[1].exchange_bytes.count * 2 == layer.forward.parts[2].exchange_bytes.count);
  CHECK(layer.backward.parts[0].exchange_bytes == layer.forward.parts[2].exchange_bytes);
}

TEST_CASE("experts inside one host: one fused operation of (n-1)/n S per port") {
  const Fabric fabric = gpu_fabric(1, 4);
  const JobUse use = train(fabric, 4, small_experts({{"expert_parallel", "4"}, {"global_batch", "4"}}));
  CHECK(bytes_sent(use.schedule) == 0);
  std::int64_t exchanges = 0;
  for (const Operation& operation : use.schedule.operations)
    exchanges += operation.kind == OperationKind::fused && operation.amount == std::int64_t{3} * (1024 * 2 * 1024 * 2 / 4) ? 1 : 0;
  CHECK(exchanges == 4 * 4 * 4);
}

TEST_CASE("node-limited routing: T l h e along the rails of N hosts, T k h e (g-1)/g inside them") {
  const Fabric fabric = gpu_fabric(4, 2);
  for (const std::int64_t limit : {1, 2, 9}) {  // k = 2 of 8 experts; four hosts
    CAPTURE(limit);
    const JobUse use =
        train(fabric, 8, small_experts({{"expert_parallel", "8"}, {"global_batch", "8"}, {"expert_nodes", std::to_string(limit)}}));
    const std::int64_t used = std::min<std::int64_t>(limit, 2);
    const std::int64_t token_bytes = std::int64_t{1024} * 1024 * 2;  // T h e
    std::int64_t across = 0, inside = 0;
    for (const Operation& operation : use.schedule.operations) {
      if (operation.kind == OperationKind::send && operation.label != kNoLabel &&
          use.schedule.collectives[operation.label].operation == "all_to_all") {
        across += operation.amount;
        CHECK(operation.rank.value % 2 == operation.peer % 2);  // a rail
      }
      if (operation.kind == OperationKind::fused && operation.activity == Activity::expert) inside += operation.amount;
    }
    CHECK(across == std::int64_t{8} * 4 * 4 * used * token_bytes * 3 / 4);  // ranks, layers, exchanges; (N-1)/N
    CHECK(inside == std::int64_t{8} * 4 * 4 * 2 * token_bytes / 2);
  }
  // A group that hosts share unevenly cannot go along rails.
  const Fabric three = gpu_fabric(3, 3);
  const JobUse uneven =
      use_job("training", three, {.ranks = 8}, small_experts({{"expert_parallel", "8"}, {"global_batch", "8"}, {"expert_nodes", "2"}}));
  CHECK(uneven.diagnostics.has_errors());
}

TEST_CASE("context ring: (c-1) blocks of keys and values forward, twice as much backward, out of every rank") {
  const Fabric fabric = gpu_fabric(4, 1);
  const JobUse use = train(fabric, 4, {{"model", "llama-3.1-8b"}, {"context_parallel", "4"}, {"global_batch", "2"}, {"zero", "0"}});
  const std::int64_t block = std::int64_t{8192} / 4 * 2 * 8 * 128 * 2;  // T 2 kv d e
  const std::int64_t gradients = std::int64_t{2} * 3 * total_parameters(*find_transformer_model("llama-3.1-8b")) * 2;
  CHECK(bytes_sent(use.schedule) == std::int64_t{4} * 2 * 32 * 3 * 3 * block + gradients);
}

TEST_CASE("context ring: a layer takes (c-1) max(attention / c, alpha + block / B) + attention / c") {
  const Fabric fabric = gpu_fabric(4, 1);
  TrainingSettings settings;
  settings.model = find_transformer_model("llama-3.1-8b");
  settings.context_parallel = 4;
  settings.sequence_length = 8192;
  settings.layers_per_operation = 1;
  settings.overlap = false;
  settings.gradient_bucket = Bytes{1'000'000'000'000};
  settings.rates = {500e12, 1e30};
  JobContext context{.fabric = fabric, .name = "ring", .gpus = {}, .start = {}, .duration = {}, .place = {}, .directory = {}};
  for (std::uint32_t rank = 0; rank < 4; ++rank) context.gpus.push_back({rank});
  const std::int64_t block = std::int64_t{2048} * 2 * 8 * 128 * 2;
  for (const std::int64_t ps_per_byte : {1, 50}) {  // hidden; not hidden
    CAPTURE(ps_per_byte);
    ScheduleBuilder builder;
    builder.begin_job(0, 1);
    REQUIRE(append_training(settings, context, builder).has_value());
    Result<Schedule> schedule = std::move(builder).finish();
    REQUIRE(schedule.has_value());
    const IdealNetwork network{.alpha = 1'000'000, .ps_per_byte = ps_per_byte, .host_of_rank = {}};
    std::int64_t expected = 0;
    const StageCost cost = stage_cost(settings, 0);
    for (const LayerGroup& group : cost.groups)
      for (const GroupPass* pass : {&group.forward, &group.backward})
        for (const PassPart& part : pass->parts) {
          expected += part.compute.ps;
          if (part.exchange != PassExchange::context_ring) continue;
          const std::int64_t piece = part.hiding.ps / 4, message = network.alpha + part.exchange_bytes.count * ps_per_byte;
          CHECK((part.exchange_bytes.count == block || part.exchange_bytes.count == 2 * block));
          expected += 3 * std::max(piece, message) + part.hiding.ps - 3 * piece;
        }
    // Attention: T 2 a d s FLOPs forward, twice that backward.
    CHECK(static_cast<double>(cost.groups[1].forward.sum().hiding.ps) ==
          doctest::Approx(2048.0 * 2.0 * 32 * 128 * 8192 / 500e12 * 1e12).epsilon(1e-9));
    CHECK(cost.groups[1].backward.sum().hiding.ps == doctest::Approx(2.0 * static_cast<double>(cost.groups[1].forward.sum().hiding.ps)));
    const std::int64_t parameters = total_parameters(*settings.model);
    const std::int64_t gradients = std::int64_t{2} * 3 * (network.alpha + parameters * 2 / 4 * ps_per_byte);
    CHECK(makespan(*schedule, network) == doctest::Approx(static_cast<double>(expected + gradients + cost.optimizer.ps)).epsilon(1e-9));
  }
}

TEST_CASE("context all-gather: (c-1)/c of all keys and values gathered in both passes, and their gradients scattered") {
  const Fabric fabric = gpu_fabric(4, 1);
  const JobUse use =
      train(fabric, 4, {{"model", "llama-3.1-8b"}, {"context_parallel", "4"}, {"context_exchange", "all_gather"}, {"global_batch", "2"}});
  const std::int64_t block = std::int64_t{8192} / 4 * 2 * 8 * 128 * 2;
  const std::int64_t gradients = std::int64_t{2} * 3 * total_parameters(*find_transformer_model("llama-3.1-8b")) * 2;
  CHECK(bytes_sent(use.schedule) == std::int64_t{4} * 2 * 32 * 3 * 3 * block + gradients);
  std::map<std::string, int> operations;
  for (const Collective& collective : use.schedule.collectives) ++operations[collective.operation];
  CHECK(operations["all_gather"] == 2 * 2 * 32);
  CHECK(operations["reduce_scatter"] == 2 * 32);
}

TEST_CASE("context parallelism cuts the compute of a step c ways, but for weights that are moved") {
  TrainingSettings settings;
  settings.model = find_transformer_model("llama-3.1-70b");
  settings.sequence_length = 32768;
  settings.layers_per_operation = 1;
  settings.rates = {500e12, 1e30};
  const double whole = static_cast<double>(stage_cost(settings, 0).compute_per_micro_batch().ps);
  settings.context_parallel = 8;
  CHECK(static_cast<double>(stage_cost(settings, 0).compute_per_micro_batch().ps) == doctest::Approx(whole / 8).epsilon(1e-9));
}

TEST_CASE("sequence parallelism: the halves of all-reduces, no gather between stages") {
  TrainingSettings settings;
  settings.model = find_transformer_model("llama-3.1-8b");
  settings.tensor_parallel = 8;
  settings.sequence_length = 8192;
  settings.rates = {500e12, 2.5e12};
  settings.scale_up_latency = 1_us;
  const auto sums = [&] {
    PassPart all;
    for (const LayerGroup& group : stage_cost(settings, 0).groups)
      for (const PassPart& sum : {group.forward.sum(), group.backward.sum()}) {
        all.exchanged_per_port += sum.exchanged_per_port;
        all.exchange_latency += sum.exchange_latency;
      }
    return all;
  };
  const PassPart reduced = sums();
  settings.sequence_parallel = true;
  const PassPart halves = sums();
  CHECK(halves.exchanged_per_port == reduced.exchanged_per_port);
  CHECK(halves.exchange_latency == reduced.exchange_latency);
  const Fabric fabric = gpu_fabric(2, 4);
  const JobUse use = train(fabric, 8,
                           {{"model", "llama-3.1-8b"},
                            {"tensor_parallel", "4"},
                            {"pipeline_parallel", "2"},
                            {"sequence_parallel", "true"},
                            {"global_batch", "3"}});
  const std::int64_t message = std::int64_t{8192} * 4096 * 2;
  CHECK(bytes_sent(use.schedule) == std::int64_t{2} * 3 * message);
  // What waits for a message of another stage is the compute itself.
  for (std::uint32_t i = 0; i < use.schedule.operations.size(); ++i)
    if (use.schedule.operations[i].activity == Activity::pipeline)
      for (const std::uint32_t next : use.schedule.successors_of(i)) CHECK(use.schedule.operations[next].activity == Activity::compute);
}

TEST_CASE("full recomputation repeats the exchanges of the forward pass, those of experts and context too") {
  TrainingSettings settings;
  settings.model = find_transformer_model("mixtral-8x7b");
  settings.tensor_parallel = 2;
  settings.sequence_length = 4096;
  settings.layers_per_operation = 1;
  settings.rates = {500e12, 2.5e12};
  settings.scale_up_latency = 1_us;
  for (const std::int64_t wide : {1, 2}) {
    settings.data_parallel = settings.expert_parallel = settings.context_parallel = wide;
    settings.recomputation = Recomputation::none;
    const LayerGroup none = stage_cost(settings, 0).groups[1];
    settings.recomputation = Recomputation::full;
    const LayerGroup full = stage_cost(settings, 0).groups[1];
    CHECK(full.backward.exchanged_per_port() == none.backward.exchanged_per_port() + none.forward.exchanged_per_port());
    CHECK(full.backward.sum().exchange_bytes == none.backward.sum().exchange_bytes + none.forward.sum().exchange_bytes);
    CHECK(full.forward.exchanged_per_port() == none.forward.exchanged_per_port());
  }
}

TEST_CASE("interleaved 1F1B: (m v + p - 1) chunks long, so the bubble is (p-1)/(v m) of the compute") {
  const TransformerModel model{.name = "equal",
                               .alias = "",
                               .layers = 16,
                               .hidden = 1024,
                               .mlp = 4096,
                               .heads = 8,
                               .kv_heads = 8,
                               .head_dimension = 128,
                               .vocabulary = 1};
  const Fabric fabric = gpu_fabric(4, 1);
  for (const std::int64_t p : {2, 4})
    for (const std::int64_t v : {1, 2, 4})
      for (const std::int64_t m : {p, 2 * p, 4 * p}) {
        CAPTURE(p);
        CAPTURE(v);
        CAPTURE(m);
        TrainingSettings settings;
        settings.model = &model;
        settings.pipeline_parallel = p;
        settings.virtual_stages = v;
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
        const double stage = static_cast<double>(stage_cost(settings, 1).compute_per_micro_batch().ps);
        const auto total = static_cast<double>(makespan(*schedule, {.alpha = 0, .ps_per_byte = 0, .host_of_rank = {}}));
        const auto bubble = static_cast<double>(p - 1) / static_cast<double>(v * m);
        CHECK(total / (static_cast<double>(m) * stage) - 1.0 == doctest::Approx(bubble).epsilon(2e-3));
        // p v - 1 boundaries between chunks, each crossed forward and backward.
        CHECK(bytes_sent(*schedule) == 2 * (p * v - 1) * m * 4096 * 1024 * 2);
      }
}

TEST_CASE("any combination that divides the ranks is built, and every operation is reached") {
  const Fabric fabric = gpu_fabric(8, 4);
  for (const char* zero : {"0", "1", "2", "3"})
    for (const char* exchange : {"ring", "all_gather"}) {
      CAPTURE(zero);
      const JobUse use = train(fabric, 32,
                               small_experts({{"tensor_parallel", "2"},
                                              {"context_parallel", "2"},
                                              {"expert_parallel", "4"},
                                              {"pipeline_parallel", "2"},
                                              {"virtual_stages", "2"},
                                              {"sequence_parallel", "true"},
                                              {"recomputation", "full"},
                                              {"context_exchange", exchange},
                                              {"zero", zero},
                                              {"global_batch", "16"},
                                              {"steps", "2"}}));
      IdealNetwork network{.alpha = 1000, .ps_per_byte = 20, .inside_alpha = 10, .inside_ps_per_byte = 2, .host_of_rank = {}};
      for (std::uint32_t rank = 0; rank < 32; ++rank) network.host_of_rank.push_back(rank / 4);
      CHECK(makespan(use.schedule, network) > 0);
    }
}
