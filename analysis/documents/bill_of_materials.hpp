// SPDX-License-Identifier: Apache-2.0
// Bill of materials: everything that is bought, by part and length, per phase and in all, with prices where there are any.
//
// Part of a cable: construction, fibre, connector, polish, grade, pins and polarity of what is ordered, and its length; copper and active cables
// go by the id of data/optics.csv. Part of a module: its id there, twin-port ones counted once (modules.hpp). Panels, racks, switches, servers: models.
// Invariants: the sums over phases are the totals; retired pieces are not bought again. LIMITATIONS: GPUs and NICs come with their servers;
// the server's own power cords, rails and blanking panels are not in it; spares are the buyer's choice.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/documents/price_list.hpp"
#include "analysis/documents/site_view.hpp"

namespace eastwest {

struct BillItem {
  std::string category;  // "server", "switch", "rack", "panel", "module", "trunk", "cord", "copper cable", "active cable"
  std::string part;      // what a price file names
  std::string stem;      // of a cable: the part without its length
  std::string description;
  Length length;                     // that is ordered; 0: none
  std::vector<std::uint32_t> count;  // by phase
  std::string note;
  std::optional<std::int64_t> price;  // of one, in millionths
  [[nodiscard]] std::uint64_t total() const;
};

/// The nine categories, in the order of the bill.
std::span<const std::string_view> bill_categories();
/// What the bill calls a piece without its length ("mpo-12-cord-om4-mpo-12/apc-unpinned-b"), with it ("...-7m"), and its category.
std::string bill_stem(const Piece& piece);
std::string bill_part(const std::string& stem, Length length);
std::string bill_category(const Piece& piece);

/// In order of category, part and length. `prices` may be null.
std::vector<BillItem> bill_of_materials(const SiteView& view, const PriceList* prices);

/// Warns of every price that no part of the bill asks for, with its line in `file` and the nearest part.
void warn_of_other_prices(const PriceList& prices, const std::vector<BillItem>& items, const std::string& file, Diagnostics& diagnostics);

struct BillSum {
  std::vector<std::int64_t> by_phase;  // millionths, of priced items
  std::int64_t total = 0;
  std::vector<std::string> without_price;
};
BillSum sum_of(const std::vector<BillItem>& items, std::size_t phases);

/// category, part, description, length_m, phase_1 ..., total, metres, unit_price, total_price, currency, note; then the sums.
std::string write_bill_of_materials(const SiteView& view, const PriceList* prices);

}  // namespace eastwest
