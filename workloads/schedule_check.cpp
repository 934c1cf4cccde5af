// SPDX-License-Identifier: Apache-2.0
#include "workloads/schedule_check.hpp"

#include <algorithm>
#include <vector>

#include "core/check.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kNone = 0xffff'ffffu;

bool is_message(OperationKind kind) { return kind == OperationKind::send || kind == OperationKind::receive; }

Error broken(const Schedule& schedule, std::uint32_t operation, const std::string& what) {
  return {"schedule: " + describe(schedule, operation) + " " + what, {}};
}

/// What is wrong with one operation by itself; empty when nothing is.
std::string fault_of(const Schedule& schedule, std::uint32_t index) {
  const Operation& operation = schedule.operations[index];
  if (!operation.rank.exists()) return "has no rank";
  if (operation.amount < 0) return "has a negative amount";
  if (operation.traffic_class < 1 || operation.traffic_class > 3)
    return "is in traffic class " + std::to_string(operation.traffic_class) + "; it can be 1 to 3";
  if (operation.label != kNoLabel) {
    if (operation.label >= schedule.collectives.size()) return "has the label of a collective that does not exist";
    if (schedule.collectives[operation.label].job != operation.job)
      return "belongs to job " + std::to_string(operation.job) + " but its collective to job " +
             std::to_string(schedule.collectives[operation.label].job);
  }
  if (is_message(operation.kind)) {
    if (operation.match >= schedule.operations.size()) return "has no operation at the other end";
    const Operation& other = schedule.operations[operation.match];
    const bool paired = is_message(other.kind) && other.kind != operation.kind && other.match == index &&
                        other.rank.value == operation.peer && other.peer == operation.rank.value && other.amount == operation.amount &&
                        other.job == operation.job;
    if (!paired) return "and " + describe(schedule, operation.match) + " are not the two ends of one message";
    if (operation.peer == operation.rank.value) return "goes to its own rank";
  }
  if (operation.kind == OperationKind::fused && operation.peer >= schedule.groups.size()) return "is in a fused group that does not exist";
  for (const std::uint32_t later : schedule.successors_of(index)) {
    if (later >= schedule.operations.size()) return "has a successor that does not exist";
    if (schedule.operations[later].rank != operation.rank) return "precedes " + describe(schedule, later) + " of another rank";
  }
  return {};
}

/// An engine's clock ends after 106 days; what a rank computes in turn must leave room for the rest.
Status check_times(const Schedule& schedule) {
  constexpr std::int64_t kComputeMost = 8'640'000'000'000'000'000;  // ps: 100 days
  std::vector<std::int64_t> computed;                               // by rank
  for (const Operation& operation : schedule.operations) {
    if (operation.kind != OperationKind::compute) continue;
    if (operation.rank.index() >= computed.size()) computed.resize(operation.rank.index() + 1, 0);
    std::int64_t& sum = computed[operation.rank.index()];
    if (operation.amount > kComputeMost - sum)
      return Error{"rank " + std::to_string(operation.rank.value) + " computes for more than 100 days, which is as long as a run can be",
                   "give the job fewer steps or shorter times"};
    sum += operation.amount;
  }
  return Done{};
}

Status check_shape(const Schedule& schedule) {
  const std::size_t count = schedule.operations.size();
  const auto& first = schedule.successor_first;
  const bool rows = first.size() == count + 1 && first.front() == 0 && first.back() == schedule.successors.size() &&
                    std::is_sorted(first.begin(), first.end());
  if (!rows) return Error{"schedule: the rows of successors do not fit the operations", {}};
  std::vector<std::uint32_t> predecessors(count, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const std::string fault = fault_of(schedule, i); !fault.empty()) return broken(schedule, i, fault);
    for (const std::uint32_t later : schedule.successors_of(i)) ++predecessors[later];
  }
  for (std::uint32_t i = 0; i < count; ++i)
    if (predecessors[i] != schedule.operations[i].dependencies) return broken(schedule, i, "has a wrong count of dependencies");
  return Done{};
}

/// Operation of each group's first member; the others follow it. An error when a group is not complete.
Result<std::vector<std::uint32_t>> fused_first(const Schedule& schedule) {
  std::vector<std::uint32_t> first(schedule.groups.size(), kNone);
  std::vector<std::uint32_t> seen(schedule.groups.size(), 0);
  for (std::uint32_t i = 0; i < schedule.operations.size(); ++i) {
    const Operation& operation = schedule.operations[i];
    if (operation.kind != OperationKind::fused) continue;
    const std::uint32_t group = operation.peer;
    if (first[group] == kNone) first[group] = i;
    const auto& members = schedule.groups[group].members;
    const std::uint32_t position = seen[group]++;
    const Operation& leader = schedule.operations[first[group]];
    if (position >= members.size() || i != first[group] + position || members[position] != operation.rank ||
        operation.amount != leader.amount || operation.job != leader.job)
      return broken(schedule, i, "does not follow the members of its fused group");
  }
  for (std::size_t group = 0; group < seen.size(); ++group) {
    if (schedule.groups[group].members.empty() || seen[group] != schedule.groups[group].members.size())
      return Error{"schedule: fused group " + std::to_string(group) + " has " + std::to_string(schedule.groups[group].members.size()) +
                       " members and " + std::to_string(seen[group]) + " operations",
                   {}};
    std::vector<RankId> members = schedule.groups[group].members;
    std::sort(members.begin(), members.end());
    if (std::adjacent_find(members.begin(), members.end()) != members.end())
      return Error{"schedule: fused group " + std::to_string(group) + " has a member twice", {}};
  }
  return first;
}

