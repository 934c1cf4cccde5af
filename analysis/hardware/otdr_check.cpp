// SPDX-License-Identifier: Apache-2.0
// Events of an OTDR against what the design expects: breaks, connections that lose or reflect too much, bends, the sum against the budget.
#include "analysis/hardware/checks.hpp"

namespace eastwest {

namespace {

std::string decibels_text(Loss loss) { return fixed_decibels(loss.decibels()) + " dB"; }

void event(VerificationWork& work, const TestExpectation& plan, const OtdrEvent& one) {
  const bool edge = one.type == "end" || one.type == "launch";
  const auto tell = [&](FindingSeverity severity, const std::string& what, const std::string& remedy) {
    HardwareFinding finding{severity == FindingSeverity::failed ? FindingKind::excess_loss : FindingKind::marginal_loss,
                            severity,
                            plan.name,
                            {},
                            {},
                            {},
                            {},
                            {one.at}};
    finding.sentence = "the " + (one.type.empty() ? std::string("event") : one.type) +
                       (one.distance ? " at " + to_readable(*one.distance) : std::string()) + what;
    finding.remedy = remedy;
    work.tell(std::move(finding));
  };
  const bool short_of = one.distance && plan.length.mm > 0 && one.distance->mm + limits::kLengthOff.mm < plan.length.mm;
  if (one.type.find("break") != std::string::npos || (one.type == "end" && short_of))
    return tell(FindingSeverity::failed, " is a break: planned are " + to_readable(plan.length) + " of glass",
                "find the place with the OTDR, and exchange or splice");
  // ISO 11801 limits as course notes quote them (S-CNR): -26 dB of single-mode contact at worst; APC does far better.
  if (!edge && one.reflectance_db && *one.reflectance_db > -26)
    tell(FindingSeverity::warning, " reflects " + fixed_decibels(*one.reflectance_db) + " dB, at most -26 dB is good",
         "clean that connection; look for a UPC plug on an APC one");
  if (one.cumulative && plan.limit.mdb > 0 && one.cumulative->mdb > plan.limit.mdb + plan.plugs.mdb)
    tell(FindingSeverity::failed,
         " is where " + decibels_text(*one.cumulative) + " are lost together, the optics allow " + decibels_text(plan.limit),
         "remake the worst connection before it");
  if (one.segment_db_per_km && *one.segment_db_per_km > 5)
    tell(FindingSeverity::warning, " ends a stretch of " + fixed_decibels(*one.segment_db_per_km) + " dB/km: glass has at most 3.5",
         "look for a bend");
  if (!one.loss || *one.loss <= limits::kEventLoss || edge) return;
  HardwareFinding finding{FindingKind::marginal_loss, FindingSeverity::warning, plan.name, {}, {}, {}, {}, {one.at}};
  finding.figures = {figure("event loss", one.loss->decibels(), "dB"), figure("limit", limits::kEventLoss.decibels(), "dB")};
  finding.sentence = "the " + (one.type.empty() ? std::string("event") : one.type) +
                     (one.distance ? " at " + to_readable(*one.distance) : std::string()) + " loses " + decibels_text(*one.loss) +
                     "; a mated pair may lose " + decibels_text(limits::kEventLoss);
  finding.remedy = "clean or remake that connection";
  work.tell(std::move(finding));
}

}  // namespace

void check_traces(VerificationWork& work) {
  for (const OtdrEvent& one : work.evidence.events)
    if (const TestExpectation* plan = work.test_of(one.cable, one.at)) event(work, *plan, one);
}

}  // namespace eastwest
