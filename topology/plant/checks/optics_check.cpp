// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/optics_check.hpp"

#include <algorithm>
#include <cmath>

#include "topology/plant/checks/optics_remedies.hpp"
#include "topology/plant/link_loss.hpp"
#include "topology/plant/loss_effects.hpp"

namespace eastwest {

namespace {

std::string fibres_of(const InsertionLoss& loss) {
  std::string text;
  for (const std::string& kind : loss.reach) text += (text.empty() ? "" : "+") + kind;
  return text;
}

/// Frame loss of the worse direction.
double lost_frames(const CheckInput& input, std::uint32_t c) {
  double lost = 0;
  for (const PortId port : {input.fabric.cables[c].a, input.fabric.cables[c].b})
    if (const LinkId out = input.fabric.ports[port.index()].out; out.exists())
      lost = std::max(lost, input.fabric.links[out.index()].frame_loss);
  return lost;
}

/// ", one every 12 s on a full link".
std::string pace_text(const CheckInput& input, std::uint32_t c, double lost) {
  const double seconds = seconds_between_losses(lost, input.links[c].rate, kDesignFrame);
  // Beyond some weeks the figure says nothing more than the loss itself.
  if (!std::isfinite(seconds) || seconds >= 1e7) return {};
  char figure[64];
  std::snprintf(figure, sizeof figure, seconds >= 10 ? "%.0f s" : "%.2g s", seconds);
  if (seconds < 1e-3) std::snprintf(figure, sizeof figure, "%.3g us", seconds * 1e6);
  else if (seconds < 1) std::snprintf(figure, sizeof figure, "%.3g ms", seconds * 1e3);
  return ", one every " + std::string(figure) + " on a full link";
}

/// What the margin does to bits and frames, for sentences.
std::string errors_text(const CheckInput& input, std::uint32_t c) {
  const Cable& cable = input.fabric.cables[c];
  if (!std::isfinite(cable.pre_fec_ber)) return {};
  const double lost = lost_frames(input, c);
  return "; pre-FEC BER " + probability_text(cable.pre_fec_ber) + ", loss of a full frame " + probability_text(lost) +
         pace_text(input, c, lost);
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
    tell_frames();
    tell_margin();
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

  [[nodiscard]] double band_of(std::uint32_t c) const {
    const OpticModel* optic = input_.links[c].optic;
    return optic != nullptr && optic->medium == "smf" ? input_.settings.headroom_single_mode : input_.settings.headroom_multimode;
  }

  /// The loss of a full frame that the link has where its code just corrects what the standard allows.
  [[nodiscard]] double tolerated_loss(std::uint32_t c) const {
    const LinkCoding coding =
        link_coding(input_.catalogue, input_.fabric.cables[c].medium, input_.links[c].rate, input_.settings.margin_exponent);
    return frame_loss_at_margin(0, coding, kDesignFrame);
  }

  /// What was measured, whatever the design says; each link has one finding of it, the gravest.
  void sort_measured(std::uint32_t c) {
    const LinkQuality& link = input_.links[c];
    const Cable& cable = input_.fabric.cables[c];
    const std::string kind = link.optic == nullptr ? cable.medium : link.optic->id;
    const bool errors =
        link.optic != nullptr && std::isfinite(cable.pre_fec_ber) && cable.pre_fec_ber > link.optic->pre_fec_ber * (1 + 1e-9);
    if (errors && link.budget.loss != Verdict::fail) {  // what the design already fails is told there
      errors_.add(kind, c, cable.pre_fec_ber);
    } else if (const double lost = lost_frames(input_, c); lost > tolerated_loss(c) * (1 + 1e-6)) {
      frames_.add(kind, c, lost);
    } else if (std::isfinite(cable.margin_db) && cable.margin_db < band_of(c)) {
      margin_.add(kind, c, 1e6 - cable.margin_db);
    }
  }

  void sort_link(std::uint32_t c) {
    const LinkQuality& link = input_.links[c];
    if (input_.plant.channels[c].measured) sort_measured(c);
    if (link.optic == nullptr) {
      unknown_.add(input_.fabric.cables[c].medium, c);
      return;
    }
    const std::string fibres = link.loss ? fibres_of(*link.loss) + " " + std::to_string(link.loss->connections) : "";
    const std::string key = link.optic->id + " " + fibres;
    const Length length = input_.fabric.cables[c].length;
    if (link.loss && link.loss->medium == "mixed") return;  // channel.fibre names the piece; no figure of such a link means anything
    if (link.budget.reach == Verdict::fail) reach_.add(key, c, static_cast<double>(-link.budget.reach_headroom.mm));
    else if (const auto vendor = vendor_of(c)) vendor_.add(key + vendor->module->id, c, static_cast<double>(length.mm - vendor->reach.mm));
    if (!link.loss) return;
    if (link.budget.loss == Verdict::fail) failed_loss_.add(key, c, 1e6 - link.budget.headroom.decibels());
    else if (link.budget.loss == Verdict::warn) thin_loss_.add(key, c, 1e6 - link.budget.headroom.decibels());
    else if (link.budget.loss == Verdict::unknown) no_budget_.add(link.optic->id, c);
    if (link.budget.power_headroom && link.budget.power_headroom->mdb < 0) power_.add(key, c, -link.budget.power_headroom->decibels());
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
      finding.sentence = "has a margin of " + decibels_text(input_.fabric.cables[group.worst].margin_db) + " by measurement" +
                         design_text(group.worst) + errors_text(input_, group.worst);
      finding.limit = "pre-FEC BER " + probability_text(optic.pre_fec_ber) + ", what the code of `" + optic.id + "` corrects (" +
                      source_of(optic.origin, "pre_fec_ber") + ")";
      finding.remedy = "clean and inspect its connectors, then measure again; else change cord or module";
      findings_.push_back(std::move(finding));
    }
  }

