// SPDX-License-Identifier: Apache-2.0
// Declared parameters: a kind says once what it can be told, and validation, help, schema and tables follow.
//
// A ParameterSpec carries name, dimension (hence unit), type, range, default as the user would write it, meaning
// and source. A ParameterSet holds the values of one use of a kind, in base units (ps, B, bit/s, mm, mdB).
// Invariants: a set made by `ParameterSet::defaults` has a value for every spec; reading a name or type that was
// not declared is our bug and stops.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/quantity.hpp"

namespace eastwest {

enum class ParameterType : std::uint8_t {
  quantity,  // integer in the base unit of `dimension`; dimension none means a plain integer
  real,      // a plain number without unit (ratios, efficiencies)
  boolean,
  text,          // free text, a name or a path
  choice,        // one of `choices`
  integer_list,  // [1, 2, 3]
};

struct ParameterSpec {
  std::string_view name;
  ParameterType type = ParameterType::quantity;
  Dimension dimension = Dimension::none;
  std::string_view default_text;  // as the user would write it; "" means required
  double minimum = 0;             // inclusive, in base units; ignored for text, choice, boolean
  double maximum = 9.2e18;        // inclusive
  std::string_view meaning;       // one sentence
  std::string_view source;        // where the default comes from
  std::string_view choices = {};  // for `choice`: "ring, hierarchical"
};

using ParameterValue = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>>;

class ParameterSet {
 public:
  ParameterSet() = default;
  /// Every parameter of `specs` that has a default, at its default. `specs` must outlive the set (they are static).
  static ParameterSet defaults(std::span<const ParameterSpec> specs);

  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double real(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] const std::vector<std::int64_t>& list(std::string_view name) const;
  [[nodiscard]] Duration duration(std::string_view name) const { return {integer(name)}; }
  [[nodiscard]] Bytes bytes(std::string_view name) const { return {integer(name)}; }
  [[nodiscard]] BitRate rate(std::string_view name) const { return {static_cast<std::uint64_t>(integer(name))}; }
  [[nodiscard]] Length length(std::string_view name) const { return {integer(name)}; }

  [[nodiscard]] bool has(std::string_view name) const;
  void set(std::string_view name, ParameterValue value);
  [[nodiscard]] std::span<const ParameterSpec> specs() const { return specs_; }
  [[nodiscard]] const ParameterValue* find(std::string_view name) const;

 private:
  std::span<const ParameterSpec> specs_;
  std::vector<std::pair<std::string, ParameterValue>> values_;
};

/// Reads `text` as the type of `spec` and checks its range. The message names value, limit and an example.
Result<ParameterValue> parse_parameter(const ParameterSpec& spec, std::string_view text);
/// Writes a value so that `parse_parameter` reads it back.
std::string print_parameter(const ParameterSpec& spec, const ParameterValue& value);

}  // namespace eastwest
