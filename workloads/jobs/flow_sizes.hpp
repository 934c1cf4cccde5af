// SPDX-License-Identifier: Apache-2.0
// Flow sizes: how large the flows of general-purpose computing are, as published cumulative distributions.
//
// A distribution is a list of points (bytes, share of the flows that are at most so large), joined by straight lines; two points of
// equal bytes are a jump. Units: bytes. Invariants: shares ascend from 0 to 1, bytes never descend, at least two points.
// Source: data/flow_sizes.csv, a source in every row. LIMITATIONS: what lies between the published points is a straight line;
// sizes are independent of each other and of who sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"

namespace eastwest {

struct FlowSizePoint {
  double bytes = 0;
  double share = 0;
};

struct FlowSizes {
  std::string name;
  std::vector<FlowSizePoint> points;
  /// The integral of 1 - share over all sizes, in bytes.
  [[nodiscard]] double mean() const;
  /// The size that a share `u` in [0, 1) of the flows does not reach, rounded to whole bytes, at least one.
  [[nodiscard]] Bytes at(double u) const;
};

/// The distributions of the built-in table, in its order.
const std::vector<FlowSizes>& published_flow_sizes();
/// The one of that name; it must be there.
const FlowSizes& find_flow_sizes(std::string_view name);
/// All flows are equally large.
FlowSizes fixed_flow_size(Bytes size);

}  // namespace eastwest
