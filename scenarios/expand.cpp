// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expand.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "scenarios/parameter_writer.hpp"
#include "scenarios/scenario_parts.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

namespace {

std::string flow_list(const std::vector<PlacedText>& items) {
  if (items.empty()) return "all";
  std::string text = "[";
  for (const PlacedText& item : items) text += (text.size() > 1 ? ", " : "") + yaml_scalar(item.text);
  return text + "]";
}

/// Relative paths need their folder only when some parameter names a file there.
bool needs_directory(const Scenario& scenario) {
  const auto names_file = [&](const ReadParameters& parameters) {
    for (const ParameterSpec& spec : *parameters.specs) {
      if (spec.type != ParameterType::text || parameters.values.find(spec.name) == nullptr) continue;
      const std::filesystem::path path(parameters.values.text(spec.name));
      std::error_code code;
      if (!path.empty() && path.is_relative() && std::filesystem::is_regular_file(scenario.directory / path, code)) return true;
    }
    return false;
  };
  return names_file(scenario.site.parameters) || names_file(scenario.site.plant) ||
         std::any_of(scenario.jobs.begin(), scenario.jobs.end(), [&](const ScenarioJob& job) { return names_file(job.parameters); });
}

void write_job(ParameterWriter& writer, const ScenarioJob& job) {
  const std::vector<ParameterSpec> specs = job_parameters();
  const auto put = [&](int depth, std::string_view name, std::string_view shown, const std::string& text) {
    writer.value(depth, spec_of(specs, name), shown, text);
  };
  writer.key(1, job.name);
  writer.line(2, "kind: " + job.kind);
  put(2, "ranks", "ranks", job.ranks == 0 ? "all" : std::to_string(job.ranks));
  put(2, "start", "start", to_string(job.start));
  put(2, "class", "class", std::to_string(job.traffic_class));
  writer.key(2, "placement");
  const PlacementPolicy policy = job.placement.policy;
  if (job.placement.gpus.empty()) {  // a list of GPUs leaves nothing for a policy to order
    put(3, "placement.policy", "policy",
        policy == PlacementPolicy::packed         ? "packed"
        : policy == PlacementPolicy::strided      ? "strided"
        : policy == PlacementPolicy::rail_aligned ? "rail_aligned"
                                                  : "scattered");
    put(3, "placement.servers", "servers", flow_list(job.placement.servers));
  }
  put(3, "placement.gpus", "gpus", flow_list(job.placement.gpus));
  writer.parameters(2, job.parameters);
}

}  // namespace

std::string expand(const Scenario& scenario, bool with_comments) {
  ParameterWriter writer(with_comments);
  const std::vector<ParameterSpec> specs = scenario_parameters();
  const auto put = [&](std::string_view name, const std::string& text) { writer.value(0, spec_of(specs, name), name, text); };
  put("name", yaml_scalar(scenario.name));
  put("description", yaml_scalar(scenario.description));
  put("seed", std::to_string(scenario.seed));
  put("duration", to_string(scenario.duration));
  put("fidelity", scenario.fidelity == Fidelity::flow ? "flow" : "packet");
  if (!scenario.alone.empty()) put("alone", yaml_scalar(scenario.alone));
  if (needs_directory(scenario)) {
    std::error_code code;
    std::filesystem::path folder = std::filesystem::absolute(scenario.directory, code).lexically_normal();
    if (folder.filename().empty() && folder.has_relative_path()) folder = folder.parent_path();
    put("directory", yaml_scalar(folder.string()));
  }
  writer.key(0, "site");
  write_site(writer, 1, scenario.site);
  writer.key(0, "jobs");
  for (const ScenarioJob& job : scenario.jobs) write_job(writer, job);
  writer.key(0, "network");
  writer.parameters(1, scenario.network);
  writer.key(0, "probes");
  writer.parameters(1, scenario.probes);
  if (!scenario.faults.empty()) writer.key(0, "faults");
  for (const ScenarioFault& fault : scenario.faults) {
    std::string text = "- {time: " + to_string(fault.time) + ", link: " + yaml_scalar(fault.link) + ", action: " + fault.action;
    const std::vector<ParameterSpec> keys = fault_parameters();
    if (fault.action == "dirty_connector") text += ", loss: " + to_string(fault.loss);
    if (fault.margin) text += ", margin: " + to_string(*fault.margin);
    if (fault.action == "frame_loss") text += ", probability: " + print_parameter(spec_of(keys, "probability"), fault.probability);
    if (fault.direction != "both") text += ", direction: " + fault.direction;
    writer.line(1, text + "}");
  }
  return writer.take();
}

std::string expand_site(const Site& site) {
  ParameterWriter writer(false);
  write_site(writer, 0, site);
  return writer.take();
}

}  // namespace eastwest
