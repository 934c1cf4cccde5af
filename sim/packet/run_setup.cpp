// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "sim/packet/run_state.hpp"
#include "sim/path_hash.hpp"
#include "sim/queue_pair_ends.hpp"

namespace eastwest::packet {

namespace {

/// Hosts next to their first switch, switches by tier, so that a contiguous cut keeps neighbours together.
std::vector<std::uint32_t> neighbourly_order(const Fabric& fabric) {
  std::vector<std::uint64_t> place(fabric.nodes.size());
  for (std::size_t n = 0; n < fabric.nodes.size(); ++n) {
    const Node& node = fabric.nodes[n];
    std::uint64_t anchor = n;
    if (node.kind == NodeKind::host && node.port_count != 0) {
      const LinkId out = fabric.ports[node.first_port].out;
      if (out.exists()) anchor = fabric.ports[fabric.links[out.index()].target.index()].node.value;
    }
    const std::uint64_t upper = node.tier > 1 ? node.tier : 0;  // spines and cores after all leaves
    place[n] = (upper << 48) | (anchor << 20);
  }
  std::vector<std::uint32_t> order(fabric.nodes.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return place[a] < place[b]; });
  return order;
}

void cut_domains(RunState& run) {
  const Fabric& fabric = *run.fabric;
  const std::size_t wanted = run.options.domains != 0   ? run.options.domains
                             : run.options.threads <= 1 ? 1
                                                        : std::size_t{run.options.threads} * 2;
  const std::size_t count = std::min(wanted, fabric.nodes.size());
  run.domains.resize(count);
  std::uint64_t total = 0;
  for (const Node& node : fabric.nodes) total += node.port_count + 1;
  std::uint64_t weight = 0;
  for (const std::uint32_t n : neighbourly_order(fabric)) {
    const std::size_t d = std::min<std::size_t>(count - 1, weight * count / total);
    (fabric.nodes[n].kind == NodeKind::host ? run.domains[d].hosts : run.domains[d].switches).push_back(n);
    run.network.domain_of[n] = static_cast<std::uint16_t>(d);
    run.network.is_switch[n] = fabric.nodes[n].kind == NodeKind::host ? 0 : 1;
    weight += fabric.nodes[n].port_count + 1;
  }
  for (PortPlan& port : run.plan.ports)
    if (port.rate != 0) port.target_domain = run.network.domain_of[port.target_node];
  for (std::size_t d = 0; d < count; ++d) {
    Domain& domain = run.domains[d];
    domain.index = static_cast<std::uint32_t>(d);
    domain.window = run.plan.window;
    domain.window_inverse = ~std::uint64_t{0} / static_cast<std::uint64_t>(run.plan.window) + 1;
    domain.ring_span = kBuckets * static_cast<std::uint64_t>(run.plan.window);
    for (auto& mail : domain.mail) mail.resize(count);
    if ((run.plan.signals & (kSignalRoundTrip | kSignalMarks | kSignalTelemetry)) != 0)
      domain.frames.use_trailers((run.plan.signals & kSignalTelemetry) != 0 ? kTelemetryHopsMax : 0);
    domain.latency.resize(run.workload->jobs.size() * kClassCount);
    for (std::size_t i = 0; i < domain.latency.size(); ++i) domain.latency[i].counts.assign(LatencyHistogram::kBins, 0);
    domain.keys.reserve(1024);
    domain.ready.reserve(256);
  }
}

/// Room for the mail of a phase: twice what the links between two domains carry in a window in full frames.
void reserve_mail(RunState& run) {
  const std::size_t count = run.domains.size();
  std::vector<std::size_t> frames(count * count, 0);
  const NetworkOptions& network = run.options.network;
  for (std::size_t n = 0; n < run.plan.nodes.size(); ++n) {
    const NodePlan& node = run.plan.nodes[n];
    for (std::uint32_t i = 0; i < node.port_count; ++i) {
      const PortPlan& port = run.plan.ports[node.first_port + i];
      const std::size_t from = run.network.domain_of[n];
      if (port.rate == 0 || port.target_domain == from) continue;
      const std::int64_t full = port.frame_time(network.mtu.count + network.header.count, network.gap);
      frames[from * count + port.target_domain] += static_cast<std::size_t>(2 * (run.plan.window / full + 2));
    }
  }
  for (std::size_t from = 0; from < count; ++from)
    for (auto& parity : run.domains[from].mail)
      for (std::size_t to = 0; to < count; ++to) parity[to].frames.reserve(frames[from * count + to]);
}

void make_hosts(RunState& run) {
  const Fabric& fabric = *run.fabric;
  for (const Host& host : fabric.hosts) {
    HostState state;
    state.node = host.node.value;
    state.rings.resize(fabric.nodes[host.node.index()].port_count);
    state.starts.assign(state.rings.size(), kNever);
    state.scale_up.resize(host.gpu_count);
    state.nic_latency = host.nic_latency.ps;
    state.scale_up_latency = host.scale_up_latency.ps;
    state.scale_up_rate = host.scale_up_rate;
    state.events.reserve(64);
    run.hosts.push_back(std::move(state));
  }
  for (std::size_t i = 0; i < run.plan.faults.size(); ++i) {
    const Cable& cable = fabric.cables[run.plan.faults[i].cable.index()];
    for (const PortId id : {cable.a, cable.b}) {
      const Node& node = fabric.nodes[fabric.ports[id.index()].node.index()];
      if (node.kind == NodeKind::host) run.hosts[node.detail].events.push(run.plan.faults[i].time.ps, event_key(kHostFault, i));
    }
  }
}

void place_ranks(RunState& run) {
  for (const GpuId gpu : run.workload->ranks) {
    RankState rank;
    const std::uint32_t host = run.fabric->host_of_gpu(gpu);
    rank.node = run.fabric->hosts[host].node.value;
    rank.gpu = gpu.value - run.fabric->hosts[host].first_gpu;
    run.execution.ranks.push_back(rank);
  }
}

bool job_runs(const RunState& run, std::uint16_t job) {
  const Duration limit = run.options.duration;
  return limit.ps == 0 || run.workload->jobs[job].start.ps <= limit.ps;
}

void group_fused(RunState& run) {
  const Schedule& schedule = run.workload->schedule;
  Execution& e = run.execution;
  e.fused_left.resize(schedule.groups.size());
  e.fused_first.assign(schedule.groups.size() + 1, 0);
  for (const Operation& operation : schedule.operations)
    if (operation.kind == OperationKind::fused) ++e.fused_first[operation.peer + 1];
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    e.fused_left[g] = e.fused_first[g + 1];
    e.fused_first[g + 1] += e.fused_first[g];
  }
  e.fused_operations.resize(e.fused_first.back());
  std::vector<std::uint32_t> at(e.fused_first.begin(), e.fused_first.end() - 1);
  for (std::uint32_t i = 0; i < schedule.operations.size(); ++i)
    if (schedule.operations[i].kind == OperationKind::fused) e.fused_operations[at[schedule.operations[i].peer]++] = i;
}

