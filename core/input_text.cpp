// SPDX-License-Identifier: Apache-2.0
#include "core/input_text.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include "core/wide.hpp"

namespace eastwest {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string size_text(std::uint64_t bytes) {
  return bytes >= (std::uint64_t{1} << 30) ? std::to_string(bytes >> 30) + " GiB" : std::to_string(bytes >> 20) + " MiB";
}

}  // namespace

Result<std::string> read_input_file(const std::string& path, std::uint64_t most_bytes, std::string_view key) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status))
    return Error{"there is no file `" + path + "`",
                 "check `" + std::string(key) + "`; a relative path starts at the folder of the scenario"};
  if (!std::filesystem::is_regular_file(status)) return Error{"`" + path + "` is not a file that can be read", "name a text file"};
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure || size > most_bytes) return Error{"`" + path + "` is larger than " + size_text(most_bytes), "split it"};
  std::ifstream stream(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!stream || (size > 0 && !stream.read(text.data(), static_cast<std::streamsize>(size))))
    return Error{"`" + path + "` cannot be read", "check its permissions"};
  return text;
}

std::optional<Error> not_a_text(std::string_view text, std::string_view expected) {
  const std::string wanted = "give " + std::string(expected);
  if (text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos) return Error{"the file is empty", wanted};
  if (text.starts_with("\x1f\x8b")) return Error{"the file is compressed with gzip", "unpack it first: `gunzip FILE`"};
  if (text.find('\0') != std::string_view::npos) return Error{"the file is not a text file", wanted};
  return std::nullopt;
}

void split_fields(std::string_view text, std::uint32_t line, std::vector<Word>& fields) {
  fields.clear();
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    fields.push_back({text.substr(begin, end - begin), line, static_cast<std::uint32_t>(begin) + 1});
    if (end == text.size()) return;
    begin = end + 1;
  }
}

void WordReader::step() {
  if (text_[at_] == '\n') {
    ++line_;
    column_ = 1;
  } else {
    ++column_;
  }
  ++at_;
}

Word WordReader::next() {
  while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '\n')) step();
  const Word here{{}, line_, column_};
  const std::size_t begin = at_;
  while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '\n') step();
  return {text_.substr(begin, at_ - begin), here.line, here.column};
}

bool WordReader::next_line(std::vector<Word>& words, char comment) {
  words.clear();
  while (at_ < text_.size() && words.empty()) {
    const std::uint32_t number = line_;
    const std::size_t begin = at_;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view line = text_.substr(begin, end - begin);
    if (comment != '\0') line = line.substr(0, line.find(comment));
    for (std::size_t i = 0; i < line.size();) {
      while (i < line.size() && is_blank(line[i])) ++i;
      const std::size_t first = i;
      while (i < line.size() && !is_blank(line[i])) ++i;
      if (i > first) words.push_back({line.substr(first, i - first), number, static_cast<std::uint32_t>(first) + 1});
    }
    at_ = std::min(end + 1, text_.size());
    line_ = end < text_.size() ? number + 1 : number;
    column_ = 1;
  }
  return !words.empty();
}

void InputErrors::tell(Severity severity, std::uint32_t line, std::uint32_t column, std::string message, std::string remedy) {
  std::string source;
  if (line > 0) {
    std::string_view rest = text_;
    for (std::uint32_t i = 1; i < line && !rest.empty(); ++i) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    rest = rest.substr(0, std::min<std::size_t>(rest.find('\n'), 200));
    for (const char c : rest) source += (c >= ' ' && c <= '~') || c == '\t' ? c : '?';
  }
  diagnostics_.add({severity, Place{file_, line, column}, std::move(message), std::move(remedy), std::move(source)});
}

void InputErrors::error(std::uint32_t line, std::uint32_t column, std::string message, std::string remedy) {
  if (++count_ <= kInputErrorsShown) return tell(Severity::error, line, column, std::move(message), std::move(remedy));
  if (first_hidden_ == 0) first_hidden_ = line;
}

void InputErrors::warning(std::uint32_t line, std::uint32_t column, std::string message, std::string remedy) {
  if (++warnings_ <= kInputErrorsShown) tell(Severity::warning, line, column, std::move(message), std::move(remedy));
}

void InputErrors::mismatch(bool tolerated, const Word& at, const std::string& message, const std::string& remedy) {
  if (tolerated) return warning(at, message, remedy);
  error(at, message, remedy + "; or set `check_counts: false` to take the file as it stands");
}

void InputErrors::finish() {
  if (count_ <= kInputErrorsShown) return;
  diagnostics_.error(Place{file_, first_hidden_, 0},
                     (full() ? "more than " : "") + std::to_string(std::min(count_, 10 * kInputErrorsShown) - kInputErrorsShown) +
                         " further errors from here on are not shown",
                     "mend the first ones and read it again");
}

std::string quote_input(std::string_view text) {
  std::string result = "`";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...`" : "`");
}

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t minimum, std::int64_t maximum) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (value < minimum || value > maximum) return std::nullopt;
  return value;
}

std::optional<std::int64_t> scaled_number(std::string_view text, std::int64_t scale) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  UnsignedWide digits = 0;
  int exponent = 0;
  std::size_t seen = 0;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    ++seen;
    if (digits > static_cast<UnsignedWide>(std::numeric_limits<std::int64_t>::max()) / 10) {  // further digits only move the point
      if (!point) ++exponent;
      continue;
    }
    digits = digits * 10 + static_cast<unsigned>(text[i] - '0');
    if (point) --exponent;
  }
  if (seen == 0) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::string_view rest = text.substr(i + 1);
    const bool down = rest.starts_with('-');
    if (down || rest.starts_with('+')) rest.remove_prefix(1);
    const auto power = whole_number(rest, 0, 1000);
    if (!power) return std::nullopt;
    exponent += static_cast<int>(down ? -*power : *power);
    i = text.size();
  }
  if (i != text.size()) return std::nullopt;
  UnsignedWide value = digits * static_cast<UnsignedWide>(scale);
  for (; exponent > 0 && value != 0; --exponent) {
    value *= 10;
    if (value > static_cast<UnsignedWide>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  }
  for (; exponent < 0 && value != 0; ++exponent) value = exponent == -1 ? (value + 5) / 10 : value / 10;
  if (value > static_cast<UnsignedWide>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? -magnitude : magnitude;
}

}  // namespace eastwest
