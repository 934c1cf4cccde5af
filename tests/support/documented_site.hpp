// SPDX-License-Identifier: Apache-2.0
// Test support: a site of a YAML text with what documents are made from, and CSV read back by its column names.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "analysis/documents/documents.hpp"
#include "tests/support/built_plant.hpp"
#include "topology/csv.hpp"

namespace eastwest::tests {

/// Stays where it was made: the view points into it.
struct DocumentedSite {
  BuiltSite built;
  Catalogue catalogue = builtin_catalogue();
  std::vector<LinkQuality> qualities;
  SiteView view;

  explicit DocumentedSite(const std::string& site, const std::string& directory = ".") : built(good_site(site, directory)) {
    Result<std::vector<LinkQuality>> made = link_qualities(built.plant, built.fabric, catalogue, built.settings);
    REQUIRE(made.has_value());
    qualities = std::move(made).value();
    view = view_of(built.fabric, built.plant, catalogue, qualities);
  }
  DocumentedSite(const DocumentedSite&) = delete;
  DocumentedSite& operator=(const DocumentedSite&) = delete;

  [[nodiscard]] Result<Documents> documents(std::uint32_t phase, const PriceList* prices = nullptr,
                                            const SiteRecord* previous = nullptr) const {
    return documents_of({.fabric = built.fabric,
                         .plant = built.plant,
                         .settings = built.settings,
                         .catalogue = catalogue,
                         .phase = phase,
                         .prices = prices,
                         .times = {},
                         .previous = previous});
  }
};

struct Table {
  CsvTable table;
  explicit Table(const std::string& text) {
    Result<CsvTable> read = parse_csv(text);
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
    table = std::move(read).value();
  }
  [[nodiscard]] std::size_t rows() const { return table.rows.size(); }
  [[nodiscard]] const std::string& cell(std::size_t row, const std::string& column) const {
    REQUIRE_MESSAGE(table.column(column).has_value(), column);
    return table.rows[row][*table.column(column)];
  }
  /// The first row whose `column` is `value`; fails without.
  [[nodiscard]] std::size_t find(const std::string& column, const std::string& value) const {
    for (std::size_t r = 0; r < rows(); ++r)
      if (cell(r, column) == value) return r;
    FAIL("no row has " << column << " = " << value);
    return 0;
  }
  [[nodiscard]] std::size_t count(const std::string& column, const std::string& value) const {
    std::size_t n = 0;
    for (std::size_t r = 0; r < rows(); ++r) n += cell(r, column) == value ? 1 : 0;
    return n;
  }
};

inline std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

/// 128 GPUs: 16 servers, 8 rails on 64-port leaves; a pod that grows in three phases over panels and trunks.
inline const std::string kGrowingSite =
    "{topology: rail_optimised, servers: 16, server: dgx-h100, switch: nv-qm9700, fabric_optic: 400g-dr4, "
    "plant: {cabling: structured_fabric, phases: [32, 64, 128]}}";

}  // namespace eastwest::tests
