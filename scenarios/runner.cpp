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
#include "scenarios/site_builder.hpp"
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
  std::optional<BuiltSite> whole = build_site(site, diagnostics);
  if (!whole) return nullptr;
  return std::make_unique<const Fabric>(part_built(std::move(*whole)).fabric);
}

std::optional<Built> build(const Scenario& scenario, Diagnostics& diagnostics) {
  std::shared_ptr<const Fabric> fabric = build_fabric(scenario.site, diagnostics);
  return fabric == nullptr ? std::nullopt : build_on(std::move(fabric), scenario, diagnostics);
}

std::optional<Built> build_on(std::shared_ptr<const Fabric> fabric, const Scenario& scenario, Diagnostics& diagnostics) {
  Built built;
  built.fabric = std::move(fabric);
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
  built.options.faults = fault_schedule(scenario.faults, *built.fabric, built.options.network,
                                        scenario.site.plant.values.real("margin_exponent"), diagnostics);
  build_jobs(scenario, built, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return built;
}

}  // namespace eastwest
