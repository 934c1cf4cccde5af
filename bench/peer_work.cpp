// SPDX-License-Identifier: Apache-2.0
#include "bench/peer_work.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/random.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "topology/next_hops.hpp"

namespace eastwest::bench {

namespace {

struct PeerFlow {
  std::uint32_t source = 0;  // ranks, which are hosts
  std::uint32_t destination = 0;
  std::vector<std::uint32_t> forward;  // links
  std::vector<std::uint32_t> back;
};

class FileMaker {
 public:
  explicit FileMaker(const Built& built)
      : fabric_(*built.fabric), schedule_(built.workload.schedule), options_(built.options), routes_(all_shortest_paths(fabric_)) {
    busy_bits_.resize(fabric_.links.size(), 0);
  }

  PeerFile make() {
    const NetworkOptions& n = options_.network;
    put("packet", {n.mtu.count, n.header.count, n.gap.count, n.ack_size.count, n.ack_every});
    put("nodes", {static_cast<std::int64_t>(fabric_.hosts.size()), static_cast<std::int64_t>(fabric_.switches.size())});
    for (const Link& link : fabric_.links)
      put("link",
          {node_number(fabric_.ports[link.source.index()].node), node_number(fabric_.ports[link.target.index()].node),
           static_cast<std::int64_t>(link.rate.bits_per_second), (link.delay + pipeline(fabric_.ports[link.target.index()].node)).ps});
    for (const Operation& operation : schedule_.operations)
      if (operation.kind == OperationKind::send) flow_of(operation);
    for (const PeerFlow& flow : flows_) put_flow(flow);
    for (std::uint32_t i = 0; i < schedule_.operations.size(); ++i) put_operation(i);
    for (std::size_t l = 0; l < busy_bits_.size(); ++l)
      file_.link_seconds.push_back(busy_bits_[l] / static_cast<double>(fabric_.links[l].rate.bits_per_second));
    return std::move(file_);
  }

 private:
  void put(const char* kind, std::initializer_list<std::int64_t> numbers) {
    file_.text += kind;
    for (const std::int64_t number : numbers) append(number);
    file_.text += '\n';
  }
  void append(std::int64_t number) { file_.text += ' ' + std::to_string(number); }
  void append(const std::vector<std::uint32_t>& list) {
    append(static_cast<std::int64_t>(list.size()));
    for (const std::uint32_t item : list) append(item);
  }

  std::int64_t node_number(NodeId id) const {
    const Node& node = fabric_.nodes[id.index()];
    return node.kind == NodeKind::host ? node.detail : static_cast<std::int64_t>(fabric_.hosts.size()) + node.detail;
  }
  Duration pipeline(NodeId id) const {
    const Node& node = fabric_.nodes[id.index()];
    return node.kind == NodeKind::host ? Duration{} : fabric_.switches[node.detail].latency;
  }

