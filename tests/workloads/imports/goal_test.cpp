// SPDX-License-Identifier: Apache-2.0
// Laws: a GOAL text plays in the time that its dependencies, CPUs and messages give by hand; every mistake stands at its word; what we
// write we read back.
#include <doctest/doctest.h>

#include "tests/support/ideal_network.hpp"
#include "tests/support/input_truncation.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/imports/goal_text.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kPipeline =
    "num_ranks 3\n"
    "rank 0 { // sends twice\n"
    "l1: calc 5000\nl2: send 1000b to 1 tag 7 cpu 0 nic 1\nl2 requires l1\nl3: send 1000b to 1 tag 7\nl3 requires l2\n}\n"
    "/* the middle\n   one */\n"
    "rank 1 {\nr1: recv 1000b from 0 tag 7\nr2: recv 1000b from 0 tag 7\nc: calc 2000\nc requires r1\ns: send 500b to 2\ns requires c\n"
    "s requires r2\n}\n"
    "rank 2 {\nr: recv 500b from 1\n}\n";

JobRun run_text(const std::string& text, std::uint32_t hosts = 3) {
  const TemporaryDirectory folder;
  folder.write("t.goal", text);
  return run_job("goal", star_fabric({.hosts = hosts}), {{"file", "t.goal"}}, {.directory = folder.path()});
}

std::string complaint(const std::string& text) {
  const JobRun run = run_text(text);
  CHECK(run.schedule.operations.empty());
  const std::size_t at = run.said.find("t.goal:");
  REQUIRE_MESSAGE(at != std::string::npos, run.said);
  return run.said.substr(at + 7, run.said.find('\n', at) - at - 7);
}

std::string in_rank_0(const std::string& statements) { return "num_ranks 2\nrank 0 {\n" + statements + "\n}\n"; }

constexpr std::int64_t kLatency = 1'000'000;  // ps
const IdealNetwork kNetwork{.alpha = kLatency, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};

}  // namespace

