// SPDX-License-Identifier: Apache-2.0
// Step clock: where the time of a training step goes on one rank, kept by both engines as they play its line of work (Activity).
//
// Time since the line's operation before is charged to the activity of the next: of a compute its own time, of others the wait. Of a wait
// for a pipeline stage only what comes after the sender's start is communication; the rest is bubble.
// Invariants: the operations of a line come one after another, so compute and charges never overlap and, with bubble, add up to the step.
// LIMITATIONS: waiting for slower members of a group counts as communication of that group.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/records.hpp"
#include "workloads/schedule.hpp"

namespace eastwest {

class StepClock {
 public:
  /// An operation of the rank starts; the first one begins the step.
  void start(const Operation& operation, std::int64_t now) {
    if (step_start_ < 0) step_start_ = charged_ = now;
    if (operation.kind != OperationKind::compute) return;
    if (operation.activity == Activity::none || operation.activity == Activity::compute) {
      // What a protocol does before its messages is communication, not compute.
      if (operation.label == kNoLabel) compute_ += operation.amount;
      if (operation.activity == Activity::compute) charged_ = now + operation.amount;
      return;
    }
    charge(operation.activity, now);
  }
  /// A fused operation is over.
  void finish(const Operation& operation, std::int64_t now) {
    if (operation.kind == OperationKind::fused && operation.activity != Activity::none) charge(operation.activity, now);
  }
  /// A message that was sent at `start` has come, and what waits for it is about to start.
  void message(std::int64_t start) { message_start_ = start; }

  StepRow end(const Operation& marker, std::int64_t now) {
    StepRow row;
    row.job = marker.job;
    row.step = static_cast<std::uint32_t>(marker.amount);
    row.rank = marker.rank.value;
    row.start = {step_start_ < 0 ? now : step_start_};
    row.finish = {now};
    row.compute = {compute_};
    const auto waited = [&](Activity activity) { return Duration{waited_[static_cast<std::size_t>(activity)]}; };
    row.tensor = waited(Activity::tensor);
    row.pipeline = waited(Activity::pipeline);
    row.data = waited(Activity::data);
    row.expert = waited(Activity::expert);
    row.context = waited(Activity::context);
    step_start_ = charged_ = now;
    compute_ = 0;
    for (std::int64_t& time : waited_) time = 0;
    return row;
  }

 private:
  void charge(Activity activity, std::int64_t now) {
    const std::int64_t from = activity == Activity::pipeline ? std::max(charged_, message_start_) : charged_;
    if (now > from) waited_[static_cast<std::size_t>(activity)] += now - from;
    charged_ = std::max(charged_, now);
  }

  std::int64_t step_start_ = -1;     // of the step under way; -1: not begun
  std::int64_t compute_ = 0;         // ps of compute in it
  std::int64_t charged_ = 0;         // up to when the time of the line is accounted for
  std::int64_t message_start_ = -1;  // of the message that came last
  std::int64_t waited_[kActivities] = {};
};

}  // namespace eastwest
