// SPDX-License-Identifier: Apache-2.0
// A run that is killed or meets a full disk: what had been flushed is readable, and the error says what to do.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "analysis/trace_reader.hpp"
#include "core/random.hpp"
#include "sim/trace/trace_writer.hpp"
#include "tests/sim/trace/trace_fixture.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

/// Runs `work` in a process of its own; it ends with `_exit`, so no test state is touched twice.
pid_t in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Every row that the file claims is the row that was pushed.
void check_prefix(const TraceData& data) {
  for (std::uint64_t i = 0; i < data.flows.size(); ++i) REQUIRE(data.flows[i].finish == flow(i).finish);
  for (std::uint64_t i = 0; i < data.flows.size(); ++i) REQUIRE(data.flows[i].bytes == flow(i).bytes);
  for (std::uint64_t i = 0; i < data.collectives.size(); ++i) REQUIRE(data.collectives[i].finish == collective(i).finish);
  for (std::uint64_t i = 0; i < data.steps.size(); ++i) REQUIRE(data.steps[i].finish == step(i).finish);
  for (std::uint64_t i = 0; i < data.requests.size(); ++i) REQUIRE(data.requests[i].finish == request(i).finish);
}

void write_for_ever(const TraceInfo& info, int ready) {
  Result<TraceWriter> writer = TraceWriter::open(info);
  if (!writer) _exit(9);
  if (write(ready, "r", 1) != 1) _exit(8);
  for (std::uint64_t first = 0;; first += 50) writer->push(batch_of(first, 50, 4));
}

TEST_CASE("trace: killed with SIGKILL at any moment, the .partial opens and holds every committed row") {
  if (kThreadSanitizer) {
    MESSAGE("skipped: the thread sanitizer does not follow a fork that makes threads");
    return;
  }
  const std::uint64_t seed = 12;
  INFO("seed " << seed);
  RandomStream random(seed, 0);
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  std::uint64_t most = 0;
  for (int round = 0; round < 25; ++round) {
    CAPTURE(round);
    const TemporaryDirectory folder;
    TraceInfo info = info_for(folder.file("run.h5"), fabric, workload);
    info.checkpoint_seconds = round % 2 == 0 ? 0.0 : 0.02;  // as many flushes to be hit in as possible
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = in_child([&] {
      write_for_ever(info, ends[1]);
      return 0;
    });
    close(ends[1]);
    char byte = 0;
    const bool opened = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(round < 5 ? 2'000 : 150'000)));
    kill(child, SIGKILL);
    REQUIRE(wait_for(child) == 128 + SIGKILL);
    REQUIRE(opened);
    const Result<TraceData> data = read_trace(info.path + ".partial");
    REQUIRE_MESSAGE(data.has_value(), (data ? "" : data.error().message));
    CHECK(data->outcome == "running");
    CHECK(data->scenario_text == info.scenario_text);
    CHECK_FALSE(std::filesystem::exists(info.path));
    check_prefix(*data);
    most = std::max<std::uint64_t>(most, data->requests.size());
  }
  CHECK_MESSAGE(most > 0, "at least one round lived long enough to commit rows");
}

TEST_CASE("trace: a trace that is being written can be read, and a kill loses no row that was readable before") {
  if (kThreadSanitizer) {
    MESSAGE("skipped: the thread sanitizer does not follow a fork that makes threads");
    return;
  }
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  TraceInfo info = info_for(folder.file("run.h5"), fabric, workload);
  info.checkpoint_seconds = 0;
  const pid_t child = in_child([&] {
    Result<TraceWriter> writer = TraceWriter::open(info);
    if (!writer) return 9;
    writer->push(batch_of(0, 5000, 4));
    pause();
    return 0;
  });
  std::size_t seen = 0;
  for (int i = 0; i < 400 && seen < 5000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const Result<TraceData> data = read_trace(info.path + ".partial");
    if (data) seen = data->requests.size();
  }
  CHECK(seen == 5000);
  kill(child, SIGKILL);
  wait_for(child);
  const Result<TraceData> data = read_trace(info.path + ".partial");
  REQUIRE(data.has_value());
  check_prefix(*data);
  // Plain tables are safe to the row; compressed ones to the last whole chunk (docs/trace-format.md).
  CHECK(data->requests.size() == 5000);
  CHECK(data->steps.size() == 5000);
  CHECK(data->collectives.size() == 5000);
  CHECK(data->flows.size() == 4096);
  CHECK(data->link_rows == 5000 / 16 * 16);
}

/// Writes until the writer says that it failed; 0 when all went as it must.
int write_until_full(const TraceInfo& info) {
  Result<TraceWriter> writer = TraceWriter::open(info);
  if (!writer) return 10;
  for (std::uint64_t first = 0; first < 2'000'000 && !writer->failed(); first += 100) writer->push(batch_of(first, 100, 4));
  if (!writer->failed()) return 11;
  writer->push(batch_of(0, 100, 4));  // thrown away
  const Status status = writer->finish(result_of(4), 0);
  if (status) return 12;
  if (status.error().message.find("run.h5.partial") == std::string::npos) return 13;
  if (status.error().remedy.empty()) return 14;
  return 0;
}

void check_after_failure(const TraceInfo& info, const std::string& before) {
  CHECK_MESSAGE(read_file(info.path) == before, "the earlier trace is as it was");
  const Result<TraceData> data = read_trace(info.path + ".partial");
  REQUIRE_MESSAGE(data.has_value(), (data ? "" : data.error().message));
  CHECK_FALSE(data->complete);
  CHECK(data->requests.size() > 0);
  check_prefix(*data);
}

