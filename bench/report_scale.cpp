// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "bench/report.hpp"

namespace eastwest::bench {

std::string scale_table(const std::vector<ScaleRows>& sizes) {
  std::string text;
  char line[256];
  std::snprintf(line, sizeof line, "%7s %12s %9s %9s %8s %9s %9s %10s %12s %9s\n", "hosts", "packet-hops", "CPU min", "median", "ns/hop",
                "to first", "peak MiB", "KiB a host", "flow CPU min", "flow MiB");
  text += line;
  for (const ScaleRows& size : sizes) {
    if (size.packet.runs.empty()) continue;
    const double first = minimum(sizes.front().packet, cpu_per_hop);
    const double per_hop = minimum(size.packet, cpu_per_hop);
    const double peak = median(size.packet, peak_of);
    std::snprintf(line, sizeof line, "%7u %12llu %9.3f %9.3f %8.1f %7.2f x %9.1f %10.1f %12.4f %9.1f\n", size.hosts,
                  static_cast<unsigned long long>(size.packet.runs.front().counters.packet_hops), minimum(size.packet, cpu_of),
                  median(size.packet, cpu_of), 1e9 * per_hop, first > 0 ? per_hop / first : 0, peak / (1 << 20), peak / 1024 / size.hosts,
                  minimum(size.flow, cpu_of), median(size.flow, peak_of) / (1 << 20));
    text += line;
  }
  return text;
}

}  // namespace eastwest::bench
