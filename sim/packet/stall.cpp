// SPDX-License-Identifier: Apache-2.0
// Names what a stalled run waits for: queue pairs that gave up, cycles of paused ports, receives without a message.
#include <algorithm>

#include "sim/packet/run_state.hpp"
#include "topology/deadlock.hpp"

namespace eastwest::packet {

namespace {

constexpr std::size_t kNamedMax = 3;

std::string rank_name(const RunState& run, std::uint32_t rank) {
  const RankState& state = run.execution.ranks[rank];
  for (const Job& job : run.workload->jobs)
    if (rank >= job.first_rank && rank < job.first_rank + job.rank_count)
      return "rank " + std::to_string(rank - job.first_rank) + " (" + run.fabric->nodes[state.node].name + " GPU " +
             std::to_string(state.gpu) + ")";
  return "rank " + std::to_string(rank);
}

const char* kind_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::compute: return "compute";
    case OperationKind::send: return "send";
    case OperationKind::receive: return "receive";
    case OperationKind::fused: return "fused collective";
    case OperationKind::marker: return "step marker";
  }
  return "operation";
}

std::string dead_queue_pairs(const RunState& run) {
  std::string text;
  std::size_t count = 0;
  for (std::size_t qp = 0; qp < run.traffic.senders.size(); ++qp) {
    const Sender& sender = run.traffic.senders[qp];
    if (!sender.dead || count++ >= kNamedMax) continue;
    const Message& message = run.traffic.messages[sender.first_message];
    text += "job `" + run.workload->jobs[message.job].name + "`: " + rank_name(run, message.source) + " gave up sending to " +
            rank_name(run, message.destination) + " after " + std::to_string(run.options.network.retry_count) + " timeouts of " +
            to_string(run.options.network.retransmit_timeout) + "; ";
  }
  if (count > kNamedMax) text += std::to_string(count - kNamedMax) + " more queue pairs gave up; ";
  return text;
}

std::string blocked_operations(const RunState& run) {
  std::string text;
  std::size_t count = 0;
  const auto& operations = run.workload->schedule.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool waits = (run.execution.state[i] & (kOperationReady | kOperationDone)) == kOperationReady;
    if (!waits || (operations[i].kind != OperationKind::receive && operations[i].kind != OperationKind::fused)) continue;
    // A receive posted in advance is only blocked when its sender has begun or it is next in its rank's order.
    if (operations[i].kind == OperationKind::receive && (run.execution.state[operations[i].match] & kOperationReady) == 0) continue;
    if (count++ >= kNamedMax) continue;
    text += "job `" + run.workload->jobs[operations[i].job].name + "` operation " + std::to_string(i) + " (" +
            kind_name(operations[i].kind) + ") of " + rank_name(run, operations[i].rank.value);
    if (operations[i].kind == OperationKind::receive)
      text += " waits for " + to_string(Bytes{operations[i].amount}) + " from " + rank_name(run, operations[i].peer);
    else text += " waits for the other members";
    text += "; ";
  }
  if (count > kNamedMax) text += std::to_string(count - kNamedMax) + " more operations wait; ";
  return text;
}

/// Queues of switches that wait for each other in a circle: each is stopped since the buffer behind its link is full of frames
/// that wait in the next.
std::vector<BufferWait> find_deadlock(const RunState& run) {
  const auto stuck = [&](std::uint32_t p, unsigned priority) {
    const PortState& port = run.ports[p];
    return run.plan.nodes[run.fabric->ports[p].node.index()].is_switch && ((port.waiting & port.paused) >> priority & 1u) != 0;
  };
  const std::size_t count = run.ports.size() * kPriorityCount;
  std::vector<std::uint8_t> colour(count);  // 0 not seen, 1 on the way, 2 leads nowhere
  std::vector<std::uint32_t> way;
  const auto wait = [&](std::uint32_t queue) {
    const unsigned priority = queue % kPriorityCount;
    return BufferWait{LinkId{run.plan.ports[queue / kPriorityCount].link}, priority == 0 ? 0 : (priority - 1) % run.plan.channels};
  };
  // The queues at the far end that hold what came in by this one.
  const auto next_of = [&](std::uint32_t queue) {
    std::vector<std::uint32_t> next;
    const PortPlan& wire = run.plan.ports[queue / kPriorityCount];
    const NodePlan& node = run.plan.nodes[wire.target_node];
    const std::uint32_t account = wire.target_ingress * kPriorityCount + queue % kPriorityCount;
    const FramePool& frames = run.domains[run.network.domain_of[wire.target_node]].frames;
    for (std::uint32_t p = node.first_port; p < node.first_port + node.port_count; ++p)
      for (unsigned priority = 1; priority < kPriorityCount; ++priority) {
        if (!stuck(p, priority)) continue;
        std::uint32_t frame = run.ports[p].queues[priority].head;
        while (frame != kNil && frames[frame].ingress != account) frame = static_cast<std::uint32_t>(frames[frame].time);
        if (frame != kNil) next.push_back(p * kPriorityCount + priority);
      }
    return next;
  };
  std::vector<std::vector<std::uint32_t>> left;
  for (std::uint32_t start = 0; start < count; ++start) {
    if (colour[start] != 0 || !stuck(start / kPriorityCount, start % kPriorityCount)) continue;
    way.assign(1, start);
    left.assign(1, next_of(start));
    colour[start] = 1;
    while (!way.empty()) {
      if (left.back().empty()) {
        colour[way.back()] = 2;
        way.pop_back();
        left.pop_back();
        continue;
      }
      const std::uint32_t next = left.back().back();
      left.back().pop_back();
      if (colour[next] == 2) continue;
      if (colour[next] == 1) {
        std::vector<BufferWait> circle;
        for (auto at = std::find(way.begin(), way.end(), next); at != way.end(); ++at) circle.push_back(wait(*at));
        return circle;
      }
      colour[next] = 1;
      way.push_back(next);
      left.push_back(next_of(next));
    }
  }
  return {};
}

std::string paused_ports(const RunState& run) {
  std::string text;
  std::size_t count = 0;
  for (std::size_t p = 0; p < run.ports.size(); ++p) {
    if (run.ports[p].paused == 0 || run.fabric->nodes[run.fabric->ports[p].node.index()].kind != NodeKind::network_switch) continue;
    if (run.ports[p].queued_total == 0 || count++ >= kNamedMax) continue;
    text += "port " + run.fabric->port_name(PortId{static_cast<std::uint32_t>(p)}) + " is paused with " +
            to_string(Bytes{run.ports[p].queued_total}) + " waiting; ";
  }
  if (count == 0) return text;
  const std::vector<BufferWait> circle = find_deadlock(run);
  if (circle.empty()) return text + std::to_string(count) + " ports in all stay paused: a receiver has stopped; ";
  return text + std::to_string(count) + " ports in all stay paused, a deadlock: " + describe_cycle(*run.fabric, circle, run.plan.channels) +
         "; ";
}

}  // namespace

std::string describe_stall(const RunState& run) {
  std::string text = dead_queue_pairs(run) + blocked_operations(run) + paused_ports(run);
  for (std::size_t d = 0; d < run.drivers.size(); ++d)
    if (run.drivers[d].outstanding != 0)
      text += "driver `" + run.workload->drivers[d].name + "` waits for " + std::to_string(run.drivers[d].outstanding) + " transfers" +
              (run.workload->drivers[d].waiting_for ? ": " + run.workload->drivers[d].waiting_for() : std::string{}) + "; ";
  if (text.empty()) return "nothing is left to happen, but work remains";
  text.resize(text.size() - 2);
  return text;
}

}  // namespace eastwest::packet
