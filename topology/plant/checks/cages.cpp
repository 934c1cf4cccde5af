// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/cages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "topology/plant/breakout.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 11> kFormFactors = {"QSFP28",  "QSFP56", "QSFP112",  "QSFP224", "QSFP-DD", "QSFP-DD800",
                                                           "OSFP224", "OSFP",   "OSFP1600", "SFP112",  "SFP28"};

/// Cages and the older modules that they take besides their own (GK).
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTakes = {{{"QSFP56", "QSFP28"},
                                                                                   {"QSFP112", "QSFP28"},
                                                                                   {"QSFP112", "QSFP56"},
                                                                                   {"QSFP224", "QSFP112"},
                                                                                   {"QSFP224", "QSFP56"},
                                                                                   {"QSFP224", "QSFP28"},
                                                                                   {"QSFP-DD", "QSFP28"},
                                                                                   {"QSFP-DD", "QSFP56"},
                                                                                   {"QSFP-DD800", "QSFP-DD"},
                                                                                   {"QSFP-DD800", "QSFP112"},
                                                                                   {"QSFP-DD800", "QSFP56"},
                                                                                   {"QSFP-DD800", "QSFP28"},
                                                                                   {"OSFP224", "OSFP"},
                                                                                   {"OSFP1600", "OSFP"},
                                                                                   {"OSFP1600", "OSFP224"},
                                                                                   {"SFP112", "SFP28"}}};

bool takes(std::string_view cage, std::string_view module) {
  if (cage == module) return true;
  return std::find(kTakes.begin(), kTakes.end(), std::pair{cage, module}) != kTakes.end();
}

/// A connector of `module` is `ends` times a connector of `optic`: "MPO-16/APC or 2xMPO-12/APC" and two "MPO-12/APC".
bool has_ends(const OpticModel& module, const OpticModel& optic, std::uint32_t ends) {
  if (optic.connector == "integral") return module.connector == "integral";
  const std::string wanted = std::to_string(ends) + "x" + optic.connector;
  return module.connector == wanted || module.connector.ends_with(" or " + wanted);
}

bool is_made_of(const OpticModel& module, const OpticModel& optic, std::uint32_t ends) {
  return module.rate == optic.rate * ends && module.media_lanes == optic.media_lanes * ends && module.medium == optic.medium &&
         module.modulation == optic.modulation && std::fabs(module.lane_gigabaud - optic.lane_gigabaud) < 0.01 &&
         has_ends(module, optic, ends);
}

bool fits(const OpticModel& module, const Cage& cage) {
  return std::any_of(module.form_factors.begin(), module.form_factors.end(),
                     [&](const std::string& form) { return module_fits(form, cage); });
}

}  // namespace

std::vector<std::string> cage_types(std::string_view text) {
  std::vector<std::string> types;
  const std::size_t times = text.find('x');
  if (times != std::string_view::npos && times > 0 && text.substr(0, times).find_first_not_of("0123456789") == std::string_view::npos)
    text.remove_prefix(times + 1);
  while (!text.empty()) {
    const std::size_t cut = text.find_first_of(" +/");
    const std::string_view word = text.substr(0, cut);
    if (std::find(kFormFactors.begin(), kFormFactors.end(), word) != kFormFactors.end()) types.emplace_back(word);
    text = cut == std::string_view::npos ? std::string_view{} : text.substr(cut + 1);
  }
  return types;
}

Cage cage_of_port(const CheckInput& input, PortId port) {
  Cage cage;
  const Fabric& fabric = input.fabric;
  const Node& node = input.node_of(port);
  const std::uint32_t index = fabric.ports[port.index()].index;
  if (node.kind == NodeKind::host) {
    const Host& host = fabric.hosts[node.detail];
    cage.in_server = true;
    const ServerModel* model = input.catalogue.find_server(host.model);
    const std::uint32_t nic = index / std::max(1u, host.nic_ports);
    cage.number = nic;
    if (model == nullptr) return cage;
    cage.types = cage_types(model->nic_cages);
    cage.text = model->nic_cages;
    cage.origin = &model->origin;
    std::uint32_t cages = 0;
    for (const char digit : model->nic_cages) {
      if (digit < '0' || digit > '9') break;
      cages = cages * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    if (cages > 0 && model->nics % cages == 0 && host.endpoint_count == model->nics * host.nic_ports) {
      cage.ports = model->nics / cages;
      cage.number = nic / cage.ports;
    }
    return cage;
  }
  const SwitchModel* model = input.catalogue.find_switch(fabric.switches[node.detail].model);
  cage.number = index;
  const LinkId out = fabric.ports[port.index()].out;
  if (model == nullptr || model->cages == 0 || !out.exists()) return cage;
  cage.ports = std::max(1u, model->ports_at(fabric.links[out.index()].rate) / model->cages);
  cage.number = index / cage.ports;
  cage.types = cage_types(model->cage_type);
  cage.text = model->cage_type;
  cage.power = model->cage_power;
  cage.origin = &model->origin;
  return cage;
}

bool module_fits(std::string_view form_factor, const Cage& cage) {
  const std::size_t blank = form_factor.find(' ');
  const std::string_view base = form_factor.substr(0, blank);
  const std::string_view rest = blank == std::string_view::npos ? std::string_view{} : form_factor.substr(blank + 1);
  // A flat top has no fins of its own: the server's cage cools it, a switch's does not (S-NV6, S-NV7).
  if (rest == "flat-top" && !cage.in_server) return false;
  return std::any_of(cage.types.begin(), cage.types.end(), [&](const std::string& type) { return takes(type, base); });
}

CageModule module_in(const Catalogue& catalogue, const OpticModel& optic, const Cage& cage) {
  CageModule found;
  if (cage.ports == 1) {
    (fits(optic, cage) ? found.module : found.other) = &optic;
    return found;
  }
  bool found_twin = false;
  for (const OpticModel& candidate : catalogue.optics()) {
    if (!is_made_of(candidate, optic, cage.ports)) continue;
    if (!fits(candidate, cage)) {
      if (found.other == nullptr) found.other = &candidate;
      continue;
    }
    // A twin module tells each half's media id as the single one's; another of the same lanes and reach may be split into it. Of several of a
    // kind the one that needs the least power; an unknown power comes last.
    const bool twin = candidate.cmis_media_id == optic.cmis_media_id && candidate.cmis_media_type == optic.cmis_media_type;
    if (!twin && (candidate.reach < optic.reach || candidate.module_latency != optic.module_latency)) continue;
    const auto watts = [](const OpticModel& model) {
      return model.power_max.mw == 0 ? std::numeric_limits<std::int64_t>::max() : model.power_max.mw;
    };
    if (found.module == nullptr || (twin && !found_twin) || (twin == found_twin && watts(candidate) < watts(*found.module))) {
      found.module = &candidate;
      found_twin = twin;
    }
  }
  return found;
}

}  // namespace eastwest
