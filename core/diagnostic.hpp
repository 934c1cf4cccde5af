// SPDX-License-Identifier: Apache-2.0
// Diagnostics: every mistake in the user's files, collected in one pass and printed as a compiler prints them.
//
// A diagnostic names its place (file:line:column, 1-based; 0 where a place has none), what is wrong, and the
// remedy. The printer adds the source line and a caret. Nothing here prints; the program does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest {

/// Where in the user's input: 1-based line and column, 0 when the place is the file as a whole.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  Place place;
  std::string message;
  std::string remedy;       // may be empty
  std::string source_line;  // text of the line, empty when unknown
};

class Diagnostics {
 public:
  void error(Place place, std::string message, std::string remedy = {});
  void warning(Place place, std::string message, std::string remedy = {});
  void add(Diagnostic diagnostic);
  [[nodiscard]] bool has_errors() const { return errors_ != 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return list_; }
  /// Lets the printer quote lines of `file`; `text` is split here, so the caller may drop it.
  void remember_source(const std::string& file, std::string_view text);

  /// The whole list in order of place, e.g.
  ///   site.yaml:12:9: error: `rate` has no unit: `400`
  ///      12 |   rate: 400
  ///         |         ^
  ///   remedy: write a rate with its unit, such as `400 Gb/s`
  [[nodiscard]] std::string print() const;

 private:
  struct Source {
    std::string file;
    std::vector<std::string> lines;
  };
  std::vector<Diagnostic> list_;
  std::vector<Source> sources_;
  std::size_t errors_ = 0;
};

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to be a likely slip.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace eastwest
