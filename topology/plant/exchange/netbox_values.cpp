// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

struct NamedColour {
  std::string_view name;
  std::string_view hex;
};
constexpr NamedColour kColours[] = {
    {"dark red", "aa1409"},    {"red", "f44336"},       {"pink", "e91e63"},        {"rose", "ffe4e1"},       {"fuchsia", "ff66ff"},
    {"purple", "9c27b0"},      {"indigo", "3f51b5"},    {"dark purple", "673ab7"}, {"blue", "2196f3"},       {"light blue", "03a9f4"},
    {"cyan", "00bcd4"},        {"teal", "009688"},      {"aqua", "00ffff"},        {"dark green", "2f6a31"}, {"green", "4caf50"},
    {"light green", "8bc34a"}, {"lime", "cddc39"},      {"yellow", "ffeb3b"},      {"amber", "ffc107"},      {"orange", "ff9800"},
    {"dark orange", "ff5722"}, {"brown", "795548"},     {"light grey", "c0c0c0"},  {"grey", "9e9e9e"},       {"violet", "9c27b0"},
    {"black", "111111"},       {"dark grey", "607d8b"}, {"white", "ffffff"},
};

struct CableTypeRow {
  std::string_view type, piece, fibre;
};
// The first row that fits is written; all are read.
constexpr CableTypeRow kCableTypes[] = {
    {"dac-passive", "direct_copper", "copper"},
    {"dac-active", "active_copper", "copper"},
    {"aoc", "active_optical", ""},
    {"mmf-om3", "cord", "om3"},
    {"mmf-om4", "cord", "om4"},
    {"mmf-om5", "cord", "om5"},
    {"smf-os2", "cord", "os2"},
    {"smf-os1", "cord", "os1a"},
    {"smf", "cord", "os2"},
    {"mmf", "cord", "om4"},
    {"mmf-om1", "cord", ""},
    {"mmf-om2", "cord", ""},
};