/// Visits operations in an order that dependencies, messages and fused groups allow; `visit(operation)` and
/// `edge(earlier, later)` see each once. Returns per operation what it still waits for: all zero when acyclic.
template <class Visit, class Edge>
std::vector<std::uint32_t> walk(const Schedule& schedule, const std::vector<std::uint32_t>& group_first, Visit visit, Edge edge) {
  const std::size_t count = schedule.operations.size();
  std::vector<std::uint32_t> waiting(count);
  std::vector<std::uint32_t> group_waiting(schedule.groups.size());
  for (std::size_t group = 0; group < group_waiting.size(); ++group)
    group_waiting[group] = static_cast<std::uint32_t>(schedule.groups[group].members.size());
  std::vector<std::uint32_t> ready;
  ready.reserve(count);
  const auto release = [&](std::uint32_t index) {
    const Operation& operation = schedule.operations[index];
    if (operation.kind != OperationKind::fused) return ready.push_back(index);
    if (--group_waiting[operation.peer] != 0) return;
    const std::uint32_t first = group_first[operation.peer];
    for (std::uint32_t i = 0; i < schedule.groups[operation.peer].members.size(); ++i) ready.push_back(first + i);
  };
  for (std::uint32_t i = 0; i < count; ++i)
    waiting[i] = schedule.operations[i].dependencies + (schedule.operations[i].kind == OperationKind::receive ? 1u : 0u);
  for (std::uint32_t i = 0; i < count; ++i)
    if (waiting[i] == 0) release(i);
  for (std::size_t head = 0; head < ready.size(); ++head) {
    const std::uint32_t index = ready[head];
    visit(index);
    const auto follow = [&](std::uint32_t later) {
      edge(index, later);
      if (--waiting[later] == 0) release(later);
    };
    for (const std::uint32_t later : schedule.successors_of(index)) follow(later);
    if (schedule.operations[index].kind == OperationKind::send) follow(schedule.operations[index].match);
  }
  return waiting;
}

}  // namespace

std::string describe(const Schedule& schedule, std::uint32_t index) {
  const Operation& operation = schedule.operations[index];
  const std::string rank = std::to_string(operation.rank.value);
  const std::string amount = std::to_string(operation.amount);
  const std::string peer = std::to_string(operation.peer);
  std::string what;
  switch (operation.kind) {
    case OperationKind::compute: what = "compute of " + amount + " ps on rank " + rank; break;
    case OperationKind::send: what = "send of " + amount + " B from rank " + rank + " to rank " + peer; break;
    case OperationKind::receive: what = "receive of " + amount + " B on rank " + rank + " from rank " + peer; break;
    case OperationKind::fused: what = "fused collective of " + amount + " B on rank " + rank; break;
    case OperationKind::marker: what = "marker of step " + amount + " on rank " + rank; break;
  }
  return "operation " + std::to_string(index) + " (" + what + ")";
}

Status check_schedule(const Schedule& schedule) {
  if (Status status = check_shape(schedule); !status) return status;
  if (Status status = check_times(schedule); !status) return status;
  const auto group_first = fused_first(schedule);
  if (!group_first) return group_first.error();
  const auto waiting = walk(schedule, *group_first, [](std::uint32_t) {}, [](std::uint32_t, std::uint32_t) {});
  const auto stuck = std::find_if(waiting.begin(), waiting.end(), [](std::uint32_t left) { return left != 0; });
  if (stuck != waiting.end())
    return broken(schedule, static_cast<std::uint32_t>(stuck - waiting.begin()), "waits for itself: its dependencies form a circle");
  return Done{};
}

std::uint32_t message_depth(const Schedule& schedule) {
  const auto group_first = fused_first(schedule);
  EASTWEST_CHECK(group_first.has_value(), "message_depth of a schedule that was not checked");
  std::vector<std::uint32_t> depth(schedule.operations.size(), 0);
  std::uint32_t deepest = 0;
  walk(
      schedule, *group_first,
      [&](std::uint32_t index) {
        // The members of a fused group start together: the walk reaches the first of them when all are ready.
        const Operation& operation = schedule.operations[index];
        if (operation.kind == OperationKind::fused && (*group_first)[operation.peer] == index) {
          const auto members = static_cast<std::uint32_t>(schedule.groups[operation.peer].members.size());
          std::uint32_t latest = 0;
          for (std::uint32_t i = 0; i < members; ++i) latest = std::max(latest, depth[index + i]);
          for (std::uint32_t i = 0; i < members; ++i) depth[index + i] = latest + 1;
        }
        if (operation.kind == OperationKind::send) ++depth[index];
        deepest = std::max(deepest, depth[index]);
      },
      [&](std::uint32_t earlier, std::uint32_t later) { depth[later] = std::max(depth[later], depth[earlier]); });
  return deepest;
}

}  // namespace eastwest
