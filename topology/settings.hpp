// SPDX-License-Identifier: Apache-2.0
// Parameters that several topology kinds share, and the settings that they resolve to with the catalogue's help.
//
// Every kind appends the groups that it needs to its own list, so a parameter is declared once. Zero (for counts and
// rates), negative (for latencies and delays) or "automatic" means: from the catalogue; what the catalogue leaves
// unknown takes the fallback named in settings.cpp, with a warning. Units: core/quantity.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "topology/cabling.hpp"
#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

// Far above any site of ours; they bound memory when a number slips.
inline constexpr std::uint32_t kMostEndpoints = 1u << 18;
inline constexpr std::uint32_t kMostCables = 1u << 20;

struct HostSettings {
  std::string model;
  std::uint32_t gpu_count = 1;
  std::uint32_t nics = 1;
  std::uint32_t nic_ports = 1;  // of each NIC
  BitRate nic_rate;             // of each port
  Duration nic_latency;
  std::optional<GpuModel> gpu_model;
  BitRate scale_up_rate;
  Duration scale_up_latency;
};

struct SwitchSettings {
  std::string model = "custom";
  Duration latency;
  ForwardingMode mode = ForwardingMode::cut_through;
  Bytes buffer;
  const SwitchModel* catalogue = nullptr;  // nullptr: no limit on ports
  [[nodiscard]] std::uint32_t ports_at(BitRate rate) const;
};

struct FabricSettings {
  std::uint32_t servers = 0;
  HostSettings host;
  SwitchSettings leaf;
  SwitchSettings spine;
  BitRate uplink_rate;
  RackGrid grid;
  CableRule host_cable;
  CableRule fabric_cable;
};

/// Number and make of servers; the defaults differ between kinds and must be literals.
void append_server_parameters(std::vector<ParameterSpec>& list, std::string_view servers_default, std::string_view server_default,
                              std::string_view servers_meaning);
/// What a server is, for graphs that spell out hosts and links themselves.
void append_host_parameters(std::vector<ParameterSpec>& list, std::string_view server_default);
void append_switch_parameters(std::vector<ParameterSpec>& list);
void append_cable_parameters(std::vector<ParameterSpec>& list);
void append_grid_parameters(std::vector<ParameterSpec>& list);

HostSettings host_settings(const ParameterSet& parameters, const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics);
/// `model` is the id, `parameter` the name of the parameter that gave it.
SwitchSettings switch_settings(const ParameterSet& parameters, std::string_view model, std::string_view parameter,
                               const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics);
/// All shared groups at once; every mistake is reported, and a name that is unknown suggests the nearest.
FabricSettings fabric_settings(const ParameterSet& parameters, const Catalogue& catalogue, const Place& place, Diagnostics& diagnostics);

template <class Entry>
std::vector<std::string> ids_of(std::span<const Entry> entries) {
  std::vector<std::string> ids;
  for (const Entry& entry : entries) ids.push_back(entry.id);
  return ids;
}

/// "did you mean `x`?" or `otherwise`.
std::string name_remedy(std::string_view word, const std::vector<std::string>& candidates, const std::string& otherwise);

}  // namespace eastwest
