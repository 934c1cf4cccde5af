// SPDX-License-Identifier: Apache-2.0
// Module fit: what a module's own page says against its going into a cage, and taking the cable that is planned, at all.
//
// Source: SFF-8024 tables 4-1 (forms) and 4-3 (plugs). LIMITATIONS: for modules that no table of parts knows; nothing on their pages tells the rate.
#pragma once

#include <string>
#include <string_view>

#include "analysis/hardware/evidence.hpp"
#include "topology/catalogue_models.hpp"

namespace eastwest {

/// Why not, continuing "; "; empty when nothing speaks against it. `cage_type` as the catalogue names it ("OSFP twin"); empty: not known.
std::string module_misfit(const ModuleReading& module, const OpticModel& planned, std::string_view cage_type);

}  // namespace eastwest
