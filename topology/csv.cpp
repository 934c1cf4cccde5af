// SPDX-License-Identifier: Apache-2.0
#include "topology/csv.hpp"

#include <algorithm>
#include <set>

namespace eastwest {

namespace {

struct Reader {
  std::string_view text;
  char delimiter = ',';
  std::size_t at = 0;
  std::uint32_t line = 1;

  [[nodiscard]] bool done() const { return at >= text.size(); }
  [[nodiscard]] bool at_end_of_cell() const { return done() || text[at] == delimiter || text[at] == '\n' || text[at] == '\r'; }

  /// Reads one cell and the separator after it; sets `last` when the separator ended the row.
  std::string cell(bool& last, std::vector<CsvMistake>& mistakes) {
    std::string value;
    const std::uint32_t start = line;
    if (!done() && text[at] == '"') {
      ++at;
      for (;;) {
        if (done()) {
          mistakes.push_back({start, "a quoted cell does not end", "close it with \""});
          break;
        }
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
      if (!at_end_of_cell()) {
        mistakes.push_back({line, "text after a closing quote", "double every quote inside a quoted cell"});
        while (!at_end_of_cell()) value.push_back(text[at++]);
      }
    } else {
      while (!at_end_of_cell()) value.push_back(text[at++]);
    }
    last = true;
    if (done()) return value;
    if (text[at] == delimiter) {
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

CsvTable parse_csv(std::string_view text, char delimiter, std::vector<CsvMistake>& mistakes) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // spreadsheets begin UTF-8 files so
  CsvTable table;
  Reader reader{text, delimiter};
  while (!reader.done()) {
    const std::uint32_t line = reader.line;
    const std::size_t mistakes_before = mistakes.size();
    std::vector<std::string> cells;
    for (bool last = false; !last;) cells.push_back(reader.cell(last, mistakes));
    if (cells.size() == 1 && cells.front().empty()) continue;
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      std::set<std::string_view> names;
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::string& name = table.columns[i];
        if (name.empty()) mistakes.push_back({line, "column " + std::to_string(i + 1) + " has no name", {}});
        else if (!names.insert(name).second) mistakes.push_back({line, "two columns are called `" + name + "`", {}});
      }
      continue;
    }
    if (mistakes.size() != mistakes_before) continue;
    if (cells.size() != table.columns.size()) {
      mistakes.push_back({line, std::to_string(cells.size()) + " cells, the header has " + std::to_string(table.columns.size()),
                          "quote cells that contain a comma"});
      continue;
    }
    table.rows.push_back(std::move(cells));
    table.lines.push_back(line);
  }
  if (table.columns.empty() && mistakes.empty()) mistakes.push_back({0, "the table is empty", "start it with a header row"});
  return table;
}

Result<CsvTable> parse_csv(std::string_view text) {
  std::vector<CsvMistake> mistakes;
  CsvTable table = parse_csv(text, ',', mistakes);
  if (mistakes.empty()) return table;
  const CsvMistake& first = mistakes.front();
  return Error{(first.line > 0 ? "line " + std::to_string(first.line) + ": " : "") + first.message, first.remedy};
}

}  // namespace eastwest
