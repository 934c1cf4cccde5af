// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/parsers.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/documents/growth.hpp"
#include "analysis/documents/price_list.hpp"
#include "analysis/hardware/evidence_folder.hpp"
#include "analysis/hardware/json_tree.hpp"
#include "analysis/hardware/readers.hpp"
#include "scenarios/netbox_device_types.hpp"
#include "scenarios/netbox_site.hpp"
#include "topology/csv.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/measured_links.hpp"
#include "topology/plant/plant_builder.hpp"
#include "topology/plant/plant_tables.hpp"
#include "topology/topology_kind.hpp"

namespace eastwest::tests {

namespace {

/// A reader of evidence on its own.
template <auto Read>
std::size_t evidence(std::string_view text) {
  Diagnostics diagnostics;
  InputErrors errors("input", text, diagnostics);
  Evidence taken;
  Read(text, {0, "leaf-0", "swp1"}, {}, errors, taken);
  errors.finish();
  (void)diagnostics.print();  // whatever was quoted must be printable
  return taken.records();
}

std::size_t csv(std::string_view text) {
  std::size_t rows = 0;
  for (const char delimiter : {',', ';', '\t'}) {
    std::vector<CsvMistake> mistakes;
    rows += parse_csv(text, delimiter, mistakes).rows.size();
  }
  return rows;
}

std::size_t json(std::string_view text) {
  Diagnostics diagnostics;
  InputErrors errors("input", text, diagnostics);
  return read_json(text, errors).roots.size();
}

std::size_t infiniband_names(std::string_view text) {
  Diagnostics diagnostics;
  InputErrors errors("input", text, diagnostics);
  return read_infiniband_names(text, errors).size();
}

std::size_t column_mapping(std::string_view text) {
  Diagnostics diagnostics;
  InputErrors errors("input", text, diagnostics);
  return read_column_mapping(text, errors).fields.size();
}

std::size_t part_table(std::string_view text) {
  Diagnostics diagnostics;
  InputErrors errors("input", text, diagnostics);
  PartTable table;
  table.read(text, errors);
  (void)table.find("EX-DR4");
  return table.rows().size();
}

std::size_t measured_links(std::string_view text) {
  Diagnostics diagnostics;
  const std::size_t rows = read_measured_links(text, "input", diagnostics).size();
  (void)diagnostics.print();
  return rows;
}

/// Files of a delivery, parted by lines "--- PATH": names, mappings and formats all by themselves.
std::size_t delivery(std::string_view text) {
  constexpr std::string_view kMark = "--- ";
  std::vector<EvidenceText> files;
  while (text.starts_with(kMark)) {
    const std::size_t name_end = std::min(text.find('\n'), text.size());
    const std::string path(text.substr(kMark.size(), name_end - kMark.size()));
    text.remove_prefix(std::min(name_end + 1, text.size()));
    const std::size_t next = text.find("\n--- ");
    files.push_back({path, std::string(text.substr(0, next))});
    text.remove_prefix(next == std::string_view::npos ? text.size() : next + 1);
  }
  Diagnostics diagnostics;
  const std::size_t records = read_evidence(files, diagnostics).records();
  (void)diagnostics.print();
  return records;
}

std::size_t cable_schedule(std::string_view text) {
  Diagnostics diagnostics;
  const std::size_t rows = read_schedule(text, "input", diagnostics).size();
  (void)diagnostics.print();
  return diagnostics.has_errors() ? 0 : rows;
}

/// A schedule plugged into a small site: two hosts, a switch, a panel in each of two racks.
std::size_t applied_schedule(std::string_view text) {
  Diagnostics diagnostics;
  const Catalogue catalogue = builtin_catalogue();
  ExplicitGraph graph;
  for (const char* name : {"h0", "h1"}) {
    graph.hosts.emplace_back().name = name;
    graph.hosts.back().rack = name[1] == '0' ? "A01" : "A02";
    graph.links.emplace_back().a = name;
    graph.links.back().b = "s0";
  }
  graph.switches.emplace_back().name = "s0";
  graph.switches.back().rack = "A01";
  const TopologyKind* kind = find_topology_kind("custom");
  const std::vector<ParameterSpec> kind_specs = kind->parameters();
  Fabric fabric = kind->build(ParameterSet::defaults(kind_specs), graph, catalogue, {}, diagnostics);
  const std::vector<ParameterSpec> specs = plant_parameters();
  PlantRequest request{.catalogue = catalogue,
                       .settings = plant_settings(ParameterSet::defaults(specs)),
                       .tables = {},
                       .grid = {},
                       .keep_lengths = true,
                       .place = {}};
  request.grid.racks_per_row = 16;
  request.tables.devices = {"devices",
                            "device,kind,rack,unit,ports\nh0,server,A01,1,\nh1,server,A02,1,\ns0,switch,A01,10,\nA01-40,panel,A01,40,24\n"
                            "A02-40,panel,A02,40,24\n"};
  request.tables.schedule = {"input", std::string(text)};
  const std::optional<Plant> plant = build_plant(request, fabric, diagnostics);
  (void)diagnostics.print();
  return plant ? plant->pieces.size() : 0;
}

std::size_t price_list(std::string_view text) {
  Diagnostics diagnostics;
  const std::optional<PriceList> prices = read_price_list(text, "input", diagnostics);
  (void)diagnostics.print();
  return prices && !diagnostics.has_errors() ? 1 : 0;
}

std::size_t unit_times(std::string_view text) {
  Diagnostics diagnostics;
  read_unit_times(text, "input", diagnostics);
  (void)diagnostics.print();
  return diagnostics.has_errors() ? 0 : 1;
}

/// A table that fills what is there: rack A01 and server h0.
std::size_t rack_table(std::string_view text) {
  Diagnostics diagnostics;
  std::vector<PlantRack> racks(1);
  racks[0].name = "A01";
  read_racks(text, "input", racks, diagnostics);
  (void)diagnostics.print();
  return diagnostics.has_errors() ? 0 : racks.size();
}

std::size_t device_table(std::string_view text) {
  Diagnostics diagnostics;
  std::vector<PlantRack> racks(1);
  racks[0].name = "A01";
  std::vector<Device> devices(1);
  devices[0].name = "h0";
  devices[0].model = "plain";
  static_cast<void>(read_devices(text, "input", racks, 64, devices, diagnostics));
  (void)diagnostics.print();
  return diagnostics.has_errors() ? 0 : devices.size();
}

std::size_t pathway_table(std::string_view text) {
  Diagnostics diagnostics;
  const std::size_t rows = read_pathways(text, "input", diagnostics).size();
  (void)diagnostics.print();
  return diagnostics.has_errors() ? 0 : rows;
}

std::size_t device_types(std::string_view text) {
  Diagnostics diagnostics;
  const std::size_t types = read_device_types({"input.yaml", std::string(text)}, diagnostics).size();
  (void)diagnostics.print();
  return types;
}

/// Files of NetBox, parted by lines "--- PATH".
std::size_t netbox(std::string_view text) {
  constexpr std::string_view kMark = "--- ";
  std::vector<ExchangeFile> files;
  while (text.starts_with(kMark)) {
    const std::size_t name_end = std::min(text.find('\n'), text.size());
    const std::string path(text.substr(kMark.size(), name_end - kMark.size()));
    text.remove_prefix(std::min(name_end + 1, text.size()));
    const std::size_t next = text.find("\n--- ");
    files.push_back({path, std::string(text.substr(0, next == std::string_view::npos ? next : next + 1))});
    text.remove_prefix(next == std::string_view::npos ? text.size() : next + 1);
  }
  Diagnostics diagnostics;
  const std::size_t written = import_netbox(std::move(files), "input", diagnostics).size();
  (void)diagnostics.print();
  return written;
}

// A new parser is one line here and a folder of a few small files in corpus/; files named bad-* are those of which nothing can be taken.
constexpr FuzzParser kParsers[] = {
    {"applied_schedule", applied_schedule},
    {"cable_schedule", cable_schedule},
    {"column_mapping", column_mapping},
    {"connections", evidence<read_connections>},
    {"csv", csv},
    {"delivery", delivery},
    {"device_table", device_table},
    {"device_types", device_types},
    {"ethtool_fec", evidence<read_ethtool_fec>},
    {"ethtool_modules", evidence<read_ethtool_modules>},
    {"ethtool_settings", evidence<read_ethtool_settings>},
    {"ibnetdiscover", evidence<read_ibnetdiscover>},
    {"infiniband_names", infiniband_names},
    {"infiniband_ports", evidence<read_infiniband_ports>},
    {"inventory", evidence<read_inventory>},
    {"bill_list", evidence<read_bill>},
    {"json", json},
    {"lldp", evidence<read_lldp>},
    {"loss_tests", evidence<read_loss_tests>},
    {"measured_links", measured_links},
    {"netbox", netbox},
    {"otdr_events", evidence<read_otdr_events>},
    {"part_table", part_table},
    {"pathway_table", pathway_table},
    {"price_list", price_list},
    {"rack_table", rack_table},
    {"sonic_database", evidence<read_sonic_database>},
    {"sonic_eeprom", evidence<read_sonic_eeprom>},
    {"unit_times", unit_times},
};

}  // namespace

std::span<const FuzzParser> fuzz_parsers() { return kParsers; }

}  // namespace eastwest::tests
