// SPDX-License-Identifier: Apache-2.0
// The site as found: what a replug changes, and what it leaves.
#include "analysis/hardware/as_built.hpp"

#include <doctest/doctest.h>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("as built: cables exchanged inside one rack keep their routes") {
  const DesignedSite site("topology: rail_optimised\nservers: 8\nserver: dgx-h100\n");
  const Fabric& fabric = site.site.fabric;
  const Plant& plant = site.site.plant;
  AsFound found;
  for (const Cable& one : fabric.cables) {
    FoundCable cable;
    cable.a = one.a;
    cable.b = one.b;
    cable.up = true;
    found.cables.push_back(cable);
  }
  const Result<AsBuilt> planned = as_built(site.design(), found);
  REQUIRE(planned);
  // The first two cables with a route whose ends stand on one device: exchanged there, each is plugged in the rack where it was.
  const auto routed = [&](std::uint32_t c) { return plant.pieces[plant.steps[plant.channels[c].first_step].piece].route_count > 0; };
  const auto device = [&](PortId port) { return fabric.ports[port.index()].node; };
  std::uint32_t other = kNone;
  for (std::uint32_t c = 1; c < fabric.cables.size() && other == kNone; ++c)
    if (routed(c) && device(fabric.cables[c].a) == device(fabric.cables[0].a)) other = c;
  REQUIRE(routed(0));
  REQUIRE(other != kNone);
  std::swap(found.cables[0].a, found.cables[other].a);
  const Result<AsBuilt> swapped = as_built(site.design(), found);
  REQUIRE(swapped);
  CHECK(swapped.value().schedule != planned.value().schedule);
  // Without their routes the pathways' names would be gone from these two rows.
  const auto pathways = [&](const std::string& text) {
    std::size_t count = 0;
    for (const Pathway& one : plant.pathways)
      for (std::size_t at = text.find(one.name); at != std::string::npos; at = text.find(one.name, at + 1)) ++count;
    return count;
  };
  CHECK(pathways(planned.value().schedule) > 0);
  CHECK(pathways(swapped.value().schedule) == pathways(planned.value().schedule));
}

}  // namespace
}  // namespace eastwest::tests
