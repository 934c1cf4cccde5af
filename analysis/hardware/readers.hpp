// SPDX-License-Identifier: Apache-2.0
// Readers of evidence: one function per format, and the list from which a file's format is found by its content.
//
// A reader appends to an Evidence what its text says. What cannot be read is an error with its line, what is left out a warning; a reader
// never stops at the first mistake and survives any bytes. Sources of the formats stand in each reader's file.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/hardware/evidence.hpp"
#include "core/input_text.hpp"

namespace eastwest {

/// What is known of a file before it is read.
struct EvidenceOrigin {
  std::uint32_t file = 0;  // index into Evidence::files
  std::string device;      // told by the name of the file or its folder; the content wins
  std::string interface;
};

/// Tells where the values of a table of one's own instrument stand.
struct ColumnMapping {
  struct Field {
    std::string name;    // of the canonical form: "cable_id", "loss_db"
    std::string column;  // of the source; "=AB" is the constant AB
    std::string unit;    // of the source: "dB", "m", "km", "ft", "nm", "um"; "" as the canonical form
  };
  std::string file;
  char delimiter = ',';
  char decimal_mark = '.';
  std::vector<Field> fields;
};

/// A name that a site gives to the InfiniBand node of a GUID.
struct InfinibandName {
  std::uint64_t guid = 0;
  std::string name;
};

/// What other files of the same delivery say about how to read this one.
struct EvidenceContext {
  std::vector<ColumnMapping> mappings;
  std::vector<InfinibandName> infiniband_names;
};

void read_ethtool_modules(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_ethtool_fec(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_ethtool_settings(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_lldp(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_ibnetdiscover(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_infiniband_ports(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_sonic_eeprom(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_sonic_database(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_inventory(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_bill(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_loss_tests(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_otdr_events(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_connections(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);
void read_part_table(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);

/// The two formats that tell how to read others.
std::vector<InfinibandName> read_infiniband_names(std::string_view text, InputErrors& errors);
ColumnMapping read_column_mapping(std::string_view text, InputErrors& errors);

/// What a switch or adapter of an InfiniBand description is called: "MF0;leaf-r0:MQM9700/U1" is leaf-r0, "gpu-001 mlx5_0" is gpu-001 with
/// the adapter mlx5_0.
struct InfinibandUnit {
  std::string device;
  std::string adapter;
};
InfinibandUnit infiniband_unit(std::string_view description, bool is_switch);

struct EvidenceFormat {
  std::string_view name;   // "lldp"
  std::string_view title;  // "LLDP neighbours (lldpcli -f json0)"
  bool (*recognise)(std::string_view head, const EvidenceContext& context);
  void (*read)(std::string_view text, const EvidenceOrigin&, const EvidenceContext&, InputErrors&, Evidence&);  // null: see EvidenceContext
};
std::span<const EvidenceFormat> evidence_formats();
/// By content; nullptr when no format fits.
const EvidenceFormat* recognise_evidence(std::string_view text, const EvidenceContext& context);

}  // namespace eastwest
