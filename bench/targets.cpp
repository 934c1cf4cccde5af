// SPDX-License-Identifier: Apache-2.0
#include "bench/targets.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace eastwest::bench {

namespace {

constexpr RunSetting kOneThread{};
constexpr RunSetting kTwoThreads{.threads = 2};
constexpr RunSetting kTraced{.trace = true};
constexpr const char* kFullRun = "./dev bench";

__attribute__((format(printf, 1, 2))) std::string text(const char* format, ...) {
  char line[256];
  va_list values;
  va_start(values, format);
  std::vsnprintf(line, sizeof line, format, values);
  va_end(values);
  return line;
}

struct Judgement {
  std::string reached;
  bool met = false;
};

std::optional<Judgement> hop_rate(const std::vector<Row>& rows) {
  const Row* row = find_row(rows, "permutation-512", kOneThread);
  if (row == nullptr) return std::nullopt;
  const double best = 1e-6 / minimum(*row, cpu_per_hop);
  return Judgement{text("%.1f M (median %.1f M)", best, 1e-6 / median(*row, cpu_per_hop)), best >= 10};
}

std::optional<Judgement> ring_cost(const std::vector<Row>& rows) {
  const Row* row = find_row(rows, "ring-512", kOneThread);
  if (row == nullptr) return std::nullopt;
  const double cpu = minimum(*row, cpu_of);
  const double megabytes = median(*row, peak_of) / 1e6;
  return Judgement{text("%.2f CPU s (median %.2f), %.0f MB", cpu, median(*row, cpu_of), megabytes), cpu < 7 && megabytes < 200};
}

std::optional<Judgement> two_threads(const std::vector<Row>& rows) {
  const Row* one = find_row(rows, "permutation-512", kOneThread);
  const Row* two = find_row(rows, "permutation-512", kTwoThreads);
  if (one == nullptr || two == nullptr) return std::nullopt;
  const double ratio = paired_ratio(*one, *two, wall_of);
  return Judgement{text("%.2f x", ratio), ratio >= 1.7};
}

std::optional<Judgement> growth(const std::vector<Row>& rows) {
  const Row* small = find_row(rows, "permutation-32", kOneThread);
  const Row* large = find_row(rows, "permutation-512", kOneThread);
  if (small == nullptr || large == nullptr) return std::nullopt;
  const double ratio = paired_ratio(*large, *small, cpu_per_hop);
  return Judgement{text("%.2f x", ratio), ratio < 1.5};
}

std::optional<Judgement> memory(const std::vector<Row>& rows) {
  double worst = 0;
  const Row* of = nullptr;
  for (const Row& row : rows) {
    if (!row.setting.trace || !row.work.name.ends_with("-512") || row.setting.fidelity != Fidelity::packet) continue;
    for (const RunFigures& run : row.runs) {
      if (peak_of(run) <= worst) continue;
      worst = peak_of(run);
      of = &row;
    }
  }
  if (of == nullptr) return std::nullopt;
  return Judgement{text("%.0f MiB (%s)", worst / (1 << 20), of->work.name.c_str()), worst < (1 << 30)};
}

/// The dearest of the works that were run with and without a trace. Run time is wall time; CPU time stands beside it.
std::optional<Judgement> trace_cost(const std::vector<Row>& rows) {
  std::optional<Judgement> dearest;
  double worst = 0;
  for (const Row& with : rows) {
    RunSetting without_trace = with.setting;
    without_trace.trace = false;
    const Row* without = with.setting.trace ? find_row(rows, with.work.name, without_trace) : nullptr;
    if (without == nullptr) continue;
    const double wall = 100 * (paired_ratio(with, *without, wall_of) - 1);
    const double cpu = 100 * (paired_ratio(with, *without, cpu_of) - 1);
    if (dearest && wall <= worst) continue;
    worst = wall;
    dearest = Judgement{text("%.1f %% wall, %.1f %% CPU (%s)", wall, cpu, with.work.name.c_str()), wall < 5};
  }
  return dearest;
}

void add(std::vector<Target>& targets, const char* what, const char* asked, std::optional<Judgement> judgement, const char* command) {
  if (judgement) targets.push_back({what, asked, std::move(judgement->reached), judgement->met});
  else targets.push_back({what, asked, std::string("see ") + command, std::nullopt});
}

}  // namespace

std::vector<Target> judge_targets(const std::vector<Row>& rows) {
  std::vector<Target> targets;
  add(targets, "packet-hops per CPU s, 512 hosts, one thread", "at least 10 M", hop_rate(rows), kFullRun);
  add(targets, "instructions per packet-hop, same", "at most 250", std::nullopt, "./dev bench --instructions");
  add(targets, "ring all-reduce 64 MiB, 512 hosts", "under 7 CPU s and 200 MB", ring_cost(rows), kFullRun);
  add(targets, "two threads against one, 512 hosts", "at least 1.7 x", two_threads(rows), kFullRun);
  add(targets, "cost of a packet-hop, 512 hosts against 32", "under 1.5 x", growth(rows), kFullRun);
  add(targets, "memory, 512 GPUs, default probes", "under 1024 MiB", memory(rows), kFullRun);
  add(targets, "trace at default probes, share of run time", "under 5 %", trace_cost(rows), kFullRun);
  return targets;
}

}  // namespace eastwest::bench
