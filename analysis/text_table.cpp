// SPDX-License-Identifier: Apache-2.0
#include "analysis/text_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/check.hpp"

namespace eastwest {

namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

void end_line(std::string& out) {
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out.push_back('\n');
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  EASTWEST_CHECK(cells.size() <= columns_.size(), "a row has at most one cell per column");
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::print(const std::string& indent) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = width_of(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  std::string out;
  const auto cell = [&](std::size_t i, const std::string& text) {
    const std::string pad(widths[i] - width_of(text), ' ');
    out += i == 0 ? "" : "  ";
    out += columns_[i].align == Align::right ? pad + text : text + pad;
  };
  out += indent;
  for (std::size_t i = 0; i < columns_.size(); ++i) cell(i, columns_[i].heading);
  end_line(out);
  out += indent;
  for (std::size_t i = 0; i < columns_.size(); ++i) out += (i == 0 ? "" : "  ") + std::string(widths[i], '-');
  end_line(out);
  for (const auto& row : rows_) {
    out += indent;
    for (std::size_t i = 0; i < columns_.size(); ++i) cell(i, row[i]);
    end_line(out);
  }
  return out;
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string readable(double value, const std::string& unit) {
  if (!std::isfinite(value)) return "-";
  if (value == 0) return "0 " + unit;
  static constexpr const char* kPrefixes[] = {"p", "n", "u", "m", "", "k", "M", "G", "T", "P"};
  int step = 4;
  double scaled = std::fabs(value);
  // 999.5 would print as 1000: the next prefix takes over there.
  while (scaled >= 999.5 && step < 9) {
    scaled /= 1000;
    ++step;
  }
  while (scaled < 0.9995 && step > 0) {
    scaled *= 1000;
    --step;
  }
  const int digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return (value < 0 ? "-" : "") + fixed(scaled, digits) + " " + kPrefixes[step] + unit;
}

std::string percent(double share) { return fixed(share * 100, 1) + " %"; }

}  // namespace eastwest
