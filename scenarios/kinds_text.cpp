// SPDX-License-Identifier: Apache-2.0
#include "scenarios/kinds_text.hpp"

#include <algorithm>
#include <vector>

#include "scenarios/parameter_reader.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "sim/options.hpp"
#include "sim/packet/transports/transport_kind.hpp"
#include "topology/plant/plant_settings.hpp"
#include "topology/topology_kind.hpp"
#include "workloads/collectives/collective_kind.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

/// Every kind and group in one shape: its heading, name, one sentence, source, and what it can be told.
struct Row {
  std::string_view group;
  std::string name;
  std::string summary;
  std::string source;
  std::vector<ParameterSpec> (*parameters)() = nullptr;
  std::vector<StudyPart> (*parts)() = nullptr;  // of studies
};

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const TopologyKind* kind : topology_kinds())
    rows.push_back({"topologies (site: {topology: ...})", std::string(kind->name), std::string(kind->summary), std::string(kind->source),
                    kind->parameters});
  for (const JobKind* kind : job_kinds())
    rows.push_back({"jobs (jobs: {NAME: {kind: ...}})", std::string(kind->name), std::string(kind->summary), std::string(kind->source),
                    kind->parameters});
  for (const CollectiveKind* kind : collective_kinds())
    rows.push_back({"collective algorithms (of jobs that communicate)", std::string(kind->name), std::string(kind->summary),
                    std::string(kind->source), nullptr});
  for (const TransportKind* kind : transport_kinds())
    if (transport_offered(*kind))
      rows.push_back({"transports (network: {transport: ...})", std::string(kind->name), std::string(kind->summary),
                      std::string(kind->source), kind->parameters});
  for (const StudyKind* kind : study_kinds())
    rows.push_back({"studies (study: ...)", std::string(kind->name), std::string(kind->summary), std::string(kind->source),
                    kind->parameters, kind->parts});
  constexpr std::string_view kOptions = "options of a scenario";
  rows.push_back({kOptions, "scenario", "what stands at the top of the file", "", scenario_parameters});
  rows.push_back({kOptions, "job", "what every job has beside the parameters of its kind", "", job_parameters});
  rows.push_back({kOptions, "network", "switches, NICs, transport and routing", "", network_parameters});
  rows.push_back({kOptions, "probes", "what the trace records", "", probe_parameters});
  rows.push_back({kOptions, "study", "what every study has beside the parameters of its kind", "", study_parameters});
  rows.push_back({kOptions, "plant", "racks, pathways, cables, limits and phases of a site (site: {plant: ...})", "", plant_parameters});
  return rows;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string limit_text(const ParameterSpec& spec, double limit) {
  if (spec.type == ParameterType::real) return print_parameter(spec, limit);
  return limit >= 9.2e18 ? std::string("unlimited") : print_quantity(static_cast<std::int64_t>(limit), spec.dimension);
}

std::string type_text(const ParameterSpec& spec) {
  switch (spec.type) {
    case ParameterType::boolean: return "true or false";
    case ParameterType::text: return "text";
    case ParameterType::choice: return std::string(spec.choices);
    case ParameterType::integer_list: return "list, each " + limit_text(spec, spec.minimum) + " to " + limit_text(spec, spec.maximum);
    case ParameterType::quantity:
    case ParameterType::real: break;
  }
  return limit_text(spec, spec.minimum) + " to " + limit_text(spec, spec.maximum);
}

}  // namespace

std::string kinds_text() {
  const std::vector<Row> rows = all_rows();
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  std::string out;
  std::string_view group;
  for (const Row& row : rows) {
    if (row.group != group) out += (group.empty() ? "" : "\n") + std::string(row.group) + "\n";
    group = row.group;
    out += "  " + padded(row.name, width + 2) + row.summary + "\n";
  }
  return out + "\n`eastwest kinds NAME` shows the parameters of one of them.\n";
}

Result<std::string> kind_text(std::string_view name) {
  const std::vector<Row> rows = all_rows();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  if (found == rows.end()) {
    std::vector<std::string> names;
    for (const Row& row : rows) names.push_back(row.name);
    return Error{"there is no kind `" + std::string(name) + "`", suggest(name, names)};
  }
  std::string out = found->name + ": " + found->summary + "\n";
  if (!found->source.empty()) out += "source: " + found->source + "\n";
  if (found->parameters == nullptr) return out;
  if (found->parts != nullptr) {
    out += "\n";
    for (const StudyPart& part : found->parts())
      out += "  " + padded(std::string(part.name), 12) + padded(part.required ? "required" : "", 10) + std::string(part.meaning) + "\n";
  }
  const std::vector<ParameterSpec> specs = found->parameters();
  std::size_t name_width = 0;
  std::size_t default_width = 8;
  for (const ParameterSpec& spec : specs) {
    name_width = std::max(name_width, spec.name.size());
    default_width = std::max(default_width, spec.default_text.size());
  }
  out += "\n";
  for (const ParameterSpec& spec : specs) {
    out += "  " + padded(std::string(spec.name), name_width + 2) +
           padded(spec.default_text.empty() ? std::string("required") : std::string(spec.default_text), default_width + 2) +
           std::string(spec.meaning) + "\n";
    const std::string indent(name_width + default_width + 6, ' ');
    if (spec.type != ParameterType::text) out += indent + type_text(spec) + "\n";
    if (!spec.source.empty() && spec.source != "eastwest") out += indent + "source: " + std::string(spec.source) + "\n";
  }
  return out;
}

}  // namespace eastwest
