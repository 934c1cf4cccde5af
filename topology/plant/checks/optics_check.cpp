// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/optics_check.hpp"

#include <algorithm>
#include <cmath>

#include "topology/plant/checks/optics_remedies.hpp"
#include "topology/plant/loss_effects.hpp"

namespace eastwest {

namespace {

std::string fibres_of(const InsertionLoss& loss) {
  std::string text;
  for (const std::string& kind : loss.reach) text += (text.empty() ? "" : "+") + kind;
  return text;
}

/// What the margin does to bits and frames, for sentences.
std::string errors_text(const CheckInput& input, std::uint32_t c) {
  const Cable& cable = input.fabric.cables[c];
  if (!std::isfinite(cable.pre_fec_ber)) return {};
  double lost = 0;
  for (const PortId port : {cable.a, cable.b})
    if (const LinkId out = input.fabric.ports[port.index()].out; out.exists())
      lost = std::max(lost, input.fabric.links[out.index()].frame_loss);
  std::string text = "; pre-FEC BER " + probability_text(cable.pre_fec_ber) + ", loss of a full frame " + probability_text(lost);
  const double seconds = seconds_between_losses(lost, input.links[c].rate, kDesignFrame);
  // Beyond some weeks the figure says nothing more than the loss itself.
  if (std::isfinite(seconds) && seconds < 1e7) {
    char figure[64];
    std::snprintf(figure, sizeof figure, seconds >= 10 ? "%.0f" : "%.2g", seconds);
    text += ", one every " + std::string(figure) + " s on a full link";
  }
  return text;
}

class Optics {
 public:
  explicit Optics(const CheckInput& input) : input_(input) {}

  std::vector<Finding> check() {
    for (std::uint32_t c = 0; c < input_.links.size(); ++c) sort_link(c);
    tell_loss();
    tell_reach();
    tell_vendor_reach();
    tell_power();
    tell_errors();
    for (const CaseGroups::Group& group : unknown_.sorted()) {
      Finding finding = begin(group, FindingLevel::note, "optics.unknown");
      const Cable& cable = input_.fabric.cables[group.worst];
      finding.sentence = cable.medium == "custom" ? "has a given delay, so that no optics are known: loss, reach and errors are not checked"
                                                  : "has optics `" + cable.medium + "`, which the catalogue does not know: not checked";
      finding.remedy = "give lengths and optics instead of delays, if the site has them";
      findings_.push_back(std::move(finding));
    }
    return std::move(findings_);
  }

 private:
  [[nodiscard]] Finding begin(const CaseGroups::Group& group, FindingLevel level, std::string rule) const {
    return finding_of(group, level, std::move(rule), [this](std::uint32_t c) { return input_.fabric.cables[c].name; });
  }

  void sort_link(std::uint32_t c) {
    const LinkQuality& link = input_.links[c];
    if (link.optic == nullptr) {
      unknown_.add(input_.fabric.cables[c].medium, c);
      return;
    }
    const std::string fibres = link.loss ? fibres_of(*link.loss) + " " + std::to_string(link.loss->connections) : "";
    const std::string key = link.optic->id + " " + fibres;
    const Length length = input_.fabric.cables[c].length;
    if (link.budget.reach == Verdict::fail) reach_.add(key, c, static_cast<double>(-link.budget.reach_headroom.mm));
    else if (const auto vendor = vendor_of(c)) vendor_.add(key + vendor->module->id, c, static_cast<double>(length.mm - vendor->reach.mm));
    if (!link.loss) return;
    if (link.budget.loss == Verdict::fail) failed_loss_.add(key, c, 1e6 - link.budget.headroom.decibels());
    else if (link.budget.loss == Verdict::warn) thin_loss_.add(key, c, 1e6 - link.budget.headroom.decibels());
    else if (link.budget.loss == Verdict::unknown) no_budget_.add(link.optic->id, c);
    if (link.budget.power_headroom && link.budget.power_headroom->mdb < 0) power_.add(key, c, -link.budget.power_headroom->decibels());
    // What the design already fails is told there; here is what was measured.
    const double ber = input_.fabric.cables[c].pre_fec_ber;
    if (link.budget.loss != Verdict::fail && std::isfinite(ber) && ber > link.optic->pre_fec_ber * (1 + 1e-9))
      errors_.add(link.optic->id, c, ber);
  }

  [[nodiscard]] std::optional<VendorReach> vendor_of(std::uint32_t c) const {
    const LinkQuality& link = input_.links[c];
    if (!link.loss || link.loss->reach.empty()) return std::nullopt;
    return vendor_reach(input_, c, *link.optic, link.loss->reach.front());
  }

