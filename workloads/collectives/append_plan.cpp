// SPDX-License-Identifier: Apache-2.0
// From a plan to operations: who waits for what, the delays of the protocol, and the slots of connections.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/check.hpp"
#include "workloads/collectives/collective_kind.hpp"

namespace eastwest {

namespace {

/// What the next operation of each rank has to wait for.
class Frontier {
 public:
  explicit Frontier(std::size_t ranks) : done_(ranks), fresh_(ranks) {}
  [[nodiscard]] OperationId done(std::uint32_t rank) const { return done_[rank]; }
  /// The latest operation of `rank`, in this round or before it.
  [[nodiscard]] OperationId latest(std::uint32_t rank) const { return fresh_[rank].exists() ? fresh_[rank] : done_[rank]; }
  void set(std::uint32_t rank, OperationId operation) {
    if (!fresh_[rank].exists()) touched_.push_back(rank);
    fresh_[rank] = operation;
  }
  [[nodiscard]] const std::vector<OperationId>& all_done() const { return done_; }
  /// Where `rank` has nothing to receive, its last send is the end of its part.
  void end_with(std::uint32_t rank, OperationId send) { done_[rank] = send; }
  void end_round() {
    for (const std::uint32_t rank : touched_) done_[rank] = std::exchange(fresh_[rank], OperationId{});
    touched_.clear();
  }

 private:
  std::vector<OperationId> done_;   // up to the round before
  std::vector<OperationId> fresh_;  // of this round
  std::vector<std::uint32_t> touched_;
};

bool inside_host(const CollectiveRequest& request, std::uint32_t from, std::uint32_t to) {
  return !request.rank_host.empty() && request.rank_host[from] == request.rank_host[to];
}

/// Bytes of a step as the schedule has them.
Bytes message_bytes(const CollectivePlan& plan, const CollectiveRequest& request, const PlanStep& step) {
  return wire_bytes(plan, step, request.protocol, inside_host(request, step.from, step.to));
}

/// Where every rank begins: after what the request says, and the protocol's start.
Frontier beginning(const CollectiveRequest& request, ScheduleBuilder& builder) {
  Frontier frontier(request.ranks.size());
  for (std::uint32_t rank = 0; rank < request.ranks.size(); ++rank) {
    OperationId operation = request.after.empty() ? OperationId{} : request.after[rank];
    if (request.protocol.start.ps > 0) {
      const OperationId start = builder.compute(request.ranks[rank], request.protocol.start, request.label);
      builder.depend(start, operation);
      operation = start;
    }
    if (operation.exists()) frontier.set(rank, operation);
  }
  frontier.end_round();
  return frontier;
}

/// The delay of the protocol before a message; messages that one rank sends in one round over the same kind of link share it.
class Hops {
 public:
  Hops(const CollectiveRequest& request, ScheduleBuilder& builder)
      : request_(request), builder_(builder), delay_{std::vector<OperationId>(request.ranks.size()), {}} {
    delay_[1] = delay_[0];
  }
  /// What a message from `from` to `to` waits for when its data is there after `ready`.
  OperationId before(std::uint32_t from, std::uint32_t to, OperationId ready) {
    const bool inside = inside_host(request_, from, to);
    const Duration time = inside ? request_.protocol.hop_inside : request_.protocol.hop_across;
    if (time.ps == 0) return ready;
    OperationId& delay = delay_[inside ? 1 : 0][from];
    if (!delay.exists()) {
      delay = builder_.compute(request_.ranks[from], time, request_.label);
      builder_.depend(delay, ready);
      used_.push_back(&delay);
    }
    return delay;
  }
  void end_round() {
    for (OperationId* delay : used_) *delay = {};
    used_.clear();
  }

 private:
  const CollectiveRequest& request_;
  ScheduleBuilder& builder_;
  std::vector<OperationId> delay_[2];  // across, inside
  std::vector<OperationId*> used_;
};

/// The sends under way on each connection: a ring of `slots` of them.
class Slots {
 public:
  explicit Slots(std::uint32_t slots) : slots_(slots) {}
  /// The send whose slot the next one on this connection takes; `send` is the next one.
  OperationId exchange(std::uint32_t stream, std::uint32_t from, std::uint32_t to, OperationId send) {
    if (slots_ == 0) return {};
    Ring& ring = rings_[(std::uint64_t{stream} << 48) | (std::uint64_t{from} << 24) | to];
    if (ring.sends.size() < slots_) {
      ring.sends.push_back(send);
      return {};
    }
    const OperationId before = std::exchange(ring.sends[ring.next], send);
    ring.next = (ring.next + 1) % slots_;
    return before;
  }