  /// The links of a path, chosen as sim/packet/switch_model.cpp chooses with ecmp.
  std::vector<std::uint32_t> path(std::uint32_t from, std::uint32_t to, std::uint16_t entropy) const {
    std::vector<std::uint32_t> links;
    PortId port = fabric_.endpoints[from].port;
    for (;;) {
      const LinkId link = fabric_.ports[port.index()].out;
      links.push_back(link.value);
      const NodeId at = fabric_.ports[fabric_.links[link.index()].target.index()].node;
      const Node& node = fabric_.nodes[at.index()];
      if (node.kind == NodeKind::host) return links;
      const std::span<const std::uint16_t> hops = routes_.at(node.detail, EndpointId{to});
      const std::uint64_t salt = draw(options_.seed, 0x5a17'0000'0000'0000u, at.value);
      const std::uint64_t choice = hops.size() == 1 ? 0 : ((mix(entropy ^ salt) >> 32) * hops.size()) >> 32;
      port = PortId{node.first_port + hops[choice]};
    }
  }

  PeerFlow& flow_of(const Operation& send) {
    const std::uint32_t from = send.rank.value;
    const auto [known, fresh] = flow_index_.try_emplace({from, send.peer}, flows_.size());
    if (fresh) {
      // As run_setup.cpp draws it for the one queue pair of a connection.
      const auto entropy = static_cast<std::uint16_t>(draw(options_.seed, (std::uint64_t{from} << 32) | send.peer, 0) >> 48);
      flows_.push_back(
          {from, send.peer, path(from, send.peer, entropy), path(send.peer, from, static_cast<std::uint16_t>(entropy ^ 0x5555u))});
    }
    return flows_[known->second];
  }

  /// From the first bit at the start of a path to the last bit of a frame of `bytes` at its end, without the time that the
  /// first link takes for it.
  Duration idle_time(const std::vector<std::uint32_t>& path, std::int64_t bytes) const {
    Duration time{};
    for (std::size_t i = 0; i < path.size(); ++i) {
      const Link& link = fabric_.links[path[i]];
      time = time + link.delay + pipeline(fabric_.ports[link.target.index()].node);
      if (i != 0) time = time + serialisation({bytes + options_.network.gap.count}, link.rate);
    }
    return time;
  }

  void put_flow(const PeerFlow& flow) {
    const NetworkOptions& n = options_.network;
    const Duration there = idle_time(flow.forward, n.mtu.count + n.header.count);
    const Duration back =
        serialisation({n.ack_size + n.gap}, fabric_.links[flow.back.front()].rate) + idle_time(flow.back, n.ack_size.count);
    file_.text += "flow";
    for (const std::int64_t number :
         {std::int64_t{flow.source}, std::int64_t{flow.destination}, n.window.count / n.mtu.count, there.ps, back.ps})
      append(number);
    append(flow.forward);
    append(flow.back);
    file_.text += '\n';
  }

  void put_operation(std::uint32_t index) {
    const Operation& operation = schedule_.operations[index];
    const bool send = operation.kind == OperationKind::send;
    file_.text += send ? "send" : "receive";
    if (send) {
      PeerFlow& flow = flow_of(operation);
      append(static_cast<std::int64_t>(&flow - flows_.data()));
      append(operation.amount);
      count(flow, operation.amount);
    }
    append(operation.match);
    append(operation.dependencies);
    const std::span<const std::uint32_t> next = schedule_.successors_of(index);
    append(static_cast<std::int64_t>(next.size()));
    for (const std::uint32_t later : next) append(later);
    file_.text += '\n';
  }

  /// What a message puts on the links of its flow when nothing is lost.
  void count(PeerFlow& flow, std::int64_t bytes) {
    const NetworkOptions& n = options_.network;
    const auto packets = static_cast<std::uint64_t>((bytes + n.mtu.count - 1) / n.mtu.count);
    // Packets of one flow arrive in order, so an acknowledgement goes after every n-th and after the last of the message.
    const std::uint64_t answers = (packets + static_cast<std::uint64_t>(n.ack_every) - 1) / static_cast<std::uint64_t>(n.ack_every);
    const double data_bits = 8.0 * static_cast<double>(bytes + static_cast<std::int64_t>(packets) * (n.header.count + n.gap.count));
    const double answer_bits = 8.0 * static_cast<double>(answers) * static_cast<double>(n.ack_size.count + n.gap.count);
    for (const std::uint32_t link : flow.forward) busy_bits_[link] += data_bits;
    for (const std::uint32_t link : flow.back) busy_bits_[link] += answer_bits;
    ++file_.messages;
    file_.packet_hops += packets * flow.forward.size() + answers * flow.back.size();
  }

  const Fabric& fabric_;
  const Schedule& schedule_;
  const SimulationOptions& options_;
  NextHops routes_;
  std::vector<PeerFlow> flows_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> flow_index_;
  std::vector<double> busy_bits_;
  PeerFile file_;
};

Status expressible(const Built& built) {
  for (const Host& host : built.fabric->hosts)
    if (host.gpu_count != 1 || host.endpoint_count != 1 || host.nic_latency.ps != 0)
      return Error{"a peer work has plain hosts with one NIC without latency", ""};
  for (const Switch& box : built.fabric->switches)
    if (box.mode != ForwardingMode::store_and_forward) return Error{"a peer work has switches that store and forward", ""};
  for (const Operation& operation : built.workload.schedule.operations)
    if (operation.kind != OperationKind::send && operation.kind != OperationKind::receive)
      return Error{"a peer work sends and receives, nothing else", ""};
  for (std::size_t l = 0; l + 1 < built.fabric->links.size(); l += 2)
    if (built.fabric->links[l].source != built.fabric->links[l + 1].target)
      return Error{"the two links of a cable do not follow each other", ""};
  return Done{};
}

}  // namespace

Work as_peer_work(const Work& work) {
  const std::size_t hosts = static_cast<std::size_t>(std::stoul(work.name.substr(work.name.rfind('-') + 1)));
  const std::size_t tier = hosts >= 256 ? 16 : 4;
  Work peer{"peer-" + work.name, work.kib, work.scenario};
  const std::string site = "  topology: leaf_spine\n  leaves: " + std::to_string(tier) + "\n  spines: " + std::to_string(tier) +
                           "\n  switch: custom\n  switch_mode: store_and_forward\n  switch_latency: 500 ns\n  link_delay: 1 us\n"
                           "  nic_latency: 0 ns\n";
  peer.scenario.replace(peer.scenario.find("  topology: leaf_spine\n"), 23, site);
  peer.scenario +=
      "network:\n  transport: window\n  window: 1 MiB\n  pfc: false\n  ecn: false\n  buffer: 100 GB\n  buffer_alpha: 64\n"
      "  retransmit_timeout: 10 s\n";
  return peer;
}

Result<PeerFile> make_peer_file(const Work& peer_work) {
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario = load_scenario_text(peer_work.scenario, peer_work.name, ".", {}, diagnostics);
  const std::optional<Built> built = scenario ? build(*scenario, diagnostics) : std::nullopt;
  if (!built) return Error{diagnostics.print(), ""};
  if (const Status status = expressible(*built); !status) return status.error();
  return FileMaker(*built).make();
}

Status check_paths(const PeerFile& file, const RunFigures& run) {
  if (run.link_seconds.size() != file.link_seconds.size()) return Error{"the run has another number of links than the file", ""};
  for (std::size_t l = 0; l < run.link_seconds.size(); ++l) {
    // The rows of a run hold shares of their interval with 24 bits.
    if (std::abs(run.link_seconds[l] - file.link_seconds[l]) <= 1e-12 + 1e-6 * file.link_seconds[l]) continue;
    return Error{"link " + std::to_string(l) + " was busy for " + std::to_string(run.link_seconds[l] * 1e6) + " us, " +
                     std::to_string(file.link_seconds[l] * 1e6) + " us by the file: does peer_work.cpp still choose the engine's paths?",
                 ""};
  }
  return Done{};
}

}  // namespace eastwest::bench
