// SPDX-License-Identifier: Apache-2.0
// A host: its NIC ports, its GPUs' scale-up ports and the ranks that run on it, with one heap of local events.
//
// Units: ps, bytes. Invariants: only the domain that owns the host touches it. Starts of NIC ports come first, in order
// of the port, then local events by time, kind (the order of HostEvent) and id, then arrivals: content, never insertion.
// `starts` holds, by port, when it sends next: a continuous stream so needs no events of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/packet/domain.hpp"
#include "sim/packet/event_heap.hpp"
#include "sim/packet/execution.hpp"
#include "sim/packet/queue_pair.hpp"

namespace eastwest::packet {

enum HostEvent : std::uint8_t {
  kHostFault = 1,    // id: index into RunPlan::faults
  kWake = 2,         // id: queue pair whose pace allows the next packet
  kPost = 3,         // id: message reaches the NIC
  kComputeDone = 4,  // id: operation
  kDelivered = 5,    // id: message is in memory and software knows
  kScaleUpFree = 6,  // id: local GPU
  kScaleUpDone = 7,  // id: message
  kTimeout = 8,      // id: queue pair
  kJobStart = 9,     // id: job
  kFusedDone = 10,   // id: group
};

/// Queue pairs of one NIC port that have something to send, per priority, served in turn.
struct ReadyRing {
  struct Turn {
    std::uint32_t head = kNil;
    std::uint32_t tail = kNil;
  };
  std::uint32_t waiting = 0;  // bit per priority
  Turn turns[kPriorityCount];
};

/// One GPU's port into the scale-up domain: a FIFO server each way.
struct ScaleUpPort {
  std::int64_t egress_free = 0;
  std::int64_t ingress_free = 0;
  std::uint32_t head = kNil;  // messages, served chunk by chunk in turn
  std::uint32_t tail = kNil;
  bool scheduled = false;
};

struct HostState {
  std::uint32_t node = 0;
  EventHeap events;
  std::vector<ReadyRing> rings;       // by NIC port
  std::vector<std::int64_t> starts;   // by NIC port: when what waits there may be sent, kNever when nothing does
  std::vector<ScaleUpPort> scale_up;  // by local GPU
  std::int64_t nic_latency = 0;
  std::int64_t scale_up_latency = 0;
  BitRate scale_up_rate;
  std::vector<std::uint32_t> root_first;  // by job: into roots; jobs + 1 entries, or empty
  std::vector<std::uint32_t> roots;       // operations without predecessors, by job
};

/// Everything that the functions of one host's step touch.
struct HostStep {
  Network& network;
  Domain& domain;
  const RunPlan& plan;
  const NodePlan& node;
  const PortPlan* wires;  // of this host
  PortState* ports;       // of this host
  HostState& state;
  Traffic& traffic;
  Execution& execution;
  std::uint32_t arrival = kNil;  // slot of the frame that is being received: its trailer
};

/// Handles everything at this host before `step_end`, in content order. Returns when its next own event is due.
std::int64_t step_host(HostStep& step, std::int64_t step_end);

// nic_model.cpp: the network side (its parts are declared in nic_parts.hpp).
void nic_receive(HostStep& step, const Frame& frame);
void nic_post(HostStep& step, std::uint32_t message, std::int64_t now);
/// Sends one frame if the port is free and one may go; then notes when the next one may.
void nic_serve(HostStep& step, std::uint32_t port, std::int64_t now);
void nic_wake(HostStep& step, std::uint32_t queue_pair, std::int64_t now);
void nic_timeout(HostStep& step, std::uint32_t queue_pair, std::int64_t now);
void nic_fault(HostStep& step, const Fault& fault, std::int64_t now);

// host_model.cpp: the software side.
/// All packets of a message are here: software learns it after the NIC's latency.
void message_arrived(HostStep& step, std::uint32_t message, std::int64_t now);
/// The sender's NIC has every acknowledgement of the message.
void message_acknowledged(HostStep& step, std::uint32_t message, std::int64_t now);

}  // namespace eastwest::packet
