// SPDX-License-Identifier: Apache-2.0
// Test plan: the loss that a tester should find on every link of glass and on every strand of every trunk, and the forms to fill in.
//
// Limits: `worst` is every part at its limit (topology/plant/channel.hpp): more fails. `accept` is typical + 0.3 dB: more is inside the limit and yet
// not as designed, so clean and look again. `budget` is what the optics bear. What is tested how, and on which positions: analysis/tested_loss.hpp.
// Wavelengths: those of the fibre's table at which the link's optics work; of a trunk all of them.
// The forms have the columns of a canonical loss test and no other, so that, filled in, they are read back by `plant.measured` and `eastwest verify`.
// Source: docs/documents.md; 0.3 dB is ours. LIMITATIONS: reflectance and end-face inspection are not in the form; copper and active cables have no
// glass to measure and are left to their error counters.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/site_view.hpp"
#include "analysis/tested_loss.hpp"
#include "core/result.hpp"

namespace eastwest {

inline constexpr Loss kAcceptedAboveTypical{300};

struct PlannedTest {
  std::string id;  // of the link, or of the trunk
  std::uint32_t link = kNone;
  std::uint32_t trunk = kNone;
  std::uint32_t wavelength_nm = 0;
  Length length;
  std::uint32_t connections = 0;
  std::uint32_t splices = 0;
  std::vector<std::uint32_t> positions;  // of fibres, at end A, from 1
  bool between_cords = false;            // so that both end plugs count
  Loss typical;
  Loss statistical;
  Loss worst;
  Loss budget;  // 0: unknown, or a trunk
  [[nodiscard]] Loss accept() const { return typical + kAcceptedAboveTypical < worst ? typical + kAcceptedAboveTypical : worst; }
};

/// Links, then trunks. The error names what the catalogue does not know.
Result<std::vector<PlannedTest>> planned_tests(const SiteView& view);

/// test, what, from, to, reference, wavelength_nm, fibres, positions, length_m, connections, splices, typical_db, accept_db, statistical_db, worst_db, budget_db, phase.
std::string write_test_plan(const SiteView& view, const std::vector<PlannedTest>& tests);
/// One row per fibre and direction, results empty. `trunks`: of trunks, else of links.
std::string write_loss_form(const std::vector<PlannedTest>& tests, bool trunks);

}  // namespace eastwest
