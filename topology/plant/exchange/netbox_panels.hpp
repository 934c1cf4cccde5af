// SPDX-License-Identifier: Apache-2.0
// Panels of NetBox by port number: front ports numbered from 1, rear ports as the ranges of front ports that are mapped to them.
//
// Front ports keep the number at the end of their names ("F03", "Port 3") where that numbers them all, and each rear port's front ports are
// neighbours in order; else they are numbered rear port by rear port. Invariant: every front port has one number, from 1 without a gap.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "topology/plant/exchange/netbox_components.hpp"

namespace eastwest {

struct NetBoxPanel {
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::uint32_t ports = 0;
  std::map<std::string, std::uint32_t> front;
  std::map<std::string, Range> rear;
  bool renumbered = false;  // names did not number the ports

  /// "03" of a front port, "01-09" of a rear port; "" of none.
  [[nodiscard]] std::string port_of_front(const std::string& name) const;
  [[nodiscard]] std::string port_of_rear(const std::string& name) const;
};

NetBoxPanel netbox_panel(const NetBoxComponents& components);

}  // namespace eastwest
