// SPDX-License-Identifier: Apache-2.0
#include "analysis/csv_line.hpp"

#include <algorithm>
#include <utility>

namespace eastwest {

std::optional<std::vector<std::string>> csv_cells(std::string_view line) {
  std::vector<std::string> cells;
  std::size_t at = 0;
  while (true) {
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      ++at;
      while (true) {
        const std::size_t quote = line.find('"', at);
        if (quote == std::string_view::npos) return std::nullopt;
        cell += line.substr(at, quote - at);
        at = quote + 1;
        if (at >= line.size() || line[at] != '"') break;
        cell += '"';
        ++at;
      }
      if (at < line.size() && line[at] != ',') return std::nullopt;
    } else {
      const std::size_t comma = std::min(line.find(',', at), line.size());
      cell = line.substr(at, comma - at);
      at = comma;
    }
    cells.push_back(std::move(cell));
    if (at >= line.size()) return cells;
    ++at;  // the comma
    if (at == line.size()) {
      cells.emplace_back();
      return cells;
    }
  }
}

}  // namespace eastwest
