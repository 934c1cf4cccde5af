// SPDX-License-Identifier: Apache-2.0
#include "topology/fabric.hpp"

#include <algorithm>
#include <vector>

namespace eastwest {

namespace {

constexpr std::uint32_t kNoModel = 0xffff'ffffu;

std::string quoted(const std::string& name) { return "`" + name + "`"; }

/// The first name that stands twice, or "" when all differ; empty names count as equal to each other.
template <class Entry>
std::string duplicate_name(const std::vector<Entry>& entries) {
  std::vector<const std::string*> names;
  names.reserve(entries.size());
  for (const Entry& entry : entries) names.push_back(&entry.name);
  std::sort(names.begin(), names.end(), [](const std::string* a, const std::string* b) { return *a < *b; });
  for (std::size_t i = 1; i < names.size(); ++i)
    if (*names[i] == *names[i - 1]) return *names[i];
  return {};
}

Status check_nodes(const Fabric& fabric) {
  std::size_t next_port = 0;
  std::vector<bool> host_seen(fabric.hosts.size());
  std::vector<bool> switch_seen(fabric.switches.size());
  for (std::size_t i = 0; i < fabric.nodes.size(); ++i) {
    const Node& node = fabric.nodes[i];
    if (node.name.empty()) return Error{"node " + std::to_string(i) + " has no name", {}};
    if (node.first_port != next_port || node.first_port + std::size_t{node.port_count} > fabric.ports.size())
      return Error{"the ports of node " + quoted(node.name) + " are not contiguous", {}};
    for (std::uint32_t p = 0; p < node.port_count; ++p) {
      const Port& port = fabric.ports[node.first_port + p];
      if (port.node.value != i || port.index != p)
        return Error{"port " + std::to_string(p) + " of node " + quoted(node.name) + " does not belong to it", {}};
    }
    next_port += node.port_count;
    if (node.rack >= fabric.racks.size()) return Error{"node " + quoted(node.name) + " stands in a rack that does not exist", {}};
    const bool is_host = node.kind == NodeKind::host;
    std::vector<bool>& seen = is_host ? host_seen : switch_seen;
    if (node.detail >= seen.size() || seen[node.detail]) return Error{"node " + quoted(node.name) + " has no detail of its own", {}};
    seen[node.detail] = true;
    const NodeId back = is_host ? fabric.hosts[node.detail].node : fabric.switches[node.detail].node;
    if (back.value != i) return Error{"the detail of node " + quoted(node.name) + " names another node", {}};
    if (is_host != (node.tier == 0))
      return Error{"node " + quoted(node.name) + " has tier " + std::to_string(node.tier) + ": hosts have 0, switches more", {}};
  }
  if (next_port != fabric.ports.size()) return Error{"there are ports of no node", {}};
  if (std::find(host_seen.begin(), host_seen.end(), false) != host_seen.end()) return Error{"there is a host without a node", {}};
  if (std::find(switch_seen.begin(), switch_seen.end(), false) != switch_seen.end()) return Error{"there is a switch without a node", {}};
  if (const std::string name = duplicate_name(fabric.nodes); !name.empty()) return Error{"two nodes are called " + quoted(name), {}};
  return Done{};
}

Status check_links(const Fabric& fabric) {
  std::vector<std::uint32_t> links_of_cable(fabric.cables.size());
  for (std::size_t i = 0; i < fabric.links.size(); ++i) {
    const Link& link = fabric.links[i];
    const std::string name = "link " + std::to_string(i);
    if (link.source.index() >= fabric.ports.size() || link.target.index() >= fabric.ports.size())
      return Error{name + " ends at no port", {}};
    if (link.cable.index() >= fabric.cables.size()) return Error{name + " belongs to no cable", {}};
    if (fabric.ports[link.source.index()].out.value != i || fabric.ports[link.target.index()].in.value != i)
      return Error{name + " is not the link that its ports name", {}};
    const Cable& cable = fabric.cables[link.cable.index()];
    const bool forward = link.source == cable.a && link.target == cable.b;
    const bool backward = link.source == cable.b && link.target == cable.a;
    if (!forward && !backward) return Error{name + " does not run between the ends of its cable " + quoted(cable.name), {}};
    ++links_of_cable[link.cable.index()];
    if (link.rate.bits_per_second == 0) return Error{name + " of cable " + quoted(cable.name) + " has no rate", {}};
    if (link.delay.ps < 0) return Error{name + " of cable " + quoted(cable.name) + " has a negative delay", {}};
    if (!(link.frame_loss >= 0.0 && link.frame_loss <= 1.0))
      return Error{name + " of cable " + quoted(cable.name) + " has a frame loss outside 0 to 1", {}};
    if (link.delay != cable.delay_medium + cable.delay_modules + cable.delay_fec)
      return Error{name + ": its delay is not the sum of the parts of cable " + quoted(cable.name), {}};
  }
  for (std::size_t i = 0; i < fabric.cables.size(); ++i) {
    const Cable& cable = fabric.cables[i];
    if (cable.name.empty()) return Error{"cable " + std::to_string(i) + " has no name", {}};
    if (cable.a == cable.b) return Error{"cable " + quoted(cable.name) + " ends twice at the same port", {}};
    if (links_of_cable[i] != 2)
      return Error{"cable " + quoted(cable.name) + " has " + std::to_string(links_of_cable[i]) + " links, not 2", {}};
    const LinkId out = fabric.ports[cable.a.index()].out;
    const LinkId in = fabric.ports[cable.a.index()].in;
    if (!out.exists() || !in.exists() || out == in)
      return Error{"the links of cable " + quoted(cable.name) + " do not run in opposite directions", {}};
    if (fabric.links[out.index()].rate != fabric.links[in.index()].rate) return Error{"cable " + quoted(cable.name) + " has two rates", {}};
  }
  for (std::size_t i = 0; i < fabric.ports.size(); ++i) {
    const Port& port = fabric.ports[i];
    if (port.out.exists() != port.in.exists()) return Error{"port " + std::to_string(i) + " has a link in one direction only", {}};
    if (!port.out.exists()) continue;
    if (port.out.index() >= fabric.links.size() || port.in.index() >= fabric.links.size() ||
        fabric.links[port.out.index()].source.value != i || fabric.links[port.in.index()].target.value != i)
      return Error{"port " + std::to_string(i) + " names a link that does not name it", {}};
  }
  if (const std::string name = duplicate_name(fabric.cables); !name.empty()) return Error{"two cables are called " + quoted(name), {}};
  return Done{};
}

Status check_hosts(const Fabric& fabric) {
  std::uint32_t next_gpu = 0;
  std::size_t next_endpoint = 0;
  for (const Host& host : fabric.hosts) {
    const Node& node = fabric.nodes[host.node.index()];
    if (host.gpu_count == 0) return Error{"host " + quoted(node.name) + " can run no process", {}};
    if (host.first_gpu != next_gpu)
      return Error{"the GPUs of host " + quoted(node.name) + " are not numbered after those of the host before it", {}};
    next_gpu += host.gpu_count;
    if (host.endpoint_count == 0 || host.first_endpoint != next_endpoint ||
        host.first_endpoint + std::size_t{host.endpoint_count} > fabric.endpoints.size())
      return Error{"the endpoints of host " + quoted(node.name) + " are missing or not contiguous", {}};
    for (std::uint32_t e = 0; e < host.endpoint_count; ++e) {
      const Endpoint& endpoint = fabric.endpoints[host.first_endpoint + e];
      if (endpoint.host != host.node || endpoint.port.index() >= fabric.ports.size() ||
          fabric.ports[endpoint.port.index()].node != host.node)
        return Error{"endpoint " + std::to_string(e) + " of host " + quoted(node.name) + " is not one of its ports", {}};
    }
    next_endpoint += host.endpoint_count;
    if (host.nic_ports == 0 || host.endpoint_count % host.nic_ports != 0)
      return Error{"the " + std::to_string(host.endpoint_count) + " NIC ports of host " + quoted(node.name) + " do not make NICs of " +
                       std::to_string(host.nic_ports) + " ports",
                   {}};
    if (host.gpu_model != kNoModel && host.gpu_model >= fabric.gpu_models.size())
      return Error{"host " + quoted(node.name) + " has a GPU model that does not exist", {}};
    if (host.nic_latency.ps < 0 || host.scale_up_latency.ps < 0) return Error{"host " + quoted(node.name) + " has a negative latency", {}};
    if (host.scale_up_rate.bits_per_second == 0) return Error{"host " + quoted(node.name) + " has no scale-up rate", {}};
  }
  if (next_endpoint != fabric.endpoints.size()) return Error{"there are endpoints of no host", {}};
  if (next_gpu != fabric.gpu_count)
    return Error{"the fabric counts " + std::to_string(fabric.gpu_count) + " GPUs, its hosts " + std::to_string(next_gpu), {}};
  for (const Switch& unit : fabric.switches) {
    const std::string& name = fabric.nodes[unit.node.index()].name;
    if (unit.latency.ps < 0) return Error{"switch " + quoted(name) + " has a negative latency", {}};
    if (unit.buffer.count <= 0) return Error{"switch " + quoted(name) + " has no buffer", {}};
  }
  return Done{};
}

/// What `structure` promises to the routing.
Status check_structure(const Fabric& fabric) {
  if ((fabric.structure == Structure::torus) == fabric.extents.empty() || fabric.extents.size() > kTorusDimensionsMost)
    return Error{"a torus, and nothing else, has 1 to " + std::to_string(kTorusDimensionsMost) + " extents", {}};
  for (const Switch& unit : fabric.switches)
    for (std::size_t d = 0; d < fabric.extents.size(); ++d)
      if (unit.coordinate[d] >= fabric.extents[d])
        return Error{"switch " + quoted(fabric.nodes[unit.node.index()].name) + " stands outside the torus", {}};
  return Done{};
}

}  // namespace

std::string Fabric::port_name(PortId port) const {
  const Port& entry = ports[port.index()];
  return nodes[entry.node.index()].name + ":" + std::to_string(entry.index);
}

std::string Fabric::link_name(LinkId link) const {
  const Link& entry = links[link.index()];
  return port_name(entry.source) + " -> " + port_name(entry.target);
}

std::uint32_t Fabric::host_of_gpu(GpuId gpu) const {
  EASTWEST_CHECK(gpu.value < gpu_count, "a GPU that the fabric does not have");
  const auto after = std::upper_bound(hosts.begin(), hosts.end(), gpu.value,
                                      [](std::uint32_t number, const Host& host) { return number < host.first_gpu; });
  return static_cast<std::uint32_t>(after - hosts.begin()) - 1;
}

EndpointId Fabric::endpoint_of_gpu(GpuId gpu, std::uint32_t nic_port) const {
  const Host& host = hosts[host_of_gpu(gpu)];
  EASTWEST_CHECK(nic_port < host.nic_ports, "a NIC port that the host does not have");
  const std::uint64_t local = gpu.value - host.first_gpu;
  const std::uint32_t nics = host.endpoint_count / host.nic_ports;
  return {host.first_endpoint + static_cast<std::uint32_t>(local * nics / host.gpu_count) * host.nic_ports + nic_port};
}

Status validate(const Fabric& fabric) {
  if (fabric.racks.empty()) return Error{"there is no rack", {}};
  if (fabric.hosts.empty()) return Error{"there is no host", {}};
  for (const auto check : {check_nodes, check_links, check_hosts, check_structure})
    if (Status status = check(fabric); !status) return status;
  return Done{};
}

}  // namespace eastwest
