// SPDX-License-Identifier: Apache-2.0
// Graphviz: the fabric as a DOT graph, nodes clustered by rack and ranked by tier, one edge for the cables between two boxes.
//
// In a fabric of more than 16 hosts, hosts of one rack that hang on the same switches by as many cables are one box: "rack A01, 4 servers, 32 NICs".
// Source: the DOT language (quoted ids, backslash before quotes). Invariants: every cable is counted in exactly one edge (`label`, or `tooltip`
// where there are more than 40 edges; without either it is one cable); the same fabric gives the same bytes. Draw it with `dot -Tsvg fabric.dot`.
// LIMITATIONS: which ports the cables of an edge use is not drawn; fabrics of thousands of switches stay unreadable.
#pragma once

#include <string>

#include "topology/fabric.hpp"

namespace eastwest {

std::string write_graphviz(const Fabric& fabric);

}  // namespace eastwest
