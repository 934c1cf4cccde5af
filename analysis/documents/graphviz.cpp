// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/graphviz.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace eastwest {

namespace {

constexpr std::size_t kHostsSingle = 16;    // a site of so many is drawn host by host
constexpr std::size_t kLinesNumbered = 40;  // of more lines the numbers would cover each other; the legend has them, and a tooltip

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

/// What is drawn as one: a node of the fabric, or hosts of one rack that hang on the same switches.
struct Box {
  std::string id;
  std::string label;  // in DOT's quotes; "": the id
  bool host = false;
  std::uint8_t tier = 0;
  std::uint32_t rack = 0;
};

class Drawing {
 public:
  explicit Drawing(const Fabric& fabric) : fabric_(fabric), box_of_(fabric.nodes.size(), 0) {}

  std::string write() {
    boxes();
    bundle();
    const bool many = edges_.size() > kLinesNumbered;
    std::string text =
        "graph fabric {\n  graph [rankdir=BT, newrank=true, splines=line, nodesep=0.2, ranksep=" + std::string(many ? "4" : "1.5") +
        ", fontname=\"Helvetica\", fontsize=14, label=" + title() +
        "];\n  node [shape=box, style=filled, fillcolor=\"#d7e3f2\", fontname=\"Helvetica\", fontsize=12, height=0.35];\n"
        "  edge [color=\"" +
        (many ? "#56606e90" : "#56606e") + "\", fontname=\"Helvetica\", fontsize=11];\n";
    for (std::uint32_t r = 0; r < fabric_.racks.size(); ++r) cluster(r, text);
    std::map<std::uint8_t, std::vector<const Box*>> tiers;
    for (const Box& box : boxes_) tiers[box.tier].push_back(&box);
    for (const auto& [tier, members] : tiers) {
      text += "  { rank=same;  // tier " + std::to_string(tier) + "\n";
      for (const Box* box : members) text += "    " + quoted(box->id) + ";\n";
      text += "  }\n";
    }
    for (const auto& [ends, count] : edges_) {
      text += "  " + quoted(boxes_[ends.first].id) + " -- " + quoted(boxes_[ends.second].id);
      const std::string number = std::to_string(count);
      text += count == 1 ? ";\n"
              : many     ? " [tooltip=\"" + number + " cables\", penwidth=" + width(count) + "];\n"
                         : " [label=\"" + number + "\", penwidth=" + width(count) + "];\n";
    }
    return text + "}\n";
  }

 private:
  /// Switches that a host hangs on, with the number of its cables.
  using Neighbours = std::map<std::uint32_t, std::uint32_t>;

  [[nodiscard]] std::vector<Neighbours> neighbours() const {
    std::vector<Neighbours> list(fabric_.nodes.size());
    for (const Cable& cable : fabric_.cables) {
      const std::uint32_t a = fabric_.ports[cable.a.index()].node.value;
      const std::uint32_t b = fabric_.ports[cable.b.index()].node.value;
      ++list[a][b];
      ++list[b][a];
    }
    return list;
  }

  void boxes() {
    const bool together = fabric_.hosts.size() > kHostsSingle;
    const std::vector<Neighbours> near = neighbours();
    std::map<std::pair<std::uint32_t, Neighbours>, std::vector<std::uint32_t>> alike;
    for (std::uint32_t n = 0; n < fabric_.nodes.size(); ++n) {
      const bool plain =
          std::all_of(near[n].begin(), near[n].end(), [&](const auto& one) { return fabric_.nodes[one.first].kind != NodeKind::host; });
      if (together && fabric_.nodes[n].kind == NodeKind::host && plain) alike[{fabric_.nodes[n].rack, near[n]}].push_back(n);
    }
    std::map<std::uint32_t, const std::vector<std::uint32_t>*> first;  // of those drawn as one
    for (const auto& [key, members] : alike)
      if (members.size() > 1) first[members.front()] = &members;
    std::vector<bool> done(fabric_.nodes.size());
    for (std::uint32_t n = 0; n < fabric_.nodes.size(); ++n) {
      if (done[n]) continue;
      const Node& node = fabric_.nodes[n];
      Box box{node.name, {}, node.kind == NodeKind::host, node.tier, node.rack};
      box_of_[n] = static_cast<std::uint32_t>(boxes_.size());
      if (const auto found = first.find(n); found != first.end()) {
        std::uint32_t interfaces = 0;
        for (const std::uint32_t member : *found->second) {
          box_of_[member] = box_of_[n];
          done[member] = true;
          interfaces += fabric_.hosts[fabric_.nodes[member].detail].endpoint_count;
        }
        box.id = node.name + " to " + fabric_.nodes[found->second->back()].name;
        box.label = quoted("rack " + fabric_.racks[node.rack].name);
        box.label.back() = '\\';  // \n breaks the line
        box.label += "n" + std::to_string(found->second->size()) + " servers\\n" + std::to_string(interfaces) + " NICs\"";
      }
      boxes_.push_back(std::move(box));
    }
  }

