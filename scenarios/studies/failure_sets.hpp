// SPDX-License-Identifier: Apache-2.0
// Failure sets: what can fail together on a fabric, as sets of cables that go down.
//
// A cable is a set of one, and stands for optics that light no other link; an optic in a cage with several ports is all links that it
// lights; a switch is all of its cables; a trunk is every link in it; a tray (or any pathway but a rack's own drop) every
// link that runs over it; a rack every link of what stands in it, as when all of its feeds are lost. Names: "cable C0001 (server-0 -
// leaf-0)", "optic leaf-0:2-3", "switch leaf-0", "trunk T0001", "tray A01-A02", "rack A01", "group feed A", "pair A + B".
// Invariants: sets come in the order of the words of `components`, then by number; pairs are distinct and drawn from the seed alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

struct FailureSet {
  std::string name;
  std::vector<CableId> cables;  // ascending, each once
};

/// Of the parameters `components` and `pairs` of a failure study, with its declared groups (failure_groups.hpp) behind the components; mistakes
/// in the parameters stand at `place`.
std::vector<FailureSet> failure_sets(const Fabric& fabric, const Plant& plant, const ParameterSet& parameters, std::uint64_t seed,
                                     const Place& place, Diagnostics& diagnostics, std::vector<FailureSet> groups = {});

}  // namespace eastwest
