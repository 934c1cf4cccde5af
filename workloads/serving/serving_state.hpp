// SPDX-License-Identifier: Apache-2.0
// The state behind a serving driver: requests, lanes (batches) of all instances, transfers and own events; private to serving_driver.cpp
// (arrivals, iterations, stages) and serving_transfers.cpp (KV caches on their way). What it does is said in serving_driver.hpp.
//
// Invariants: events are handled in the order (time, kind, id); at one instant first events, then reservations, then new iterations.
// LIMITATIONS: as of serving_driver.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "workloads/serving/serving_driver.hpp"
#include "workloads/serving/stage_player.hpp"
#include "workloads/serving/token_clock.hpp"

namespace eastwest::serving {

enum class EventKind : std::uint8_t { kv_arrived, iteration_end, arrival, stage_wake };

/// Marks the cookies of exchanges inside an instance, beside those of KV transfers, which are numbers of requests.
inline constexpr std::uint64_t kExchange = std::uint64_t{1} << 63;

struct Event {
  Time time;
  EventKind kind = EventKind::arrival;
  std::uint32_t id = 0;       // request or lane
  std::uint32_t version = 0;  // iteration_end: stale when it is not the lane's
  friend bool operator>(const Event& a, const Event& b) {
    return std::tie(a.time, a.kind, a.id, a.version) > std::tie(b.time, b.kind, b.id, b.version);
  }
};

/// What the driver knows of a request beyond its batch entry and its row.
struct Transfer {
  std::uint32_t open = 0;  // posted and not yet complete
  bool reserved = false;   // layerwise: the decode instance has its blocks
  bool posted_all = false;
  std::uint32_t prefill_lane = 0;
  std::uint32_t decode_lane = 0;
  std::int64_t sent = 0;  // prompt tokens that are posted, or at the decode instance already
  Time latest;
};

/// One batch: an instance, or one of several that share its pipeline.
struct Lane {
  Batch batch;
  std::int64_t load = 0;  // prompt tokens of unfinished requests
  std::uint32_t version = 0;
  bool touched = false;               // may be able to start or to reserve at this instant
  std::deque<std::uint32_t> pending;  // decode: prefilled requests that wait for blocks
};

class Serving {
 public:
  explicit Serving(ServingSettings settings);
  Time advance(Time now, std::span<const TransferDone> done, Posting& posting);
  [[nodiscard]] std::string waiting_for() const;
  [[nodiscard]] std::vector<RequestRow> unfinished() const;
  [[nodiscard]] std::vector<TokenGap> token_gaps() const { return clock_.gaps(); }

 private:
  [[nodiscard]] bool disaggregated() const { return settings_.decode_instances > 0; }
  [[nodiscard]] bool is_prefill(std::size_t lane) const { return lane < prefill_lanes_; }
  [[nodiscard]] std::size_t decode_lanes() const { return lanes_.size() - prefill_lanes_; }
  /// Lanes of a kind are numbered across its instances, so that ties of the router go to different ones.
  [[nodiscard]] std::size_t instance_of(std::size_t lane) const;
  [[nodiscard]] std::size_t lane_of(std::size_t instance, std::size_t number) const;
  [[nodiscard]] std::size_t number_of(std::size_t lane) const;
  /// Of the next event that still counts.
  Time next_time();
  /// Everything that happens at `time`: events first, then reservations, then new iterations.
  void handle_instant(Time time);
  void touch(std::size_t lane);
  /// From outside something comes to `lane`: a burst of it ends with the iteration under way.
  void interrupt(std::size_t lane, Time time);
  void make_players();
  void take_wakes(std::size_t instance);
  void stage_woken(std::size_t lane, Time time);
  /// One of `count` lanes from `first` on.
  std::size_t route(std::uint32_t request, std::size_t first, std::size_t count, std::size_t& turn, Time time);
  std::size_t route_decode(std::uint32_t request, std::size_t& turn, Time time);
  void arrive(std::uint32_t request, Time time);
  void start_iteration(std::size_t lane, Time time);
  /// Stages: the touched lane next in turn that has work gets the first stage of its instance. A fixed order would starve the last
  /// lanes where the first stage is the longest.
  void start_in_turn(std::size_t lane, Time time);
  void iteration_ended(std::size_t lane, Time time);
  void finish(std::uint32_t request, std::size_t lane, Time time);
  [[nodiscard]] RequestRow row_of(std::uint32_t request) const;
  void prefill_done(std::uint32_t request, std::size_t lane, Time time);
  void assign_decode(std::uint32_t request, std::size_t decode);
  /// Decode: gives blocks to prefilled requests in order and sends for their KV cache.
  void serve_pending(std::size_t lane, Time time);
  /// Prompt tokens that the reservation found at the decode instance.
  [[nodiscard]] std::int64_t here_already(std::uint32_t request) const;
  void nothing_to_send(std::uint32_t request, Time time);
  void try_reserve_early(std::uint32_t request, Time time);
  /// The KV entries up to the end of this iteration that are not yet sent: those that the prefix cache had at once, the others
  /// group of layers by group of layers, as each group is computed.
  void post_layerwise(std::uint32_t request, Time begin, Time end);
  void post(std::uint32_t request, std::int64_t tokens, std::int64_t layers, Time not_before);
  void kv_arrived(std::uint32_t request, Time time);

  ServingSettings settings_;
  InstanceShape shape_;
  IterationCost cost_;
  StagedCost staged_;
  std::vector<std::uint32_t> prefixes_;
  std::vector<BatchRequest> requests_;
  std::vector<Transfer> transfers_;
  std::vector<RequestRow> rows_;
  std::vector<Lane> lanes_;           // prefill ones first; of each kind the first lanes of all instances, then the second ...
  std::vector<StagePlayer> players_;  // one per instance, when it has stages or expert groups
  std::vector<std::size_t> turns_;    // of each player: the number of the lane that began last
  std::vector<StagePlayer::Wake> wakes_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::size_t> touched_;
  std::vector<std::uint32_t> started_;
  std::vector<RouterView> views_;
  TokenClock clock_;
  std::size_t prefill_lanes_ = 0;
  std::size_t next_arrival_ = 0;
  std::size_t prefill_turn_ = 0;
  std::size_t decode_turn_ = 0;
  Time now_;
  Posting* posting_ = nullptr;
};

}  // namespace eastwest::serving
