// SPDX-License-Identifier: Apache-2.0
#include "scenarios/runner.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/fault_schedule.hpp"
#include "scenarios/placement.hpp"
#include "scenarios/reachability.hpp"
#include "scenarios/relocate.hpp"
#include "sim/route_versions.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

namespace {

void build_jobs(const Scenario& scenario, Built& built, Diagnostics& diagnostics) {
  std::vector<std::vector<GpuId>> gpus = place_jobs(scenario, *built.fabric, diagnostics);
  if (diagnostics.has_errors()) return;
  ScheduleBuilder schedule;
  for (std::size_t i = 0; i < scenario.jobs.size(); ++i) {
    const ScenarioJob& job = scenario.jobs[i];
    Job row;
    row.name = job.name;
    row.kind = job.kind;
    row.start = job.start;
    row.first_rank = static_cast<std::uint32_t>(built.workload.ranks.size());
    row.rank_count = static_cast<std::uint32_t>(gpus[i].size());
    row.traffic_class = job.traffic_class;
    built.workload.ranks.insert(built.workload.ranks.end(), gpus[i].begin(), gpus[i].end());
    const JobContext context{*built.fabric,     static_cast<std::uint16_t>(i),
                             job.name,          std::move(gpus[i]),
                             row.first_rank,    job.start,
                             scenario.duration, job.traffic_class,
                             scenario.seed,     job.place,
                             scenario.directory};
    schedule.begin_job(context.job, job.traffic_class);
    built.workload.jobs.push_back(std::move(row));
    if (!scenario.alone.empty() && job.name != scenario.alone) continue;  // it keeps its number, ranks and GPUs
    Diagnostics own;
    find_job_kind(job.kind)->append(job.parameters.values, context, schedule, built.workload.drivers, own);
    relocate(own, job.parameters, job.place, diagnostics);
  }
  if (diagnostics.has_errors()) return;
  Result<Schedule> finished = std::move(schedule).finish();
  if (!finished) {
    diagnostics.error(scenario.place, finished.error().message, finished.error().remedy);
    return;
  }
  built.workload.schedule = std::move(finished).value();
  std::vector<Place> places;
  for (const ScenarioJob& job : scenario.jobs) places.push_back(job.place);
  check_reachability(*built.fabric, built.workload, places, diagnostics);
}

}  // namespace

std::unique_ptr<const Fabric> build_fabric(const Site& site, Diagnostics& diagnostics) {
  const TopologyKind* kind = find_topology_kind(site.topology);
  EASTWEST_CHECK(kind != nullptr, "a scenario that was read names a known topology");
  Diagnostics own;
  ParameterSet parameters = site.parameters.values;  // a topology kind knows no folder: it is given whole paths
  if (parameters.has("file") && parameters.text("file") != "none")
    parameters.set("file", (std::filesystem::path(site.directory) / parameters.text("file")).lexically_normal().string());
  auto fabric = std::make_unique<Fabric>(kind->build(parameters, site.graph, builtin_catalogue(), site.place, own));
  relocate(own, site.parameters, site.place, diagnostics);
  if (own.has_errors()) return nullptr;
  if (const Status status = validate(*fabric); !status) {
    diagnostics.error(site.place, "the site does not make a valid fabric: " + status.error().message, status.error().remedy);
    return nullptr;
  }
  return fabric;
}

std::optional<Built> build(const Scenario& scenario, Diagnostics& diagnostics) {
  Built built;
  built.fabric = build_fabric(scenario.site, diagnostics);
  if (built.fabric == nullptr) return std::nullopt;
  built.options.fidelity = scenario.fidelity;
  built.options.network = network_options(scenario.network.values);
  if (const Status routing = check_routing(*built.fabric, built.options.network); !routing) {
    Diagnostics own;
    own.error(scenario.site.place, routing.error().message, routing.error().remedy);
    relocate(own, scenario.network, scenario.site.place, diagnostics);
  }
  built.options.probes = probe_options(scenario.probes.values);
  built.options.seed = scenario.seed;
  built.options.duration = scenario.duration;
  built.options.faults = fault_schedule(scenario.faults, *built.fabric, built.options.network, diagnostics);
  build_jobs(scenario, built, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return built;
}

}  // namespace eastwest