 private:
  struct Ring {
    std::vector<OperationId> sends;
    std::uint32_t next = 0;
  };
  std::uint32_t slots_;
  std::unordered_map<std::uint64_t, Ring> rings_;  // looked up only
};

/// Lane by lane, each rank waits for what it received in the rounds before.
class ForwardingAppender {
 public:
  ForwardingAppender(const CollectivePlan& plan, const CollectiveRequest& request, ScheduleBuilder& builder)
      : plan_(plan), request_(request), builder_(builder), hops_(request, builder), slots_(request.slots) {}

  /// Last operation per lane and rank.
  std::vector<Frontier> run() {
    std::vector<Frontier> ends;
    std::vector<Frontier> start(plan_.lane_chain_round == 0 ? 1 : plan_.streams, beginning(request_, builder_));
    for (std::uint32_t lane = 0; lane < plan_.lanes; ++lane) {
      Frontier& stream = start[lane % start.size()];
      Frontier frontier = stream;
      bool chained = plan_.lane_chain_round == 0;
      first_sends_.clear();
      lane_start_ = stream.all_done();
      while (true) {
        const std::uint32_t round = next_round(lane);
        if (!chained && round >= plan_.lane_chain_round) {
          stream = frontier;
          chained = true;
        }
        if (round == kNoRound) break;
        append_round(lane, round, frontier);
        frontier.end_round();
        hops_.end_round();
      }
      for (const auto& [rank, send] : first_sends_)
        if (frontier.done(rank) == send.before) frontier.end_with(rank, send.send);
      ends.push_back(std::move(frontier));
    }
    return ends;
  }

 private:
  static constexpr std::uint32_t kNoRound = 0xffff'ffffu;

  std::uint32_t next_round(std::uint32_t lane) const {
    std::uint32_t round = kNoRound;
    if (step_ < plan_.steps.size() && plan_.steps[step_].lane == lane) round = plan_.steps[step_].round;
    if (fused_ < plan_.fused.size() && plan_.fused[fused_].lane == lane) round = std::min(round, plan_.fused[fused_].round);
    return round;
  }

  void append_round(std::uint32_t lane, std::uint32_t round, Frontier& frontier) {
    for (; fused_ < plan_.fused.size() && plan_.fused[fused_].lane == lane && plan_.fused[fused_].round == round; ++fused_)
      append_fused(plan_.fused[fused_], frontier);
    for (; step_ < plan_.steps.size() && plan_.steps[step_].lane == lane && plan_.steps[step_].round == round; ++step_) {
      const PlanStep& step = plan_.steps[step_];
      const OperationId ready = hops_.before(step.from, step.to, frontier.done(step.from));
      const auto [send, receive] =
          builder_.transfer(request_.ranks[step.from], request_.ranks[step.to], message_bytes(plan_, request_, step), request_.label);
      builder_.depend(send, ready);
      // The delay of a message begins once it has a slot: the receiver has told the sender by then that the slot is free.
      const OperationId slot = slots_.exchange(lane % plan_.streams, step.from, step.to, send);
      builder_.depend(ready.exists() && ready != frontier.done(step.from) ? ready : send, slot);
      builder_.depend(receive, frontier.latest(step.to));
      if (frontier.done(step.from) == lane_start_[step.from]) first_sends_.push_back({step.from, {frontier.done(step.from), send}});
      frontier.set(step.to, receive);
    }
  }

