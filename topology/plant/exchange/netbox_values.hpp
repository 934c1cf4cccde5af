// SPDX-License-Identifier: Apache-2.0
// Values of NetBox: slugs, colours, cable and interface types, lengths and weights with units, and the limits of its names.
//
// Source: netbox/dcim/choices.py, netbox/netbox/choices.py and the models' `max_length` (S-NB in docs/netbox.md). Units: millimetres and grams.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/quantity.hpp"

namespace eastwest {

enum class NetBoxDialect : std::uint8_t { v4_4, v4_6 };
/// "4.4" or "4.6".
std::optional<NetBoxDialect> netbox_dialect(std::string_view text);

inline constexpr std::size_t kNetBoxDeviceName = 64;     // characters of a device's name and of a component's
inline constexpr std::size_t kNetBoxName = 100;          // of sites, racks, models, labels
inline constexpr std::uint32_t kNetBoxPositions = 1024;  // of a rear port

/// Lower case letters, digits and single dashes; never empty. `taken` holds those given and gets the new one; a second of one kind is "a-2".
std::string netbox_slug(std::string_view name, std::set<std::string>& taken);

/// Six hex digits of a jacket colour, "" of none.
std::string netbox_colour(std::string_view jacket);
/// Six hex digits, or one of NetBox's names, in any case.
bool is_netbox_colour(std::string_view text);

/// "smf-os2" of a piece of type `cord` and fibre `os2`; "" where NetBox has none.
std::string netbox_cable_type(std::string_view piece, std::string_view fibre);
/// The piece and fibre that a cable type of NetBox says; empty where it does not.
struct NetBoxCableMeaning {
  std::string piece;
  std::string fibre;
  bool known = false;
};
NetBoxCableMeaning netbox_cable_meaning(std::string_view type);

/// Interface type of a cage and rate; "other" where NetBox has none.
std::string netbox_interface_type(BitRate rate, std::string_view cage, bool infiniband);
/// The rate that an interface type names, 0 where it names none.
BitRate netbox_interface_rate(std::string_view type);

/// A length as NetBox keeps it: at most two decimals; nothing when it cannot be said exactly.
struct NetBoxLength {
  std::string value;
  std::string unit;
};
std::optional<NetBoxLength> netbox_length(Length length);
/// Nothing when it is no number or the unit is none of km, m, cm, mi, ft, in. Rounded to the millimetre.
std::optional<Length> read_netbox_length(std::string_view value, std::string_view unit);
/// Units kg, g, lb, oz. Rounded to the gram.
std::optional<Mass> read_netbox_weight(std::string_view value, std::string_view unit);

/// Why NetBox would not take `name`, or take another in its place; "" when it would. At most `most` characters.
std::string netbox_name_trouble(std::string_view name, std::size_t most);

/// "leaf 1" and "Leaf 1" are one to NetBox.
std::string netbox_lower(std::string_view text);

}  // namespace eastwest
