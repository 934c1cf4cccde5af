// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include "analysis/compare.hpp"
#include "analysis/frame_losses.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

std::string print(double value, const std::string& unit) {
  if (unit == "s" || unit == "B/s") return readable(value, unit);
  if (unit == "B") return to_readable(Bytes{static_cast<std::int64_t>(value)});
  if (unit == "1") return percent(value);
  if (unit == "count" && value > 0 && value < 0.1) return significant(value);  // an expectation that is not none
  if (unit == "count")
    return value == static_cast<double>(static_cast<std::int64_t>(value)) ? std::to_string(static_cast<std::int64_t>(value))
                                                                          : fixed(value, 1);
  return fixed(value, 3);
}

/// Half the distance from lowest to highest seed, as a share of the mean; in the unit itself where the mean is 0.
std::string spread(const Comparison::Value& value) {
  const double half = (value.high - value.low) / 2;
  return value.mean == 0 ? "+-" + fixed(half, 3) : "+-" + percent(half / value.mean);
}

}  // namespace

std::string comparison_text(const Comparison& c) {
  std::string out;
  for (std::size_t d = 0; d < c.designs.size(); ++d) {
    const Comparison::Design& design = c.designs[d];
    out += "[" + std::to_string(d + 1) + "] " + design.label + ", " + (design.seeds.size() == 1 ? "seed" : "seeds");
    for (const std::uint64_t seed : design.seeds) out += " " + std::to_string(seed);
    out += design.complete ? "\n" : " (incomplete)\n";
  }
  std::vector<TextTable::Column> columns = {{""}, {"metric"}};
  for (std::size_t d = 0; d < c.designs.size(); ++d) {
    const std::string number = "[" + std::to_string(d + 1) + "]";
    columns.push_back({number, TextTable::Align::right});
    if (c.designs[d].seeds.size() > 1) columns.push_back({"spread", TextTable::Align::right});
    if (d > 0) columns.push_back({number + "/[1]", TextTable::Align::right});
  }
  TextTable table(columns);
  std::string subject;
  for (const Comparison::Row& row : c.rows) {
    std::vector<std::string> cells = {row.subject == subject ? "" : row.subject, row.metric};
    subject = row.subject;
    for (std::size_t d = 0; d < c.designs.size(); ++d) {
      const auto& value = row.values[d];
      cells.push_back(value ? print(value->mean, row.unit) : "-");
      if (c.designs[d].seeds.size() > 1) cells.push_back(value && value->runs > 1 ? spread(*value) : "");
      if (d == 0) continue;
      const std::optional<double>& ratio = row.ratio[d];
      cells.push_back((!ratio         ? std::string("-")
                       : *ratio < 1e6 ? fixed(*ratio, 3)
                                      : significant(*ratio)) +
                      (row.marks[d] == Comparison::Mark::differs ? "*" : ""));
    }
    table.add_row(std::move(cells));
  }
  out += "\n" + table.print();
  if (!c.notes.empty()) out += "\n";
  for (const std::string& note : c.notes) out += "note: " + note + "\n";
  return out;
}

}  // namespace eastwest
