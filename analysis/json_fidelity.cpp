// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "analysis/fidelity.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

Json rows_json(const std::vector<FidelityRow>& rows) {
  Json list = Json::array();
  for (const FidelityRow& row : rows)
    list.push_back({{"job", row.job},
                    {"what", row.what},
                    {"count", row.count},
                    {"packet_s", row.packet},
                    {"flow_s", row.flow},
                    {"difference", row.difference()},
                    {"worst_difference", row.worst}});
  return list;
}

}  // namespace

std::string fidelity_json(const RunResult& packet, const RunFacts& packet_facts, const RunResult& flow, const RunFacts& flow_facts,
                          const Fabric& fabric, const Workload& workload) {
  const FidelityComparison all = compare_fidelities(packet, flow, workload);
  Json object;
  object["packet"] = Json::parse(summary_json(packet, fabric, workload, packet_facts));
  object["flow"] = Json::parse(summary_json(flow, fabric, workload, flow_facts));
  object["differences"] = {{"jobs", rows_json(all.jobs)},
                           {"collectives", rows_json(all.collectives)},
                           {"steps", rows_json(all.steps)},
                           {"requests", rows_json(all.requests)},
                           {"unmatched", all.unmatched}};
  object["cpu_ratio"] = flow_facts.cpu_seconds > 0 ? Json(packet_facts.cpu_seconds / flow_facts.cpu_seconds) : Json(nullptr);
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eastwest
