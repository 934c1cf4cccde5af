// SPDX-License-Identifier: Apache-2.0
#include "topology/settings.hpp"

namespace eastwest {

namespace {

// Fallbacks for what neither the site nor the catalogue says.
constexpr std::uint64_t kGigabit = 1'000'000'000;
constexpr BitRate kPlainNicRate{400 * kGigabit};
constexpr BitRate kPlainCopyRate{400 * kGigabit};  // memory copy between processes of one plain host, about 50 GB/s (GK)
constexpr Duration kNicLatency{600'000};           // of most NICs in the catalogue
constexpr Duration kSwitchLatency{700'000};        // Tomahawk 5 class (GK)
constexpr Bytes kSwitchBuffer{64'000'000};         // Spectrum-3 class (GK), the smaller of today's boxes
constexpr std::uint32_t kUnlimitedPorts = 65'535;  // a port index of a next-hop table has 16 bits

constexpr double kSecond = 1e12;
constexpr double kRateMaximum = 1e14;

using Specs = std::vector<ParameterSpec>;

ParameterSpec count(std::string_view name, std::string_view fallback, double minimum, double maximum, std::string_view meaning,
                    std::string_view source) {
  return {name, ParameterType::quantity, Dimension::none, fallback, minimum, maximum, meaning, source, {}};
}
ParameterSpec delay(std::string_view name, std::string_view fallback, std::string_view meaning, std::string_view source) {
  return {name, ParameterType::quantity, Dimension::time, fallback, -1, kSecond, meaning, source, {}};
}
ParameterSpec rate(std::string_view name, std::string_view meaning, std::string_view source) {
  return {name, ParameterType::quantity, Dimension::rate, "0 b/s", 0, kRateMaximum, meaning, source, {}};
}
ParameterSpec length(std::string_view name, std::string_view fallback, double maximum, std::string_view meaning, std::string_view source) {
  return {name, ParameterType::quantity, Dimension::length, fallback, 0, maximum, meaning, source, {}};
}
ParameterSpec text(std::string_view name, std::string_view fallback, std::string_view meaning, std::string_view source) {
  return {name, ParameterType::text, Dimension::none, fallback, 0, 0, meaning, source, {}};
}

std::uint32_t narrow(std::int64_t value) { return static_cast<std::uint32_t>(value); }

/// Looks `id` up in `optics` unless it is "automatic"; falls back to it after an error.
std::string optic_name(const ParameterSet& parameters, std::string_view parameter, const Catalogue& catalogue, const Place& place,
                       Diagnostics& diagnostics) {
  const std::string& id = parameters.text(parameter);
  if (id == "automatic" || catalogue.find_optic(id) != nullptr) return id;
  std::vector<std::string> known = ids_of(catalogue.optics());
  known.emplace_back("automatic");
  diagnostics.error(place, "`" + std::string(parameter) + "`: there is no optic `" + id + "` in the catalogue",
                    name_remedy(id, known, "take `automatic` or an id of data/optics.csv"));
  return "automatic";
}

CableRule cable_rule(const ParameterSet& parameters, std::string_view delay_parameter, std::string_view optic_parameter,
                     const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics) {
  CableRule rule;
  rule.delay = parameters.duration(delay_parameter);
  if (rule.delay.ps < 0) rule.delay = parameters.duration("link_delay");
  rule.optic = optic_name(parameters, optic_parameter, catalogue, place, diagnostics);
  rule.frame_loss = parameters.real("frame_loss");
  rule.delay_parameter = delay_parameter;
  rule.optic_parameter = optic_parameter;
  return rule;
}

}  // namespace

void append_server_parameters(Specs& list, std::string_view servers_default, std::string_view server_default,
                              std::string_view servers_meaning) {
  list.push_back(count("servers", servers_default, servers_default == "0" ? 0 : 1, 65'536, servers_meaning, "size of the site"));
  append_host_parameters(list, server_default);
  list.push_back(rate("nic_rate", "Rate of a NIC port; 0 b/s: from the catalogue (plain: 400 Gb/s).", "data/servers.csv"));
  list.push_back(
      count("nics_per_server", "0", 0, 256, "East-west NIC ports of a server; 0: from the catalogue (plain: 1).", "data/servers.csv"));
  list.push_back(count("gpus_per_server", "0", 0, 1'024, "GPUs (plain: processes) of a server; 0: from the catalogue (plain: 1).",
                       "data/servers.csv"));
}

void append_host_parameters(Specs& list, std::string_view server_default) {
  list.push_back(text("server", server_default, "Server model of the catalogue, or `plain`: a host with one process, one NIC and no GPU.",
                      "data/servers.csv"));
  list.push_back(delay("nic_latency", "-1 ps",
                       "Software to wire or wire to software, once per message and side; negative: from the catalogue (plain: 600 ns).",
                       "data/nics.csv"));
  list.push_back(rate("scale_up_rate",
                      "Rate of a GPU's scale-up port, one direction; 0 b/s: from the catalogue (plain: 400 Gb/s memory copy).",
                      "data/gpus.csv"));
  list.push_back({"scale_up_latency",
                  ParameterType::quantity,
                  Dimension::time,
                  "600 ns",
                  0,
                  kSecond,
                  "GPU to GPU through the scale-up switch, once per message.",
                  "NVLink hop: 300-600 ns (GK); hardware hop 0.6 us of NCCL's LL protocol (S-NCCL)",
                  {}});
}

void append_switch_parameters(Specs& list) {
  list.push_back(text("switch", "jn-qfx5240", "Switch model of the catalogue, or `custom`: no limit on ports, 700 ns, 64 MB.",
                      "a 51.2 Tb/s box that a validated AI design uses as leaf and spine (S-JNP)"));
  list.push_back(
      delay("switch_latency", "-1 ps", "Port to port, first bit in to first bit out; negative: from the catalogue.", "data/switches.csv"));
  list.push_back({"switch_mode", ParameterType::choice, Dimension::none, "catalogue", 0, 0,
                  "When a frame may leave: as soon as its header is known, or when it is complete.", "data/switches.csv",
                  "catalogue, cut_through, store_and_forward"});
  list.push_back({"switch_buffer",
                  ParameterType::quantity,
                  Dimension::bytes,
                  "0 B",
                  0,
                  1e12,
                  "Shared packet memory of a switch; 0 B: from the catalogue.",
                  "data/switches.csv",
                  {}});
}

void append_cable_parameters(Specs& list) {
  list.push_back(rate("uplink_rate", "Rate of links between switches; 0 b/s: the NIC rate.", "non-blocking practice"));
  list.push_back(delay("link_delay", "-1 ps",
                       "One-way delay of every link, instead of length and optics; negative: from length and optics.",
                       "for set-ups of textbooks and papers"));
  list.push_back(delay("host_link_delay", "-1 ps", "One-way delay of host links; negative: as `link_delay` says.",
                       "for set-ups of textbooks and papers"));
  list.push_back(delay("fabric_link_delay", "-1 ps", "One-way delay of links between switches; negative: as `link_delay` says.",
                       "for set-ups of textbooks and papers"));
  list.push_back({"frame_loss",
                  ParameterType::real,
                  Dimension::none,
                  "0",
                  0,
                  1,
                  "Probability that a frame is lost on a link, each direction.",
                  "healthy links lose below 1e-11 (S-CM)",
                  {}});
  list.push_back(text(
      "host_optic", "automatic",
      "Optic or cable of host links: an id of the catalogue, or `automatic`: copper within its reach, then multimode, then single-mode.",
      "data/optics.csv"));
  list.push_back(text("fabric_optic", "automatic", "Optic or cable of links between switches, likewise.", "data/optics.csv"));
}

void append_grid_parameters(Specs& list) {
  list.push_back(count("racks_per_row", "16", 1, 1'000, "Racks in a row of the hall.", "common hall layout (GK)"));
  list.push_back(count("servers_per_rack", "4", 1, 128, "Servers in a rack.", "4 per rack at about 50 kW (S-SP2, S-SP3)"));
  list.push_back(count("switches_per_rack", "8", 1, 128, "Switches in a network rack.", "two units each, half the rack for panels (GK)"));
  list.push_back(length("rack_pitch", "600 mm", 1e5, "Centre to centre of neighbouring racks.", "standard rack width (GK)"));
  list.push_back(
      length("row_pitch", "3 m", 1e6, "Centre to centre of neighbouring rows: rack depth and aisle.", "1.2 m racks, 1.8 m aisles (GK)"));
  list.push_back(
      length("vertical_drop", "2 m", 1e5, "From a device up to the tray, each end of a cable.", "tray above 48-unit racks (GK)"));
  list.push_back(length("slack", "1 m", 1e6, "Spare length of a cable, both ends together.", "common practice (GK)"));
}

std::string name_remedy(std::string_view word, const std::vector<std::string>& candidates, const std::string& otherwise) {
  const std::string nearest = nearest_name(word, candidates);
  return nearest.empty() ? otherwise : "did you mean `" + nearest + "`?";
}

std::uint32_t SwitchSettings::ports_at(BitRate rate) const { return catalogue == nullptr ? kUnlimitedPorts : catalogue->ports_at(rate); }

HostSettings host_settings(const ParameterSet& parameters, const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics) {
  HostSettings host;
  host.model = parameters.text("server");
  host.nic_rate = kPlainNicRate;
  host.nic_latency = kNicLatency;
  host.scale_up_rate = kPlainCopyRate;
  if (const ServerModel* server = catalogue.find_server(host.model)) {
    host.gpu_count = server->gpus;
    host.nics = server->nics;
    host.nic_rate = server->nic_rate;
    if (const NicModel* nic = catalogue.find_nic(server->nic)) host.nic_latency = nic->latency;
    const GpuEntry* gpu = catalogue.find_gpu(server->gpu);
    host.gpu_model = gpu->model;
    host.scale_up_rate = gpu->scale_up_rate;
  } else if (host.model == "plain") {
    host.model = "custom";
  } else {
    std::vector<std::string> known = ids_of(catalogue.servers());
    known.emplace_back("plain");
    diagnostics.error(place, "`server`: there is no server `" + host.model + "` in the catalogue",
                      name_remedy(host.model, known, "take `plain` or an id of data/servers.csv"));
  }
  if (parameters.has("gpus_per_server") && parameters.integer("gpus_per_server") > 0)
    host.gpu_count = narrow(parameters.integer("gpus_per_server"));
  if (parameters.has("nics_per_server") && parameters.integer("nics_per_server") > 0)
    host.nics = narrow(parameters.integer("nics_per_server"));
  if (parameters.has("nic_rate") && parameters.integer("nic_rate") > 0) host.nic_rate = parameters.rate("nic_rate");
  if (parameters.integer("nic_latency") >= 0) host.nic_latency = parameters.duration("nic_latency");
  if (parameters.integer("scale_up_rate") > 0) host.scale_up_rate = parameters.rate("scale_up_rate");
  host.scale_up_latency = parameters.duration("scale_up_latency");
  return host;
}

SwitchSettings switch_settings(const ParameterSet& parameters, std::string_view model, std::string_view parameter,
                               const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics) {
  SwitchSettings result;
  result.model = std::string(model);
  result.latency = parameters.duration("switch_latency");
  result.buffer = parameters.bytes("switch_buffer");
  const std::string& mode = parameters.text("switch_mode");
  if (model != "custom") {
    result.catalogue = catalogue.find_switch(model);
    if (result.catalogue == nullptr) {
      std::vector<std::string> known = ids_of(catalogue.switches());
      known.emplace_back("custom");
      diagnostics.error(place, "`" + std::string(parameter) + "`: there is no switch `" + result.model + "` in the catalogue",
                        name_remedy(model, known, "take `custom` or an id of data/switches.csv"));
    } else {
      const SwitchModel& entry = *result.catalogue;
      result.mode = entry.mode;
      if (result.latency.ps < 0 && entry.latency.ps < 0)
        diagnostics.warning(place,
                            "the catalogue knows no latency of switch `" + entry.id + "`; " + to_string(kSwitchLatency) + " is taken",
                            "give `switch_latency`");
      else if (result.latency.ps < 0) result.latency = entry.latency;
      if (result.buffer.count == 0 && entry.buffer.count == 0)
        diagnostics.warning(place, "the catalogue knows no buffer of switch `" + entry.id + "`; " + to_string(kSwitchBuffer) + " is taken",
                            "give `switch_buffer`");
      else if (result.buffer.count == 0) result.buffer = entry.buffer;
    }
  }
  if (mode != "catalogue") result.mode = mode == "cut_through" ? ForwardingMode::cut_through : ForwardingMode::store_and_forward;
  if (result.latency.ps < 0) result.latency = kSwitchLatency;
  if (result.buffer.count == 0) result.buffer = kSwitchBuffer;
  return result;
}

FabricSettings fabric_settings(const ParameterSet& parameters, const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics) {
  FabricSettings settings;
  settings.servers = narrow(parameters.integer("servers"));
  settings.host = host_settings(parameters, catalogue, place, diagnostics);
  const std::string& model = parameters.text("switch");
  settings.leaf = switch_settings(parameters, model, "switch", catalogue, place, diagnostics);
  settings.spine = settings.leaf;
  if (parameters.has("spine_switch")) {
    const std::string& spine = parameters.text("spine_switch");
    if (spine != "same" && spine != model)
      settings.spine = switch_settings(parameters, spine, "spine_switch", catalogue, place, diagnostics);
  }
  settings.uplink_rate = parameters.integer("uplink_rate") > 0 ? parameters.rate("uplink_rate") : settings.host.nic_rate;
  settings.host_cable = cable_rule(parameters, "host_link_delay", "host_optic", catalogue, place, diagnostics);
  settings.fabric_cable = cable_rule(parameters, "fabric_link_delay", "fabric_optic", catalogue, place, diagnostics);
  settings.grid.racks_per_row = narrow(parameters.integer("racks_per_row"));
  settings.grid.servers_per_rack = narrow(parameters.integer("servers_per_rack"));
  settings.grid.switches_per_rack = narrow(parameters.integer("switches_per_rack"));
  settings.grid.rack_pitch = parameters.length("rack_pitch");
  settings.grid.row_pitch = parameters.length("row_pitch");
  settings.grid.vertical_drop = parameters.length("vertical_drop");
  settings.grid.slack = parameters.length("slack");
  if (std::uint64_t{settings.servers} * settings.host.nics > kMostEndpoints)
    diagnostics.error(place,
                      std::to_string(settings.servers) + " servers of " + std::to_string(settings.host.nics) + " NICs are more than " +
                          std::to_string(kMostEndpoints) + " endpoints",
                      "lower `servers` or `nics_per_server`");
  return settings;
}

}  // namespace eastwest
