// SPDX-License-Identifier: Apache-2.0
// A bill of materials as `eastwest docs` writes it, taken for the packing list of what was ordered.
//
// Columns: category, part, length_m, phase_1 ..., total (analysis/documents/bill_of_materials.hpp). The phases count; where there are none, the
// total does. Which phases should be there is the design's business. The row of sums is passed over, the apostrophe before what a spreadsheet
// would take for a formula goes. LIMITATIONS: prices are not compared.
#include <algorithm>
#include <numeric>

#include "analysis/documents/bill_of_materials.hpp"
#include "analysis/hardware/field_table.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kQuantityMost = 10'000'000;

std::string_view without_apostrophe(std::string_view cell) {
  if (cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@").find(cell[1]) != std::string_view::npos) cell.remove_prefix(1);
  return cell;
}

}  // namespace

void read_bill(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext&, InputErrors& errors, Evidence& evidence) {
  FieldTable table(text, errors);
  if (!(table.require({"category"}) & table.require({"part"}))) return;
  std::vector<std::string> phases;
  for (std::string next = "phase_1"; table.has({next}); next = "phase_" + std::to_string(phases.size() + 1)) phases.push_back(next);
  const auto all = bill_categories();
  const std::vector<std::string> categories(all.begin(), all.end());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    InventoryItem item;
    item.at = {origin.file, table.line(row)};
    item.category = lower_case(table.text(row, {"category"}));
    if (item.category == "sum") continue;
    item.part_number = without_apostrophe(table.text(row, {"part"}));
    item.description = table.text(row, {"description"});
    item.length = table.length(row, {"length"});
    if (std::find(categories.begin(), categories.end(), item.category) == categories.end()) {
      const std::string near = nearest_name(item.category, categories);
      errors.error(table.line(row), 1, "there is no category " + quote_input(item.category) + " in a bill of materials",
                   near.empty()
                       ? "write it as `eastwest docs` does: server, switch, rack, panel, module, trunk, cord, copper cable, active cable"
                       : "did you mean `" + near + "`?");
      continue;
    }
    if (item.part_number.empty()) {
      errors.error(table.line(row), 1, "the row has no part", "write it as `eastwest docs` does");
      continue;
    }
    bool whole = true;
    for (const std::string& phase : phases) {
      const bool told = !table.text(row, {phase}).empty();
      const auto count = table.count(row, {phase}, kQuantityMost);
      whole = whole && (count.has_value() || !told);
      item.by_phase.push_back(count.value_or(0));
    }
    const bool told = !table.text(row, {"total"}).empty();
    const auto total = table.count(row, {"total"}, kQuantityMost);
    if (!whole || (told && !total)) continue;
    item.quantity = phases.empty() ? total.value_or(0) : std::accumulate(item.by_phase.begin(), item.by_phase.end(), std::int64_t{0});
    if (phases.empty() && !total) {
      errors.error(table.line(row), 1, "the row has no `total`", "write how many there are, or 0");
      continue;
    }
    if (total && item.quantity != *total)
      errors.warning(table.line(row), 1,
                     "the phases add up to " + std::to_string(item.quantity) + ", the total is " + std::to_string(*total),
                     "the phases count; correct one or the other");
    evidence.inventory.push_back(std::move(item));
  }
}

}  // namespace eastwest
