// SPDX-License-Identifier: Apache-2.0
// The schema is JSON, knows every declared parameter, and agrees with the loader about the shipped files: the check with an
// independent validator (python3-jsonschema) runs where that is installed.
#include "scenarios/json_schema.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sim/options.hpp"
#include "tests/scenarios/library_files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"
#include "topology/topology_kind.hpp"
#include "workloads/workload.hpp"

using namespace eastwest;
using Json = nlohmann::json;

namespace {

/// The schema of the dotted `name` inside an object's schema, or null.
Json property(const Json& object, std::string_view name) {
  const std::size_t dot = name.find('.');
  const Json& properties = object.at("properties");
  const std::string key(name.substr(0, dot));
  if (!properties.contains(key)) return nullptr;
  return dot == std::string_view::npos ? properties.at(key) : property(properties.at(key), name.substr(dot + 1));
}

const Json* kind_of(const Json& any_of, const std::string& key, std::string_view name) {
  for (const Json& kind : any_of) {
    if (kind.contains("properties") && kind["properties"].contains(key) && kind["properties"][key]["const"] == std::string(name))
      return &kind;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("schema: every parameter of every kind is in it, with its default") {
  const Json schema = Json::parse(scenario_schema());
  CHECK(schema.at("required") == Json::array({"site", "jobs"}));
  const Json& sites = schema["properties"]["site"]["anyOf"];
  for (const TopologyKind* kind : topology_kinds()) {
    CAPTURE(kind->name);
    const Json* object = kind_of(sites, "topology", kind->name);
    REQUIRE(object != nullptr);
    for (const ParameterSpec& spec : kind->parameters()) CHECK_FALSE(property(*object, spec.name).is_null());
  }
  const Json& jobs = schema["properties"]["jobs"]["anyOf"][1]["additionalProperties"]["anyOf"];
  for (const JobKind* kind : job_kinds()) {
    CAPTURE(kind->name);
    const Json* object = kind_of(jobs, "kind", kind->name);
    REQUIRE(object != nullptr);
    CHECK((*object)["additionalProperties"] == false);
    for (const ParameterSpec& spec : kind->parameters()) {
      CAPTURE(spec.name);
      const Json found = property(*object, spec.name);
      REQUIRE_FALSE(found.is_null());
      CHECK(found.contains("default") == !spec.default_text.empty());
    }
  }
  for (const ParameterSpec& spec : network_parameters()) CHECK_FALSE(property(schema["properties"]["network"], spec.name).is_null());
}

TEST_CASE("schema: an independent validator accepts the library and refuses slips") {
  const tests::ProgramResult probe = tests::run_command({"python3", "-c", "import jsonschema, yaml"});
  if (probe.exit_code != 0) {
    MESSAGE("skipped: python3-jsonschema or python3-yaml is not installed");
    return;
  }
  const tests::TemporaryDirectory folder;
  const std::string schema = folder.write("schema.json", scenario_schema());
  const std::string script = folder.write("check.py",
                                          "import json, sys, yaml, jsonschema\n"
                                          "v = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))\n"
                                          "jsonschema.Draft202012Validator.check_schema(v.schema)\n"
                                          "bad = [f for f in sys.argv[2:] if list(v.iter_errors(yaml.safe_load(open(f))))]\n"
                                          "print('\\n'.join(bad))\n");
  std::vector<std::string> command{"python3", script, schema};
  for (const auto& file : tests::library_files()) command.push_back(file.string());
  const tests::ProgramResult good = tests::run_command(command);
  CHECK(good.exit_code == 0);
  CHECK(good.output == "\n");
  const std::string broken = eastwest::tests::source_directory() + "/tests/scenarios/broken/";
  for (const char* name : {"unknown-top-key", "duration-without-unit", "unknown-topology", "unknown-site-parameter", "wrong-dimension",
                           "unknown-job-parameter", "class-zero", "required-parameter-missing", "unknown-routing", "no-jobs", "ranks-zero",
                           "fault-without-time", "many-at-once"}) {
    CAPTURE(name);
    CHECK(tests::run_command({"python3", script, schema, broken + name + ".yaml"}).output == broken + name + ".yaml\n");
  }
}
