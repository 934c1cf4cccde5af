// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostic.hpp"

#include <algorithm>
#include <utility>

namespace eastwest {
namespace {

constexpr std::size_t kQuotedWidth = 120;  // columns of a quoted line that are shown

/// Length of the well-formed UTF-8 sequence at `text[at]`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 0x6 ? 2 : (lead >> 4) == 0xe ? 3 : (lead >> 3) == 0x1e ? 4 : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) >> 6) != 0x2) return 0;
  return length;
}

/// One string per printed column. What a terminal would act on, or cannot show, becomes `?`: the text is a stranger's.
std::vector<std::string> columns_of(std::string_view text, std::size_t byte, std::size_t& column) {
  std::vector<std::string> columns;
  column = std::string_view::npos;
  for (std::size_t at = 0; at < text.size();) {
    if (at >= byte && column == std::string_view::npos) column = columns.size();
    const std::size_t length = sequence_length(text, at);
    const auto lead = static_cast<unsigned char>(text[at]);
    const bool control =
        length == 0 || lead < 0x20 || lead == 0x7f || (length == 2 && lead == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0);
    if (lead == '\t') columns.emplace_back(" ");
    else if (control) columns.emplace_back("?");
    else columns.emplace_back(text.substr(at, length));
    at += std::max<std::size_t>(length, 1);
  }
  column = std::min(column, columns.size());
  return columns;
}

std::string safe(std::string_view text) {
  std::string out;
  std::size_t unused = 0;
  for (const std::string& cell : columns_of(text, 0, unused)) out += cell;
  return out;
}

/// The quoted line and, when `column` (1-based, in bytes) is known, the caret below it. Long lines are cut around it.
std::string quote(std::uint32_t line, std::uint32_t column, std::string_view text) {
  std::size_t caret = 0;
  const auto columns = columns_of(text, column == 0 ? 0 : column - 1, caret);
  std::size_t first = 0;
  if (columns.size() > kQuotedWidth && caret > kQuotedWidth / 2) first = std::min(caret - kQuotedWidth / 2, columns.size() - kQuotedWidth);
  const std::size_t last = std::min(columns.size(), first + kQuotedWidth);

  std::string number = std::to_string(line);
  if (number.size() < 5) number.insert(0, 5 - number.size(), ' ');
  std::string out = number + " | " + (first > 0 ? "..." : "");
  for (std::size_t i = first; i < last; ++i) out += columns[i];
  if (last < columns.size()) out += "...";
  out += "\n";
  if (column != 0) out += std::string(number.size(), ' ') + " | " + std::string((first > 0 ? 3 : 0) + caret - first, ' ') + "^\n";
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

void Diagnostics::error(Place place, std::string message, std::string remedy) {
  add({Severity::error, std::move(place), std::move(message), std::move(remedy), {}});
}

void Diagnostics::warning(Place place, std::string message, std::string remedy) {
  add({Severity::warning, std::move(place), std::move(message), std::move(remedy), {}});
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++errors_;
  list_.push_back(std::move(diagnostic));
}

void Diagnostics::remember_source(const std::string& file, std::string_view text) {
  Source source{file, {}};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    source.lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto known = std::find_if(sources_.begin(), sources_.end(), [&](const Source& other) { return other.file == file; });
  if (known != sources_.end()) *known = std::move(source);
  else sources_.push_back(std::move(source));
}

std::string Diagnostics::print() const {
  // Files in the order in which they were first mentioned, so that the file the user named comes first.
  std::vector<std::string_view> files;
  for (const Diagnostic& diagnostic : list_)
    if (std::find(files.begin(), files.end(), diagnostic.place.file) == files.end()) files.push_back(diagnostic.place.file);
  const auto rank = [&](const Diagnostic& diagnostic) {
    return std::find(files.begin(), files.end(), diagnostic.place.file) - files.begin();
  };
  std::vector<const Diagnostic*> ordered;
  for (const Diagnostic& diagnostic : list_) ordered.push_back(&diagnostic);
  std::stable_sort(ordered.begin(), ordered.end(), [&](const Diagnostic* a, const Diagnostic* b) {
    if (a->place.file != b->place.file) return rank(*a) < rank(*b);
    if (a->place.line != b->place.line) return a->place.line < b->place.line;
    return a->place.column < b->place.column;
  });

  std::string out;
  for (const Diagnostic* diagnostic : ordered) {
    const Place& place = diagnostic->place;
    if (!place.file.empty()) {
      out += safe(place.file);
      if (place.line != 0) out += ":" + std::to_string(place.line);
      if (place.line != 0 && place.column != 0) out += ":" + std::to_string(place.column);
      out += ": ";
    }
    out += diagnostic->severity == Severity::error ? "error: " : "warning: ";
    out += safe(diagnostic->message) + "\n";
    std::string_view line = diagnostic->source_line;
    if (line.empty() && place.line != 0)
      for (const Source& source : sources_)
        if (source.file == place.file && place.line <= source.lines.size()) line = source.lines[place.line - 1];
    if (!line.empty()) out += quote(place.line, place.column, line);
    if (!diagnostic->remedy.empty()) out += "remedy: " + safe(diagnostic->remedy) + "\n";
  }
  return out;
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > 200) return {};  // no slip of the finger, and the search is quadratic
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view name;
  for (const std::string& candidate : candidates)
    if (lower(candidate) == lower(word)) return candidate;  // `KB`, `kib`: only the case is wrong
  for (const std::string& candidate : candidates) {
    const std::size_t difference = candidate.size() > word.size() ? candidate.size() - word.size() : word.size() - candidate.size();
    if (difference >= best) continue;
    const std::size_t distance = edit_distance(word, candidate);
    // A distance that replaces every letter is no likeness, however short the word.
    if (distance < best && distance < std::max(word.size(), candidate.size())) {
      best = distance;
      name = candidate;
    }
  }
  return std::string(name);
}

}  // namespace eastwest
