// SPDX-License-Identifier: Apache-2.0
#include "scenarios/relocate.hpp"

#include <fstream>
#include <string>
#include <string_view>

namespace eastwest {

namespace {

/// The place of the first name in backticks that was given, or `otherwise`. The remedy counts as well: it names what to change.
Place named_place(std::string_view message, const ReadParameters& parameters, const Place& otherwise) {
  for (std::size_t open = message.find('`'); open != std::string_view::npos;) {
    const std::size_t close = message.find('`', open + 1);
    if (close == std::string_view::npos) break;
    std::string_view word = message.substr(open + 1, close - open - 1);
    word = word.substr(0, word.find_first_of(":= "));  // `servers: 8` names servers
    if (parameters.was_given(word)) return parameters.place_of(word, otherwise);
    open = message.find('`', close + 1);
  }
  return otherwise;
}

/// A line of a data file that a kind read (the flow list, the arrivals): only it knows the text, the message its place.
std::string line_of(const Place& place) {
  constexpr std::size_t kLongest = 400;
  std::ifstream stream(place.file);
  std::string line;
  for (std::uint32_t i = 0; i < place.line; ++i) {
    if (!std::getline(stream, line)) return {};
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line.size() > kLongest ? line.substr(0, kLongest) : line;
}

bool same(const Place& a, const Place& b) { return a.file == b.file && a.line == b.line && a.column == b.column; }

}  // namespace

void relocate(const Diagnostics& own, const ReadParameters& parameters, const Place& place, Diagnostics& diagnostics) {
  for (Diagnostic diagnostic : own.all()) {
    if (same(diagnostic.place, place)) {
      diagnostic.place = named_place(diagnostic.message + diagnostic.remedy, parameters, place);
    } else if (diagnostic.place.file != place.file && diagnostic.place.line != 0 && diagnostic.source_line.empty()) {
      diagnostic.source_line = line_of(diagnostic.place);
    }
    diagnostics.add(std::move(diagnostic));
  }
}

}  // namespace eastwest
