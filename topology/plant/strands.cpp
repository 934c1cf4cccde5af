// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/strands.hpp"

namespace eastwest {

std::uint64_t strands_needed(std::uint64_t links, std::uint32_t fibres_per_link, std::uint32_t spare_per_mille) {
  return (links * fibres_per_link * (1'000 + spare_per_mille) + 999) / 1'000;
}

std::uint64_t trunks_needed(std::uint64_t strands, std::uint32_t fibres_per_trunk) {
  return fibres_per_trunk == 0 ? 0 : (strands + fibres_per_trunk - 1) / fibres_per_trunk;
}

}  // namespace eastwest
