// SPDX-License-Identifier: Apache-2.0
#include "topology/csv.hpp"

#include <algorithm>

namespace eastwest {

namespace {

struct Reader {
  std::string_view text;
  std::size_t at = 0;
  std::uint32_t line = 1;

  [[nodiscard]] bool done() const { return at >= text.size(); }

  /// Reads one cell and the separator after it; sets `last` when the separator ended the row.
  Result<std::string> cell(bool& last) {
    std::string value;
    const std::uint32_t start = line;
    if (!done() && text[at] == '"') {
      ++at;
      for (;;) {
        if (done()) return Error{"line " + std::to_string(start) + ": a quoted cell does not end", "close it with \""};
        const char c = text[at++];
        if (c == '\n') ++line;
        if (c != '"') {
          value.push_back(c);
        } else if (!done() && text[at] == '"') {
          value.push_back('"');
          ++at;
        } else {
          break;
        }
      }
      if (!done() && text[at] != ',' && text[at] != '\n' && text[at] != '\r')
        return Error{"line " + std::to_string(line) + ": text after a closing quote", "double every quote inside a quoted cell"};
    } else {
      while (!done() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') value.push_back(text[at++]);
    }
    last = true;
    if (done()) return value;
    if (text[at] == ',') {
      last = false;
      ++at;
      return value;
    }
    if (text[at] == '\r') ++at;
    if (!done() && text[at] == '\n') ++at;
    ++line;
    return value;
  }
};

}  // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

Result<CsvTable> parse_csv(std::string_view text) {
  CsvTable table;
  Reader reader{text};
  while (!reader.done()) {
    const std::uint32_t line = reader.line;
    std::vector<std::string> cells;
    for (bool last = false; !last;) {
      Result<std::string> cell = reader.cell(last);
      if (!cell) return cell.error();
      cells.push_back(std::move(cell).value());
    }
    if (cells.size() == 1 && cells.front().empty()) continue;
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::string& name = table.columns[i];
        if (name.empty()) return Error{"line " + std::to_string(line) + ": column " + std::to_string(i + 1) + " has no name", {}};
        if (std::count(table.columns.begin(), table.columns.end(), name) > 1)
          return Error{"line " + std::to_string(line) + ": two columns are called `" + name + "`", {}};
      }
      continue;
    }
    if (cells.size() != table.columns.size())
      return Error{"line " + std::to_string(line) + ": " + std::to_string(cells.size()) + " cells, the header has " +
                       std::to_string(table.columns.size()),
                   "quote cells that contain a comma"};
    table.rows.push_back(std::move(cells));
    table.lines.push_back(line);
  }
  if (table.columns.empty()) return Error{"the table is empty", "start it with a header row"};
  return table;
}

}  // namespace eastwest