  /// What there is, and how many cables a line between two tiers stands for; \l ends a line of a label.
  [[nodiscard]] std::string title() const {
    struct Lines {
      std::size_t count = 0;
      std::uint32_t least = ~0u;
      std::uint32_t most = 0;
    };
    std::map<std::pair<std::uint8_t, std::uint8_t>, Lines> between;
    for (const auto& [ends, count] : edges_) {
      Lines& lines = between[{boxes_[ends.first].tier, boxes_[ends.second].tier}];
      ++lines.count;
      lines.least = std::min(lines.least, count);
      lines.most = std::max(lines.most, count);
    }
    std::string text = quoted(fabric_.topology + ": " + std::to_string(fabric_.hosts.size()) + " hosts, " +
                              std::to_string(fabric_.switches.size()) + " switches, " + std::to_string(fabric_.cables.size()) + " cables");
    text.pop_back();
    for (const auto& [tiers, lines] : between)
      text += "\\ltier " + std::to_string(tiers.first) + " to tier " + std::to_string(tiers.second) + ": " + std::to_string(lines.count) +
              (lines.count == 1 ? " line of " : " lines of ") + std::to_string(lines.least) +
              (lines.most == lines.least ? "" : " to " + std::to_string(lines.most)) + (lines.most == 1 ? " cable" : " cables");
    return text + "\\l\"";
  }

  void cluster(std::uint32_t rack, std::string& text) const {
    std::string inside;
    bool whole = false;  // one box says which rack it is
    std::size_t count = 0;
    for (const Box& box : boxes_) {
      if (box.rack != rack) continue;
      ++count;
      whole = !box.label.empty();
      std::string look = box.label.empty() ? "" : "label=" + box.label;
      if (!box.host) look = "fillcolor=\"#d8ecdf\", shape=" + std::string(box.tier > 1 ? "ellipse" : "box");
      inside += "    " + quoted(box.id) + (look.empty() ? ";\n" : " [" + look + "];\n");
    }
    if (inside.empty()) return;
    const std::string name = whole && count == 1 ? "" : "rack " + fabric_.racks[rack].name;
    text += "  subgraph " + quoted("cluster_" + std::to_string(rack)) + " {\n    label=" + quoted(name) +
            "; labeljust=l; fontsize=12; color=\"#c3c9d2\";\n" + inside + "  }\n";
  }

  void bundle() {
    for (const Cable& cable : fabric_.cables) {
      std::uint32_t a = box_of_[fabric_.ports[cable.a.index()].node.index()];
      std::uint32_t b = box_of_[fabric_.ports[cable.b.index()].node.index()];
      if (std::pair{boxes_[b].tier, b} < std::pair{boxes_[a].tier, a}) std::swap(a, b);
      ++edges_[{a, b}];
    }
  }

  /// Thicker with every doubling.
  static std::string width(std::uint32_t count) {
    std::uint32_t width = 1;
    for (; count > 1 && width < 5; count /= 2) ++width;
    return std::to_string(width);
  }

  const Fabric& fabric_;
  std::vector<Box> boxes_;
  std::vector<std::uint32_t> box_of_;                                       // by node
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> edges_;  // cables between two boxes
};

}  // namespace

std::string write_graphviz(const Fabric& fabric) { return Drawing(fabric).write(); }

}  // namespace eastwest
