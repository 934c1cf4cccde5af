// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/cost_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>
#include <vector>

#include "workloads/collectives/load_bound.hpp"
#include "workloads/collectives/tuning_table.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kProtocols[] = {"ll", "ll128", "simple"};
constexpr std::string_view kAlgorithms[] = {"tree", "ring", "collnet_direct", "collnet_chain", "nvls", "nvls_tree", "pat"};
constexpr std::int64_t kLongestDirectLl = 64 << 10;   // point to point: 16 KiB in each of the 4 channels that a 400 Gb/s peer has
constexpr std::int64_t kLongestInsideLl = 256 << 10;  // the same of the 16 channels of an NVLink peer from Hopper on
constexpr double kHardwareInside = 0.6;               // us of a hop that are the network itself
constexpr double kHardwareAcross = 2.7;

double gigabytes(BitRate rate) { return static_cast<double>(rate.bits_per_second) / 8e9; }
std::uint32_t log2_floor(std::uint32_t n) { return static_cast<std::uint32_t>(std::bit_width(n)) - 1; }
std::string_view inside_link(const Machine& machine) { return machine.generation == 0 ? "pci" : "nvlink"; }
std::uint32_t generation_or_oldest(const Machine& machine) { return machine.generation == 0 ? 80 : machine.generation; }

/// Algorithms without constants of their own (hierarchical, pairwise, direct, ...) are charged as rings.
std::string_view charged_as(std::string_view algorithm) {
  return std::find(std::begin(kAlgorithms), std::end(kAlgorithms), algorithm) == std::end(kAlgorithms) ? "ring" : algorithm;
}

/// us; 0 where the table has nothing.
double latency(std::string_view quantity, std::string_view algorithm, std::string_view protocol, std::string_view link = {}) {
  const std::vector<double> values = tuning_values({.quantity = quantity, .algorithm = algorithm, .protocol = protocol, .link = link});
  return values.empty() ? 0 : values.front();
}

/// As `latency`; what was measured on this generation where the table has it, otherwise NCCL's own constant.
double played(std::string_view quantity, std::string_view algorithm, std::string_view protocol, const Machine& machine,
              std::string_view link = {}) {
  const std::string measured = "measured_" + std::string(quantity);
  for (const std::string_view name : {algorithm, charged_as(algorithm)}) {
    const std::vector<double> values =
        tuning_values({.quantity = measured, .algorithm = name, .protocol = protocol, .link = link, .generation = machine.generation});
    if (!values.empty()) return values.front();
  }
  return latency(quantity, charged_as(algorithm), protocol, link);
}

double limit(std::string_view quantity, std::string_view algorithm, std::string_view protocol, const Machine& machine) {
  return tuning_value({.quantity = quantity,
                       .algorithm = algorithm,
                       .protocol = protocol,
                       .generation = generation_or_oldest(machine),
                       .nodes = machine.nodes});
}

std::vector<double> levels(std::string_view quantity, const Machine& machine) {
  return tuning_values({.quantity = quantity, .generation = generation_or_oldest(machine)});
}

/// The most that whole channels of one speed level make of `available`, at most `channels` of them (0: any number).
double filled(const std::vector<double>& speeds, double available, double each_most, std::uint32_t channels) {
  double best = 0;
  for (const double speed : speeds) {
    if (speed > each_most) continue;
    const double fit = std::floor(available / speed);
    if (channels != 0 && fit < channels) continue;
    best = std::max(best, speed * (channels != 0 ? channels : fit));
  }
  return best;
}

bool does(std::string_view list, std::string_view name) {
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(", ", at), list.size());
    if (list.substr(at, end - at) == name) return true;
    at = end + 2;
  }
  return false;
}

