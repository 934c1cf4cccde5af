// SPDX-License-Identifier: Apache-2.0
// Graphviz: the fabric as a DOT graph, nodes clustered by rack and ranked by tier, one edge per pair of nodes.
//
// Source: the DOT language (quoted ids, backslash before quotes). Invariants: every cable is counted in exactly one edge; the same fabric gives the
// same bytes. Draw it with `dot -Tsvg fabric.dot`. LIMITATIONS: several cables between two nodes are one edge with their number.
#pragma once

#include <string>

#include "topology/fabric.hpp"

namespace eastwest {

std::string write_graphviz(const Fabric& fabric);

}  // namespace eastwest
