// SPDX-License-Identifier: Apache-2.0
// Latency: the worst paths of a rail-optimised site are the two worked budgets of 2715.6 and 4849.4 ns, and limits hold against them.
#include "topology/plant/checks/latency_check.hpp"

#include "tests/support/checked_site.hpp"
#include "topology/cabling.hpp"
#include "topology/plant/recabling.hpp"

using namespace eastwest;
using tests::CheckedSite;
using tests::Complaints;
using tests::contains;

namespace {

/// Every link 30 m of single-mode, NICs of 600 ns a side, switches of 700 ns, 100 ns of FEC, modules of 60 ns (docs/plant-physics.md).
CheckedSite worked_site() {
  CheckedSite site;
  Fabric& fabric = site.built.fabric;
  const std::vector<LinkFacts> facts = link_facts(fabric);
  for (Cable& cable : fabric.cables) {
    const CableParts parts = cable_with_optic(site.catalogue, *site.catalogue.find_optic("400g-dr4"), {30'000});
    cable.delay_medium = parts.delay_medium;
    cable.delay_modules = parts.delay_modules;
    cable.delay_fec = parts.delay_fec;
  }
  REQUIRE(relink(fabric, facts).has_value());
  for (Switch& unit : fabric.switches) unit.latency = {700'000};
  for (Host& host : fabric.hosts) host.nic_latency = {600'000};
  return site;
}

}  // namespace

TEST_CASE("latency check: same rail 2715.6 ns, cross rail 4849.4 ns, in components that add up") {
  const CheckedSite site = worked_site();
  const LatencyCases latencies = worst_latencies(site.input());
  REQUIRE(latencies.cases.size() == 2);
  CHECK(static_cast<double>(latencies.cases[0].budget.total.ps) * 1e-3 == doctest::Approx(2715.6).epsilon(2e-5));
  CHECK(latencies.cases[0].switches == 1);
  CHECK(static_cast<double>(latencies.cases[1].budget.total.ps) * 1e-3 == doctest::Approx(4849.4).epsilon(2e-5));
  CHECK(latencies.cases[1].switches == 3);
  for (const LatencyCase& one : latencies.cases) {
    Duration sum;
    for (const LatencyItem& item : one.budget.items) sum += item.value;
    CHECK(sum == one.budget.total);
    CHECK(one.from.substr(0, one.from.find(':')) != one.to.substr(0, one.to.find(':')));
  }
  CHECK(latencies.unreached == 0);
}

TEST_CASE("latency check: of all links the slowest is found") {
  CheckedSite site = worked_site();
  const std::vector<LinkFacts> facts = link_facts(site.built.fabric);
  site.built.fabric.cables[20].delay_medium += {1'000'000};
  REQUIRE(relink(site.built.fabric, facts).has_value());
  const LatencyCases latencies = worst_latencies(site.input());
  REQUIRE(latencies.cases.size() == 2);
  for (const double expected : {3715.6, 5849.4}) {
    const std::size_t i = expected < 4000 ? 0 : 1;
    CHECK(static_cast<double>(latencies.cases[i].budget.total.ps) * 1e-3 == doctest::Approx(expected).epsilon(2e-5));
    const std::string slow = site.input().port_text(site.built.fabric.cables[20].a);
    CHECK((latencies.cases[i].from == slow || latencies.cases[i].to == slow));
  }
}

TEST_CASE("latency check: a limit between the two paths fails the longer one alone") {
  CheckedSite site = worked_site();
  site.built.settings.latency_budget = {4'900'000};
  CHECK(site.complaints().empty());
  site.built.settings.latency_budget = {4'800'000};
  CHECK(site.complaints() == Complaints{"fail latency.budget"});
  const Finding finding = site.only("latency.budget");
  CHECK(contains(finding.sentence, "after 4849.4 ns: NIC 1200.0 ns, switch 2100.0 ns, module 480.0 ns, medium 587.4 ns"));
  CHECK(contains(finding.remedy, "ways shorter by 49.4 ns"));
}

TEST_CASE("latency check: rails without spines have no path between leaves, which is said") {
  const CheckedSite site("{topology: rail_only, servers: 8}");
  const Finding finding = site.only("latency.path");
  CHECK(finding.level == FindingLevel::note);
  CHECK(worst_latencies(site.input()).cases.size() == 1);
}
