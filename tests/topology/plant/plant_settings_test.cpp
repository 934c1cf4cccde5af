// SPDX-License-Identifier: Apache-2.0
// What a site may say of its plant: defaults are read as they are declared, port names follow their pattern, and docs/plant.md lists all keys.
#include "topology/plant/plant_settings.hpp"

#include <doctest/doctest.h>

#include "core/parameter.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;

TEST_CASE("plant settings: docs/plant.md has every key with its default") {
  const std::string page = tests::read_file(tests::source_directory() + "/docs/plant.md");
  for (const ParameterSpec& spec : plant_parameters()) {
    const std::string row = "| `" + std::string(spec.name) + "` | " + std::string(spec.default_text) + " |";
    CHECK_MESSAGE(page.find(row) != std::string::npos, row);
  }
}

TEST_CASE("plant settings: names of ports") {
  CHECK(port_name("swp{cage1}s{half}", 5, 2, 1) == "swp3s1");
  CHECK(port_name("Ethernet{port}", 5, 2, 1) == "Ethernet5");
  CHECK(port_name("rail{nic}p{plane}", 5, 1, 4) == "rail1p1");
  CHECK(port_name("mlx5_{nic}", 7, 1, 1) == "mlx5_7");
}

TEST_CASE("plant settings: defaults are a valid plant") {
  const std::vector<ParameterSpec> specs = plant_parameters();
  const PlantSettings settings = plant_settings(ParameterSet::defaults(specs));
  CHECK(settings.cabling == CablingRule::point_to_point);
  CHECK(settings.low_loss);
  CHECK(settings.trunk_fibres == 72);
  CHECK(settings.phases.empty());
  CHECK(settings.fill_most == 0.4);
}
