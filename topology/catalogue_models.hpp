// SPDX-License-Identifier: Apache-2.0
// Rows of the catalogue: what switches, NICs, GPUs, servers, optics, media, fibres, connections and pathways can do.
//
// Units: core/quantity.hpp; rates and reaches per direction. A fact that the tables leave empty has the value named
// "unknown" beside its field. Source: data/*.csv, whose README tells where every column comes from; a fact that is not
// listed in a row's `verified` column is general knowledge and must be shown as unverified (`Origin::verifies`).
// LIMITATIONS: only the columns that a fabric or its plant needs are read; the tables hold more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
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
  std::uint32_t cages = 0;       // 0: unknown
  std::string cage_type;         // "OSFP twin": two ports a cage
  Power cage_power;              // what one cage feeds and cools; 0: unknown
  Power power_typical;           // without optics; 0: unknown
  Power power_max;               // 0: unknown
  std::uint32_t rack_units = 0;  // 0: unknown
  double weight_kg = 0;          // 0: unknown
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
  Duration latency;     // one side, NIC and PCIe
  std::string cage;     // "" when it has none (on board)
  Power power_typical;  // 0: unknown
  Power power_max;      // 0: unknown
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
  std::string nic_cages;               // "4xOSFP twin", as the system guide writes it
  std::uint32_t north_south_nics = 0;  // 0: unknown
  BitRate north_south_rate;            // 0: unknown
  std::string cooling;
  Power power_max;  // 0: unknown
  std::uint32_t rack_units = 0;
  double weight_kg = 0;  // 0: unknown
  Origin origin;
};

enum class Modulation : std::uint8_t { nrz, pam4 };

struct OpticModel {
  std::string id;
  std::string name;
  std::string protocol;
  std::vector<std::string> form_factors;  // which cages take it
  BitRate rate;
  std::string medium;       // id
  Length reach;             // on the best glass or copper of its medium (OM4 for multimode)
  Duration fec_latency;     // codeword fill and pipeline, once per link
  Duration module_latency;  // each end
  std::string fec;          // "KP4", "KR4", "KP4+inner", "KP4 or LL", "none"
  bool automatic = false;   // may be chosen when the site names none
  std::uint32_t media_lanes = 0;
  double lane_gigabaud = 0;
  Modulation modulation = Modulation::pam4;
  std::vector<std::uint32_t> wavelengths_nm;                        // ascending; empty for copper
  std::string connector;                                            // "MPO-12/APC", "LC-duplex", "integral", "MPO-16/APC or 2xMPO-12/APC"
  std::uint32_t fibres = 0;                                         // lit ones; 0 for copper
  Length reach_om3, reach_om4, reach_om5, reach_os2, reach_copper;  // 0: not for it, or unknown
  std::optional<double> transmit_oma_min_dbm, transmit_average_min_dbm, receive_sensitivity_oma_dbm;
  Loss loss_max;      // of the channel, on OM4 or OS2; 0: unknown
  Loss loss_max_om3;  // 0.1 dB less than on OM4 unless the table says otherwise
  Loss loss_max_om5;  // as on OM4 unless the table says otherwise
  double pre_fec_ber = 0;
  Duration fec_fill{-1};  // negative: unknown
  Power power_typical;    // 0: unknown or none
  Power power_max;        // 0: unknown
  std::uint32_t sff8024_id = 0;
  std::uint32_t cmis_media_type = 0;  // 1 multimode, 2 single-mode, 3 passive copper, 4 active cable
  std::uint32_t cmis_media_id = 0;
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

/// What a kind of glass does at one wavelength, cabled.
struct FibreWindow {
  std::uint32_t wavelength_nm = 0;
  double attenuation_max_db_per_km = 0;  // design value
  double attenuation_typical_db_per_km = 0;
  double group_index = 0;
};

struct FibreModel {
  std::string id;  // "om4", "os2"
  std::string name;
  std::string medium;  // "mmf", "smf"
  std::string reach;   // the reach that holds for it: "om3", "om4", "om5" or "os2"
  std::vector<std::string> jacket_colours;
  std::vector<FibreWindow> windows;  // ascending wavelength, at least one
  Length bend_radius;                // of the glass, not of the cable; 0: unknown
  Origin origin;
  /// The window that holds at `wavelength_nm`: the longest one that is not longer, else the shortest of all.
  /// Attenuation falls as the wavelength grows, so this errs on the side of more loss.
  [[nodiscard]] const FibreWindow& window(std::uint32_t wavelength_nm) const;
};

/// Two plugs that meet, or a splice.
struct ConnectionModel {
  std::string id;
  std::string element;    // "mated_pair", "fusion_splice", "mechanical_splice"
  std::string connector;  // family, "MPO" or "LC"; "" for a splice
  std::string medium;     // "mmf", "smf"; "" when it holds for both
  std::string grade;      // "standard", "low_loss"
  Loss loss_max;
  Loss loss_mean;
  Loss loss_sigma;
  double reflectance_max_db = 0;  // negative; 0: unknown
  Origin origin;
};

struct CableConstruction {
  std::string id;
  std::string name;
  std::string type;                 // "cord", "trunk", "dac", "acc", "aec", "aoc"
  std::uint32_t fibres = 0;         // 0 for copper
  double diameter_mm = 0;           // of the circle that has the cable's area
  double weight_kg_per_km = 0;      // 0: unknown
  Length bend_radius_installed;     // never less than this at rest
  Length bend_radius_pulling;       // under load
  std::vector<std::string> optics;  // ids of the integral cables that are built so
  Length length_max;                // up to which an integral cable is built so; 0: any
  Origin origin;
};

/// How full one kind of pathway may be, as shares of its usable area.
struct PathwayModel {
  std::string id;
  std::string kind;               // "tray", "basket", "conduit", "raceway"
  std::uint32_t cables_from = 0;  // the row holds from so many cables on
  double fill_initial = 0;        // of a new design; more is a warning
  double fill_max = 0;            // more fails
  double fill_absolute = 0;       // more does not physically go in, or breaks another code
  Length pile_max;                // usable depth; 0: the whole depth
  Origin origin;
};

}  // namespace eastwest
