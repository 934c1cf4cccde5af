// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/substitution.hpp"

#include <algorithm>

#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

bool is_twin(const OpticModel& optic) {
  const auto twin = [](const std::string& form) { return form.find("twin") != std::string::npos; };
  return std::any_of(optic.form_factors.begin(), optic.form_factors.end(), twin);
}

/// "OSFP" of "OSFP twin-port" and "OSFP flat-top": what decides whether it goes into the cage.
std::string family(const std::string& form_factor) { return form_factor.substr(0, form_factor.find(' ')); }

bool shares_form_factor(const OpticModel& a, const OpticModel& b) {
  if (a.form_factors.empty() || b.form_factors.empty()) return true;
  return std::any_of(a.form_factors.begin(), a.form_factors.end(), [&](const std::string& one) {
    return std::any_of(b.form_factors.begin(), b.form_factors.end(),
                       [&](const std::string& other) { return family(one) == family(other); });
  });
}

std::string light_of(const OpticModel& optic) {
  if (optic.medium == "mmf") return "multimode";
  if (optic.medium == "smf") return "single-mode";
  return optic.medium;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool holds(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(';'), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// "MPO-12/APC" and "MPO-12" mate as far as this is known; APC and UPC do not.
bool same_connector(std::string_view a, std::string_view b) {
  const auto base = [](std::string_view text) { return text.substr(0, text.find('/')); };
  const auto polish = [](std::string_view text) {
    return text.find('/') == std::string_view::npos ? std::string_view() : text.substr(text.find('/') + 1);
  };
  return base(a) == base(b) && (polish(a).empty() || polish(b).empty() || polish(a) == polish(b));
}

Loss budget(const OpticModel& optic, const std::string& fibre) {
  if (fibre == "om3" && optic.loss_max_om3.mdb > 0) return optic.loss_max_om3;
  if (fibre == "om5" && optic.loss_max_om5.mdb > 0) return optic.loss_max_om5;
  return optic.loss_max;
}

Substitution fails(FindingKind kind, std::string reason) { return {false, false, kind, std::move(reason)}; }

}  // namespace

std::uint32_t optic_ports(const OpticModel& optic) { return is_twin(optic) ? 2 : 1; }

OpticEnd optic_end(const OpticModel& optic) {
  const std::uint32_t ports = optic_ports(optic);
  OpticEnd end{BitRate{optic.rate.bits_per_second / ports}, optic.media_lanes / ports, optic.fibres / ports, optic.connector};
  if (ports == 2 && end.connector.starts_with("2x")) end.connector.erase(0, 2);
  return end;
}

Length optic_reach(const OpticModel& optic, const std::string& fibre) {
  if (optic.medium == "copper" || optic.connector == "integral") return optic.reach;
  if (fibre == "om3") return optic.reach_om3;
  if (fibre == "om4") return optic.reach_om4;
  if (fibre == "om5") return optic.reach_om5.mm > 0 ? optic.reach_om5 : optic.reach_om4;
  if (fibre == "os2") return optic.reach_os2;
  return optic.reach;
}

Substitution judge_substitution(const OpticModel& planned, const OpticModel& delivered, const LinkUse& use) {
  if (planned.id == delivered.id && use.vendor_reach.mm == 0) return {true, true, FindingKind::substitute, {}};
  const OpticEnd plan = optic_end(planned);
  const OpticEnd real = optic_end(delivered);
  const std::string name = delivered.name + " for " + planned.name + ": ";
  if (real.rate != plan.rate)
    return fails(FindingKind::wrong_speed, name + to_readable(real.rate) + " a port, planned " + to_readable(plan.rate));
  if (delivered.medium != planned.medium)
    return fails(planned.medium == "copper" || delivered.medium == "copper" ? FindingKind::wrong_part : FindingKind::wrong_fibre,
                 name + light_of(delivered) + (use.fibre.empty() ? "" : " light on " + use.fibre) + ", planned " + light_of(planned));
  const bool integral = planned.connector == "integral" || delivered.connector == "integral";
  if (integral && planned.connector != delivered.connector)
    return fails(FindingKind::wrong_part,
                 name + (delivered.connector == "integral" ? "a cable with fixed ends" : "a module without cable"));
  if (real.lanes != plan.lanes || delivered.lane_gigabaud != planned.lane_gigabaud || delivered.modulation != planned.modulation)
    return fails(FindingKind::wrong_part, name + std::to_string(real.lanes) + " lanes of " + plain_number(delivered.lane_gigabaud) +
                                              " GBd, planned " + std::to_string(plan.lanes) + " of " + plain_number(planned.lane_gigabaud));
  if (!integral && (!same_connector(real.connector, plan.connector) || real.fibres != plan.fibres))
    return fails(FindingKind::wrong_part, name + real.connector + " with " + fibre_count(real.fibres) + ", planned " + plan.connector +
                                              " with " + std::to_string(plan.fibres));
  if (!use.protocol.empty() && !holds(delivered.protocol, use.protocol))
    return fails(FindingKind::wrong_part, name + "it speaks " + delivered.protocol + " only");
  if (!shares_form_factor(planned, delivered))
    return fails(FindingKind::wrong_part, name + joined(delivered.form_factors) + ", planned " + joined(planned.form_factors));
  Length reach = optic_reach(delivered, use.fibre);
  if (use.vendor_reach.mm > 0) reach = std::min(reach, use.vendor_reach);
  if (reach.mm > 0 && reach < use.length)
    return fails(FindingKind::wrong_reach, name + "it reaches " + to_readable(reach) + (use.fibre.empty() ? "" : " on " + use.fibre) +
                                               ", the link has " + to_readable(use.length));
  if (reach.mm == 0 && !use.fibre.empty() && !integral) return fails(FindingKind::wrong_fibre, name + "it is not made for " + use.fibre);
  const Loss limit = budget(delivered, use.fibre);
  if (limit.mdb > 0 && use.loss.mdb > limit.mdb)
    return fails(FindingKind::wrong_reach, name + "it allows " + to_string(limit) + ", the link may lose " + to_string(use.loss));
  if (planned.id == delivered.id) return {true, true, FindingKind::substitute, {}};
  return {true, false, FindingKind::substitute,
          delivered.name + " in place of " + planned.name + ": same rate, lanes, light and connector, reach " + to_readable(reach)};
}

}  // namespace eastwest
