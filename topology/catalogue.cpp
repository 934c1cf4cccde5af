// SPDX-License-Identifier: Apache-2.0
#include "topology/catalogue.hpp"

#include <algorithm>

#include "topology/catalogue_table.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view switches_csv;
extern const std::string_view nics_csv;
extern const std::string_view gpus_csv;
extern const std::string_view servers_csv;
extern const std::string_view optics_csv;
extern const std::string_view media_csv;
extern const std::string_view fibres_csv;
extern const std::string_view connections_csv;
extern const std::string_view cable_constructions_csv;
extern const std::string_view pathways_csv;
}  // namespace embedded

bool Origin::verifies(std::string_view column) const { return std::find(verified.begin(), verified.end(), column) != verified.end(); }

std::uint32_t SwitchModel::ports_at(BitRate rate) const {
  constexpr BitRate k400g{400'000'000'000};
  if (rate > port_rate || rate.bits_per_second == 0) return 0;
  return rate <= k400g ? std::max(ports, ports_400g) : ports;
}

const FibreWindow& FibreModel::window(std::uint32_t wavelength_nm) const {
  EASTWEST_CHECK(!windows.empty(), "a fibre without a window");
  const FibreWindow* found = &windows.front();
  for (const FibreWindow& candidate : windows)
    if (candidate.wavelength_nm <= wavelength_nm) found = &candidate;
  return *found;
}

Duration MediumModel::delay(Length length) const {
  constexpr std::int64_t kMillimetres = 1'000'000;  // in a kilometre; split there so that no product overflows
  const std::int64_t part = (length.mm % kMillimetres * delay_per_kilometre.ps + kMillimetres / 2) / kMillimetres;
  return {length.mm / kMillimetres * delay_per_kilometre.ps + part};
}

Result<Catalogue> Catalogue::load(const CatalogueTexts& texts) {
  Catalogue catalogue;
  const Status read[] = {
      read_table("switches.csv", texts.switches, catalogue.switches_),
      read_table("nics.csv", texts.nics, catalogue.nics_),
      read_table("gpus.csv", texts.gpus, catalogue.gpus_),
      read_table("servers.csv", texts.servers, catalogue.servers_),
      read_table("media.csv", texts.media, catalogue.media_),
      read_table("optics.csv", texts.optics, catalogue.optics_),
      read_table("fibres.csv", texts.fibres, catalogue.fibres_),
      read_table("connections.csv", texts.connections, catalogue.connections_),
      read_table("cable_constructions.csv", texts.cable_constructions, catalogue.cable_constructions_),
      read_table("pathways.csv", texts.pathways, catalogue.pathways_),
  };
  for (const Status& status : read)
    if (!status) return status.error();
  for (const ServerModel& server : catalogue.servers_) {
    if (catalogue.find_gpu(server.gpu) == nullptr)
      return Error{"servers.csv: server `" + server.id + "` has GPU `" + server.gpu + "`, which gpus.csv does not have", {}};
    if (!server.nic.empty() && catalogue.find_nic(server.nic) == nullptr)
      return Error{"servers.csv: server `" + server.id + "` has NIC `" + server.nic + "`, which nics.csv does not have", {}};
  }
  for (const OpticModel& optic : catalogue.optics_)
    if (catalogue.find_medium(optic.medium) == nullptr)
      return Error{"optics.csv: optic `" + optic.id + "` has medium `" + optic.medium + "`, which media.csv does not have", {}};
  for (const FibreModel& fibre : catalogue.fibres_)
    if (catalogue.find_medium(fibre.medium) == nullptr)
      return Error{"fibres.csv: fibre `" + fibre.id + "` has medium `" + fibre.medium + "`, which media.csv does not have", {}};
  for (const CableConstruction& construction : catalogue.cable_constructions_)
    for (const std::string& optic : construction.optics)
      if (catalogue.find_optic(optic) == nullptr)
        return Error{"cable_constructions.csv: `" + construction.id + "` names optic `" + optic + "`, which optics.csv does not have", {}};
  return catalogue;
}

const SwitchModel* Catalogue::find_switch(std::string_view id) const { return find_entry(switches_, id); }
const NicModel* Catalogue::find_nic(std::string_view id) const { return find_entry(nics_, id); }
const GpuEntry* Catalogue::find_gpu(std::string_view id) const { return find_entry(gpus_, id); }
const ServerModel* Catalogue::find_server(std::string_view id) const { return find_entry(servers_, id); }
const OpticModel* Catalogue::find_optic(std::string_view id) const { return find_entry(optics_, id); }
const MediumModel* Catalogue::find_medium(std::string_view id) const { return find_entry(media_, id); }
const FibreModel* Catalogue::find_fibre(std::string_view id) const { return find_entry(fibres_, id); }
const CableConstruction* Catalogue::find_cable_construction(std::string_view id) const { return find_entry(cable_constructions_, id); }

const CableConstruction* Catalogue::find_construction_of(const OpticModel& optic, Length length) const {
  const CableConstruction* longest = nullptr;
  for (const CableConstruction& row : cable_constructions_) {
    if (std::find(row.optics.begin(), row.optics.end(), optic.id) == row.optics.end()) continue;
    longest = &row;  // rows of one optic ascend in length
    if (row.length_max.mm == 0 || length <= row.length_max) break;
  }
  return longest;
}

const ConnectionModel* Catalogue::find_connection(std::string_view element, std::string_view connector, std::string_view medium,
                                                  std::string_view grade) const {
  for (const ConnectionModel& row : connections_)
    if (row.element == element && row.connector == connector && row.grade == grade && (row.medium.empty() || row.medium == medium))
      return &row;
  return nullptr;
}

const PathwayModel* Catalogue::find_pathway(std::string_view kind, std::uint64_t cables) const {
  const PathwayModel* best = nullptr;
  for (const PathwayModel& row : pathways_)
    if (row.kind == kind && row.cables_from <= cables && (best == nullptr || row.cables_from > best->cables_from)) best = &row;
  return best;
}

CatalogueTexts builtin_catalogue_texts() {
  return {embedded::switches_csv, embedded::nics_csv,        embedded::gpus_csv,
          embedded::servers_csv,  embedded::optics_csv,      embedded::media_csv,
          embedded::fibres_csv,   embedded::connections_csv, embedded::cable_constructions_csv,
          embedded::pathways_csv};
}

Catalogue builtin_catalogue() {
  Result<Catalogue> catalogue = Catalogue::load(builtin_catalogue_texts());
  EASTWEST_CHECK(catalogue.has_value(), "the built-in catalogue does not load");
  return std::move(catalogue).value();
}

}  // namespace eastwest
