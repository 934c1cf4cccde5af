// SPDX-License-Identifier: Apache-2.0
// Trees: NCCL's double binary tree over hosts, chains below it inside hosts, and the rounds of a reduction and broadcast along a tree.
//
// A tree is the parent of every member; the root's is kNoParent. Invariants: two trees of the same members; with an even number
// of them every member but none is interior in both, so each sends at most S/2 up and 2 x S/2 down in one and S/2 up in the other.
// Height of each: ceil(log2 N). Source: Sanders, Speck, Traeff, "Two-tree algorithms for full bandwidth broadcast, reduction and scan",
// Parallel Computing 35(12), 2009; the shape of the trees: NCCL 2.30 src/graph/trees.cc and connect.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

inline constexpr std::uint32_t kNoParent = 0xffff'ffffu;

/// Tree 0 or 1 of the two over `members` members. Tree 0: the parent of r has the lowest set bit of r cleared and the next one
/// set, or only cleared where that is beyond the last member; 0 is the root and has one child. Tree 1: the mirror image of an even
/// number of members, of an odd one the same tree with every member moved up by one.
std::vector<std::uint32_t> binary_tree(std::uint32_t members, std::uint32_t tree);

/// The tree of `channel` over all ranks: `tree` over the hosts, in each a chain that begins at the local rank `channel` (the one
/// that speaks to other hosts, so that every channel uses another NIC).
std::vector<std::uint32_t> host_tree(const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t channel, std::uint32_t tree);

struct TreeStep {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t round = 0;
  bool reduce = false;
};

/// Up to the root and down again, ascending in rounds: a member sends up in the round that is its height, the root's height
/// plus depth is the round in which it sends down. Each member's sends follow from what it got in earlier rounds.
std::vector<TreeStep> tree_rounds(const std::vector<std::uint32_t>& parent);

}  // namespace eastwest
