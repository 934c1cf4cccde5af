// SPDX-License-Identifier: Apache-2.0
// A site as its tables: what exchange formats write and read, without the fabric that it came from.
//
// Tables are CSV texts as `write_racks`, `write_devices`, `write_pathways` and `write_schedule` write them and `site_yaml` is the site file that
// names them; together they are a site folder. Invariant: a site folder read again gives the same fabric and plant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eastwest {

/// A file of an exchange: a path within its folder and the bytes.
struct ExchangeFile {
  std::string path;
  std::string text;
};

/// A port of a device as the device calls it, and what is plugged in.
struct ExchangePort {
  std::string name;
  std::string interface_type;  // of NetBox: "400gbase-x-osfp"
  std::string optic;           // id of the pluggable optic, "400g-dr4"; "" of none, copper and active cables
};

/// A model of the catalogue or of the site's own, as device types and module types describe it.
struct ExchangeModel {
  std::string kind;          // "server", "switch", "panel"
  std::string id;            // "nv-qm9700", "panel-24", "custom"
  std::string manufacturer;  // "NVIDIA"; "Generic" where the catalogue knows none
  std::string name;          // "QM9700"
  std::string comment;
  double weight_kg = 0;              // 0: unknown
  std::uint32_t module_bays = 0;     // cages of NICs in a server
  std::string module_manufacturer;   // of the NICs
  std::string module_name;           // "ConnectX-7"; "" of none
  std::vector<ExchangePort> spares;  // all ports of a switch, where every one of the model names them alike; else empty
};

/// One optic as an inventory item and as facts of its links.
struct ExchangeOptic {
  std::string id;           // as in the schedule's `pmd`
  std::string wavelengths;  // "1310", "1271 1291 1311 1331"; "" of copper
  std::string loss_max;     // of its channel, "3 dB"; "" unknown
};

struct ExchangeSite {
  std::string code;       // "SITE1"
  std::string site_yaml;  // the site file of the folder
  std::string racks;
  std::string devices;
  std::string pathways;
  std::string schedule;
  std::vector<std::vector<ExchangePort>> ports;  // by row of `devices`; empty for panels
  std::vector<std::string> roles;                // by row of `devices`: "Server", "Leaf switch", "Patch panel"
  std::vector<ExchangeModel> models;             // of every device
  std::vector<ExchangeOptic> optics;             // of every medium of a link
};

}  // namespace eastwest
