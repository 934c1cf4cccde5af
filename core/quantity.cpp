// SPDX-License-Identifier: Apache-2.0
#include "core/quantity.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/wide.hpp"

namespace eastwest {
namespace {

/// `scale` base units make one `name`. `printed` units are those that print_quantity chooses from.
struct Unit {
  std::string_view name;
  std::uint64_t scale;
  bool printed = true;
};

constexpr std::uint64_t kKilo = 1'000;
constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kGiga = 1'000'000'000;
constexpr std::uint64_t kTera = 1'000'000'000'000;

// Each table runs from the largest unit to the smallest. The micro sign has two code points; both are read.
constexpr Unit kTimeUnits[] = {{"h", 3'600 * kTera, false}, {"min", 60 * kTera, false},  {"s", kTera},  {"ms", kGiga}, {"us", kMega},
                               {"\xc2\xb5s", kMega, false}, {"\xce\xbcs", kMega, false}, {"ns", kKilo}, {"ps", 1}};
constexpr Unit kByteUnits[] = {{"TiB", std::uint64_t{1} << 40},
                               {"TB", kTera},
                               {"GiB", std::uint64_t{1} << 30},
                               {"GB", kGiga},
                               {"MiB", std::uint64_t{1} << 20},
                               {"MB", kMega},
                               {"KiB", std::uint64_t{1} << 10},
                               {"kB", kKilo},
                               {"B", 1}};
constexpr Unit kRateUnits[] = {{"TB/s", 8 * kTera, false}, {"Tb/s", kTera}, {"Tbit/s", kTera, false}, {"Tbps", kTera, false},
                               {"GB/s", 8 * kGiga, false}, {"Gb/s", kGiga}, {"Gbit/s", kGiga, false}, {"Gbps", kGiga, false},
                               {"MB/s", 8 * kMega, false}, {"Mb/s", kMega}, {"Mbit/s", kMega, false}, {"Mbps", kMega, false},
                               {"kB/s", 8 * kKilo, false}, {"kb/s", kKilo}, {"kbit/s", kKilo, false}, {"kbps", kKilo, false},
                               {"B/s", 8, false},          {"bit/s", 1},    {"b/s", 1, false},        {"bps", 1, false}};
constexpr Unit kLengthUnits[] = {{"km", kMega}, {"m", kKilo}, {"cm", 10}, {"mm", 1}};
constexpr Unit kLossUnits[] = {{"dB", 1'000}};
constexpr Unit kPowerUnits[] = {{"kW", kMega}, {"W", kKilo}, {"mW", 1}};
constexpr Unit kMassUnits[] = {{"t", kMega}, {"kg", kKilo}, {"g", 1}};

constexpr std::array kDimensions = {Dimension::time, Dimension::bytes, Dimension::rate, Dimension::length,
                                    Dimension::loss, Dimension::power, Dimension::mass};

std::span<const Unit> units_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::none: return {};
    case Dimension::time: return kTimeUnits;
    case Dimension::bytes: return kByteUnits;
    case Dimension::rate: return kRateUnits;
    case Dimension::length: return kLengthUnits;
    case Dimension::loss: return kLossUnits;
    case Dimension::power: return kPowerUnits;
    case Dimension::mass: return kMassUnits;
  }
  return {};
}

/// "a time", as it stands in a sentence.
std::string_view noun(Dimension dimension) {
  switch (dimension) {
    case Dimension::none: return "a plain number";
    case Dimension::time: return "a time";
    case Dimension::bytes: return "an amount of data";
    case Dimension::rate: return "a rate";
    case Dimension::length: return "a length";
    case Dimension::loss: return "a loss";
    case Dimension::power: return "a power";
    case Dimension::mass: return "a mass";
  }
  return "";
}

const Unit* find_unit(Dimension dimension, std::string_view name) {
  for (const Unit& unit : units_of(dimension))
    if (unit.name == name) return &unit;
  return nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string remedy_for(Dimension dimension) {
  if (dimension == Dimension::none) return "write a whole number without a unit, such as " + quoted(example(dimension));
  return "write " + std::string(noun(dimension)) + " with its unit, such as " + quoted(example(dimension)) +
         " (units: " + accepted_units(dimension) + ")";
}

/// A decimal number as written: sign, digits without leading zeros, and the power of ten of the last digit.
struct Decimal {
  bool negative = false;
  std::vector<std::uint8_t> digits;
  std::int64_t exponent = 0;
};

/// Takes a decimal number from the front of `text`; false when there is none.
bool take_decimal(std::string_view& text, Decimal& number) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) number.negative = text[at++] == '-';
  bool any = false;
  bool after_point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(text[at])) break;
    any = true;
    if (after_point) --number.exponent;
    if (text[at] != '0' || !number.digits.empty()) number.digits.push_back(static_cast<std::uint8_t>(text[at] - '0'));
  }
  if (!any) return false;
  // An exponent only when digits follow, so that a unit that begins with `e` would stay a unit.
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t digit = at + 1;
    bool negative = false;
    if (digit < text.size() && (text[digit] == '+' || text[digit] == '-')) negative = text[digit++] == '-';
    if (digit < text.size() && is_digit(text[digit])) {
      std::int64_t exponent = 0;
      for (; digit < text.size() && is_digit(text[digit]); ++digit)
        exponent = std::min<std::int64_t>(exponent * 10 + (text[digit] - '0'), 1'000'000'000);
      number.exponent += negative ? -exponent : exponent;
      at = digit;
    }
  }
  text.remove_prefix(at);
  return true;
}

