// SPDX-License-Identifier: Apache-2.0
// JSON as tools print it: a tree that keeps every member, twice-given names too, and knows the line of each value.
//
// RFC 8259 leaves open what a repeated name means, and `ethtool --json -m` repeats `module_temperature` with another meaning; here both
// stay, in order. Several texts one after the other are several roots, as a shell loop over interfaces writes them. Invariants: children of
// a node are contiguous in no way, follow `first` and `next`; index 0 is no node. LIMITATIONS: numbers beyond 2^53 in fractions lose
// digits, whole numbers up to 64 bits do not; nesting deeper than kJsonDepthMost is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_text.hpp"

namespace eastwest {

inline constexpr std::size_t kJsonDepthMost = 64;

enum class JsonKind : std::uint8_t { null, boolean, number, text, array, object };

struct JsonNode {
  JsonKind kind = JsonKind::null;
  bool truth = false;
  double number = 0;
  std::optional<std::uint64_t> whole;  // the number, when it is a whole one that is not negative
  std::string key;                     // in an object
  std::string text;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t first = 0;  // first child
  std::uint32_t last = 0;
  std::uint32_t next = 0;  // sibling
};

struct JsonTree {
  std::vector<JsonNode> nodes{JsonNode{}};
  std::vector<std::uint32_t> roots;
};

/// A node of a tree; an absent one is null and has no children, so that chains of lookups need no checks.
class JsonValue {
 public:
  JsonValue() = default;
  JsonValue(const JsonTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}

  [[nodiscard]] bool present() const { return tree_ != nullptr && index_ != 0; }
  explicit operator bool() const { return present(); }
  [[nodiscard]] JsonKind kind() const { return node().kind; }
  [[nodiscard]] bool is_object() const { return present() && kind() == JsonKind::object; }
  [[nodiscard]] bool is_array() const { return present() && kind() == JsonKind::array; }
  [[nodiscard]] bool is_number() const { return present() && kind() == JsonKind::number; }
  [[nodiscard]] bool is_text() const { return present() && kind() == JsonKind::text; }
  [[nodiscard]] const std::string& key() const { return node().key; }
  [[nodiscard]] Word place() const { return {{}, node().line, node().column}; }

  [[nodiscard]] std::vector<JsonValue> children() const;
  /// The first member of that name; absent when there is none or this is no object.
  [[nodiscard]] JsonValue member(std::string_view key) const;
  /// The first member of that name and kind.
  [[nodiscard]] JsonValue member(std::string_view key, JsonKind kind) const;
  /// The element itself, or the first of an array: json0 writes arrays around everything.
  [[nodiscard]] JsonValue single() const;

  /// Text without blanks around it; numbers as printed; "" for anything else.
  [[nodiscard]] std::string words() const;
  /// A number, or a text that starts with one ("17.00W", "0.5 m").
  [[nodiscard]] std::optional<double> real() const;
  /// A whole number, decimal or as "0x19".
  [[nodiscard]] std::optional<std::uint64_t> count() const;
  /// true, false, or a text that means one of them: yes, no, on, off.
  [[nodiscard]] std::optional<bool> truth() const;

 private:
  [[nodiscard]] const JsonNode& node() const;
  const JsonTree* tree_ = nullptr;
  std::uint32_t index_ = 0;
};

/// Reads all JSON texts of a file; a mistake is told with its place and what stood before it remains.
JsonTree read_json(std::string_view text, InputErrors& errors);

}  // namespace eastwest
