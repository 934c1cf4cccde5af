// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_models.hpp"

#include <algorithm>

#include "topology/cabling.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

namespace {

template <class Models>
auto find_model(const Models& models, const NetBoxDevice& device) -> decltype(&*models.begin()) {
  const std::string name = netbox_lower(device.model);
  for (const auto& one : models)
    if (netbox_lower(one.model) == name || netbox_lower(one.id) == name || netbox_lower(one.vendor + " " + one.model) == name) return &one;
  return nullptr;
}

}  // namespace

const SwitchModel* netbox_switch_model(const Catalogue& catalogue, const NetBoxDevice& device) {
  return find_model(catalogue.switches(), device);
}

const ServerModel* netbox_server_model(const Catalogue& catalogue, const NetBoxDevice& device) {
  return find_model(catalogue.servers(), device);
}

std::uint32_t netbox_known_height(const Catalogue& catalogue, const NetBoxDevice& device, NetBoxRole role) {
  if (role == NetBoxRole::server)
    if (const ServerModel* model = netbox_server_model(catalogue, device)) return model->rack_units;
  if (role == NetBoxRole::network_switch)
    if (const SwitchModel* model = netbox_switch_model(catalogue, device)) return model->rack_units;
  return 0;
}

NetBoxFront netbox_front(const Catalogue& catalogue, const NetBoxDevice& device, BitRate rate) {
  const SwitchModel* model = netbox_switch_model(catalogue, device);
  if (model == nullptr || model->cages == 0 || model->ports_at(rate) == 0) return {};
  return {model->ports_at(rate) / model->cages, model->ports_at(rate)};
}

std::string netbox_switch_port(const Catalogue& catalogue, const std::string& model, BitRate rate, std::uint32_t port) {
  const SwitchModel* row = catalogue.find_switch(model);
  const std::uint32_t per_cage = row == nullptr || row->cages == 0 ? 1 : std::max(1u, row->ports_at(rate) / row->cages);
  return port_name(per_cage > 1 ? "swp{cage1}s{half}" : "swp{cage1}", port, per_cage, 1);
}

const OpticModel* netbox_optic(const Catalogue& catalogue, const NetBoxCableMeaning& meaning, BitRate rate, Length length) {
  const std::string medium = meaning.piece == "direct_copper" || meaning.piece == "active_copper" ? "copper"
                             : meaning.fibre.starts_with("os")                                    ? "smf"
                             : meaning.known                                                      ? "mmf"
                                                                                                  : "";
  const bool integral = meaning.known && meaning.piece != "cord";
  const OpticModel* best = medium.empty() ? automatic_optic(catalogue, rate, length) : nullptr;
  for (const OpticModel& optic : catalogue.optics()) {
    if (medium.empty() || optic.rate != rate || optic.medium != medium || (optic.connector == "integral") != integral) continue;
    if (integral && (meaning.piece == "direct_copper") != (optic.cmis_media_type == 3)) continue;
    if (optic.reach < length) continue;
    if (best == nullptr || (optic.automatic && !best->automatic) || (optic.automatic == best->automatic && optic.reach < best->reach))
      best = &optic;
  }
  return best;
}

}  // namespace eastwest
