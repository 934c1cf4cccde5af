// SPDX-License-Identifier: Apache-2.0
// Laws: the groups of SimAI's header, the bytes of each operation by closed form, and the order of passes by hand on a network that
// costs a second a message; every mistake stands at its word.
#include <doctest/doctest.h>

#include <map>

#include "tests/support/ideal_network.hpp"
#include "tests/support/input_truncation.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

const std::string kHeader =
    "HYBRID_TRANSFORMER_FWD_IN_BCKWD model_parallel_NPU_group: 2 ep: 2 pp: 1 all_gpus: 8 checkpoints: 0 checkpoint_initiates: 0\n";
constexpr const char* kRow = "attn\t-1\t250000\tALLREDUCE\t1000\t250000\tALLREDUCE\t1000\t1\tREDUCESCATTER\t2000\t100\n";

using Values = std::vector<std::pair<std::string, std::string>>;

/// On hosts of two GPUs.
JobRun run_text(const std::string& text, Values parameters = {}, std::uint32_t hosts = 4) {
  const TemporaryDirectory folder;
  folder.write("t.txt", text);
  parameters.emplace_back("file", "t.txt");
  return run_job("simai_workload", star_fabric({.hosts = hosts, .gpus = 2, .nics = 2}), parameters, {.directory = folder.path()});
}

std::string complaint(const std::string& text) {
  const JobRun run = run_text(text);
  CHECK(run.schedule.operations.empty());
  const std::size_t at = run.said.find(": error: ");
  REQUIRE_MESSAGE(at != std::string::npos, run.said);
  const std::size_t begin = run.said.rfind("t.txt:", at);
  return run.said.substr(begin + 6, run.said.find('\n', at) - begin - 6);
}

/// Bytes that one rank sends in messages, and through its scale-up port in fused operations.
std::pair<std::int64_t, std::int64_t> sent(const JobRun& run, std::uint32_t rank) {
  std::int64_t messages = 0;
  std::int64_t fused = 0;
  for (const Operation& operation : run.schedule.operations)
    if (operation.rank.value == rank) {
      if (operation.kind == OperationKind::send) messages += operation.amount;
      if (operation.kind == OperationKind::fused) fused += operation.amount;
    }
  return {messages, fused};
}

std::string one_row(const std::string& operations, const std::string& header = kHeader) {
  return header + "1\nrow -1 " + operations + " 0\n";
}

constexpr const char* kNothing = " 0 NONE 0";

}  // namespace

TEST_CASE("simai workload: TP, DP, EP and DP_EP groups carry the bytes of their collectives") {
  // Eight ranks, t = 2: a TP group is a host; DP groups of 4 over hosts; EP blocks of 2 replicas; DP_EP the 2 blocks.
  CHECK(sent(run_text(one_row("0 ALLREDUCE 1000" + std::string(kNothing) + kNothing)), 0) ==
        std::pair<std::int64_t, std::int64_t>{0, 1000});
  CHECK(sent(run_text(one_row("0 ALLGATHER 1000" + std::string(kNothing) + kNothing)), 0) == std::pair<std::int64_t, std::int64_t>{0, 500});
  CHECK(sent(run_text(one_row(std::string("0 NONE 0") + kNothing + " 0 ALLREDUCE 1000")), 0).first == 2 * 3 * 250);
  CHECK(sent(run_text(one_row(std::string("0 NONE 0") + kNothing + " 0 ALLGATHER 1000")), 0).first == 3 * 250);
  CHECK(sent(run_text(one_row("0 ALLTOALL_EP 1000" + std::string(kNothing) + kNothing)), 0).first == 500);
  CHECK(sent(run_text(one_row(std::string("0 NONE 0") + kNothing + " 0 REDUCESCATTER_DP_EP 1000")), 0).first == 500);
  const JobRun expert = run_text(one_row("0 ALLTOALL_EP 1000" + std::string(kNothing) + kNothing));
  std::map<std::uint32_t, std::uint32_t> peer;
  for (const Operation& operation : expert.schedule.operations)
    if (operation.kind == OperationKind::send) peer[operation.rank.value] = operation.peer;
  CHECK(peer == std::map<std::uint32_t, std::uint32_t>{{0, 2}, {1, 3}, {2, 0}, {3, 1}, {4, 6}, {5, 7}, {6, 4}, {7, 5}});
  const JobRun broadcast = run_text(one_row(std::string("0 NONE 0") + kNothing + " 0 BROADCAST 1000"));
  CHECK(sent(broadcast, 0).first + sent(broadcast, 2).first + sent(broadcast, 4).first + sent(broadcast, 6).first == 3 * 1000);
}

