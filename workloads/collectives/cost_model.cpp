// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/cost_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>
#include <vector>

#include "workloads/collectives/cost_model_parts.hpp"
#include "workloads/collectives/load_bound.hpp"
#include "workloads/collectives/tuning_table.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kProtocols[] = {"ll", "ll128", "simple"};
constexpr std::string_view kAlgorithms[] = {"tree", "ring", "collnet_direct", "collnet_chain", "nvls", "nvls_tree", "pat"};
constexpr std::int64_t kLongestDirectLl = 64 << 10;   // point to point: 16 KiB in each of the 4 channels that a 400 Gb/s peer has
constexpr std::int64_t kLongestInsideLl = 256 << 10;  // the same of the 16 channels of an NVLink peer from Hopper on

double gigabytes(BitRate rate) { return static_cast<double>(rate.bits_per_second) / 8e9; }
std::uint32_t generation_or_oldest(const Machine& machine) { return machine.generation == 0 ? 80 : machine.generation; }

}  // namespace

std::uint32_t log2_floor(std::uint32_t n) { return static_cast<std::uint32_t>(std::bit_width(n)) - 1; }

std::string_view inside_link(const Machine& machine) { return machine.generation == 0 ? "pci" : "nvlink"; }

std::string_view charged_as(std::string_view algorithm) {
  return std::find(std::begin(kAlgorithms), std::end(kAlgorithms), algorithm) == std::end(kAlgorithms) ? "ring" : algorithm;
}

double tuning_latency(std::string_view quantity, std::string_view algorithm, std::string_view protocol, std::string_view link) {
  const std::vector<double> values = tuning_values({.quantity = quantity, .algorithm = algorithm, .protocol = protocol, .link = link});
  return values.empty() ? 0 : values.front();
}

double tuning_limit(std::string_view quantity, std::string_view algorithm, std::string_view protocol, const Machine& machine) {
  return tuning_value({.quantity = quantity,
                       .algorithm = algorithm,
                       .protocol = protocol,
                       .generation = generation_or_oldest(machine),
                       .nodes = machine.nodes});
}

double ring_steps(const Machine& machine, CollectiveOperation operation) {
  const double n = machine.ranks;
  if (operation == CollectiveOperation::all_reduce) return 2 * (n - 1);
  if (operation == CollectiveOperation::broadcast || operation == CollectiveOperation::reduce) return n;
  return n - 1;
}

std::string_view protocol_name(std::string_view protocol) {
  for (const std::string_view name : kProtocols)
    if (name == protocol) return name;
  return {};
}

namespace {

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

/// Ring: base + steps inside x max(hop, post overhead) + steps between hosts x hop. Tree: base + 2 ((g-1) hop + log2 N x hop between
/// hosts). NVLS: one hop. NVLSTree: a hop and 2 log2 N between hosts. CollNet direct: 2 (hop + 0.4 (g-1)) + one between hosts; chain:
/// 2 (g-1) hops + one. PAT: base + log2 N hops / 3.5 + 2.8 us a rank.
double latency_of(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol) {
  const double base = tuning_latency("base_latency", algorithm, protocol);
  const double inside = tuning_latency("hop_latency", algorithm, protocol, inside_link(machine));
  const double across = tuning_latency("hop_latency", machine.per_node == 1 ? "tree" : algorithm, protocol, "network");
  const double local = machine.per_node - 1;
  const double depth = log2_floor(machine.nodes);
  if (algorithm == "ring") {
    const double steps = ring_steps(machine, operation);
    if (operation == CollectiveOperation::broadcast || operation == CollectiveOperation::reduce)
      return base + steps * (protocol == "simple" ? tuning_latency("hop_latency", "tree", protocol, inside_link(machine)) : inside);
    const double twice = operation == CollectiveOperation::all_reduce ? 2 : 1;
    const double steps_across = machine.nodes > 1 ? twice * (machine.nodes - 1) : 0;
    const double post = machine.nodes > 1 ? tuning_latency("post_overhead", {}, {}) * (protocol == "simple" ? 3 : 1) : 0;
    return base + (steps - steps_across) * std::max(inside, post) + steps_across * across;
  }
  if (algorithm == "tree") return base + 2 * (local * inside + depth * across);
  if (algorithm == "nvls") return base + inside + (machine.nodes > 1 ? tuning_latency("hop_latency", algorithm, protocol, "network") : 0);
  if (algorithm == "nvls_tree") return base + inside + 2 * depth * tuning_latency("hop_latency", algorithm, protocol, "network");
  if (algorithm == "collnet_direct")
    return base + 2 * (std::min(1.0, local) * inside + 0.4 * local) + tuning_latency("hop_latency", algorithm, protocol, "network");
  if (algorithm == "collnet_chain") return base + 2 * local * inside + tuning_latency("hop_latency", algorithm, protocol, "network");
  return base + depth * tuning_latency("hop_latency", algorithm, protocol, "network") / 3.5 + 2.8 * machine.ranks;
}

/// GB/s that the result's bytes make, from the bus bandwidth of all channels and the limits of the table.
double bandwidth_of(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol,
                    Bytes size) {
  const double all = machine.nodes > 1 ? machine.across : machine.inside;
  const double channels = machine.channels;
  const double n = machine.ranks;
  const bool reduces_all = operation == CollectiveOperation::all_reduce;
  const double bus_to_result = n / ring_steps(machine, operation);
  const auto channel_limit = [&](std::string_view of) { return channels * tuning_limit("channel_bandwidth_most", of, protocol, machine); };
  if (algorithm == "ring") {
    if (protocol == "ll") return std::min(tuning_limit("ll_bandwidth_most", {}, {}, machine), all * 0.5) * bus_to_result;
    if (protocol == "ll128") return std::min(all * 0.92, channel_limit("ring")) * bus_to_result;
    return all * bus_to_result;
  }
  if (algorithm == "tree") {
    double bus = std::min(all * 0.92, channels * tuning_limit("channel_bandwidth_most", "tree", "simple", machine));
    if (protocol == "ll") bus = std::min(bus / 3.8, tuning_limit("ll_bandwidth_most", {}, {}, machine));
    if (protocol == "ll128") bus = std::min(bus * (machine.nodes == 1 ? 7.0 / 9.0 : 120.0 / 128.0), channel_limit("tree"));
    const std::vector<double> factors = tuning_values({.quantity = "size_factor", .algorithm = "tree", .protocol = protocol});
    const std::int64_t lines = std::max<std::int64_t>(size.count / 64, 1);
    const auto row = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(lines)) - 1);
    return bus * 0.85 * 0.5 * factors[std::min(row, factors.size() - 1)];
  }
  if (algorithm == "nvls" || algorithm == "nvls_tree") {
    const double heads = 2.0 * machine.per_node;
    double bus =
        machine.in_switch * tuning_limit("nvls_efficiency", {}, {}, machine) * (heads - 1) / heads * (reduces_all ? 2 : (n - 1) / n);
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
  const double port = gigabytes(host.scale_up_rate) * (machine.generation == 0 ? 1 : tuning_limit("scale_up_share", {}, {}, machine));
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
  machine.channels = machine.nodes > 1 ? 2 * machine.nics : static_cast<std::uint32_t>(tuning_limit("channels_inside", {}, {}, machine));
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
    if (kind->algorithm == "direct" && (protocol == "auto" || does(kind->protocols, protocol))) {
      if (protocol != "auto") return TuningChoice{kind, protocol_name(protocol)};
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

}  // namespace eastwest
