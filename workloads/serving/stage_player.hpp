// SPDX-License-Identifier: Apache-2.0
// Stage player: iterations of one instance going through its pipeline stages, with their exchanges over the fabric.
//
// Several lanes (batches) share the stages of an instance, as the virtual engines of vLLM do: while one is in the second stage,
// another computes in the first. A stage serves one lane at a time, in the order of their coming; it is free for the next as soon
// as it has computed, while the activation travels. In a stage without exchange over the fabric an iteration is one step; with
// experts on several hosts it is, for every group of layers, attention, dispatch, experts, combine, and a closing step.
// An exchange is over when its last message has arrived and `exchange_overhead` has passed, or when its part inside the hosts is,
// whichever is later.
// Invariants: every iteration that begins ends; messages are posted at the instant when their data is computed, and only between
// ranks on different hosts; wakes and the order of lanes depend on times alone. LIMITATIONS: no overlap of compute and exchange
// inside an iteration; sampled tokens reach the first stage at once.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "workloads/driver.hpp"
#include "workloads/serving/staged_cost.hpp"

namespace eastwest {

struct StageSettings {
  std::uint32_t first_rank = 0;             // of the instance
  std::vector<std::uint32_t> host_of_rank;  // of the instance's ranks; empty: all on one host
  std::int64_t layers_per_exchange = 1;     // merged into one dispatch and one combine
  Duration exchange_overhead;
  std::uint8_t traffic_class = 1;
  std::uint64_t cookie = 0;  // plus the lane, on its messages
};

class StagePlayer {
 public:
  StagePlayer(const StagedCost& cost, StageSettings settings, std::size_t lanes);

  /// The first stage can take an iteration.
  [[nodiscard]] bool ready() const { return stages_.front().lane == kNobody; }
  struct Wake {
    std::size_t lane = 0;
    Time time;
  };
  /// `lane` begins an iteration; what the player wants to be told of later is appended to `wakes`.
  void begin(std::size_t lane, const IterationLoad& load, Time now, std::vector<Wake>& wakes);
  /// The time of a wake has come; true when the lane's iteration is over.
  bool wake(std::size_t lane, Time now, std::vector<PostedTransfer>& transfers, std::vector<Wake>& wakes);
  /// A message of `lane` arrived.
  void delivered(std::size_t lane, Time arrival, Time now, std::vector<Wake>& wakes);

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  struct Lane {
    IterationLoad load;
    std::int64_t stage = 0;
    std::int64_t step = 0;
    bool exchanging = false;  // the next wake ends an exchange
    std::uint32_t open = 0;   // messages on their way
    Time until;               // the exchange lasts at least so long
  };
  struct Stage {
    std::size_t lane = kNobody;
    std::deque<std::size_t> waiting;
    std::int64_t groups_inside = 1;  // most groups that share a host
    bool experts_cross = false;      // over hosts
    bool next_crosses = false;       // to the next stage over hosts
  };
  [[nodiscard]] std::uint32_t rank_of(std::int64_t stage, std::int64_t group, std::int64_t i) const;
  [[nodiscard]] bool apart(std::uint32_t a, std::uint32_t b) const;
  [[nodiscard]] std::int64_t steps(std::int64_t stage) const;
  [[nodiscard]] std::int64_t merged_layers(std::int64_t stage, std::int64_t step) const;
  [[nodiscard]] Duration step_time(const Lane& lane) const;
  void run_step(std::size_t lane, Time now, std::vector<Wake>& wakes);
  void enter(std::size_t lane, Time now, std::vector<Wake>& wakes);
  void leave(std::int64_t stage, Time now, std::vector<Wake>& wakes);
  void exchange_experts(std::size_t lane, Time now, std::vector<PostedTransfer>& transfers);
  void send_on(std::size_t lane, Time now, std::vector<PostedTransfer>& transfers);
  void post(std::size_t lane, std::uint32_t from, std::uint32_t to, Bytes bytes, Time now, std::vector<PostedTransfer>& transfers);

  const StagedCost& cost_;
  StageSettings settings_;
  std::vector<Lane> lanes_;
  std::vector<Stage> stages_;
};

}  // namespace eastwest
