// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/plant_settings.hpp"

#include <algorithm>
#include <utility>

namespace eastwest {

namespace {

ParameterSpec count(std::string_view name, std::string_view fallback, double minimum, double maximum, std::string_view meaning,
                    std::string_view source) {
  return {name, ParameterType::quantity, Dimension::none, fallback, minimum, maximum, meaning, source, {}};
}
ParameterSpec quantity(std::string_view name, Dimension dimension, std::string_view fallback, double maximum, std::string_view meaning,
                       std::string_view source) {
  return {name, ParameterType::quantity, dimension, fallback, 0, maximum, meaning, source, {}};
}
ParameterSpec real(std::string_view name, std::string_view fallback, double minimum, double maximum, std::string_view meaning,
                   std::string_view source) {
  return {name, ParameterType::real, Dimension::none, fallback, minimum, maximum, meaning, source, {}};
}
ParameterSpec text(std::string_view name, std::string_view fallback, std::string_view meaning, std::string_view source) {
  return {name, ParameterType::text, Dimension::none, fallback, 0, 0, meaning, source, {}};
}
ParameterSpec choice(std::string_view name, std::string_view fallback, std::string_view meaning, std::string_view source,
                     std::string_view choices) {
  return {name, ParameterType::choice, Dimension::none, fallback, 0, 0, meaning, source, choices};
}

std::uint32_t narrow(std::int64_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

std::vector<ParameterSpec> plant_parameters() {
  constexpr std::string_view kChosen = "eastwest";
  constexpr std::string_view kPractice = "common practice (GK)";
  return {
      text("site", "SITE1", "Code of the site in identifiers.", kChosen),
      text("room", "H1", "Room of every rack.", kChosen),
      count("rack_units", "48", 1, 60, "Units of a rack.", "48-unit racks of DGX SuperPOD (S-SP2)"),
      quantity("rack_power", Dimension::power, "60 kW", 1e9, "Power that the feeds of a rack can carry.",
               "4 nodes of 14 kW (S-SP2, S-SP3)"),
      quantity("rack_weight", Dimension::mass, "1500 kg", 1e8, "Most that may stand in a rack.", kPractice),
      choice("cabling", "point_to_point",
             "Which links of optics run over panels and trunks: none, those between switches, or all; copper and active cables never do.",
             "two more mated pairs for re-patching (docs/plant.md)", "point_to_point, structured_fabric, structured"),
      choice("connector_grade", "low_loss", "Grade of every connector.", "data/connections.csv", "low_loss, standard"),
      choice("multimode", "om4", "Multimode fibre.", "data/fibres.csv", "om3, om4, om5"),
      choice("polarity", "b", "Method of polarity: b, key-up to key-up panels and Type B parts; a, Type A trunks and one Type A cord.",
             "TIA-568 methods (GK)", "a, b"),
      count("trunk_fibres", "72", 8, 288, "Fibres of a trunk.", "base-8 trunks of 24, 72, 144 (GK)"),
      real("trunk_spare", "0.25", 0, 4, "Strands of trunks that are spare, as a share of those in use.", kPractice),
      count("trunk_splices", "0", 0, 8, "Fusion splices in every strand of a trunk.", "factory-terminated trunks have none"),
      count("panel_ports", "24", 1, 144, "Ports of a panel of one unit.", kPractice),
      quantity("cord_length", Dimension::length, "3 m", 1e5, "Cord between a device and a panel of its rack.", kPractice),
      choice("lengths", "exact",
             "Installed length: route and slack, or the next length that is sold, since light travels all that was bought.", kChosen,
             "exact, standard"),
      quantity("tray_width", Dimension::length, "300 mm", 1e4, "Inside width of a tray.", "docs/plant-physics.md"),
      quantity("tray_depth", Dimension::length, "100 mm", 1e3, "Usable depth of a tray; a pile over 150 mm crushes cables.",
               "docs/plant-physics.md"),
      quantity("drop_width", Dimension::length, "200 mm", 1e4, "Inside width of the vertical manager between a rack and its tray.",
               kPractice),
      quantity("drop_depth", Dimension::length, "150 mm", 1e3, "Usable depth of it.", kPractice),
      real("fill_initial", "0.25", 0.01, 1, "Share of a pathway's area that the first phase may use.", "25 % (S-LEV)"),
      real("fill_most", "0.4", 0.01, 1, "Share of a pathway's area that the last phase may use.", "40 %, TIA-569 (S-HTH1)"),
      count("cross_tray_every", "1", 1, 1'000, "Trays between rows stand over every so many columns.", kChosen),
      text("switch_port", "automatic",
           "Name of switch ports, from {port} {port1} {cage} {cage1} {half} {half1}; automatic: swp{cage1}, swp{cage1}s{half} where a cage "
           "holds two.",
           "Cumulus and CVT naming"),
      text("nic_port", "automatic",
           "Name of NIC ports, from {port} {nic} {plane}; automatic: rail{nic}, rail{nic}p{plane} where a NIC has several.", kChosen),
      {"phases",
       ParameterType::integer_list,
       Dimension::none,
       "[]",
       1,
       1 << 20,
       "GPUs at the end of each phase of growth, rising; the last is the whole site. Empty: one phase.",
       kChosen,
       {}},
      count("phase", "0", 0, 64, "The phase that is built, from 1; 0: the last.", kChosen),
      quantity("latency_budget", Dimension::time, "0 ns", 1e12, "Most that a 4096 B message between any two NICs may take; 0 ns: no limit.",
               kChosen),
      real("port_reserve", "0", 0, 1, "Share of every switch's ports that must stay free after the last phase.", kChosen),
      real("headroom_multimode", "0.3", 0, 10, "dB of loss headroom below which a multimode link is a warning.", "docs/plant-physics.md"),
      real("headroom_single_mode", "0.5", 0, 10, "dB of loss headroom below which a single-mode link is a warning.",
           "docs/plant-physics.md"),
      real("margin_exponent", "1", 0.1, 2, "How Q follows optical margin: 1 where thermal noise limits the receiver, 0.5 where RIN does.",
           "docs/plant-physics.md"),
      text("schedule", "none", "Cable schedule that replaces what is generated: a CSV file.", "`eastwest expand` writes one"),
      text("ids", "none", "An earlier cable schedule whose ids, statuses and remarks stay with the same ends: a CSV file.",
           "ids are never used twice"),
      text("racks", "none", "Table of racks that replaces what is generated: a CSV file.", "`eastwest expand` writes one"),
      text("devices", "none", "Table of devices and panels and where they stand: a CSV file.", "`eastwest expand` writes one"),
      text("pathways", "none", "Table of pathways: a CSV file.", "`eastwest expand` writes one"),
      text("measured", "none", "Measured loss or bit errors of cables, which win over the design: a CSV file.", "docs/plant.md"),
  };
}

PlantSettings plant_settings(const ParameterSet& parameters) {
  PlantSettings settings;
  settings.site = parameters.text("site");
  settings.room = parameters.text("room");
  settings.rack_units = narrow(parameters.integer("rack_units"));
  settings.rack_power = {parameters.integer("rack_power")};
  settings.rack_weight = {parameters.integer("rack_weight")};
  const std::string& cabling = parameters.text("cabling");
  settings.cabling = cabling == "structured"          ? CablingRule::structured
                     : cabling == "structured_fabric" ? CablingRule::structured_fabric
                                                      : CablingRule::point_to_point;
  settings.low_loss = parameters.text("connector_grade") == "low_loss";
  settings.multimode = parameters.text("multimode");
  settings.method_b = parameters.text("polarity") == "b";
  settings.trunk_fibres = narrow(parameters.integer("trunk_fibres"));
  settings.trunk_spare = parameters.real("trunk_spare");
  settings.trunk_splices = narrow(parameters.integer("trunk_splices"));
  settings.panel_ports = narrow(parameters.integer("panel_ports"));
  settings.cord_length = parameters.length("cord_length");
  settings.standard_lengths = parameters.text("lengths") == "standard";
  settings.tray = {parameters.length("tray_width"), parameters.length("tray_depth")};
  settings.drop = {parameters.length("drop_width"), parameters.length("drop_depth")};
  settings.fill_initial = parameters.real("fill_initial");
  settings.fill_most = parameters.real("fill_most");
  settings.cross_tray_every = narrow(parameters.integer("cross_tray_every"));
  settings.switch_port = parameters.text("switch_port");
  settings.nic_port = parameters.text("nic_port");
  settings.phases = parameters.list("phases");
  settings.phase = narrow(parameters.integer("phase"));
  settings.latency_budget = parameters.duration("latency_budget");
  settings.port_reserve = parameters.real("port_reserve");
  settings.headroom_multimode = parameters.real("headroom_multimode");
  settings.headroom_single_mode = parameters.real("headroom_single_mode");
  settings.margin_exponent = parameters.real("margin_exponent");
  settings.schedule = parameters.text("schedule");
  settings.ids = parameters.text("ids");
  settings.racks = parameters.text("racks");
  settings.devices = parameters.text("devices");
  settings.pathways = parameters.text("pathways");
  settings.measured = parameters.text("measured");
  return settings;
}

std::string port_name(const std::string& pattern, std::uint32_t port, std::uint32_t ports_per_cage, std::uint32_t nic_ports) {
  const std::uint32_t cage = port / std::max(1u, ports_per_cage);
  const std::uint32_t half = port % std::max(1u, ports_per_cage);
  const std::pair<std::string_view, std::uint32_t> words[] = {{"{port}", port},
                                                              {"{port1}", port + 1},
                                                              {"{cage}", cage},
                                                              {"{cage1}", cage + 1},
                                                              {"{half}", half},
                                                              {"{half1}", half + 1},
                                                              {"{nic}", port / nic_ports},
                                                              {"{plane}", port % nic_ports}};
  std::string name = pattern;
  for (const auto& [word, number] : words)
    for (std::size_t at = name.find(word); at != std::string::npos; at = name.find(word))
      name.replace(at, word.size(), std::to_string(number));
  return name;
}

}  // namespace eastwest
