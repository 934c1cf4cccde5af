// SPDX-License-Identifier: Apache-2.0
// Failure sets: what can fail together on a fabric, as sets of cables that go down.
//
// A cable is a set of one; a switch is all of its cables. Names: "cable C0001 (server-0 - leaf-0)", "switch leaf-0", "pair A + B".
// Invariants: sets come in the order of the words of `components`, then by number; pairs are distinct and drawn from the seed alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

struct FailureSet {
  std::string name;
  std::vector<CableId> cables;  // ascending, each once
};

/// Of the parameters `components` and `pairs` of a failure study; mistakes in them stand at `place`.
std::vector<FailureSet> failure_sets(const Fabric& fabric, const ParameterSet& parameters, std::uint64_t seed, const Place& place,
                                     Diagnostics& diagnostics);

}  // namespace eastwest
