// SPDX-License-Identifier: Apache-2.0
// Substitution: whether another optic does here what the planned one would, judged by specification and not by name.
//
// Per port (a twin-port module is two ends, each with half of its rate, lanes and fibres): the rate, the lanes with their symbol rate and
// modulation, the light (multimode, single-mode, copper), the connector, the protocol and the form factor must be those of the plan; reach and loss
// budget must hold for this link. A longer reach on the same lanes and wavelength is taken as good.
// LIMITATIONS: overload of a receiver by a stronger transmitter, firmware locks and vendors' own lists are not known.
#pragma once

#include <string>

#include "analysis/hardware/finding.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

/// The link for which a part is judged.
struct LinkUse {
  Length length;
  Loss loss;             // worst case of the channel; 0: unknown
  std::string fibre;     // "om4", "os2"; "" unknown
  std::string protocol;  // "eth" or "ib"; "" either
  Length vendor_reach;   // of the part, where its vendor promises less than the standard; 0: no such word
};

struct Substitution {
  bool fits = false;
  bool same = false;  // it is the planned one
  FindingKind kind = FindingKind::wrong_part;
  std::string reason;  // why it does not fit, or what is different though it fits
};

/// What one port of an optic is.
struct OpticEnd {
  BitRate rate;
  std::uint32_t lanes = 0;
  std::uint32_t fibres = 0;
  std::string connector;  // "MPO-12/APC"
};
/// Ports that one module of `optic` serves: 2 for twin-port ones.
std::uint32_t optic_ports(const OpticModel& optic);
OpticEnd optic_end(const OpticModel& optic);
/// How far `optic` reaches on `fibre`; 0: not at all.
Length optic_reach(const OpticModel& optic, const std::string& fibre);

Substitution judge_substitution(const OpticModel& planned, const OpticModel& delivered, const LinkUse& use);

}  // namespace eastwest
