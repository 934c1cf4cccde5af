// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/modules.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace eastwest {

namespace {

/// Number of cages in "4xOSFP twin"; 0 when it does not say.
std::uint32_t cages_in(std::string_view text) {
  std::uint32_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc{} && stop != text.data() + text.size() && *stop == 'x' ? count : 0;
}

}  // namespace

std::uint32_t ports_of_cage(const SiteView& view, std::uint32_t node) {
  const Fabric& fabric = *view.fabric;
  const Node& at = fabric.nodes[node];
  if (at.kind == NodeKind::host) {
    const Host& host = fabric.hosts[at.detail];
    const ServerModel* model = view.catalogue->find_server(host.model);
    const std::uint32_t cages = model == nullptr ? 0 : cages_in(model->nic_cages);
    return cages == 0 || host.endpoint_count % cages != 0 ? 1 : std::max(1u, host.endpoint_count / cages);
  }
  const SwitchModel* model = view.catalogue->find_switch(fabric.switches[at.detail].model);
  if (model == nullptr || model->cages == 0) return 1;
  for (std::uint32_t p = 0; p < at.port_count; ++p)
    if (const LinkId out = fabric.ports[at.first_port + p].out; out.exists())
      return std::max(1u, model->ports_at(fabric.links[out.index()].rate) / model->cages);
  return 1;
}

const OpticModel* twin_of(const Catalogue& catalogue, const OpticModel& optic) {
  const auto fits = [&](const OpticModel& twin) {
    return twin.rate == optic.rate * 2 && twin.medium == optic.medium && twin.media_lanes == 2 * optic.media_lanes &&
           twin.fibres == 2 * optic.fibres && std::fabs(twin.lane_gigabaud - optic.lane_gigabaud) < 0.01 &&
           twin.modulation == optic.modulation && twin.wavelengths_nm == optic.wavelengths_nm;
  };
  for (const std::string_view mark : {"2x", "or 2x"})
    for (const OpticModel& twin : catalogue.optics()) {
      const bool has = mark == "2x" ? twin.connector.starts_with(mark) : twin.connector.find(mark) != std::string::npos;
      if (has && fits(twin)) return &twin;
    }
  return nullptr;
}

std::vector<Module> modules_of(const SiteView& view) {
  const Fabric& fabric = *view.fabric;
  std::vector<Module> modules;
  for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
    const Node& node = fabric.nodes[n];
    const std::uint32_t per_cage = ports_of_cage(view, n);
    for (std::uint32_t first = 0; first < node.port_count; first += per_cage) {
      std::map<std::string, Module> by_optic;  // of this cage
      for (std::uint32_t p = first; p < std::min(node.port_count, first + per_cage); ++p) {
        const std::uint32_t port = node.first_port + p;
        const LinkId out = fabric.ports[port].out;
        if (!out.exists()) continue;
        const std::uint32_t link = fabric.links[out.index()].cable.value;
        const OpticModel* optic = view.catalogue->find_optic(fabric.cables[link].medium);
        if (optic == nullptr || optic->connector == "integral") continue;
        const std::uint32_t phase = view.plant->channels[link].phase;
        auto [found, fresh] = by_optic.try_emplace(optic->id, Module{n, first / per_cage, optic->id, {}, phase, ""});
        found->second.ports.push_back(port);
        found->second.phase = std::min(found->second.phase, phase);
      }
      const bool mixed = by_optic.size() > 1;
      for (auto& [id, module] : by_optic) {
        if (mixed) module.note = "its cage would need modules of several kinds";
        const OpticModel* twin = per_cage == 2 && !mixed ? twin_of(*view.catalogue, *view.catalogue->find_optic(id)) : nullptr;
        if (twin != nullptr) {
          module.optic = twin->id;
          if (module.ports.size() == 1) module.note = "one of its two ends is free";
          modules.push_back(std::move(module));
          continue;
        }
        for (const std::uint32_t port : module.ports) {
          const std::uint32_t link = fabric.links[fabric.ports[port].out.index()].cable.value;
          std::string note = module.note;
          if (note.empty() && per_cage > 1) note = "the catalogue has no module that serves the whole cage";
          modules.push_back({n, module.cage, id, {port}, view.plant->channels[link].phase, std::move(note)});
        }
      }
    }
  }
  return modules;
}

}  // namespace eastwest
