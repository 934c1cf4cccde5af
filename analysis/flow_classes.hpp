// SPDX-License-Identifier: Apache-2.0
// Flow classes: completion times and slowdowns of flows by size, collected while a run hands out its rows.
//
// Small flows are under 100 kB, large ones over 10 MB, the others middle. Slowdown is time / time on an idle fabric (FlowRow::ideal).
// Taken are the jobs made of point-to-point flows; the messages of collectives have figures of their own. Units: seconds, bytes.
// Source: classes as in pFabric, SIGCOMM 2013, section 5. LIMITATIONS: three numbers per flow stay in memory until the end.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/metrics.hpp"

namespace eastwest {

inline constexpr Bytes kSmallFlowBelow{100'000};
inline constexpr Bytes kLargeFlowAbove{10'000'000};
enum class FlowClass : std::uint8_t { small, middle, large };
FlowClass flow_class(Bytes bytes);
const char* to_string(FlowClass size);

struct FlowClassMetrics {
  FlowClass size = FlowClass::small;
  Bytes bytes;
  Percentiles time;      // s
  Percentiles slowdown;  // of flows whose ideal is known
};

struct JobFlows {
  std::uint16_t job = 0;
  std::uint64_t count = 0;
  Bytes bytes;
  double bytes_per_second = 0;            // from the first start to the last finish
  double offered_per_second = 0;          // bytes, from the first start to the last one; 0: all start at once
  std::vector<FlowClassMetrics> classes;  // those that occurred, small first
};

/// Hand it every batch of a run; any order gives the same figures.
class FlowTally {
 public:
  explicit FlowTally(const Workload& workload);
  void add(const std::vector<FlowRow>& rows);
  /// Jobs without a finished flow are left out.
  [[nodiscard]] std::vector<JobFlows> jobs() const;

 private:
  struct Samples {
    std::vector<double> times, slowdowns;
    Bytes bytes;
  };
  struct Job {
    bool taken = false;
    Time first = kTimeNever;
    Time last_start{0};
    Time last{0};
    std::array<Samples, 3> classes;
  };
  std::vector<Job> jobs_;
};

}  // namespace eastwest