enum class Scaled : std::uint8_t { whole, rounded, too_large };

/// `number` times `scale`, rounded half away from zero, by schoolbook decimal multiplication: exact at any length.
Scaled scale_exactly(const Decimal& number, std::uint64_t scale, std::int64_t& value) {
  value = 0;
  if (number.digits.empty()) return Scaled::whole;
  std::vector<std::uint8_t> product;  // least significant digit first
  product.reserve(number.digits.size() + 20);
  UnsignedWide carry = 0;
  for (auto digit = number.digits.rbegin(); digit != number.digits.rend(); ++digit) {
    carry += static_cast<UnsignedWide>(*digit) * scale;
    product.push_back(static_cast<std::uint8_t>(carry % 10));
    carry /= 10;
  }
  for (; carry != 0; carry /= 10) product.push_back(static_cast<std::uint8_t>(carry % 10));

  const auto length = static_cast<std::int64_t>(product.size());
  if (length + number.exponent > 19) return Scaled::too_large;
  const std::uint64_t limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t magnitude = 0;  // below 10^19, so it fits
  for (std::int64_t power = length + number.exponent; power-- > 0;) {
    const std::int64_t at = power - number.exponent;  // digit of weight 10^power
    magnitude = magnitude * 10 + (at >= 0 && at < length ? product[static_cast<std::size_t>(at)] : 0u);
  }
  const std::int64_t first_dropped = -number.exponent - 1;  // digit of weight one tenth
  bool whole = true;
  for (std::int64_t at = std::min(first_dropped, length - 1); at >= 0 && whole; --at) whole = product[static_cast<std::size_t>(at)] == 0;
  if (first_dropped >= 0 && first_dropped < length && product[static_cast<std::size_t>(first_dropped)] >= 5) ++magnitude;
  if (magnitude > limit) return Scaled::too_large;
  value = number.negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
  return whole ? Scaled::whole : Scaled::rounded;
}