TEST_CASE("goal: a pipeline takes the time of its longest chain") {
  const JobRun run = run_text(kPipeline);
  CHECK(run.said == "");
  // 5 us, the first message, 2 us behind which the second message hides, the last message.
  CHECK(run.schedule.collectives.at(0).bytes.count == 2'000);  // what rank 0 sends and rank 1 receives
  CHECK(run.schedule.collectives.at(0).lower_bound.ps == 2'000 * 20);
  const std::int64_t message = kLatency + 1'000 * 20;
  CHECK(makespan(run.schedule, kNetwork) == 5'000'000 + message + 2'000'000 + kLatency + 500 * 20);
}

TEST_CASE("goal: calcs of one CPU follow each other, those of two run side by side") {
  CHECK(makespan(run_text(in_rank_0("a: calc 100\nb: calc 200\nc: calc 300")).schedule, kNetwork) == 600'000);
  CHECK(makespan(run_text(in_rank_0("a: calc 100\nb: calc 200 cpu 1\nc: calc 300 cpu 0")).schedule, kNetwork) == 400'000);
  // What is ready first goes first, whatever the order of the file: b is ready at 0, a only after c of another CPU.
  CHECK(makespan(run_text(in_rank_0("c: calc 50 cpu 1\na: calc 100\na requires c\nb: calc 200")).schedule, kNetwork) == 300'000);
}

TEST_CASE("goal: irequires waits for a start, requires for an end") {
  const std::string body = "a: calc 100\nb: calc 500 cpu 1\nb requires a\nc: calc 200 cpu 2\n";
  CHECK(makespan(run_text(in_rank_0(body + "c requires b")).schedule, kNetwork) == 800'000);
  CHECK(makespan(run_text(in_rank_0(body + "c irequires b\nd: calc 450 cpu 3\nd requires c")).schedule, kNetwork) == 750'000);
}

TEST_CASE("goal: receives from anybody and with any tag take what is left, and a message to oneself is free") {
  const JobRun any = run_text(
      "num_ranks 3\nrank 0 {\na: recv 8b from -1 tag -1\nb: recv 8b from 2 tag 5\n}\nrank 1 { s: send 8b to 0 tag 3 }\nrank 2 { s: send 8b "
      "to 0 tag 5 }\n");
  CHECK(any.said == "");
  CHECK(any.schedule.operations.size() == 4);
  const JobRun self = run_text(in_rank_0("s: send 8b to 0\nr: recv 8b from 0\nc: calc 10\nc requires r"), 2);
  CHECK(self.said == "");
  CHECK(makespan(self.schedule, kNetwork) == 10'000);
}

TEST_CASE("goal: every mistake has its place and words") {
  CHECK(complaint("ranks 2\n").starts_with("1:1: error: expected `num_ranks` and found `ranks`"));
  CHECK(complaint("num_ranks 0\n").starts_with("1:11: error: expected a number of ranks and found `0`"));
  CHECK(complaint("num_ranks 2\nrank 2 {\n}\n").starts_with("2:6: error: there is no rank `2`"));
  CHECK(complaint("num_ranks 2\nrank 1 {\na: calc 1\n").starts_with("2:6: error: the block of this rank is never closed"));
  CHECK(complaint("num_ranks 2\nrank 1 {\n}\nrank 1 {\n}\n").starts_with("4:6: error: rank 1 stands twice"));
  CHECK(complaint("num_ranks 2\n/* x\n").starts_with("2:1: error: the comment is never closed"));
  CHECK(complaint(in_rank_0("a: calc 1.5")).starts_with("3:9: error: expected a time in ns and found `1.5`"));
  CHECK(complaint(in_rank_0("a: send 8 to 1")).starts_with("3:9: error: `8` is not a size"));
  CHECK(complaint(in_rank_0("a: send 8b from 1")).starts_with("3:12: error: expected `to` and found `from`"));
  CHECK(complaint(in_rank_0("a: send 8b to -1")).starts_with("3:15: error: expected a rank and found `-1`"));
  CHECK(complaint(in_rank_0("a: send 8b to 1 cpu 0 tag 1")).starts_with("3:23: error: `tag` stands out of order"));
  CHECK(complaint(in_rank_0("a: calc 1 cpu 256")).starts_with("3:15: error: expected a cpu and found `256`"));
  CHECK(complaint(in_rank_0("a: wait 8")).starts_with("3:4: error: expected send, recv, calc or a dependency and found `wait`"));
  CHECK(complaint(in_rank_0("a: calc 1\na requires b\nb: calc 1")).starts_with("4:12: error: there is no label `b` in rank 0 up to here"));
  CHECK(complaint(in_rank_0("a: calc 1\na: calc 1")).starts_with("4:4: error: the label `a` stands twice in rank 0"));
  CHECK(complaint(in_rank_0("a: calc 1\na requires a")).starts_with("4:1: error: `a` requires itself"));
  CHECK(complaint(in_rank_0("a: calc 1\nb: calc 1\na requires b\nb requires a"))
            .starts_with("3:4: error: the calculation on rank 0 waits for itself"));
  CHECK(complaint(in_rank_0("a: send 8b to 1 tag 3"))
            .starts_with("3:4: error: no receive is left for the send of 8 B from rank 0 to rank 1 with tag 3"));
  CHECK(complaint("num_ranks 2\nrank 0 { a: recv 8b from 1 }\nrank 1 { a: send 16b to 0 }\n")
            .starts_with("2:13: error: the receive of 8 B on rank 0 from rank 1 is smaller than its message of 16 B"));
  CHECK(complaint("num_ranks 2\nrank 0 { a: recv 8b from 1\nb: send 8b to 1\nb requires a }\nrank 1 { a: recv 8b from 0\nb: send 8b to "
                  "0\nb requires a }\n")
            .find("waits for itself: its dependencies and messages form a circle") != std::string::npos);
  CHECK(complaint("num_ranks 2\n").starts_with("1:1: error: no rank does anything"));
  CHECK(run_text(kPipeline, 2).said.find("has 2 ranks and its `file` speaks of 3") != std::string::npos);
  CHECK(run_text(kPipeline, 4).said.find("the others stay idle") != std::string::npos);
  CHECK(run_text("").said.find("t.goal: error: the file is empty") != std::string::npos);
}

TEST_CASE("goal: what is written of a job is read back, operation by operation") {
  Workload workload;
  workload.jobs.push_back({.name = "j", .kind = "collective", .start = {}, .first_rank = 0, .rank_count = 3});
  for (std::uint32_t i = 0; i < 3; ++i) workload.ranks.push_back({i});
  ScheduleBuilder builder;
  const std::uint32_t label = builder.collective({.name = "sum of 3",
                                                  .algorithm = "ring",
                                                  .operation = "all_reduce",
                                                  .ranks = 3,
                                                  .bytes = {300},
                                                  .bus_factor = 4.0 / 3,
                                                  .lower_bound = {17}});
  const OperationId compute = builder.compute({1}, {1'234'567});
  const auto first = builder.transfer({1}, {0}, {100}, label);
  const auto second = builder.transfer({1}, {0}, {50}, label);
  const auto third = builder.transfer({0}, {2}, {7});
  builder.depend(first.send, compute);
  builder.depend(second.send, compute);
  builder.depend(third.send, second.receive);
  builder.depend(builder.marker({2}, 5), third.receive);
  workload.schedule = *std::move(builder).finish();
  const Result<std::string> text = write_goal(workload, 0);
  REQUIRE(text.has_value());
  const JobRun run = run_text(*text);
  CHECK(run.said == "");
  REQUIRE(run.schedule.operations.size() == workload.schedule.operations.size());
  for (std::size_t i = 0; i < run.schedule.operations.size(); ++i) {
    CAPTURE(i);
    const Operation& a = run.schedule.operations[i];
    const Operation& b = workload.schedule.operations[i];
    CHECK(std::tuple(a.amount, a.rank, a.peer, a.match, a.label, a.dependencies, a.kind) ==
          std::tuple(b.amount, b.rank, b.peer, b.match, b.label, b.dependencies, b.kind));
  }
  CHECK(run.schedule.successors == workload.schedule.successors);
  const Collective& record = run.schedule.collectives.at(0);
  CHECK(record.name == "sum of 3");
  CHECK(record.bus_factor == 4.0 / 3);
  CHECK(record.lower_bound.ps == 17);
}

TEST_CASE("goal: damaged files are refused or read, never fatal") {
  survive_damage(kPipeline, 17, [](const std::string& text) { run_text(text); });
}

}  // namespace eastwest::tests
