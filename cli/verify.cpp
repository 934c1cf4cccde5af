// SPDX-License-Identifier: Apache-2.0
// The verb `verify`: what was delivered, plugged and measured against the design; and the site as it was found.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "analysis/hardware/as_built.hpp"
#include "analysis/hardware/evidence_folder.hpp"
#include "analysis/hardware/verification.hpp"
#include "cli/program.hpp"
#include "scenarios/expand.hpp"
#include "scenarios/site_builder.hpp"
#include "scenarios/site_folder.hpp"
#include "scenarios/yaml_document.hpp"
#include "topology/plant/plant_tables.hpp"

namespace eastwest::cli {

namespace {

namespace fs = std::filesystem;

/// To a temporary name beside it, then renamed: a reader never sees half of a file.
Status write_file(const fs::path& path, const std::string& text) {
  const fs::path temporary = path.string() + ".partial";
  std::ofstream out(temporary, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  std::error_code failure;
  if (out) fs::rename(temporary, path, failure);
  if (out && !failure) return Done{};
  fs::remove(temporary, failure);
  return Error{"`" + path.string() + "` cannot be written", "check the folder's permissions and the space on the disk"};
}

/// Files that the site names start at its folder; the copy stands elsewhere.
void make_absolute(ReadParameters& parameters, const std::string& directory) {
  if (parameters.specs == nullptr) return;
  for (const ParameterSpec& spec : *parameters.specs) {
    if (spec.type != ParameterType::text || !parameters.values.has(spec.name)) continue;
    const fs::path path(parameters.values.text(spec.name));
    std::error_code failure;
    if (path.empty() || path.is_absolute() || !fs::is_regular_file(directory / path, failure)) continue;
    parameters.values.set(spec.name, fs::absolute(directory / path, failure).lexically_normal().string());
  }
}

void point_to(Site& site, const AsBuilt& found) {
  make_absolute(site.parameters, site.directory);
  make_absolute(site.plant, site.directory);
  site.plant.values.set("schedule", std::string(kScheduleFile));
  site.plant.values.set("ids", std::string("none"));
  for (const char* table : {"racks", "devices", "pathways"})
    site.plant.values.set(table, std::string(table) + ".csv");  // panels stand there
  if (!found.measured.empty()) site.plant.values.set("measured", std::string("measured.csv"));
}

/// The text of the site or scenario with its cables as found.
std::optional<std::string> site_text(const VerifyArguments& arguments, Site site, const AsBuilt& found, std::string& name) {
  Diagnostics diagnostics;
  const std::optional<YamlValue> root = read_yaml_file(arguments.site, diagnostics);
  if (root && root->is_map() && root->find("topology") == nullptr) {
    std::optional<Scenario> scenario = load_scenario(arguments.site, arguments.overrides, diagnostics);
    if (!scenario) return std::nullopt;
    name = "scenario.yaml";
    for (ScenarioJob& job : scenario->jobs) make_absolute(job.parameters, scenario->directory);
    point_to(scenario->site, found);
    scenario->directory = ".";
    return expand(*scenario);
  }
  name = std::string(kSiteFile);
  point_to(site, found);
  return expand_site(site);
}

int write_as_built(const VerifyArguments& arguments, const Site& site, const VerificationDesign& design, const Verification& verification) {
  const Result<AsBuilt> found = as_built(design, verification.found);
  if (!found) {
    print_error(found.error());
    return kExitInput;
  }
  std::string name;
  const std::optional<std::string> text = site_text(arguments, site, *found, name);
  const fs::path folder(arguments.as_built);
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (!text || !fs::is_directory(folder, failure)) {
    print_error({"the folder `" + folder.string() + "` cannot be made", "name a folder with --as-built that exists or can be made"});
    return kExitInput;
  }
  const std::string racks = write_racks(design.plant);
  const std::string devices = write_devices(design.plant);
  const std::string pathways = write_pathways(design.plant);
  const std::pair<std::string, const std::string*> files[] = {{"racks.csv", &racks},
                                                              {"devices.csv", &devices},
                                                              {"pathways.csv", &pathways},
                                                              {std::string(kScheduleFile), &found->schedule},
                                                              {"measured.csv", &found->measured},
                                                              {name, &*text}};
  for (const auto& [file, bytes] : files) {
    if (bytes->empty()) continue;
    if (const Status written = write_file(folder / file, *bytes); !written) {
      print_error(written.error());
      return kExitInput;
    }
  }
  for (const std::string& note : found->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  std::fprintf(stderr, "the site as found: %s\n", (folder / name).string().c_str());
  return kExitDone;
}

}  // namespace

int verify_verb(const VerifyArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Site> site = load_site(arguments.site, arguments.overrides, diagnostics);
  std::optional<BuiltSite> built;
  if (site) built = build_site(*site, diagnostics);
  if (!built) {
    print_diagnostics(diagnostics);
    return kExitInput;
  }
  built = part_built(std::move(*built));
  Diagnostics told;
  const std::optional<Evidence> evidence = read_evidence(arguments.received, told);
  print_diagnostics(diagnostics);
  print_diagnostics(told);
  if (!evidence) return kExitInput;
  const Catalogue catalogue = builtin_catalogue();
  PartTable parts = builtin_parts();
  parts.add(evidence->parts);
  Result<std::vector<TestExpectation>> tests = test_expectations(built->plant, built->fabric, catalogue, built->settings);
  if (!tests) {
    print_error(tests.error());
    return kExitInput;
  }
  const VerificationDesign design{built->fabric, built->plant, catalogue, parts, std::move(*tests)};
  Verification verification = verify(design, *evidence);
  if (told.has_errors()) {
    HardwareFinding unread{FindingKind::unreadable, FindingSeverity::failed, arguments.received, {}, {}, {}, {}, {}};
    unread.figures = {{"errors", static_cast<double>(told.error_count()), ""}};
    unread.sentence = std::to_string(told.error_count()) + " mistakes in the files, told above: part of the evidence was not read";
    unread.remedy = "mend the files and verify again";
    verification.findings.insert(verification.findings.begin(), std::move(unread));
  }
  std::fputs((arguments.json ? verification_json(verification) : verification_text(verification)).c_str(), stdout);
  if (!arguments.as_built.empty())
    if (const int code = write_as_built(arguments, *site, design, verification); code != kExitDone) return code;
  return verification.passed() ? kExitDone : kExitVerdict;
}

}  // namespace eastwest::cli