void load_schedule(RunState& run) {
  const Schedule& schedule = run.workload->schedule;
  Execution& e = run.execution;
  const std::size_t n = schedule.operations.size();
  e.workload = run.workload;
  e.record_flows = run.options.probes.flows;
  e.packet_sample = run.options.probes.packet_sample;
  e.waiting.resize(n);
  e.state.assign(n, 0);
  e.message.assign(n, kNil);
  e.collectives.resize(schedule.collectives.size());
  e.job_finish = std::vector<std::atomic<std::int64_t>>(run.workload->jobs.size());
  std::size_t sends = 0;
  for (const Operation& operation : schedule.operations) sends += operation.kind == OperationKind::send ? 1 : 0;
  run.traffic.messages.reserve(sends);
  for (std::uint32_t i = 0; i < n; ++i) {
    const Operation& operation = schedule.operations[i];
    e.waiting[i] = operation.dependencies;
    if (job_runs(run, operation.job)) ++e.total;
    if (operation.label != kNoLabel && operation.kind != OperationKind::send)
      e.collectives[operation.label].left.fetch_add(1, std::memory_order_relaxed);
    if (operation.kind == OperationKind::receive && operation.dependencies == 0) e.state[i] |= kOperationReady;
    if (operation.kind != OperationKind::send) continue;
    const std::uint32_t m =
        add_message(run, operation.rank, RankId{operation.peer}, {operation.amount}, operation.job, operation.traffic_class);
    run.traffic.messages[m].send_operation = i;
    run.traffic.messages[m].receive_operation = operation.match;
    e.message[i] = m;
  }
  group_fused(run);
}

