// SPDX-License-Identifier: Apache-2.0
// Bill of materials, prices, pulls, tests and growth: sums close over phases, fills are those of the cables, limits are those of the channel.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "analysis/documents/bill_of_materials.hpp"
#include "analysis/documents/growth.hpp"
#include "analysis/documents/pull_list.hpp"
#include "analysis/documents/test_plan.hpp"
#include "tests/support/documented_site.hpp"

using namespace eastwest;
using tests::DocumentedSite;
using tests::Table;

TEST_CASE("bill of materials: every piece, device and module is bought once, phases add up") {
  const DocumentedSite site(tests::kGrowingSite);
  std::map<std::string, std::uint64_t> total;
  for (const BillItem& item : bill_of_materials(site.view, nullptr)) {
    total[item.category] += item.total();
    CHECK_FALSE(item.part.empty());
  }
  CHECK(total["server"] == 16);
  CHECK(total["switch"] == site.built.fabric.switches.size());
  std::uint64_t trunks = 0;
  std::uint64_t panels = 0;
  for (const Piece& piece : site.built.plant.pieces) trunks += piece.kind == PieceKind::trunk ? 1 : 0;
  for (const Device& device : site.built.plant.devices) panels += device.kind == DeviceKind::panel ? 1 : 0;
  CHECK(total["trunk"] == trunks);
  CHECK(total["panel"] == panels);
  CHECK(total["trunk"] + total["cord"] + total["copper cable"] + total["active cable"] == site.built.plant.pieces.size());
}

