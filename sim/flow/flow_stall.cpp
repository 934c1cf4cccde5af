// SPDX-License-Identifier: Apache-2.0
// Names what a stalled run waits for: messages without a way, on dead links, and receives without a message.
#include "sim/flow/flow_state.hpp"

namespace eastwest::flow {

namespace {

constexpr std::size_t kNamedMax = 3;

std::string job_of(const FlowState& run, const Transfer& transfer) {
  const std::uint16_t job = transfer.send_operation == kNil ? run.driver_transfers[transfer.receive_operation].job
                                                            : run.workload->schedule.operations[transfer.send_operation].job;
  return "job `" + run.workload->jobs[job].name + "`: ";
}

std::string dead_link_of(const FlowState& run, const Stream& stream) {
  const Group& group = run.groups[stream.group];
  for (const Hop& hop : run.solvers[group.solver].hops(group.local))
    if (run.cable_down[run.fabric->links[hop.link].cable.index()]) return run.fabric->link_name(LinkId{hop.link});
  return {};
}

std::string blocked_messages(const FlowState& run) {
  std::string text;
  std::size_t count = 0;
  for (const Stream& stream : run.streams) {
    if (stream.head == kNil || count++ >= kNamedMax) continue;
    const Transfer& transfer = run.transfers[stream.head];
    text += job_of(run, transfer) + rank_name(*run.fabric, *run.workload, stream.source) + " cannot send " +
            to_string(Bytes{transfer.bytes}) + " to " + rank_name(*run.fabric, *run.workload, stream.destination);
    const std::string dead = stream.group == kNil ? std::string{} : dead_link_of(run, stream);
    if (stream.expansion >= kExpansionMost) text += ": next to every frame is lost on its way";
    else if (stream.group == kNil) text += ": there is no route";
    else if (!dead.empty()) text += ": the link " + dead + " is down";
    else text += ": no rate is left on its links";
    text += "; ";
  }
  if (count > kNamedMax) text += std::to_string(count - kNamedMax) + " more messages stand still; ";
  return text;
}

std::string blocked_operations(const FlowState& run) {
  std::string text;
  std::size_t count = 0;
  const LargeVector<Operation>& operations = run.workload->schedule.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& operation = operations[i];
    if ((run.progress[i] & (kReady | kDone)) != kReady) continue;
    if (operation.kind != OperationKind::receive && operation.kind != OperationKind::fused) continue;
    // A receive posted in advance is only blocked when its sender has begun.
    if (operation.kind == OperationKind::receive && (run.progress[operation.match] & kReady) == 0) continue;
    if (count++ >= kNamedMax) continue;
    text += "job `" + run.workload->jobs[operation.job].name + "` operation " + std::to_string(i) + " (" + operation_name(operation.kind) +
            ") of " + rank_name(*run.fabric, *run.workload, operation.rank.value);
    if (operation.kind == OperationKind::receive)
      text += " waits for " + to_string(Bytes{operation.amount}) + " from " + rank_name(*run.fabric, *run.workload, operation.peer);
    else text += " waits for the other members";
    text += "; ";
  }
  if (count > kNamedMax) text += std::to_string(count - kNamedMax) + " more operations wait; ";
  return text;
}

}  // namespace

std::string describe_stall(const FlowState& run) {
  std::string text = blocked_messages(run) + blocked_operations(run);
  for (std::size_t d = 0; d < run.drivers.size(); ++d)
    if (run.drivers[d].outstanding != 0)
      text += "driver `" + run.workload->drivers[d].name + "` waits for " + std::to_string(run.drivers[d].outstanding) + " transfers" +
              (run.workload->drivers[d].waiting_for ? ": " + run.workload->drivers[d].waiting_for() : std::string{}) + "; ";
  if (text.empty()) return "nothing is left to happen, but work remains";
  text.resize(text.size() - 2);
  return text;
}

}  // namespace eastwest::flow
