// SPDX-License-Identifier: Apache-2.0
// Cages: words of the catalogue, which modules go in, and the module that two links of a twin cage share.
#include "topology/plant/checks/cages.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using Types = std::vector<std::string>;

TEST_CASE("cages: form factors are read from the catalogue's words") {
  CHECK(cage_types("4xOSFP twin") == Types{"OSFP"});
  CHECK(cage_types("8xQSFP112") == Types{"QSFP112"});
  CHECK(cage_types("OSFP or QSFP-DD800") == Types{"OSFP", "QSFP-DD800"});
  CHECK(cage_types("on board").empty());
  CHECK(cage_types("").empty());
}

TEST_CASE("cages: every cage of the catalogue's switches and NICs takes some optic of it, or says nothing") {
  const Catalogue catalogue = builtin_catalogue();
  for (const SwitchModel& model : catalogue.switches()) {
    const Types types = cage_types(model.cage_type);
    if (types.empty()) continue;
    CAPTURE(model.id);
    Cage cage;
    cage.types = types;
    bool some = false;
    for (const OpticModel& optic : catalogue.optics())
      for (const std::string& form : optic.form_factors) some = some || module_fits(form, cage);
    CHECK(some);
  }
}

TEST_CASE("cages: a flat top belongs into a server, an older module into a newer cage, not the other way round") {
  Cage cage;
  cage.types = {"OSFP"};
  CHECK(module_fits("OSFP twin-port", cage));
  CHECK_FALSE(module_fits("OSFP flat-top", cage));
  CHECK_FALSE(module_fits("OSFP224", cage));
  cage.in_server = true;
  CHECK(module_fits("OSFP flat-top", cage));
  cage.types = {"QSFP-DD800"};
  CHECK(module_fits("QSFP56", cage));
  cage.types = {"QSFP56"};
  CHECK_FALSE(module_fits("QSFP-DD800", cage));
}

TEST_CASE("cages: the eight NICs of a DGX H100 share four twin cages, the 64 ports of a QM9700 32 of 17 W") {
  const CheckedSite site;
  const Fabric& fabric = site.built.fabric;
  for (std::uint32_t p = 0; p < 8; ++p) {
    const Cage cage = cage_of_port(site.input(), PortId{fabric.nodes[0].first_port + p});
    CHECK(cage.in_server);
    CHECK(cage.ports == 2);
    CHECK(cage.number == p / 2);
  }
  const Node& leaf = fabric.nodes[fabric.switches[0].node.index()];
  const Cage cage = cage_of_port(site.input(), PortId{leaf.first_port + 5});
  CHECK(cage.ports == 2);
  CHECK(cage.number == 2);
  CHECK(cage.power.mw == 17'000);
}

TEST_CASE("cages: two 400G optics of a twin cage are one 800G module with two ends") {
  const Catalogue catalogue = builtin_catalogue();
  Cage twin;
  twin.types = {"OSFP"};
  twin.ports = 2;
  CHECK(module_in(catalogue, *catalogue.find_optic("400g-sr4"), twin).module->rate == BitRate{800'000'000'000});
  CHECK(module_in(catalogue, *catalogue.find_optic("400g-dr4"), twin).module->medium == "smf");
  CHECK(module_in(catalogue, *catalogue.find_optic("dac-400g"), twin).module->id == "dac-800g-twin");
  CHECK(module_in(catalogue, *catalogue.find_optic("400g-lr4-10"), twin).module == nullptr);
  Cage single;
  single.types = {"QSFP112"};
  CHECK(module_in(catalogue, *catalogue.find_optic("400g-sr4"), single).module->id == "400g-sr4");
  CHECK(module_in(catalogue, *catalogue.find_optic("400g-sr8"), single).other->id == "400g-sr8");
}
