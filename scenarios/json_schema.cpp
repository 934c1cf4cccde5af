// SPDX-License-Identifier: Apache-2.0
#include "scenarios/json_schema.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "scenarios/scenario_parts.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "topology/plant/plant_settings.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view part = list.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return parts;
}

/// Matches "400 Gb/s": a number and one of the units of `dimension`.
std::string quantity_pattern(Dimension dimension) {
  std::string units;
  for (const std::string& unit : split(accepted_units(dimension))) units += (units.empty() ? "" : "|") + unit;
  return "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)? *(" + units + ")$";
}

Json scalar_schema(const ParameterSpec& spec) {
  if (spec.dimension != Dimension::none) return {{"type", "string"}, {"pattern", quantity_pattern(spec.dimension)}};
  return {{"type", spec.type == ParameterType::real ? "number" : "integer"}, {"minimum", spec.minimum}, {"maximum", spec.maximum}};
}

Json default_of(const ParameterSpec& spec) {
  const Result<ParameterValue> value = parse_parameter(spec, spec.default_text);
  if (!value) return nullptr;
  if (const auto* boolean = std::get_if<bool>(&*value)) return *boolean;
  if (const auto* real = std::get_if<double>(&*value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&*value); integer != nullptr && spec.dimension == Dimension::none) return *integer;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&*value); list != nullptr && spec.dimension == Dimension::none)
    return *list;
  return std::string(spec.default_text);
}

Json schema_of(const ParameterSpec& spec) {
  Json schema;
  switch (spec.type) {
    case ParameterType::quantity:
    case ParameterType::real: schema = scalar_schema(spec); break;
    case ParameterType::boolean: schema = {{"type", "boolean"}}; break;
    case ParameterType::text: schema = {{"type", Json::array({"string", "number"})}}; break;  // a name may look like a number
    case ParameterType::choice: schema = {{"enum", split(spec.choices)}}; break;
    case ParameterType::integer_list: schema = {{"type", "array"}, {"items", scalar_schema(spec)}}; break;
  }
  std::string description(spec.meaning);
  if (!spec.source.empty() && spec.source != "eastwest") description += " (source: " + std::string(spec.source) + ")";
  schema["description"] = description;
  if (!spec.default_text.empty()) schema["default"] = default_of(spec);
  return schema;
}

/// Adds `schema` at the dotted `name` inside `object`, making the maps between.
void put(Json& object, std::string_view name, Json schema, bool required) {
  const std::size_t dot = name.find('.');
  const std::string key(name.substr(0, dot));
  if (required) {
    if (!object.contains("required")) object["required"] = Json::array();
    bool known = false;
    for (const Json& other : object["required"]) known = known || other == key;
    if (!known) object["required"].push_back(key);
  }
  Json& properties = object["properties"];
  if (dot == std::string_view::npos) {
    properties[key] = std::move(schema);
    return;
  }
  if (!properties.contains(key)) properties[key] = {{"type", "object"}, {"additionalProperties", false}};
  put(properties[key], name.substr(dot + 1), std::move(schema), required);
}