bool available(const Machine& machine, std::string_view algorithm, std::string_view protocol) {
  // LL128 needs stores of 128 bytes that stay whole, in memory and on the way.
  if (protocol == "ll128" && (machine.generation == 0 || (machine.nodes > 1 && machine.splits_lines))) return false;
  if (algorithm == "nvls")
    return machine.without_multicast.empty() && (machine.nodes == 1 || (machine.even && machine.without_aggregation.empty()));
  if (algorithm == "nvls_tree") return machine.nodes > 1 && machine.even && machine.per_node > 1 && machine.without_multicast.empty();
  if (algorithm == "pat") return machine.per_node == 1;
  if (algorithm == "collnet_direct") return machine.nodes > 1 && machine.even && machine.without_aggregation.empty();
  if (algorithm == "collnet_chain") return machine.nodes > 1 && machine.without_aggregation.empty();
  return true;
}

/// Steps of a ring.
double ring_steps(const Machine& machine, CollectiveOperation operation) {
  const double n = machine.ranks;
  if (operation == CollectiveOperation::all_reduce) return 2 * (n - 1);
  if (operation == CollectiveOperation::broadcast || operation == CollectiveOperation::reduce) return n;
  return n - 1;
}

/// Ring: base + steps inside x max(hop, post overhead) + steps between hosts x hop. Tree: base + 2 ((g-1) hop + log2 N x hop between
/// hosts). NVLS: one hop. NVLSTree: a hop and 2 log2 N between hosts. CollNet direct: 2 (hop + 0.4 (g-1)) + one between hosts; chain:
/// 2 (g-1) hops + one. PAT: base + log2 N hops / 3.5 + 2.8 us a rank.
double latency_of(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol) {
  const double base = latency("base_latency", algorithm, protocol);
  const double inside = latency("hop_latency", algorithm, protocol, inside_link(machine));
  const double across = latency("hop_latency", machine.per_node == 1 ? "tree" : algorithm, protocol, "network");
  const double local = machine.per_node - 1;
  const double depth = log2_floor(machine.nodes);
  if (algorithm == "ring") {
    const double steps = ring_steps(machine, operation);
    if (operation == CollectiveOperation::broadcast || operation == CollectiveOperation::reduce)
      return base + steps * (protocol == "simple" ? latency("hop_latency", "tree", protocol, inside_link(machine)) : inside);
    const double twice = operation == CollectiveOperation::all_reduce ? 2 : 1;
    const double steps_across = machine.nodes > 1 ? twice * (machine.nodes - 1) : 0;
    const double post = machine.nodes > 1 ? latency("post_overhead", {}, {}) * (protocol == "simple" ? 3 : 1) : 0;
    return base + (steps - steps_across) * std::max(inside, post) + steps_across * across;
  }
  if (algorithm == "tree") return base + 2 * (local * inside + depth * across);
  if (algorithm == "nvls") return base + inside + (machine.nodes > 1 ? latency("hop_latency", algorithm, protocol, "network") : 0);
  if (algorithm == "nvls_tree") return base + inside + 2 * depth * latency("hop_latency", algorithm, protocol, "network");
  if (algorithm == "collnet_direct")
    return base + 2 * (std::min(1.0, local) * inside + 0.4 * local) + latency("hop_latency", algorithm, protocol, "network");
  if (algorithm == "collnet_chain") return base + 2 * local * inside + latency("hop_latency", algorithm, protocol, "network");
  return base + depth * latency("hop_latency", algorithm, protocol, "network") / 3.5 + 2.8 * machine.ranks;
}

