// SPDX-License-Identifier: Apache-2.0
// Builder of a plant: from a fabric and what the site says to racks, elevations, pathways, pieces and phases; lengths go back into the fabric.
//
// Order: phases, racks, devices, pathways, pieces; then each link has the length of its channel, its optic is chosen anew where the site says
// `automatic` and the length has changed, and its delay follows. Where a schedule is given, it is the truth about cables.
// Invariant: a site without `plant:` has the fabric that it had before there were plants.
#pragma once

#include <optional>
#include <string>

#include "core/diagnostic.hpp"
#include "topology/cabling.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/phases.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

/// The text of a user's table and its name; not there: generated.
struct PlantTable {
  std::string file;
  std::string text;
};

struct PlantTables {
  std::optional<PlantTable> racks;
  std::optional<PlantTable> devices;
  std::optional<PlantTable> pathways;
  std::optional<PlantTable> schedule;
  std::optional<PlantTable> ids;  // an earlier schedule whose ids are kept
};

struct PlantRequest {
  const Catalogue& catalogue;
  PlantSettings settings;
  PlantTables tables;
  RackGrid grid;
  bool keep_lengths = false;  // the user gave the lengths of cables
  std::string host_optic = "automatic";
  std::string fabric_optic = "automatic";
  double frame_loss = 0;  // of every link, at least
  Place place;            // of the site, for messages
};

/// Ports that a cage of this switch holds at the rate of its links, from the catalogue; 1 of a host and where nothing is known.
std::uint32_t switch_ports_per_cage(const Fabric& fabric, const Node& node, const Catalogue& catalogue);

/// Builds the plant of the whole site and settles lengths, media, delays and names of `fabric`. Nothing when an error went to `diagnostics`.
std::optional<Plant> build_plant(const PlantRequest& request, Fabric& fabric, Diagnostics& diagnostics);

}  // namespace eastwest
