// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/field_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace eastwest {

namespace {

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The number at the beginning of `text` and where it ends; 0 when there is none.
std::size_t read_number(std::string_view text, double& value) {
  const std::size_t sign = text.starts_with('+') ? 1 : 0;
  if (text.size() > sign && !is_digit(text[sign]) && text[sign] != '-' && text[sign] != '.') return 0;  // no "inf", no "nan"
  const char* begin = text.data() + sign;
  const auto [end, failure] = std::from_chars(begin, text.data() + text.size(), value);
  if (failure != std::errc{} || end == begin || !std::isfinite(value)) return 0;
  return static_cast<std::size_t>(end - text.data());
}

std::optional<std::int64_t> thousandths(std::optional<double> value) {
  if (!value || !(std::abs(*value) <= 1e12)) return std::nullopt;
  return std::llround(*value * 1e3);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string field_name(std::string_view text) {
  std::string result;
  for (const char c : trimmed(text)) {
    const char small = lower(c);
    const bool word = (small >= 'a' && small <= 'z') || is_digit(small);
    if (word) result += small;
    else if (!result.empty() && result.back() != '_') result += '_';
  }
  while (result.ends_with('_')) result.pop_back();
  return result;
}

bool says_nothing(std::string_view text) {
  const std::string word = lower_case(trimmed(text));
  return word.empty() || word == "n/a" || word == "na" || word == "n.a." || word == "-" || word == "--" || word == "none" ||
         word == "unknown" || word == "null" || word.starts_with("not supported") || word.starts_with("not available");
}

std::optional<double> plain_real(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const std::size_t end = read_number(text, value);
  return end != 0 && end == text.size() ? std::optional(value) : std::nullopt;
}

std::optional<double> leading_number(std::string_view text) {
  double value = 0;
  return read_number(trimmed(text), value) != 0 ? std::optional(value) : std::nullopt;
}

std::string_view behind_number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  return trimmed(text.substr(read_number(text, value)));
}

std::optional<std::uint64_t> whole_or_hexadecimal(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> spoken_truth(std::string_view text) {
  const std::string word = lower_case(trimmed(text));
  static constexpr std::array<std::string_view, 8> kYes = {"true", "yes", "on", "pass", "passed", "ok", "up", "enabled"};
  static constexpr std::array<std::string_view, 8> kNo = {"false", "no", "off", "fail", "failed", "nok", "down", "disabled"};
  if (std::find(kYes.begin(), kYes.end(), word) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), word) != kNo.end()) return false;
  return std::nullopt;
}

std::string decimal_point(std::string_view text, char decimal_mark) {
  const char thousands = decimal_mark == ',' ? '.' : ',';
  std::string result;
  for (const char c : trimmed(text)) {
    if (c == decimal_mark) result += '.';
    else if (c != thousands && c != '\'' && c != ' ') result += c;
  }
  return result;
}

std::string fibre_count(std::size_t count) { return std::to_string(count) + (count == 1 ? " fibre" : " fibres"); }

std::string plain_number(double value) {
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

double decibel_milliwatts(double milliwatts) {
  return milliwatts > 0 ? 10 * std::log10(milliwatts) : -std::numeric_limits<double>::infinity();
}

std::optional<Length> metres(std::optional<double> value) {
  const auto mm = thousandths(value);
  return mm ? std::optional(Length{*mm}) : std::nullopt;
}

std::optional<Loss> decibels(std::optional<double> value) {
  const auto mdb = thousandths(value);
  return mdb ? std::optional(Loss{*mdb}) : std::nullopt;
}

}  // namespace eastwest
