// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "bench/report.hpp"

namespace eastwest::bench {

void print_rows(const std::vector<Row>& rows) {
  std::printf("%-18s %10s %3s %5s %12s %8s %8s %8s %8s %8s %8s %8s  %s\n", "work", "KiB", "thr", "trace", "packet-hops", "CPU min",
              "median", "wall min", "median", "Mhop/CPU", "median", "peak MiB", "digest");
  for (const Row& row : rows) {
    if (row.runs.empty()) continue;
    const RunFigures& run = row.runs.front();
    const double best = minimum(row, cpu_per_hop);
    const double middle = median(row, cpu_per_hop);
    std::printf("%-18s %10llu %3u %5s %12llu %8.3f %8.3f %8.3f %8.3f %8.2f %8.2f %8.1f  %s\n",
                (row.work.name + (row.setting.fidelity == Fidelity::flow ? " flow" : "")).c_str(),
                static_cast<unsigned long long>(row.work.kib), row.setting.threads, row.setting.trace ? "on" : "off",
                static_cast<unsigned long long>(run.counters.packet_hops), minimum(row, cpu_of), median(row, cpu_of), minimum(row, wall_of),
                median(row, wall_of), best > 0 ? 1e-6 / best : 0, middle > 0 ? 1e-6 / middle : 0, median(row, peak_of) / (1 << 20),
                run.digest.c_str());
  }
}

void print_targets(const std::vector<Target>& targets) {
  std::printf("\n%-46s %-26s %-44s %s\n", "What", "Target", "Reached", "");
  for (const Target& target : targets)
    std::printf("%-46s %-26s %-44s %s\n", target.what.c_str(), target.asked.c_str(), target.reached.c_str(),
                !target.met   ? "not measured"
                : *target.met ? "met"
                              : "MISSED");
}

}  // namespace eastwest::bench
