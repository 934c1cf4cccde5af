// SPDX-License-Identifier: Apache-2.0
// Fields as instruments and tools write them: blanks around, units behind, hexadecimal, yes and no.
//
// Numbers are read independent of any locale. LIMITATIONS: decimal point only; tables with a decimal comma go through decimal_point().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/quantity.hpp"

namespace eastwest {

/// Without blanks and control characters at both ends.
std::string_view trimmed(std::string_view text);
std::string lower_case(std::string_view text);
/// A column or key as everybody writes it: "Part Number", "part-number" and "PART_NUMBER" are "part_number".
std::string field_name(std::string_view text);
/// "", "N/A", "n.a.", "-", "none", "unknown", "Not supported ...": the tool had nothing to say.
bool says_nothing(std::string_view text);

/// A finite number that is all of `text`.
std::optional<double> plain_real(std::string_view text);
/// A finite number at the beginning of `text`, blanks before it allowed: 17 of "17.00W".
std::optional<double> leading_number(std::string_view text);
/// What stands behind that number, without blanks.
std::string_view behind_number(std::string_view text);
/// "25", "0x19".
std::optional<std::uint64_t> whole_or_hexadecimal(std::string_view text);
/// true, yes, on, pass, passed, ok, up; false, no, off, fail, failed, down.
std::optional<bool> spoken_truth(std::string_view text);
/// "1.234,5" with ',' is "1234.5"; blanks and apostrophes between digits go too.
std::string decimal_point(std::string_view text, char decimal_mark);
/// "1 fibre", "8 fibres".
std::string fibre_count(std::size_t count);
/// The shortest text that reads back as `value`.
std::string plain_number(double value);

/// 10 log10(mW); minus infinity for zero and below.
double decibel_milliwatts(double milliwatts);
/// `value` x 1000 rounded to the nearest, when it is within +-1e12.
std::optional<Length> metres(std::optional<double> value);
std::optional<Loss> decibels(std::optional<double> value);

}  // namespace eastwest