Json object_of(const std::vector<ParameterSpec>& specs) {
  Json object = {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
  for (const ParameterSpec& spec : specs) put(object, spec.name, schema_of(spec), spec.default_text.empty());
  return object;
}

Json list_of(const std::vector<ParameterSpec>& specs, bool plain_text) {
  Json item = object_of(specs);
  if (plain_text) item = {{"anyOf", Json::array({{{"type", "string"}}, item})}};
  return {{"type", "array"}, {"items", item}};
}

/// A path of a file, or one of the kinds: a value of `key` selects the rest.
Json kinds_of(std::string_view key, const std::vector<std::pair<std::string, Json>>& kinds, bool path) {
  Json any = Json::array();
  if (path) any.push_back({{"type", "string"}, {"description", "path of a file that holds it, relative to this one"}});
  for (const auto& [name, schema] : kinds) {
    Json kind = schema;
    put(kind, key, {{"const", name}}, true);
    any.push_back(std::move(kind));
  }
  return {{"anyOf", std::move(any)}};
}

Json site_schema() {
  std::vector<std::pair<std::string, Json>> kinds;
  for (const TopologyKind* kind : topology_kinds()) {
    Json schema = object_of(kind->parameters());
    schema["description"] = kind->summary;
    schema["properties"]["plant"] = object_of(plant_parameters());
    if (kind->name == "custom") {
      schema["properties"]["hosts"] = list_of(graph_host_parameters(), true);
      schema["properties"]["switches"] = list_of(graph_switch_parameters(), true);
      schema["properties"]["links"] = list_of(graph_link_parameters(), true);
    }
    kinds.emplace_back(kind->name, std::move(schema));
  }
  return kinds_of("topology", kinds, true);
}

/// `ranks`, `placement.servers` and `placement.gpus` take more than the one text they are declared as.
Json shape_by_hand(std::string_view name, Json schema) {
  const Json index = {{"type", Json::array({"string", "integer"})}};
  if (name == "ranks") {
    schema.erase("type");
    schema["anyOf"] = Json::array({{{"const", "all"}}, {{"type", "integer"}, {"minimum", 1}}});
  } else if (name == "placement.servers" || name == "placement.gpus") {
    schema.erase("type");
    schema["anyOf"] = Json::array({index, {{"type", "array"}, {"items", index}, {"minItems", 1}}});
  }
  return schema;
}

Json jobs_schema() {
  std::vector<std::pair<std::string, Json>> kinds;
  for (const JobKind* kind : job_kinds()) {
    Json schema = object_of({});
    schema["description"] = kind->summary;
    for (const ParameterSpec& spec : job_parameters()) put(schema, spec.name, shape_by_hand(spec.name, schema_of(spec)), false);
    for (const ParameterSpec& spec : kind->parameters()) put(schema, spec.name, schema_of(spec), spec.default_text.empty());
    kinds.emplace_back(kind->name, std::move(schema));
  }
  const Json jobs = {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", kinds_of("kind", kinds, false)}};
  return {
      {"anyOf", Json::array({{{"type", "string"}, {"description", "path of a file that holds the jobs, relative to this one"}}, jobs})}};
}

/// What stands below a key of a study that is no plain parameter.
Json part_schema(const StudyPart& part) {
  const Json settings = {{"type", "object"},
                         {"minProperties", 1},
                         {"additionalProperties",
                          {{"anyOf", Json::array({{{"type", "string"}, {"description", "path of a scenario file, relative to this one"}},
                                                  {{"type", "object"}, {"description", "paths of the scenario and their values"}},
                                                  {{"type", "null"}}})}}}};
  Json schema;
  switch (part.shape) {
    case StudyPartShape::settings: schema = settings; break;
    case StudyPartShape::grid:
      schema = {{"type", "object"},
                {"minProperties", 1},
                {"additionalProperties", {{"anyOf", Json::array({{{"type", "array"}, {"minItems", 1}}, settings})}}}};
      break;
    case StudyPartShape::points: schema = {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "object"}}}}; break;
    case StudyPartShape::numbers: schema = {{"type", "object"}, {"additionalProperties", {{"type", "number"}}}}; break;
    case StudyPartShape::lists:
      schema = {{"type", "object"}, {"additionalProperties", {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "string"}}}}}};
      break;
  }
  schema["description"] = part.meaning;
  return schema;
}

}  // namespace

std::string study_schema() {
  std::vector<std::pair<std::string, Json>> kinds;
  for (const StudyKind* kind : study_kinds()) {
    std::vector<ParameterSpec> specs = study_parameters();
    const std::vector<ParameterSpec> own = kind->parameters();
    specs.insert(specs.end(), own.begin(), own.end());
    Json schema = object_of(specs);
    schema["description"] = kind->summary;
    put(schema, "set", {{"type", "object"}, {"description", "paths of the scenario and their values, the same at every point"}}, false);
    put(schema, "results",
        {{"anyOf", Json::array({{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}})},
         {"description", "columns that tables and comparisons show; * stands for any text"}},
        false);
    for (const StudyPart& part : kind->parts()) put(schema, part.name, part_schema(part), part.required);
    kinds.emplace_back(kind->name, std::move(schema));
  }
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "eastwest study"}};
  schema.update(kinds_of("study", kinds, false));
  return schema.dump(2) + "\n";
}

std::string scenario_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "eastwest scenario"}};
  schema.update(object_of(scenario_parameters()));
  Json& properties = schema["properties"];
  properties["site"] = site_schema();
  properties["jobs"] = jobs_schema();
  properties["network"] = object_of(network_parameters());
  properties["probes"] = object_of(probe_parameters());
  properties["faults"] = list_of(fault_parameters(), false);
  schema["required"] = Json::array({"site", "jobs"});
  return schema.dump(2) + "\n";
}

}  // namespace eastwest
