// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/test_plan.hpp"

#include <algorithm>

#include "analysis/documents/document_text.hpp"

namespace eastwest {

namespace {

std::string decibels(Loss loss) { return fixed_digits(loss.decibels(), 2); }

void add_tests(const TestedLoss& tested, PlannedTest test, std::vector<PlannedTest>& tests) {
  for (const auto& [wavelength, loss] : tested.at) {
    test.wavelength_nm = wavelength;
    test.length = loss.length;
    test.connections = loss.connections;
    test.splices = loss.splices;
    test.typical = loss.typical;
    test.statistical = loss.statistical;
    test.worst = loss.worst;
    test.positions = tested.positions;
    test.between_cords = tested.between_cords;
    tests.push_back(test);
  }
}

}  // namespace

Result<std::vector<PlannedTest>> planned_tests(const SiteView& view) {
  const Plant& plant = *view.plant;
  std::vector<PlannedTest> tests;
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c) {
    const LinkQuality& quality = view.qualities[c];
    if (!quality.loss || quality.optic == nullptr) continue;
    PlannedTest test;
    test.id = view.fabric->cables[c].name;
    test.link = c;
    test.budget = quality.budget.loss_limit;
    const Result<TestedLoss> tested = tested_link(plant, c, *quality.optic, *view.catalogue);
    if (!tested) return Error{"`" + test.id + "`: " + tested.error().message, tested.error().remedy};
    add_tests(*tested, std::move(test), tests);
  }
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    if (view.strand_links[p].empty()) continue;
    PlannedTest test;
    test.id = plant.pieces[p].id;
    test.trunk = p;
    const Result<TestedLoss> tested = tested_piece(plant.pieces[p], *view.catalogue);
    if (!tested) return Error{"`" + test.id + "`: " + tested.error().message, tested.error().remedy};
    add_tests(*tested, std::move(test), tests);
  }
  return tests;
}

std::string write_test_plan(const SiteView& view, const std::vector<PlannedTest>& tests) {
  const Plant& plant = *view.plant;
  std::string text = safe_row({"test", "what", "from", "to", "reference", "wavelength_nm", "fibres", "positions", "length_m", "connections",
                               "splices", "typical_db", "accept_db", "statistical_db", "worst_db", "budget_db", "phase"});
  for (const PlannedTest& test : tests) {
    const bool link = test.link != kNone;
    const std::string from = link ? port_text(view, view.fabric->cables[test.link].a) : end_name(view, plant.pieces[test.trunk].a);
    const std::string to = link ? port_text(view, view.fabric->cables[test.link].b) : end_name(view, plant.pieces[test.trunk].b);
    text += safe_row({test.id, link ? "link" : "trunk", from, to, test.between_cords ? "two cords" : "three cords",
                      std::to_string(test.wavelength_nm), std::to_string(test.positions.size()), positions_text(test.positions),
                      metres(test.length), std::to_string(test.connections), std::to_string(test.splices), decibels(test.typical),
                      decibels(test.accept()), decibels(test.statistical), decibels(test.worst),
                      test.budget.mdb == 0 ? "" : decibels(test.budget),
                      std::to_string((link ? plant.channels[test.link].phase : plant.pieces[test.trunk].phase) + 1)});
  }
  return text;
}

std::string write_loss_form(const std::vector<PlannedTest>& tests, bool trunks) {
  std::string text = safe_row({"cable_id", "fibre", "direction", "wavelength_nm", "length_m", "loss_db", "limit_db", "margin_db", "orl_db",
                               "result", "limit_name", "instrument", "serial", "operator", "tested_at"});
  for (const PlannedTest& test : tests) {
    if ((test.trunk != kNone) != trunks) continue;
    for (const std::uint32_t fibre : test.positions)
      for (const char* direction : {"AB", "BA"})
        text += safe_row({test.id, std::to_string(fibre), direction, std::to_string(test.wavelength_nm), metres(test.length), "",
                          decibels(test.worst), "", "", "", "eastwest-worst-case", "", "", "", ""});
  }
  return text;
}

}  // namespace eastwest
