// SPDX-License-Identifier: Apache-2.0
// A radix heap of (time, key): events of one instant come out together, in the order in which they went in.
//
// Units: ps. Buckets hold times by the highest bit in which they differ from the present, so a push is one append and an
// event moves at most once per bit of its distance. Source: Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the
// shortest path problem", JACM 1990. Invariant: nothing is pushed before the present (monotone).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/check.hpp"

namespace eastwest::flow {

struct Event {
  std::int64_t time;
  std::uint64_t key;
};

class EventQueue {
 public:
  void push(std::int64_t time, std::uint64_t key) {
    EASTWEST_VERIFY(time >= present_, "an event is put into the past");
    const auto bucket = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(time) ^ static_cast<std::uint64_t>(present_)));
    buckets_[bucket].push_back({time, key});
    filled_ |= std::uint64_t{1} << bucket;
  }

  [[nodiscard]] bool empty() const { return filled_ == 0; }

  /// Time of the earliest event. Not empty.
  [[nodiscard]] std::int64_t next_time() const {
    std::int64_t earliest = INT64_MAX;
    for (const Event& event : buckets_[static_cast<unsigned>(std::countr_zero(filled_))])
      earliest = event.time < earliest ? event.time : earliest;
    return earliest;
  }

  /// Moves the present to `time`, that of the earliest event, and returns the events of that instant. The caller walks
  /// them by index, since pushes at the same time append, and calls `end_instant` when done.
  std::vector<Event>& begin_instant(std::int64_t time) {
    present_ = time;
    const auto bucket = static_cast<unsigned>(std::countr_zero(filled_));
    if (bucket != 0) {
      filled_ &= filled_ - 1;
      for (const Event& event : buckets_[bucket]) push(event.time, event.key);
      buckets_[bucket].clear();
    }
    return buckets_[0];
  }
  void end_instant() {
    buckets_[0].clear();
    filled_ &= ~std::uint64_t{1};
  }

 private:
  std::array<std::vector<Event>, 64> buckets_;
  std::uint64_t filled_ = 0;
  std::int64_t present_ = 0;
};

}  // namespace eastwest::flow
