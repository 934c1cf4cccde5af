// SPDX-License-Identifier: Apache-2.0
// The verb `validate`: plays measured collectives and prints how far the model is from each.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>
#include <vector>

#include "analysis/validation.hpp"
#include "cli/program.hpp"
#include "core/input_text.hpp"
#include "scenarios/measured_point.hpp"

namespace eastwest::cli {

namespace {

/// The rows of all files; nothing when one of them is in error, which has been printed then.
std::optional<std::vector<Measurement>> read_all(const std::vector<std::string>& files) {
  if (files.empty()) return builtin_measurements();
  std::vector<Measurement> rows;
  Diagnostics diagnostics;
  for (const std::string& file : files) {
    const Result<std::string> text = read_input_file(file);
    if (!text) {
      diagnostics.error({file, 0, 0}, text.error().message, text.error().remedy);
      continue;
    }
    const auto read = read_measurements(*text, file, diagnostics);
    if (read) rows.insert(rows.end(), read->begin(), read->end());
  }
  if (print_diagnostics(diagnostics)) return std::nullopt;
  return rows;
}

/// Points do not touch each other, so each thread takes the next one; the longest come first, since they decide when all are done.
std::vector<ValidatedPoint> play_all(const std::vector<Measurement>& rows, unsigned threads) {
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto effort = [&](std::size_t i) { return static_cast<double>(rows[i].servers) * static_cast<double>(rows[i].size.count); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return effort(a) > effort(b); });
  std::vector<ValidatedPoint> points(rows.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < order.size(); i = next++) points[order[i]] = play_measurement(rows[order[i]]);
  };
  std::vector<std::thread> helpers;
  for (unsigned t = 1; t < threads; ++t) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  return points;
}

}  // namespace

int validate_verb(const ValidateArguments& arguments) {
  auto rows = read_all(arguments.files);
  if (!rows) return kExitInput;
  std::erase_if(*rows, [&](const Measurement& row) { return row.table.find(arguments.table) == std::string::npos; });
  if (rows->empty()) {
    print_error({"no table of measurements has `" + arguments.table + "` in its name", "leave `--table` out to see them all"});
    return kExitInput;
  }
  const unsigned threads = arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  const Validation validation = validate_points(play_all(*rows, threads));
  const std::string text = arguments.json ? validation_json(validation) : validation_markdown(validation);
  std::fputs(text.c_str(), stdout);
  return validation.passed() ? kExitDone : kExitVerdict;
}

}  // namespace eastwest::cli
