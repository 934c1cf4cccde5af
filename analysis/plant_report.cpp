// SPDX-License-Identifier: Apache-2.0
#include "analysis/plant_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

using Align = TextTable::Align;

constexpr std::size_t kWidth = 118;
constexpr std::size_t kPathwaysShown = 8;

/// Words of `text` in lines of at most kWidth; `indent` before every line but the first.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t cut = std::min(text.find(' ', at), text.size());
    const std::size_t length = cut - at;
    if (column > indent && column + 1 + length > kWidth) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out.append(text, at, length);
    column += length;
    at = cut + 1;
  }
  return out + "\n";
}

std::string alike(const std::string& first, std::size_t count) {
  return count > 1 ? first + " (and " + std::to_string(count - 1) + " alike)" : first;
}

std::string or_dash(double value, const std::string& text) { return std::isfinite(value) ? text : "-"; }

double lost_of(const CheckInput& input, std::uint32_t c) {
  double lost = 0;
  for (const PortId port : {input.fabric.cables[c].a, input.fabric.cables[c].b})
    if (const LinkId out = input.fabric.ports[port.index()].out; out.exists())
      lost = std::max(lost, input.fabric.links[out.index()].frame_loss);
  return lost;
}

std::string kind_of(const InsertionLoss& loss) {
  std::string text;
  for (const std::string& kind : loss.reach) text += (text.empty() ? "" : "+") + kind;
  return text;
}

/// Figures by phase: "16/32/64".
template <class Values, class Print>
std::string by_phase(const Values& values, Print print) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : "/") + print(value);
  return text;
}

std::string header(const PlantReport& report) {
  const CheckInput& input = report.input;
  const Fabric& fabric = input.fabric;
  const Plant& plant = input.plant;
  std::size_t known = 0;
  for (const LinkQuality& link : input.links) known += link.optic != nullptr ? 1 : 0;
  std::string out = report.name + ": " + plant.site + ", " + fabric.topology + ", " + count_text(fabric.gpu_count, "GPU", "GPUs") + " in " +
                    count_text(fabric.hosts.size(), "server", "servers") + ", " + count_text(fabric.switches.size(), "switch", "switches") +
                    ", " + count_text(fabric.cables.size(), "link", "links") + " (" + std::to_string(known) + " with known optics) of " +
                    count_text(plant.pieces.size(), "cable", "cables") + ", " + count_text(plant.racks.size(), "rack", "racks") + ", " +
                    count_text(plant.pathways.size(), "pathway", "pathways");
  if (plant.phases.size() > 1) {
    out += "; phases of " + by_phase(plant.phases, [](const Phase& phase) { return std::to_string(phase.gpus); }) + " GPUs, phase " +
           std::to_string(input.phase + 1) + " is built";
  }
  out = wrapped(out, 2);
  out += "checked: structure, optics, channels, cages, latency, PFC, pathways, racks, switches, labels; of the complete site\n";
  const PlantCheck& check = report.check;
  out += std::to_string(check.count(FindingLevel::fail)) + " failed, " +
         count_text(check.count(FindingLevel::warn), "warning", "warnings") + ", " +
         count_text(check.count(FindingLevel::note), "note", "notes") + "\n";
  return out;
}

std::string findings_text(const PlantCheck& check) {
  std::string out;
  for (const Finding& finding : check.findings) {
    const std::string level = finding.level == FindingLevel::fail ? "FAIL" : std::string(to_string(finding.level));
    out += "\n" + level + "  " + finding.rule + "\n      " + wrapped(alike(finding.item, finding.items.size()) + " " + finding.sentence, 6);
    if (!finding.limit.empty()) out += "      limit: " + wrapped(finding.limit, 13);
    if (!finding.remedy.empty()) out += "      remedy: " + wrapped(finding.remedy, 14);
  }
  return out;
}

