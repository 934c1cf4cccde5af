// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/test_plan.hpp"

#include <algorithm>

#include "analysis/documents/document_text.hpp"

namespace eastwest {

namespace {

std::string decibels(Loss loss) { return fixed_digits(loss.decibels(), 2); }

/// The fibre's wavelengths at which these optics work, in rising order, each once.
std::vector<std::uint32_t> wavelengths_of(const FibreModel& fibre, const OpticModel* optic) {
  std::vector<std::uint32_t> list;
  if (optic == nullptr) {
    for (const FibreWindow& window : fibre.windows) list.push_back(window.wavelength_nm);
  } else {
    for (const std::uint32_t wavelength : optic->wavelengths_nm) list.push_back(fibre.window(wavelength).wavelength_nm);
    if (list.empty()) list.push_back(fibre.windows.front().wavelength_nm);
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

/// A trunk between two reference cords of no length.
Channel trunk_channel(const Piece& trunk) {
  Channel channel;
  const auto cord = [&](const Plug& plug) { return FibrePiece{trunk.fibre, {}, FibrePolarity::straight_a, plug, plug}; };
  channel.elements.emplace_back(cord(trunk.a.plug));
  channel.elements.emplace_back(MatedPair{});
  if (trunk.splices == 0) {
    channel.elements.emplace_back(FibrePiece{trunk.fibre, trunk.length, trunk.polarity, trunk.a.plug, trunk.b.plug});
  } else {
    const Length half{trunk.length.mm / 2};
    channel.elements.emplace_back(FibrePiece{trunk.fibre, half, trunk.polarity, trunk.a.plug, Plug{}});
    channel.elements.emplace_back(Splice{false, trunk.a.plug.grade, trunk.splices});
    channel.elements.emplace_back(FibrePiece{trunk.fibre, {trunk.length.mm - half.mm}, FibrePolarity::straight_a, Plug{}, trunk.b.plug});
  }
  channel.elements.emplace_back(MatedPair{});
  channel.elements.emplace_back(cord(trunk.b.plug));
  return channel;
}

Status add_tests(const SiteView& view, const Channel& channel, const std::string& fibre_id, const OpticModel* optic, PlannedTest test,
                 std::vector<PlannedTest>& tests) {
  const FibreModel* fibre = view.catalogue->find_fibre(fibre_id);
  if (fibre == nullptr)
    return Error{"`" + test.id + "`: there is no fibre `" + fibre_id + "` in the catalogue", "take an id of data/fibres.csv"};
  for (const std::uint32_t wavelength : wavelengths_of(*fibre, optic)) {
    const Result<InsertionLoss> loss = insertion_loss(channel, wavelength, *view.catalogue);
    if (!loss) return Error{"`" + test.id + "`: " + loss.error().message, loss.error().remedy};
    test.wavelength_nm = wavelength;
    test.length = loss->length;
    test.connections = loss->connections;
    test.splices = loss->splices;
    test.typical = loss->typical;
    test.statistical = loss->statistical;
    test.worst = loss->worst;
    tests.push_back(test);
  }
  return Done{};
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
    test.fibres = quality.optic->fibres;
    test.budget = quality.budget.loss_limit;
    const Piece& first = plant.pieces[plant.steps[plant.channels[c].first_step].piece];
    if (const Status added = add_tests(view, channel_of(plant, c), first.fibre, quality.optic, std::move(test), tests); !added)
      return added.error();
  }
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    if (view.strand_links[p].empty()) continue;
    PlannedTest test;
    test.id = plant.pieces[p].id;
    test.trunk = p;
    test.fibres = plant.pieces[p].fibres;
    if (const Status added = add_tests(view, trunk_channel(plant.pieces[p]), plant.pieces[p].fibre, nullptr, std::move(test), tests);
        !added)
      return added.error();
  }
  return tests;
}

std::string write_test_plan(const SiteView& view, const std::vector<PlannedTest>& tests) {
  const Plant& plant = *view.plant;
  std::string text = safe_row({"test", "what", "from", "to", "wavelength_nm", "fibres", "length_m", "connections", "splices", "typical_db",
                               "accept_db", "statistical_db", "worst_db", "budget_db", "phase"});
  for (const PlannedTest& test : tests) {
    const bool link = test.link != kNone;
    const std::string from = link ? port_text(view, view.fabric->cables[test.link].a) : end_name(view, plant.pieces[test.trunk].a);
    const std::string to = link ? port_text(view, view.fabric->cables[test.link].b) : end_name(view, plant.pieces[test.trunk].b);
    text += safe_row({test.id, link ? "link" : "trunk", from, to, std::to_string(test.wavelength_nm), std::to_string(test.fibres),
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
    for (std::uint32_t fibre = 1; fibre <= test.fibres; ++fibre)
      for (const char* direction : {"AB", "BA"})
        text += safe_row({test.id, std::to_string(fibre), direction, std::to_string(test.wavelength_nm), metres(test.length), "",
                          decibels(test.worst), "", "", "", "eastwest-worst-case", "", "", "", ""});
  }
  return text;
}

}  // namespace eastwest
