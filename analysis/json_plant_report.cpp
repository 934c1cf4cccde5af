// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/plant_report.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json links_json(const CheckInput& input) {
  Json list = Json::array();
  for (std::uint32_t c = 0; c < input.links.size(); ++c) {
    const LinkQuality& link = input.links[c];
    const Cable& cable = input.fabric.cables[c];
    Json one{{"cable", cable.name},
             {"a", input.port_text(cable.a)},
             {"b", input.port_text(cable.b)},
             {"optics", cable.medium},
             {"phase", input.plant.channels[c].phase + 1}};
    one["length_m"] = link.optic != nullptr ? Json(cable.length.metres()) : Json(nullptr);
    Json pieces = Json::array();
    const PlantChannel& channel = input.plant.channels[c];
    for (std::uint32_t s = 0; s < channel.step_count; ++s)
      pieces.push_back(input.plant.pieces[input.plant.steps[channel.first_step + s].piece].id);
    one["pieces"] = pieces;
    one["connections"] = link.loss ? Json(link.loss->connections) : Json(nullptr);
    one["loss_worst_db"] = link.loss ? Json(link.loss->worst.decibels()) : Json(nullptr);
    one["loss_statistical_db"] = link.loss ? Json(link.loss->statistical.decibels()) : Json(nullptr);
    const bool budget = link.loss && link.budget.loss != Verdict::unknown;
    one["loss_limit_db"] = budget ? Json(link.budget.loss_limit.decibels()) : Json(nullptr);
    one["loss_limit_verified"] = link.budget.loss_verified;
    one["headroom_db"] = budget ? Json(link.budget.headroom.decibels()) : Json(nullptr);
    one["power_headroom_db"] = link.budget.power_headroom ? Json(link.budget.power_headroom->decibels()) : Json(nullptr);
    one["reach_m"] = link.budget.reach_limit.mm > 0 ? Json(link.budget.reach_limit.metres()) : Json(nullptr);
    one["margin_db"] = number(cable.margin_db);
    one["pre_fec_ber"] = number(cable.pre_fec_ber);
    const LinkId out = input.fabric.ports[cable.a.index()].out;
    const LinkId back = input.fabric.ports[cable.b.index()].out;
    one["frame_loss_ab"] = input.fabric.links[out.index()].frame_loss;
    one["frame_loss_ba"] = input.fabric.links[back.index()].frame_loss;
    one["delay_ns"] = static_cast<double>(input.fabric.links[out.index()].delay.ps) * 1e-3;
    list.push_back(std::move(one));
  }
  return list;
}

Json latency_json(const LatencyCases& latencies) {
  Json list = Json::array();
  for (const LatencyCase& one : latencies.cases) {
    Json items = Json::array();
    for (const LatencyItem& item : one.budget.items)
      items.push_back({{"part", name_of(item.part)}, {"what", item.what}, {"ns", static_cast<double>(item.value.ps) * 1e-3}});
    list.push_back({{"path", one.what},
                    {"from", one.from},
                    {"to", one.to},
                    {"switches", one.switches},
                    {"total_ns", static_cast<double>(one.budget.total.ps) * 1e-3},
                    {"items", std::move(items)}});
  }
  return list;
}

Json switches_json(const PlantReport& report) {
  Json list = Json::array();
  for (std::size_t i = 0; i < report.check.switches.size(); ++i) {
    const SwitchUse& use = report.check.switches[i];
    const PfcUse& pfc = report.check.pfc[i];
    const Node& node = report.input.fabric.nodes[use.node];
    list.push_back({{"name", node.name},
                    {"model", report.input.fabric.switches[node.detail].model},
                    {"ports", use.ports == 0 ? Json(nullptr) : Json(use.ports)},
                    {"used", use.used},
                    {"share", use.share},
                    {"oversubscription", use.oversubscription},
                    {"pfc_headroom_worst_port_octets", pfc.of_worst.count},
                    {"pfc_headroom_octets", pfc.total.count},
                    {"buffer_bytes", pfc.buffer.count},
                    {"buffer_assumed", pfc.assumed}});
  }
  return list;
}

Json racks_json(const PlantReport& report) {
  Json list = Json::array();
  for (std::size_t r = 0; r < report.check.racks.size(); ++r) {
    const RackUse& use = report.check.racks[r];
    const PlantRack& rack = report.input.plant.racks[r];
    list.push_back({{"name", rack.name},
                    {"servers", use.servers},
                    {"switches", use.switches},
                    {"panels", use.panels},
                    {"units_used", use.units},
                    {"units", rack.units},
                    {"power_w", static_cast<double>(use.power.mw) * 1e-3},
                    {"power_limit_w", static_cast<double>(rack.power_limit.mw) * 1e-3},
                    {"devices_of_unknown_power", use.power_unknown},
                    {"weight_kg", static_cast<double>(use.weight.grams) * 1e-3},
                    {"weight_limit_kg", static_cast<double>(rack.weight_limit.grams) * 1e-3},
                    {"devices_of_unknown_weight", use.weight_unknown}});
  }
  return list;
}

Json pathways_json(const PlantReport& report) {
  Json list = Json::array();
  for (std::size_t w = 0; w < report.check.pathways.size(); ++w) {
    const Pathway& pathway = report.input.plant.pathways[w];
    const PathwayUse& use = report.check.pathways[w];
    Json cables = Json::array();
    Json fill = Json::array();
    for (const PathwayFill& phase : use.phases) {
      cables.push_back(phase.cables);
      fill.push_back(phase.fill);
    }
    list.push_back({{"name", pathway.name},
                    {"kind", to_string(pathway.kind)},
                    {"cables", std::move(cables)},
                    {"fill", std::move(fill)},
                    {"fill_initial", pathway.fill_initial},
                    {"fill_most", pathway.fill_most},
                    {"cables_of_unknown_diameter", use.not_known}});
  }
  return list;
}

}  // namespace

std::string plant_report_json(const PlantReport& report) {
  const CheckInput& input = report.input;
  Json object;
  object["site"] = report.name;
  object["code"] = input.plant.site;
  object["topology"] = input.fabric.topology;
  object["passed"] = report.check.passed();
  object["counts"] = {{"gpus", input.fabric.gpu_count},
                      {"servers", input.fabric.hosts.size()},
                      {"switches", input.fabric.switches.size()},
                      {"links", input.fabric.cables.size()},
                      {"cables", input.plant.pieces.size()},
                      {"racks", input.plant.racks.size()},
                      {"pathways", input.plant.pathways.size()},
                      {"failed", report.check.count(FindingLevel::fail)},
                      {"warnings", report.check.count(FindingLevel::warn)},
                      {"notes", report.check.count(FindingLevel::note)}};
  Json phases = Json::array();
  for (const Phase& phase : input.plant.phases) phases.push_back(phase.gpus);
  object["phases"] = phases;
  object["phase_built"] = input.phase + 1;
  Json findings = Json::array();
  for (const Finding& finding : report.check.findings)
    findings.push_back({{"level", to_string(finding.level)},
                        {"rule", finding.rule},
                        {"item", finding.item},
                        {"sentence", finding.sentence},
                        {"limit", finding.limit},
                        {"remedy", finding.remedy},
                        {"items", finding.items}});
  object["findings"] = findings;
  object["latency"] = latency_json(report.check.latency);
  object["switches"] = switches_json(report);
  object["racks"] = racks_json(report);
  object["pathways"] = pathways_json(report);
  object["links"] = links_json(input);
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eastwest
