// SPDX-License-Identifier: Apache-2.0
#include "scenarios/measured_point.hpp"

#include <algorithm>
#include <optional>

#include "analysis/metrics.hpp"
#include "scenarios/runner.hpp"
#include "sim/simulation.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

namespace {

/// As many GPUs of every server, the first ones: "0-3, 8-11".
std::string gpu_list(const Measurement& measurement) {
  static const Catalogue catalogue = builtin_catalogue();
  const ServerModel* server = catalogue.find_server(measurement.server);
  if (server == nullptr) return "0";  // the site is refused for it
  const std::uint32_t each = measurement.gpus / measurement.servers;
  std::string list;
  for (std::uint32_t s = 0; s < measurement.servers; ++s) {
    const std::uint32_t first = s * server->gpus;
    list += (list.empty() ? "" : ", ") + std::to_string(first);
    if (each > 1) list += "-" + std::to_string(first + each - 1);
  }
  return list;
}

}  // namespace

std::string measured_scenario(const Measurement& measurement) {
  const std::uint32_t servers = std::max(measurement.servers, 1u);
  std::string text = "fidelity: flow\nsite:\n  topology: " + measurement.topology + "\n";
  text += "  servers: " + std::to_string(std::max(servers, 2u)) + "\n  server: " + measurement.server + "\n";
  text += "jobs:\n  measured:\n    kind: collective\n    operation: " + measurement.operation + "\n";
  text += "    algorithm: " + measurement.algorithm + "\n    protocol: auto\n";
  text += "    size: " + print_quantity(measurement.size.count, Dimension::bytes) + "\n";
  if (measurement.gpus != 0) text += "    ranks: " + std::to_string(measurement.gpus) + "\n";
  if (measurement.gpus != 0 && servers > 1) return text + "    placement: {gpus: [" + gpu_list(measurement) + "]}\n";
  text += "    placement: {servers: [0" + (servers > 1 ? "-" + std::to_string(servers - 1) : std::string()) + "]}\n";
  return text;
}

ValidatedPoint play_measurement(const Measurement& measurement) {
  ValidatedPoint point;
  point.measurement = measurement;
  point.measured = measurement.seconds;
  Diagnostics diagnostics;
  const std::string name = measurement.place.file + ":" + std::to_string(measurement.place.line);
  const std::optional<Scenario> scenario = load_scenario_text(measured_scenario(measurement), name, ".", {}, diagnostics);
  std::optional<Built> built;
  if (scenario) built = build(*scenario, diagnostics);
  if (!built || diagnostics.has_errors()) {
    for (const Diagnostic& diagnostic : diagnostics.all())
      if (point.diagnosis.empty() && diagnostic.severity == Severity::error) point.diagnosis = diagnostic.message;
    return point;
  }
  built->options.threads = 1;
  Progress progress;
  const Result<RunResult> run = simulate(*built->fabric, built->workload, built->options, {}, progress);
  if (!run || run->outcome != Outcome::complete || run->collectives.empty()) {
    point.diagnosis = run ? run->diagnosis : run.error().message;
    return point;
  }
  const CollectiveMetrics metrics = collective_metrics(built->workload.schedule.collectives, run->collectives).front();
  point.measurement.gpus = metrics.ranks;
  point.algorithm = metrics.algorithm;
  point.simulated = metrics.time.mean + measurement.call;
  if (measurement.bus_bandwidth > 0)
    point.measured = static_cast<double>(measurement.size.count) * metrics.busbw / metrics.algbw / measurement.bus_bandwidth;
  if (measurement.call >= point.measured) {
    point.simulated = 0;
    point.diagnosis = "`call_us` is longer than what was measured";
  }
  return point;
}

}  // namespace eastwest
