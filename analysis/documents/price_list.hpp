// SPDX-License-Identifier: Apache-2.0
// Price list: what parts cost, from the user's CSV file.
//
// Columns: part, unit_price, currency; optional price_per_metre. A part is that of the bill of materials; a price of the part as a whole wins over
// one of its stem, the part without its length ("trunk-72-os2-mpo-12" for every length), for which price_per_metre pays the metres.
// Units: the currency as written, in millionths, so that sums are exact. Invariants: every mistake is told with its line; one currency per file.
// LIMITATIONS: no taxes, no discounts by number, no conversion of currencies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"

namespace eastwest {

struct UnitPrice {
  std::int64_t millionths = 0;            // of one
  std::int64_t millionths_per_metre = 0;  // and of each metre ordered
  std::uint32_t line = 0;
};

struct PriceList {
  std::string currency;
  std::map<std::string, UnitPrice> parts;

  /// The price of one `part` of `length`; `stem` is asked when there is none of the part.
  [[nodiscard]] std::optional<std::int64_t> price(const std::string& part, const std::string& stem, Length length) const;
};

/// Nothing when an error went to `diagnostics`.
std::optional<PriceList> read_price_list(std::string_view text, const std::string& file, Diagnostics& diagnostics);

/// "1234.50" of millionths, two digits, rounded to the nearest.
std::string money(std::int64_t millionths);

}  // namespace eastwest
