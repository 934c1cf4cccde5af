// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/flow_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace eastwest {

namespace {

constexpr std::size_t kMaxErrors = 20;
constexpr std::size_t kMaxQuoted = 40;

std::string quoted(std::string_view text) {
  return text.size() <= kMaxQuoted ? "`" + std::string(text) + "`" : "`" + std::string(text.substr(0, kMaxQuoted)) + "...`";
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

class FlowListParser {
 public:
  FlowListParser(std::string_view text, std::uint32_t ranks, const FlowListSource& source, Diagnostics& diagnostics)
      : text_(text), ranks_(ranks), source_(source), diagnostics_(diagnostics) {}

  std::vector<PatternFlow> run() {
    for (std::size_t begin = 0; begin <= text_.size() && errors_ < kMaxErrors; ++line_) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      line_begin_ = begin;
      const std::string_view line = text_.substr(begin, end - begin);
      parse_line(line.substr(0, std::min(line.find('#'), line.size())));
      begin = end + 1;
    }
    return std::move(flows_);
  }

 private:
  void parse_line(std::string_view line) {
    for (std::size_t begin = 0; begin <= line.size() && errors_ < kMaxErrors;) {
      const std::size_t end = std::min(line.find(';', begin), line.size());
      const std::string_view item = line.substr(begin, end - begin);
      if (!trimmed(item).empty()) {
        ++flow_;
        parse_flow(item);
      }
      begin = end + 1;
    }
  }

  void parse_flow(std::string_view item) {
    PatternFlow flow;
    std::string_view rest = item;
    const auto from_at = skip_space(rest);
    if (!take_rank(rest, flow.from)) return;
    skip_space(rest);
    if (!rest.starts_with("->"))
      return fail(rest, "expected `->` and found " + found(rest), "write a flow as `0 -> 1 size 1 MiB start 0 us`");
    rest.remove_prefix(2);
    skip_space(rest);
    if (!take_rank(rest, flow.to)) return;
    if (flow.from == flow.to) return fail(from_at, "rank " + std::to_string(flow.from) + " sends to itself", "name two different ranks");
    std::optional<std::int64_t> size;
    std::optional<std::int64_t> start;
    while (!trimmed(rest).empty()) {
      skip_space(rest);
      const std::string_view key = take_word(rest);
      std::optional<std::int64_t>* value = key == "size" ? &size : key == "start" ? &start : nullptr;
      if (value == nullptr) {
        const std::string near = nearest_name(key, {"size", "start"});
        return fail(key, "expected `size` or `start` and found " + quoted(key),
                    near.empty() ? "write a flow as `0 -> 1 size 1 MiB start 0 us`" : "did you mean `" + near + "`?");
      }
      if (value->has_value()) return fail(key, "`" + std::string(key) + "` stands twice", "leave one of them out");
      if (!take_quantity(rest, key, key == "size" ? Dimension::bytes : Dimension::time, *value)) return;
    }
    if (!size) return fail(from_at, "the flow has no size", "add one, such as `size 1 MiB`");
    flow.bytes = {*size};
    flow.start = {start.value_or(0)};
    flows_.push_back(flow);
  }

  bool take_rank(std::string_view& rest, std::uint32_t& rank) {
    std::size_t length = 0;
    while (length < rest.size() && is_digit(rest[length])) ++length;
    const std::string_view digits = rest.substr(0, length);
    if (digits.empty()) {
      fail(rest, "expected a rank number and found " + found(rest), "write a flow as `0 -> 1 size 1 MiB start 0 us`");
      return false;
    }
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
    if (failure != std::errc{} || rank >= ranks_) {
      fail(digits, "rank " + quoted(digits) + " does not exist", "ranks of this job are 0 to " + std::to_string(ranks_ - 1));
      return false;
    }
    rest.remove_prefix(length);
    return true;
  }

  /// The value of `key`: all words up to the next key.
  bool take_quantity(std::string_view& rest, std::string_view key, Dimension dimension, std::optional<std::int64_t>& value) {
    skip_space(rest);
    std::string_view ahead = rest;
    while (!ahead.empty()) {
      std::string_view after = ahead;
      const std::string_view word = take_word(after);
      if (word == "size" || word == "start") break;
      ahead = after;
      skip_space(ahead);
    }
    const std::string_view text = trimmed(rest.substr(0, rest.size() - ahead.size()));
    if (text.empty()) {
      fail(rest, "`" + std::string(key) + "` has no value",
           "write it with its unit, such as `" + std::string(key) + " " + std::string(example(dimension)) + "`");
      return false;
    }
    const Result<std::int64_t> parsed = parse_quantity(text, dimension);
    const std::int64_t least = dimension == Dimension::bytes ? 1 : 0;
    if (!parsed || *parsed < least) {
      if (!parsed) fail(text, "`" + std::string(key) + "`: " + parsed.error().message, parsed.error().remedy);
      else
        fail(text, "`" + std::string(key) + "` is " + quoted(text),
             least == 1 ? "a flow has at least `1 B`" : "a flow starts at `0 ps` or later");
      return false;
    }
    value = *parsed;
    rest = ahead;
    return true;
  }

  static std::string_view skip_space(std::string_view& rest) {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    return rest;
  }

  static std::string_view take_word(std::string_view& rest) {
    std::size_t length = 0;
    while (length < rest.size() && !is_space(rest[length])) ++length;
    const std::string_view word = rest.substr(0, length);
    rest.remove_prefix(length);
    return word;
  }

  static std::string found(std::string_view rest) { return trimmed(rest).empty() ? "the end of the flow" : quoted(trimmed(rest)); }

  /// `at` is the part of the text that is wrong.
  void fail(std::string_view at, const std::string& message, std::string remedy) {
    ++errors_;
    const bool last = errors_ == kMaxErrors;
    if (last) remedy += remedy.empty() ? "further flows were not read" : "; further flows were not read";
    if (!source_.is_file)
      return diagnostics_.error(source_.place, "job `" + source_.job + "`: flow " + std::to_string(flow_) + ": " + message,
                                std::move(remedy));
    const auto column = static_cast<std::uint32_t>(at.data() - text_.data() - static_cast<std::ptrdiff_t>(line_begin_)) + 1;
    diagnostics_.error({source_.place.file, line_, column}, message, std::move(remedy));
  }

  std::string_view text_;
  std::uint32_t ranks_;
  const FlowListSource& source_;
  Diagnostics& diagnostics_;
  std::vector<PatternFlow> flows_;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t flow_ = 0;
  std::size_t errors_ = 0;
};

}  // namespace

std::vector<PatternFlow> parse_flow_list(std::string_view text, std::uint32_t ranks, const FlowListSource& source,
                                         Diagnostics& diagnostics) {
  return FlowListParser(text, ranks, source, diagnostics).run();
}

}  // namespace eastwest
