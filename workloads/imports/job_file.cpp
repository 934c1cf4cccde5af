// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/job_file.hpp"

#include <filesystem>

namespace eastwest {

namespace {
constexpr std::string_view kNone = "none";
}

ParameterSpec file_parameter(std::string_view meaning) {
  return {.name = "file", .type = ParameterType::text, .default_text = kNone, .meaning = meaning, .source = "user"};
}

ParameterSpec check_counts_parameter(std::string_view meaning) {
  return {.name = "check_counts",
          .type = ParameterType::boolean,
          .default_text = "true",
          .meaning = meaning,
          .source = "published files that count themselves wrongly"};
}

std::string job_path(const JobContext& context, const std::string& file) {
  return (std::filesystem::path(context.directory) / file).lexically_normal().string();
}

std::optional<JobFile> read_job_file(const ParameterSet& parameters, const JobContext& context, std::string_view expected,
                                     Diagnostics& diagnostics) {
  const std::string& file = parameters.text("file");
  const std::string wanted = "write `file: PATH` of " + std::string(expected);
  if (file == kNone) {
    diagnostics.error(context.place, "job `" + context.name + "` has no `file`", wanted);
    return std::nullopt;
  }
  JobFile result{job_path(context, file), {}};
  Result<std::string> text = read_input_file(result.path);
  if (!text) {
    diagnostics.error(context.place, "`file` of job `" + context.name + "`: " + text.error().message, text.error().remedy);
    return std::nullopt;
  }
  if (const auto unfit = not_a_text(*text, expected)) {
    diagnostics.error(Place{result.path, 0, 0}, unfit->message, unfit->remedy);
    return std::nullopt;
  }
  result.text = std::move(text).value();
  return result;
}

bool has_ranks(std::int64_t needed, const JobContext& context, Diagnostics& diagnostics) {
  const auto ranks = static_cast<std::int64_t>(context.gpus.size());
  if (ranks == needed) return true;
  const std::string counts =
      "job `" + context.name + "` has " + std::to_string(ranks) + " ranks and its `file` speaks of " + std::to_string(needed);
  if (ranks < needed) {
    diagnostics.error(context.place, counts, "place it on more GPUs");
    return false;
  }
  diagnostics.warning(context.place, counts + "; the others stay idle", "write `ranks: " + std::to_string(needed) + "`");
  return true;
}

}  // namespace eastwest
