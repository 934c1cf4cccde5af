// SPDX-License-Identifier: Apache-2.0
// PFC headroom: what every port of a switch must keep free for one lossless priority, by the length of its cable, against the buffer.
//
// Rules: pfc.headroom (a switch whose ports together need more than half its buffer warns, more than all of it fails), pfc.unknown.
// Source: topology/plant/pfc_headroom.hpp; the half is ours. LIMITATIONS: one lossless priority; the buffer is shared by all ports, as the
// packet engine takes it.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

inline constexpr double kHeadroomShareWarn = 0.5;

struct PfcUse {
  std::uint32_t node = 0;
  PortId worst;  // the port that needs most
  Bytes of_worst;
  Bytes total;
  Bytes buffer;          // 0: unknown
  bool assumed = false;  // the catalogue does not know it: the site's word or the simulator's assumption
};

std::vector<PfcUse> pfc_uses(const CheckInput& input);
std::vector<Finding> check_pfc(const CheckInput& input, const std::vector<PfcUse>& uses);

}  // namespace eastwest
