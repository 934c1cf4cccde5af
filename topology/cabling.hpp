// SPDX-License-Identifier: Apache-2.0
// Cabling: racks on a grid, the length of a cable between two racks, its medium and the parts of its delay.
//
// Length = rise to the tray + Manhattan way along rows and across them + fall + slack; inside a rack one rise + slack.
// Delay = length x delay of the medium + two modules + FEC (codeword fill and pipeline) once per link.
// Source: reference budget of a 400 Gb/s link in data/README.md (medium by group index / c, modules and FEC per optic).
// LIMITATIONS: cross trays everywhere; one optic per port (twin-port modules are not paired); FEC is counted once.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// How the hall is laid out; racks fill row after row.
struct RackGrid {
  std::uint32_t racks_per_row = 16;
  std::uint32_t servers_per_rack = 4;
  std::uint32_t switches_per_rack = 8;
  Length rack_pitch;
  Length row_pitch;
  Length vertical_drop;  // device to tray, each end
  Length slack;          // per cable, both ends together

  /// Rack number `index`: rows have letters, columns two digits ("A01", "B12", "AA03").
  [[nodiscard]] Rack rack(std::uint32_t index) const;
  /// Installed length of a cable between devices in these racks.
  [[nodiscard]] Length cable_length(const Rack& a, const Rack& b) const;
};

/// What the site says about one class of cables.
struct CableRule {
  Duration delay{-1};               // negative: from length and optic
  std::string optic = "automatic";  // or an id of the catalogue
  double frame_loss = 0;
  std::string_view delay_parameter;  // names for messages
  std::string_view optic_parameter;
};

/// Length, medium and delay parts of one cable, as they stand in a Cable.
struct CableParts {
  Length length;
  std::string medium = "custom";
  Duration delay_medium;
  Duration delay_modules;
  Duration delay_fec;
};

/// A given delay: no length, medium "custom".
CableParts cable_with_delay(Duration delay);
/// A cable of `length` with `optic` at both ends.
CableParts cable_with_optic(const Catalogue& catalogue, const OpticModel& optic, Length length);
/// The optic of shortest reach that covers `length` at `rate`, copper before multimode before single-mode; or nullptr.
const OpticModel* automatic_optic(const Catalogue& catalogue, BitRate rate, Length length);

/// Chooses the cable by `rule`. Errors name rate, length and remedy.
Result<CableParts> choose_cable(const Catalogue& catalogue, const CableRule& rule, BitRate rate, Length length);

/// The racks of one group of servers and the switches that stand with it.
struct GroupRacks {
  std::vector<std::uint32_t> servers;   // rack of each server
  std::vector<std::uint32_t> switches;  // rack of each switch
};

/// Appends racks for a group: servers in order, network racks in the middle; a single switch shares the middle server
/// rack instead of having its own.
GroupRacks place_group(const RackGrid& grid, std::uint32_t servers, std::uint32_t switches, std::vector<Rack>& racks);

}  // namespace eastwest
