// SPDX-License-Identifier: Apache-2.0
// Test support: plays a schedule over an ideal alpha-beta network, the reference that closed forms are written for.
//
// A rank has one egress per network (between hosts, inside a host) that sends one message after the other, in the order
// in which the sends became ready (ties by operation number). A message arrives alpha after its last byte left; nothing
// contends anywhere else, but for what a scale-up switch writes into ports; acknowledgements take no time. Units: ps and bytes; the rate is a whole number of ps per byte.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/schedule.hpp"

namespace eastwest::tests {

struct IdealNetwork {
  std::int64_t alpha = 0;  // ps, between hosts
  std::int64_t ps_per_byte = 1;
  std::int64_t inside_alpha = 0;  // ps, inside a host
  std::int64_t inside_ps_per_byte = 1;
  std::vector<std::uint32_t> host_of_rank;  // empty: every rank on its own
};

/// When each operation finished. Every operation must be reachable (check_schedule has passed).
std::vector<std::int64_t> play(const Schedule& schedule, const IdealNetwork& network);

/// When the last one did.
std::int64_t makespan(const Schedule& schedule, const IdealNetwork& network);

}  // namespace eastwest::tests
