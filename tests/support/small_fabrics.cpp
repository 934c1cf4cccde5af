// SPDX-License-Identifier: Apache-2.0
#include "tests/support/small_fabrics.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace eastwest::test {

NodeId SmallFabric::add_host(std::uint32_t nics) {
  Node node;
  node.name = "host-" + std::to_string(fabric_.hosts.size());
  node.detail = static_cast<std::uint32_t>(fabric_.hosts.size());
  const NodeId id{static_cast<std::uint32_t>(fabric_.nodes.size())};
  fabric_.nodes.push_back(node);
  Host host;
  host.node = id;
  host.model = "test";
  host.gpu_count = options_.gpus;
  host.endpoint_count = nics;
  host.nic_latency = options_.nic_latency;
  host.scale_up_rate = options_.scale_up_rate;
  host.scale_up_latency = options_.scale_up_latency;
  fabric_.hosts.push_back(host);
  return id;
}

NodeId SmallFabric::add_switch() {
  Node node;
  node.name = "switch-" + std::to_string(fabric_.switches.size());
  node.kind = NodeKind::network_switch;
  node.tier = 1;
  node.detail = static_cast<std::uint32_t>(fabric_.switches.size());
  const NodeId id{static_cast<std::uint32_t>(fabric_.nodes.size())};
  fabric_.nodes.push_back(node);
  fabric_.switches.push_back({id, "test", options_.switch_latency, options_.mode, options_.buffer});
  return id;
}

CableId SmallFabric::connect(NodeId a, NodeId b) { return connect(a, b, options_.rate, options_.delay); }

CableId SmallFabric::connect(NodeId a, NodeId b, BitRate rate, Duration delay) {
  edges_.push_back({a, b, rate, delay});
  return {static_cast<std::uint32_t>(edges_.size() - 1)};
}

Fabric SmallFabric::finish() {
  Fabric f = fabric_;
  std::vector<std::vector<PortId>> ends(edges_.size());
  for (std::uint32_t n = 0; n < f.nodes.size(); ++n) {
    f.nodes[n].first_port = static_cast<std::uint32_t>(f.ports.size());
    for (std::size_t e = 0; e < edges_.size(); ++e) {
      if (edges_[e].a.value != n && edges_[e].b.value != n) continue;
      ends[e].push_back({static_cast<std::uint32_t>(f.ports.size())});
      f.ports.push_back({NodeId{n}, f.nodes[n].port_count++, {}, {}});
    }
  }
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    const bool a_first = f.ports[ends[e][0].index()].node == edges_[e].a;
    const PortId a = ends[e][a_first ? 0 : 1];
    const PortId b = ends[e][a_first ? 1 : 0];
    const CableId cable{static_cast<std::uint32_t>(e)};
    f.cables.push_back({"C" + std::to_string(e), a, b, Length{0}, "custom", edges_[e].delay, {}, {}});
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      const LinkId link{static_cast<std::uint32_t>(f.links.size())};
      f.links.push_back({from, to, edges_[e].rate, edges_[e].delay, cable, 0.0});
      f.ports[from.index()].out = link;
      f.ports[to.index()].in = link;
    }
  }
  for (Host& host : f.hosts) {
    host.first_gpu = f.gpu_count;
    host.first_endpoint = static_cast<std::uint32_t>(f.endpoints.size());
    const Node& node = f.nodes[host.node.index()];
    host.endpoint_count = std::min(host.endpoint_count, node.port_count);
    for (std::uint32_t i = 0; i < host.endpoint_count; ++i) f.endpoints.push_back({host.node, PortId{node.first_port + i}});
    f.gpu_count += host.gpu_count;
  }
  return f;
}

Fabric line(std::uint32_t switches, SmallFabricOptions options) {
  SmallFabric b(options);
  const NodeId first = b.add_host();
  const NodeId last = b.add_host();
  NodeId at = first;
  for (std::uint32_t i = 0; i < switches; ++i) {
    const NodeId next = b.add_switch();
    b.connect(at, next);
    at = next;
  }
  b.connect(at, last);
  return b.finish();
}

