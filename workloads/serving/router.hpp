// SPDX-License-Identifier: Apache-2.0
// Router: which serving instance a request goes to.
//
//   round_robin   each in turn
//   least_loaded  the least `load`: prompt tokens of unfinished requests
//   prefix_aware  the least load + backlog - cached: what the instance already carries, what it has still to compute, less
//                 what of this prompt it remembers; all three in tokens, so that a prefix is worth as much load as it saves
// Ties go to the smaller number. Source: the cost function of NVIDIA Dynamo's KV router (tokens to prefill plus active
// tokens, weight 1); Mooncake's Conductor (FAST 2025) weighs queue against reuse in the same way.
// LIMITATIONS: loads and caches are known without delay; prompts that are being computed count as not yet cached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace eastwest {

enum class RouterPolicy : std::uint8_t { least_loaded, round_robin, prefix_aware };

struct RouterView {
  std::int64_t load = 0;
  std::int64_t backlog = 0;
  std::int64_t cached = 0;  // of the request that is to be routed
};

/// Index into `instances`, of which there is at least one; round_robin counts `turn` on.
std::size_t choose_instance(RouterPolicy policy, std::span<const RouterView> instances, std::size_t& turn);

}  // namespace eastwest
