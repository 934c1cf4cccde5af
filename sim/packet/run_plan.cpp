// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/run_plan.hpp"

#include <algorithm>
#include <cmath>

#include "sim/packet/transports/transport_kind.hpp"

namespace eastwest::packet {

namespace {

constexpr std::int64_t kPauseQuanta = 60;  // 802.1Qbb response allowance
constexpr std::int64_t kQuantumBits = 512;
constexpr std::int64_t kWindowMax = (1 << 24) - 1;  // sort keys hold 24 bits of time
constexpr std::int64_t kPauseFrameBytes = 64;

std::int64_t pause_response(const NetworkOptions& network, BitRate rate) {
  if (network.pfc_response.ps != 0) return network.pfc_response.ps;
  return serialisation({kPauseQuanta * kQuantumBits / 8}, rate).ps;
}

std::uint64_t probability_to_q64(double p) {
  if (p >= 1.0) return ~std::uint64_t{0};
  return p <= 0.0 ? 0 : static_cast<std::uint64_t>(std::ldexp(p, 64));
}

Status check_sizes(const Fabric& fabric, const NetworkOptions& network) {
  if (fabric.nodes.size() > 65'535)
    return Error{"the fabric has " + std::to_string(fabric.nodes.size()) + " nodes; the packet engine handles 65,535", ""};
  if (network.mtu.count + network.header.count > 65'535) return Error{"mtu and header together exceed 65,535 bytes", "lower network.mtu"};
  for (const Node& node : fabric.nodes)
    if (node.port_count > 1024)
      return Error{"`" + node.name + "` has " + std::to_string(node.port_count) + " ports; the packet engine handles 1,024 a node", ""};
  return Done{};
}

void plan_node(RunPlan& plan, const Node& node) {
  NodePlan out;
  out.first_port = node.first_port;
  out.port_count = node.port_count;
  out.detail = node.detail;
  out.is_switch = node.kind == NodeKind::network_switch;
  if (out.is_switch) {
    const Switch& model = plan.fabric->switches[node.detail];
    out.latency = model.latency.ps;
    out.store_and_forward = model.mode == ForwardingMode::store_and_forward;
    out.buffer = plan.network.buffer.count != 0 ? plan.network.buffer.count : model.buffer.count;
  }
  plan.nodes.push_back(out);
}

PortPlan plan_port(const RunPlan& plan, const Port& port) {
  const Fabric& fabric = *plan.fabric;
  const NetworkOptions& network = plan.network;
  PortPlan out;
  if (!port.out.exists()) return out;
  const Link& link = fabric.links[port.out.index()];
  const Port& target = fabric.ports[link.target.index()];
  const NodePlan& node = plan.nodes[target.node.index()];
  out.rate = link.rate.bits_per_second;
  out.ps_per_byte = 8'000'000'000'000u % out.rate == 0 ? static_cast<std::uint32_t>(8'000'000'000'000u / out.rate) : 0;
  out.gap_time = out.wire_time(network.gap.count);
  out.link = port.out.value;
  out.target_node = static_cast<std::uint16_t>(target.node.value);
  out.target_ingress = static_cast<std::uint16_t>(target.index);
  out.delay = link.delay.ps + node.latency;
  out.delay_pause = link.delay.ps + pause_response(network, link.rate);
  out.last_bit_mask = !node.is_switch || node.store_and_forward ? -1 : 0;
  out.loss_threshold = probability_to_q64(link.frame_loss);
  const double scale = static_cast<double>(out.rate) / static_cast<double>(network.ecn_reference_rate.bits_per_second);
  const auto scaled = [scale](Bytes bytes) {
    return static_cast<std::uint32_t>(std::min(4.0e9, std::floor(static_cast<double>(bytes.count) * scale)));
  };
  out.ecn_min = network.ecn ? scaled(network.ecn_min) : 0xffff'ffffu;
  out.ecn_max = network.ecn ? std::max(scaled(network.ecn_max), out.ecn_min + 1) : 0xffff'ffffu;
  return out;
}

/// What can still arrive at `port` of a switch after it decided to pause the sender there.
std::int64_t headroom_of(const RunPlan& plan, const Port& port) {
  if (plan.network.headroom.count != 0) return plan.network.headroom.count;
  const Link& in = plan.fabric->links[port.in.index()];
  const NodePlan& node = plan.nodes[port.node.index()];
  const std::int64_t span = 2 * in.delay.ps + node.latency + pause_response(plan.network, in.rate);
  const double bytes = static_cast<double>(span) * 1e-12 * in.rate.bytes_per_second();
  const std::int64_t frame = plan.network.mtu.count + plan.network.header.count + plan.network.gap.count;
  return static_cast<std::int64_t>(std::ceil(bytes)) + 3 * frame + kPauseFrameBytes + plan.network.gap.count;
}

Status plan_buffers(RunPlan& plan) {
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    NodePlan& node = plan.nodes[n];
    if (!node.is_switch) continue;
    node.shared_pool = node.buffer;
    if (!plan.network.pfc) continue;
    for (std::uint32_t i = 0; i < node.port_count; ++i) {
      const Port& port = plan.fabric->ports[node.first_port + i];
      if (!port.in.exists()) continue;
      const std::int64_t headroom = headroom_of(plan, port);
      plan.ports[node.first_port + i].headroom = static_cast<std::uint32_t>(headroom);
      node.shared_pool -= headroom + plan.network.buffer_reserve.count;
    }
    if (node.shared_pool <= 0)
      return Error{"the buffer of `" + plan.fabric->nodes[n].name + "`, " + to_string(Bytes{node.buffer}) +
                       ", does not hold the PFC headroom and reserve of its " + std::to_string(node.port_count) + " ports, " +
                       to_string(Bytes{node.buffer - node.shared_pool}),
                   "shorter cables, a larger network.buffer, a smaller network.headroom, or network.pfc: false"};
  }
  return Done{};
}

void plan_routes(RunPlan& plan) {
  plan.routes.push_back({0, all_shortest_paths(*plan.fabric)});
  std::vector<bool> down(plan.fabric->cables.size(), false);
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    down[plan.faults[i].cable.index()] = !plan.faults[i].up;
    const bool last_of_instant = i + 1 == plan.faults.size() || plan.faults[i + 1].time != plan.faults[i].time;
    if (last_of_instant)
      plan.routes.push_back({plan.faults[i].time.ps + plan.network.reroute_delay.ps, all_shortest_paths(*plan.fabric, down)});
  }
}

void note_mixed_rates(RunPlan& plan) {
  for (NodePlan& node : plan.nodes) {
    std::uint64_t rate = 0;
    for (std::uint32_t i = 0; i < node.port_count; ++i) {
      const std::uint64_t here = plan.ports[node.first_port + i].rate;
      if (here == 0) continue;
      if (rate != 0 && here != rate && node.is_switch && !node.store_and_forward) node.mixed_rates = true;
      rate = here;
    }
  }
}

/// W and the offset of the hosts; see the header.
Status plan_windows(RunPlan& plan) {
  std::int64_t reach[2][2] = {{kWindowMax, kWindowMax}, {kWindowMax, kWindowMax}};  // [from a switch][to a switch]
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    const NodePlan& node = plan.nodes[n];
    for (std::uint32_t i = 0; i < node.port_count; ++i) {
      const PortPlan& port = plan.ports[node.first_port + i];
      if (port.rate == 0) continue;
      const std::int64_t least = plan.network.pfc && node.is_switch ? std::min(port.delay, port.delay_pause) : port.delay;
      if (least < 1000) {
        const Fabric& fabric = *plan.fabric;
        return Error{"the link " + fabric.link_name(LinkId{port.link}) + " has a delay of " + to_string(fabric.links[port.link].delay) +
                         ": a parallel run needs at least 1 ns between two nodes",
                     "give it a length or a delay"};
      }
      std::int64_t& smallest = reach[node.is_switch ? 1 : 0][plan.nodes[port.target_node].is_switch ? 1 : 0];
      smallest = std::min(smallest, least);
    }
  }
  plan.window = std::min({kWindowMax, reach[0][1] + reach[1][0], reach[1][1], reach[0][0]});
  plan.host_offset = plan.window - std::min(plan.window, reach[1][0]);
  for (PortPlan& port : plan.ports)
    if (port.rate != 0 && !plan.nodes[port.target_node].is_switch) port.target_offset = plan.host_offset;
  return Done{};
}

}  // namespace