TEST_CASE("bill of materials: prices multiply exactly, parts without a price are named") {
  const DocumentedSite site(tests::kGrowingSite);
  const std::string text =
      "part,unit_price,currency,price_per_metre\n"
      "dgx-h100,310000.10,EUR,\n"
      "nv-qm9700,21999.99,EUR,\n"
      "trunk-72-os2-mpo-12/apc-pinned-b,180.005,EUR,4.5\n";
  Diagnostics diagnostics;
  const std::optional<PriceList> prices = read_price_list(text, "prices.csv", diagnostics);
  REQUIRE_MESSAGE(prices.has_value(), diagnostics.print());
  const std::vector<BillItem> items = bill_of_materials(site.view, &*prices);
  const BillSum sum = sum_of(items, 3);
  std::int64_t expected = 16 * 310'000'100'000LL + static_cast<std::int64_t>(site.built.fabric.switches.size()) * 21'999'990'000LL;
  bool trunk_seen = false;
  for (const BillItem& item : items)
    if (item.category == "trunk") {
      trunk_seen = true;
      expected += static_cast<std::int64_t>(item.total()) * (180'005'000LL + 4'500LL * item.length.mm);
    }
  CHECK(trunk_seen);
  CHECK(sum.total == expected);
  CHECK(sum.by_phase[0] + sum.by_phase[1] + sum.by_phase[2] == expected);
  for (const std::string& part : sum.without_price) CHECK_FALSE(prices->parts.contains(part));
  CHECK_FALSE(sum.without_price.empty());
  CHECK(money(1'005'000) == "1.01");
  CHECK(money(-1'005'000) == "-1.01");
  CHECK(money(0) == "0.00");
}

TEST_CASE("price list: a price that no part of the bill asks for is a warning with line and nearest part") {
  const DocumentedSite site(tests::kGrowingSite);
  const std::vector<BillItem> items = bill_of_materials(site.view, nullptr);
  const auto cord = std::find_if(items.begin(), items.end(), [](const BillItem& one) { return one.length.mm > 0; });
  REQUIRE(cord != items.end());
  Diagnostics diagnostics;
  const std::optional<PriceList> prices = read_price_list(
      "part,unit_price,currency\nzebra,1,EUR\ndgx-h100,2,EUR\n" + cord->stem + ",3,EUR\n" + cord->part + ",4,EUR\ndgx-h10,5,EUR\n", "p.csv",
      diagnostics);
  REQUIRE(prices.has_value());
  warn_of_other_prices(*prices, items, "p.csv", diagnostics);
  const std::string told = diagnostics.print();
  CAPTURE(told);
  CHECK(diagnostics.error_count() == 0);
  REQUIRE(diagnostics.all().size() == 2);
  CHECK(told.find("p.csv:2:1: warning: part `zebra`") != std::string::npos);
  CHECK(told.find("p.csv:6:1: warning: part `dgx-h10`") != std::string::npos);
  CHECK(told.find("did you mean `dgx-h100`?") != std::string::npos);
}

TEST_CASE("price list: all mistakes of a file are told with their lines") {
  Diagnostics diagnostics;
  CHECK_FALSE(
      read_price_list("part,unit_price,currency\na,1,EUR\na,2,EUR\nb,x,EUR\nc,3,USD\n,4,EUR\nd,,EUR\n", "p.csv", diagnostics).has_value());
  const std::string text = diagnostics.print();
  for (const char* place : {"p.csv:3", "p.csv:4", "p.csv:5", "p.csv:6", "p.csv:7"})
    CHECK_MESSAGE(text.find(place) != std::string::npos, place);
  Diagnostics other;
  CHECK_FALSE(read_price_list("part,unit_price,currency\na,-1,EUR\n", "p.csv", other).has_value());
}

TEST_CASE("pull list: every cable that leaves its rack is in one bundle, the longest of a phase first") {
  const DocumentedSite site(tests::kGrowingSite);
  const Plant& plant = site.built.plant;
  const std::vector<Bundle> bundles = bundles_of(site.view);
  std::set<std::uint32_t> pulled;
  for (std::size_t b = 0; b < bundles.size(); ++b) {
    const Bundle& bundle = bundles[b];
    if (!bundle.pulled()) continue;
    CHECK(bundle.pieces.size() <= kBundleMost);
    for (const std::uint32_t p : bundle.pieces) {
      CHECK(pulled.insert(p).second);
      CHECK(plant.pieces[p].phase == bundle.phase);
    }
    if (b > 0 && bundles[b - 1].pulled() && bundles[b - 1].phase == bundle.phase)
      CHECK(plant.pieces[bundles[b - 1].pieces.front()].route_length >= plant.pieces[bundle.pieces.front()].route_length);
  }
  std::size_t leaving = 0;
  for (const Piece& piece : plant.pieces) leaving += is_pulled(plant, piece) ? 1 : 0;
  CHECK(pulled.size() == leaving);
  CHECK(leaving > 0);
}

TEST_CASE("pull list: fill is the sum of pi d squared over 4 by the inside area, and ends at that of the last phase") {
  const DocumentedSite site(tests::kGrowingSite);
  const Plant& plant = site.built.plant;
  const std::vector<PathwayLoad> loads = pathway_loads(site.view);
  for (std::size_t w = 0; w < plant.pathways.size(); ++w) {
    double area = 0;
    for (const Piece& piece : plant.pieces)
      for (std::uint32_t r = 0; r < piece.route_count; ++r)
        if (plant.routes[piece.first_route + r] == w) {
          const double d = diameter_mm(site.catalogue, piece);
          REQUIRE(d > 0);
          area += std::numbers::pi * d * d / 4;
        }
    const double inside = static_cast<double>(plant.pathways[w].width.mm) * static_cast<double>(plant.pathways[w].depth.mm);
    CHECK(loads[w].fill.back() == doctest::Approx(area / inside));
    for (std::size_t p = 1; p < loads[w].fill.size(); ++p) CHECK(loads[w].fill[p] >= loads[w].fill[p - 1]);
  }
  const Table list(write_pull_list(site.view));
  std::map<std::string, std::string> last;
  for (std::size_t r = 0; r < list.rows(); ++r) last[list.cell(r, "pathway")] = list.cell(r, "fill_after");
  for (std::size_t w = 0; w < plant.pathways.size(); ++w)
    if (loads[w].cables.back() > 0)
      CHECK(std::stod(last.at(plant.pathways[w].name)) == doctest::Approx(loads[w].fill.back()).epsilon(1e-3));
}

TEST_CASE("test plan: limits of a structured link are two low-loss pairs and the glass") {
  const DocumentedSite site(tests::kGrowingSite);
  const Result<std::vector<PlannedTest>> tests = planned_tests(site.view);
  REQUIRE(tests.has_value());
  std::size_t links = 0;
  std::size_t trunks = 0;
  for (const PlannedTest& test : *tests) {
    CHECK(test.typical <= test.worst);
    CHECK(test.accept() <= test.worst);
    if (test.trunk != kNone) {
      // Measured between reference cords: both connections count. 0.35 dB at most each (low-loss MPO, single-mode), 0.4 dB/km at 1310 nm.
      const Piece& trunk = site.built.plant.pieces[test.trunk];
      ++trunks;
      CHECK(test.connections == 2);
      if (test.wavelength_nm == 1310)
        CHECK(std::fabs(test.worst.decibels() - (0.7 + 0.4e-6 * static_cast<double>(trunk.length.mm))) <= 0.0011);
      CHECK(test.budget.mdb == 0);
      continue;
    }
    ++links;
    // Through panels the plugs at the modules do not count; a cord between two modules is tested between two cords, so that its two plugs do.
    const InsertionLoss& channel = *site.qualities[test.link].loss;
    CHECK(test.between_cords == (channel.connections == 0));
    if (!test.between_cords) CHECK(test.worst == channel.worst);
    else CHECK(test.worst.mdb - channel.worst.mdb >= 2 * 350);  // low-loss MPO; more of standard grade
    CHECK(test.wavelength_nm >= 850);
  }
  CHECK(links >= 128);
  CHECK(trunks >= 2);
  const Table form(write_loss_form(*tests, false));
  std::size_t fibres = 0;
  for (const PlannedTest& test : *tests) fibres += test.link != kNone ? test.positions.size() : 0;
  CHECK(form.rows() == 2 * fibres);
}

TEST_CASE("test plan: the form, filled in, is read back by the site as measured links") {
  const std::string sites =
      "{topology: leaf_spine, servers: 4, leaves: 2, switch: nv-qm9700, fabric_optic: 400g-dr4, plant: {cabling: structured_fabric";
  const DocumentedSite site(sites + "}}");
  const Result<std::vector<PlannedTest>> tests = planned_tests(site.view);
  REQUIRE(tests.has_value());
  Table form(write_loss_form(*tests, false));
  REQUIRE(form.rows() > 0);
  std::string filled;
  for (std::size_t c = 0; c < form.table.columns.size(); ++c) filled += (c > 0 ? "," : "") + form.table.columns[c];
  filled += "\n";
  for (auto& row : form.table.rows) {
    row[*form.table.column("loss_db")] = "0.50";
    for (std::size_t c = 0; c < row.size(); ++c) filled += (c > 0 ? "," : "") + row[c];
    filled += "\n";
  }
  const tests::TemporaryDirectory folder;
  folder.write("measured.csv", filled);
  const BuiltSite measured = tests::good_site(sites + ", measured: measured.csv}}", folder.path().string());
  std::size_t seen = 0;
  for (std::size_t c = 0; c < measured.fabric.cables.size(); ++c) {
    const LinkQuality& quality = site.qualities[c];
    if (!quality.loss) continue;
    ++seen;
    CHECK(measured.fabric.cables[c].margin_db == doctest::Approx(quality.budget.loss_limit.decibels() - 0.5));
  }
  CHECK(seen == Table(write_loss_form(*tests, false)).rows() / 16);
}

TEST_CASE("growth: phases buy what the bill has, touch nothing, and keep their reserves") {
  const DocumentedSite site(tests::kGrowingSite);
  const Growth growth = growth_of(site.view, {});
  REQUIRE(growth.phases.size() == 3);
  PhaseWork sum;
  for (const PhaseWork& work : growth.phases) {
    CHECK(work.touched.empty());
    CHECK(work.hours > 0);
    sum.servers += work.servers;
    sum.trunks += work.trunks;
    sum.cords += work.cords;
    sum.cables += work.cables;
    sum.modules += work.modules;
  }
  CHECK(growth.phases[0].servers == 4);
  CHECK(growth.phases[1].servers == 4);
  CHECK(growth.phases[2].servers == 8);
  CHECK(sum.trunks + sum.cords + sum.cables == site.built.plant.pieces.size());
  std::map<std::string, std::uint64_t> bill;
  for (const BillItem& item : bill_of_materials(site.view, nullptr)) bill[item.category] += item.total();
  CHECK(sum.modules == bill["module"]);
  CHECK(sum.trunks == bill["trunk"]);
  // What is used never falls from phase to phase.
  std::map<std::string, double> used;
  for (const Reserve& reserve : growth.reserves) {
    double& before = used[reserve.kind + reserve.item];
    CHECK(reserve.used >= before);
    before = reserve.used;
  }
  CHECK(growth_summary(site.view, growth, nullptr).find("touches nothing") != std::string::npos);
}

TEST_CASE("growth: hours are counts times unit times") {
  const DocumentedSite site(tests::kGrowingSite);
  Diagnostics diagnostics;
  const UnitTimes only_patches = read_unit_times(
      "work,minutes\nmount_server,0\nmount_switch,0\nmount_panel,0\npull,0\npull_per_metre,0\nterminate,0\nsplice,0\npatch,6\ninsert_"
      "module,0\ntest,0\n",
      "times.csv", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  for (const PhaseWork& work : growth_of(site.view, only_patches).phases) CHECK(work.hours == doctest::Approx(work.patches * 0.1));
  read_unit_times("work,minutes\npatchh,6\npull,-1\n", "times.csv", diagnostics);
  CHECK(diagnostics.error_count() == 2);
  CHECK(diagnostics.print().find("did you mean `patch`") != std::string::npos);
}
