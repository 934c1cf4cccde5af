// SPDX-License-Identifier: Apache-2.0
// Test support: a site with its plant, open to be edited, and what the rules say of it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/built_plant.hpp"
#include "topology/plant/checks/plant_check.hpp"

namespace eastwest::tests {

struct CheckedSite {
  /// Eight servers, two leaves, two spines; servers on multimode cords, switches over panels and single-mode trunks; 32, then 64 GPUs.
  static constexpr const char* kGood =
      "{topology: rail_optimised, servers: 8, server: dgx-h100, switch: nv-qm9700, switch_buffer: 64 MB, rails_per_leaf: 4, host_optic: "
      "400g-sr4, "
      "fabric_optic: 400g-dr4, plant: {cabling: structured_fabric, phases: [32, 64]}}";

  Catalogue catalogue = builtin_catalogue();
  BuiltSite built;
  std::vector<LinkQuality> links;

  explicit CheckedSite(const std::string& site = kGood) : built(good_site(site)) { review(); }

  /// Qualities anew, after pieces, media or the catalogue were changed; margins and errors of the cables follow.
  void review() {
    Result<std::vector<LinkQuality>> all = link_qualities(built.plant, built.fabric, catalogue, built.settings);
    REQUIRE_MESSAGE(all.has_value(), (all ? "" : all.error().message));
    links = std::move(all).value();
    for (std::size_t c = 0; c < links.size(); ++c) {
      built.fabric.cables[c].margin_db = links[c].margin_db;
      built.fabric.cables[c].pre_fec_ber = links[c].pre_fec_ber;
    }
    for (Link& link : built.fabric.links) link.frame_loss = links[link.cable.index()].frame_loss;
  }

  /// A longer way: of the first piece of a channel.
  void set_length(std::uint32_t cable, Length length) {
    Piece& piece = built.plant.pieces[built.plant.steps[built.plant.channels[cable].first_step].piece];
    piece.length = piece.order_length = length;
    built.fabric.cables[cable].length = length;
    review();
  }
  [[nodiscard]] Piece& piece_of(std::uint32_t cable, std::uint32_t step = 0) {
    return built.plant.pieces[built.plant.steps[built.plant.channels[cable].first_step + step].piece];
  }
  /// The first link over panels.
  [[nodiscard]] std::uint32_t structured_cable() const {
    for (std::uint32_t c = 0; c < built.plant.channels.size(); ++c)
      if (built.plant.channels[c].step_count == 3) return c;
    FAIL("no link runs over panels");
    return 0;
  }

  [[nodiscard]] CheckInput input() const { return {built.plant, built.fabric, catalogue, built.settings, links, built.phase}; }

  /// "fail optics.loss", ... of findings that are no notes, each once, in order.
  [[nodiscard]] std::vector<std::string> complaints() const {
    std::vector<std::string> list;
    for (const Finding& finding : check_plant(input()).findings) {
      const std::string text = std::string(to_string(finding.level)) + " " + finding.rule;
      if (finding.level != FindingLevel::note && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
    }
    return list;
  }
  /// Those of the rules that begin with `rules`.
  [[nodiscard]] std::vector<std::string> complaints_of(const std::string& rules) const {
    std::vector<std::string> list = complaints();
    std::erase_if(list, [&](const std::string& one) { return one.find(" " + rules) == std::string::npos; });
    return list;
  }
  /// The only finding of `rule`.
  [[nodiscard]] Finding only(const std::string& rule) const {
    std::vector<Finding> found;
    for (Finding& finding : check_plant(input()).findings)
      if (finding.rule == rule) found.push_back(std::move(finding));
    REQUIRE_MESSAGE(found.size() == 1, rule << ": " << found.size() << " findings");
    return found.front();
  }
};

using Complaints = std::vector<std::string>;

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace eastwest::tests
