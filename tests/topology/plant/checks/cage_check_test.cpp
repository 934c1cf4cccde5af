// SPDX-License-Identifier: Apache-2.0
// Cages: a module that does not go in, that draws too much, or that would have two different halves.
#include "topology/plant/checks/cage_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("cage check: a good site has no finding at all") { CHECK(check_cages(CheckedSite().input()).empty()); }

TEST_CASE("cage check: a flat-top OSFP does not go into a QSFP112 cage") {
  const CheckedSite site(
      "{topology: rail_optimised, servers: 4, server: hgx-h100-oem, switch: nv-qm9700, switch_buffer: 64 MB, rails_per_leaf: 8, "
      "host_optic: "
      "ib-ndr-sr4}");
  CHECK(site.complaints() == Complaints{"fail cages.form_factor"});
  const Finding finding = site.only("cages.form_factor");
  CHECK(finding.items.size() == 32);
  CHECK(contains(finding.sentence, "has cages 8xQSFP112, into which `ib-ndr-sr4` (OSFP flat-top) does not go"));
  CHECK(contains(finding.remedy, "`400g-sr4`"));
}

TEST_CASE("cage check: a module that draws more than the cage feeds") {
  CheckedSite site;
  // The same switch with cages of 16 W: the twin module of two DR4 draws 17 W (S-NV3).
  CatalogueTexts texts = builtin_catalogue_texts();
  std::string switches(texts.switches);
  const std::size_t at = switches.find("OSFP twin,17 W,64");
  REQUIRE(at != std::string::npos);
  switches.replace(at, 17, "OSFP twin,16 W,64");
  texts.switches = switches;
  Result<Catalogue> less = Catalogue::load(texts);
  REQUIRE(less.has_value());
  site.catalogue = std::move(less).value();
  site.review();
  CHECK(site.complaints() == Complaints{"fail cages.power"});
  CHECK(contains(site.only("cages.power").limit, "16.0 W a cage of `nv-qm9700` (S-"));
}

TEST_CASE("cage check: the two links of a twin cage want different modules") {
  CheckedSite site;
  site.built.fabric.cables[1].medium = "400g-vr4";
  site.review();
  const Complaints complaints = site.complaints();
  CHECK(complaints == Complaints{"fail cages.halves"});
  CHECK(contains(check_cages(site.input()).front().sentence, "`400g-sr4` and `400g-vr4` would be halves of one module"));
}

TEST_CASE("cage check: what the catalogue does not know is a note") {
  const CheckedSite site("{topology: leaf_spine, servers: 4, server: plain, nic_rate: 400 Gb/s}");
  CHECK(site.complaints().empty());
  bool told = false;
  for (const Finding& finding : check_cages(site.input())) {
    CHECK(finding.rule == "cages.unknown");
    told = true;
  }
  CHECK(told);
}
