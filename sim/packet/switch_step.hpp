// SPDX-License-Identifier: Apache-2.0
// One step of a switch: everything that its functions touch, and how they speak of ports and events.
//
// The parts of the switch (switch_buffer.hpp, switch_egress.hpp, switch_routing.hpp) are headers so that the loop of
// switch_model.cpp is compiled as one piece; what is rare stays apart of it (EASTWEST_APART). Units: ps, bytes.
#pragma once

#include <bit>
#include <cstdint>

#include "core/check.hpp"
#include "sim/packet/switch_model.hpp"

namespace eastwest::packet {

enum SwitchEvent : std::uint8_t { kDeparture = 0, kFault = 1, kReroute = 2, kLateArrival = 3 };

/// Everything a step touches, so that the functions below read as the model does.
struct Step {
  Network& network;
  Domain& domain;
  const RunPlan& plan;
  const NodePlan& node;
  const PortPlan* wires;  // of this switch
  PortState* ports;       // of this switch
  SwitchState& state;
  bool faults;     // whether any link of the run ever fails
  bool telemetry;  // whether frames carry it

  /// Tells the sender of an account to pause, resume or go on.
  EASTWEST_APART void tell(std::uint32_t account, FrameKind kind, std::uint32_t credit, std::int64_t now) const {
    const std::uint32_t port = account / kPriorityCount;
    transmit_flow_control(network, domain, plan, wires[port], ports[port], kind, account % kPriorityCount, credit, now);
  }
};

inline void schedule(Step& s, std::uint32_t port, std::int64_t time) {
  s.ports[port].scheduled = true;
  s.state.events.push(time, event_key(kDeparture, port));
}

inline unsigned sendable(const PortState& port) { return port.waiting & ~static_cast<unsigned>(port.paused); }

/// Calls `visit` for every port with frames waiting.
template <class Visit>
inline void for_active_ports(const SwitchState& state, Visit visit) {
  for (std::size_t w = 0; w < state.active.size(); ++w)
    for (std::uint64_t bits = state.active[w]; bits != 0; bits &= bits - 1)
      visit(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(bits))));
}

/// Sends everything that may start at any port by `until`.
void depart_all(Step& s, std::int64_t until);

}  // namespace eastwest::packet
