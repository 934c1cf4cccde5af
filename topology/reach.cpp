// SPDX-License-Identifier: Apache-2.0
#include "topology/reach.hpp"

#include <algorithm>
#include <numeric>

namespace eastwest {

std::vector<std::uint32_t> parts_of_endpoints(const Fabric& fabric) {
  // Union of the nodes at both ends of every cable between switches; hosts do not forward.
  std::vector<std::uint32_t> parent(fabric.nodes.size());
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  const auto node_at = [&](PortId port) { return fabric.ports[port.index()].node.value; };
  for (const Cable& cable : fabric.cables) {
    const std::uint32_t a = node_at(cable.a);
    const std::uint32_t b = node_at(cable.b);
    if (fabric.nodes[a].kind == NodeKind::network_switch && fabric.nodes[b].kind == NodeKind::network_switch) parent[root(a)] = root(b);
  }
  constexpr std::uint32_t kUnnumbered = 0xffff'ffffu;
  std::vector<std::uint32_t> number(fabric.nodes.size(), kUnnumbered);
  std::vector<std::uint32_t> parts;
  std::uint32_t next = 0;
  for (const Endpoint& endpoint : fabric.endpoints) {
    const LinkId out = fabric.ports[endpoint.port.index()].out;
    if (!out.exists()) {
      parts.push_back(next++);
      continue;
    }
    std::uint32_t& found = number[root(node_at(fabric.links[out.index()].target))];
    if (found == kUnnumbered) found = next++;
    parts.push_back(found);
  }
  return parts;
}

bool can_reach(const Fabric& fabric, const std::vector<std::uint32_t>& parts, GpuId from, GpuId to) {
  const std::uint32_t host = fabric.host_of_gpu(from);
  if (host == fabric.host_of_gpu(to)) return true;
  const std::uint32_t planes = std::min(fabric.hosts[host].nic_ports, fabric.hosts[fabric.host_of_gpu(to)].nic_ports);
  for (std::uint32_t plane = 0; plane < planes; ++plane)
    if (parts[fabric.endpoint_of_gpu(from, plane).index()] != parts[fabric.endpoint_of_gpu(to, plane).index()]) return false;
  return true;
}

NodeId leaf_of_gpu(const Fabric& fabric, GpuId gpu) {
  const Host& host = fabric.hosts[fabric.host_of_gpu(gpu)];
  if (host.endpoint_count == 0) return host.node;
  const EndpointId endpoint = fabric.endpoint_of_gpu(gpu);
  const LinkId out = fabric.ports[fabric.endpoints[endpoint.index()].port.index()].out;
  return out.exists() ? fabric.ports[fabric.links[out.index()].target.index()].node : host.node;
}

}  // namespace eastwest
