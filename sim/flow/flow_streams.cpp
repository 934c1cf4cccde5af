// SPDX-License-Identifier: Apache-2.0
// The network side: queue pairs and scale-up messages as streams in groups, their clocks, and what a solve changes.
#include <algorithm>

#include "sim/flow/flow_state.hpp"
#include "sim/path_hash.hpp"

namespace eastwest::flow {

namespace {

constexpr std::int64_t kWorkPerByte = 8 * (std::int64_t{1} << kRateBits) * 1'000'000'000'000;
constexpr std::int64_t kFarAhead = std::int64_t{1} << 61;  // ps; a rate that takes longer counts as none

void touch(FlowState& run, std::uint32_t g) {
  Group& group = run.groups[g];
  if (group.touched) return;
  group.touched = true;
  run.touched.push_back(g);
}

/// The group of all streams on these links in this class.
std::uint32_t intern_group(FlowState& run, std::span<const Hop> hops, std::uint32_t solver, const FlowPath& path) {
  std::uint64_t key = solver;
  for (const Hop& hop : hops) key = mix(key ^ (std::uint64_t{hop.link} << 33) ^ hop.weight);
  const auto [begin, end] = run.group_of_path.equal_range(key);
  for (auto at = begin; at != end; ++at) {
    const Group& group = run.groups[at->second];
    const std::span<const Hop> other = run.solvers[solver].hops(group.local);
    if (group.solver == solver && std::equal(hops.begin(), hops.end(), other.begin(), other.end())) return at->second;
  }
  Group group;
  group.solver = solver;
  group.local = run.solvers[solver].add_group(hops);
  group.delay = path.delay;
  group.stored_hops = path.stored_hops;
  group.path_rate = path.rate;
  const auto index = static_cast<std::uint32_t>(run.groups.size());
  EASTWEST_VERIFY(run.group_of_local[solver].size() == group.local, "groups of a solver are numbered in order");
  run.group_of_local[solver].push_back(index);
  run.groups.push_back(group);
  run.group_of_path.emplace(key, index);
  return index;
}

/// The group of a queue pair under the present routes; none when there is no way.
std::uint32_t group_of(FlowState& run, std::uint32_t s) {
  Stream& stream = run.streams[s];
  if (stream.version == run.version) return stream.group;
  stream.version = run.version;
  find_path(run.plan, run.route, run.cable_down, stream.ends.source, stream.ends.destination, stream.entropy, run.path);
  stream.group = run.path.hops.empty() ? kNil : intern_group(run, run.path.hops, stream.traffic_class - 1u, run.path);
  if (run.lossy) {
    double arrives = 1;  // a part of the flow crosses a link where it is split
    for (const Hop& hop : run.path.hops)
      arrives *= 1 - run.frame_loss[hop.link] * static_cast<double>(hop.weight) / static_cast<double>(kFullWeight);
    stream.expansion = expansion_of(run.plan.network, 1 - arrives, {run.path.rate}, stream.round_trip);
    if (stream.expansion >= kExpansionMost) stream.group = kNil;  // it stands still until the path is another
  }
  return stream.group;
}

std::uint32_t new_connection(FlowState& run, std::uint32_t source, std::uint32_t destination, std::uint8_t traffic_class) {
  const RouteVersion& routes = run.plan.routes.front();
  const GpuId from = run.workload->ranks[source];
  const GpuId to = run.workload->ranks[destination];
  Stream stream;
  stream.source = source;
  stream.destination = destination;
  stream.traffic_class = traffic_class;
  stream.nic_source = run.fabric->hosts[run.ranks[source].host].nic_latency.ps;
  stream.nic_destination = run.fabric->hosts[run.ranks[destination].host].nic_latency.ps;
  const auto first = static_cast<std::uint32_t>(run.streams.size());
  const std::uint32_t count = queue_pair_count(*run.fabric, run.plan.network, from);
  for (std::uint32_t k = 0; k < count; ++k) {
    stream.ends = queue_pair_ends(*run.fabric, from, to, RankId{source}, RankId{destination}, k);
    stream.path = idle_path(*run.fabric, routes, stream.ends.source, stream.ends.destination);
    const IdlePath back = idle_path(*run.fabric, routes, stream.ends.destination, stream.ends.source);
    stream.acknowledgement = acknowledgement_time(run.plan.network, back).ps;
    stream.round_trip = round_trip_time(run.plan.network, stream.path, back);
    stream.entropy = queue_pair_entropy(run.plan.seed, RankId{source}, RankId{destination}, k, run.plan.network.hash_fields);
    run.streams.push_back(stream);
  }
  return first;
}

std::uint32_t new_scale_up_stream(FlowState& run, std::uint32_t source, std::uint32_t destination) {
  if (run.free_stream == kNil) {
    run.free_stream = static_cast<std::uint32_t>(run.streams.size());
    run.streams.emplace_back();
  }
  const std::uint32_t s = run.free_stream;
  run.free_stream = run.streams[s].next;
  const Host& host = run.fabric->hosts[run.ranks[source].host];
  Stream stream;
  stream.source = source;
  stream.destination = destination;
  stream.scale_up = true;
  stream.nic_destination = host.scale_up_latency.ps;
  stream.path.delay = host.scale_up_latency;
  stream.path.rate = host.scale_up_rate;
  const std::uint32_t egress = run.workload->ranks[source].value * 2;
  const std::uint32_t ingress = run.workload->ranks[destination].value * 2 + 1;
  const Hop hops[] = {{egress, kFullWeight}, {ingress, kFullWeight}};
  stream.group = intern_group(run, hops, kScaleUpSolver, FlowPath{});
  run.streams[s] = stream;
  return s;
}

void measure(const FlowState& run, Stream& stream, std::int64_t bytes) {
  if (stream.bytes == bytes) return;
  stream.bytes = bytes;
  if (stream.scale_up) {
    stream.ideal = (stream.path.delay + serialisation({bytes}, stream.path.rate)).ps;
    stream.work = static_cast<Wide>(bytes) * kWorkPerByte;
  } else {
    stream.ideal = ideal_time(run.plan.network, stream.path, {bytes}).ps;
    stream.work = static_cast<Wide>(wire_bytes(run.plan.network, {bytes}).count) * kWorkPerByte;
  }
}

/// `work` as if nothing were lost.
void insert(FlowState& run, std::uint32_t s, Wide work) {
  Stream& stream = run.streams[s];
  Group& group = run.groups[stream.group];
  if (stream.expansion != 1) [[unlikely]]
    work = static_cast<Wide>(static_cast<double>(work) * stream.expansion);
  stream.target = group.clock + work;
  std::uint32_t after = group.tail;
  while (after != kNil && run.streams[after].target > stream.target) after = run.streams[after].previous;
  stream.previous = after;
  stream.next = after == kNil ? group.head : run.streams[after].next;
  (stream.next == kNil ? group.tail : run.streams[stream.next].previous) = s;
  (after == kNil ? group.head : run.streams[after].next) = s;
  stream.served = true;
  touch(run, stream.group);
}

void remove(FlowState& run, std::uint32_t s) {
  Stream& stream = run.streams[s];
  Group& group = run.groups[stream.group];
  (stream.previous == kNil ? group.head : run.streams[stream.previous].next) = stream.next;
  (stream.next == kNil ? group.tail : run.streams[stream.next].previous) = stream.previous;
  stream.served = false;
}

/// What the group serves from now on will be in the next link row.
void watch(FlowState& run, std::uint32_t g) {
  Group& group = run.groups[g];
  if (group.probed || group.solver == kScaleUpSolver) return;
  group.probed = true;
  run.probed.push_back(g);
}

// The group's clock must be at the present before the number of its streams changes.
void join(FlowState& run, std::uint32_t g) {
  Group& group = run.groups[g];
  ++group.count;
  if (!run.solvers[group.solver].join(group.local)) return;
  group.rate = run.solvers[group.solver].rate(group.local);
  watch(run, g);
}

void leave(FlowState& run, std::uint32_t g) {
  Group& group = run.groups[g];
  --group.count;
  run.solvers[group.solver].leave(group.local);
  if (group.count == 0) group.rate = 0;
}

/// The first message of an idle stream begins to flow.
void start(FlowState& run, std::uint32_t s, Wide work, std::int64_t now) {
  if (!run.streams[s].scale_up && group_of(run, s) == kNil) {
    run.streams[s].target = work;  // kept until there is a route
    return;
  }
  const std::uint32_t g = run.streams[s].group;
  settle(run, g, now);
  insert(run, s, work);
  join(run, g);
}

/// The last byte of a message has left; what follows is latency.
void message_served(FlowState& run, const Stream& stream, const Group& group, std::uint32_t t, std::int64_t now) {
  Transfer& transfer = run.transfers[t];
  std::int64_t arrival = now + group.delay;
  if (stream.scale_up) {
    run.counters.bytes_scale_up.count += transfer.bytes;
  } else {
    run.counters.bytes_sent.count += transfer.bytes;
    if (group.stored_hops != 0) {
      const NetworkOptions& network = run.plan.network;
      const Bytes first = wire_bytes(network, std::min(Bytes{transfer.bytes}, network.mtu));
      arrival += serialisation(first, {group.path_rate}).ps * group.stored_hops;
    }
    if (transfer.send_operation != kNil) {
      // Nobody can tell when a send without successors is over.
      if (run.workload->schedule.successors_of(transfer.send_operation).empty()) {
        run.progress[transfer.send_operation] |= kDone;
        ++run.operations_done;
      } else {
        run.events.push(arrival + stream.acknowledgement, event_key(kAcknowledged, transfer.send_operation));
      }
    }
  }
  run.events.push(arrival + stream.nic_destination, event_key(kDelivered, t));
}

std::int64_t next_served(const FlowState& run, const Group& group) {
  if (group.head == kNil || group.rate == 0) return kNever;
  const Wide rest = std::max<Wide>(0, run.streams[group.head].target - group.clock);
  const auto rate = static_cast<UnsignedWide>(group.rate);
  const UnsignedWide time = (static_cast<UnsignedWide>(rest) + rate - 1) / rate;
  return time > static_cast<UnsignedWide>(kFarAhead) ? kNever : group.since + static_cast<std::int64_t>(time);
}

/// An event that is too early finds nothing done and plans anew, so only an earlier end needs a new event.
void plan_next(FlowState& run, std::uint32_t g, std::int64_t now) {
  Group& group = run.groups[g];
  group.touched = false;
  settle(run, g, now);
  const std::int64_t time = next_served(run, group);
  if (time >= group.due) return;
  group.due = time;
  ++group.stamp;
  run.events.push(time, event_key(kServed, g, group.stamp));
}

/// What classes before `solver` leave of a link.
Rate capacity_left(const FlowState& run, std::uint32_t solver, std::uint32_t link) {
  const Link& model = run.fabric->links[link];
  Rate left = run.cable_down[model.cable.index()] ? 0 : to_rate(model.rate);
  for (std::uint32_t c = 0; c < solver; ++c)
    if (!run.group_of_local[c].empty()) left -= run.solvers[c].used(link);
  return std::max(left, Rate{0});
}

}  // namespace

void settle(FlowState& run, std::uint32_t g, std::int64_t now) {
  Group& group = run.groups[g];
  if (group.since == now) return;
  const Wide served = static_cast<Wide>(group.rate) * (now - group.since);
  group.clock += served;
  group.carried += served * group.count;
  group.since = now;
}

std::uint32_t new_transfer(FlowState& run, std::uint32_t source, std::uint32_t destination, Bytes bytes, std::uint8_t traffic_class,
                           std::uint32_t number) {
  std::uint32_t s = kNil;
  if (run.ranks[source].host == run.ranks[destination].host) {
    s = new_scale_up_stream(run, source, destination);
  } else {
    std::uint32_t& last = run.connection_of_rank[source];
    if (last == kNil || run.streams[last].destination != destination) {
      const std::uint64_t key = (std::uint64_t{source} << 32) | destination;
      const auto [at, fresh] = run.connections.try_emplace(key, static_cast<std::uint32_t>(run.streams.size()));
      if (fresh) new_connection(run, source, destination, traffic_class);
      last = at->second;
    }
    s = last;
    if (run.queue_pairs_most > 1) {
      const std::uint32_t turn = number < run.turns.size() ? run.turns[number] : run.streams[s].turn++;
      s += turn % queue_pair_count(*run.fabric, run.plan.network, run.workload->ranks[source]);
    }
  }
  if (run.free_transfer == kNil) {
    run.free_transfer = static_cast<std::uint32_t>(run.transfers.size());
    run.transfers.emplace_back();
  }
  const std::uint32_t t = run.free_transfer;
  Transfer& transfer = run.transfers[t];
  run.free_transfer = transfer.next;
  measure(run, run.streams[s], bytes.count);
  transfer = {};
  transfer.bytes = bytes.count;
  transfer.ideal = run.streams[s].ideal;
  transfer.number = number;
  transfer.stream = s;
  transfer.source = source;
  transfer.destination = destination;
  transfer.scale_up = run.streams[s].scale_up;
  return t;
}

void post_transfer(FlowState& run, std::uint32_t t, std::int64_t now) {
  const std::uint32_t s = run.transfers[t].stream;
  Stream& stream = run.streams[s];
  if (!stream.scale_up) run.counters.bytes_posted.count += run.transfers[t].bytes;
  if (stream.head != kNil) {
    run.transfers[stream.tail].next = t;
    stream.tail = t;
    return;
  }
  stream.head = stream.tail = t;
  measure(run, stream, run.transfers[t].bytes);
  start(run, s, stream.work, now);
}

void group_served(FlowState& run, std::uint32_t g, std::uint32_t stamp, std::int64_t now) {
  if ((run.groups[g].stamp & kStampMask) != stamp) return;
  run.groups[g].due = kNever;
  settle(run, g, now);
  for (;;) {
    Group& group = run.groups[g];
    const std::uint32_t s = group.head;
    if (s == kNil) return;
    if (run.streams[s].target > group.clock) return touch(run, g);
    Stream& stream = run.streams[s];
    const std::uint32_t t = stream.head;
    message_served(run, stream, group, t, now);
    remove(run, s);
    stream.head = run.transfers[t].next;
    if (stream.head == kNil || (!stream.scale_up && stream.version != run.version)) {
      leave(run, g);
      if (stream.head == kNil) {
        stream.tail = kNil;
        if (!stream.scale_up) continue;
        stream.next = run.free_stream;
        run.free_stream = s;
        continue;
      }
    }
    measure(run, stream, run.transfers[stream.head].bytes);
    if (stream.version == run.version) insert(run, s, stream.work);  // at the same rate, nothing to solve
    else start(run, s, stream.work, now);
  }
}

void settle_rates(FlowState& run, std::int64_t now) {
  for (std::uint32_t c = 0; c < run.solvers.size(); ++c) {
    MaxMin& solver = run.solvers[c];
    if (solver.pending()) {
      solver.solve();
      ++run.counters.windows;
      for (const std::uint32_t local : solver.changed()) {
        const std::uint32_t g = run.group_of_local[c][local];
        settle(run, g, now);
        run.groups[g].rate = solver.rate(local);
        watch(run, g);
        touch(run, g);
      }
    }
    // Rates that were right at once need no solve, but what they use is missing to the classes after them all the same.
    if (solver.usage_changes().empty()) continue;
    for (const std::uint32_t link : solver.usage_changes())
      for (std::uint32_t d = c + 1; d < kClassMax; ++d)
        if (run.solvers[d].link_count() != 0) run.solvers[d].set_capacity(link, capacity_left(run, d, link));
    solver.clear_usage_changes();
  }
  for (const std::uint32_t g : run.touched) plan_next(run, g, now);
  run.touched.clear();
}

void apply_fault(FlowState& run, const Fault& fault, std::int64_t now) {
  const Cable& cable = run.fabric->cables[fault.cable.index()];
  run.cable_down[fault.cable.index()] = !fault.up;
  for (const PortId port : {cable.a, cable.b}) {
    const std::uint32_t link = run.fabric->ports[port.index()].out.value;
    for (std::uint32_t c = 0; c < kClassMax; ++c)
      if (run.solvers[c].link_count() != 0) run.solvers[c].set_capacity(link, capacity_left(run, c, link));
  }
  run.batch.events.push_back(
      {Time{now}, fault.up ? EventKind::link_up : EventKind::link_down, run.fabric->ports[cable.a.index()].out.value, 0});
  if (run.plan.network.routing == RoutingPolicy::adaptive) apply_routes(run, run.route, now);
}

void apply_routes(FlowState& run, std::uint32_t route, std::int64_t now) {
  run.route = route;
  ++run.version;
  for (std::uint32_t s = 0; s < run.streams.size(); ++s) {
    Stream& stream = run.streams[s];
    if (stream.scale_up || stream.head == kNil) continue;
    const std::uint32_t old = stream.group;
    const bool served = stream.served;
    if (!served) {  // had no route; its message has not begun, or waits with what was left of it
      if (group_of(run, s) != kNil) start(run, s, stream.target, now);
      continue;
    }
    settle(run, old, now);
    Wide rest = stream.target - run.groups[old].clock;
    if (stream.expansion != 1) rest = static_cast<Wide>(static_cast<double>(rest) / stream.expansion);
    remove(run, s);
    leave(run, old);
    touch(run, old);
    start(run, s, rest, now);
  }
}

void hold_scale_up(FlowState& run, std::uint32_t gpu, std::uint32_t direction, int change) {
  std::uint32_t& holds = run.scale_up[gpu].holds[direction];
  holds = static_cast<std::uint32_t>(static_cast<int>(holds) + change);
  const Rate rate = holds != 0 ? 0 : to_rate(run.fabric->hosts[run.fabric->host_of_gpu(GpuId{gpu})].scale_up_rate);
  run.solvers[kScaleUpSolver].set_capacity(gpu * 2 + direction, rate);
}

}  // namespace eastwest::flow