TEST_CASE("simai workload: passes follow each other, the weight gradient's communication runs beside") {
  // Tensor groups of one rank: two rows that compute 1, 10 and 100 us a pass and reduce their weight gradient over eight ranks.
  const std::string header = "HYBRID_TRANSFORMER_FWD_IN_BCKWD all_gpus: 8\n";
  const std::string row = "r -1 1000 NONE 0 10000 NONE 0 100000 ALLREDUCE 8 0\n";
  const IdealNetwork slow{
      .alpha = 1'000'000'000, .ps_per_byte = 0, .inside_alpha = 1'000'000'000, .inside_ps_per_byte = 0, .host_of_rank = {}};
  const std::int64_t all_reduce = 14 * 1'000'000'000LL;  // a ring of eight: 14 rounds
  const std::int64_t last_row = 2 * 1'000'000 + 110'000'000;
  CHECK(makespan(run_text(header + "2\n" + row + row).schedule, slow) == last_row + 2 * all_reduce);
  // A second iteration starts its forward pass of row 0 when that row is reduced, which is last.
  CHECK(makespan(run_text(header + "2\n" + row + row, {{"iterations", "2"}}).schedule, slow) == 2 * (last_row + 2 * all_reduce));
  // MICRO: nothing but the weight gradients, in order.
  CHECK(makespan(run_text("MICRO\n2\nr -1 1 NONE 0 1 NONE 0 1000 ALLREDUCE 8 1\nr -1 1 NONE 0 1 NONE 0 1000 ALLREDUCE 8 1\n").schedule,
                 slow) == 2 * (1'000'000 + all_reduce));
}

