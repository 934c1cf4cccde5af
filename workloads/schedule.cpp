// SPDX-License-Identifier: Apache-2.0
#include "workloads/schedule.hpp"

#include <algorithm>
#include <limits>

#include "core/check.hpp"
#include "workloads/schedule_check.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kMaxOperations = std::numeric_limits<std::uint32_t>::max() - 1;

std::uint32_t index_of_next(const LargeVector<Operation>& operations) {
  EASTWEST_CHECK(operations.size() < kMaxOperations, "a schedule holds at most 2^32 - 2 operations");
  return static_cast<std::uint32_t>(operations.size());
}

/// Room for `more` entries; at least doubling, so that many small reservations do not copy the array each time.
template <class T>
void make_room(LargeVector<T>& entries, std::size_t more) {
  const std::size_t need = entries.size() + more;
  if (need > entries.capacity()) entries.reserve(std::max(need, 2 * entries.capacity()));
}

}  // namespace

void ScheduleBuilder::begin_job(std::uint16_t job, std::uint8_t traffic_class) {
  job_ = job;
  traffic_class_ = traffic_class;
  activity_ = Activity::none;
}

OperationId ScheduleBuilder::compute(RankId rank, Duration time, std::uint32_t label) {
  const OperationId id{index_of_next(operations_)};
  operations_.push_back(Operation{
      .amount = time.ps, .rank = rank, .label = label, .kind = OperationKind::compute, .traffic_class = traffic_class_, .job = job_});
  operations_.back().activity = activity_;
  return id;
}

ScheduleBuilder::Transfer ScheduleBuilder::transfer(RankId from, RankId to, Bytes bytes, std::uint32_t label) {
  const std::uint32_t send = index_of_next(operations_);
  operations_.push_back(Operation{.amount = bytes.count,
                                  .rank = from,
                                  .peer = to.value,
                                  .match = send + 1,
                                  .label = label,
                                  .kind = OperationKind::send,
                                  .traffic_class = traffic_class_,
                                  .job = job_});
  const std::uint32_t receive = index_of_next(operations_);
  operations_.push_back(Operation{.amount = bytes.count,
                                  .rank = to,
                                  .peer = from.value,
                                  .match = send,
                                  .label = label,
                                  .kind = OperationKind::receive,
                                  .traffic_class = traffic_class_,
                                  .job = job_});
  return {{send}, {receive}};
}

OperationId ScheduleBuilder::marker(RankId rank, std::uint32_t step) {
  const OperationId id{index_of_next(operations_)};
  operations_.push_back(
      Operation{.amount = step, .rank = rank, .kind = OperationKind::marker, .traffic_class = traffic_class_, .job = job_});
  operations_.back().activity = activity_;
  return id;
}

std::vector<OperationId> ScheduleBuilder::fused(FusedGroup group, Bytes bytes_per_port, std::uint32_t label) {
  const auto group_index = static_cast<std::uint32_t>(groups_.size());
  std::vector<OperationId> ids;
  ids.reserve(group.members.size());
  for (const RankId member : group.members) {
    ids.push_back({index_of_next(operations_)});
    operations_.push_back(Operation{.amount = bytes_per_port.count,
                                    .rank = member,
                                    .peer = group_index,
                                    .label = label,
                                    .kind = OperationKind::fused,
                                    .traffic_class = traffic_class_,
                                    .job = job_});
    operations_.back().activity = activity_;
  }
  groups_.push_back(std::move(group));
  return ids;
}

std::uint32_t ScheduleBuilder::collective(Collective description) {
  collectives_.push_back(std::move(description));
  return static_cast<std::uint32_t>(collectives_.size() - 1);
}

void ScheduleBuilder::depend(OperationId later, OperationId earlier) {
  EASTWEST_CHECK(later.exists() && later.index() < operations_.size(), "a dependency needs an operation that exists");
  if (!earlier.exists()) return;
  EASTWEST_CHECK(earlier.index() < operations_.size(), "a dependency on an operation that does not exist");
  edges_.emplace_back(earlier.value, later.value);
}

void ScheduleBuilder::reserve(std::size_t operations, std::size_t edges) {
  make_room(operations_, operations);
  make_room(edges_, edges);
}

Result<Schedule> ScheduleBuilder::finish() && {
  if (edges_.size() > kMaxOperations)
    return Error{"the schedule has more than 2^32 - 2 dependencies", "use fewer chunks or channels, or a smaller job"};
  Schedule schedule;
  schedule.operations = std::move(operations_);
  schedule.groups = std::move(groups_);
  schedule.collectives = std::move(collectives_);
  schedule.training = std::move(training_);

  // Counting sort by the earlier operation: stable, so successors stand in the order in which they were declared.
  LargeVector<std::uint32_t>& first = schedule.successor_first;
  first.assign(schedule.operations.size() + 1, 0);
  for (const auto& [earlier, later] : edges_) {
    ++first[earlier + 1];
    ++schedule.operations[later].dependencies;
  }
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  schedule.successors.resize(edges_.size());
  // first[i] serves as the cursor of row i; afterwards it stands at the end of the row, which is where row i + 1 starts.
  for (const auto& [earlier, later] : edges_) schedule.successors[first[earlier]++] = later;
  for (std::size_t i = first.size() - 1; i > 0; --i) first[i] = first[i - 1];
  first[0] = 0;
  decltype(edges_)().swap(edges_);

  for (const Operation& operation : schedule.operations)
    if (operation.label < schedule.collectives.size()) ++schedule.collectives[operation.label].operations;

  if (Status status = check_schedule(schedule); !status) return status.error();
  return schedule;
}

}  // namespace eastwest
