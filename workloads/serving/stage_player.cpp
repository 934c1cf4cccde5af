// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/stage_player.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"

namespace eastwest {

StagePlayer::StagePlayer(const StagedCost& cost, StageSettings settings, std::size_t lanes)
    : cost_(cost), settings_(std::move(settings)), lanes_(lanes), stages_(static_cast<std::size_t>(cost.shape().pipeline)) {
  const InstanceShape& shape = cost_.shape();
  for (std::int64_t s = 0; s < shape.pipeline; ++s) {
    Stage& stage = stages_[static_cast<std::size_t>(s)];
    for (std::int64_t a = 0; a < shape.expert; ++a) {
      std::int64_t here = 0;
      for (std::int64_t b = 0; b < shape.expert; ++b) here += apart(rank_of(s, a, 0), rank_of(s, b, 0)) ? 0 : 1;
      stage.groups_inside = std::max(stage.groups_inside, here);
      stage.experts_cross = stage.experts_cross || here < shape.expert;
      stage.next_crosses = stage.next_crosses || (s + 1 < shape.pipeline && apart(rank_of(s, a, 0), rank_of(s + 1, a, 0)));
    }
  }
}

std::uint32_t StagePlayer::rank_of(std::int64_t stage, std::int64_t group, std::int64_t i) const {
  return static_cast<std::uint32_t>(i + cost_.shape().tensor * (group + cost_.shape().expert * stage));
}

bool StagePlayer::apart(std::uint32_t a, std::uint32_t b) const {
  return !settings_.host_of_rank.empty() && settings_.host_of_rank[a] != settings_.host_of_rank[b];
}

std::int64_t StagePlayer::steps(std::int64_t stage) const {
  if (!stages_[static_cast<std::size_t>(stage)].experts_cross) return 1;
  return 2 * ((cost_.layers(stage) + settings_.layers_per_exchange - 1) / settings_.layers_per_exchange) + 1;
}

/// Layers that this step and its exchange are for.
std::int64_t StagePlayer::merged_layers(std::int64_t stage, std::int64_t step) const {
  return std::min(settings_.layers_per_exchange, cost_.layers(stage) - step / 2 * settings_.layers_per_exchange);
}

Duration StagePlayer::step_time(const Lane& lane) const {
  const Stage& stage = stages_[static_cast<std::size_t>(lane.stage)];
  const std::int64_t count = steps(lane.stage);
  Time end;
  const auto add = [&](Duration part) { end = later(end, part); };
  if (lane.step == 0) add(lane.stage == 0 ? cost_.overhead() : cost_.gather_time(lane.load));
  if (!stage.experts_cross) {
    const std::int64_t layers = cost_.layers(lane.stage);
    add(cost_.layers_time(lane.load, layers));
    add(cost_.experts_time(lane.load, layers));
    add(cost_.expert_exchange_inside(lane.load, layers, stage.groups_inside) * 2);
  } else if (lane.step < count - 1) {
    const std::int64_t layers = merged_layers(lane.stage, lane.step);
    add(lane.step % 2 == 0 ? cost_.layers_time(lane.load, layers) : cost_.experts_time(lane.load, layers));
  }
  const bool last = lane.stage + 1 == cost_.shape().pipeline;
  if (lane.step == count - 1 && last) add(cost_.head_time(lane.load));
  return end - Time{};
}

void StagePlayer::run_step(std::size_t lane, Time now, std::vector<Wake>& wakes) {
  wakes.push_back({lane, later(now, step_time(lanes_[lane]))});
}

void StagePlayer::begin(std::size_t lane, const IterationLoad& load, Time now, std::vector<Wake>& wakes) {
  EASTWEST_CHECK(ready(), "the first stage takes one iteration at a time");
  lanes_[lane] = {};
  lanes_[lane].load = load;
  enter(lane, now, wakes);
}

void StagePlayer::enter(std::size_t lane, Time now, std::vector<Wake>& wakes) {
  Stage& stage = stages_[static_cast<std::size_t>(lanes_[lane].stage)];
  if (stage.lane != kNobody) return stage.waiting.push_back(lane);
  stage.lane = lane;
  lanes_[lane].step = 0;
  run_step(lane, now, wakes);
}

void StagePlayer::leave(std::int64_t index, Time now, std::vector<Wake>& wakes) {
  Stage& stage = stages_[static_cast<std::size_t>(index)];
  stage.lane = kNobody;
  if (stage.waiting.empty()) return;
  const std::size_t next = stage.waiting.front();
  stage.waiting.pop_front();
  enter(next, now, wakes);
}

void StagePlayer::post(std::size_t lane, std::uint32_t from, std::uint32_t to, Bytes bytes, Time now,
                       std::vector<PostedTransfer>& transfers) {
  transfers.push_back(
      {{settings_.first_rank + from}, {settings_.first_rank + to}, bytes, now, settings_.cookie + lane, settings_.traffic_class});
  ++lanes_[lane].open;
}

void StagePlayer::exchange_experts(std::size_t lane, Time now, std::vector<PostedTransfer>& transfers) {
  Lane& entry = lanes_[lane];
  const InstanceShape& shape = cost_.shape();
  const std::int64_t layers = merged_layers(entry.stage, entry.step);
  const Bytes bytes = cost_.expert_message(entry.load, layers);
  // Busy groups send their rows away, and get them back.
  const std::int64_t busy = cost_.busy_groups(entry.load);
  const bool dispatch = entry.step % 2 == 0;
  for (std::int64_t a = 0; a < (dispatch ? busy : shape.expert); ++a)
    for (std::int64_t b = 0; b < (dispatch ? shape.expert : busy); ++b) {
      if (!apart(rank_of(entry.stage, a, 0), rank_of(entry.stage, b, 0))) continue;
      for (std::int64_t i = 0; i < shape.tensor; ++i)
        post(lane, rank_of(entry.stage, a, i), rank_of(entry.stage, b, i), bytes, now, transfers);
    }
  const std::int64_t inside = stages_[static_cast<std::size_t>(entry.stage)].groups_inside;
  entry.until = later(now, cost_.expert_exchange_inside(entry.load, layers, inside));
}

void StagePlayer::send_on(std::size_t lane, Time now, std::vector<PostedTransfer>& transfers) {
  Lane& entry = lanes_[lane];
  const InstanceShape& shape = cost_.shape();
  bool inside = false;
  for (std::int64_t group = 0; group < cost_.busy_groups(entry.load); ++group)
    for (std::int64_t i = 0; i < shape.tensor; ++i) {
      const std::uint32_t from = rank_of(entry.stage, group, i);
      const std::uint32_t to = rank_of(entry.stage + 1, group, i);
      if (apart(from, to)) post(lane, from, to, cost_.stage_message(entry.load), now, transfers);
      else inside = true;
    }
  entry.until = inside ? later(now, cost_.stage_exchange_inside(entry.load)) : now;
}

bool StagePlayer::wake(std::size_t lane, Time now, std::vector<PostedTransfer>& transfers, std::vector<Wake>& wakes) {
  Lane& entry = lanes_[lane];
  const bool closing = entry.step == steps(entry.stage) - 1;
  if (entry.exchanging) {
    entry.exchanging = false;
    if (closing) {
      ++entry.stage;
      enter(lane, now, wakes);
    } else {
      ++entry.step;
      run_step(lane, now, wakes);
    }
    return false;
  }
  if (closing) {
    leave(entry.stage, now, wakes);
    if (entry.stage + 1 == cost_.shape().pipeline) return true;
    send_on(lane, now, transfers);
  } else {
    exchange_experts(lane, now, transfers);
  }
  entry.exchanging = true;
  if (entry.open == 0) wakes.push_back({lane, entry.until});
  return false;
}

void StagePlayer::delivered(std::size_t lane, Time arrival, Time now, std::vector<Wake>& wakes) {
  Lane& entry = lanes_[lane];
  entry.until = std::max(entry.until, later(arrival, settings_.exchange_overhead));
  if (--entry.open == 0) wakes.push_back({lane, std::max(entry.until, now)});
}

}  // namespace eastwest
