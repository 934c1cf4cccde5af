// SPDX-License-Identifier: Apache-2.0
// Laws of ZeRO (Rajbhandari et al. 2020): what each stage sends, and when it is hidden; n replicas, P parameters, m micro-batches.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "tests/support/gpu_fabric.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/models/model_table.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t kReplicas = 4;

std::int64_t parameters() { return total_parameters(*find_transformer_model("llama-3.1-8b")); }

JobUse train(const Fabric& fabric, Values more) {
  Values values{{"model", "llama-3.1-8b"}, {"global_batch", "12"}};  // 3 micro-batches
  values.insert(values.end(), more.begin(), more.end());
  JobUse use = use_job("training", fabric, {.ranks = kReplicas}, values);
  REQUIRE(!use.diagnostics.has_errors());
  return use;
}

std::int64_t bytes_sent(const Schedule& schedule) {
  std::int64_t bytes = 0;
  for (const Operation& operation : schedule.operations) bytes += operation.kind == OperationKind::send ? operation.amount : 0;
  return bytes;
}

std::int64_t compute(const Schedule& schedule) {
  std::int64_t time = 0;
  for (const Operation& operation : schedule.operations)
    if (operation.kind == OperationKind::compute && operation.rank.value == 0) time += operation.amount;
  return time;
}

}  // namespace

TEST_CASE("ZeRO-1: reduce-scatter of gradients and all-gather of weights, (n-1) P (e + 2) from all ranks together") {
  const Fabric fabric = gpu_fabric(kReplicas, 1);
  CHECK(bytes_sent(train(fabric, {{"zero", "1"}}).schedule) == (kReplicas - 1) * parameters() * (2 + 2));
  CHECK(bytes_sent(train(fabric, {{"zero", "1"}, {"gradient_element", "4 B"}}).schedule) == (kReplicas - 1) * parameters() * (4 + 2));
}

TEST_CASE("ZeRO-2 scatters gradients after every micro-batch, ZeRO-3 gathers weights twice in each") {
  const Fabric fabric = gpu_fabric(kReplicas, 1);
  const JobUse two = train(fabric, {{"zero", "2"}});
  CHECK(bytes_sent(two.schedule) == (kReplicas - 1) * parameters() * (3 * 2 + 2));
  const JobUse three = train(fabric, {{"zero", "3"}});
  CHECK(bytes_sent(three.schedule) == (kReplicas - 1) * parameters() * 3 * 3 * 2);
  std::map<std::string, std::int64_t> bytes;
  for (const Collective& collective : three.schedule.collectives) bytes[collective.operation] += collective.bytes.count;
  CHECK(bytes["all_gather"] == std::int64_t{3} * 2 * parameters() * 2);
  CHECK(bytes["reduce_scatter"] == 3 * parameters() * 2);
}

TEST_CASE("ZeRO-1 without overlap: compute + (n-1)(alpha + P e/(n B)) + optimiser + (n-1)(alpha + 2 P/(n B)), to the ps") {
  const Fabric fabric = gpu_fabric(kReplicas, 1);
  const JobUse use = train(fabric, {{"zero", "1"}, {"overlap", "false"}, {"gradient_bucket", "100 GB"}});
  const IdealNetwork network{.alpha = 1'000'000, .ps_per_byte = 20, .host_of_rank = {}};
  const std::int64_t one_way = (kReplicas - 1) * (network.alpha + parameters() * 2 / kReplicas * network.ps_per_byte);
  CHECK(makespan(use.schedule, network) == compute(use.schedule) + 2 * one_way);
}

TEST_CASE("ZeRO-3 hides behind compute all but the first weights and the last gradients") {
  const Fabric fabric = gpu_fabric(kReplicas, 1);
  const JobUse use = train(fabric, {{"zero", "3"}, {"layers_per_operation", "1"}});
  const IdealNetwork fast{.alpha = 1000, .ps_per_byte = 1, .host_of_rank = {}};
  const std::int64_t vocabulary = std::int64_t{128256} * 4096 * 2;
  const std::int64_t way = (kReplicas - 1) * (fast.alpha + vocabulary / kReplicas * fast.ps_per_byte);
  const std::int64_t exposed = makespan(use.schedule, fast) - compute(use.schedule);
  // The embedding, first forward and last backward, takes hardly any time: its weights and gradients are seen.
  CHECK(exposed >= 2 * way);
  const JobUse plain = train(fabric, {{"zero", "3"}, {"overlap", "false"}, {"layers_per_operation", "1"}});
  const std::int64_t all = makespan(plain.schedule, fast) - compute(plain.schedule);
  CHECK(all >= std::int64_t{3} * 3 * (kReplicas - 1) * (parameters() / kReplicas * 2 * fast.ps_per_byte));
  CHECK(exposed < all / 3);
}

TEST_CASE("ZeRO-3 with a hundred times slower network is as long as its collectives one after the other, or longer") {
  const Fabric fabric = gpu_fabric(kReplicas, 1);
  const JobUse use = train(fabric, {{"zero", "3"}});
  const IdealNetwork slow{.alpha = 1000, .ps_per_byte = 1000, .host_of_rank = {}};
  CHECK(makespan(use.schedule, slow) >= std::int64_t{3} * 3 * (kReplicas - 1) * (parameters() * 2 / kReplicas * slow.ps_per_byte));
}

TEST_CASE("gradients and weights by NCCL's choice: the records say which, bytes carry the protocol's flags") {
  const Fabric fabric = gpu_fabric(kReplicas, 1);
  const JobUse chosen =
      train(fabric, {{"data_parallel_algorithm", "auto"}, {"gradient_bucket", "64 KiB"}, {"layers", "1"}, {"vocabulary", "64"}});
  REQUIRE(!chosen.schedule.collectives.empty());
  for (const Collective& collective : chosen.schedule.collectives) {
    CAPTURE(collective.algorithm);
    CHECK(collective.algorithm.find('l') != std::string::npos);
    CHECK(collective.algorithm.find(' ') != std::string::npos);  // "tree ll"
  }
  const JobUse low = train(fabric, {{"data_parallel_algorithm", "ring"}, {"protocol", "ll"}, {"layers", "1"}});
  const JobUse ideal = train(fabric, {{"data_parallel_algorithm", "ring"}, {"layers", "1"}});
  CHECK(low.schedule.collectives.front().algorithm == "ring ll");
  CHECK(bytes_sent(low.schedule) == 2 * bytes_sent(ideal.schedule));
  const JobUse tree = train(fabric, {{"data_parallel_algorithm", "tree"}, {"layers", "1"}});
  CHECK(tree.schedule.collectives.front().algorithm == "tree");
}
