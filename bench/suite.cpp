// SPDX-License-Identifier: Apache-2.0
#include "bench/suite.hpp"

#include <algorithm>

namespace eastwest::bench {

namespace {

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<double> values_of(const Row& row, Figure figure) {
  std::vector<double> values;
  for (const RunFigures& run : row.runs) values.push_back(figure(run));
  return values;
}

}  // namespace

std::string label(const Row& row) {
  std::string text = row.work.name;
  if (row.setting.fidelity == Fidelity::flow) text += ", flow";
  text += ", " + std::to_string(row.setting.threads) + (row.setting.threads == 1 ? " thread" : " threads");
  if (row.setting.trace) text += ", trace";
  return text;
}

void run_rounds(std::vector<Row>& rows, unsigned rounds, const std::function<void(const Row&)>& before_run) {
  for (unsigned round = 0; round < rounds; ++round) {
    for (Row& row : rows) {
      before_run(row);
      row.runs.push_back(run_in_child(row.work, row.setting));
      if (!row.runs.back().error.empty()) return;
    }
  }
}

double cpu_of(const RunFigures& run) { return run.cpu_seconds; }
double wall_of(const RunFigures& run) { return run.wall_seconds; }
double peak_of(const RunFigures& run) { return static_cast<double>(run.peak_bytes); }
double cpu_per_hop(const RunFigures& run) {
  return run.counters.packet_hops == 0 ? 0 : run.cpu_seconds / static_cast<double>(run.counters.packet_hops);
}

double minimum(const Row& row, Figure figure) {
  const std::vector<double> values = values_of(row, figure);
  return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

double median(const Row& row, Figure figure) { return median_of(values_of(row, figure)); }

double paired_ratio(const Row& one, const Row& other, Figure figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(one.runs.size(), other.runs.size()); ++i) {
    const double below = figure(other.runs[i]);
    if (below > 0) ratios.push_back(figure(one.runs[i]) / below);
  }
  return median_of(std::move(ratios));
}

const Row* find_row(const std::vector<Row>& rows, std::string_view work, const RunSetting& setting) {
  for (const Row& row : rows)
    if (row.work.name == work && row.setting.fidelity == setting.fidelity && row.setting.threads == setting.threads &&
        row.setting.trace == setting.trace)
      return &row;
  return nullptr;
}

}  // namespace eastwest::bench
