// SPDX-License-Identifier: Apache-2.0
// ASTRA network: the analytical network of ASTRA-sim (`network.yml`) as it stands in the file, read and checked.
//
// Four lists of equal length: `topology` (Ring, FullyConnected, Switch), `npus_count`, `bandwidth` (GB/s of a link and direction,
// 10^9 bytes), `latency` (ns of a link); dimension 0 is innermost. Source: ASTRA-sim, analytical network back end.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/input_text.hpp"
#include "core/quantity.hpp"

namespace eastwest {

struct AstraDimension {
  enum class Shape : std::uint8_t { ring, fully_connected, switched };
  Shape shape = Shape::ring;
  std::uint32_t npus = 2;
  BitRate rate;
  Duration latency;
};

/// Mistakes go to `errors`; with them the result is of no use.
std::vector<AstraDimension> read_astra_network(std::string_view text, InputErrors& errors);

}  // namespace eastwest
