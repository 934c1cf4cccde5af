// SPDX-License-Identifier: Apache-2.0
// What a design needs to be delivered: servers, switches, racks, panels, modules and cables, as its bill of materials counts them.
//
// Invariants: the sums are those of the bill of materials of the phases that stand, part by part; a retired piece is not needed.
// LIMITATIONS: GPUs and NICs come with their servers; spares that are ordered on purpose are not known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/hardware/substitution.hpp"
#include "analysis/hardware/verification.hpp"

namespace eastwest {

struct DeliveryNeed {
  std::string category;  // of the bill
  std::string part;      // as the bill calls it
  std::string stem;      // the same without a length
  bool device = false;   // server, switch, rack, panel
  bool cable = false;
  bool named_only = false;            // compared only when a list names something of its category
  const OpticModel* optic = nullptr;  // of modules and cables with fixed ends
  std::uint32_t ports = 1;            // of each module
  std::string fibre;                  // of cords and trunks
  std::string connector;
  std::uint32_t fibres = 0;
  Length length;  // of cables: to order; of modules: of the longest link
  Length needed;  // of cables: the longest way among them
  LinkUse use;
  std::int64_t count = 0;
  [[nodiscard]] std::string text() const;
};

/// In order of the bill's categories. `design` is the part that stands.
std::vector<DeliveryNeed> delivery_needs(const VerificationDesign& design);

/// A cord or trunk by the name that some bill gives it ("trunk-72-os2-mpo-12/apc-pinned-b-7m"); nothing when it is no such name.
std::optional<Part> cable_of_bill(const Catalogue& catalogue, const std::string& part);
/// The name without the length at its end.
std::string stem_of_bill(const std::string& part);

}  // namespace eastwest
