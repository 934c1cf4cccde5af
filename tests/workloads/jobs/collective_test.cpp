// SPDX-License-Identifier: Apache-2.0
// Collective job: algorithm by name, repetitions one after the other, records as nccl-tests prints them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/support/ideal_network.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/collectives/collective_kind.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::run_job;

namespace {

/// Eight ranks as the algorithm can have them: GPUs and a switch that reduce, all on one host for NVLS, each on its own for PAT.
Fabric fabric_for(const CollectiveKind& kind) {
  const std::uint32_t hosts = kind.algorithm == "nvls" ? 1 : kind.algorithm == "pat" ? 8 : 2;
  Fabric fabric = tests::star_fabric({.hosts = hosts, .gpus = 8 / hosts, .nics = 8 / hosts});
  GpuModel model;
  model.name = "h100-sxm";
  fabric.gpu_models.push_back(model);
  for (Host& host : fabric.hosts) host.gpu_model = 0;
  for (Switch& unit : fabric.switches) unit.model = "nv-qm9700";
  return fabric;
}

}  // namespace

TEST_CASE("collective: every algorithm runs by its name and leaves its record") {
  for (const CollectiveKind* kind : collective_kinds()) {
    CAPTURE(kind->name);
    const Fabric fabric = fabric_for(*kind);
    const auto run = run_job("collective", fabric, {{"algorithm", std::string(kind->name)}, {"size", "1 MiB"}});
    CHECK(run.said == "");
    REQUIRE(run.schedule.collectives.size() == 1);
    const Collective& record = run.schedule.collectives[0];
    CHECK(record.algorithm == kind->algorithm);
    CHECK(record.operation == to_string(kind->operation));
    CHECK(record.name == std::string(to_string(kind->operation)) + " #0");
    CHECK(record.ranks == 8);
    CHECK(record.bytes.count == 1 << 20);
    CHECK(record.bus_factor == bus_factor(kind->operation, 8));
    CHECK(record.lower_bound.ps > 0);
    CHECK(record.operations == run.schedule.operations.size());
  }
}

