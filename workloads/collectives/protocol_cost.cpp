// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/protocol_cost.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "workloads/collectives/cost_model_parts.hpp"
#include "workloads/collectives/tuning_table.hpp"

namespace eastwest {

namespace {

constexpr double kHardwareInside = 0.6;  // us of a hop that are the network itself
constexpr double kHardwareAcross = 2.7;

/// As `latency`; what was measured on this generation where the table has it, otherwise NCCL's own constant.
double played(std::string_view quantity, std::string_view algorithm, std::string_view protocol, const Machine& machine,
              std::string_view link = {}) {
  const std::string measured = "measured_" + std::string(quantity);
  for (const std::string_view name : {algorithm, charged_as(algorithm)}) {
    const std::vector<double> values =
        tuning_values({.quantity = measured, .algorithm = name, .protocol = protocol, .link = link, .generation = machine.generation});
    if (!values.empty()) return values.front();
  }
  return tuning_latency(quantity, charged_as(algorithm), protocol, link);
}

/// NCCL gives up channels while its threads would have less than this each.
std::uint32_t used_channels(const Machine& machine, const TuningChoice& choice, Bytes size) {
  const std::int64_t threads = choice.protocol == "ll128" ? 640 : 512;
  std::int64_t least = choice.protocol == "simple" ? 64 : 8;
  if (choice.protocol == "ll" && choice.kind->algorithm == "ring") least *= machine.ranks;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(size.count / (threads * least), 1, machine.channels));
}

/// In the last step of a loop a rank of a ring only receives; slices, two a chunk, hide half of it.
double ring_duty(const Machine& machine, const CollectiveKind& kind, std::string_view protocol) {
  if (kind.algorithm != "ring" || protocol != "simple" || machine.nodes > 1) return 1;
  const double steps = ring_steps(machine, kind.operation);
  return steps / (steps + 0.5);
}

/// A head's chunk in one channel of NVLS (`heads` counts those of all channels): shorter for small sizes, so that something overlaps.
std::int64_t nvls_chunk(std::int64_t heads, Bytes size) {
  std::int64_t chunk = 128 << 10;
  if (size.count < 64 * heads * chunk) chunk = std::min<std::int64_t>(chunk, 64 << 10);
  if (size.count < 8 * heads * chunk) chunk = std::min<std::int64_t>(chunk, 32 << 10);
  if (size.count < 2 * heads * chunk) chunk = std::min<std::int64_t>(chunk, 16 << 10);
  return chunk;
}

Duration microseconds(double time) { return {static_cast<std::int64_t>(std::llround(std::max(time, 0.0) * 1e6))}; }

/// us that NVLS in one host takes beside its bytes at the port. It goes in loops of a chunk per channel and head; a loop lasts as long as
/// its bytes need there, or as its chunk needs through the switch and back, and one loop more than there are fills the pipeline.
double loop_delay(const Machine& machine, Bytes size, std::int64_t in_switch_share) {
  const std::int64_t heads = static_cast<std::int64_t>(tuning_limit("nvls_channels", {}, {}, machine)) * machine.per_node;
  const auto loop = static_cast<double>(std::min(heads * nvls_chunk(heads, size), size.count));
  const double loops = static_cast<double>(size.count) / loop;
  const double at_port = loop * (1 + 1.0 / machine.per_node) / (machine.port * static_cast<double>(in_switch_share));  // GB/s x 1000
  const double through =
      tuning_limit("nvls_loop_latency", {}, {}, machine) + loop / (1000 * tuning_limit("nvls_loop_rate", {}, {}, machine));
  return loops * std::max(through - at_port, 0.0) + std::max(through, at_port) * (1 - 1 / loops);
}

}  // namespace

