// SPDX-License-Identifier: Apache-2.0
// Breakouts: may the lanes of one module go to several, and which fibres do they use?
//
// Rules. A twin-port module is two ends of their own; both must use the same style of cord (S-NV6, S-NV7). A straight cord
// takes all lanes of an end, a 1:2 splitter half of them to each leg, 1:4 one lane to each (400GBASE-DR4 to four 100GBASE-DR).
// Every leg ends in a module with as many lanes, of the same symbol rate, modulation and medium. Lane l of a plug of n
// positions uses positions l (transmit) and n + 1 - l (receive): 400G DR4 splits into (1,12) (2,11) (3,10) (4,9). Modules
// that put their lanes on one fibre by wavelength (FR4, LR4) cannot be split, nor can cables whose ends are not plugs.
// LIMITATIONS: whether the firmware of a port allows the split is not known here.
#pragma once

#include <span>
#include <utility>

#include "topology/plant/polarity.hpp"

namespace eastwest {

/// What is plugged into one end of a module: the whole of it, or half of a twin port.
struct BreakoutUse {
  std::uint32_t legs = 1;
  std::vector<const OpticModel*> far;  // one per leg that is used, at most `legs`
};

/// Ends that a module has: 2 for "2xMPO-12" and "2xLC-duplex", else 1.
std::uint32_t ends_of(const OpticModel& optic);
/// Does the module have a fibre of its own for every lane and direction?
bool is_parallel(const OpticModel& optic);
/// Positions (transmit, receive), from 1, of each lane on a plug.
std::vector<std::pair<std::uint32_t, std::uint32_t>> lane_positions(std::uint32_t positions, std::uint32_t lanes);

/// `uses` holds one entry per end that has a cord, in order of the ends.
std::vector<PlantViolation> check_breakout(const OpticModel& near, std::span<const BreakoutUse> uses);

}  // namespace eastwest
