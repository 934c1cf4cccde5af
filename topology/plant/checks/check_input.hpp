// SPDX-License-Identifier: Apache-2.0
// What the rules look at: a whole site with its plant, the catalogue, the site's limits and the quality of every link.
//
// Invariants: `links` has one entry per cable of the fabric; plant and fabric are valid (plant.hpp); fabric and plant are of the last
// phase, `phase` is the one that is built.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/link_quality.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

struct CheckInput {
  const Plant& plant;
  const Fabric& fabric;
  const Catalogue& catalogue;
  const PlantSettings& settings;
  std::span<const LinkQuality> links;
  std::uint32_t phase = 0;  // from 0

  [[nodiscard]] const Node& node_of(PortId port) const { return fabric.nodes[fabric.ports[port.index()].node.index()]; }
  /// "leaf-0:swp1s0".
  [[nodiscard]] std::string port_text(PortId port) const { return node_of(port).name + ":" + plant.ports[port.index()]; }
  /// Transceivers at both ends and glass between them, as far as the site says so.
  [[nodiscard]] bool is_glass(std::uint32_t cable) const {
    return links[cable].optic != nullptr && links[cable].optic->connector != "integral";
  }
  [[nodiscard]] HeadroomBands bands() const;
  /// The vendor of a device in the catalogue's words, "" when it is not known.
  [[nodiscard]] std::string vendor_of(const Node& node) const;
};

}  // namespace eastwest
