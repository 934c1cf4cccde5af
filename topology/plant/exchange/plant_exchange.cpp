// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/plant_exchange.hpp"

#include <algorithm>
#include <set>

#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/exchange/netbox_values.hpp"
#include "topology/plant/plant_tables.hpp"

namespace eastwest {

namespace {

struct Parts {
  const Plant& plant;
  const Fabric& fabric;
  const PlantSettings& settings;
  const Catalogue& catalogue;
};

const Link* link_at(const Fabric& fabric, std::uint32_t port) {
  const LinkId out = fabric.ports[port].out;
  return out.exists() ? &fabric.links[out.index()] : nullptr;
}

/// The rate of the first port that has a link.
BitRate rate_of(const Fabric& fabric, const Node& node) {
  for (std::uint32_t p = 0; p < node.port_count; ++p)
    if (const Link* link = link_at(fabric, node.first_port + p)) return link->rate;
  return {};
}

bool is_infiniband(const Parts& parts, const Node& node) {
  const Fabric& fabric = parts.fabric;
  const auto of_switch = [&](const Node& at) {
    const SwitchModel* model = parts.catalogue.find_switch(fabric.switches[at.detail].model);
    return model != nullptr && model->protocol.find("ib") != std::string::npos;
  };
  if (node.kind == NodeKind::network_switch) return of_switch(node);
  for (std::uint32_t p = 0; p < node.port_count; ++p)
    if (const Link* link = link_at(fabric, node.first_port + p)) {
      const Node& far = fabric.nodes[fabric.ports[link->target.index()].node.index()];
      return far.kind == NodeKind::network_switch && of_switch(far);
    }
  return false;
}

std::string cage_of(const Parts& parts, const Node& node) {
  if (node.kind == NodeKind::network_switch) {
    const SwitchModel* model = parts.catalogue.find_switch(parts.fabric.switches[node.detail].model);
    return model == nullptr ? "" : model->cage_type;
  }
  const ServerModel* server = parts.catalogue.find_server(parts.fabric.hosts[node.detail].model);
  const NicModel* nic = server == nullptr ? nullptr : parts.catalogue.find_nic(server->nic);
  return nic == nullptr ? "" : nic->cage;
}

std::vector<ExchangePort> ports_of(const Parts& parts, const Node& node) {
  std::vector<ExchangePort> ports;
  const BitRate common = rate_of(parts.fabric, node);
  const std::string cage = cage_of(parts, node);
  const bool infiniband = is_infiniband(parts, node);
  for (std::uint32_t p = 0; p < node.port_count; ++p) {
    const Link* link = link_at(parts.fabric, node.first_port + p);
    ExchangePort port;
    port.name = parts.plant.ports[node.first_port + p];
    port.interface_type = netbox_interface_type(link == nullptr ? common : link->rate, cage, infiniband);
    const OpticModel* optic = link == nullptr ? nullptr : parts.catalogue.find_optic(parts.fabric.cables[link->cable.index()].medium);
    if (optic != nullptr && optic->fibres > 0 && optic->connector != "integral") port.optic = optic->id;
    ports.push_back(std::move(port));
  }
  return ports;
}

std::string role_of(const Fabric& fabric, const Plant& plant, std::uint32_t device) {
  if (plant.devices[device].kind == DeviceKind::panel) return "Patch panel";
  const Node& node = fabric.nodes[device];
  if (node.kind == NodeKind::host) return "Server";
  return node.tier == 1 ? "Leaf switch" : node.tier == 2 ? "Spine switch" : node.tier == 3 ? "Core switch" : "Switch";
}

std::uint32_t ports_per_cage(const SwitchModel& model, BitRate rate) {
  return model.cages == 0 ? 1 : std::max(1u, model.ports_at(rate) / model.cages);
}

/// Ports of `model` beyond those that `node` uses, when every switch of the model has ports of one rate and hence of one way of naming.
std::vector<ExchangePort> spare_ports(const Parts& parts, const SwitchModel& model) {
  const Fabric& fabric = parts.fabric;
  BitRate rate;
  for (const Switch& one : fabric.switches) {
    if (one.model != model.id) continue;
    const Node& node = fabric.nodes[one.node.index()];
    const BitRate own = rate_of(fabric, node);
    if (own.bits_per_second == 0) continue;
    if (rate.bits_per_second != 0 && own != rate) return {};
    rate = own;
    for (std::uint32_t p = 0; p < node.port_count; ++p)
      if (const Link* link = link_at(fabric, node.first_port + p); link != nullptr && link->rate != rate) return {};
  }
  if (rate.bits_per_second == 0) return {};
  const std::uint32_t per_cage = ports_per_cage(model, rate);
  std::string pattern = parts.settings.switch_port;
  if (pattern == "automatic") pattern = per_cage > 1 ? "swp{cage1}s{half}" : "swp{cage1}";
  const std::string type = netbox_interface_type(rate, model.cage_type, model.protocol.find("ib") != std::string::npos);
  std::vector<ExchangePort> ports;
  for (std::uint32_t p = 0; p < model.ports_at(rate); ++p) ports.push_back({port_name(pattern, p, per_cage, 1), type, ""});
  return ports;
}

std::string maker(const std::string& vendor) { return vendor.empty() || vendor == "various" ? "Generic" : vendor; }

ExchangeModel model_of(const Parts& parts, const Device& device) {
  ExchangeModel model;
  model.kind = device.kind == DeviceKind::panel ? "panel" : device.kind == DeviceKind::server ? "server" : "switch";
  model.id = device.model;
  model.manufacturer = "Generic";
  model.name = device.model;
  if (device.kind == DeviceKind::server) {
    const ServerModel* server = parts.catalogue.find_server(device.model);
    if (server == nullptr) {
      model.name = "server " + device.model;
      return model;
    }
    model.manufacturer = maker(server->vendor);
    model.name = server->model;
    model.weight_kg = server->weight_kg;
    model.comment = std::to_string(server->gpus) + " GPUs (" + server->gpu + ")";
    if (const NicModel* nic = parts.catalogue.find_nic(server->nic)) {
      model.module_bays = server->nics;
      model.module_manufacturer = maker(nic->vendor);
      model.module_name = nic->model;
    }
  } else if (device.kind == DeviceKind::network_switch) {
    const SwitchModel* found = parts.catalogue.find_switch(device.model);
    if (found == nullptr) {
      model.name = "switch " + device.model;
      return model;
    }
    model.manufacturer = maker(found->vendor);
    model.name = found->model;
    model.weight_kg = found->weight_kg;
    model.comment = std::to_string(found->ports) + " ports of " + to_string(found->port_rate);
    model.spares = spare_ports(parts, *found);
  }
  return model;
}

ExchangeOptic optic_of(const OpticModel& model) {
  ExchangeOptic optic;
  optic.id = model.id;
  for (const std::uint32_t wavelength : model.wavelengths_nm)
    optic.wavelengths += (optic.wavelengths.empty() ? "" : " ") + std::to_string(wavelength);
  if (model.loss_max.mdb > 0) optic.loss_max = to_string(model.loss_max);
  return optic;
}

}  // namespace

ExchangeSite exchange_site(const Plant& plant, const Fabric& fabric, const PlantSettings& settings, const Catalogue& catalogue,
                           std::string site_yaml) {
  const Parts parts{plant, fabric, settings, catalogue};
  ExchangeSite site;
  site.code = plant.site;
  site.site_yaml = std::move(site_yaml);
  site.racks = write_racks(plant);
  site.devices = write_devices(plant);
  site.pathways = write_pathways(plant);
  site.schedule = write_schedule(plant, fabric);
  std::set<std::pair<DeviceKind, std::string>> models;
  for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
    const Device& device = plant.devices[d];
    site.ports.push_back(device.kind == DeviceKind::panel ? std::vector<ExchangePort>{} : ports_of(parts, fabric.nodes[d]));
    site.roles.push_back(role_of(fabric, plant, d));
    if (models.emplace(device.kind, device.model).second) site.models.push_back(model_of(parts, device));
  }
  std::set<std::string> media;
  for (const Cable& cable : fabric.cables)
    if (const OpticModel* optic = catalogue.find_optic(cable.medium); optic != nullptr && media.insert(cable.medium).second)
      site.optics.push_back(optic_of(*optic));
  return site;
}

}  // namespace eastwest
