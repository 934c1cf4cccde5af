// SPDX-License-Identifier: Apache-2.0
// Counts and figures of a fabric, and the sentences that say them to a person.
//
// Oversubscription of a leaf = bandwidth of its host links over that of its links to other switches (no value for a star).
// Bisection = most that the first half of the hosts (in order) can send to the other half: a maximum flow over the
// switches, links counted once per direction; its share is taken of what the smaller half's NICs can send.
// LIMITATIONS: the halves are those of the host order, not the worst of all halves.
#pragma once

#include <string>
#include <vector>

#include "topology/fabric.hpp"

namespace eastwest {

struct FabricSummary {
  std::uint32_t hosts = 0;
  std::uint32_t gpus = 0;  // or processes of plain hosts
  bool has_gpus = false;
  std::uint32_t endpoints = 0;
  std::vector<std::uint32_t> switches_per_tier;  // index 0 is tier 1
  std::uint32_t host_cables = 0;
  std::uint32_t fabric_cables = 0;
  struct MediumCount {
    std::string medium;
    std::uint32_t cables = 0;
    Length length;
  };
  std::vector<MediumCount> media;  // sorted by name
  Length cable_length;
  double oversubscription_least = 0;  // over leaves with uplinks; 0 when there is none
  double oversubscription_most = 0;
  BitRate bisection;           // one direction; 0 with fewer than two hosts
  double bisection_share = 0;  // 1 is full bisection
};

FabricSummary summarise(const Fabric& fabric);
/// A few lines of plain text, each ended by a line feed.
std::string describe(const Fabric& fabric);

}  // namespace eastwest