std::uint64_t magnitude_of(std::int64_t value) {
  return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

/// Three significant digits in the largest unit that is not above the value.
std::string readable(std::uint64_t magnitude, bool negative, std::span<const Unit> largest_first) {
  std::size_t chosen = largest_first.size() - 1;
  while (chosen > 0 && magnitude >= largest_first[chosen - 1].scale) --chosen;
  for (;;) {
    const Unit& unit = largest_first[chosen];
    const std::uint64_t whole = magnitude / unit.scale;
    int decimals = unit.scale == 1 || whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
    std::uint64_t power = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
    auto scaled = static_cast<std::uint64_t>((static_cast<UnsignedWide>(magnitude) * power + unit.scale / 2) / unit.scale);
    if (decimals > 0 && scaled >= 1'000) {  // 9.996 rounds to 10.0
      scaled = (scaled + 5) / 10;
      power /= 10;
      --decimals;
    }
    if (chosen > 0 &&
        static_cast<UnsignedWide>(scaled) * unit.scale >= static_cast<UnsignedWide>(largest_first[chosen - 1].scale) * power) {
      --chosen;  // 999.9996 us rounds to 1.00 ms
      continue;
    }
    std::string text = negative ? "-" : "";
    text += std::to_string(scaled / power);
    if (decimals > 0) {
      const std::string fraction = std::to_string(scaled % power);
      text += "." + std::string(static_cast<std::size_t>(decimals) - fraction.size(), '0') + fraction;
    }
    return text + " " + std::string(unit.name);
  }
}

}  // namespace

std::string_view base_unit(Dimension dimension) {
  switch (dimension) {
    case Dimension::none: return "";
    case Dimension::time: return "ps";
    case Dimension::bytes: return "B";
    case Dimension::rate: return "bit/s";
    case Dimension::length: return "mm";
    case Dimension::loss: return "mdB";
    case Dimension::power: return "mW";
    case Dimension::mass: return "g";
  }
  return "";
}

std::string_view example(Dimension dimension) {
  switch (dimension) {
    case Dimension::none: return "8";
    case Dimension::time: return "600 ns";
    case Dimension::bytes: return "64 MiB";
    case Dimension::rate: return "400 Gb/s";
    case Dimension::length: return "35 m";
    case Dimension::loss: return "0.35 dB";
    case Dimension::power: return "750 W";
    case Dimension::mass: return "130 kg";
  }
  return "";
}

std::string accepted_units(Dimension dimension) {
  std::string list;
  const auto units = units_of(dimension);
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (unit->name == "\xce\xbcs") continue;  // looks the same as the other micro sign
    if (!list.empty()) list += ", ";
    list += unit->name;
  }
  return list;
}

Result<std::int64_t> parse_quantity(std::string_view text, Dimension dimension) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  const std::string_view whole = text;
  if (whole.empty()) return Error{"there is no value where " + std::string(noun(dimension)) + " is needed", remedy_for(dimension)};

  Decimal number;
  if (!take_decimal(text, number))
    return Error{quoted(whole) + " is not " + std::string(noun(dimension)) + ": it does not start with a number", remedy_for(dimension)};
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);

  std::uint64_t scale = 1;
  if (dimension == Dimension::none) {
    if (!text.empty())
      return Error{quoted(whole) + " has " + quoted(text) + " after the number, where a plain number is needed", remedy_for(dimension)};
  } else if (text.empty()) {
    return Error{quoted(whole) + " has no unit", remedy_for(dimension)};
  } else if (const Unit* unit = find_unit(dimension, text)) {
    scale = unit->scale;
  } else {
    for (const Dimension other : kDimensions)
      if (find_unit(other, text) != nullptr)
        return Error{quoted(whole) + " is " + std::string(noun(other)) + ", where " + std::string(noun(dimension)) + " is needed",
                     remedy_for(dimension)};
    std::vector<std::string> names;
    for (const Unit& known : units_of(dimension)) names.emplace_back(known.name);
    const std::string per_second = std::string(text) + "/s";  // the usual slip with rates, and too far for a slip of the finger
    const std::string near = find_unit(dimension, per_second) != nullptr ? per_second : nearest_name(text, names);
    return Error{quoted(text) + " in " + quoted(whole) + " is not a unit of " + std::string(noun(dimension)),
                 (near.empty() ? "" : "did you mean " + quoted(near) + "? ") + remedy_for(dimension)};
  }

  std::int64_t value = 0;
  switch (scale_exactly(number, scale, value)) {
    case Scaled::too_large:
      return Error{quoted(whole) + " is out of range",
                   "the largest magnitude is " + quoted(print_quantity(std::numeric_limits<std::int64_t>::max(), dimension))};
    case Scaled::rounded:
      if (dimension == Dimension::none) return Error{quoted(whole) + " is not a whole number", remedy_for(dimension)};
      break;
    case Scaled::whole: break;
  }
  return value;
}