TEST_CASE("collective: repetitions follow one another and take n times as long; warm-up leaves no record") {
  const Fabric fabric = tests::star_fabric({.hosts = 8});
  const tests::IdealNetwork network{.alpha = 2'000'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  const auto once = run_job("collective", fabric, {{"size", "1 MiB"}});
  const auto many = run_job("collective", fabric, {{"size", "1 MiB"}, {"warm_up", "2"}, {"repetitions", "3"}});
  CHECK(many.schedule.operations.size() == 5 * once.schedule.operations.size());
  CHECK(tests::makespan(many.schedule, network) == 5 * tests::makespan(once.schedule, network));
  CHECK(message_depth(many.schedule) == 5 * message_depth(once.schedule));
  REQUIRE(many.schedule.collectives.size() == 3);
  CHECK(many.schedule.collectives[2].name == "all_reduce #2");
  CHECK(std::count_if(many.schedule.operations.begin(), many.schedule.operations.end(), [](const Operation& operation) {
          return operation.label == kNoLabel;
        }) == static_cast<std::ptrdiff_t>(2 * once.schedule.operations.size()));
}

TEST_CASE("collective: repetitions with channels meet in one operation per rank") {
  const Fabric fabric = tests::star_fabric({.hosts = 2, .gpus = 4, .nics = 4});
  const auto run = run_job("collective", fabric, {{"size", "1 MiB"}, {"channels", "4"}, {"repetitions", "2"}});
  CHECK(std::count_if(run.schedule.operations.begin(), run.schedule.operations.end(),
                      [](const Operation& operation) { return operation.kind == OperationKind::compute; }) == 8);
}

TEST_CASE("collective: short names need the operation, full names carry it, and the record says the protocol") {
  const Fabric fabric = tests::star_fabric({.hosts = 2, .gpus = 4, .nics = 4});
  const auto record = [&](const std::vector<std::pair<std::string, std::string>>& parameters) {
    const auto run = run_job("collective", fabric, parameters);
    CHECK(run.said == "");
    REQUIRE(run.schedule.collectives.size() == 1);
    return run.schedule.collectives[0].operation + " " + run.schedule.collectives[0].algorithm;
  };
  CHECK(record({{"algorithm", "tree"}}) == "all_reduce tree");
  CHECK(record({{"operation", "all_gather"}, {"algorithm", "ring"}}) == "all_gather ring");
  CHECK(record({{"algorithm", "ring_all_gather"}}) == "all_gather ring");
  CHECK(record({{"operation", "broadcast"}, {"algorithm", "ring"}, {"protocol", "simple"}, {"root", "3"}}) == "broadcast ring simple");
  CHECK(record({{"algorithm", "tree"}, {"protocol", "ll"}, {"size", "1 KiB"}}) == "all_reduce tree ll");
  CHECK(record({{"operation", "send_recv"}, {"algorithm", "auto"}, {"size", "1 KiB"}}) == "send_recv direct ll");
  CHECK(record({{"operation", "all_to_all_v"}, {"algorithm", "auto"}, {"imbalance", "1.5"}, {"size", "8 MiB"}}) ==
        "all_to_all_v direct simple");
  CHECK(run_job("collective", fabric, {{"operation", "broadcast"}, {"algorithm", "ring_all_gather"}}).said ==
        "scenario.yaml:7:3: error: job `test`: `algorithm: ring_all_gather` does all_gather, not broadcast\n"
        "remedy: leave `operation` out, or take the short name of the algorithm\n");
  CHECK(run_job("collective", fabric, {{"operation", "broadcast"}, {"algorithm", "tree"}}).said ==
        "scenario.yaml:7:3: error: job `test`: no algorithm `tree` does broadcast\n"
        "remedy: `eastwest kinds` lists the algorithms of each operation\n");
  CHECK(run_job("collective", fabric, {{"algorithm", "collnet_direct"}}).said ==
        "scenario.yaml:7:3: error: job `test`: collnet needs switches that reduce (SHARP), and `switch` does not\n"
        "remedy: choose ring or tree, or switches that data/collective_hardware.csv says reduce\n");
}

TEST_CASE("collective: with a protocol channels and chunks are NCCL's unless they are given") {
  const Fabric fabric = fabric_for(*find_collective_kind("tree_all_reduce"));  // 2 hosts of 4
  const auto messages = [&](const std::vector<std::pair<std::string, std::string>>& parameters) {
    const auto run = run_job("collective", fabric, parameters);
    return std::count_if(run.schedule.operations.begin(), run.schedule.operations.end(),
                         [](const Operation& operation) { return operation.kind == OperationKind::send; });
  };
  // A tree of 8 ranks sends 14 messages a chunk. 64 MiB over 4 channels of 2 trees: 16 chunks of 512 KiB each.
  CHECK(messages({{"algorithm", "tree"}, {"protocol", "simple"}}) == 4 * 2 * 16 * 14);
  CHECK(messages({{"algorithm", "tree"}, {"protocol", "simple"}, {"channels", "1"}, {"chunks", "3"}}) == 2 * 3 * 14);
  CHECK(messages({{"algorithm", "tree"}}) == 2 * 14);
  // A ring's loop is a slice of 1 MiB per rank and channel of NCCL, of which each of the 4 stands for two: 64 MiB / (4 x 16 MiB) loops of
  // 2 x 7 x 8 messages in each channel.
  CHECK(messages({{"algorithm", "ring"}, {"protocol", "simple"}}) == 4 * 2 * 7 * 8);
}

TEST_CASE("collective: options without effect are a warning, impossible ones an error, in exact words") {
  const Fabric fabric = tests::star_fabric({.hosts = 3, .gpus = 2, .nics = 2});
  CHECK(run_job("collective", fabric, {{"algorithm", "halving_doubling_all_reduce"}, {"channels", "8"}}).said ==
        "scenario.yaml:7:3: warning: job `test`: `channels` has no effect on halving_doubling_all_reduce\n"
        "remedy: leave it out\n");
  CHECK(run_job("collective", fabric, {{"fused", "true"}}).said ==
        "scenario.yaml:7:3: warning: job `test`: `fused` has no effect on ring_all_reduce\n"
        "remedy: leave it out; this algorithm heeds channels, chunks\n");
  CHECK(run_job("collective", fabric, {{"algorithm", "hierarchical_all_reduce"}}, {.ranks = 5}).said ==
        "scenario.yaml:7:3: error: job `test`: hierarchical all-reduce needs as many ranks on every host: host 0 of the job has 2, host 2 "
        "has 1\n"
        "remedy: place the job on whole hosts, or choose ring_all_reduce\n");
  CHECK(run_job("collective", fabric, {}, {.ranks = 1}).said ==
        "scenario.yaml:7:3: error: job `test` has 1 rank and needs at least 2\n"
        "remedy: place it on more GPUs\n");
  CHECK(run_job("collective", tests::star_fabric({.hosts = 512}), {{"repetitions", "10000"}}).said ==
        "scenario.yaml:7:3: error: job `test` would take 10470400000 operations, more than 268435456\n"
        "remedy: lower `repetitions`, `channels` or `chunks`\n");
}