  void append_fused(const PlanFused& fused, Frontier& frontier) {
    const PortBytes bytes = port_bytes(fused, request_.protocol.inside_share, request_.protocol.in_switch_share);
    FusedGroup group;
    for (const std::uint32_t member : fused.members) group.members.push_back(request_.ranks[member]);
    // A reduction in the switch asks the others and gets the sum back, a multicast goes one way; members by themselves
    // take a step for each of the others.
    const std::int64_t crossings = !fused.in_switch   ? static_cast<std::int64_t>(fused.members.size() - 1)
                                   : fused.everywhere ? 3
                                   : fused.reduce     ? 2
                                                      : 1;
    group.latency = request_.scale_up_latency * crossings + request_.protocol.hop_inside * (fused.in_switch ? std::int64_t{1} : crossings);
    group.in_switch = fused.in_switch;
    group.bytes_in = bytes.in;
    const std::vector<OperationId> operations = builder_.fused(std::move(group), bytes.out, request_.label);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      builder_.depend(operations[i], frontier.latest(fused.members[i]));
      frontier.set(fused.members[i], operations[i]);
    }
  }

  const CollectivePlan& plan_;
  const CollectiveRequest& request_;
  ScheduleBuilder& builder_;
  struct Sent {
    OperationId before;  // what the send waited for
    OperationId send;
  };
  Hops hops_;
  Slots slots_;
  std::vector<OperationId> lane_start_;                      // per rank, before the lane
  std::vector<std::pair<std::uint32_t, Sent>> first_sends_;  // of ranks that have not received anything in this lane
  std::size_t step_ = 0;
  std::size_t fused_ = 0;
};

/// Rounds in which every rank sends one message and receives one, `window` of them in progress at a time.
Frontier append_windowed(const CollectivePlan& plan, const CollectiveRequest& request, ScheduleBuilder& builder) {
  const std::size_t n = request.ranks.size();
  const Frontier start = beginning(request, builder);
  Frontier received = start;
  Hops hops(request, builder);
  std::vector<std::vector<ScheduleBuilder::Transfer>> open(plan.window, std::vector<ScheduleBuilder::Transfer>(n));
  std::vector<ScheduleBuilder::Transfer> current(n);
  for (std::size_t i = 0; i < plan.steps.size();) {
    const std::uint32_t round = plan.steps[i].round;
    std::vector<ScheduleBuilder::Transfer>& before = open[round % plan.window];
    current.assign(n, {});
    for (; i < plan.steps.size() && plan.steps[i].round == round; ++i) {
      const PlanStep& step = plan.steps[i];
      const ScheduleBuilder::Transfer& oldest = before[step.from];
      const bool first = !oldest.send.exists() && !oldest.receive.exists();
      const OperationId ready = hops.before(step.from, step.to, first ? start.done(step.from) : oldest.send);
      const auto [send, receive] =
          builder.transfer(request.ranks[step.from], request.ranks[step.to], message_bytes(plan, request, step), request.label);
      builder.depend(send, ready);
      builder.depend(send, oldest.receive);
      builder.depend(receive, received.done(step.to));
      current[step.from].send = send;
      current[step.to].receive = receive;
      received.set(step.to, receive);
    }
    std::swap(before, current);
    received.end_round();
    hops.end_round();
  }
  return received;
}

}  // namespace

CollectiveEnds append_plan(const CollectivePlan& plan, const CollectiveRequest& request, ScheduleBuilder& builder) {
  builder.reserve(2 * plan.steps.size(), 2 * plan.steps.size());
  std::vector<Frontier> lanes;
  if (plan.window > 0) {
    lanes.push_back(append_windowed(plan, request, builder));
  } else {
    lanes = ForwardingAppender(plan, request, builder).run();
  }
  CollectiveEnds ends;
  if (!request.join) return ends;
  ends.last.resize(request.ranks.size());
  std::vector<OperationId> different;
  for (std::uint32_t rank = 0; rank < ends.last.size(); ++rank) {
    different.clear();
    const OperationId before = request.after.empty() ? OperationId{} : request.after[rank];
    for (const Frontier& lane : lanes) {
      const OperationId end = lane.done(rank);
      // Lanes that did nothing here all end at the same operation, the protocol's start or what was there before.
      if (end.exists() && end != before && (different.empty() || different.back() != end)) different.push_back(end);
    }
    if (different.empty()) {
      ends.last[rank] = before;
    } else if (different.size() == 1) {
      ends.last[rank] = different.front();
    } else {
      ends.last[rank] = builder.compute(request.ranks[rank], {});
      for (const OperationId operation : different) builder.depend(ends.last[rank], operation);
    }
  }
  return ends;
}

}  // namespace eastwest
