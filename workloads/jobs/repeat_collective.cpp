// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/repeat_collective.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "workloads/collectives/cost_model.hpp"
#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

namespace {
// 2^28 operations are 8 GiB; more than that is a slip of the pen rather than a wish.
constexpr std::int64_t kMaxOperations = std::int64_t{1} << 28;
}  // namespace

void append_repeated(const CollectiveKind& kind, CollectiveRequest request, Repetitions repetitions, const JobContext& context,
                     ScheduleBuilder& schedule, Diagnostics& diagnostics) {
  std::vector<RankId> ranks;
  for (std::size_t i = 0; i < context.gpus.size(); ++i) ranks.push_back(context.rank(i));
  const std::vector<std::uint32_t> hosts = hosts_of(context.fabric, context.gpus);
  request.ranks = ranks;
  request.rank_host = hosts;
  for (const std::uint32_t host : hosts)
    request.scale_up_latency = std::max(request.scale_up_latency, context.fabric.hosts[host].scale_up_latency);
  const Machine machine = describe_machine(context.fabric, context.gpus);
  request.without_multicast = machine.without_multicast;
  request.without_aggregation = machine.without_aggregation;
  const Result<CollectivePlan> plan = kind.plan(request);
  if (!plan) {
    diagnostics.error(context.place, "job `" + context.name + "`: " + plan.error().message, plan.error().remedy);
    return;
  }
  const std::int64_t total = repetitions.warm_up + repetitions.measured;
  const auto operations = static_cast<std::int64_t>(2 * plan->steps.size() + plan->fused.size() * ranks.size() + ranks.size()) * total;
  if (operations > kMaxOperations) {
    diagnostics.error(
        context.place,
        "job `" + context.name + "` would take " + std::to_string(operations) + " operations, more than " + std::to_string(kMaxOperations),
        "lower `repetitions`, `channels` or `chunks`");
    return;
  }
  const Duration bound = lower_bound(*plan, context.fabric, context.gpus, request.protocol);
  schedule.begin_job(context.job, context.traffic_class);
  std::vector<OperationId> after;
  for (std::int64_t i = 0; i < total; ++i) {
    request.after = after;
    request.join = i + 1 < total;
    request.label = kNoLabel;
    if (i >= repetitions.warm_up) {
      std::string name = std::string(to_string(kind.operation)) + " #" + std::to_string(i - repetitions.warm_up);
      request.label = schedule.collective(describe_collective(kind, request, std::move(name), context.job, bound));
    }
    after = append_plan(*plan, request, schedule).last;
  }
}

}  // namespace eastwest
