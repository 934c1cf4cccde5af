// SPDX-License-Identifier: Apache-2.0
#include "scenarios/runner.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/placement.hpp"
#include "scenarios/reachability.hpp"
#include "scenarios/relocate.hpp"
#include "sim/route_versions.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

namespace {

/// The cable that the text of a fault means; the error says what is wrong with it.
Result<CableId> find_cable(const Fabric& fabric, const std::string& text) {
  for (std::uint32_t i = 0; i < fabric.cables.size(); ++i) {
    const Cable& cable = fabric.cables[i];
    if (cable.name == text || fabric.port_name(cable.a) == text || fabric.port_name(cable.b) == text) return CableId{i};
  }
  const auto node_names = [&] {
    std::vector<std::string> names;
    for (const Node& node : fabric.nodes) names.push_back(node.name);
    return names;
  };
  const std::size_t dash = text.find(" - ");
  if (dash == std::string::npos) {
    const std::size_t colon = text.rfind(':');
    for (const Node& node : fabric.nodes) {
      if (colon == std::string::npos || text.substr(0, colon) != node.name) continue;
      return Error{"`" + node.name + "` has no cable at port `" + text.substr(colon + 1) + "`",
                   node.port_count == 0 ? "" : "its ports are 0 to " + std::to_string(node.port_count - 1)};
    }
    if (colon != std::string::npos)
      return Error{"there is no node `" + text.substr(0, colon) + "`", suggest(text.substr(0, colon), node_names())};
    return Error{"there is no cable `" + text + "`", "name a cable (`" +
                                                         (fabric.cables.empty() ? std::string("C0001") : fabric.cables.front().name) +
                                                         "`), a port (`leaf-0:3`) or two nodes (`leaf-0 - spine-1`)"};
  }
  const std::string a = text.substr(0, dash);
  const std::string b = text.substr(dash + 3);
  for (const std::string& name : {a, b}) {
    const std::vector<std::string> names = node_names();
    if (std::find(names.begin(), names.end(), name) == names.end()) return Error{"there is no node `" + name + "`", suggest(name, names)};
  }
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < fabric.cables.size(); ++i) {
    const std::string& one = fabric.nodes[fabric.ports[fabric.cables[i].a.index()].node.index()].name;
    const std::string& other = fabric.nodes[fabric.ports[fabric.cables[i].b.index()].node.index()].name;
    if ((one == a && other == b) || (one == b && other == a)) found.push_back(i);
  }
  if (found.empty()) return Error{"no cable joins `" + a + "` and `" + b + "`", "name two nodes that are joined"};
  if (found.size() > 1) {
    return Error{
        std::to_string(found.size()) + " cables join `" + a + "` and `" + b + "`",
        "name one of them: `" + fabric.cables[found[0]].name + "`, `" + fabric.cables[found[1]].name + (found.size() > 2 ? "`, ..." : "`")};
  }
  return CableId{found.front()};
}

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

namespace {

bool joins_host(const Fabric& fabric, CableId cable) {
  const Cable& c = fabric.cables[cable.index()];
  return fabric.nodes[fabric.ports[c.a.index()].node.index()].kind == NodeKind::host ||
         fabric.nodes[fabric.ports[c.b.index()].node.index()].kind == NodeKind::host;
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
  for (const ScenarioFault& fault : scenario.faults) {
    const Result<CableId> cable = find_cable(*built.fabric, fault.link);
    if (cable) {
      const bool ends = fault.action == "up" || fault.action == "recover";
      const bool hangs = fault.action == "hang" || fault.action == "recover";
      if (hangs && !joins_host(*built.fabric, *cable))
        diagnostics.error(fault.place, "no end of " + fault.link + " is a NIC that could " + fault.action,
                          "name the cable of a host, or use `action: down`");
      built.options.faults.push_back({fault.time, *cable, ends, hangs ? FaultKind::receiver : FaultKind::cable});
    } else {
      diagnostics.error(fault.place, cable.error().message, cable.error().remedy);
    }
  }
  std::stable_sort(built.options.faults.begin(), built.options.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.time < b.time; });
  build_jobs(scenario, built, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return built;
}

}  // namespace eastwest
