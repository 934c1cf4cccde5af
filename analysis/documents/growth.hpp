// SPDX-License-Identifier: Apache-2.0
// Growth: what every phase buys, pulls and patches, what it touches of what stands already, and what is left in reserve after it.
//
// Nothing is taken on trust: the parts of consecutive phases (`part_of_phase`) are compared cable by cable and device by device
// (change_log.hpp); whatever of the earlier phase is moved, re-terminated, rerouted or removed is named with its reason. A trunk of an earlier phase
// whose dark strands are lit is patched at its panels, not touched. Hours are counts times unit times, which are parameters.
// Units: minutes per piece of work. Source of the unit times: two-person crews in a prepared hall (GK); give your own.
// Invariants: what the phases buy adds up to the bill of materials; reserves are against the limits of plant and catalogue.
// LIMITATIONS: no learning, no waiting, no travel; redesigns between two site files are the change log's business, not seen here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/documents/bill_of_materials.hpp"
#include "analysis/documents/change_log.hpp"
#include "analysis/documents/site_view.hpp"

namespace eastwest {

/// Minutes for one; two people pull, one does the rest.
struct UnitTimes {
  double mount_server = 45;
  double mount_switch = 30;
  double mount_panel = 15;
  double pull = 20;  // one bundle or trunk over its route, without its length
  double pull_per_metre = 0.5;
  double terminate = 5;  // one end of a trunk at its panel
  double splice = 4;     // one fibre
  double patch = 3;      // one end of a cord or cable, cleaned, inspected, plugged and labelled
  double insert_module = 2;
  double test = 2;  // one fibre of a link, both directions
};

/// `work,minutes`; work: the names above. Mistakes go to `diagnostics`.
UnitTimes read_unit_times(std::string_view text, const std::string& file, Diagnostics& diagnostics);

struct PhaseWork {
  std::uint32_t servers = 0, switches = 0, panels = 0, racks = 0;
  std::uint32_t trunks = 0, cords = 0, cables = 0;  // cables: copper and active
  std::uint32_t modules = 0;
  std::uint32_t pulls = 0;         // bundles
  Length pulled;                   // the longest of every bundle
  std::uint32_t terminations = 0;  // ends of trunks
  std::uint32_t splices = 0;       // fibres
  std::uint32_t patches = 0;       // ends of cords and cables
  std::uint32_t tested_fibres = 0;
  std::uint32_t relit_trunks = 0;  // of earlier phases, whose dark strands are used now
  std::vector<Change> touched;     // of what stood before
  double hours = 0;                // of one person
};

struct Reserve {
  std::uint32_t phase = 0;
  std::string kind;  // "pathway", "panel ports", "switch ports", "rack units", "rack power", "trunk legs"
  std::string item;
  std::string unit;  // "%", "ports", "U", "kW", "legs"
  double used = 0;
  double limit = 0;
};

struct Growth {
  std::vector<PhaseWork> phases;
  std::vector<Reserve> reserves;  // phase after phase
};

Growth growth_of(const SiteView& view, const UnitTimes& times);

/// item, unit, phase_1, ..., total.
std::string write_growth(const SiteView& view, const Growth& growth, const PriceList* prices);
/// phase, kind, item, unit, used, limit, reserve.
std::string write_reserves(const Growth& growth);
/// What the later phases touch, in the columns of the change log and the phase; header alone when nothing.
std::string write_touched(const Growth& growth);
/// A few lines for the terminal.
std::string growth_summary(const SiteView& view, const Growth& growth, const PriceList* prices);

}  // namespace eastwest
