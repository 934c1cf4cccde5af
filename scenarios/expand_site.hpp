// SPDX-License-Identifier: Apache-2.0
// Expand a site: the explicit form of what was generated: site.yaml with every value, and its tables.
//
// racks.csv, devices.csv, pathways.csv and cable-schedule.csv say what stands where and what is plugged in; `plant:` of site.yaml points to them, so
// that from then on they are the truth and may be edited. Files that the site itself names (a topology's, measured links) are copied beside.
// Invariant: reading site.yaml gives the same plant and fabric: equal `digest_of`. LIMITATIONS: a loss of frames that a custom site gives to a
// single link is not in a schedule; such sites are refused.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "scenarios/site_builder.hpp"

namespace eastwest {

struct ExpandedFile {
  std::string name;
  std::string bytes;
};

/// `built` is what `build_site` made of `site`.
Result<std::vector<ExpandedFile>> expand_site(const Site& site, const BuiltSite& built);

}  // namespace eastwest
