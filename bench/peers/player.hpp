// SPDX-License-Identifier: Apache-2.0
// Plays the operations of a work: says which message may start, and is told when it has arrived or is acknowledged.
//
// The same rules as eastwest's schedule: an operation starts when all its predecessors are over; a send is over when it is
// acknowledged; a receive when its message is there and the receive has started. Times in ps.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "bench/peers/work_file.hpp"

namespace peers {

class Player {
 public:
  /// `post` is called with a send operation whose message may go now.
  Player(const WorkFile& work, std::function<void(std::uint32_t)> post) : work_(work), post_(std::move(post)) {
    for (const Operation& operation : work.operations) waiting_.push_back(operation.waits);
    ready_.resize(work.operations.size(), false);
    arrived_.resize(work.operations.size(), false);
  }

  void start() {
    for (std::uint32_t i = 0; i < waiting_.size(); ++i)
      if (work_.operations[i].waits == 0) begin(i);
    settle();
  }

  /// The message of `send` is complete at its receiver.
  void arrived(std::uint32_t send, std::int64_t now) {
    ++messages_;
    if (now > last_) last_ = now;
    arrival_sum_ += static_cast<double>(now);
    const std::uint32_t receive = work_.operations[send].match;
    arrived_[receive] = true;
    if (ready_[receive]) over_.push_back(receive);
    settle();
  }

  /// Its sender knows.
  void acknowledged(std::uint32_t send) {
    over_.push_back(send);
    settle();
  }

  std::uint64_t messages() const { return messages_; }
  std::int64_t last() const { return last_; }
  double mean_arrival() const { return messages_ == 0 ? 0 : arrival_sum_ / static_cast<double>(messages_); }

 private:
  void begin(std::uint32_t index) {
    ready_[index] = true;
    if (work_.operations[index].send) post_(index);
    else if (arrived_[index]) over_.push_back(index);
  }

  void settle() {
    if (settling_) return;  // a post may report at once
    settling_ = true;
    while (!over_.empty()) {
      const Operation& operation = work_.operations[over_.back()];
      over_.pop_back();
      for (std::uint32_t i = 0; i < operation.next_count; ++i) {
        const std::uint32_t next = work_.next[operation.first_next + i];
        if (--waiting_[next] == 0) begin(next);
      }
    }
    settling_ = false;
  }

  const WorkFile& work_;
  std::function<void(std::uint32_t)> post_;
  std::vector<std::uint32_t> waiting_;
  std::vector<bool> ready_;
  std::vector<bool> arrived_;
  std::vector<std::uint32_t> over_;
  std::uint64_t messages_ = 0;
  std::int64_t last_ = 0;
  double arrival_sum_ = 0;
  bool settling_ = false;
};

}  // namespace peers