/// GB/s that the result's bytes make, from the bus bandwidth of all channels and the limits of the table.
double bandwidth_of(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol,
                    Bytes size) {
  const double all = machine.nodes > 1 ? machine.across : machine.inside;
  const double channels = machine.channels;
  const double n = machine.ranks;
  const bool reduces_all = operation == CollectiveOperation::all_reduce;
  const double bus_to_result = n / ring_steps(machine, operation);
  const auto channel_limit = [&](std::string_view of) { return channels * limit("channel_bandwidth_most", of, protocol, machine); };
  if (algorithm == "ring") {
    if (protocol == "ll") return std::min(limit("ll_bandwidth_most", {}, {}, machine), all * 0.5) * bus_to_result;
    if (protocol == "ll128") return std::min(all * 0.92, channel_limit("ring")) * bus_to_result;
    return all * bus_to_result;
  }
  if (algorithm == "tree") {
    double bus = std::min(all * 0.92, channels * limit("channel_bandwidth_most", "tree", "simple", machine));
    if (protocol == "ll") bus = std::min(bus / 3.8, limit("ll_bandwidth_most", {}, {}, machine));
    if (protocol == "ll128") bus = std::min(bus * (machine.nodes == 1 ? 7.0 / 9.0 : 120.0 / 128.0), channel_limit("tree"));
    const std::vector<double> factors = tuning_values({.quantity = "size_factor", .algorithm = "tree", .protocol = protocol});
    const std::int64_t lines = std::max<std::int64_t>(size.count / 64, 1);
    const auto row = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(lines)) - 1);
    return bus * 0.85 * 0.5 * factors[std::min(row, factors.size() - 1)];
  }
  if (algorithm == "nvls" || algorithm == "nvls_tree") {
    const double heads = 2.0 * machine.per_node;
    double bus = machine.in_switch * limit("nvls_efficiency", {}, {}, machine) * (heads - 1) / heads * (reduces_all ? 2 : (n - 1) / n);
    if (machine.nodes > 1 && algorithm == "nvls") bus = std::min(bus, machine.across * 2);  // a NIC carries the data once
    if (algorithm == "nvls_tree") bus = std::min({bus, machine.across * (machine.nodes <= 2 ? 2 : 1), channel_limit("nvls_tree")});
    return bus * bus_to_result;
  }
  if (algorithm == "pat") return all * 0.75 * bus_to_result;
  if (algorithm == "collnet_direct") {
    const double shared = (1 + machine.per_node / channels) / 2;
    return all / shared * (machine.generation >= 90 ? 0.85 : 1) * 0.5;
  }
  return all * 0.5;
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

/// A head's chunk in one channel of NVLS: shorter for small sizes, so that there is something to overlap.
std::int64_t nvls_chunk(const Machine& machine, Bytes size) {
  const std::int64_t heads = std::int64_t{machine.channels} * machine.per_node;
  std::int64_t chunk = 128 << 10;
  if (size.count < 64 * heads * chunk) chunk = std::min<std::int64_t>(chunk, 64 << 10);
  if (size.count < 8 * heads * chunk) chunk = std::min<std::int64_t>(chunk, 32 << 10);
  if (size.count < 2 * heads * chunk) chunk = std::min<std::int64_t>(chunk, 16 << 10);
  return chunk;
}

Duration microseconds(double time) { return {static_cast<std::int64_t>(std::llround(std::max(time, 0.0) * 1e6))}; }

}  // namespace

