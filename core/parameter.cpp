// SPDX-License-Identifier: Apache-2.0
#include "core/parameter.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "core/check.hpp"
#include "core/diagnostic.hpp"

namespace eastwest {
namespace {

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

std::string print_real(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

/// A limit of the range as the user would write a value.
std::string print_limit(const ParameterSpec& spec, double limit) {
  if (spec.type == ParameterType::real) return print_real(limit);
  if (std::abs(limit) >= 9.2e18)
    return print_real(limit) + (spec.dimension == Dimension::none ? "" : " ") + std::string(base_unit(spec.dimension));
  return print_quantity(static_cast<std::int64_t>(limit), spec.dimension);
}

std::string example_of(const ParameterSpec& spec) {
  if (!spec.default_text.empty()) return std::string(spec.default_text);
  if (spec.type == ParameterType::real) return print_real(spec.minimum);
  return std::string(example(spec.dimension));
}

/// The error for a value outside the range, or an empty message when it is inside.
Error check_range(const ParameterSpec& spec, std::string_view text, double value) {
  const bool below = value < spec.minimum;
  if (!below && value <= spec.maximum) return {};
  const double limit = below ? spec.minimum : spec.maximum;
  return {quoted(text) + (below ? " is below the minimum of " : " is above the maximum of ") + quoted(print_limit(spec, limit)),
          "write a value from " + quoted(print_limit(spec, spec.minimum)) + " to " + quoted(print_limit(spec, spec.maximum)) +
              ", such as " + quoted(example_of(spec))};
}

Result<ParameterValue> parse_integer(const ParameterSpec& spec, std::string_view text) {
  const auto value = parse_quantity(text, spec.dimension);
  if (!value) return value.error();
  if (Error error = check_range(spec, text, static_cast<double>(*value)); !error.message.empty()) return error;
  return ParameterValue{*value};
}

Result<ParameterValue> parse_real(const ParameterSpec& spec, std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  double value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value))
    return Error{quoted(text) + " is not a plain number", "write a number without a unit, such as " + quoted(example_of(spec))};
  if (Error error = check_range(spec, text, value); !error.message.empty()) return error;
  return ParameterValue{value};
}

Result<ParameterValue> parse_choice(const ParameterSpec& spec, std::string_view text) {
  const auto choices = split(spec.choices);
  for (const std::string& choice : choices)
    if (choice == text) return ParameterValue{choice};
  const std::string near = nearest_name(text, choices);
  return Error{quoted(text) + " is not one of the choices: " + std::string(spec.choices),
               near.empty() ? "write one of them, such as " + quoted(choices.front()) : "did you mean " + quoted(near) + "?"};
}

Result<ParameterValue> parse_list(const ParameterSpec& spec, std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']')
    return Error{quoted(text) + " is not a list", "write a list in brackets, such as `[1, 2, 3]`"};
  const std::string_view inside = trimmed(text.substr(1, text.size() - 2));
  std::vector<std::int64_t> values;
  if (inside.empty()) return ParameterValue{values};
  for (const std::string& part : split(inside)) {
    const auto value = parse_integer(spec, part);
    if (!value) return value.error();
    values.push_back(*std::get_if<std::int64_t>(&*value));
  }
  return ParameterValue{values};
}

/// Which alternative of ParameterValue holds a value of `type`.
std::size_t alternative_of(ParameterType type) {
  switch (type) {
    case ParameterType::quantity: return 0;
    case ParameterType::real: return 1;
    case ParameterType::boolean: return 2;
    case ParameterType::text:
    case ParameterType::choice: return 3;
    case ParameterType::integer_list: return 4;
  }
  return 0;
}

template <class T>
const T& get_declared(const ParameterSet& set, std::string_view name) {
  const ParameterValue* value = set.find(name);
  EASTWEST_CHECK(value != nullptr, ("parameter without a value: " + std::string(name)).c_str());
  const T* typed = std::get_if<T>(value);
  EASTWEST_CHECK(typed != nullptr, ("parameter read as another type than it was declared: " + std::string(name)).c_str());
  return *typed;
}

}  // namespace

ParameterSet ParameterSet::defaults(std::span<const ParameterSpec> specs) {
  ParameterSet set;
  set.specs_ = specs;
  for (const ParameterSpec& spec : specs) {
    if (spec.default_text.empty()) continue;
    auto value = parse_parameter(spec, spec.default_text);
    EASTWEST_CHECK(value.has_value(),
                   ("the default of parameter " + std::string(spec.name) + " is wrong: " + value.error().message).c_str());
    set.set(spec.name, std::move(value).value());
  }
  return set;
}

std::int64_t ParameterSet::integer(std::string_view name) const { return get_declared<std::int64_t>(*this, name); }
double ParameterSet::real(std::string_view name) const { return get_declared<double>(*this, name); }
bool ParameterSet::boolean(std::string_view name) const { return get_declared<bool>(*this, name); }
const std::string& ParameterSet::text(std::string_view name) const { return get_declared<std::string>(*this, name); }
const std::vector<std::int64_t>& ParameterSet::list(std::string_view name) const {
  return get_declared<std::vector<std::int64_t>>(*this, name);
}

bool ParameterSet::has(std::string_view name) const { return find(name) != nullptr; }

const ParameterValue* ParameterSet::find(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (known == name) return &value;
  return nullptr;
}

void ParameterSet::set(std::string_view name, ParameterValue value) {
  const ParameterSpec* declared = nullptr;
  for (const ParameterSpec& spec : specs_)
    if (spec.name == name) declared = &spec;
  EASTWEST_CHECK(declared != nullptr, ("a value for a parameter that was not declared: " + std::string(name)).c_str());
  EASTWEST_CHECK(value.index() == alternative_of(declared->type),
                 ("a value of another type than the parameter: " + std::string(name)).c_str());
  for (auto& [known, old] : values_) {
    if (known != name) continue;
    old = std::move(value);
    return;
  }
  values_.emplace_back(name, std::move(value));
}

Result<ParameterValue> parse_parameter(const ParameterSpec& spec, std::string_view text) {
  switch (spec.type) {
    case ParameterType::quantity: return parse_integer(spec, trimmed(text));
    case ParameterType::real: return parse_real(spec, trimmed(text));
    case ParameterType::boolean:
      if (trimmed(text) == "true") return ParameterValue{true};
      if (trimmed(text) == "false") return ParameterValue{false};
      return Error{quoted(text) + " is neither true nor false", "write `true` or `false`"};
    case ParameterType::text: return ParameterValue{std::string(text)};
    case ParameterType::choice: return parse_choice(spec, trimmed(text));
    case ParameterType::integer_list: return parse_list(spec, trimmed(text));
  }
  return Error{"unknown parameter type", {}};
}

std::string print_parameter(const ParameterSpec& spec, const ParameterValue& value) {
  EASTWEST_CHECK(value.index() == alternative_of(spec.type),
                 ("printing a value of another type than the parameter: " + std::string(spec.name)).c_str());
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return print_quantity(*integer, spec.dimension);
  if (const auto* real = std::get_if<double>(&value)) return print_real(*real);
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string list;
  for (const std::int64_t entry : *std::get_if<std::vector<std::int64_t>>(&value))
    list += (list.empty() ? "" : ", ") + print_quantity(entry, spec.dimension);
  return "[" + list + "]";
}

}  // namespace eastwest
