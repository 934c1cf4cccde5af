// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/collective_kind.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

namespace {

/// Bytes that each port carries in a fused phase: all shares of the others.
Bytes bytes_per_port(const PlanFused& fused) {
  const auto members = static_cast<std::int64_t>(fused.members.size());
  return {fused.bytes - fused.bytes / members};
}

/// What the next operation of each rank has to wait for.
class Frontier {
 public:
  explicit Frontier(std::size_t ranks) : done_(ranks), fresh_(ranks) {}
  Frontier(std::span<const OperationId> after, std::size_t ranks) : Frontier(ranks) {
    if (!after.empty()) std::copy(after.begin(), after.end(), done_.begin());
  }
  [[nodiscard]] OperationId done(std::uint32_t rank) const { return done_[rank]; }
  /// The latest operation of `rank`, in this round or before it.
  [[nodiscard]] OperationId latest(std::uint32_t rank) const { return fresh_[rank].exists() ? fresh_[rank] : done_[rank]; }
  void set(std::uint32_t rank, OperationId operation) {
    if (!fresh_[rank].exists()) touched_.push_back(rank);
    fresh_[rank] = operation;
  }
  void end_round() {
    for (const std::uint32_t rank : touched_) done_[rank] = std::exchange(fresh_[rank], OperationId{});
    touched_.clear();
  }

 private:
  std::vector<OperationId> done_;   // up to the round before
  std::vector<OperationId> fresh_;  // of this round
  std::vector<std::uint32_t> touched_;
};

/// Lane by lane, each rank waits for what it received in the rounds before.
class ForwardingAppender {
 public:
  ForwardingAppender(const CollectivePlan& plan, const CollectiveRequest& request, ScheduleBuilder& builder)
      : plan_(plan), request_(request), builder_(builder), ranks_(request.ranks.size()) {}

  /// Last operation per lane and rank.
  std::vector<Frontier> run() {
    std::vector<Frontier> ends;
    Frontier start(request_.after, ranks_);
    for (std::uint32_t lane = 0; lane < plan_.lanes; ++lane) {
      Frontier frontier = start;
      bool chained = plan_.lane_chain_round == 0;
      while (true) {
        const std::uint32_t round = next_round(lane);
        if (!chained && round >= plan_.lane_chain_round) {
          start = frontier;
          chained = true;
        }
        if (round == kNoRound) break;
        append_round(lane, round, frontier);
        frontier.end_round();
      }
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
      const auto [send, receive] = builder_.transfer(request_.ranks[step.from], request_.ranks[step.to], {step.bytes}, request_.label);
      builder_.depend(send, frontier.done(step.from));
      builder_.depend(receive, frontier.latest(step.to));
      frontier.set(step.to, receive);
    }
  }

  void append_fused(const PlanFused& fused, Frontier& frontier) {
    FusedGroup group;
    for (const std::uint32_t member : fused.members) group.members.push_back(request_.ranks[member]);
    group.latency = request_.scale_up_latency * static_cast<std::int64_t>(fused.members.size() - 1);
    const std::vector<OperationId> operations = builder_.fused(std::move(group), bytes_per_port(fused), request_.label);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      builder_.depend(operations[i], frontier.latest(fused.members[i]));
      frontier.set(fused.members[i], operations[i]);
    }
  }

  const CollectivePlan& plan_;
  const CollectiveRequest& request_;
  ScheduleBuilder& builder_;
  std::size_t ranks_;
  std::size_t step_ = 0;
  std::size_t fused_ = 0;
};

/// Rounds in which every rank sends one message and receives one, `window` of them in progress at a time.
Frontier append_windowed(const CollectivePlan& plan, const CollectiveRequest& request, ScheduleBuilder& builder) {
  const std::size_t n = request.ranks.size();
  const Frontier start(request.after, n);
  Frontier received(request.after, n);
  std::vector<std::vector<ScheduleBuilder::Transfer>> open(plan.window, std::vector<ScheduleBuilder::Transfer>(n));
  std::vector<ScheduleBuilder::Transfer> current(n);
  for (std::size_t i = 0; i < plan.steps.size();) {
    const std::uint32_t round = plan.steps[i].round;
    std::vector<ScheduleBuilder::Transfer>& before = open[round % plan.window];
    current.assign(n, {});
    for (; i < plan.steps.size() && plan.steps[i].round == round; ++i) {
      const PlanStep& step = plan.steps[i];
      const auto [send, receive] = builder.transfer(request.ranks[step.from], request.ranks[step.to], {step.bytes}, request.label);
      const ScheduleBuilder::Transfer& oldest = before[step.from];
      if (!oldest.send.exists() && !oldest.receive.exists()) builder.depend(send, start.done(step.from));
      builder.depend(send, oldest.send);
      builder.depend(send, oldest.receive);
      builder.depend(receive, received.done(step.to));
      current[step.from].send = send;
      current[step.to].receive = receive;
      received.set(step.to, receive);
    }
    std::swap(before, current);
    received.end_round();
  }
  return received;
}

}  // namespace

std::string_view to_string(CollectiveOperation operation) {
  switch (operation) {
    case CollectiveOperation::all_reduce: return "all_reduce";
    case CollectiveOperation::all_gather: return "all_gather";
    case CollectiveOperation::reduce_scatter: return "reduce_scatter";
    case CollectiveOperation::all_to_all: return "all_to_all";
  }
  return "";
}

double bus_factor(CollectiveOperation operation, std::uint32_t ranks) {
  const double share = static_cast<double>(ranks - 1) / static_cast<double>(ranks);
  return operation == CollectiveOperation::all_reduce ? 2 * share : share;
}

Result<CollectiveEnds> append_collective(const CollectiveKind& kind, const CollectiveRequest& request, ScheduleBuilder& builder) {
  const Result<CollectivePlan> plan = kind.plan(request);
  if (!plan) return plan.error();
  return append_plan(*plan, request, builder);
}

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
    for (const Frontier& lane : lanes)
      if (lane.done(rank).exists() && lane.done(rank) != before) different.push_back(lane.done(rank));
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

Duration lower_bound(const CollectivePlan& plan, const Fabric& fabric, std::span<const GpuId> gpus) {
  LoadBound load(fabric, gpus);
  for (const PlanStep& step : plan.steps) load.add_message(step.from, step.to, {step.bytes});
  for (const PlanFused& fused : plan.fused)
    for (const std::uint32_t member : fused.members) load.add_scale_up(member, bytes_per_port(fused));
  return load.time();
}

Collective describe_collective(const CollectiveKind& kind, const CollectiveRequest& request, std::string name, std::uint16_t job,
                               Duration bound) {
  const auto ranks = static_cast<std::uint32_t>(request.ranks.size());
  return {.name = std::move(name),
          .algorithm = std::string(kind.algorithm),
          .operation = std::string(to_string(kind.operation)),
          .job = job,
          .ranks = ranks,
          .bytes = request.bytes,
          .bus_factor = bus_factor(kind.operation, ranks),
          .lower_bound = bound,
          .operations = 0};
}

}  // namespace eastwest
