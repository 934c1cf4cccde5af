// SPDX-License-Identifier: Apache-2.0
// Expand: a scenario as YAML with every default filled in; `eastwest explain` prints it and every trace stores it.
//
// Invariant: reading the text gives the same scenario, and expanding that gives the same text.
#pragma once

#include <string>

#include "scenarios/scenario.hpp"

namespace eastwest {

/// `with_comments` adds meaning and source of every parameter as a comment above it.
std::string expand(const Scenario& scenario, bool with_comments = false);
/// A site file: topology, its parameters, `plant` and the graph. Equal texts and folders make equal fabrics, as long as files that a site names
/// stay as they are.
std::string expand_site(const Site& site);

}  // namespace eastwest
