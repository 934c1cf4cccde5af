// SPDX-License-Identifier: Apache-2.0
// The table of sizes on rows made by hand: 1 s for 10 M packet-hops is 100 ns each, 3 s for 20 M is 150 ns, half as much again.
#include <doctest/doctest.h>

#include "bench/report.hpp"

using namespace eastwest;
using namespace eastwest::bench;

namespace {

RunFigures run_of(double cpu, std::uint64_t hops, std::uint64_t peak) {
  RunFigures run;
  run.cpu_seconds = cpu;
  run.counters.packet_hops = hops;
  run.peak_bytes = peak;
  return run;
}

}  // namespace

TEST_CASE("bench: the table of sizes says nanoseconds per packet-hop, their growth and memory per host") {
  const Row flow{{}, {.fidelity = Fidelity::flow}, {run_of(0.25, 0, 8 << 20)}};
  const std::string text = scale_table({{32, {{}, {}, {run_of(1, 10'000'000, 32 << 20), run_of(2, 10'000'000, 32 << 20)}}, flow},
                                        {64, {{}, {}, {run_of(3, 20'000'000, 128 << 20)}}, flow}});
  INFO(text);
  CHECK(text.find("100.0    1.00 x      32.0     1024.0       0.2500       8.0\n") != std::string::npos);
  CHECK(text.find("150.0    1.50 x     128.0     2048.0       0.2500       8.0\n") != std::string::npos);
  CHECK(text.find("    1.000     1.500") != std::string::npos);  // minimum and median of the two rounds
}

TEST_CASE("bench: a size that was not run has no line") {
  const std::string text = scale_table({{32, {}, {}}});
  CHECK(text.find('\n') == text.size() - 1);
}
