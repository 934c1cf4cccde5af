// SPDX-License-Identifier: Apache-2.0
#include "scenarios/export.hpp"

#include <algorithm>
#include <filesystem>

#include "scenarios/expand.hpp"
#include "workloads/imports/chakra_writer.hpp"
#include "workloads/imports/goal_text.hpp"

namespace eastwest {

namespace {

/// The name of a job as part of a file name, other than those before it.
std::string file_stem(const std::string& job, std::size_t number, const std::vector<std::string>& taken) {
  std::string stem;
  for (const char c : job) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    stem += plain ? c : '_';
  }
  while (stem.empty() || stem == "scenario" || std::find(taken.begin(), taken.end(), stem) != taken.end())
    stem += "-" + std::to_string(number);
  return stem;
}

/// The job as one that reads `file`, on the GPUs that it got.
ScenarioJob reading_job(const ScenarioJob& job, const Built& built, std::size_t number, std::string_view kind, const std::string& file) {
  ScenarioJob reader = job;
  const Job& own = built.workload.jobs[number];
  reader.kind = kind;
  reader.ranks = own.rank_count;
  reader.placement = {};
  for (std::uint32_t i = 0; i < own.rank_count; ++i)
    reader.placement.gpus.push_back({std::to_string(built.workload.ranks[own.first_rank + i].value), {}});
  reader.parameters = default_parameters(find_job_kind(kind)->parameters());
  reader.parameters.values.set("file", file);
  return reader;
}

}  // namespace

Result<std::vector<ExportedFile>> export_scenario(const Scenario& scenario, const Built& built, ExportFormat format) {
  std::vector<ExportedFile> files;
  std::vector<std::string> stems;
  Scenario reader = scenario;
  for (std::size_t i = 0; i < scenario.jobs.size(); ++i) {
    const auto job = static_cast<std::uint16_t>(i);
    const std::string stem = stems.emplace_back(file_stem(scenario.jobs[i].name, i, stems));
    if (format == ExportFormat::goal) {
      Result<std::string> text = write_goal(built.workload, job);
      if (!text) return text.error();
      files.push_back({stem + ".goal", std::move(text).value()});
      reader.jobs[i] = reading_job(scenario.jobs[i], built, i, "goal", files.back().name);
      continue;
    }
    const Result<std::vector<ChakraTrace>> traces = make_chakra(built.workload, job);
    if (!traces) return traces.error();
    for (std::size_t rank = 0; rank < traces->size(); ++rank)
      files.push_back({stem + "." + std::to_string(rank) + ".et", write_chakra((*traces)[rank])});
    reader.jobs[i] = reading_job(scenario.jobs[i], built, i, "chakra", stem + ".0.et");
  }
  if (reader.site.parameters.values.has("file") && reader.site.parameters.values.text("file") != "none") {
    std::error_code ignored;
    const std::filesystem::path whole = std::filesystem::path(scenario.site.directory) / reader.site.parameters.values.text("file");
    reader.site.parameters.values.set("file", std::filesystem::absolute(whole, ignored).lexically_normal().string());
  }
  reader.directory = "/dev/null";  // below it is no file: the scenario's paths then start at its own folder, wherever that goes
  files.push_back({"scenario.yaml", expand(reader)});
  return files;
}

}  // namespace eastwest
