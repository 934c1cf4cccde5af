// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/tensor_collective.hpp"
#include "workloads/collectives/protocol_cost.hpp"

#include <algorithm>
#include <string_view>

namespace eastwest {

namespace {

/// What runs: "" for an algorithm that is not there.
struct Choice {
  std::string_view algorithm;
  std::string_view protocol;  // "": the network alone
};

Choice chosen(const TrainingSettings& settings, CollectiveOperation operation, Bytes message) {
  const std::string& asked = settings.tensor_collectives.algorithm;
  const std::string& protocol = settings.tensor_collectives.protocol;
  Choice best;
  double least = -1;
  for (const std::string_view algorithm : {"ring", "nvls"}) {
    if (asked != "auto" && asked != algorithm) continue;
    if (asked == "ring" && protocol == "ideal") return {algorithm, ""};
    for (const std::string_view candidate : {"ll", "ll128", "simple"}) {
      if (protocol != "ideal" && protocol != "auto" && protocol != candidate) continue;
      const double time = predicted_time(settings.tensor_machine, operation, algorithm, candidate, message);
      if (time < 0 || (least >= 0 && time >= least)) continue;
      least = time;
      best = {algorithm, candidate};
    }
  }
  return best;
}

constexpr std::int64_t ceiling_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

PortTime tensor_collective(const TrainingSettings& settings, CollectiveOperation operation, Bytes message) {
  const std::int64_t t = settings.tensor_parallel;
  const bool both = operation == CollectiveOperation::all_reduce;
  const std::int64_t ways = both ? 2 : 1;
  const Bytes bytes{ways * (t - 1) * ceiling_divide(message.count, t)};
  if (settings.tensor_collectives.algorithm == "scale_up") return {bytes, settings.scale_up_latency * ways};
  const Choice choice = chosen(settings, operation, message);
  ProtocolCost protocol;
  if (!choice.protocol.empty())
    protocol = protocol_cost(settings.tensor_machine, *find_collective_kind(operation, choice.algorithm), choice.protocol, message);
  if (choice.algorithm == "nvls") {
    PlanFused fused;
    fused.bytes = message.count;
    fused.in_switch = true;
    fused.everywhere = both;
    fused.reduce = operation == CollectiveOperation::reduce_scatter;
    fused.members.resize(static_cast<std::size_t>(t));
    const PortBytes port = port_bytes(fused, protocol.inside_share, protocol.in_switch_share);
    // Ask the others and get the sum, and one way more for a multicast of it.
    const std::int64_t crossings = both ? 3 : fused.reduce ? 2 : 1;
    return {std::max(port.out, port.in), protocol.start + protocol.hop_inside + settings.scale_up_latency * crossings};
  }
  const std::int64_t carried = ceiling_divide(bytes.count * protocol.wire, protocol.payload);
  return {{ceiling_divide(carried * 1000, protocol.inside_share)},
          protocol.start + (protocol.hop_inside + settings.scale_up_latency) * (ways * (t - 1))};
}

std::string tensor_obstacle(const TrainingSettings& settings) {
  if (settings.tensor_parallel == 1 || settings.tensor_collectives.algorithm == "scale_up") return {};
  const CollectiveOperation operation = settings.sequence_parallel ? CollectiveOperation::reduce_scatter : CollectiveOperation::all_reduce;
  if (!chosen(settings, operation, settings.activation_bytes()).algorithm.empty()) return {};
  const std::string asked = "`tensor_algorithm: " + settings.tensor_collectives.algorithm + "` ";
  if (!settings.tensor_machine.without_multicast.empty() && settings.tensor_collectives.algorithm == "nvls")
    return asked + "needs a scale-up switch that reduces and multicasts, and `" + settings.tensor_machine.without_multicast + "` has none";
  return asked + "does not work with `protocol: " + settings.tensor_collectives.protocol + "` on " +
         std::to_string(settings.tensor_parallel) + " GPUs of these hosts";
}

}  // namespace eastwest
