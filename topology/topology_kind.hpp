// SPDX-License-Identifier: Apache-2.0
// What a topology kind declares: one constant per file in topology/builders/, listed in topology/CMakeLists.txt.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

class Catalogue;

/// A fabric spelled out by the user (`topology: custom`): named hosts, switches and links.
struct ExplicitGraph {
  struct HostEntry {
    std::string name;
    std::uint32_t gpus = 1;
    Place place;
    std::string rack = {};  // "": A01
  };
  struct SwitchEntry {
    std::string name;
    std::string model;  // "" takes the kind's `switch` parameter
    Place place;
    std::string rack = {};    // "": A01
    std::uint32_t ports = 0;  // at least so many, free ones after those of its links
  };
  struct LinkEntry {
    std::string a;
    std::string b;
    BitRate rate;        // 0 takes the kind's `link_rate`
    Duration delay{-1};  // negative: from `length`, or the kind's `link_delay`
    Length length{-1};   // negative: not given
    double frame_loss = 0;
    Place place;
  };
  std::vector<HostEntry> hosts;
  std::vector<SwitchEntry> switches;
  std::vector<LinkEntry> links;
};

struct TopologyKind {
  std::string_view name;
  std::string_view summary;                    // one sentence
  std::string_view source;                     // paper or practice it comes from
  std::vector<ParameterSpec> (*parameters)();  // own and shared ones, in the order to print
  /// Builds the fabric; every mistake goes to `diagnostics` at `place` (or the graph's own places). The fabric is
  /// valid when no error was added.
  Fabric (*build)(const ParameterSet& parameters, const ExplicitGraph& graph, const Catalogue& catalogue, const Place& place,
                  Diagnostics& diagnostics);
};

/// All kinds, sorted by name.
std::span<const TopologyKind* const> topology_kinds();
/// nullptr when there is none of that name.
const TopologyKind* find_topology_kind(std::string_view name);

}  // namespace eastwest