TEST_CASE("simai workload: HYBRID_TRANSFORMER hides the input gradient's communication, inference has no backward pass") {
  const IdealNetwork slow{
      .alpha = 1'000'000'000, .ps_per_byte = 0, .inside_alpha = 1'000'000'000, .inside_ps_per_byte = 0, .host_of_rank = {}};
  const std::string rest = " model_parallel_NPU_group: 8\n1\nr -1 1000 NONE 0 10000 ALLREDUCE 8 20000000 NONE 0 0\n";
  const std::int64_t all_reduce = 14 * 1'000'000'000LL;
  const Values single{{"fused", "false"}};
  CHECK(makespan(run_text("HYBRID_TRANSFORMER_FWD_IN_BCKWD" + rest, single).schedule, slow) ==
        1'000'000 + 10'000'000 + all_reduce + 20'000'000'000);
  CHECK(makespan(run_text("HYBRID_TRANSFORMER" + rest, single).schedule, slow) == 1'000'000 + 10'000'000 + 20'000'000'000);
  CHECK(makespan(run_text("DISTRIBUTED_INFERENCE" + rest, single).schedule, slow) == 1'000'000);
}

TEST_CASE("simai workload: a checkpoint repeats forward passes before its backward pass") {
  const std::string rows =
      "4\na -1 1000 NONE 0 0 NONE 0 0 NONE 0 0\nb -1 2000 NONE 0 0 NONE 0 0 NONE 0 0\nc -1 4000 NONE 0 0 NONE 0 0 NONE 0 0\nd -1 8000 NONE "
      "0 0 NONE 0 0 NONE 0 0\n";
  const IdealNetwork any;
  CHECK(makespan(run_text("HYBRID_TRANSFORMER_FWD_IN_BCKWD checkpoints: 0 checkpoint_initiates: 0\n" + rows).schedule, any) == 15'000'000);
  CHECK(makespan(run_text("HYBRID_TRANSFORMER_FWD_IN_BCKWD checkpoints: 2 0 1 checkpoint_initiates: 1 3\n" + rows).schedule, any) ==
        21'000'000);
}

TEST_CASE("simai workload: what does not fit the job is told there") {
  CHECK(run_text(kHeader + "1\n" + kRow, {}, 2).said.find("was written for 8 GPUs and runs on 4") != std::string::npos);
  CHECK(run_text(kHeader + "1\n" + kRow, {{"tensor_parallel", "3"}})
            .said.find("has 8 ranks, not a multiple of `tensor_parallel` x `pipeline_parallel` = 3 x 1") != std::string::npos);
  CHECK(run_text(one_row(std::string("0 NONE 0") + kNothing + " 0 ALLGATHER_EP 8"), {{"expert_parallel", "3"}})
            .said.find("the 4 replicas of job `test` do not make expert groups of 3") != std::string::npos);
  CHECK(run_text("HYBRID_TRANSFORMER pp: 2 pp_comm 50331648.0\n1\n" + std::string(kRow))
            .said.find("the file's pp_comm is not sent between them") != std::string::npos);
}

TEST_CASE("simai workload: every mistake has its place and words") {
  CHECK(complaint("HYBRID_TRANSFORMR\n1\n" + std::string(kRow)).starts_with("1:1: error: there is no policy `HYBRID_TRANSFORMR`"));
  CHECK(complaint("HYBRID_DLRM\n1\n" + std::string(kRow)).starts_with("1:1: error: the policy HYBRID_DLRM is not modelled"));
  CHECK(complaint("MICRO ep: 0\n1\n" + std::string(kRow)).starts_with("1:11: error: `ep` is `0`"));
  CHECK(complaint("MICRO checkpoints: 2 0\n1\n" + std::string(kRow))
            .starts_with("1:7: error: `checkpoints` announces 2 rows and names fewer"));
  CHECK(complaint("MICRO\n").starts_with("2:1: error: the file ends after its header"));
  CHECK(complaint("MICRO\nmany\n" + std::string(kRow)).starts_with("2:1: error: expected the number of rows and found `many`"));
  CHECK(complaint("MICRO\n2\n" + std::string(kRow)).starts_with("2:1: error: the file announces 2 rows and has 1"));
  CHECK(complaint("MICRO\n1\na -1 1 NONE 0\n").starts_with("3:1: error: the row has 5 fields, not 12"));
  CHECK(complaint("MICRO\n1\na -1 x NONE 0 1 NONE 0 1 NONE 0 1\n").starts_with("3:6: error: `x` is not a time"));
  CHECK(complaint("MICRO\n1\na -1 1 NONE y 1 NONE 0 1 NONE 0 1\n").starts_with("3:13: error: `y` is not a number of bytes"));
  CHECK(
      complaint("MICRO\n1\na -1 1 ALLREDUCEALLTOALL 0 1 NONE 0 1 NONE 0 1\n").starts_with("3:8: error: ALLREDUCEALLTOALL has no meaning"));
  CHECK(complaint("MICRO\n1\na -1 1 ALLREDUCE_TP 0 1 NONE 0 1 NONE 0 1\n")
            .starts_with("3:8: error: `ALLREDUCE_TP` is not a communication; SimAI would drop it silently"));
  CHECK(complaint("MICRO checkpoint_initiates: 1 5\n1\n" + std::string(kRow)).starts_with("1:1: error: checkpoint row 5 does not exist"));
  const JobRun counted = run_text("MICRO\n9\n" + std::string(kRow), {{"check_counts", "false"}});
  CHECK(counted.said.find("warning: the file announces 9 rows and has 1") != std::string::npos);
  CHECK_FALSE(counted.schedule.operations.empty());
}

TEST_CASE("simai workload: the log of a run that AICB writes, groups from their sizes") {
  const std::string head =
      "[rank0 ~ rank7]\ncomm_type,comm_group,comm_group_size,msg_size,stage,dst,src,additional,_elapsed_time,algbw,busbw,count\n";
  const std::string rest = ",None,None,,None,None,None,1\n";
  const JobRun run = run_text(head + "CommType.all_gather,CommGroup.tp_group,2,1000,forward.x" + rest +
                              "CommType.all_reduce,CommGroup.dp_group,4,1000,step" + rest + "CommType.epoch_end,None,None,0," + rest +
                              "CommType.barrier,CommGroup.all,8,0,x" + rest);
  CHECK(run.said == "");
  CHECK(sent(run, 0) == std::pair<std::int64_t, std::int64_t>{2 * 3 * 250 + 3, 500});
  CHECK(run.schedule.collectives.at(0).name == "row 0 forward.x");
  CHECK(complaint("[rank0 ~ rank]\n").starts_with("1:1: error: the first line is not `[rank0 ~ rankN]`"));
  CHECK(complaint("[rank0 ~ rank7]\ncomm_type,msg_size\n").starts_with("2:1: error: the header has no column `comm_group`"));
  CHECK(complaint(head + "CommType.all_reduce,CommGroup.tp_group,2\n").starts_with("3:1: error: the row has 3 fields, the header 12"));
  CHECK(complaint(head + "CommType.shout,CommGroup.tp_group,2,8,x" + rest)
            .starts_with("3:1: error: `CommType.shout` is not a communication"));
  CHECK(complaint(head + "CommType.all_reduce,CommGroup.xp,2,8,x" + rest).starts_with("3:21: error: `CommGroup.xp` is not a group"));
  CHECK(complaint(head + "CommType.all_reduce,CommGroup.tp_group,0,8,x" + rest).starts_with("3:40: error: `0` is not a number of ranks"));
  const JobRun skipped =
      run_text(head + "CommType.isend,CommGroup.pp_group,2,8,x" + rest + "CommType.all_reduce,CommGroup.dp_group,8,8,x" + rest);
  CHECK(skipped.said.find("1 rows between pipeline stages, or of computation, are left out") != std::string::npos);
  survive_damage(head + "CommType.all_gather,CommGroup.tp_group,2,1000,forward.x" + rest, 41,
                 [](const std::string& text) { run_text(text); });
}

TEST_CASE("simai workload: damaged files are refused or read, never fatal") {
  survive_damage(kHeader + "2\n" + kRow + kRow, 23, [](const std::string& text) { run_text(text); });
}

}  // namespace eastwest::tests
