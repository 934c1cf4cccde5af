// SPDX-License-Identifier: Apache-2.0
// Plant report: what `eastwest check` prints: counts, findings with the worst first, and tables of links, paths, switches, racks and pathways.
//
// Units stand in headings. Rows of equal things are one row, which names the first of them and how many are alike.
// LIMITATIONS: the text shows the fullest pathways only; the JSON object has everything.
#pragma once

#include <string>

#include "topology/plant/checks/plant_check.hpp"

namespace eastwest {

struct PlantReport {
  std::string name;  // of the file
  const CheckInput& input;
  const PlantCheck& check;
};

/// `links`: one row for every link too.
std::string plant_report_text(const PlantReport& report, bool links);
std::string plant_report_json(const PlantReport& report);

}  // namespace eastwest
