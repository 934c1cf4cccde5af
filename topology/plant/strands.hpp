// SPDX-License-Identifier: Apache-2.0
// Strands and trunks: how many fibres a bundle of links needs, and how many whole trunks carry them.
//
//   strands = links * fibres per link * (1 + spare), rounded up; trunks = strands / fibres per trunk, rounded up
// Trunks are counted in base-8 where parallel optics run: every fibre of an MPO-8 leg is lit. Common practice keeps 25 % of the
// strands and one trunk per route spare (general knowledge). Units: whole fibres; spare as a share in thousandths.
#pragma once

#include <cstdint>

namespace eastwest {

std::uint64_t strands_needed(std::uint64_t links, std::uint32_t fibres_per_link, std::uint32_t spare_per_mille = 0);
std::uint64_t trunks_needed(std::uint64_t strands, std::uint32_t fibres_per_trunk);

}  // namespace eastwest