  /// ", where its design has 0.5 dB"; nothing of a link whose design has no budget.
  [[nodiscard]] std::string design_text(std::uint32_t c) const {
    const double margin = input_.links[c].margin_db;
    return std::isfinite(margin) ? ", where its design has " + decibels_text(margin) : "";
  }

  void tell_frames() {
    for (const CaseGroups::Group& group : frames_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "optics.frame_loss");
      const double lost = lost_frames(input_, group.worst);
      const OpticModel* optic = input_.links[group.worst].optic;
      finding.sentence = "loses " + probability_text(lost) + " of its frames, as measured" + pace_text(input_, group.worst, lost) +
                         ": every loss repeats what is in flight, and a lost tail waits a whole timeout";
      finding.limit = probability_text(tolerated_loss(group.worst)) +
                      " of full frames, what the code leaves at the most errors that the standard allows (" +
                      (optic == nullptr ? "KP4 or KR4 of IEEE 802.3" : source_of(optic->origin, "pre_fec_ber")) +
                      "); the loss is measured (`measured` of the site)";
      finding.remedy =
          "clean and inspect its connectors, look for full buffers and wrong PFC settings where the light is good, then measure again";
      findings_.push_back(std::move(finding));
    }
  }

  void tell_margin() {
    for (const CaseGroups::Group& group : margin_.sorted()) {
      Finding finding = begin(group, FindingLevel::warn, "optics.margin");
      finding.sentence = "has a margin of " + decibels_text(input_.fabric.cables[group.worst].margin_db) + ", as measured" +
                         design_text(group.worst) + errors_text(input_, group.worst);
      const OpticModel* optic = input_.links[group.worst].optic;
      finding.limit = "headroom under " + decibels_text(band_of(group.worst)) + " is a warning (`" +
                      (optic != nullptr && optic->medium == "smf" ? "headroom_single_mode" : "headroom_multimode") +
                      "` of the site); the margin is measured (`measured` of the site)";
      finding.remedy = "clean and inspect its connectors, then measure again";
      findings_.push_back(std::move(finding));
    }
  }

  const CheckInput& input_;
  std::vector<Finding> findings_;
  CaseGroups frames_, margin_;
  CaseGroups failed_loss_, thin_loss_, no_budget_, reach_, vendor_, power_, errors_, unknown_;
};

}  // namespace

std::vector<Finding> check_optics(const CheckInput& input) { return Optics(input).check(); }

}  // namespace eastwest
