// SPDX-License-Identifier: Apache-2.0
// The switch: output queues in a shared buffer, dynamic thresholds, ECN marking, PFC or credits, strict priority, cut-through.
//
// Units: ps, bytes. A frame is handled when its first bit has crossed the pipeline (cut-through) or its last bit has
// (store-and-forward). If its egress is idle it leaves at once and never counts as buffered; else it is admitted:
//   pause threshold of an ingress (port, class):  T = alpha x (pool - shared used)           [1]
//   admission: reserve, then shared while used - reserve <= T, then headroom, then drop      [1]
//   pause when headroom is used or used - reserve >= T; resume when headroom is empty and used - reserve + offset <= T
//   marking of an egress queue q at dequeue: 0 up to Kmin, Pmax (q - Kmin) / (Kmax - Kmin) to Kmax, 1 above   [2]
//   without PFC: drop when q + frame > alpha x (buffer - used)                                [3]
// With link credits instead of PFC each (ingress, priority) has room of its own, nothing is refused, and every release is told
// to the sender. What a frame waits for and whom it is charged to may be of different priorities, where routes use virtual
// channels: a frame in a queue names its account (switch_buffer.hpp; egress and routing are in the headers beside it).
// A cut-through frame bound for a faster egress starts late enough not to run dry. With a transport that asks for it, a
// data frame without room is cut to its header and goes on in the control class (trimming, as in Ultra Ethernet), and an
// egress writes telemetry into the data frames that it sends, as HPCC has it.
// Departures need no events. When a frame leaves is known from its port alone, and nobody looks at a port but arrivals
// for it, PFC frames and the thresholds, so a port is brought up to date when one of those does and at the end of a
// step. Thresholds see the whole switch: a sum with releases outstanding only errs towards less room, so a frame that
// passes with it passes; one that does not is judged again after every port was brought up to date. Only while an ingress of
// this switch has paused its sender must departures happen in the order of time, since a release may end the pause:
// then, and with credits always, they are events.
// Sources: [1] the switch MMU of HPCC's ns-3 code; [2] RED as in DCQCN, SIGCOMM 2015; [3] Choudhury and Hahne,
// "Dynamic queue length thresholds", 1998. LIMITATIONS: bytes inside the pipeline are not buffered (headroom allows
// for them); the control class is not charged to the shared buffer with PFC on; no PFC quanta expiry.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/packet/domain.hpp"
#include "sim/packet/event_heap.hpp"
#include "sim/packet/port_state.hpp"
#include "sim/packet/run_plan.hpp"

namespace eastwest::packet {

/// What one ingress (port, priority) holds.
struct IngressAccount {
  std::int64_t used = 0;  // reserve and shared
  std::int64_t headroom_used = 0;
  std::uint32_t owed = 0;  // credits: bytes that left and that the sender has not been told of
  bool pause_sent = false;
};

/// Where the last burst of a flow (or of several that share the entry) went, and when.
struct Flowlet {
  std::int64_t last = INT64_MIN / 2;
  std::uint32_t choice = 0;
};

struct SwitchState {
  std::uint32_t node = 0;
  EventHeap events;
  std::vector<std::uint64_t> active;     // bit per port with frames waiting
  std::uint32_t paused_accounts = 0;     // accounts that have paused their sender; departures are events while any has
  std::vector<IngressAccount> accounts;  // port * kPriorityCount + priority
  std::int64_t shared_used = 0;
  std::int64_t buffer_used = 0;              // lossy mode: everything that waits
  const NextHops::Entry* entries = nullptr;  // row of this switch in the current table
  const std::uint16_t* hops = nullptr;
  const RoutingTable* table = nullptr;  // instead of these two, where routes need phases or channels
  std::uint64_t salt = 0;               // of its hash
  std::vector<Flowlet> flowlets;        // by hash of the flow; empty unless the policy needs it
};

SwitchState make_switch(const RunPlan& plan, std::uint32_t node);

/// Handles everything at this switch before `step_end`, in content order. Returns when its next own event or departure is
/// due, kNever for none.
std::int64_t step_switch(Network& network, Domain& domain, const RunPlan& plan, LargeVector<PortState>& ports, SwitchState& state,
                         std::int64_t step_end);

/// Data frames that wait in its queues, for the conservation check.
std::uint64_t data_frames_waiting(const RunPlan& plan, const LargeVector<PortState>& ports, const FramePool& frames,
                                  const SwitchState& state);

}  // namespace eastwest::packet
