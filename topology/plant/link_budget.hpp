// SPDX-License-Identifier: Apache-2.0
// A channel against the optics at its ends: loss budget, reach by kind of fibre, and power where the data exist.
//
//   headroom = loss_max - loss (worst case); the margin that margin.hpp takes: 0 is a receiver at its reference BER
//   power    = transmitter OMA min - loss (worst case) - receiver sensitivity OMA; independent of the budget
// Loss and reach must both pass: on multimode the reach (modal bandwidth) usually fails first, on single-mode the connectors.
// A vendor's reach wins over the standard's. Bands: below 0 fails; below 0.5 dB single-mode or 0.3 dB multimode warns (ours).
// Units: thousandths of a decibel, millimetres. LIMITATIONS: no pass or fail on average power, which data sheets call
// informative; a channel of mixed kinds is held to the least reach and the least budget of them.
#pragma once

#include <optional>

#include "topology/plant/channel.hpp"

namespace eastwest {

enum class Verdict : std::uint8_t { ok, warn, fail, unknown };

struct HeadroomBands {
  Loss fail_below{0};
  Loss warn_below_smf{500};
  Loss warn_below_mmf{300};
};

struct LinkBudget {
  Loss loss_limit;            // 0: unknown
  Loss headroom;              // loss_limit - worst
  Loss headroom_statistical;  // loss_limit - statistical
  Verdict loss = Verdict::unknown;
  bool loss_verified = false;  // the limit was read in a source
  Length reach_limit;          // 0: not for this fibre
  Length reach_headroom;
  bool vendor_reach = false;
  bool reach_verified = false;
  Verdict reach = Verdict::unknown;    // fail also when the optic is not for this fibre
  std::optional<Loss> power_headroom;  // of the weaker direction is the caller's: ask once per direction
};

/// The reach of `optic` on a kind of fibre ("om3", "om4", "om5", "os2"); OM5 carries what OM4 does where nothing else is said.
/// 0: not for it. `column` names where it stands.
struct FibreReach {
  Length reach;
  std::string_view column;
};
FibreReach reach_on(const OpticModel& optic, std::string_view kind);
/// The loss budget of `optic` on a kind of fibre.
Loss loss_limit_on(const OpticModel& optic, std::string_view kind);

/// `transmitter` at A, `receiver` at B. The lesser budget and reach of both hold.
LinkBudget link_budget(const InsertionLoss& loss, const OpticModel& transmitter, const OpticModel& receiver,
                       std::optional<Length> vendor_reach = {}, const HeadroomBands& bands = {});
Verdict headroom_verdict(Loss headroom, bool multimode, const HeadroomBands& bands = {});

}  // namespace eastwest
