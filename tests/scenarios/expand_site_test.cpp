// SPDX-License-Identifier: Apache-2.0
// Expanded sites: the explicit form of every shipped site reads back as the same plant and fabric, digest-equal, and expands to itself.
#include "scenarios/expand_site.hpp"

#include <cmath>

#include "tests/scenarios/library_files.hpp"
#include "tests/support/built_plant.hpp"

using namespace eastwest;

namespace {

void check_same_fabric(const Fabric& one, const Fabric& two) {
  REQUIRE(one.cables.size() == two.cables.size());
  REQUIRE(one.links.size() == two.links.size());
  REQUIRE(one.nodes.size() == two.nodes.size());
  std::size_t different = 0;
  for (std::size_t c = 0; c < one.cables.size(); ++c) {
    const Cable& a = one.cables[c];
    const Cable& b = two.cables[c];
    const bool margin = a.margin_db == b.margin_db || (std::isnan(a.margin_db) && std::isnan(b.margin_db));
    const bool same = a.name == b.name && a.a == b.a && a.b == b.b && a.length == b.length && a.medium == b.medium && margin &&
                      a.delay_medium + a.delay_modules + a.delay_fec == b.delay_medium + b.delay_modules + b.delay_fec;
    different += same ? 0 : 1;
  }
  for (std::size_t l = 0; l < one.links.size(); ++l)
    different += one.links[l].rate == two.links[l].rate && one.links[l].delay == two.links[l].delay &&
                         one.links[l].frame_loss == two.links[l].frame_loss
                     ? 0
                     : 1;
  CHECK(different == 0);
  CHECK(one.structure == two.structure);
}

std::string file_named(const std::vector<ExpandedFile>& files, const std::string& name) {
  for (const ExpandedFile& file : files)
    if (file.name == name) return file.bytes;
  return "";
}

void check_round_trip(const Site& site) {
  Diagnostics diagnostics;
  const std::optional<BuiltSite> built = build_site(site, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  const Result<std::vector<ExpandedFile>> files = expand_site(site, *built);
  REQUIRE_MESSAGE(files.has_value(), (files ? "" : files.error().message));
  const tests::TemporaryDirectory folder;
  for (const ExpandedFile& file : *files) folder.write(file.name, file.bytes);
  const std::optional<Site> again = load_site(folder.file("site.yaml"), {}, diagnostics);
  REQUIRE_MESSAGE(again.has_value(), diagnostics.print());
  const std::optional<BuiltSite> rebuilt = build_site(*again, diagnostics);
  REQUIRE_MESSAGE(rebuilt.has_value(), diagnostics.print());
  CHECK(digest_of(rebuilt->plant, rebuilt->fabric) == digest_of(built->plant, built->fabric));
  CHECK(rebuilt->phase == built->phase);
  check_same_fabric(built->fabric, rebuilt->fabric);
  const Result<std::vector<ExpandedFile>> twice = expand_site(*again, *rebuilt);
  REQUIRE(twice.has_value());
  for (const ExpandedFile& file : *files) CHECK_MESSAGE(file_named(*twice, file.name) == file.bytes, file.name);
}

Site site_of(const std::string& text) {
  Diagnostics diagnostics;
  const std::optional<Scenario> scenario =
      load_scenario_text("site: " + text + "\njobs: {a: {kind: collective}}\n", "site.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  return scenario->site;
}

}  // namespace

TEST_CASE("expand site: every shipped site reads back digest-equal") {
  for (const std::filesystem::path& path : tests::library_files()) {
    CAPTURE(path.string());
    Diagnostics diagnostics;
    const std::optional<Site> site = load_site(path.string(), {}, diagnostics);
    REQUIRE_MESSAGE(site.has_value(), diagnostics.print());
    check_round_trip(*site);
  }
}

TEST_CASE("expand site: panels, phases, Method A and standard lengths read back digest-equal") {
  for (const std::string text :
       {"{topology: rail_optimised, servers: 16, switch: nv-qm9700, plant: {cabling: structured_fabric, phases: [32, 64, 128], phase: 2}}",
        "{topology: leaf_spine, servers: 12, leaves: 3, plant: {cabling: structured, connector_grade: standard, polarity: a}, host_optic: "
        "400g-sr4}",
        "{topology: dragonfly, plant: {lengths: standard}}", "{topology: leaf_spine, servers: 4, link_delay: 500 ns}",
        "{topology: custom, server: plain, hosts: [h0, 'h, \"1'], switches: [s], links: [{a: h0, b: s, length: 12 m}, {a: 'h, \"1', b: s, "
        "delay: 3 ns}]}"}) {
    CAPTURE(text);
    check_round_trip(site_of(text));
  }
}

TEST_CASE("expand site: what a schedule cannot hold is refused") {
  const Site site =
      site_of("{topology: custom, server: plain, hosts: [a, b], switches: [s], links: [{a: a, b: s, frame_loss: 0.1}, {a: b, b: s}]}");
  Diagnostics diagnostics;
  const std::optional<BuiltSite> built = build_site(site, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  const Result<std::vector<ExpandedFile>> files = expand_site(site, *built);
  REQUIRE_FALSE(files.has_value());
  CHECK(files.error().message.find("frame_loss") != std::string::npos);
}
