// SPDX-License-Identifier: Apache-2.0
// Compare: designs side by side, under one workload or several; every design against the first under the same workload.
#include <cmath>
#include <string>
#include <utility>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/studies/study_axes.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_text.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters() { return {}; }

std::vector<StudyPart> parts() {
  return {{"designs", StudyPartShape::settings, true,
           "names of designs and what each changes, or the scenario that it is; the others are compared with the first"},
          {"workloads", StudyPartShape::settings, false, "names of workloads and what each changes; every design runs each of them"}};
}

void plan(Study& study, Diagnostics& diagnostics) {
  if (std::optional<StudyAxis> axis = read_settings(study, "design", *study.root.find("designs"), diagnostics))
    study.axes.push_back(std::move(*axis));
  const YamlValue* workloads = study.root.find("workloads");
  if (workloads != nullptr && !workloads->is_null())
    if (std::optional<StudyAxis> axis = read_settings(study, "workload", *workloads, diagnostics)) study.axes.push_back(std::move(*axis));
  take_all_combinations(study, diagnostics);
}

std::size_t workload_count(const Study& study) { return study.axes.size() > 1 ? study.axes[1].settings.size() : 1; }

std::optional<std::size_t> reference(const Study& study, std::size_t point) {
  const std::size_t workloads = workload_count(study);
  return point < workloads ? std::nullopt : std::optional<std::size_t>(point % workloads);
}

std::vector<std::string_view> results() {
  return {"*.step_time_mean_s",
          "*.tokens_per_s_per_gpu",
          "*.mfu",
          "*.exposed_share",
          "*.ttft_p50_s",
          "*.ttft_p99_s",
          "*.tpot_p50_s",
          "*.tpot_p99_s",
          "*.e2e_p99_s",
          "*.goodput_per_s",
          "*.collective_time_mean_s",
          "*.busbw_GBps",
          "*.flow_*_p99_s",
          "network.utilization_mean",
          "network.drops",
          "network.ecn_marks",
          "network.pfc_pauses",
          "site.switches",
          "site.switch_ports",
          "site.cables",
          "site.fabric_cables",
          "site.cable_length_m",
          "site.switch_power_W"};
}

/// "+12.3 % (worse)".
std::string judged(const FigureColumn& column, const PairedDifference& difference) {
  const std::string text = difference_text(difference);
  if (difference.verdict != PairVerdict::lower && difference.verdict != PairVerdict::higher) return text;
  if (column.better == FigureColumn::Better::neither) return text;
  const bool better = (difference.verdict == PairVerdict::lower) == (column.better == FigureColumn::Better::lower);
  return text + (better ? " (better)" : " (worse)");
}

/// "train step time mean +12.3 % (worse), serve TTFT p99 none": the first figures of each job.
std::string headline(const StudyTable& table, std::size_t design, std::size_t workload) {
  const Study& study = *table.study;
  const std::size_t point = design * workload_count(study) + workload;
  std::string text;
  std::string subject;
  for (const std::size_t column : table.wanted()) {
    const FigureColumn& c = table.columns[column];
    if (c.subject == "site" || c.subject == "network") continue;
    const bool chief = c.figure == "step_time_mean_s" || c.figure == "ttft_p99_s" || c.figure == "busbw_GBps" || c.figure == "time_s";
    if (!chief) continue;
    const PointFigure figure = point_figure(table, point, column);
    if (figure.estimate.runs == 0) continue;
    text += (text.empty() ? "" : ", ") + figure_heading(c) + " " + judged(c, figure.difference);
  }
  return text.empty() ? trouble_word(table, point) : text;
}

/// What the fabric needs more or less of, whatever runs on it.
std::string site_line(const StudyTable& table, std::size_t point) {
  std::string text;
  for (const std::size_t column : table.wanted()) {
    const FigureColumn& c = table.columns[column];
    if (c.subject != "site") continue;
    const PointFigure figure = point_figure(table, point, column);
    if (figure.estimate.runs > 0 && figure.difference.reference_mean > 0 && figure.difference.estimate.mean != 0)
      text += (text.empty() ? "  " : ", ") + figure_heading(c) + " " + (figure.difference.estimate.mean < 0 ? "" : "+") +
              percent(figure.difference.estimate.mean / figure.difference.reference_mean);
  }
  return text.empty() ? text : text + "\n";
}

std::string answer(const StudyTable& table) {
  const Study& study = *table.study;
  const std::size_t workloads = workload_count(study);
  const std::size_t designs = study.axes[0].settings.size();
  const std::vector<std::size_t> wanted = table.wanted();
  std::string text;
  for (std::size_t d = 1; d < designs; ++d) {
    text += study.axes[0].settings[d].label + " against " + study.axes[0].settings[0].label + "\n";
    for (std::size_t w = 0; w < workloads; ++w)
      text += "  " + (workloads > 1 ? study.axes[1].settings[w].label + ": " : std::string()) + headline(table, d, w) + "\n";
    text += site_line(table, d * workloads);
  }
  for (std::size_t w = 0; w < workloads; ++w) {
    std::vector<TextTable::Column> columns = {{workloads > 1 ? study.axes[1].settings[w].label : std::string("figure")}};
    for (std::size_t d = 0; d < designs; ++d) {
      columns.push_back({study.axes[0].settings[d].label, TextTable::Align::right});
      if (d > 0) columns.push_back({"", TextTable::Align::right});
    }
    TextTable out(std::move(columns));
    for (const std::size_t column : wanted) {
      std::vector<std::string> cells = {figure_heading(table.columns[column])};
      bool any = false;
      for (std::size_t d = 0; d < designs; ++d) {
        const std::size_t point = d * workloads + w;
        const PointFigure figure = point_figure(table, point, column);
        any = any || figure.estimate.runs > 0;
        const std::string trouble = trouble_word(table, point);
        cells.push_back(figure.estimate.runs == 0 && !trouble.empty() ? trouble : estimate_text(table.columns[column], figure.estimate));
        if (d > 0) cells.push_back(difference_text(figure.difference));
      }
      if (any) out.add_row(std::move(cells));
    }
    text += "\n" + out.print("  ");
  }
  return text;
}

}  // namespace

extern const StudyKind kind_study_compare;
const StudyKind kind_study_compare{.name = "compare",
                                   .summary = "designs side by side under one workload or several; every design against the first",
                                   .source = "eastwest",
                                   .parameters = parameters,
                                   .parts = parts,
                                   .plan = plan,
                                   .reference = reference,
                                   .answer = answer,
                                   .results = results};

}  // namespace eastwest
