// SPDX-License-Identifier: Apache-2.0
// Components of devices: interfaces, front and rear ports of every device, and which of them the device type of its model brings.
//
// Names: interfaces as the device calls them; a panel's port 3 is "F03", the rear port behind ports 1 to 9 is "R01-09", behind 3 alone "R03".
// Invariant: a name is in a device type only if every device of the model has it with the same type and the same mapping.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest {

struct NetBoxFrontPort {
  std::string name;
  std::string type;       // "mpo", "lc"
  std::string rear_port;  // name
  std::uint32_t position = 1;
  friend bool operator==(const NetBoxFrontPort&, const NetBoxFrontPort&) = default;
};

struct NetBoxRearPort {
  std::string name;
  std::string type;
  std::uint32_t positions = 1;
  friend bool operator==(const NetBoxRearPort&, const NetBoxRearPort&) = default;
};

struct NetBoxInterface {
  std::string name;
  std::string type;
  bool management = false;
  friend bool operator==(const NetBoxInterface&, const NetBoxInterface&) = default;
};

struct NetBoxComponents {
  std::vector<NetBoxInterface> interfaces;
  std::vector<NetBoxFrontPort> front_ports;
  std::vector<NetBoxRearPort> rear_ports;
};

/// A device type: what its YAML file says.
struct NetBoxDeviceType {
  std::string file;  // for messages
  std::string manufacturer;
  std::string model;
  std::string slug;
  std::string part_number;
  double u_height = 1;
  bool full_depth = true;
  double weight = 0;
  std::string weight_unit;
  std::string comments;
  std::vector<std::string> module_bays;
  NetBoxComponents components;
};

/// "F03".
std::string front_port_name(std::uint32_t port);
/// "R01-09", or "R03" of one.
std::string rear_port_name(std::uint32_t first, std::uint32_t count);
/// "mpo" of "MPO-12/APC", "lc" of "LC-duplex"; "other" where NetBox has none.
std::string netbox_port_type(std::string_view connector, std::string_view polish);

/// What all of `devices` have alike, in the order of the first; empty of none.
NetBoxComponents shared_components(const std::vector<const NetBoxComponents*>& devices);
/// What `own` has and `shared` has not, by name.
NetBoxComponents components_beyond(const NetBoxComponents& own, const NetBoxComponents& shared);

/// The device type as YAML. `mappings`: as NetBox 4.5 and later have them, `port-mappings`; else within the front ports.
std::string write_device_type(const NetBoxDeviceType& type, bool mappings);
/// `text` as a YAML string in double quotes.
std::string yaml_text(std::string_view text);

}  // namespace eastwest