Fabric star(std::uint32_t hosts, SmallFabricOptions options) {
  SmallFabric b(options);
  std::vector<NodeId> list;
  for (std::uint32_t i = 0; i < hosts; ++i) list.push_back(b.add_host());
  const NodeId middle = b.add_switch();
  for (const NodeId host : list) b.connect(host, middle);
  return b.finish();
}

Fabric two_tier(std::uint32_t leaves, std::uint32_t hosts, std::uint32_t spines, SmallFabricOptions options) {
  SmallFabric b(options);
  std::vector<NodeId> host_list;
  for (std::uint32_t i = 0; i < leaves * hosts; ++i) host_list.push_back(b.add_host());
  std::vector<NodeId> leaf_list;
  std::vector<NodeId> spine_list;
  for (std::uint32_t i = 0; i < leaves; ++i) leaf_list.push_back(b.add_switch());
  for (std::uint32_t i = 0; i < spines; ++i) spine_list.push_back(b.add_switch());
  for (std::uint32_t l = 0; l < leaves; ++l)
    for (std::uint32_t h = 0; h < hosts; ++h) b.connect(host_list[l * hosts + h], leaf_list[l]);
  for (const NodeId leaf : leaf_list)
    for (const NodeId spine : spine_list) b.connect(leaf, spine);
  return b.finish();
}

NetworkOptions network(std::vector<std::string> changes) {
  const std::vector<ParameterSpec> specs = network_parameters();
  ParameterSet set = ParameterSet::defaults(specs);
  for (const std::string& change : changes) {
    const std::size_t equals = change.find('=');
    const std::string name = change.substr(0, equals);
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ParameterSpec& s) { return s.name == name; });
    REQUIRE_MESSAGE(spec != specs.end(), "no network parameter " << name);
    const Result<ParameterValue> value = parse_parameter(*spec, change.substr(equals + 1));
    REQUIRE_MESSAGE(value.has_value(), "bad value in " << change);
    set.set(name, *value);
  }
  return network_options(set);
}

Workload all_gpus(const Fabric& fabric, const std::string& name) {
  Workload w;
  for (std::uint32_t g = 0; g < fabric.gpu_count; ++g) w.ranks.push_back({g});
  Job job;
  job.name = name;
  job.kind = "test";
  job.rank_count = fabric.gpu_count;
  w.jobs.push_back(job);
  return w;
}

Workload flows(const Fabric& fabric, const std::vector<Flow>& list) {
  Workload w = all_gpus(fabric, "flows");
  ScheduleBuilder b;
  b.begin_job(0, 1);
  for (const Flow& flow : list) {
    const ScheduleBuilder::Transfer t = b.transfer({flow.from}, {flow.to}, flow.bytes);
    if (flow.start.ps != 0) b.depend(t.send, b.compute({flow.from}, flow.start));
  }
  Result<Schedule> schedule = std::move(b).finish();
  REQUIRE(schedule.has_value());
  w.schedule = std::move(schedule).value();
  return w;
}

SimulationOptions options_with(NetworkOptions network) {
  SimulationOptions options;
  options.network = network;
  options.probes = probe_options(ParameterSet::defaults(probe_parameters()));
  return options;
}

Outcomes play(const Fabric& fabric, Workload workload, SimulationOptions options) {
  Outcomes out;
  Progress progress;
  const RecordSink sink = [&out](RecordBatch&& batch) {
    out.flows.insert(out.flows.end(), batch.flows.begin(), batch.flows.end());
    out.links.insert(out.links.end(), batch.links.begin(), batch.links.end());
    out.events.insert(out.events.end(), batch.events.begin(), batch.events.end());
    out.packets.insert(out.packets.end(), batch.packets.begin(), batch.packets.end());
  };
  Result<RunResult> result = simulate(fabric, workload, options, sink, progress);
  REQUIRE_MESSAGE(result.has_value(), (result ? std::string{} : result.error().message));
  out.result = std::move(result).value();
  std::sort(out.flows.begin(), out.flows.end(), [](const FlowRow& a, const FlowRow& b) { return a.id < b.id; });
  return out;
}

}  // namespace eastwest::test
