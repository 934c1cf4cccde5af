// SPDX-License-Identifier: Apache-2.0
// NetBox records: sites, racks, devices, components and cables as CSV files tell them, whichever NetBox wrote them and in whatever order.
//
// Columns are found by name: the import forms' names ("side_a_device"), or the headers of NetBox's own exports ("Device A"). Columns that are
// not needed, such as `id`, are passed over. Lengths in millimetres, weights in grams. Invariants: every mistake of every file is told, each
// once, with its line; names of devices and cables are unique. Source: NetBox's forms and tables (docs/netbox.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"
#include "topology/plant/exchange/exchange_site.hpp"
#include "topology/plant/exchange/netbox_components.hpp"

namespace eastwest {

/// Values of `cf_eastwest_` columns by what follows the prefix; empty cells are not there.
using NetBoxFields = std::map<std::string, std::string>;

struct NetBoxSite {
  std::string name;
  NetBoxFields fields;
  Place place;
};

struct NetBoxRack {
  std::string name;
  std::string site;
  std::string location;
  std::uint32_t units = 0;     // 0: not told
  std::optional<Mass> weight;  // that it may carry
  NetBoxFields fields;
  Place place;
};

enum class NetBoxRole : std::uint8_t { unknown, server, network_switch, panel };

struct NetBoxDevice {
  std::string name;
  std::string site;
  std::string location;
  std::string rack;
  std::string role_name;
  NetBoxRole role = NetBoxRole::unknown;
  std::string manufacturer;
  std::string model;
  std::uint32_t unit = 0;  // 0: not placed
  NetBoxComponents components;
  const NetBoxDeviceType* type = nullptr;  // of the files of device types, if there
  NetBoxFields fields;
  Place place;
};

enum class NetBoxTermination : std::uint8_t { interface, front_port, rear_port, other };

struct NetBoxEnd {
  std::string site;
  std::string device;
  NetBoxTermination kind = NetBoxTermination::interface;
  std::string type;  // as told, "dcim.interface"
  std::string name;
};

struct NetBoxCable {
  std::string label;
  std::string id;  // of NetBox, "" when not told
  NetBoxEnd a;
  NetBoxEnd b;
  std::string type;
  std::string status;
  std::optional<Length> length;
  NetBoxFields fields;
  Place place;
};

struct NetBoxRecords {
  std::vector<NetBoxSite> sites;
  std::vector<NetBoxRack> racks;
  std::vector<NetBoxDevice> devices;
  std::vector<NetBoxCable> cables;
};

/// Which object a file holds, by its name ("16-cables.csv", "netbox_cables.csv"); "" when none of those that are read.
std::string netbox_object_of(const std::string& path);

/// `types` must outlive the records.
NetBoxRecords read_netbox_records(const std::vector<ExchangeFile>& files, const std::vector<NetBoxDeviceType>& types,
                                  Diagnostics& diagnostics);

}  // namespace eastwest