  void tell_loss() {
    for (const auto& [groups, level] : {std::pair{&failed_loss_, FindingLevel::fail}, std::pair{&thin_loss_, FindingLevel::warn}})
      for (const CaseGroups::Group& group : groups->sorted()) {
        Finding finding = begin(group, level, "optics.loss");
        const LinkQuality& link = input_.links[group.worst];
        const InsertionLoss& loss = *link.loss;
        finding.sentence = "loses " + decibels_text(loss.worst.decibels()) + " at worst, " + decibels_text(loss.statistical.decibels()) +
                           " statistically (" + length_text(loss.length) + " of " + fibres_of(loss) + ", " +
                           count_text(loss.connections, "connection", "connections") + ") of " +
                           decibels_text(link.budget.loss_limit.decibels()) + ": headroom " +
                           decibels_text(link.budget.headroom.decibels()) + errors_text(input_, group.worst);
        const double band = loss.medium == "smf" ? input_.settings.headroom_single_mode : input_.settings.headroom_multimode;
        finding.limit = decibels_text(link.budget.loss_limit.decibels()) + " between two `" + link.optic->id + "` (" +
                        source_of(link.optic->origin, "loss_max") + ")";
        if (level == FindingLevel::warn)
          finding.limit += "; headroom under " + decibels_text(band) + " is a warning (`" +
                           (loss.medium == "smf" ? "headroom_single_mode" : "headroom_multimode") + "` of the site)";
        finding.remedy = optics_remedy(input_, group.worst);
        findings_.push_back(std::move(finding));
      }
    for (const CaseGroups::Group& group : no_budget_.sorted()) {
      Finding finding = begin(group, FindingLevel::note, "optics.loss");
      finding.sentence = "has optics `" + group.key + "`, whose loss budget the catalogue does not know: not checked";
      findings_.push_back(std::move(finding));
    }
  }

  void tell_reach() {
    for (const CaseGroups::Group& group : reach_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "optics.reach");
      const LinkQuality& link = input_.links[group.worst];
      const Length length = input_.fabric.cables[group.worst].length;
      const std::string fibres = link.loss ? fibres_of(*link.loss) : link.optic->medium;
      const bool fits = link.budget.reach_limit.mm > 0;
      finding.sentence = fits ? "is " + length_text(length) + " long, and `" + link.optic->id + "` reaches " +
                                    length_text(link.budget.reach_limit) + " on " + fibres
                              : "runs over " + fibres + ", for which `" + link.optic->id + "` is not made";
      std::string column = "reach_copper";
      if (link.loss && !link.loss->reach.empty()) column = reach_on(*link.optic, link.loss->reach.front()).column;
      else if (link.optic->medium == "mmf") column = "reach_om4";
      finding.limit = (fits ? length_text(link.budget.reach_limit) + " on " + fibres : "fibre of the optics") + " (" +
                      source_of(link.optic->origin, column) + ")";
      finding.remedy = optics_remedy(input_, group.worst);
      findings_.push_back(std::move(finding));
    }
  }

  void tell_vendor_reach() {
    for (const CaseGroups::Group& group : vendor_.sorted()) {
      const std::optional<VendorReach> vendor = vendor_of(group.worst);
      Finding finding = begin(group, FindingLevel::warn, "optics.vendor_reach");
      const LinkQuality& link = input_.links[group.worst];
      finding.sentence = "is " + length_text(input_.fabric.cables[group.worst].length) + " long: `" + link.optic->id + "` reaches " +
                         length_text(link.budget.reach_limit) + " by its standard, but the vendor's own module `" + vendor->module->id +
                         "` only " + length_text(vendor->reach);
      finding.limit = length_text(vendor->reach) + " (" +
                      source_of(vendor->module->origin, reach_on(*vendor->module, link.loss->reach.front()).column) + ")";
      finding.remedy = "modules whose vendor states the whole reach for this device; or shorten the way to " + length_text(vendor->reach);
      findings_.push_back(std::move(finding));
    }
  }

  void tell_power() {
    for (const CaseGroups::Group& group : power_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "optics.power");
      const LinkQuality& link = input_.links[group.worst];
      const double sent = *link.optic->transmit_oma_min_dbm;
      const double heard = *link.optic->receive_sensitivity_oma_dbm;
      finding.sentence = "leaves the receiver " + decibels_text(-link.budget.power_headroom->decibels()) +
                         " short of light: " + decibels_text(sent) + "m OMA sent, " + decibels_text(link.loss->worst.decibels()) +
                         " lost, " + decibels_text(heard) + "m needed";
      finding.limit = decibels_text(sent - heard) + " between transmitter and receiver of `" + link.optic->id + "` (" +
                      source_of(link.optic->origin, "rx_sensitivity_oma_dbm") + ")";
      finding.remedy = optics_remedy(input_, group.worst);
      findings_.push_back(std::move(finding));
    }
  }

  void tell_errors() {
    for (const CaseGroups::Group& group : errors_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "optics.errors");
      const OpticModel& optic = *input_.links[group.worst].optic;
      finding.sentence = "has a margin of " + decibels_text(input_.fabric.cables[group.worst].margin_db) +
                         " by measurement, where its design has " + decibels_text(input_.links[group.worst].margin_db) +
                         errors_text(input_, group.worst);
      finding.limit = "pre-FEC BER " + probability_text(optic.pre_fec_ber) + ", what the code of `" + optic.id + "` corrects (" +
                      source_of(optic.origin, "pre_fec_ber") + ")";
      finding.remedy = "clean and inspect its connectors, then measure again; else change cord or module";
      findings_.push_back(std::move(finding));
    }
  }

  const CheckInput& input_;
  std::vector<Finding> findings_;
  CaseGroups failed_loss_, thin_loss_, no_budget_, reach_, vendor_, power_, errors_, unknown_;
};

}  // namespace

std::vector<Finding> check_optics(const CheckInput& input) { return Optics(input).check(); }

}  // namespace eastwest
