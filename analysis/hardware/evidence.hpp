// SPDX-License-Identifier: Apache-2.0
// Evidence: what modules, neighbours, counters, packing lists and test sets say about the hardware, as plain records.
//
// Units: optical power in dBm (minus infinity: dark), bias in mA, wavelength in nm, lengths in mm, loss in mdB, rates in bit/s. An optional
// without value and an empty text both mean "the file does not say". Names of devices and interfaces are as the file or its name gives
// them. Every record knows its file and line. Nothing here is compared with a design: verification.hpp does that.
// Sources of the formats: each reader. LIMITATIONS: one reading per record; time series are not kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/hardware/part_table.hpp"
#include "core/quantity.hpp"

namespace eastwest {

/// Where a record stands: index into Evidence::files, and a line from 1 (0: the file as a whole).
struct EvidenceLine {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
};

/// What a transceiver or cable end says about itself, from its EEPROM.
struct ModuleReading {
  EvidenceLine at;
  std::string device;
  std::string interface;
  std::string vendor;
  std::string part_number;
  std::string serial;
  std::string revision;
  std::string identifier_text;               // "OSFP 8X Pluggable Transceiver"
  std::optional<std::uint32_t> identifier;   // SFF-8024 table 4-1
  std::optional<std::uint32_t> power_class;  // 1 to 8
  std::optional<Power> power_max;
  std::optional<std::uint32_t> connector;  // SFF-8024 table 4-3
  std::string connector_text;
  std::string technology;                        // "1310 nm EML", "Copper cable, unequalized"
  std::optional<std::uint32_t> technology_code;  // CMIS table 8-40
  std::optional<double> wavelength_nm;
  std::optional<Length> cable_length;  // of a DAC, AEC or AOC
  bool cable_length_at_least = false;  // the field was full: "> 6.3km"
  std::optional<Length> reach_smf;
  std::optional<Length> reach_om3;
  std::optional<Length> reach_om4;
  std::optional<Length> reach_om5;
  std::optional<std::uint32_t> media_type;  // CMIS: 1 multimode, 2 single-mode, 3 passive copper, 4 active cable
  std::optional<std::uint32_t> media_code;  // SFF-8024 media interface id
  std::string media_text;                   // "400GBASE-DR4 (Clause 124)"
  std::optional<std::uint32_t> host_lanes;  // of one application
  std::optional<std::uint32_t> media_lanes;
  bool flat_memory = false;          // no page beyond the lower one: no reach, wavelength or light to be read
  std::vector<double> transmit_dbm;  // per lane
  std::vector<double> receive_dbm;
  bool receive_is_oma = false;  // modulation amplitude, not average power
  std::vector<double> bias_ma;
  std::optional<double> temperature_c;
  std::optional<double> voltage_v;
  std::vector<std::string> faults;  // "rx_loss_of_signal on lane 3"
  [[nodiscard]] bool carries_copper() const {
    const std::uint32_t code = technology_code.value_or(0);  // CMIS 5.2 table 8-40: 10 to 15 are kinds of copper
    return (code >= 10 && code <= 15) || media_type.value_or(0) == 3 || technology.find("opper") != std::string::npos;
  }
};

/// Who answers at the other end of an interface: LLDP, or the subnet manager's view of an InfiniBand link.
struct NeighbourReading {
  EvidenceLine at;
  std::string device;
  std::string interface;
  std::string peer_device;             // system name, or the chassis id where there is none
  std::string peer_interface;          // port id that is a name, else the description
  std::string peer_description;        // of the port
  std::string peer_chassis;            // id as given, e.g. a MAC address or a GUID
  std::optional<BitRate> rate;         // of the link, where the source says it
  std::optional<std::uint32_t> width;  // lanes
  std::string speed;                   // "4xNDR"
  bool infiniband = false;
};

/// Speed of an interface that is up.
struct SpeedReading {
  EvidenceLine at;
  std::string device;
  std::string interface;
  std::optional<BitRate> rate;
  std::optional<std::uint32_t> lanes;
  std::optional<bool> up;
};

/// Codewords with `low` to `high` symbol errors.
struct FecBin {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint64_t count = 0;
};

/// Error counters of an interface since they were cleared.
struct ErrorReading {
  EvidenceLine at;
  std::string device;
  std::string interface;
  std::vector<std::string> encodings;  // active: "RS", "LLRS", "BASER", "Off"
  std::optional<std::uint64_t> corrected_blocks;
  std::optional<std::uint64_t> uncorrectable_blocks;
  std::optional<std::uint64_t> corrected_bits;
  std::vector<std::uint64_t> corrected_blocks_by_lane;
  std::vector<FecBin> histogram;      // ascending, no overlaps
  std::optional<double> pre_fec_ber;  // measured by the module, the worst lane or average that it gives
};

/// One line of a packing list (no device) or of an inventory (with device).
struct InventoryItem {
  EvidenceLine at;
  std::string device;
  std::string component;  // interface, bay or slot that it sits in
  std::string manufacturer;
  std::string part_number;
  std::string description;
  std::vector<std::string> serials;
  std::int64_t quantity = 1;
  std::vector<std::int64_t> by_phase;  // of a bill of materials: the quantity of each phase
  std::string category;                // of a bill of materials: "server", "cord"
  std::optional<Length> length;        // of a cable
  [[nodiscard]] bool installed() const { return !device.empty(); }
};

enum class TestDirection : std::uint8_t { unknown, a_to_b, b_to_a };

/// Loss of one fibre, one direction, one wavelength, as a test set measured it.
struct LossReading {
  EvidenceLine at;
  std::string cable;
  std::optional<std::uint32_t> fibre;      // position at end A, from 1
  std::optional<std::uint32_t> far_fibre;  // position at end B where its light was seen
  TestDirection direction = TestDirection::unknown;
  std::optional<double> wavelength_nm;
  std::optional<Length> length;
  std::optional<Loss> loss;
  std::optional<Loss> limit;
  std::optional<Loss> margin;
  std::optional<Loss> optical_return_loss;
  std::optional<bool> passed;
  std::string instrument;
  std::string tested_at;
};

/// One event of an OTDR trace.
struct OtdrEvent {
  EvidenceLine at;
  std::string cable;
  std::optional<std::uint32_t> fibre;
  TestDirection direction = TestDirection::unknown;
  std::optional<double> wavelength_nm;
  std::uint32_t number = 0;
  std::string type;  // "connector", "splice", "bend", "end"
  std::optional<Length> distance;
  std::optional<Loss> loss;
  std::optional<double> reflectance_db;
  std::optional<double> segment_db_per_km;
  std::optional<Loss> cumulative;
};

/// One row of a point-to-point list: what somebody says is plugged where.
struct ConnectionEnd {
  std::string rack;
  std::string unit;
  std::string device;
  std::string type;
  std::string interface;
};
struct ConnectionReading {
  EvidenceLine at;
  ConnectionEnd a;
  ConnectionEnd z;
};

/// A file that was looked at, and what was taken from it.
struct EvidenceFile {
  std::string path;    // relative to what the user named
  std::string format;  // name of the format; "" when it is not known
  std::string device;  // by the name of the file or its folder; "" where the content tells
  std::string interface;
  std::size_t records = 0;
};

struct Evidence {
  std::vector<EvidenceFile> files;
  std::vector<ModuleReading> modules;
  std::vector<NeighbourReading> neighbours;
  std::vector<SpeedReading> speeds;
  std::vector<ErrorReading> errors;
  std::vector<InventoryItem> inventory;
  std::vector<LossReading> losses;
  std::vector<OtdrEvent> events;
  std::vector<ConnectionReading> connections;
  PartTable parts;  // tables parts.csv that came along: no records of what is there, but of what a part number means
  [[nodiscard]] std::size_t records() const {
    return modules.size() + neighbours.size() + speeds.size() + errors.size() + inventory.size() + losses.size() + events.size() +
           connections.size();
  }
};

}  // namespace eastwest