std::string print_quantity(std::int64_t value, Dimension dimension) {
  if (dimension == Dimension::none) return std::to_string(value);
  const std::uint64_t magnitude = magnitude_of(value);
  const std::string sign = value < 0 ? "-" : "";
  if (dimension == Dimension::loss) {  // its base unit has no spelling of its own: decimals of a decibel
    std::string text = sign + std::to_string(magnitude / 1'000);
    if (magnitude % 1'000 != 0) {
      std::string fraction = std::to_string(1'000 + magnitude % 1'000);
      fraction[0] = '.';
      fraction.erase(fraction.find_last_not_of('0') + 1);
      text += fraction;
    }
    return text + " dB";
  }
  const auto units = units_of(dimension);
  for (const Unit& unit : units)
    if (unit.printed && magnitude != 0 && magnitude % unit.scale == 0)
      return sign + std::to_string(magnitude / unit.scale) + " " + std::string(unit.name);
  return std::to_string(value) + " " + std::string(base_unit(dimension));
}

std::string to_string(Duration value) { return print_quantity(value.ps, Dimension::time); }
std::string to_string(Time value) { return print_quantity(value.ps, Dimension::time); }
std::string to_string(Bytes value) { return print_quantity(value.count, Dimension::bytes); }
std::string to_string(BitRate value) {
  // A rate is unsigned; beyond the range of the parser it is printed without a larger unit.
  if (value.bits_per_second > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::to_string(value.bits_per_second) + " bit/s";
  return print_quantity(static_cast<std::int64_t>(value.bits_per_second), Dimension::rate);
}
std::string to_string(Length value) { return print_quantity(value.mm, Dimension::length); }
std::string to_string(Loss value) { return print_quantity(value.mdb, Dimension::loss); }
std::string to_string(Power value) { return print_quantity(value.mw, Dimension::power); }
std::string to_string(Mass value) { return print_quantity(value.grams, Dimension::mass); }

std::string to_readable(Duration value) {
  static constexpr Unit kUnits[] = {{"s", kTera}, {"ms", kGiga}, {"us", kMega}, {"ns", kKilo}, {"ps", 1}};
  return readable(magnitude_of(value.ps), value.ps < 0, kUnits);
}

std::string to_readable(Bytes value) {
  static constexpr Unit kUnits[] = {{"TiB", std::uint64_t{1} << 40},
                                    {"GiB", std::uint64_t{1} << 30},
                                    {"MiB", std::uint64_t{1} << 20},
                                    {"KiB", std::uint64_t{1} << 10},
                                    {"B", 1}};
  return readable(magnitude_of(value.count), value.count < 0, kUnits);
}

std::string to_readable(Length value) {
  const std::uint64_t mm = magnitude_of(value.mm);
  if (mm > 0 && mm % 1'000'000 == 0) return (value.mm < 0 ? "-" : "") + std::to_string(mm / 1'000'000) + " km";
  std::string text = (value.mm < 0 ? "-" : "") + std::to_string(mm / 1'000);
  if (mm % 1'000 != 0) {
    std::string fraction = std::to_string(1'000 + mm % 1'000);
    fraction[0] = '.';
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + " m";
}

std::string to_readable(BitRate value) {
  static constexpr Unit kUnits[] = {{"Tb/s", kTera}, {"Gb/s", kGiga}, {"Mb/s", kMega}, {"kb/s", kKilo}, {"bit/s", 1}};
  return readable(value.bits_per_second, false, kUnits);
}

}  // namespace eastwest