Result<RunPlan> make_run_plan(const Fabric& fabric, const SimulationOptions& options) {
  if (const Status sizes = check_sizes(fabric, options.network); !sizes) return sizes.error();
  RunPlan plan;
  plan.fabric = &fabric;
  plan.network = options.network;
  plan.seed = options.seed;
  plan.signals = find_transport_kind(options.network.transport)->needs;
  plan.buffer_alpha_q16 = static_cast<std::int64_t>(std::llround(options.network.buffer_alpha * 65536.0));
  plan.ecn_probability_q64 = probability_to_q64(options.network.ecn_probability);
  plan.faults = options.faults;
  std::stable_sort(plan.faults.begin(), plan.faults.end(), [](const Fault& a, const Fault& b) { return a.time < b.time; });
  for (const Node& node : fabric.nodes) plan_node(plan, node);
  for (const Port& port : fabric.ports) plan.ports.push_back(plan_port(plan, port));
  if (const Status buffers = plan_buffers(plan); !buffers) return buffers.error();
  plan_routes(plan);

  note_mixed_rates(plan);
  if (const Status windows = plan_windows(plan); !windows) return windows.error();
  return plan;
}

PathCost RunPlan::path(EndpointId from, EndpointId to) const {
  PathCost cost;
  const auto nic = [this](EndpointId e) {
    return fabric->hosts[fabric->nodes[fabric->endpoints[e.index()].host.index()].detail].nic_latency.ps;
  };
  cost.nic_latency = nic(from) + nic(to);
  std::uint64_t rate = ~std::uint64_t{0};
  PortId port = fabric->endpoints[from.index()].port;
  for (std::size_t hop = 0; hop <= nodes.size(); ++hop) {
    const PortPlan& out = ports[port.index()];
    if (out.rate == 0) return cost;
    cost.delay += out.delay;
    rate = std::min(rate, out.rate);
    const NodePlan& node = nodes[out.target_node];
    if (!node.is_switch) {
      cost.rate = rate;
      return cost;
    }
    ++cost.hops;
    if (out.last_bit_mask != 0) ++cost.stored_hops;
    const auto next = routes.front().hops.at(node.detail, to);
    if (next.empty()) return cost;
    port = PortId{node.first_port + next.front()};
  }
  return cost;
}

Duration RunPlan::ideal_time(const PathCost& path, Bytes bytes) const {
  if (path.rate == 0) return {0};
  const std::int64_t frames = std::max<std::int64_t>(1, (bytes.count + network.mtu.count - 1) / network.mtu.count);
  const std::int64_t overhead = network.header.count + network.gap.count;
  const BitRate rate{path.rate};
  const Duration wire = serialisation({bytes.count + frames * overhead}, rate);
  const Duration stored = serialisation({std::min(bytes.count, network.mtu.count) + overhead}, rate) * path.stored_hops;
  return Duration{path.nic_latency + path.delay} + wire + stored;
}

Duration RunPlan::base_round_trip(EndpointId from, EndpointId to) const {
  const PathCost there = path(from, to);
  const PathCost back = path(to, from);
  if (there.rate == 0 || back.rate == 0) return {0};
  const Duration packet = serialisation({network.mtu.count + network.header.count + network.gap.count}, {there.rate});
  const Duration ack = serialisation({network.ack_size.count + network.gap.count}, {back.rate});
  return Duration{there.delay + back.delay} + packet * (1 + there.stored_hops) + ack * (1 + back.stored_hops);
}

}  // namespace eastwest::packet