Machine describe_machine(const Fabric& fabric, std::span<const GpuId> gpus) {
  Machine machine;
  machine.ranks = static_cast<std::uint32_t>(gpus.size());
  const std::vector<std::uint32_t> hosts = hosts_of(fabric, gpus);
  std::vector<std::uint32_t> ranks_on(fabric.hosts.size(), 0);
  std::vector<std::vector<std::uint32_t>> nics_of(fabric.hosts.size());
  machine.nodes = 0;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const Host& host = fabric.hosts[hosts[i]];
    std::vector<std::uint32_t>& nics = nics_of[hosts[i]];
    const std::uint32_t nic = fabric.endpoint_of_gpu(gpus[i]).value;
    if (std::find(nics.begin(), nics.end(), nic) == nics.end()) nics.push_back(nic);
    machine.nics = std::max(machine.nics, static_cast<std::uint32_t>(nics.size()));
    machine.per_node = std::max(machine.per_node, ++ranks_on[hosts[i]]);
    if (ranks_on[hosts[i]] != 1) continue;
    ++machine.nodes;
    const bool known = host.gpu_model < fabric.gpu_models.size();
    const CollectiveHardware hardware = known ? collective_hardware(fabric.gpu_models[host.gpu_model].name) : CollectiveHardware{};
    if (!hardware.reduces && machine.without_multicast.empty()) machine.without_multicast = fabric.nodes[host.node.index()].name;
    machine.splits_lines = machine.splits_lines || collective_hardware(host.model).splits_lines;
    machine.generation = i == 0 ? hardware.generation : std::min(machine.generation, hardware.generation);
  }
  for (const std::uint32_t count : ranks_on) machine.even = machine.even && (count == 0 || count == machine.per_node);
  for (const Switch& unit : fabric.switches) {
    if (collective_hardware(unit.model).reduces) continue;
    machine.without_aggregation = fabric.nodes[unit.node.index()].name;
    break;
  }
  if (gpus.empty()) return machine;
  const Host& host = fabric.hosts[hosts.front()];
  const double port = gigabytes(host.scale_up_rate) * (machine.generation == 0 ? 1 : limit("scale_up_share", {}, {}, machine));
  machine.port = gigabytes(host.scale_up_rate);
  machine.inside = std::max(filled(levels("channel_speeds_inside", machine), port, port, 0), port * 0.5);
  machine.in_switch = filled(levels("channel_speeds_inside", machine), port, port, machine.per_node);
  if (machine.in_switch == 0) machine.in_switch = port;  // more heads than the slowest level feeds: a rack that is one domain
  BitRate nic;
  for (std::uint32_t p = 0; p < host.nic_ports; ++p) {
    const LinkId link = fabric.ports[fabric.endpoints[host.first_endpoint + p].port.index()].out;
    if (link.exists()) nic.bits_per_second += fabric.links[link.index()].rate.bits_per_second;
  }
  const double through_nics = machine.nics * gigabytes(nic);
  const double available = machine.per_node > 1 ? std::min(port, through_nics) : through_nics;
  machine.across = filled(levels("channel_speeds_across", machine), available, gigabytes(nic), machine.nics);
  if (machine.across == 0) machine.across = available;
  machine.channels = machine.nodes > 1 ? 2 * machine.nics : static_cast<std::uint32_t>(limit("channels_inside", {}, {}, machine));
  return machine;
}

double predicted_time(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol,
                      Bytes size) {
  const CollectiveKind* kind = find_collective_kind(operation, algorithm);
  if (kind == nullptr || algorithm == "direct" || !does(kind->protocols, protocol) || !available(machine, algorithm, protocol)) return -1;
  const std::string_view as = charged_as(algorithm);
  double time = latency_of(machine, operation, as, protocol);
  // A Simple ring over several hosts keeps fewer messages in flight once chunks are long.
  if (as == "ring" && protocol == "simple" && machine.nodes > 1 && operation == CollectiveOperation::all_reduce &&
      static_cast<double>(size.count) / machine.channels / machine.ranks >= 64)
    time *= 1.4;
  const double bandwidth = bandwidth_of(machine, operation, as, protocol, size);
  return bandwidth > 0 ? time + static_cast<double>(size.count) / (1000 * bandwidth) : -1;
}

namespace {

/// The protocol's name, which outlives the request.
std::string_view named(std::string_view protocol) {
  for (const std::string_view name : kProtocols)
    if (name == protocol) return name;
  return {};
}

}  // namespace

