// SPDX-License-Identifier: Apache-2.0
// Test support: executes a schedule on symbolic memory, in random orders, to prove what a collective computes.
//
// The memory of a rank is cut where any step begins or ends; each piece holds the set of ranks whose contribution is in
// it. A send takes a copy of its range when it starts; a receive puts it down when it finishes: by union when the step
// reduces, and a contribution that is there already is a fault, else by replacement. Steps of a reduction in the network
// pass on what each end has of the whole range, by union: the switches count each contribution once; that all have come is what is proved. What is ready is executed in an
// order drawn from the seed, so a missing dependency shows as wrong contents under some seed.
// The schedule must hold the operations of one plan and nothing else: its k-th send is step k, fused group k is fused k.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/collectives/collective_kind.hpp"

namespace eastwest::tests {

class SymbolicMemory {
 public:
  /// `extra_cuts`: further places where contents may differ, such as the borders of the blocks.
  SymbolicMemory(const CollectivePlan& plan, std::uint32_t ranks, std::int64_t bytes, const std::vector<std::int64_t>& extra_cuts);
  /// Puts contribution `of` into [begin, end) of `rank`.
  void give(std::uint32_t rank, std::int64_t begin, std::int64_t end, std::uint32_t of);
  /// True when every piece of [begin, end) of `rank` holds exactly the contributions `wanted` (all of them: empty list).
  [[nodiscard]] bool holds(std::uint32_t rank, std::int64_t begin, std::int64_t end, const std::vector<std::uint32_t>& wanted) const;

  using Words = std::vector<std::uint64_t>;
  [[nodiscard]] Words copy(std::uint32_t rank, std::int64_t begin, std::int64_t end) const;
  /// False when reducing would count a contribution twice.
  bool put(std::uint32_t rank, std::int64_t begin, const Words& words, bool reduce);
  void unite(std::uint32_t rank, std::int64_t begin, const Words& words) { (void)put(rank, begin, words, true); }

 private:
  [[nodiscard]] std::size_t piece_at(std::int64_t offset) const;
  [[nodiscard]] std::size_t word_of(std::uint32_t rank, std::size_t piece) const { return (rank * (cuts_.size() - 1) + piece) * width_; }

  std::uint32_t ranks_;
  std::size_t width_;  // 64-bit words per set
  std::vector<std::int64_t> cuts_;
  Words words_;
};

/// Executes `schedule`, made of `plan`, on `memory`; the fault in words, or empty.
std::string replay(const Schedule& schedule, const CollectivePlan& plan, SymbolicMemory& memory, std::uint64_t seed,
                   const ProtocolCost& protocol = {});

}  // namespace eastwest::tests
