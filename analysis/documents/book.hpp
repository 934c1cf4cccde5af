// SPDX-License-Identifier: Apache-2.0
// The book: all of a site as one HTML page that needs nothing else: readable, printable, searchable, with links from each thing to the next.
//
// Chapters: the site, racks, devices with their ports, rails, links, cables, trunks, pathways and pulls, what is bought, tests, growth, changes, index.
// From a cable one comes to both ends, from an end to its port, from the port to the link, its rail and the far end. Parts: web/book/.
// Invariants: the same site gives the same bytes; names cannot leave their text; no script is needed to read or to follow links.
// LIMITATIONS: strands fibre by fibre are in strand-map.csv; the book names legs.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/growth.hpp"
#include "analysis/documents/test_plan.hpp"

namespace eastwest {

struct BookInput {
  const SiteView* view = nullptr;              // what stands at the end of the phase that is shown
  const SiteView* whole = nullptr;             // all phases
  std::uint32_t phase = 0;                     // that is shown, from 0
  const std::vector<Device>* later = nullptr;  // devices of later phases
  const Growth* growth = nullptr;
  const std::vector<PlannedTest>* tests = nullptr;
  const std::vector<BillItem>* bill = nullptr;   // of the whole site
  const PriceList* prices = nullptr;             // may be null
  const std::vector<Change>* changes = nullptr;  // against a previous version; may be null
};

std::string write_book(const BookInput& input);

}  // namespace eastwest