Result<TuningChoice> choose(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol,
                            Bytes size) {
  TuningChoice best;
  double least = -1;
  bool exists = false;
  for (const CollectiveKind* kind : collective_kinds()) {
    if (kind->operation != operation) continue;
    const bool nccl = charged_as(kind->algorithm) == kind->algorithm || kind->algorithm == "direct";
    // NCCL_COLLNET_ENABLE is off by default, and NVLS over hosts needs it.
    const bool by_name_only = !nccl || kind->algorithm.starts_with("collnet") || (kind->algorithm == "nvls" && machine.nodes > 1);
    if (algorithm == "auto" ? by_name_only : kind->algorithm != algorithm) continue;
    exists = true;
    if (kind->algorithm == "direct" && protocol != "auto" && does(kind->protocols, protocol)) return TuningChoice{kind, named(protocol)};
    if (kind->algorithm == "direct" && protocol == "auto") {
      const bool whole = operation == CollectiveOperation::send_recv;
      const std::int64_t message = whole ? size.count : size.count / machine.ranks;
      const bool many_channels = machine.nodes == 1 && machine.generation >= 90;
      return TuningChoice{kind, message <= (many_channels ? kLongestInsideLl : kLongestDirectLl) ? "ll" : "simple"};
    }
    for (const std::string_view candidate : kProtocols) {
      if (protocol == "auto" ? !does(kind->protocols, candidate) : candidate != protocol) continue;
      if (algorithm != "auto" && protocol != "auto" && does(kind->protocols, protocol)) return TuningChoice{kind, candidate};
      const double time = predicted_time(machine, operation, kind->algorithm, candidate, size);
      if (time < 0 || (least >= 0 && time >= least)) continue;
      least = time;
      best = {kind, candidate};
    }
    // A kind that this hardware cannot run is left to refuse by itself, with its reason.
    if (algorithm != "auto" && best.kind == nullptr && does(kind->protocols, protocol == "auto" ? "simple" : protocol))
      best = {kind, protocol == "auto" ? "simple" : protocol};
  }
  if (best.kind != nullptr) return best;
  if (!exists)
    return Error{"no algorithm `" + std::string(algorithm) + "` does " + std::string(to_string(operation)),
                 "`eastwest kinds` lists the algorithms of each operation"};
  return Error{"`" + std::string(algorithm) + "` does not do " + std::string(to_string(operation)) + " with protocol " +
                   std::string(protocol) + " here",
               "leave `protocol` to auto"};
}

namespace {

/// us that NVLS in one host takes beside its bytes at the port. It goes in loops of a chunk per channel and head; a loop lasts as long as
/// its bytes need there, or as its chunk needs through the switch and back, and one loop more than there are fills the pipeline.
double loop_delay(const Machine& machine, Bytes size, std::int64_t in_switch_share) {
  Machine channels = machine;
  channels.channels = static_cast<std::uint32_t>(limit("nvls_channels", {}, {}, machine));
  const double heads = static_cast<double>(channels.channels) * machine.per_node;
  const double loop = std::min(heads * static_cast<double>(nvls_chunk(channels, size)), static_cast<double>(size.count));
  const double loops = static_cast<double>(size.count) / loop;
  const double at_port = loop * (1 + 1.0 / machine.per_node) / (machine.port * static_cast<double>(in_switch_share));  // GB/s x 1000
  const double through = limit("nvls_loop_latency", {}, {}, machine) + loop / (1000 * limit("nvls_loop_rate", {}, {}, machine));
  return loops * std::max(through - at_port, 0.0) + std::max(through, at_port) * (1 - 1 / loops);
}

}  // namespace

ProtocolCost protocol_cost(const Machine& machine, const CollectiveKind& kind, std::string_view protocol, Bytes size) {
  const std::string_view algorithm = kind.algorithm;
  const std::string_view as = charged_as(algorithm);
  ProtocolCost cost;
  cost.name = named(protocol);
  if (protocol == "ll") cost.payload = 1, cost.wire = 2;
  if (protocol == "ll128") cost.payload = 120, cost.wire = 128;
  if (machine.generation != 0) {
    const double share = limit("scale_up_share", {}, {}, machine);
    // A machine that cannot do NVLS is refused when it is planned, and has no constants for it.
    const double in_switch = as.starts_with("nvls") && machine.without_multicast.empty() ? limit("nvls_efficiency", {}, {}, machine) : 1;
    cost.inside_share = std::llround(1000 * limit("measured_scale_up_share", algorithm, {}, machine) * ring_duty(machine, kind, protocol));
    cost.in_switch_share = std::llround(1000 * share * in_switch);
  }
  double start = played("base_latency", algorithm, protocol, machine);
  double inside = played("hop_latency", algorithm, protocol, machine, inside_link(machine)) - kHardwareInside;
  double across = latency("hop_latency", machine.per_node == 1 && as == "ring" ? "tree" : as, protocol, "network");
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
