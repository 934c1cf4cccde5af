// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/graphviz.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace eastwest {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

std::string write_graphviz(const Fabric& fabric) {
  std::string text =
      "graph fabric {\n  graph [rankdir=BT, newrank=true, splines=line, nodesep=0.15, ranksep=1.2, fontname=\"Helvetica\", label=" +
      quoted(fabric.topology) +
      "];\n  node [shape=box, style=filled, fillcolor=\"#d7e3f2\", fontname=\"Helvetica\", fontsize=10, height=0.3];\n"
      "  edge [color=\"#56606e\", fontname=\"Helvetica\", fontsize=8];\n";
  for (std::uint32_t r = 0; r < fabric.racks.size(); ++r) {
    std::string inside;
    for (const Node& node : fabric.nodes) {
      if (node.rack != r) continue;
      const bool host = node.kind == NodeKind::host;
      inside += "    " + quoted(node.name) +
                (host ? std::string(";\n") : " [fillcolor=\"#d8ecdf\", shape=" + std::string(node.tier > 1 ? "ellipse" : "box") + "];\n");
    }
    if (inside.empty()) continue;
    text += "  subgraph " + quoted("cluster_" + std::to_string(r)) + " {\n    label=" + quoted("rack " + fabric.racks[r].name) +
            "; color=\"#c3c9d2\";\n" + inside + "  }\n";
  }
  std::map<std::uint8_t, std::vector<std::string>> tiers;
  for (const Node& node : fabric.nodes) tiers[node.tier].push_back(node.name);
  for (const auto& [tier, names] : tiers) {
    text += "  { rank=same;  // tier " + std::to_string(tier) + "\n";
    for (const std::string& name : names) text += "    " + quoted(name) + ";\n";
    text += "  }\n";
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> edges;
  for (const Cable& cable : fabric.cables) {
    std::uint32_t a = fabric.ports[cable.a.index()].node.value;
    std::uint32_t b = fabric.ports[cable.b.index()].node.value;
    if (std::pair{fabric.nodes[b].tier, b} < std::pair{fabric.nodes[a].tier, a}) std::swap(a, b);
    ++edges[{a, b}];
  }
  for (const auto& [ends, count] : edges) {
    text += "  " + quoted(fabric.nodes[ends.first].name) + " -- " + quoted(fabric.nodes[ends.second].name);
    text += count == 1 ? ";\n" : " [label=\"" + std::to_string(count) + "\", penwidth=" + std::to_string(std::min(count, 8u)) + "];\n";
  }
  return text + "}\n";
}

}  // namespace eastwest
