// SPDX-License-Identifier: Apache-2.0
// Studies on a Slurm cluster of four nodes: the same bytes as here, whatever happens to nodes, tasks and the program that follows them.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/slurm_cluster.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

// 64 points of a few tenths of a second each.
constexpr const char* kBase =
    "fidelity: packet\nsite: {topology: leaf_spine, servers: 16, server: plain, leaves: 4}\njobs:\n  a: {kind: permutation, size: 4 MiB}\n";
constexpr const char* kStudy =
    "study: sweep\nbase: base.yaml\nreplications: 2\n"
    "grid:\n  network.routing: [ecmp, spray]\n  jobs.a.size: [1 MiB, 2 MiB, 3 MiB, 4 MiB]\n  network.ecn_probability: [0.05, 0.1, 0.2, "
    "0.4]\n";

std::map<std::string, std::string> results(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const char* name : {"points.csv", "summary.csv", "table.txt", "study.h5", "study.yaml"})
    files[name] = read_file(folder + "/" + name);
  return files;
}

std::size_t lines_in(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return 0;
  const std::string text = read_file(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("study: 64 runs on four Slurm nodes, one of which dies half-way, give the table of one machine") {
  std::string why_not;
  const auto cluster = SlurmCluster::start(4, why_not);
  if (cluster == nullptr) {
    MESSAGE("skipped: " << why_not);
    return;
  }
  const TemporaryDirectory folder;
  folder.write("base.yaml", kBase);
  folder.write("s.yaml", kStudy);
  REQUIRE(run_program({"study", "s.yaml", "-o", "local", "--quiet"}, in(folder)).exit_code == 0);
  const auto expected = results(folder.file("local"));

  ProgramOptions options = in(folder);
  options.environment = cluster->environment();
  options.timeout_s = 150;
  std::string name;
  const auto a_task_was_lost = [&] { return cluster->completed_jobs().find("NODE_FAIL") != std::string::npos; };
  // On a quick machine a study may end before its node is seen at work, or a task just before its node dies: then another study is begun, and another
  // node dies, as long as one is left.
  unsigned victim = 2;
  for (int attempt = 0; attempt < 12 && victim <= 4 && !a_task_was_lost(); ++attempt) {
    name = "slurm-" + std::to_string(attempt);
    const std::string journal = folder.file(name + "/points.csv.partial");
    const unsigned nodes = 6 - victim;
    bool crashed = false;
    options.kill_signal = 0;  // watches only
    options.kill_when = [&] {
      // When rows have come in, at a moment when the node is at work.
      if (!crashed && lines_in(journal) > 4 && !cluster->tasks_on(victim).empty()) {
        cluster->crash_node(victim);
        crashed = true;
      }
      return false;
    };
    const ProgramResult result = run_program({"study", "s.yaml", "-o", name, "--on", "slurm", "--points-per-task", "3"}, options);
    CHECK_MESSAGE(result.exit_code == 0, result.errors);
    if (nodes == 4) CHECK(result.errors.find("64 runs in 22 tasks of up to 3 on a cluster of 4 nodes") != std::string::npos);
    CHECK(results(folder.file(name)) == expected);
    CHECK_FALSE(std::filesystem::exists(folder.file(name + "/chunks")));
    CHECK_FALSE(std::filesystem::exists(journal));
    victim += crashed ? 1 : 0;
  }
  CHECK(a_task_was_lost());

  // Interrupted: nothing stays in the queue; killed: what still runs is called off when it is continued, here or there.
  for (const int signal : {SIGINT, SIGKILL}) {
    CAPTURE(signal);
    name = signal == SIGINT ? "interrupted" : "killed";
    ProgramOptions ended = in(folder);
    ended.environment = cluster->environment();
    ended.kill_signal = signal;
    ended.kill_when = [&] { return lines_in(folder.file(name + "/points.csv.partial")) > 6; };
    ProgramResult first;
    for (int attempt = 0; attempt < 10; ++attempt) {
      std::filesystem::remove_all(folder.file(name));
      first = run_program({"study", "s.yaml", "-o", name, "--on", "slurm", "--points-per-task", "3", "--quiet"}, ended);
      if (first.exit_code != 0) break;  // else it ended before it was
    }
    CHECK(first.exit_code == (signal == SIGINT ? 130 : 128 + SIGKILL));
    ProgramOptions plain = in(folder);
    plain.environment = cluster->environment();
    if (signal == SIGINT) {
      const ProgramResult queue = run_command({"squeue", "-h", "-t", "PENDING,RUNNING"}, plain);
      CHECK_MESSAGE(queue.output.empty(), queue.output);
    }
    std::vector<std::string> again = {"study", "s.yaml", "-o", name, "--resume", "--quiet"};
    if (signal == SIGKILL) again.insert(again.end(), {"--on", "slurm", "--points-per-task", "8"});
    const ProgramResult last = run_program(again, plain);
    CHECK_MESSAGE(last.exit_code == 0, last.errors);
    CHECK(results(folder.file(name)) == expected);
  }
}

TEST_CASE("study: without a cluster, --on slurm says so and writes nothing") {
  const TemporaryDirectory folder;
  folder.write("base.yaml", kBase);
  folder.write("s.yaml", kStudy);
  ProgramOptions options = in(folder);
  options.environment = {"SLURM_CONF=" + folder.file("nowhere.conf")};
  const ProgramResult result = run_program({"study", "s.yaml", "--on", "slurm"}, options);
  CHECK(result.exit_code == 2);
  CHECK(result.errors.find("or run with `--on local`") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("s.study")));
}

TEST_CASE("study: a task plays its rows once, and is refused where the study is another") {
  const TemporaryDirectory folder;
  folder.write("base.yaml",
               "fidelity: flow\nsite: {topology: leaf_spine, servers: 4, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  folder.write("s.yaml", "study: sweep\nbase: base.yaml\nreplications: 8\ngrid:\n  jobs.a.size: [1 KiB, 2 KiB]\n");
  // A study that was interrupted at its first row leaves the folder as the tasks see it.
  ProgramOptions stopped = in(folder);
  stopped.kill_signal = SIGKILL;
  stopped.kill_when = [&] { return std::filesystem::exists(folder.file("out/study.yaml")); };
  run_program({"study", "s.yaml", "-o", "out", "--quiet"}, stopped);
  folder.write("tasks", "0-3,9\n4-8\nfive\n");
  const auto task = [&](const char* number) {
    return run_program({"study-points", "s.yaml", "-o", "out", "--tasks", "tasks", "--task", number}, in(folder));
  };
  CHECK(task("0").exit_code == 0);
  const std::string file = folder.file("out/chunks/000/rows-0-9-5.csv");
  CHECK(lines_in(file) == 6);
  folder.write("out/chunks/000/rows-0-9-5.csv", "left alone");
  CHECK(task("0").exit_code == 0);
  CHECK(read_file(file) == "left alone");
  CHECK(task("1").exit_code == 0);
  CHECK(task("2").errors.find("`five` is no list of rows") != std::string::npos);
  CHECK(task("7").exit_code == 2);
  folder.write("base.yaml",
               "fidelity: flow\nsite: {topology: leaf_spine, servers: 6, server: plain}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  CHECK(task("1").errors.find("have changed since the tasks were made") != std::string::npos);
}
