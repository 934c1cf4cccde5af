// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/document_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr char kHex[] = "0123456789ABCDEF";

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (is_plain(c)) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '_';
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

bool is_number(std::string_view text) {
  if (text.starts_with('+')) return false;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

struct NumberedId {
  std::string_view stem;
  std::uint64_t number = 0;
  std::size_t width = 0;
};

/// "C0012" as "C" and 12; nothing for ids that do not end in digits.
std::optional<NumberedId> numbered_id(std::string_view id) {
  std::size_t first = id.size();
  while (first > 0 && id[first - 1] >= '0' && id[first - 1] <= '9') --first;
  if (first == id.size() || id.size() - first > 18) return std::nullopt;
  NumberedId found{id.substr(0, first), 0, id.size() - first};
  std::from_chars(id.data() + first, id.data() + id.size(), found.number);
  return found;
}

bool follows(std::string_view before, std::string_view after) {
  const auto a = numbered_id(before);
  const auto b = numbered_id(after);
  return a && b && a->stem == b->stem && a->width == b->width && b->number == a->number + 1;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  return out;
}

std::string anchor(std::string_view prefix, std::string_view name) { return std::string(prefix) + "-" + plain(name); }

std::string file_stem(std::string_view name) {
  std::string stem = plain(name);
  if (stem.starts_with('.')) stem.insert(0, "_");
  if (stem.size() > 80) stem.resize(80);
  return stem;
}

std::string fixed_digits(double value, int digits) {
  if (!std::isfinite(value)) return "";
  std::array<char, 400> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
  std::string text(buffer.data(), end);
  // A loss of -0.00 dB reads as a mistake.
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string metres(Length length) { return metres_text(length); }

std::string document_percent(double share) { return std::isfinite(share) ? fixed_digits(share * 100, 1) + " %" : ""; }

std::string safe_cell(std::string_view text) {
  constexpr std::string_view kOpeners = "=+-@\t\r";
  if (text.empty() || kOpeners.find(text.front()) == std::string_view::npos || is_number(text)) return std::string(text);
  return "'" + std::string(text);
}

std::string safe_row(std::initializer_list<std::string_view> cells) {
  std::vector<std::string> safe;
  for (const std::string_view cell : cells) safe.push_back(safe_cell(cell));
  return csv_row(safe);
}

std::string safe_row(const std::vector<std::string>& cells) {
  std::vector<std::string> safe;
  for (const std::string& cell : cells) safe.push_back(safe_cell(cell));
  return csv_row(safe);
}

std::string id_ranges(const std::vector<std::string>& ids, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < ids.size();) {
    std::size_t last = i;
    while (last + 1 < ids.size() && follows(ids[last], ids[last + 1])) ++last;
    if (text.size() > most) return text + " ...";
    text += (text.empty() ? "" : " ") + ids[i];
    if (last > i + 1) {
      text += "-" + ids[last];
      i = last + 1;
    } else {
      ++i;
    }
  }
  return text;
}

}  // namespace eastwest