TEST_CASE("trace: a file size limit ends writing with an error, no crash, and leaves both traces readable") {
  if (kThreadSanitizer) {
    MESSAGE("skipped: the thread sanitizer does not follow a fork that makes threads");
    return;
  }
  for (const rlim_t limit : {1'400'000, 1'500'001, 2'345'678, 4'000'000}) {
    CAPTURE(limit);
    const TemporaryDirectory folder;
    const Fabric fabric = star();
    const Workload workload = two_jobs();
    TraceInfo info = info_for(folder.file("run.h5"), fabric, workload);
    info.checkpoint_seconds = 0;
    const std::string before = read_file(folder.write("run.h5", "an earlier trace"));
    // The signal of the limit is left at its default, which kills: the writer must keep it from its threads.
    const pid_t child = in_child([&] {
      const rlimit bound{limit, limit};
      if (setrlimit(RLIMIT_FSIZE, &bound) != 0) return 20;
      return write_until_full(info);
    });
    CHECK(wait_for(child) == 0);
    check_after_failure(info, before);
  }
}

TEST_CASE("trace: a full disk ends writing with an error that says so, and leaves both traces readable") {
  for (const std::string size : {"1500k", "2000k", "3m", "5m"}) {
    CAPTURE(size);
    const TemporaryDirectory folder;
    const std::string place = folder.file("disk");
    const SmallDisk disk(place, size);
    if (!disk.mounted()) {
      MESSAGE("skipped: mounting a small file system needs more rights");
      return;
    }
    const Fabric fabric = star();
    const Workload workload = two_jobs();
    TraceInfo info = info_for(place + "/run.h5", fabric, workload);
    info.checkpoint_seconds = 0;
    const std::string before = read_file(folder.write("disk/run.h5", "an earlier trace"));
    // In this process: what HDF5 does when it shuts down is part of what is tested.
    Result<TraceWriter> writer = TraceWriter::open(info);
    REQUIRE_MESSAGE(writer.has_value(), (writer ? "" : writer.error().message));
    for (std::uint64_t first = 0; first < 2'000'000 && !writer->failed(); first += 100) writer->push(batch_of(first, 100, 4));
    REQUIRE(writer->failed());
    const Status status = writer->finish(result_of(4), 0);
    REQUIRE_FALSE(status.has_value());
    CHECK_MESSAGE(status.error().message.find("No space left on device") != std::string::npos, status.error().message);
    CHECK(status.error().remedy.find("free disk space") != std::string::npos);
    check_after_failure(info, before);
  }
}

TEST_CASE("trace: no room even for the beginning is an error of open") {
  const TemporaryDirectory folder;
  const std::string place = folder.file("disk");
  const SmallDisk disk(place, "64k");
  if (!disk.mounted()) {
    MESSAGE("skipped: mounting a small file system needs more rights");
    return;
  }
  const Fabric fabric = star(64);
  const Workload workload = two_jobs();
  const Result<TraceWriter> writer = TraceWriter::open(info_for(place + "/run.h5", fabric, workload));
  REQUIRE_FALSE(writer.has_value());
  CHECK(writer.error().message.find("No space left on device") != std::string::npos);
}

TEST_CASE("trace: read_trace.py reads a finished trace and a killed one, and h5py finds names, units and scales") {
  if (run_command({"/usr/bin/python3", "-c", "import h5py, pandas"}).exit_code != 0) {
    MESSAGE("skipped: /usr/bin/python3 has no h5py or pandas");
    return;
  }
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  TraceInfo info = info_for(folder.file("run.h5"), fabric, workload);
  Result<TraceWriter> writer = TraceWriter::open(info);
  REQUIRE(writer.has_value());
  writer->push(batch_of(0, 100, 4));
  REQUIRE(writer->finish(result_of(4), 1.0).has_value());
  {
    info.path = folder.file("killed.h5");
    Result<TraceWriter> dropped = TraceWriter::open(info);
    REQUIRE(dropped.has_value());
    dropped->push(batch_of(0, 50, 4));
  }
  const std::string script = eastwest::tests::source_directory() + "/docs/examples/read_trace.py";
  const ProgramResult finished = run_command({"/usr/bin/python3", script, folder.file("run.h5")});
  INFO(finished.errors);
  CHECK(finished.exit_code == 0);
  for (const char* text : {"complete, eastwest 0.1.0, seed 7, digest 0123456789abcdef0123456789abcdef", "train training", "requests: 100",
                           "ttft", "all_reduce ring", "leaf-0:0 -> server-0:0"})
    CHECK_MESSAGE(finished.output.find(text) != std::string::npos, text << " is missing in\n" << finished.output);
  const ProgramResult killed = run_command({"/usr/bin/python3", script, folder.file("killed.h5.partial")});
  INFO(killed.errors);
  CHECK(killed.exit_code == 0);
  CHECK(killed.output.find("INCOMPLETE (running)") != std::string::npos);
  CHECK(killed.output.find("requests: 50") != std::string::npos);

  // Every dataset tells its unit and meaning, and the dimensions of the link matrices have their scales.
  const ProgramResult described =
      run_command({"/usr/bin/python3", "-c",
                   "import h5py, sys\n"
                   "f = h5py.File(sys.argv[1], 'r')\n"
                   "bad = []\n"
                   "f.visititems(lambda n, o: bad.append(n) if isinstance(o, h5py.Dataset) and not (o.attrs.get('units') and "
                   "o.attrs.get('description')) else None)\n"
                   "u = f['links/utilization']\n"
                   "print(bad, list(u.dims[0].keys()), list(u.dims[1].keys()), u[5, 3], f['meta/scenario'].asstr()[()])\n",
                   folder.file("run.h5")});
  CHECK_MESSAGE(described.output == "[] ['time'] ['link'] 0.0 seed: 7\njobs: {}\n\n", described.output << described.errors);
}

}  // namespace
}  // namespace eastwest::tests
