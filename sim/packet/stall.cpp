// SPDX-License-Identifier: Apache-2.0
// Names what a stalled run waits for: queue pairs that gave up, cycles of paused ports, receives without a message.
#include <algorithm>

#include "sim/packet/run_state.hpp"

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

std::string paused_ports(const RunState& run) {
  std::string text;
  std::size_t count = 0;
  for (std::size_t p = 0; p < run.ports.size(); ++p) {
    if (run.ports[p].paused == 0 || run.fabric->nodes[run.fabric->ports[p].node.index()].kind != NodeKind::network_switch) continue;
    if (run.ports[p].queued_total == 0 || count++ >= kNamedMax) continue;
    text += "port " + run.fabric->port_name(PortId{static_cast<std::uint32_t>(p)}) + " is paused with " +
            to_string(Bytes{run.ports[p].queued_total}) + " waiting; ";
  }
  if (count != 0) text += std::to_string(count) + " ports in all stay paused: a cycle of PFC pauses, or a receiver that stopped; ";
  return text;
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
