// SPDX-License-Identifier: Apache-2.0
#include "analysis/figure_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kWords = {{{"ttft", "TTFT"},
                                                                                  {"tpot", "TPOT"},
                                                                                  {"mfu", "MFU"},
                                                                                  {"ecn", "ECN"},
                                                                                  {"pfc", "PFC"},
                                                                                  {"gpu", "GPU"},
                                                                                  {"gpus", "GPUs"},
                                                                                  {"e2e", "end to end"},
                                                                                  {"busbw", "bus bandwidth"}}};

std::string_view written(std::string_view word) {
  for (const auto& [from, to] : kWords)
    if (word == from) return to;
  return word;
}

}  // namespace

std::string figure_heading(const FigureColumn& column) {
  std::string_view figure = column.figure;
  for (const std::string_view unit : {"_s", "_B", "_GBps", "_W", "_m"})
    if (figure.size() > unit.size() && figure.ends_with(unit) && !figure.ends_with("_per_s")) {
      figure.remove_suffix(unit.size());
      break;
    }
  std::string text = column.subject;
  for (std::size_t at = 0; at <= figure.size();) {
    const std::size_t end = std::min(figure.find('_', at), figure.size());
    text += " " + std::string(written(figure.substr(at, end - at)));
    at = end + 1;
  }
  return text;
}

std::string grouped(double value) {
  const std::string digits = fixed(std::fabs(value), 0);
  std::string text = value <= -0.5 ? "-" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string figure_value(const FigureColumn& column, double value) {
  if (std::isnan(value)) return "-";
  if (column.unit == "currency") return grouped(value);
  if (column.unit == "count") return value == std::floor(value) && std::fabs(value) < 1e9 ? fixed(value, 0) : fixed(value, 3);
  if (column.unit == "1") return fixed(value, 3);
  if (column.unit == "1/s") return std::fabs(value) >= 100 ? fixed(value, 0) + " /s" : readable(value, "/s");
  return readable(value * column.scale, std::string(column.unit));
}

std::string figure_change(const FigureColumn& column, double value) { return (value > 0 ? "+" : "") + figure_value(column, value); }

}  // namespace eastwest