/// Operations without predecessors begin at their job's start.
void plant_roots(RunState& run) {
  const Schedule& schedule = run.workload->schedule;
  const std::size_t jobs = run.workload->jobs.size();
  for (HostState& host : run.hosts) host.root_first.assign(jobs + 1, 0);
  const auto is_root = [&](const Operation& o) { return o.dependencies == 0 && o.kind != OperationKind::receive && job_runs(run, o.job); };
  const auto host_of = [&](const Operation& o) -> HostState& {
    return run.hosts[run.fabric->nodes[run.execution.ranks[o.rank.index()].node].detail];
  };
  for (const Operation& o : schedule.operations)
    if (is_root(o)) ++host_of(o).root_first[o.job + 1u];
  for (HostState& host : run.hosts) {
    for (std::size_t j = 0; j < jobs; ++j) {
      if (host.root_first[j + 1] != 0) host.events.push(run.workload->jobs[j].start.ps, event_key(kJobStart, j));
      host.root_first[j + 1] += host.root_first[j];
    }
    host.roots.resize(host.root_first[jobs]);
  }
  std::vector<std::vector<std::uint32_t>> at;
  for (const HostState& host : run.hosts) at.push_back(host.root_first);
  for (std::uint32_t i = 0; i < schedule.operations.size(); ++i) {
    const Operation& o = schedule.operations[i];
    if (!is_root(o)) continue;
    const std::size_t h = run.fabric->nodes[run.execution.ranks[o.rank.index()].node].detail;
    run.hosts[h].roots[at[h][o.job]++] = i;
  }
}

void add_queue_pairs(RunState& run, RankId source, RankId destination, std::uint8_t traffic_class) {
  const Fabric& fabric = *run.fabric;
  Traffic& traffic = run.traffic;
  const GpuId source_gpu = run.workload->ranks[source.index()];
  const GpuId destination_gpu = run.workload->ranks[destination.index()];
  const std::uint32_t count = queue_pair_count(fabric, run.options.network, source_gpu);
  for (std::uint32_t k = 0; k < count; ++k) {
    const auto [from, to] = queue_pair_ends(fabric, source_gpu, destination_gpu, source, destination, k);
    QueuePairPlan plan;
    plan.source_node = fabric.endpoints[from.index()].host.value;
    plan.destination_node = fabric.endpoints[to.index()].host.value;
    plan.source_endpoint = static_cast<std::uint16_t>(from.value);
    plan.destination_endpoint = static_cast<std::uint16_t>(to.value);
    plan.source_port = static_cast<std::uint16_t>(fabric.ports[fabric.endpoints[from.index()].port.index()].index);
    plan.destination_port = static_cast<std::uint16_t>(fabric.ports[fabric.endpoints[to.index()].port.index()].index);
    plan.priority = static_cast<std::uint8_t>(run.plan.priority_of(traffic_class));
    plan.path = idle_path(fabric, run.plan.routes.front(), from, to);
    const PortId port = fabric.endpoints[from.index()].port;
    PathFacts facts;
    facts.line_rate = BitRate{run.plan.ports[port.index()].rate};
    facts.base_round_trip = round_trip_time(run.options.network, plan.path, idle_path(fabric, run.plan.routes.front(), to, from));
    facts.hops = plan.path.hops;
    plan.entropy = queue_pair_entropy(run.plan.seed, source, destination, k, run.options.network.hash_fields);
    plan.answer_entropy = answer_entropy(run.plan.seed, source, destination, k, run.options.network.hash_fields);
    traffic.plans.push_back(plan);
    traffic.senders.emplace_back();
    traffic.cold.resize(traffic.cold.size() + traffic.transport->cold_bytes);
    traffic.transport->start(traffic.senders.back().transport,
                             traffic.context(run.options.network, static_cast<std::uint32_t>(traffic.senders.size() - 1)), facts);
    traffic.receivers.emplace_back();
    traffic.sender_bits.insert(traffic.sender_bits.end(), traffic.words, 0);
    traffic.receiver_bits.insert(traffic.receiver_bits.end(), traffic.words, 0);
    if ((run.plan.signals & kSignalTrimming) != 0) traffic.trimmed_bits.insert(traffic.trimmed_bits.end(), traffic.words, 0);
    run.turn.push_back(0);
  }
}

}  // namespace

