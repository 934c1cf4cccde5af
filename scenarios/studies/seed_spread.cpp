// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/seed_spread.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/figure_text.hpp"
#include "analysis/replications.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

constexpr double kHurtShare = 0.1;  // worse by more of the reference
constexpr double kHeavyFactor = 5;  // the worst seed's loss over that of the middle one
constexpr std::size_t kSeedsLeast = 3;
constexpr std::size_t kLinesShown = 40;

double middle_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

std::optional<SeedSpread> seed_spread(FigureColumn::Better better, std::span<const double> values, std::span<const double> reference) {
  if (better == FigureColumn::Better::neither) return std::nullopt;
  const double sign = better == FigureColumn::Better::higher ? -1 : 1;
  SeedSpread out;
  std::vector<double> own;
  std::vector<double> losses;
  double worst = 0;
  for (std::size_t i = 0; i < std::min(values.size(), reference.size()); ++i) {
    if (std::isnan(values[i]) || std::isnan(reference[i])) continue;
    const double loss = sign * (values[i] - reference[i]);
    own.push_back(values[i]);
    losses.push_back(loss);
    out.hurt += loss > kHurtShare * std::fabs(reference[i]) ? 1 : 0;
    if (losses.size() > 1 && loss <= worst) continue;
    worst = loss;
    out.worst = values[i];
    out.worst_before = reference[i];
    out.worst_at = i;
  }
  out.runs = own.size();
  if (out.runs < kSeedsLeast || out.hurt == 0) return std::nullopt;
  const bool heavy = worst > kHeavyFactor * std::max(0.0, middle_of(losses));
  if (!heavy && !is_undecided(paired_difference(values, reference))) return std::nullopt;
  out.median = middle_of(std::move(own));
  return out;
}

std::string spread_table(const StudyTable& table) {
  const Study& study = *table.study;
  TextTable out({{"point", TextTable::Align::right},
                 {"setting"},
                 {"figure"},
                 {"hurt", TextTable::Align::right},
                 {"median", TextTable::Align::right},
                 {"worst", TextTable::Align::right},
                 {"its reference", TextTable::Align::right},
                 {"seed", TextTable::Align::right}});
  std::size_t lines = 0;
  for (std::size_t point = 0; point < study.points(); ++point) {
    const std::optional<std::size_t> reference = study.kind->reference(study, point);
    if (!reference) continue;
    for (const std::size_t column : table.wanted()) {
      const FigureColumn& c = table.columns[column];
      const std::optional<SeedSpread> spread = seed_spread(c.better, table.values(point, column), table.values(*reference, column));
      if (!spread || ++lines > kLinesShown) continue;
      const auto text = [&](double value) { return estimate_text(c, Estimate{1, value, std::nan("")}); };
      out.add_row({std::to_string(point), study.label(point), figure_heading(c),
                   std::to_string(spread->hurt) + " of " + std::to_string(spread->runs), text(spread->median), text(spread->worst),
                   text(spread->worst_before), std::to_string(study.first_seed() + spread->worst_at)});
    }
  }
  if (lines == 0) return {};
  std::string text =
      "\nwhere seeds differ too much for a mean: seeds that lose more than a tenth against the same seed of the reference, the median of "
      "all, and\n"
      "the worst beside what the reference has at its seed\n" +
      out.print("  ");
  if (lines > kLinesShown) text += "  and " + std::to_string(lines - kLinesShown) + " lines more: points.csv has every seed\n";
  return text;
}

}  // namespace eastwest
