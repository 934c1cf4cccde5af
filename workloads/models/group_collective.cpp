// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/group_collective.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "workloads/collectives/load_bound.hpp"
#include "workloads/collectives/tune_request.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kPeersAtATime = 8;  // NCCL posts up to 8 peers per batch
constexpr std::uint32_t kSlots = 8;         // NCCL_STEPS

/// What each port of a fused collective carries.
Bytes fused_bytes(CollectiveOperation operation, Bytes bytes, std::int64_t n) {
  const std::int64_t rounds = operation == CollectiveOperation::all_reduce ? 2 : 1;
  return {rounds * (n - 1) * ((bytes.count + n - 1) / n)};
}

}  // namespace

GroupCollective::GroupCollective(const JobContext& context, const CollectiveChoice& choice, std::span<const std::size_t> members)
    : context_(&context), choice_(&choice) {
  for (const std::size_t member : members) {
    ranks_.push_back(context.rank(member));
    gpus_.push_back(context.gpus[member]);
    hosts_.push_back(context.fabric.host_of_gpu(gpus_.back()));
    latency_ = std::max(latency_, context.fabric.hosts[hosts_.back()].scale_up_latency);
  }
  std::vector<std::uint32_t> distinct = hosts_;
  std::sort(distinct.begin(), distinct.end());
  distinct_hosts_ = static_cast<std::size_t>(std::unique(distinct.begin(), distinct.end()) - distinct.begin());
}

Result<TuningChoice> GroupCollective::chosen(CollectiveOperation operation, Bytes bytes) const {
  const std::string& asked = choice_->algorithm;
  const bool own_rule = asked == "automatic" || asked == "hierarchical" || asked == "ring";
  const bool ideal = choice_->protocol == "ideal";
  if (ideal && own_rule && asked != "ring" && distinct_hosts_ == 1) return TuningChoice{};
  std::string algorithm = asked;
  if (own_rule) {
    const bool hierarchical = distinct_hosts_ > 1 && (asked == "hierarchical" || (asked == "automatic" && distinct_hosts_ < size()));
    if (operation == CollectiveOperation::all_to_all) algorithm = "pairwise";
    else algorithm = operation == CollectiveOperation::all_reduce && hierarchical ? "hierarchical" : "ring";
  }
  if (ideal && algorithm != "auto") {
    const CollectiveKind* kind = find_collective_kind(operation, algorithm);
    if (kind != nullptr) return TuningChoice{kind, ""};
  }
  return choose(describe_machine(context_->fabric, gpus_), operation, algorithm, ideal ? "auto" : choice_->protocol, bytes);
}

Result<GroupCollective::Made> GroupCollective::make(CollectiveOperation operation, Bytes bytes) const {
  const Result<TuningChoice> choice = chosen(operation, bytes);
  if (!choice) return choice.error();
  Made made{operation, bytes, choice->kind, {}, {}, {}};
  if (made.kind == nullptr) {
    const Host& host = context_->fabric.hosts[hosts_.front()];
    made.bound = serialisation(fused_bytes(operation, bytes, static_cast<std::int64_t>(size())), host.scale_up_rate);
    return made;
  }
  CollectiveRequest& request = made.request;
  request.ranks = ranks_;
  request.rank_host = hosts_;
  request.bytes = bytes;
  request.fused = true;
  request.scale_up_latency = latency_;
  if (operation == CollectiveOperation::all_to_all) request.concurrency = kPeersAtATime;
  const Machine machine = choice->protocol.empty() ? Machine{} : describe_machine(context_->fabric, gpus_);
  if (!choice->protocol.empty()) {
    request.channels = request.chunks = 0;
    request.without_multicast = machine.without_multicast;
    request.without_aggregation = machine.without_aggregation;
    tune(request, *choice, machine, kSlots);
  }
  Result<CollectivePlan> plan = made.kind->plan(request);
  request.without_multicast = request.without_aggregation = {};  // views of what ends here
  if (!plan) return plan.error();
  made.bound = lower_bound(*plan, context_->fabric, gpus_, request.protocol);
  made.plan = std::move(*plan);
  return made;
}

Result<std::vector<OperationId>> GroupCollective::append(CollectiveOperation operation, Bytes bytes, std::span<const OperationId> after,
                                                         std::string name, ScheduleBuilder& schedule) {
  auto found =
      std::find_if(made_.begin(), made_.end(), [&](const Made& made) { return made.operation == operation && made.bytes == bytes; });
  if (found == made_.end()) {
    Result<Made> made = make(operation, bytes);
    if (!made) return made.error();
    made_.push_back(std::move(*made));
    found = made_.end() - 1;
  }
  // The group may have been moved since: the views are of now.
  found->request.ranks = ranks_;
  found->request.rank_host = hosts_;
  found->request.after = after;
  if (found->kind != nullptr) {
    found->request.label =
        schedule.collective(describe_collective(*found->kind, found->request, std::move(name), context_->job, found->bound));
    return append_plan(found->plan, found->request, schedule).last;
  }
  const auto n = static_cast<std::uint32_t>(size());
  Collective record;
  record.name = std::move(name);
  record.algorithm = "scale_up";
  record.operation = to_string(operation);
  record.job = context_->job;
  record.ranks = n;
  record.bytes = bytes;
  record.bus_factor = bus_factor(operation, n);
  record.lower_bound = found->bound;
  const std::uint32_t label = schedule.collective(std::move(record));
  FusedGroup group{ranks_, latency_ * (operation == CollectiveOperation::all_reduce ? 2 : 1)};
  const std::vector<OperationId> fused = schedule.fused(std::move(group), fused_bytes(operation, bytes, n), label);
  for (std::size_t i = 0; i < fused.size(); ++i) schedule.depend(fused[i], after[i]);
  return fused;
}

}  // namespace eastwest
