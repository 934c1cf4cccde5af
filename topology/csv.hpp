// SPDX-License-Identifier: Apache-2.0
// Comma-separated tables as the catalogues and cable schedules use them: one header row, then rows of equal width.
//
// Form: RFC 4180 (quoted cells, doubled quotes inside), lines end in LF or CRLF, empty lines are skipped.
// Invariants: every row has as many cells as the header; column names are unique and not empty.
// LIMITATIONS: the whole text is held in memory; cells are bytes, no character set is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace eastwest {

struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint32_t> lines;  // 1-based line on which each row starts

  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
};

/// A row that does not fit.
struct CsvMistake {
  std::uint32_t line = 0;
  std::string message;
  std::string remedy;
};

/// The message starts with the line: "line 3: 4 cells, the header has 5".
Result<CsvTable> parse_csv(std::string_view text);
/// All that can be read of a table whose cells are parted by `delimiter`; rows that do not fit are left out and told, each with its line.
CsvTable parse_csv(std::string_view text, char delimiter, std::vector<CsvMistake>& mistakes);

}  // namespace eastwest
