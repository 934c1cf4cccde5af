// SPDX-License-Identifier: Apache-2.0
// The catalogue: what switches, NICs, GPUs, servers, optics and media can do, each fact with its source.
//
// Units: core/quantity.hpp. Source: data/*.csv. The rows are in topology/catalogue_models.hpp.
// Invariants: ids are unique per table; every server names a GPU (and, if any, a NIC) that exists; every optic and every
// fibre names a medium that exists; every cable construction names optics that exist.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "core/result.hpp"
#include "topology/catalogue_models.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// The texts of the tables, one string per file in data/.
struct CatalogueTexts {
  std::string_view switches;
  std::string_view nics;
  std::string_view gpus;
  std::string_view servers;
  std::string_view optics;
  std::string_view media;
  std::string_view fibres;
  std::string_view connections;
  std::string_view cable_constructions;
  std::string_view pathways;
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
  [[nodiscard]] const FibreModel* find_fibre(std::string_view id) const;
  [[nodiscard]] const CableConstruction* find_cable_construction(std::string_view id) const;
  /// The construction of an integral cable (DAC, AEC, AOC) of `length`.
  [[nodiscard]] const CableConstruction* find_construction_of(const OpticModel& optic, Length length) const;
  /// The row for a mated pair or splice; `connector` is a family ("MPO", "LC") or "".
  [[nodiscard]] const ConnectionModel* find_connection(std::string_view element, std::string_view connector, std::string_view medium,
                                                       std::string_view grade) const;
  /// The row for a pathway of `kind` that holds `cables` cables.
  [[nodiscard]] const PathwayModel* find_pathway(std::string_view kind, std::uint64_t cables) const;

  [[nodiscard]] std::span<const SwitchModel> switches() const { return switches_; }
  [[nodiscard]] std::span<const NicModel> nics() const { return nics_; }
  [[nodiscard]] std::span<const GpuEntry> gpus() const { return gpus_; }
  [[nodiscard]] std::span<const ServerModel> servers() const { return servers_; }
  [[nodiscard]] std::span<const OpticModel> optics() const { return optics_; }
  [[nodiscard]] std::span<const MediumModel> media() const { return media_; }
  [[nodiscard]] std::span<const FibreModel> fibres() const { return fibres_; }
  [[nodiscard]] std::span<const ConnectionModel> connections() const { return connections_; }
  [[nodiscard]] std::span<const CableConstruction> cable_constructions() const { return cable_constructions_; }
  [[nodiscard]] std::span<const PathwayModel> pathways() const { return pathways_; }

 private:
  std::vector<SwitchModel> switches_;
  std::vector<NicModel> nics_;
  std::vector<GpuEntry> gpus_;
  std::vector<ServerModel> servers_;
  std::vector<OpticModel> optics_;
  std::vector<MediumModel> media_;
  std::vector<FibreModel> fibres_;
  std::vector<ConnectionModel> connections_;
  std::vector<CableConstruction> cable_constructions_;
  std::vector<PathwayModel> pathways_;
};

/// The texts that are built into the library.
CatalogueTexts builtin_catalogue_texts();
/// The catalogue that is built into the library.
Catalogue builtin_catalogue();

}  // namespace eastwest
