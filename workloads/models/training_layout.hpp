// SPDX-License-Identifier: Apache-2.0
// Training layout: which rank stands where, and which ranks form a group.
//
// rank = i + t (x + X k): tensor index i, replica x = context index + c * data index of X = c d, pipeline stage k; Megatron-LM's order.
// A context group is c consecutive replicas, an expert group e consecutive ones; the replicas of an expert are every e-th.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

#include "workloads/models/training_settings.hpp"

namespace eastwest {

struct TrainingLayout {
  std::size_t t, c, e, p, v, m;  // as in TrainingSettings; m micro-batches
  std::size_t replicas;

  explicit TrainingLayout(const TrainingSettings& settings)
      : t(static_cast<std::size_t>(settings.tensor_parallel)),
        c(static_cast<std::size_t>(settings.context_parallel)),
        e(static_cast<std::size_t>(settings.expert_parallel)),
        p(static_cast<std::size_t>(settings.pipeline_parallel)),
        v(static_cast<std::size_t>(settings.virtual_stages)),
        m(static_cast<std::size_t>(settings.micro_batches())),
        replicas(static_cast<std::size_t>(settings.replicas())) {}

  [[nodiscard]] std::size_t ranks() const { return t * replicas * p; }
  [[nodiscard]] std::size_t index(std::size_t stage, std::size_t replica, std::size_t shard) const {
    return shard + t * (replica + replicas * stage);
  }
  /// Replicas that must take their passes together: each block of so many consecutive ones exchanges nothing with others in a pass.
  [[nodiscard]] std::size_t block(bool all) const { return all ? replicas : std::lcm(c, e); }
  /// `count` ranks of a stage with one tensor index, from replica `first` on, `stride` apart.
  [[nodiscard]] std::vector<std::size_t> group(std::size_t stage, std::size_t shard, std::size_t first, std::size_t count,
                                               std::size_t stride = 1) const {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < count; ++i) members.push_back(index(stage, first + i * stride, shard));
    return members;
  }
};

}  // namespace eastwest
