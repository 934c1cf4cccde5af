// SPDX-License-Identifier: Apache-2.0
// Test support: a scenario from text, built and played to its end.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "core/diagnostic.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"
#include "sim/simulation.hpp"

namespace eastwest::tests {

struct PlayedScenario {
  RunResult result;
  Schedule schedule;
};

inline PlayedScenario play_scenario(const std::string& text, unsigned threads = 1) {
  Diagnostics diagnostics;
  const auto scenario = load_scenario_text(text, "played.yaml", ".", {}, diagnostics);
  REQUIRE_MESSAGE(scenario.has_value(), diagnostics.print());
  auto built = build(*scenario, diagnostics);
  REQUIRE_MESSAGE(built.has_value(), diagnostics.print());
  built->options.threads = threads;
  Progress progress;
  Result<RunResult> result = simulate(*built->fabric, built->workload, built->options, {}, progress);
  REQUIRE(result.has_value());
  REQUIRE(result->outcome == Outcome::complete);
  return {std::move(*result), std::move(built->workload.schedule)};
}

}  // namespace eastwest::tests
