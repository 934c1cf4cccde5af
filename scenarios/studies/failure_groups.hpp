// SPDX-License-Identifier: Apache-2.0
// Declared groups: what fails together for a reason that the fabric does not show: a power feed, a PDU over several racks, a cooling loop.
//
// `groups:` of a failure study is a map from names to lists of members: a device (`leaf-0`), a rack (`rack A01`: all that stands in it), or a
// cable (`C0001`); `*` stands for any text (`server-0*`). A device that fails takes all of its links down. LIMITATIONS: a device with two
// feeds belongs into no group of one of them, as it survives; nothing knows what feeds what.
#pragma once

#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/studies/failure_sets.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

/// One set "group NAME" for each entry, in their order; a member that is nothing on this site is told at its line, with the nearest name.
std::vector<FailureSet> declared_groups(const YamlValue& groups, const Fabric& fabric, const Plant& plant, Diagnostics& diagnostics);

}  // namespace eastwest
