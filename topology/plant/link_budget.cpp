// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/link_budget.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {
namespace {

/// The least of the limits of both optics over the kinds of fibre on the way.
void hold_to_loss(const InsertionLoss& loss, const OpticModel& optic, LinkBudget& budget) {
  for (const std::string& kind : loss.reach) {
    const Loss limit = loss_limit_on(optic, kind);
    if (limit.mdb == 0 || (budget.loss_limit.mdb != 0 && budget.loss_limit <= limit)) continue;
    budget.loss_limit = limit;
    budget.loss_verified = optic.origin.verifies("loss_max");
  }
}

/// False when the optic is not made for one of the kinds.
bool hold_to_reach(const InsertionLoss& loss, const OpticModel& optic, LinkBudget& budget) {
  bool fits = true;
  for (const std::string& kind : loss.reach) {
    const FibreReach reach = reach_on(optic, kind);
    if (reach.reach.mm == 0) {
      fits = false;
      continue;
    }
    if (budget.reach_limit.mm != 0 && budget.reach_limit <= reach.reach) continue;
    budget.reach_limit = reach.reach;
    budget.reach_verified = optic.origin.verifies(reach.column);
  }
  return fits;
}

}  // namespace

FibreReach reach_on(const OpticModel& optic, std::string_view kind) {
  if (kind == "om3") return {optic.reach_om3, "reach_om3"};
  if (kind == "om4") return {optic.reach_om4, "reach_om4"};
  if (kind == "om5") return optic.reach_om5.mm != 0 ? FibreReach{optic.reach_om5, "reach_om5"} : FibreReach{optic.reach_om4, "reach_om4"};
  if (kind == "os2") return {optic.reach_os2, "reach_os2"};
  return {{}, "reach_copper"};
}

Loss loss_limit_on(const OpticModel& optic, std::string_view kind) {
  if (kind == "om3") return optic.loss_max_om3;
  return kind == "om5" ? optic.loss_max_om5 : optic.loss_max;
}

Verdict headroom_verdict(Loss headroom, bool multimode, const HeadroomBands& bands) {
  if (headroom < bands.fail_below) return Verdict::fail;
  return headroom < (multimode ? bands.warn_below_mmf : bands.warn_below_smf) ? Verdict::warn : Verdict::ok;
}

LinkBudget link_budget(const InsertionLoss& loss, const OpticModel& transmitter, const OpticModel& receiver,
                       std::optional<Length> vendor_reach, const HeadroomBands& bands) {
  LinkBudget budget;
  hold_to_loss(loss, transmitter, budget);
  hold_to_loss(loss, receiver, budget);
  if (budget.loss_limit.mdb != 0) {
    budget.headroom = {budget.loss_limit.mdb - loss.worst.mdb};
    budget.headroom_statistical = {budget.loss_limit.mdb - loss.statistical.mdb};
    budget.loss = headroom_verdict(budget.headroom, loss.medium != "smf", bands);
  }
  const bool sends = hold_to_reach(loss, transmitter, budget);
  const bool fits = hold_to_reach(loss, receiver, budget) && sends && loss.medium != "mixed";
  if (vendor_reach) {
    budget.reach_limit = *vendor_reach;
    budget.vendor_reach = true;
    budget.reach_verified = true;  // whoever wrote it into the site answers for it
  }
  if (!fits) budget.reach = Verdict::fail;
  else if (budget.reach_limit.mm != 0) budget.reach = loss.length <= budget.reach_limit ? Verdict::ok : Verdict::fail;
  budget.reach_headroom = {budget.reach_limit.mm - loss.length.mm};
  if (transmitter.transmit_oma_min_dbm && receiver.receive_sensitivity_oma_dbm)
    budget.power_headroom =
        Loss{std::llround((*transmitter.transmit_oma_min_dbm - *receiver.receive_sensitivity_oma_dbm) * 1e3) - loss.worst.mdb};
  return budget;
}

}  // namespace eastwest
