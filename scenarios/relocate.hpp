// SPDX-License-Identifier: Apache-2.0
// Relocate: moves a message of a kind from the place of its map to the very value that it speaks of.
//
// A kind knows names, not places: it reports at the place of its site or job. The first parameter in backticks that
// the user gave is where the mistake stands.
#pragma once

#include "core/diagnostic.hpp"
#include "scenarios/parameter_reader.hpp"

namespace eastwest {

/// Adds all of `own` to `diagnostics`; those at `place` move to the given parameter that they name first.
void relocate(const Diagnostics& own, const ReadParameters& parameters, const Place& place, Diagnostics& diagnostics);

}  // namespace eastwest
