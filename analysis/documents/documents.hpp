// SPDX-License-Identifier: Apache-2.0
// Documents: all that `eastwest docs` writes of a site, as files with names and bytes.
//
// Invariants: the same site, prices and times give the same bytes on any machine; nothing of the clock is in them; names are unique and stay in
// the folder. `contents.csv` lists every file. docs/documents.md explains each. LIMITATIONS: everything is held in memory.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/growth.hpp"
#include "core/result.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

struct DocumentFile {
  std::string name;  // with forward slashes, inside the folder
  std::string what;
  std::string bytes;
};

struct DocumentRequest {
  const Fabric& fabric;  // of the whole site
  const Plant& plant;
  const PlantSettings& settings;
  const Catalogue& catalogue;
  std::uint32_t phase = 0;            // that is shown, from 0
  const PriceList* prices = nullptr;  // may be null
  UnitTimes times;
  const SiteRecord* previous = nullptr;  // may be null
};

struct Documents {
  std::vector<DocumentFile> files;
  std::string summary;  // for the terminal
};

/// The error names what keeps the site from being documented, such as a cable that comes before the device that it is plugged into.
Result<Documents> documents_of(const DocumentRequest& request);

}  // namespace eastwest
