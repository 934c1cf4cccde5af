// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/json_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/hardware/field_text.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::json;

/// Hands the text to the parser and counts, so that an event knows where it happened.
class CountedBytes {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  CountedBytes(const char* at, std::size_t* count) : at_(at), count_(count) {}
  char operator*() const { return *at_; }
  CountedBytes& operator++() {
    ++at_;
    if (count_ != nullptr) ++*count_;
    return *this;
  }
  CountedBytes operator++(int) {
    CountedBytes before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountedBytes& a, const CountedBytes& b) { return a.at_ == b.at_; }
  friend bool operator!=(const CountedBytes& a, const CountedBytes& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

class TreeBuilder : public Json::json_sax_t {
 public:
  TreeBuilder(std::string_view text, JsonTree& tree, InputErrors& errors) : text_(text), tree_(tree), errors_(errors) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') line_ends_.push_back(i);
  }

  void run() {
    while (begin_ < text_.size()) {
      begin_ = std::min(text_.find_first_not_of(" \t\r\n\v\f,", begin_), text_.size());
      if (begin_ == text_.size()) return;
      read_ = 0;
      open_.clear();
      key_.clear();
      const std::size_t roots = tree_.roots.size();
      const CountedBytes first(text_.data() + begin_, &read_);
      const CountedBytes last(text_.data() + text_.size(), nullptr);
      if (!Json::sax_parse(first, last, this, Json::input_format_t::json, false)) {
        // What was read of it is of use only when it is whole.
        tree_.roots.resize(roots);
        return;
      }
      // A number is ended by the byte after it, which the parser has taken; objects and arrays end with their own.
      const bool bare = tree_.roots.size() > roots && tree_.nodes[tree_.roots.back()].kind == JsonKind::number;
      begin_ += std::max<std::size_t>(bare && begin_ + read_ < text_.size() ? read_ - 1 : read_, 1);
    }
  }

  bool null() override { return add(JsonKind::null, {}); }
  bool boolean(bool value) override {
    JsonNode node;
    node.truth = value;
    return add(JsonKind::boolean, std::move(node));
  }
  bool number_integer(number_integer_t value) override {
    JsonNode node;
    node.number = static_cast<double>(value);
    return add(JsonKind::number, std::move(node));
  }
  bool number_unsigned(number_unsigned_t value) override {
    JsonNode node;
    node.number = static_cast<double>(value);
    node.whole = value;
    return add(JsonKind::number, std::move(node));
  }
  bool number_float(number_float_t value, const string_t&) override {
    JsonNode node;
    node.number = value;
    return add(JsonKind::number, std::move(node));
  }
  bool string(string_t& value) override {
    JsonNode node;
    node.text = std::move(value);
    return add(JsonKind::text, std::move(node));
  }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(JsonKind::object); }
  bool start_array(std::size_t) override { return open(JsonKind::array); }
  bool key(string_t& value) override {
    key_ = std::move(value);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string& token, const nlohmann::detail::exception& why) override {
    const Word place = here();
    const std::string_view reason = why.what();
    if (reason.find("unexpected end of input") != std::string_view::npos || reason.find("missing closing quote") != std::string_view::npos)
      errors_.error(place, "the JSON text ends before it is complete", "the file may be cut off: write it again");
    else
      errors_.error(place, "this is not JSON" + (token.empty() ? std::string() : ": " + quote_input(token)),
                    "keep the tool's output as it is, without lines of a shell around it");
    return false;
  }

 private:
  bool add(JsonKind kind, JsonNode node) {
    const Word place = here();
    node.kind = kind;
    node.line = place.line;
    node.column = place.column;
    node.key = std::exchange(key_, {});
    const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
    if (open_.empty()) {
      tree_.roots.push_back(index);
    } else {
      JsonNode& parent = tree_.nodes[open_.back()];
      if (parent.first == 0) parent.first = index;
      else tree_.nodes[parent.last].next = index;
      parent.last = index;
    }
    tree_.nodes.push_back(std::move(node));
    return true;
  }

  bool open(JsonKind kind) {
    if (open_.size() >= kJsonDepthMost) {
      errors_.error(here(), "the JSON text is nested deeper than " + std::to_string(kJsonDepthMost) + " levels", "no known tool does that");
      return false;
    }
    add(kind, {});
    open_.push_back(static_cast<std::uint32_t>(tree_.nodes.size() - 1));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  /// The last byte that the parser took.
  [[nodiscard]] Word here() const {
    const std::size_t offset = std::min(begin_ + std::max<std::size_t>(read_, 1) - 1, text_.size());
    const auto line = std::lower_bound(line_ends_.begin(), line_ends_.end(), offset);
    const std::size_t start = line == line_ends_.begin() ? 0 : *(line - 1) + 1;
    return {{}, static_cast<std::uint32_t>(line - line_ends_.begin()) + 1, static_cast<std::uint32_t>(offset - start) + 1};
  }

  std::string_view text_;
  JsonTree& tree_;
  InputErrors& errors_;
  std::vector<std::size_t> line_ends_;
  std::vector<std::uint32_t> open_;
  std::string key_;
  std::size_t begin_ = 0;  // of this JSON text
  std::size_t read_ = 0;   // bytes of it that were taken
};

}  // namespace

JsonTree read_json(std::string_view text, InputErrors& errors) {
  JsonTree tree;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  TreeBuilder(text, tree, errors).run();
  return tree;
}

const JsonNode& JsonValue::node() const {
  static const JsonNode kAbsent;
  return present() ? tree_->nodes[index_] : kAbsent;
}

std::vector<JsonValue> JsonValue::children() const {
  std::vector<JsonValue> all;
  if (!present()) return all;
  for (std::uint32_t i = node().first; i != 0; i = tree_->nodes[i].next) all.emplace_back(*tree_, i);
  return all;
}

JsonValue JsonValue::member(std::string_view key) const {
  if (!is_object()) return {};
  for (std::uint32_t i = node().first; i != 0; i = tree_->nodes[i].next)
    if (tree_->nodes[i].key == key) return {*tree_, i};
  return {};
}

JsonValue JsonValue::member(std::string_view key, JsonKind kind) const {
  if (!is_object()) return {};
  for (std::uint32_t i = node().first; i != 0; i = tree_->nodes[i].next)
    if (tree_->nodes[i].key == key && tree_->nodes[i].kind == kind) return {*tree_, i};
  return {};
}

JsonValue JsonValue::single() const {
  if (!is_array()) return *this;
  return node().first == 0 ? JsonValue{} : JsonValue{*tree_, node().first};
}

std::string JsonValue::words() const {
  if (is_text()) return std::string(trimmed(node().text));
  if (is_number()) return node().whole ? std::to_string(*node().whole) : plain_number(node().number);
  return {};
}

std::optional<double> JsonValue::real() const {
  if (is_number()) return node().number;
  if (is_text()) return leading_number(node().text);
  return std::nullopt;
}

std::optional<std::uint64_t> JsonValue::count() const {
  if (is_number()) return node().whole;
  if (is_text()) return whole_or_hexadecimal(trimmed(node().text));
  return std::nullopt;
}

std::optional<bool> JsonValue::truth() const {
  if (present() && kind() == JsonKind::boolean) return node().truth;
  if (is_text()) return spoken_truth(node().text);
  return std::nullopt;
}

}  // namespace eastwest
