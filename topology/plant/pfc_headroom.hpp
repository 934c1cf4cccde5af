// SPDX-License-Identifier: Apache-2.0
// PFC headroom: bytes that can still arrive at a port after it decided to pause the sender. The length of the cable sizes it.
//
//   rate * (2 * cable delay + switch pipeline + response of the sender) / 8, rounded up, + whole frames + the pause frame
// Source: IEEE 802.1Qbb annex O by its terms. The packet engine uses this function with three frames (one in flight at the
// sender when the pause arrives, one that delays the pause frame at the switch, one of rounding), the real pipeline and the
// delay of FEC and modules; `planning_headroom` is the sum that planners print: the glass alone and two frames. Both take the
// same response, 60 quanta of 512 bits = 3840 octets. LIMITATIONS: IEEE 802.3 annex 31B allows more quanta at 40 Gb/s and above
// (general knowledge); a switch whose data sheet says so needs the difference in `pipeline`.
// Units: bytes (octets), picoseconds.
#pragma once

#include "core/quantity.hpp"

namespace eastwest {

/// What a sender may take to obey a pause: 60 quanta of 512 bits.
Duration pfc_response(BitRate rate);

struct PfcTerms {
  Duration link_delay;  // one way
  Duration pipeline;    // of the switch that pauses, before the pause takes effect there
  Duration response;    // of the sender
  BitRate rate;
  Bytes frame;  // the largest, with what surrounds it on the wire
  std::int64_t frames = 2;
  Bytes pause_frame;  // with its gap; 0 where it is counted in the response
};
Bytes pfc_headroom(const PfcTerms& terms);

/// Headroom to plan with, per port and lossless priority: `glass_delay` is the propagation along the installed length alone.
Bytes planning_headroom(Duration glass_delay, BitRate rate, Bytes mtu, Duration pipeline = {});

}  // namespace eastwest
