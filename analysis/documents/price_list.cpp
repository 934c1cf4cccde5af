// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/price_list.hpp"

#include <limits>

#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kColumns[] = {"part", "unit_price", "currency", "price_per_metre", "note"};
constexpr std::string_view kRequired[] = {"part", "unit_price", "currency"};
// In units of the currency; sums of any site then fit 64 bits.
constexpr std::int64_t kPriceMost = 10'000'000;
constexpr std::int64_t kPricePerMetreMost = 10'000;

std::int64_t read_price(TableFile& table, std::string_view column, std::int64_t most) {
  const std::string& cell = table.text(column);
  if (cell.empty()) return 0;
  const std::optional<std::int64_t> value = scaled_number(cell, 1'000'000);
  if (value && *value >= 0 && *value <= most * 1'000'000) return *value;
  table.error("`" + std::string(column) + "`: " + quote_input(cell) + " is no price from 0 to " + std::to_string(most),
              "write digits with a decimal point, such as `129.50`");
  return 0;
}

}  // namespace

std::optional<std::int64_t> PriceList::price(const std::string& part, const std::string& stem, Length length) const {
  auto found = parts.find(part);
  if (found == parts.end()) found = parts.find(stem);
  if (found == parts.end()) return std::nullopt;
  const std::int64_t per_metre = found->second.millionths_per_metre;
  return found->second.millionths + per_metre * (length.mm / 1'000) + (per_metre * (length.mm % 1'000) + 500) / 1'000;
}

std::optional<PriceList> read_price_list(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  PriceList list;
  TableFile table(text, file, kColumns, kRequired, diagnostics);
  while (table.next()) {
    const std::string part = table.required("part");
    UnitPrice price;
    price.line = table.line();
    if (table.text("unit_price").empty() && table.text("price_per_metre").empty())
      table.error("part " + quote_input(part) + " has no price", "give `unit_price`, or remove the row: parts without a price are listed");
    price.millionths = read_price(table, "unit_price", kPriceMost);
    price.millionths_per_metre = read_price(table, "price_per_metre", kPricePerMetreMost);
    const std::string& currency = table.required("currency");
    if (list.currency.empty()) list.currency = currency;
    else if (!currency.empty() && currency != list.currency)
      table.error("`currency` is " + quote_input(currency) + ", that of the rows above " + quote_input(list.currency),
                  "give all prices in one currency");
    const auto [first, fresh] = list.parts.try_emplace(part, price);
    if (!fresh && !part.empty())
      table.error("part " + quote_input(part) + " stands in line " + std::to_string(first->second.line) + " too", "keep one row");
  }
  table.finish();
  if (diagnostics.error_count() != errors) return std::nullopt;
  return list;
}

std::string money(std::int64_t millionths) {
  const std::int64_t cents = (millionths + (millionths < 0 ? -5'000 : 5'000)) / 10'000;
  const std::int64_t size = cents < 0 ? -cents : cents;
  const std::int64_t rest = size % 100;
  return (cents < 0 ? "-" : "") + std::to_string(size / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

}  // namespace eastwest
