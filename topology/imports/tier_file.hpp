// SPDX-License-Identifier: Apache-2.0
// Tier file: htsim's description of a leaf-spine or fat tree (`.topo`) as it stands in the file, read and checked.
//
// Keys and whole numbers, `#` comments; a header (Nodes, Tiers, Podsize), then a block per tier. Tier 0 are the switches that
// hosts hang on. Links between tiers t - 1 and t have the rate and delay of tier t's `Downlink`. Source: csg-htsim and uet-htsim,
// FatTreeTopology::load. htsim ignores keys that it does not know; here each is a warning.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/input_text.hpp"

namespace eastwest {

struct TierFile {
  struct Tier {
    std::int64_t speed_gbps = 0;  // down, as all of the next four
    std::int64_t latency_ns = 0;
    std::int64_t radix_down = 0;
    std::int64_t radix_up = 0;        // 0 at the top
    std::int64_t switch_latency = 0;  // ns
    std::int64_t queue_down = 0;      // bytes; 0: not given
    std::int64_t queue_up = 0;
    std::int64_t oversubscribed = 0;  // 0: not given
    std::int64_t bundle = 1;          // parallel links to each switch below
    Word at;                          // its `Tier` line
  };
  std::int64_t nodes = 0;
  std::int64_t tiers = 0;
  std::int64_t pod_size = 0;
  std::array<Tier, 3> tier;
  // What follows from the above.
  std::uint32_t pods = 1;
  std::uint32_t leaves_per_pod = 0;
  std::uint32_t uppers_per_pod = 0;  // tier 1
  std::uint32_t cores = 0;           // tier 2
};

/// Mistakes, and radices that do not fit together, go to `errors`; with them the result is of no use.
TierFile read_tier_file(std::string_view text, InputErrors& errors);

}  // namespace eastwest
