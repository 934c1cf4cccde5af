// SPDX-License-Identifier: Apache-2.0
// Port maps: every port of every switch, server and panel: what is plugged in, where it leads, and what it is for.
//
// A panel's port is seen from both sides: the cord in front and the strand of a trunk behind. Invariants: one row per port of a device, free ones
// too, in the order of devices and ports. LIMITATIONS: ports that the topology does not use (out-of-band, storage) are not in a fabric.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/site_view.hpp"

namespace eastwest {

struct PortMapRow {
  std::uint32_t device = 0;
  std::string port;            // "swp1s0", "03"
  std::uint32_t cage = kNone;  // from 0; kNone of panels
  std::uint32_t link = kNone;
  std::uint32_t piece = kNone;  // in front
  std::string next;             // the other end of that piece: "A01-42:03"
  std::uint32_t trunk = kNone;  // behind a panel's port
  std::uint32_t strand = 0;
  std::string behind;  // the trunk's other end at this strand: "A02-42:03"
  std::string far_a;   // ends of the link: of a node's port the far one alone, of a panel's both
  std::string far_b;
};

std::vector<PortMapRow> port_map(const SiteView& view, std::uint32_t device);
/// "used", "free", or of a panel "dark": a trunk behind and nothing in front.
std::string_view port_state(const PortMapRow& row);
/// device, kind, model, rack, unit, port, cage, state, link, rail, rate, optic, cable_id, cable_type, next, trunk, strand, behind, far_end, phase, margin_db.
std::string write_port_maps(const SiteView& view);

}  // namespace eastwest
