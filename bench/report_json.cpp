// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/figures_json.hpp"
#include "bench/report.hpp"

namespace eastwest::bench {

namespace {

using Json = nlohmann::ordered_json;

Json row_object(const Row& row) {
  Json runs = Json::array();
  for (const RunFigures& run : row.runs)
    runs.push_back({{"cpu_s", run.cpu_seconds},
                    {"wall_s", run.wall_seconds},
                    {"build_s", run.build_seconds},
                    {"peak_rss_bytes", run.peak_bytes},
                    {"trace_bytes", run.trace_bytes},
                    {"digest", run.digest}});
  Json object = {
      {"work", row.work.name},          {"kib", row.work.kib},
      {"scenario", row.work.scenario},  {"fidelity", row.setting.fidelity == Fidelity::flow ? "flow" : "packet"},
      {"threads", row.setting.threads}, {"trace", row.setting.trace},
  };
  if (!row.runs.empty()) {
    const RunFigures& run = row.runs.front();
    const double best = minimum(row, cpu_per_hop);
    const double middle = median(row, cpu_per_hop);
    object["digest"] = run.digest;
    object["simulated_ps"] = run.simulated.ps;
    object["operations"] = run.operations;
    object["counters"] = Json::parse(counters_to_json(run.counters));
    object["cpu_s"] = {{"min", minimum(row, cpu_of)}, {"median", median(row, cpu_of)}};
    object["wall_s"] = {{"min", minimum(row, wall_of)}, {"median", median(row, wall_of)}};
    object["packet_hops_per_cpu_s"] = {{"best", best > 0 ? 1 / best : 0}, {"median", middle > 0 ? 1 / middle : 0}};
    object["peak_rss_bytes"] = static_cast<std::uint64_t>(median(row, peak_of));
  }
  object["runs"] = std::move(runs);
  return object;
}

}  // namespace

std::string report_json(const std::vector<Row>& rows, const std::vector<Target>& targets, const RunConditions& conditions) {
  Json object = {
      {"eastwest_version", EASTWEST_VERSION},
      {"compiler", __VERSION__},
#ifdef NDEBUG
      {"checks", false},
#else
      {"checks", true},
#endif
      {"processors", std::thread::hardware_concurrency()},
      {"smoke", conditions.smoke},
      {"rounds", conditions.rounds},
  };
  object["rows"] = Json::array();
  for (const Row& row : rows) object["rows"].push_back(row_object(row));
  object["targets"] = Json::array();
  for (const Target& target : targets)
    object["targets"].push_back({{"what", target.what},
                                 {"target", target.asked},
                                 {"reached", target.reached},
                                 {"met", target.met ? Json(*target.met) : Json(nullptr)}});
  return object.dump(2) + "\n";
}

}  // namespace eastwest::bench
