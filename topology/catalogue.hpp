// SPDX-License-Identifier: Apache-2.0
// The catalogue: what switches, NICs, GPUs, servers, optics and media can do, each fact with its source.
//
// Units: core/quantity.hpp; rates and reaches per direction. A fact that the tables leave empty has the value named
// "unknown" beside its field. Source: data/*.csv, whose README tells where every column comes from; a fact that is not
// listed in a row's `verified` column is general knowledge and must be shown as unverified.
// Invariants: ids are unique per table; every server names a GPU (and, if any, a NIC) that exists; every optic names a
// medium that exists. LIMITATIONS: only the columns that a fabric needs are read; the tables hold more.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "core/result.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// Where the facts of one row come from.
struct Origin {
  std::vector<std::string> verified;  // columns that were seen in a source
  std::string source;                 // tags, "GK" = general knowledge
  std::string note;
  [[nodiscard]] bool verifies(std::string_view column) const;
};

struct SwitchModel {
  std::string id;
  std::string vendor;
  std::string model;
  std::string protocol;     // "eth", "ib"
  std::uint32_t ports = 0;  // at port_rate
  BitRate port_rate;
  std::uint32_t ports_400g = 0;  // when cages are split; 0: cannot
  Bytes buffer;                  // 0: unknown
  Duration latency{-1};          // negative: unknown
  ForwardingMode mode = ForwardingMode::cut_through;
  Power power_max;               // 0: unknown
  std::uint32_t rack_units = 0;  // 0: unknown
  Origin origin;
  /// How many ports it has when all run at `rate`; 0 when it cannot. No split below 400 Gb/s is assumed beyond the 400 Gb/s one.
  [[nodiscard]] std::uint32_t ports_at(BitRate rate) const;
};

struct NicModel {
  std::string id;
  std::string vendor;
  std::string model;
  std::uint32_t ports = 1;
  BitRate port_rate;
  Duration latency;  // one side, NIC and PCIe
  Origin origin;
};

struct GpuEntry {
  std::string id;
  std::string vendor;
  GpuModel model;
  BitRate scale_up_rate;  // one direction
  Power power_max;
  Origin origin;
};

struct ServerModel {
  std::string id;
  std::string vendor;
  std::string model;
  std::string gpu;  // id
  std::uint32_t gpus = 0;
  std::string nic;  // id; "" when the NICs are part of the GPUs
  std::uint32_t nics = 0;
  BitRate nic_rate;
  Power power_max;  // 0: unknown
  std::uint32_t rack_units = 0;
  Origin origin;
};

struct OpticModel {
  std::string id;
  std::string name;
  std::string protocol;
  BitRate rate;
  std::string medium;       // id
  Length reach;             // on the best glass or copper of its medium (OM4 for multimode)
  Duration fec_latency;     // codeword fill and pipeline, once per link
  Duration module_latency;  // each end
  std::string fec;
  bool automatic = false;  // may be chosen when the site names none
  Origin origin;
};

struct MediumModel {
  std::string id;
  std::string name;
  Duration delay_per_kilometre;
  Origin origin;
  /// Propagation over `length`, rounded to the nearest picosecond.
  [[nodiscard]] Duration delay(Length length) const;
};

/// The texts of the tables, one string per file in data/.
struct CatalogueTexts {
  std::string_view switches;
  std::string_view nics;
  std::string_view gpus;
  std::string_view servers;
  std::string_view optics;
  std::string_view media;
};

class Catalogue {
 public:
  /// The error names file, line and column, e.g. "switches.csv line 3: column `port_rate`: ...".
  static Result<Catalogue> load(const CatalogueTexts& texts);

  // nullptr when there is none of that id.
  [[nodiscard]] const SwitchModel* find_switch(std::string_view id) const;
  [[nodiscard]] const NicModel* find_nic(std::string_view id) const;
  [[nodiscard]] const GpuEntry* find_gpu(std::string_view id) const;
  [[nodiscard]] const ServerModel* find_server(std::string_view id) const;
  [[nodiscard]] const OpticModel* find_optic(std::string_view id) const;
  [[nodiscard]] const MediumModel* find_medium(std::string_view id) const;

  [[nodiscard]] std::span<const SwitchModel> switches() const { return switches_; }
  [[nodiscard]] std::span<const NicModel> nics() const { return nics_; }
  [[nodiscard]] std::span<const GpuEntry> gpus() const { return gpus_; }
  [[nodiscard]] std::span<const ServerModel> servers() const { return servers_; }
  [[nodiscard]] std::span<const OpticModel> optics() const { return optics_; }
  [[nodiscard]] std::span<const MediumModel> media() const { return media_; }

 private:
  std::vector<SwitchModel> switches_;
  std::vector<NicModel> nics_;
  std::vector<GpuEntry> gpus_;
  std::vector<ServerModel> servers_;
  std::vector<OpticModel> optics_;
  std::vector<MediumModel> media_;
};

/// The texts that are built into the library.
CatalogueTexts builtin_catalogue_texts();
/// The catalogue that is built into the library.
Catalogue builtin_catalogue();

}  // namespace eastwest
