// SPDX-License-Identifier: Apache-2.0
// PFC headroom: 100 m of single-mode at 400 Gb/s are 48 954 octets in flight; the pause takes 3840, two full frames 8316.
#include "topology/plant/checks/pfc_check.hpp"

#include "tests/support/checked_site.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

TEST_CASE("pfc check: the sum over ports is that of their lengths, the worst port is told") {
  CheckedSite site;
  const Node& leaf = site.built.fabric.nodes[site.built.fabric.switches[0].node.index()];
  for (Cable& cable : site.built.fabric.cables) cable.delay_medium = {489'538};  // 100 m at 4.895387 ns/m, less one ps
  const std::vector<PfcUse> uses = pfc_uses(site.input());
  REQUIRE(uses.size() == site.built.fabric.switches.size());
  CHECK(uses[0].of_worst.count == 48'954 + 3'840 + 8'316);
  CHECK(uses[0].total.count == uses[0].of_worst.count * leaf.port_count);
}

TEST_CASE("pfc check: more than half of the buffer warns, more than all of it fails") {
  CheckedSite site;
  const std::int64_t total = pfc_uses(site.input())[0].total.count;
  site.built.fabric.switches[0].buffer = {total * 2 - 1};
  CHECK(site.complaints() == Complaints{"warn pfc.headroom"});
  site.built.fabric.switches[0].buffer = {total - 1};
  CHECK(site.complaints() == Complaints{"fail pfc.headroom"});
  CHECK(contains(site.only("pfc.headroom").sentence, std::to_string(total) + " octets of headroom"));
}

TEST_CASE("pfc check: a buffer that the catalogue does not know is said so") {
  CHECK(CheckedSite().only("pfc.unknown").level == FindingLevel::note);
  const CheckedSite known("{topology: leaf_spine, servers: 4}");
  for (const PfcUse& use : pfc_uses(known.input())) CHECK_FALSE(use.assumed);
}