/// Links of one optic, kind of glass and number of connections.
std::string optics_table(const CheckInput& input) {
  struct Class {
    std::uint32_t links = 0;
    Length least, most;
    std::uint32_t worst = 0;  // of least headroom, else the longest
  };
  std::map<std::tuple<std::string, std::string, std::uint32_t>, Class> classes;
  for (std::uint32_t c = 0; c < input.links.size(); ++c) {
    const LinkQuality& link = input.links[c];
    if (link.optic == nullptr) continue;
    const Length length = input.fabric.cables[c].length;
    const auto [found, fresh] =
        classes.try_emplace({link.optic->id, link.loss ? kind_of(*link.loss) : link.optic->medium, link.loss ? link.loss->connections : 0});
    Class& one = found->second;
    if (fresh) one = {0, length, length, c};
    ++one.links;
    one.least = std::min(one.least, length);
    one.most = std::max(one.most, length);
    const LinkQuality& worst = input.links[one.worst];
    if (link.loss ? link.budget.headroom < worst.budget.headroom : length > input.fabric.cables[one.worst].length) one.worst = c;
  }
  if (classes.empty()) return {};
  TextTable table({{"optics"},
                   {"on"},
                   {"links", Align::right},
                   {"length m", Align::right},
                   {"connections", Align::right},
                   {"worst"},
                   {"loss dB", Align::right},
                   {"statistical", Align::right},
                   {"headroom", Align::right},
                   {"pre-FEC BER", Align::right},
                   {"frame loss", Align::right}});
  for (const auto& [key, one] : classes) {
    const auto& [optic, on, connections] = key;
    const LinkQuality& link = input.links[one.worst];
    const Cable& cable = input.fabric.cables[one.worst];
    const bool glass = link.loss.has_value();
    table.add_row({optic, on, std::to_string(one.links), fixed(one.least.metres(), 1) + "-" + fixed(one.most.metres(), 1),
                   glass ? std::to_string(connections) : "-", cable.name, glass ? fixed(link.loss->worst.decibels(), 3) : "-",
                   glass ? fixed(link.loss->statistical.decibels(), 3) : "-",
                   glass && link.budget.loss != Verdict::unknown ? fixed(link.budget.headroom.decibels(), 3) : "-",
                   or_dash(cable.pre_fec_ber, probability_text(cable.pre_fec_ber)),
                   or_dash(cable.pre_fec_ber, probability_text(lost_of(input, one.worst)))});
  }
  return "\nLinks by optics, the worst of each\n" + table.print("  ");
}

std::string latency_table(const LatencyCases& latencies) {
  if (latencies.cases.empty()) return {};
  constexpr LatencyPart kParts[] = {LatencyPart::nic, LatencyPart::network_switch, LatencyPart::medium, LatencyPart::module,
                                    LatencyPart::fec, LatencyPart::serialisation};
  std::vector<TextTable::Column> columns{{"worst path"}, {"from"}, {"to"}, {"switches", Align::right}};
  for (const LatencyPart part : kParts) columns.push_back({std::string(name_of(part)), Align::right});
  columns.push_back({"total", Align::right});
  TextTable table(columns);
  for (const LatencyCase& one : latencies.cases) {
    std::vector<std::string> row{one.what, one.from, one.to, std::to_string(one.switches)};
    for (const LatencyPart part : kParts) row.push_back(fixed(static_cast<double>(one.budget.of(part).ps) * 1e-3, 1));
    row.push_back(fixed(static_cast<double>(one.budget.total.ps) * 1e-3, 1));
    table.add_row(row);
  }
  return "\nLatency of a 4096 B frame on an idle fabric, ns\n" + table.print("  ");
}

/// Rows that say the same, once: the first cell names the first of them.
class MergedRows {
 public:
  void add(const std::string& name, std::vector<std::string> cells) {
    for (Row& row : rows_)
      if (row.cells == cells) {
        ++row.count;
        return;
      }
    rows_.push_back({name, std::move(cells), 1});
  }
  void fill(TextTable& table) const {
    for (const Row& row : rows_) {
      std::vector<std::string> cells{alike(row.name, row.count)};
      cells.insert(cells.end(), row.cells.begin(), row.cells.end());
      table.add_row(cells);
    }
  }

 private:
  struct Row {
    std::string name;
    std::vector<std::string> cells;
    std::size_t count;
  };
  std::vector<Row> rows_;
};

std::string switches_table(const PlantReport& report) {
  if (report.check.switches.empty()) return {};
  const Fabric& fabric = report.input.fabric;
  MergedRows rows;
  for (std::size_t i = 0; i < report.check.switches.size(); ++i) {
    const SwitchUse& use = report.check.switches[i];
    const PfcUse& pfc = report.check.pfc[i];
    const Node& node = fabric.nodes[use.node];
    const double share = pfc.buffer.count > 0 ? static_cast<double>(pfc.total.count) / static_cast<double>(pfc.buffer.count) : NAN;
    rows.add(node.name, {fabric.switches[node.detail].model, use.ports == 0 ? "-" : std::to_string(use.ports),
                         by_phase(use.used, [](std::uint32_t used) { return std::to_string(used); }),
                         use.ports == 0 ? "-" : percent(std::max(0.0, 1 - use.share.back())),
                         by_phase(use.oversubscription, [](double ratio) { return ratio == 0 ? std::string("-") : fixed(ratio, 2); }),
                         std::to_string(pfc.of_worst.count), or_dash(share, percent(share) + (pfc.assumed ? " ?" : ""))});
  }
  TextTable table({{"switch"},
                   {"model"},
                   {"ports", Align::right},
                   {"used", Align::right},
                   {"spare", Align::right},
                   {"down:up", Align::right},
                   {"PFC headroom of a port, octets", Align::right},
                   {"all ports, of the buffer", Align::right}});
  rows.fill(table);
  return std::string("\nSwitches") + (report.input.plant.phases.size() > 1 ? ", used ports and down:up by phase\n" : "\n") +
         table.print("  ");
}

