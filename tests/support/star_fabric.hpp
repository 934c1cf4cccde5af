// SPDX-License-Identifier: Apache-2.0
// Test support: a fabric of equal hosts around one switch, built by hand so that workload tests need no topology kind.
//
// Units: core/quantity.hpp. Invariants: validate() accepts it; host h has GPUs h * gpus .. and NICs h * nics ...
#pragma once

#include <cstdint>

#include "topology/fabric.hpp"

namespace eastwest::tests {

struct StarShape {
  std::uint32_t hosts = 4;
  std::uint32_t gpus = 1;  // per host
  std::uint32_t nics = 1;  // per host
  BitRate nic_rate{400'000'000'000};
  BitRate scale_up_rate{3'600'000'000'000};
};

Fabric star_fabric(const StarShape& shape);

}  // namespace eastwest::tests
