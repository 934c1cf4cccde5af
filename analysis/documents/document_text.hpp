// SPDX-License-Identifier: Apache-2.0
// Text of documents: names made harmless for HTML, SVG and spreadsheets, and figures with fixed digits.
//
// Invariants: the same value gives the same bytes on every machine and in every locale; a name, whatever its bytes, can neither open a tag nor
// an attribute nor start a formula. Source: spreadsheets take a cell that begins with = + - @ tab or CR for a formula (OWASP, CSV injection).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"

namespace eastwest {

/// For text and attribute values of HTML and SVG; control characters become blanks.
std::string escape_markup(std::string_view text);
/// An id of HTML and SVG: `prefix` "-" and the name, letters other than A-Z a-z 0-9 . - as _XX.
std::string anchor(std::string_view prefix, std::string_view name);
/// A name for a file: as an anchor, at most 80 characters.
std::string file_stem(std::string_view name);

/// "12.50"; NaN is "".
std::string fixed_digits(double value, int digits);
/// "22.5": metres with at most three decimals.
std::string metres(Length length);
/// "25.3 %".
std::string document_percent(double share);

/// A cell that no spreadsheet takes for a formula: an apostrophe before =, +, -, @, tab and CR, unless the cell is a plain number.
std::string safe_cell(std::string_view text);
/// A row of such cells, ended by a line feed.
std::string safe_row(std::initializer_list<std::string_view> cells);
std::string safe_row(const std::vector<std::string>& cells);

/// "C0001", "C0003-C0005": a list of ids shortened where they follow each other; at most `most` characters, then "...".
std::string id_ranges(const std::vector<std::string>& ids, std::size_t most = 400);

}  // namespace eastwest