ProtocolCost protocol_cost(const Machine& machine, const CollectiveKind& kind, std::string_view protocol, Bytes size) {
  const std::string_view algorithm = kind.algorithm;
  const std::string_view as = charged_as(algorithm);
  ProtocolCost cost;
  cost.name = protocol_name(protocol);
  if (protocol == "ll") cost.payload = 1, cost.wire = 2;
  if (protocol == "ll128") cost.payload = 120, cost.wire = 128;
  if (machine.generation != 0) {
    const double share = tuning_limit("scale_up_share", {}, {}, machine);
    // A machine that cannot do NVLS is refused when it is planned, and has no constants for it.
    const double in_switch =
        as.starts_with("nvls") && machine.without_multicast.empty() ? tuning_limit("nvls_efficiency", {}, {}, machine) : 1;
    cost.inside_share =
        std::llround(1000 * tuning_limit("measured_scale_up_share", algorithm, {}, machine) * ring_duty(machine, kind, protocol));
    cost.in_switch_share = std::llround(1000 * share * in_switch);
  }
  double start = played("base_latency", algorithm, protocol, machine);
  double inside = played("hop_latency", algorithm, protocol, machine, inside_link(machine)) - kHardwareInside;
  double across = tuning_latency("hop_latency", machine.per_node == 1 && as == "ring" ? "tree" : as, protocol, "network");
  if (as == "pat") start += 2.8 * machine.ranks, across /= 3.5;
  const bool over_hosts = as == "nvls" && machine.nodes > 1;
  if (as == "nvls_tree" || over_hosts) inside /= 2;  // one reduction, one multicast
  if (as == "nvls" && machine.nodes == 1 && machine.without_multicast.empty() && size.count > 0)
    inside += loop_delay(machine, size, cost.in_switch_share);
  if (as.starts_with("collnet") || over_hosts) across /= std::max(1.0, static_cast<double>(std::bit_width(machine.nodes - 1)));
  across -= kHardwareAcross;
  cost.start = microseconds(start);
  cost.hop_inside = microseconds(inside);
  cost.hop_across = microseconds(across);
  return cost;
}

std::uint32_t slot_count(const TuningChoice& choice, std::uint32_t slots) {
  const bool slices = choice.kind->algorithm == "ring" && choice.protocol == "simple";  // of two slots
  return std::max(slots / (slices ? 2 : 1), 1u);
}

std::uint32_t channel_count(const Machine& machine, const TuningChoice& choice, Bytes size) {
  if (machine.nodes == 1) return 1;
  return std::min(used_channels(machine, choice, size), machine.nics);
}

namespace {

/// Payload bytes of a chunk of one of NCCL's channels.
Bytes own_chunk_size(const Machine& machine, const TuningChoice& choice, Bytes size) {
  const std::string_view algorithm = choice.kind->algorithm;
  if (algorithm == "nvls") return machine.nodes == 1 ? size : Bytes{128 << 10};
  if (algorithm == "nvls_tree") {
    const std::int64_t heads = std::int64_t{machine.channels} * machine.per_node;
    std::int64_t chunk = machine.nodes >= 4 || size.count < 4 * heads * (128 << 10) ? 64 << 10 : 128 << 10;
    if (size.count < heads * chunk) chunk = 32 << 10;
    return {chunk};
  }
  if (algorithm == "collnet_direct") return {128 << 10};
  if (algorithm == "collnet_chain") return {256 << 10};
  if (choice.protocol == "ll") return {32 << 10};                                       // a slot is 64 KiB, half of it payload
  if (choice.protocol == "simple") return {algorithm == "ring" ? 1 << 20 : 512 << 10};  // a slice of two slots, or one slot
  std::int64_t chunk = 576'000;                                                         // a slot's payload
  if (algorithm != "tree") return {chunk};
  // Shorter where the pipeline along the tree would have too few.
  const double wanted = (1 + log2_floor(machine.nodes) + 0.1 * machine.per_node);
  const double channels = 2.0 * channel_count(machine, choice, size);
  const auto too_few = [&](double factor) {
    return static_cast<double>(size.count) / (channels * static_cast<double>(chunk)) < wanted * factor;
  };
  while (too_few(64.0 / machine.per_node) && chunk > 128 << 10) chunk /= 2;
  while (too_few(16.0 / machine.per_node) && chunk > 32 << 10) chunk /= 2;
  return {chunk};
}

}  // namespace

Bytes chunk_size(const Machine& machine, const TuningChoice& choice, Bytes size) {
  const std::string_view algorithm = choice.kind->algorithm;
  const std::uint32_t of_schedule = algorithm == "nvls_tree" ? 1 : channel_count(machine, choice, size);
  const std::uint32_t trees = algorithm == "tree" || algorithm == "nvls_tree" ? 2 : 1;  // side by side in a channel of the schedule
  const bool together = trees == 2 || algorithm == "ring";
  return own_chunk_size(machine, choice, size) *
         (together ? std::max(used_channels(machine, choice, size) / (of_schedule * trees), 1u) : 1);
}

}  // namespace eastwest
