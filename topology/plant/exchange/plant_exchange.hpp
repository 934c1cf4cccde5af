// SPDX-License-Identifier: Apache-2.0
// From a plant to the tables, ports and models that exchange formats write.
//
// LIMITATIONS: ports that a switch has and the site does not use are told only where all switches of the model name their ports alike.
#pragma once

#include <string>

#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/plant.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

/// `site_yaml` is the site file of the folder.
ExchangeSite exchange_site(const Plant& plant, const Fabric& fabric, const PlantSettings& settings, const Catalogue& catalogue,
                           std::string site_yaml);

}  // namespace eastwest
