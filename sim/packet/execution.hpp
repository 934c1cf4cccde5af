// SPDX-License-Identifier: Apache-2.0
// Execution state of the schedule: what each operation still waits for, and what collectives and steps took.
//
// Arrays are indexed as the schedule's; an entry is touched only by the domain that owns the rank's host, except the
// collectives' figures, which are minima, maxima and counts and so do not depend on the order of updates.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "sim/packet/domain.hpp"
#include "sim/step_clock.hpp"
#include "workloads/workload.hpp"

namespace eastwest::packet {

inline constexpr std::uint8_t kOperationReady = 1;    // all predecessors are over
inline constexpr std::uint8_t kOperationArrived = 2;  // receive: the message is here
inline constexpr std::uint8_t kOperationDone = 4;

struct CollectiveSpan {
  std::atomic<std::int64_t> start{kNever};
  std::atomic<std::int64_t> finish{0};
  std::atomic<std::uint32_t> left{0};  // operations other than sends
  CollectiveSpan() = default;
  CollectiveSpan(const CollectiveSpan& other) : start(other.start.load()), finish(other.finish.load()), left(other.left.load()) {}
};

struct RankState {
  std::uint32_t node = 0;  // host it runs on
  std::uint32_t gpu = 0;   // within the host
  StepClock clock;
};

struct Execution {
  const Workload* workload = nullptr;
  LargeVector<std::uint32_t> waiting;  // by operation: predecessors not yet over
  LargeVector<std::uint8_t> state;     // by operation
  LargeVector<std::uint32_t> message;  // by operation: index of a send's message
  std::vector<CollectiveSpan> collectives;
  std::vector<std::uint32_t> fused_left;   // by group: members not yet there
  std::vector<std::uint32_t> fused_first;  // by group: into fused_operations; groups + 1 entries
  std::vector<std::uint32_t> fused_operations;
  std::vector<RankState> ranks;
  std::vector<std::atomic<std::int64_t>> job_finish;  // latest end of anything but a send
  std::uint64_t total = 0;                            // operations that will run
  bool record_flows = true;
  std::int64_t packet_sample = 0;  // every n-th delivered packet is recorded; 0: none
};

inline void raise_to(std::atomic<std::int64_t>& target, std::int64_t value) {
  std::int64_t seen = target.load(std::memory_order_relaxed);
  while (seen < value && !target.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {}
}
inline void lower_to(std::atomic<std::int64_t>& target, std::int64_t value) {
  std::int64_t seen = target.load(std::memory_order_relaxed);
  while (seen > value && !target.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {}
}

}  // namespace eastwest::packet
