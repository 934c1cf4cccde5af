// SPDX-License-Identifier: Apache-2.0
#include "sim/idle_path.hpp"

#include <algorithm>

namespace eastwest {

IdlePath idle_path(const Fabric& fabric, const RouteVersion& routes, EndpointId from, EndpointId to) {
  IdlePath path;
  const auto nic = [&fabric](EndpointId e) {
    return fabric.hosts[fabric.nodes[fabric.endpoints[e.index()].host.index()].detail].nic_latency;
  };
  path.nic_latency = nic(from) + nic(to);
  BitRate rate{~std::uint64_t{0}};
  PortId port = fabric.endpoints[from.index()].port;
  for (std::size_t hop = 0; hop <= fabric.nodes.size(); ++hop) {
    const LinkId out = fabric.ports[port.index()].out;
    if (!out.exists()) return path;
    const Link& link = fabric.links[out.index()];
    path.delay += link.delay;
    rate = std::min(rate, link.rate);
    const Node& node = fabric.nodes[fabric.ports[link.target.index()].node.index()];
    if (node.kind == NodeKind::host) {
      path.rate = rate;
      return path;
    }
    const Switch& model = fabric.switches[node.detail];
    path.delay += model.latency;
    ++path.hops;
    if (model.mode == ForwardingMode::store_and_forward) ++path.stored_hops;
    const std::uint32_t next = routes.first_port(node.detail, to);
    if (next == RouteVersion::kNoPort) return path;
    port = PortId{node.first_port + next};
  }
  return path;
}

Bytes wire_bytes(const NetworkOptions& network, Bytes payload) {
  const std::int64_t frames = std::max<std::int64_t>(1, (payload.count + network.mtu.count - 1) / network.mtu.count);
  return {payload.count + frames * (network.header.count + network.gap.count)};
}

Duration ideal_time(const NetworkOptions& network, const IdlePath& path, Bytes bytes) {
  if (path.rate.bits_per_second == 0) return {0};
  const Duration wire = serialisation(wire_bytes(network, bytes), path.rate);
  if (path.stored_hops == 0) return path.nic_latency + path.delay + wire;
  const Duration first = serialisation(wire_bytes(network, std::min(bytes, network.mtu)), path.rate);
  return path.nic_latency + path.delay + wire + first * path.stored_hops;
}

Duration acknowledgement_time(const NetworkOptions& network, const IdlePath& back) {
  if (back.rate.bits_per_second == 0) return back.delay;
  return back.delay + serialisation(network.ack_size + network.gap, back.rate) * (1 + std::int64_t{back.stored_hops});
}

Duration round_trip_time(const NetworkOptions& network, const IdlePath& there, const IdlePath& back) {
  if (there.rate.bits_per_second == 0 || back.rate.bits_per_second == 0) return {0};
  const Duration packet = serialisation(wire_bytes(network, network.mtu), there.rate);
  return there.delay + packet * (1 + std::int64_t{there.stored_hops}) + acknowledgement_time(network, back);
}

}  // namespace eastwest
