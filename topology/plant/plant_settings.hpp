// SPDX-License-Identifier: Apache-2.0
// What a site says below `plant:`: racks and pathways, how links are cabled, limits, phases, and tables that replace what is generated.
//
// Units: core/quantity.hpp. Invariant: every value has a default, so that each site has a plant. LIMITATIONS: the geometry of the hall
// (pitches, drop, slack, racks in a row) belongs to the topology kind, since lengths decide delays (topology/cabling.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/parameter.hpp"
#include "core/quantity.hpp"

namespace eastwest {

/// Which links between optics run over panels and trunks; copper and active cables never do.
enum class CablingRule : std::uint8_t { point_to_point, structured_fabric, structured };

struct PathwaySize {
  Length width;
  Length depth;
};

struct PlantSettings {
  std::string site;
  std::string room;
  std::uint32_t rack_units = 48;
  Power rack_power;
  Mass rack_weight;
  CablingRule cabling = CablingRule::point_to_point;
  bool low_loss = true;   // grade of connectors
  std::string multimode;  // "om4"
  bool method_b = true;   // of polarity; else Method A
  std::uint32_t trunk_fibres = 72;
  double trunk_spare = 0.25;
  std::uint32_t trunk_splices = 0;
  std::uint32_t panel_ports = 24;
  Length cord_length;  // between a device and a panel
  bool standard_lengths = false;
  PathwaySize tray;
  PathwaySize drop;
  double fill_initial = 0.25;
  double fill_most = 0.4;
  std::uint32_t cross_tray_every = 1;  // columns
  std::string switch_port;             // pattern of names, see port_name()
  std::string nic_port;
  std::vector<std::int64_t> phases;  // GPUs; empty: one phase
  std::uint32_t phase = 0;           // that is built, from 1; 0: the last
  Duration latency_budget;           // end to end; 0: none
  double port_reserve = 0;           // share of a switch's ports that the last phase leaves free
  double headroom_multimode = 0.3;   // dB; a link below it is a warning
  double headroom_single_mode = 0.5;
  double margin_exponent = 1;
  // Tables that replace what is generated, paths as the user wrote them; "none": generated.
  std::string schedule;
  std::string ids;
  std::string racks;
  std::string devices;
  std::string pathways;
  std::string measured;
};

std::vector<ParameterSpec> plant_parameters();
PlantSettings plant_settings(const ParameterSet& parameters);

/// `pattern` with {port} (from 0), {port1} (from 1), {cage} and {cage1}, {half} (of a twin cage, from 0), {half1}, {nic}, {plane} filled in.
std::string port_name(const std::string& pattern, std::uint32_t port, std::uint32_t ports_per_cage, std::uint32_t nic_ports);

}  // namespace eastwest
