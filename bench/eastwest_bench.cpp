// SPDX-License-Identifier: Apache-2.0
// Packet-hops per CPU second of seeded permutations over two-tier fabrics; the digest is checked before a time is shown.
//
// eastwest_bench [--smoke] [--one HOSTS KIB]: the table, or one run for callgrind. Every row of a size must have the
// digest of its first row, whatever the threads; otherwise the program says so and fails.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "sim/simulation.hpp"

using namespace eastwest;

namespace {

struct Row {
  RunResult result;
  double cpu_seconds = 0;
  double wall_seconds = 0;
};

bool measure(unsigned hosts, unsigned kib, unsigned threads, Row& row) {
  const std::string text = "name: permutation\nsite:\n  topology: leaf_spine\n  server: plain\n  servers: " + std::to_string(hosts) +
                           "\njobs:\n  load:\n    kind: permutation\n    size: " + std::to_string(kib) + " KiB\n";
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text, "bench", ".", {}, diagnostics);
  auto built = scenario ? build(*scenario, diagnostics) : std::nullopt;
  if (!built) {
    std::fprintf(stderr, "%s", diagnostics.print().c_str());
    return false;
  }
  built->options.threads = threads;
  Progress progress;
  const std::clock_t cpu = std::clock();
  const auto wall = std::chrono::steady_clock::now();
  Result<RunResult> result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  row.cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  row.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  if (!result || !result->sane()) {
    std::fprintf(stderr, "the run of %u hosts is not sane\n", hosts);
    return false;
  }
  row.result = std::move(result).value();
  return true;
}

int table(unsigned kib) {
  std::printf("%6s %8s %12s %8s %8s %14s  %s\n", "hosts", "threads", "packet-hops", "CPU s", "wall s", "M hops/CPU s", "digest");
  for (const unsigned hosts : {32u, 128u, 512u}) {
    std::string expected;
    for (const unsigned threads : {1u, 2u}) {
      Row row;
      if (!measure(hosts, kib, threads, row)) return 1;
      if (expected.empty()) expected = row.result.digest;
      if (row.result.digest != expected) {
        std::fprintf(stderr, "digest differs at %u threads: %s\n", threads, row.result.digest.c_str());
        return 1;
      }
      const double hops = static_cast<double>(row.result.counters.packet_hops);
      std::printf("%6u %8u %12.0f %8.3f %8.3f %14.2f  %s\n", hosts, threads, hops, row.cpu_seconds, row.wall_seconds,
                  hops / row.cpu_seconds / 1e6, row.result.digest.c_str());
    }
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("peak memory %ld KiB\n", usage.ru_maxrss);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 3 && words[0] == "--one") {
    Row row;
    if (!measure(static_cast<unsigned>(std::stoul(words[1])), static_cast<unsigned>(std::stoul(words[2])), 1, row)) return 1;
    std::printf("packet-hops %llu\n", static_cast<unsigned long long>(row.result.counters.packet_hops));
    return 0;
  }
  return table(!words.empty() && words[0] == "--smoke" ? 64 : 16384);
}