std::string racks_table(const PlantReport& report) {
  const Plant& plant = report.input.plant;
  MergedRows rows;
  for (std::size_t r = 0; r < report.check.racks.size(); ++r) {
    const RackUse& use = report.check.racks[r];
    const PlantRack& rack = plant.racks[r];
    const auto at_least = [](std::uint32_t unknown, const std::string& text) { return (unknown > 0 ? ">= " : "") + text; };
    rows.add(rack.name, {std::to_string(use.servers), std::to_string(use.switches), std::to_string(use.panels),
                         std::to_string(use.units) + " of " + std::to_string(rack.units),
                         at_least(use.power_unknown, power_text(use.power)) + " of " + power_text(rack.power_limit),
                         (use.weight.grams == 0 ? std::string("?") : at_least(use.weight_unknown, mass_text(use.weight))) + " of " +
                             mass_text(rack.weight_limit)});
  }
  TextTable table({{"rack"},
                   {"servers", Align::right},
                   {"switches", Align::right},
                   {"panels", Align::right},
                   {"units", Align::right},
                   {"power", Align::right},
                   {"weight", Align::right}});
  rows.fill(table);
  return "\nRacks of the complete site\n" + table.print("  ");
}

std::string pathways_table(const PlantReport& report) {
  const Plant& plant = report.input.plant;
  const std::vector<PathwayUse>& uses = report.check.pathways;
  std::vector<std::size_t> order;
  for (std::size_t w = 0; w < uses.size(); ++w) order.push_back(w);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return uses[a].phases.back().fill > uses[b].phases.back().fill; });
  const std::size_t shown = std::min(order.size(), kPathwaysShown);
  if (shown == 0) return {};
  TextTable table({{"pathway"},
                   {"kind"},
                   {"mm", Align::right},
                   {"cables", Align::right},
                   {"fill", Align::right},
                   {"at first", Align::right},
                   {"at most", Align::right}});
  for (std::size_t i = 0; i < shown; ++i) {
    const Pathway& pathway = plant.pathways[order[i]];
    const PathwayUse& use = uses[order[i]];
    const bool conduit = pathway.kind == PathwayKind::conduit;
    table.add_row({pathway.name, std::string(to_string(pathway.kind)),
                   std::to_string(pathway.width.mm) + (conduit ? "" : "x" + std::to_string(pathway.depth.mm)),
                   by_phase(use.phases, [](const PathwayFill& fill) { return std::to_string(fill.cables); }),
                   by_phase(use.phases, [](const PathwayFill& fill) { return fixed(fill.fill * 100, 1); }) + " %",
                   conduit ? "-" : percent(pathway.fill_initial), conduit ? "by count" : percent(pathway.fill_most)});
  }
  return "\nThe " +
         (shown < order.size() ? std::to_string(shown) + " fullest of " + std::to_string(order.size()) + " pathways" : "pathways") +
         (plant.phases.size() > 1 ? ", by phase\n" : "\n") + table.print("  ");
}

std::string links_table(const CheckInput& input) {
  TextTable table({{"cable"},
                   {"a"},
                   {"b"},
                   {"optics"},
                   {"length m", Align::right},
                   {"loss dB", Align::right},
                   {"headroom dB", Align::right},
                   {"margin dB", Align::right},
                   {"pre-FEC BER", Align::right},
                   {"frame loss", Align::right},
                   {"delay ns", Align::right}});
  for (std::uint32_t c = 0; c < input.links.size(); ++c) {
    const LinkQuality& link = input.links[c];
    const Cable& cable = input.fabric.cables[c];
    const bool known = link.optic != nullptr;
    const LinkId out = input.fabric.ports[cable.a.index()].out;
    table.add_row({cable.name, input.port_text(cable.a), input.port_text(cable.b), cable.medium,
                   known ? fixed(cable.length.metres(), 1) : "-", link.loss ? fixed(link.loss->worst.decibels(), 3) : "-",
                   link.loss && link.budget.loss != Verdict::unknown ? fixed(link.budget.headroom.decibels(), 3) : "-",
                   or_dash(cable.margin_db, fixed(cable.margin_db, 3)), or_dash(cable.pre_fec_ber, probability_text(cable.pre_fec_ber)),
                   or_dash(cable.pre_fec_ber, probability_text(lost_of(input, c))),
                   fixed(static_cast<double>(input.fabric.links[out.index()].delay.ps) * 1e-3, 1)});
  }
  return "\nLinks\n" + table.print("  ");
}

}  // namespace

std::string plant_report_text(const PlantReport& report, bool links) {
  std::string out = header(report) + findings_text(report.check) + optics_table(report.input) + latency_table(report.check.latency) +
                    switches_table(report) + racks_table(report) + pathways_table(report);
  if (links) out += links_table(report.input);
  return out;
}

}  // namespace eastwest