std::uint32_t add_message(RunState& run, RankId source, RankId destination, Bytes bytes, std::uint16_t job, std::uint8_t traffic_class) {
  Message message;
  message.bytes = bytes.count;
  message.source = source.value;
  message.destination = destination.value;
  message.job = job;
  message.traffic_class = traffic_class;
  if (run.execution.ranks[source.index()].node != run.execution.ranks[destination.index()].node) {
    const std::uint64_t key = (std::uint64_t{source.value} << 32) | destination.value;
    const auto [at, fresh] = run.queue_pair_of.try_emplace(key, static_cast<std::uint32_t>(run.traffic.plans.size()));
    if (fresh) add_queue_pairs(run, source, destination, traffic_class);
    const std::uint32_t first = at->second;
    message.queue_pair =
        first + run.turn[first]++ % queue_pair_count(*run.fabric, run.options.network, run.workload->ranks[source.index()]);
    message.packets = static_cast<std::uint32_t>(
        std::max<std::int64_t>(1, (bytes.count + run.options.network.mtu.count - 1) / run.options.network.mtu.count));
  }
  run.traffic.messages.push_back(message);
  if (run.traffic.selective()) run.traffic.arrived.push_back(0);
  return static_cast<std::uint32_t>(run.traffic.messages.size() - 1);
}

Result<Done> set_up(RunState& run, const Fabric& fabric, Workload& workload, const SimulationOptions& options) {
  run.fabric = &fabric;
  run.workload = &workload;
  run.options = options;
  unsigned data_classes = 0;
  for (const Job& job : workload.jobs) data_classes |= 1u << job.traffic_class;
  for (const Operation& operation : workload.schedule.operations) data_classes |= 1u << operation.traffic_class;
  Result<RunPlan> plan = make_run_plan(fabric, options, data_classes);
  if (!plan) return plan.error();
  run.plan = std::move(plan).value();
  run.ports.resize(fabric.ports.size());
  for (std::size_t p = 0; p < run.ports.size(); ++p)
    for (unsigned priority = 1; priority < kPriorityCount; ++priority)
      run.ports[p].queues[priority].credit = static_cast<std::int32_t>(run.plan.ports[p].credit_buffer);
  for (const Link& link : fabric.links) run.ports[link.source.index()].loss_threshold = draw_threshold(link.frame_loss);
  run.links.resize(fabric.links.size());
  run.network.inboxes.resize(fabric.nodes.size());
  run.network.buckets.resize(fabric.nodes.size() * kBuckets);
  run.network.next_window.assign(fabric.nodes.size(), kNever);
  run.network.domain_of.resize(fabric.nodes.size());
  run.network.is_switch.resize(fabric.nodes.size());
  for (const Switch& model : fabric.switches) run.switches.push_back(make_switch(run.plan, model.node.value));
  run.traffic.transport = find_transport_kind(options.network.transport);
  EASTWEST_CHECK(run.traffic.transport != nullptr, "a transport of the options is not registered");
  run.traffic.words =
      options.network.recovery == Recovery::selective_repeat ? static_cast<std::uint32_t>((options.network.reorder_window + 63) / 64) : 0;
  cut_domains(run);
  reserve_mail(run);
  make_hosts(run);
  place_ranks(run);
  load_schedule(run);
  plant_roots(run);
  run.network.window_offset.assign(fabric.nodes.size(), 0);
  for (const HostState& host : run.hosts) run.network.window_offset[host.node] = run.plan.host_offset;
  const auto first_window = [&run](std::uint32_t node, const EventHeap& events) {
    if (!events.empty()) run.network.next_window[node] = (events.top().time + run.network.window_offset[node]) / run.plan.window;
  };
  for (const HostState& host : run.hosts) first_window(host.node, host.events);
  for (const SwitchState& state : run.switches) first_window(state.node, state.events);
  for (const Driver& driver : workload.drivers) run.drivers.push_back({workload.jobs[driver.job].start.ps, 0, {}});
  // Options made by hand may leave the interval out: then there is one row, at the end.
  constexpr std::int64_t kWholeRun = std::int64_t{1} << 61;
  for (ProbeClock& probe : run.probes)
    probe.time = probe.interval = options.probes.interval.ps > 0 ? options.probes.interval.ps : kWholeRun;
  return Done{};
}

}  // namespace eastwest::packet
