// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/run_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/packet/frame.hpp"
#include "sim/packet/transports/transport_kind.hpp"
#include "topology/plant/pfc_headroom.hpp"

namespace eastwest::packet {

namespace {

constexpr std::int64_t kWindowMax = (1 << 24) - 1;  // sort keys hold 24 bits of time

std::int64_t pause_response(const NetworkOptions& network, BitRate rate) {
  if (network.pfc_response.ps != 0 || network.credits) return network.pfc_response.ps;
  return pfc_response(rate).ps;
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
  out.to_host = !node.is_switch;
  out.delay = link.delay.ps + node.latency;
  out.delay_pause = link.delay.ps + pause_response(network, link.rate);
  out.last_bit_mask = !node.is_switch || node.store_and_forward ? -1 : 0;
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
  const Bytes frame{plan.network.mtu.count + plan.network.header.count + plan.network.gap.count};
  const Bytes pause{kPauseFrameBytes + plan.network.gap.count};
  return pfc_headroom({in.delay, {node.latency}, {pause_response(plan.network, in.rate)}, in.rate, frame, 3, pause}).count;
}

/// The buffer of a switch, divided among its ingress ports and the priorities in use.
Status plan_credits(RunPlan& plan, std::uint32_t priorities) {
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    NodePlan& node = plan.nodes[n];
    if (!node.is_switch) continue;
    const std::int64_t given = plan.network.credit_buffer.count;
    node.credit_buffer = std::min<std::int64_t>(given != 0 ? given : node.buffer / (std::int64_t{node.port_count} * priorities), 1 << 30);
    if (node.credit_buffer < 2 * plan.full_frame)
      return Error{"`" + plan.fabric->nodes[n].name + "` has " + to_string(Bytes{node.credit_buffer}) + " of buffer for each of " +
                       std::to_string(node.port_count) + " ports and " + std::to_string(priorities) +
                       (priorities == 1 ? " priority" : " priorities") + "; credits need two full frames, " +
                       to_string(Bytes{std::int64_t{2} * plan.full_frame}),
                   "a larger network.buffer or network.credit_buffer, or a smaller network.mtu"};
  }
  for (PortPlan& port : plan.ports)
    if (port.rate != 0 && !port.to_host) port.credit_buffer = static_cast<std::uint32_t>(plan.nodes[port.target_node].credit_buffer);
  return Done{};
}

Status plan_buffers(RunPlan& plan, std::uint32_t priorities) {
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
      node.shared_pool -= (headroom + plan.network.buffer_reserve.count) * priorities;
    }
    if (node.shared_pool <= 0)
      return Error{"the buffer of `" + plan.fabric->nodes[n].name + "`, " + to_string(Bytes{node.buffer}) +
                       ", does not hold the PFC headroom and reserve of its " + std::to_string(node.port_count) + " ports" +
                       (priorities == 1 ? "" : " and " + std::to_string(priorities) + " priorities") + ", " +
                       to_string(Bytes{node.buffer - node.shared_pool}),
                   "shorter cables, a larger network.buffer, a smaller network.headroom, or network.pfc: false"};
  }
  return Done{};
}

/// Priorities are numbered class after class, so the highest class in use decides.
Status plan_priorities(RunPlan& plan, unsigned data_classes) {
  for (const RouteVersion& version : plan.routes) plan.channels = std::max(plan.channels, version.channels());
  const auto highest = static_cast<unsigned>(std::bit_width(data_classes)) - 1;
  plan.priorities = highest * plan.channels;
  if (plan.priorities < kPriorityCount) return Done{};
  return Error{"the routes need " + std::to_string(plan.channels) + " virtual channels for each of " + std::to_string(highest) +
                   " traffic classes; a link has " + std::to_string(kPriorityCount - 1) + " priorities for data",
               plan.channels < kPriorityCount ? "put the jobs into class 1, or use network.paths: up_down" : "use network.paths: up_down"};
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
      const std::int64_t least =
          (plan.network.pfc || plan.network.credits) && node.is_switch ? std::min(port.delay, port.delay_pause) : port.delay;
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

std::uint64_t draw_threshold(double probability) {
  if (probability >= 1.0) return ~std::uint64_t{0};
  return probability <= 0.0 ? 0 : static_cast<std::uint64_t>(std::ldexp(probability, 64));
}

Result<RunPlan> make_run_plan(const Fabric& fabric, const SimulationOptions& options, unsigned data_classes) {
  if (const Status sizes = check_sizes(fabric, options.network); !sizes) return sizes.error();
  RunPlan plan;
  plan.fabric = &fabric;
  plan.network = options.network;
  plan.seed = options.seed;
  plan.full_frame = static_cast<std::int32_t>(options.network.mtu.count + options.network.header.count);
  plan.signals = find_transport_kind(options.network.transport)->needs;
  plan.buffer_alpha_q16 = static_cast<std::int64_t>(std::llround(options.network.buffer_alpha * 65536.0));
  plan.ecn_probability_q64 = draw_threshold(options.network.ecn_probability);
  plan.faults = options.faults;
  std::stable_sort(plan.faults.begin(), plan.faults.end(), [](const Fault& a, const Fault& b) { return a.time < b.time; });
  Result<std::vector<RouteVersion>> routes = route_versions(fabric, options.network, plan.faults);
  if (!routes) return routes.error();
  plan.routes = std::move(routes).value();
  data_classes = std::max(data_classes, 2u);  // class 1, where there are no jobs
  if (const Status priorities = plan_priorities(plan, data_classes); !priorities) return priorities.error();
  for (const Node& node : fabric.nodes) plan_node(plan, node);
  for (const Port& port : fabric.ports) plan.ports.push_back(plan_port(plan, port));
  const std::uint32_t in_use = static_cast<std::uint32_t>(std::popcount(data_classes & ~1u)) * plan.channels;
  if (const Status buffers = plan_buffers(plan, in_use); !buffers) return buffers.error();
  if (options.network.credits)
    if (const Status credits = plan_credits(plan, in_use); !credits) return credits.error();
  note_mixed_rates(plan);
  if (const Status windows = plan_windows(plan); !windows) return windows.error();
  return plan;
}

}  // namespace eastwest::packet
