// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/pattern.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "core/random.hpp"
#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

namespace {

Collective describe_pattern(std::string_view algorithm, std::span<const PatternFlow> flows, const JobContext& context) {
  LoadBound load(context.fabric, context.gpus);
  std::vector<Bytes> sent(context.gpus.size());
  std::vector<Bytes> received(context.gpus.size());
  for (const PatternFlow& flow : flows) {
    load.add_message(flow.from, flow.to, flow.bytes);
    sent[flow.from] += flow.bytes;
    received[flow.to] += flow.bytes;
  }
  const Bytes busiest = std::max(*std::max_element(sent.begin(), sent.end()), *std::max_element(received.begin(), received.end()));
  return {.name = std::string(algorithm),
          .algorithm = std::string(algorithm),
          .operation = "point_to_point",
          .job = context.job,
          .ranks = static_cast<std::uint32_t>(context.gpus.size()),
          .bytes = busiest,
          .bus_factor = 1,
          .lower_bound = load.time(),
          .operations = 0};
}

/// Per flow the operation that ends at its start time; missing where it starts with the job. The waits of a rank are one
/// chain of computes, each from one start to the next, because a rank computes one thing at a time.
std::vector<OperationId> waits(std::span<const PatternFlow> flows, const JobContext& context, ScheduleBuilder& builder) {
  std::vector<std::uint32_t> order(flows.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(flows[a].from, flows[a].start) < std::pair(flows[b].from, flows[b].start);
  });
  std::vector<OperationId> wait(flows.size());
  std::uint32_t rank = 0xffff'ffffu;
  Duration clock;
  OperationId latest;
  for (const std::uint32_t index : order) {
    const PatternFlow& flow = flows[index];
    if (flow.from != rank) {
      rank = flow.from;
      clock = {};
      latest = {};
    }
    if (flow.start > clock) {
      const OperationId next = builder.compute(context.rank(rank), flow.start - clock);
      builder.depend(next, latest);
      latest = next;
      clock = flow.start;
    }
    wait[index] = latest;
  }
  return wait;
}

}  // namespace

void append_pattern(std::string_view algorithm, std::span<const PatternFlow> flows, const JobContext& context, ScheduleBuilder& builder) {
  const std::vector<OperationId> wait = waits(flows, context, builder);
  const std::uint32_t label = builder.collective(describe_pattern(algorithm, flows, context));
  builder.reserve(2 * flows.size(), flows.size());
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const auto transfer = builder.transfer(context.rank(flows[i].from), context.rank(flows[i].to), flows[i].bytes, label);
    builder.depend(transfer.send, wait[i]);
  }
}

bool has_two_ranks(const JobContext& context, Diagnostics& diagnostics) {
  if (context.gpus.size() >= 2) return true;
  diagnostics.error(context.place,
                    "job `" + context.name + "` has " + std::to_string(context.gpus.size()) + " rank" +
                        (context.gpus.size() == 1 ? "" : "s") + " and needs at least 2",
                    "place it on more GPUs");
  return false;
}

std::vector<std::uint32_t> random_derangement(std::uint32_t n, std::uint64_t seed, std::uint64_t stream) {
  RandomStream random(seed, stream);
  std::vector<std::uint32_t> target(n);
  for (bool moved_all = false; !moved_all;) {
    std::iota(target.begin(), target.end(), 0u);
    moved_all = true;
    // A shuffle keeps n/e of its tries; one that has left something in place is given up at once.
    for (std::uint32_t i = n; i-- > 0 && moved_all;) {
      std::swap(target[i], target[random.below(i + 1)]);
      moved_all = target[i] != i;
    }
  }
  return target;
}

}  // namespace eastwest
