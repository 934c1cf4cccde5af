// SPDX-License-Identifier: Apache-2.0
// Which points stand for all others when a study is checked, and what they say of it.
#include <algorithm>
#include <utility>

#include "core/digest.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/studies/prices.hpp"
#include "scenarios/studies/study.hpp"

namespace eastwest {

namespace {

/// Up to so many points are tried with a setting before it counts as one that no point can have.
constexpr std::size_t kTries = 8;

/// For each setting of each axis the first points that have it: few, however many points there are.
std::vector<std::vector<std::vector<std::size_t>>> points_by_setting(const Study& study) {
  std::vector<std::vector<std::vector<std::size_t>>> found(study.axes.size());
  std::size_t missing = 0;
  for (std::size_t axis = 0; axis < study.axes.size(); ++axis) {
    found[axis].resize(study.axes[axis].settings.size());
    missing += found[axis].size();
  }
  for (std::size_t point = 0; point < study.points() && missing > 0; ++point)
    for (std::size_t axis = 0; axis < study.axes.size(); ++axis) {
      std::vector<std::size_t>& list = found[axis][study.choices[point * study.axes.size() + axis]];
      if (list.size() == kTries) continue;
      list.push_back(point);
      if (list.size() == kTries) --missing;
    }
  return found;
}

bool same(const Diagnostic& a, const Diagnostic& b) {
  return a.place.file == b.place.file && a.place.line == b.place.line && a.place.column == b.place.column && a.message == b.message;
}

void merge(const Diagnostics& from, Diagnostics& into) {
  for (const Diagnostic& diagnostic : from.all()) {
    const auto equal = [&](const Diagnostic& other) { return same(other, diagnostic); };
    if (std::none_of(into.all().begin(), into.all().end(), equal)) into.add(diagnostic);
  }
}

void note_jobs(const Scenario& scenario, std::vector<std::string>& jobs) {
  for (const ScenarioJob& job : scenario.jobs)
    if (std::find(jobs.begin(), jobs.end(), job.name) == jobs.end()) jobs.push_back(job.name);
}

}  // namespace

bool check_settings(Study& study, Diagnostics& diagnostics) {
  if (study.rows() > kStudyRowsMost) {
    diagnostics.error(study.place,
                      "the study has " + std::to_string(study.rows()) + " rows, the limit is " + std::to_string(kStudyRowsMost),
                      "vary less, or lower `replications`");
    return false;
  }
  const std::size_t errors_before = diagnostics.error_count();
  std::vector<signed char> known(study.points(), 0);  // 1 loads, -1 does not
  const auto loads = [&](std::size_t point, Diagnostics& own) {
    if (known[point] != 0 && own.all().empty() && known[point] == 1) return true;
    const std::optional<Scenario> scenario = load_point(study, point, 0, own);
    known[point] = scenario ? 1 : -1;
    if (scenario) note_jobs(*scenario, study.jobs);
    return scenario.has_value();
  };
  if (study.axes.empty()) {
    Diagnostics own;
    if (!loads(0, own)) merge(own, diagnostics);
    return diagnostics.error_count() == errors_before;
  }
  for (const auto& axis : points_by_setting(study))
    for (const std::vector<std::size_t>& points : axis) {
      Diagnostics first;
      bool possible = false;
      for (std::size_t i = 0; i < points.size() && !possible; ++i) {
        Diagnostics own;
        possible = loads(points[i], own);
        if (i == 0) first = std::move(own);
      }
      if (!possible && !points.empty()) merge(first, diagnostics);
      if (diagnostics.error_count() - errors_before > 50) return false;
    }
  return diagnostics.error_count() == errors_before;
}

std::string study_identity(const Study& study, std::string_view program_version) {
  Digest digest;
  digest.add(program_version);
  digest.add(expand(study));
  digest.add(static_cast<std::uint64_t>(study.points()));
  Diagnostics told;
  for (const auto& [figure, price] : read_prices(study, told)) {
    digest.add(figure);
    digest.add(price);
  }
  const auto add_point = [&](std::size_t point) {
    Diagnostics own;
    const std::optional<Scenario> scenario = load_point(study, point, 0, own);
    digest.add(scenario ? expand(*scenario) : own.print());
  };
  if (study.axes.empty()) add_point(0);
  for (const auto& axis : points_by_setting(study))
    for (const std::vector<std::size_t>& points : axis)
      if (!points.empty()) add_point(points.front());
  return digest.hex();
}

}  // namespace eastwest
