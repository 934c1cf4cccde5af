// SPDX-License-Identifier: Apache-2.0
// CPU time of the flow engine: a ring all-reduce and all-to-alls posted at once, checked before a time is shown.
//
// eastwest_flow_bench [--smoke] [--one NAME]: the table, or one run for callgrind (--toggle-collect='eastwest::simulate*' leaves
// out the building of the schedule). A row is shown when the run is sane and its digest is that of a second run.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "sim/simulation.hpp"

using namespace eastwest;

namespace {

struct Case {
  const char* name;
  const char* what;
  const char* scenario;
};

// Plain hosts, one NIC of 400 Gb/s each, so that every message crosses the fabric.
constexpr Case kCases[] = {
    {"ring", "ring all-reduce of 64 MiB over 512",
     "site: {topology: leaf_spine, server: plain, servers: 512}\n"
     "jobs: {a: {kind: collective, algorithm: ring_all_reduce, size: 64 MiB}}\n"},
    {"alltoall-star", "all-to-all of 64, 1 MiB, one switch",
     "site: {topology: leaf_spine, server: plain, servers: 64, leaves: 1}\n"
     "jobs: {a: {kind: all_to_all, size: 1 MiB}}\n"},
    {"alltoall-ecmp", "all-to-all of 64, 1 MiB, 8 leaves, ECMP",
     "site: {topology: leaf_spine, server: plain, servers: 64, leaves: 8}\n"
     "jobs: {a: {kind: all_to_all, size: 1 MiB}}\n"},
    {"alltoall-spray", "all-to-all of 64, 1 MiB, 8 leaves, spray",
     "site: {topology: leaf_spine, server: plain, servers: 64, leaves: 8}\n"
     "network: {routing: spray}\njobs: {a: {kind: all_to_all, size: 1 MiB}}\n"},
    {"permutations", "8 permutations of 512, ECMP: 4,096 flows", ""},
};
constexpr Case kSmoke[] = {
    {"ring", "ring all-reduce of 1 MiB over 16",
     "site: {topology: leaf_spine, server: plain, servers: 16}\n"
     "jobs: {a: {kind: collective, algorithm: ring_all_reduce, size: 1 MiB}}\n"},
    {"alltoall", "all-to-all of 16, 64 KiB, 4 leaves, ECMP",
     "site: {topology: leaf_spine, server: plain, servers: 16, leaves: 4}\n"
     "jobs: {a: {kind: all_to_all, size: 64 KiB}}\n"},
};

struct Row {
  RunResult result;
  std::uint64_t messages = 0;
  double cpu_seconds = 0;
};

std::string text_of(const Case& one) {
  std::string text = std::string("fidelity: flow\n") + one.scenario;
  if (*one.scenario != '\0') return text;
  // Host i sends to host i + 37 k, k from 1 to 8, all at once: many paths cross, sizes differ, so ends are spread.
  text += "site: {topology: leaf_spine, server: plain, servers: 512}\njobs:\n  a:\n    kind: flows\n    list: |\n";
  for (unsigned k = 1; k <= 8; ++k)
    for (unsigned i = 0; i < 512; ++i)
      text += "      " + std::to_string(i) + " -> " + std::to_string((i + 37 * k) % 512) + " size " +
              std::to_string(512 + (i * 31 + k * 17) % 512) + " KiB\n";
  return text;
}

bool measure(const Case& one, Row& row) {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text_of(one), "bench", ".", {}, diagnostics);
  auto built = scenario ? build(*scenario, diagnostics) : std::nullopt;
  if (!built) {
    std::fprintf(stderr, "%s", diagnostics.print().c_str());
    return false;
  }
  const LargeVector<Operation>& operations = built->workload.schedule.operations;
  row.messages = static_cast<std::uint64_t>(
      std::count_if(operations.begin(), operations.end(), [](const Operation& o) { return o.kind == OperationKind::send; }));
  Progress progress;
  const std::clock_t cpu = std::clock();
  Result<RunResult> result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  row.cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  if (!result || !result->sane()) {
    std::fprintf(stderr, "the run of %s is not sane\n", one.name);
    return false;
  }
  row.result = std::move(result).value();
  return true;
}

template <std::size_t n>
int table(const Case (&cases)[n]) {
  std::printf("%-44s %9s %9s %9s %8s %12s  %s\n", "flow engine", "messages", "events", "solves", "CPU s", "us / message", "digest");
  for (const Case& one : cases) {
    Row best;
    for (int repeat = 0; repeat < 3; ++repeat) {
      Row row;
      if (!measure(one, row)) return 1;
      if (repeat != 0 && row.result.digest != best.result.digest) {
        std::fprintf(stderr, "the digest of %s differs between runs\n", one.name);
        return 1;
      }
      if (repeat == 0 || row.cpu_seconds < best.cpu_seconds) best = std::move(row);
    }
    std::printf("%-44s %9llu %9llu %9llu %8.3f %12.3f  %s\n", one.what, static_cast<unsigned long long>(best.messages),
                static_cast<unsigned long long>(best.result.counters.events), static_cast<unsigned long long>(best.result.counters.windows),
                best.cpu_seconds, best.cpu_seconds * 1e6 / static_cast<double>(best.messages), best.result.digest.c_str());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("peak memory %ld KiB\n", usage.ru_maxrss);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 2 && words[0] == "--one") {
    for (const Case& one : kCases) {
      if (words[1] != one.name) continue;
      Row row;
      if (!measure(one, row)) return 1;
      std::printf("messages %llu\n", static_cast<unsigned long long>(row.messages));
      return 0;
    }
    return 2;
  }
  return !words.empty() && words[0] == "--smoke" ? table(kSmoke) : table(kCases);
}
