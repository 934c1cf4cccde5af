// SPDX-License-Identifier: Apache-2.0
// Input text: a file that another program wrote, read whole, cut into words, its mistakes told with line and column.
//
// Units: lines and columns count from 1. Invariants: of one file at most kInputErrorsShown mistakes and as many warnings are told and the
// rest of the mistakes counted; what is quoted of a file is printable and short, whatever its bytes. LIMITATIONS: the whole file is held in
// memory; columns count bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/result.hpp"

namespace eastwest {

inline constexpr std::size_t kInputErrorsShown = 20;
inline constexpr std::uint64_t kInputBytesMost = std::uint64_t{1} << 30;

/// The bytes of the file at `path`, which the user gave as `key`. Errors: not there, not a file, larger than `most_bytes`, not readable.
Result<std::string> read_input_file(const std::string& path, std::uint64_t most_bytes = kInputBytesMost, std::string_view key = "file");

/// Why `text` cannot be what a text reader wants: empty, compressed, or binary; nothing when it can.
std::optional<Error> not_a_text(std::string_view text, std::string_view expected);

struct Word {
  std::string_view text;  // empty: there is none
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// The fields of line number `line` of a CSV file: between commas, blanks kept, no quotes.
void split_fields(std::string_view text, std::uint32_t line, std::vector<Word>& fields);

/// Words between blanks, line by line or over line ends.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}
  /// The words of the next line that has any; false at the end. `comment` (or '\0') starts a comment up to the line's end.
  bool next_line(std::vector<Word>& words, char comment = '\0');
  /// The next word, on whatever line.
  Word next();
  [[nodiscard]] Word here() const { return {{}, line_, column_}; }

 private:
  void step();
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

/// The mistakes of one file, each with its line.
class InputErrors {
 public:
  /// `text` must stay; it is quoted. Empty for a binary file.
  InputErrors(std::string file, std::string_view text, Diagnostics& diagnostics)
      : file_(std::move(file)), text_(text), diagnostics_(diagnostics) {}

  void error(std::uint32_t line, std::uint32_t column, std::string message, std::string remedy);
  void error(const Word& at, std::string message, std::string remedy) { error(at.line, at.column, std::move(message), std::move(remedy)); }
  void warning(std::uint32_t line, std::uint32_t column, std::string message, std::string remedy);
  void warning(const Word& at, std::string message, std::string remedy) {
    warning(at.line, at.column, std::move(message), std::move(remedy));
  }
  /// An error, or with `tolerated` a warning: for counts that a file gets wrong about itself.
  void mismatch(bool tolerated, const Word& at, const std::string& message, const std::string& remedy);

  [[nodiscard]] bool any() const { return count_ > 0; }
  /// Reading on would only count.
  [[nodiscard]] bool full() const { return count_ > 10 * kInputErrorsShown; }
  /// Says how many were not shown.
  void finish();

 private:
  void tell(Severity severity, std::uint32_t line, std::uint32_t column, std::string message, std::string remedy);
  std::string file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t count_ = 0;
  std::size_t warnings_ = 0;
  std::uint32_t first_hidden_ = 0;
};

/// "`text`", printable and at most 40 characters.
std::string quote_input(std::string_view text);
/// Digits alone, within [minimum, maximum].
std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t minimum, std::int64_t maximum);
/// "12", "-0.5", "50331648.0" or "1e9" times `scale`, rounded to the nearest; nothing when it is no number or leaves 64 bits.
std::optional<std::int64_t> scaled_number(std::string_view text, std::int64_t scale);

}  // namespace eastwest