struct InterfaceTypeRow {
  std::uint64_t gigabits;
  std::string_view cage;  // how the catalogue's cage begins
  std::string_view type;
};
// The most special cage first; rows of rate 0 hold for InfiniBand.
constexpr InterfaceTypeRow kInterfaceTypes[] = {
    {100, "", "100gbase-x-qsfp28"},
    {200, "", "200gbase-x-qsfp56"},
    {400, "QSFP112", "400gbase-x-qsfp112"},
    {400, "QSFP-DD", "400gbase-x-qsfpdd"},
    {400, "OSFP flat", "400gbase-x-osfp-rhs"},
    {400, "", "400gbase-x-osfp"},
    {800, "QSFP-DD", "800gbase-x-qsfpdd"},
    {800, "", "800gbase-x-osfp"},
    {1600, "QSFP-DD", "1.6tbase-x-qsfpdd1600"},
    {1600, "", "1.6tbase-x-osfp1600"},
};
constexpr std::pair<std::uint64_t, std::string_view> kInfiniband[] = {{200, "infiniband-hdr"},
                                                                      {400, "infiniband-ndr"},
                                                                      {800, "infiniband-xdr"}};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string decimals(std::int64_t thousandths) {  // of a value in thousandths that is a whole number of hundredths * 10
  std::string text = std::to_string(thousandths / 1'000);
  if (thousandths % 1'000 == 0) return text;
  std::string fraction = std::to_string(1'000 + thousandths % 1'000);
  fraction[0] = '.';
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + fraction;
}

/// `value` in millionths times `unit_micro` (base units * 1e6 per unit), rounded; nothing when it does not fit.
std::optional<std::int64_t> scaled(std::string_view value, std::int64_t per_unit_thousandths) {
  const auto thousandths = scaled_number(value, 1'000);
  if (!thousandths || *thousandths < 0 || *thousandths > 1'000'000'000'000) return std::nullopt;
  const double exact = static_cast<double>(*thousandths) * static_cast<double>(per_unit_thousandths) / 1e6;
  if (exact > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(exact));
}

}  // namespace

std::optional<NetBoxDialect> netbox_dialect(std::string_view text) {
  if (text == "4.4") return NetBoxDialect::v4_4;
  if (text == "4.6") return NetBoxDialect::v4_6;
  return std::nullopt;
}

std::string netbox_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string netbox_slug(std::string_view name, std::set<std::string>& taken) {
  std::string slug;
  for (const char c : netbox_lower(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (plain) slug += c;
    else if (!slug.empty() && slug.back() != '-') slug += '-';
  }
  slug.resize(std::min<std::size_t>(slug.size(), kNetBoxName - 8));  // room for a number
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  if (slug.empty()) slug = "x";
  std::string free = slug;
  for (std::uint32_t n = 2; !taken.insert(free).second; ++n) free = slug + "-" + std::to_string(n);
  return free;
}

std::string netbox_colour(std::string_view jacket) {
  for (const NamedColour& colour : kColours)
    if (colour.name == jacket) return std::string(colour.hex);
  return "";
}

bool is_netbox_colour(std::string_view text) {
  if (text.size() == 6 && std::all_of(text.begin(), text.end(), is_hex)) return true;
  const std::string lower = netbox_lower(text);
  return std::any_of(std::begin(kColours), std::end(kColours),
                     [&](const NamedColour& colour) { return colour.name == lower && colour.name != "violet"; });
}

std::string netbox_cable_type(std::string_view piece, std::string_view fibre) {
  if (piece == "trunk") piece = "cord";
  for (const CableTypeRow& row : kCableTypes)
    if (row.piece == piece && (row.piece != "cord" || (!fibre.empty() && row.fibre == fibre))) return std::string(row.type);
  return fibre.starts_with("os") ? "smf" : fibre.starts_with("om") ? "mmf" : "";
}

NetBoxCableMeaning netbox_cable_meaning(std::string_view type) {
  for (const CableTypeRow& row : kCableTypes)
    if (row.type == type) return {std::string(row.piece), std::string(row.fibre), true};
  return {};
}

std::string netbox_interface_type(BitRate rate, std::string_view cage, bool infiniband) {
  const std::uint64_t gigabits = rate.bits_per_second / 1'000'000'000;
  if (infiniband)
    for (const auto& [speed, type] : kInfiniband)
      if (speed == gigabits) return std::string(type);
  for (const InterfaceTypeRow& row : kInterfaceTypes)
    if (row.gigabits == gigabits && cage.find(row.cage) != std::string_view::npos) return std::string(row.type);
  return "other";
}

BitRate netbox_interface_rate(std::string_view type) {
  constexpr std::uint64_t kGigabit = 1'000'000'000;
  for (const auto& [speed, name] : kInfiniband)
    if (name == type) return {speed * kGigabit};
  if (type == "infiniband-edr") return {100 * kGigabit};
  if (type.starts_with("1.6tbase-")) return {1'600 * kGigabit};
  const std::size_t end = type.find("gbase-");
  if (end == std::string_view::npos) return {};
  const auto gigabits = whole_number(type.substr(0, end), 1, 3'200);
  return gigabits ? BitRate{static_cast<std::uint64_t>(*gigabits) * kGigabit} : BitRate{};
}

std::optional<NetBoxLength> netbox_length(Length length) {
  constexpr std::int64_t kDigits = 1'000'000;  // six before the point: DecimalField(max_digits=8, decimal_places=2)
  if (length.mm % 10 == 0 && length.mm / 1'000 < kDigits) return NetBoxLength{decimals(length.mm), "m"};
  if (length.mm / 10 < kDigits) return NetBoxLength{decimals(length.mm * 100), "cm"};
  return std::nullopt;
}

std::optional<Length> read_netbox_length(std::string_view value, std::string_view unit) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      // thousandths of a millimetre
      {"km", 1'000'000'000}, {"m", 1'000'000}, {"cm", 10'000}, {"mi", 1'609'344'000}, {"ft", 304'800}, {"in", 25'400}};
  for (const auto& [name, size] : kUnits)
    if (name == unit) {
      const auto mm = scaled(value, size);
      return mm ? std::optional<Length>{Length{*mm}} : std::nullopt;
    }
  return std::nullopt;
}

std::optional<Mass> read_netbox_weight(std::string_view value, std::string_view unit) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {// thousandths of a gram
                                                                  {"kg", 1'000'000},
                                                                  {"g", 1'000},
                                                                  {"lb", 453'592},
                                                                  {"oz", 28'350}};
  for (const auto& [name, size] : kUnits)
    if (name == unit) {
      const auto grams = scaled(value, size);
      return grams ? std::optional<Mass>{Mass{*grams}} : std::nullopt;
    }
  return std::nullopt;
}

std::string netbox_name_trouble(std::string_view name, std::size_t most) {
  if (name.empty()) return "is empty";
  std::size_t characters = 0;
  for (const char c : name) {
    if ((static_cast<unsigned char>(c) & 0xc0u) != 0x80u) ++characters;  // UTF-8: what goes on a character is none
    if (static_cast<unsigned char>(c) < 0x20u || c == 0x7f) return "has a control character";
  }
  if (characters > most) return "has " + std::to_string(characters) + " characters; NetBox takes " + std::to_string(most);
  if (name.front() == ' ' || name.back() == ' ') return "begins or ends with a blank, which NetBox cuts off";
  return "";
}

}  // namespace eastwest
