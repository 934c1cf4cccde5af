// SPDX-License-Identifier: Apache-2.0
// Flows job: point-to-point flows spelled out one by one, for textbook and published set-ups.
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "workloads/jobs/flow_list.hpp"
#include "workloads/jobs/pattern.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kNone = "none";
constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{256} << 20;

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "list",
       .type = ParameterType::text,
       .dimension = Dimension::none,
       .default_text = kNone,
       .meaning = "Flows such as `0 -> 1 size 1 MiB; 2 -> 1 size 64 KiB start 10 us`, between semicolons or line by line.",
       .source = "eastwest"},
      {.name = "file",
       .type = ParameterType::text,
       .dimension = Dimension::none,
       .default_text = kNone,
       .meaning = "A text file with such flows instead, relative to the scenario.",
       .source = "eastwest"},
  };
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code failure;
  const bool regular = std::filesystem::is_regular_file(path, failure);
  if (!std::filesystem::exists(path, failure))
    return Error{"there is no file `" + path.string() + "`", "check `file`; a relative path starts at the folder of the scenario"};
  if (!regular) return Error{"`" + path.string() + "` is not a file that can be read", "name a text file"};
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure || size > kMaxFileBytes) return Error{"`" + path.string() + "` is larger than 256 MiB", "split the flows over several jobs"};
  std::ifstream stream(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(size)))
    return Error{"`" + path.string() + "` cannot be read", "check its permissions"};
  return text;
}

std::vector<PatternFlow> read_flows(const ParameterSet& parameters, const JobContext& context, Diagnostics& diagnostics) {
  const auto ranks = static_cast<std::uint32_t>(context.gpus.size());
  const std::string& list = parameters.text("list");
  const std::string& file = parameters.text("file");
  if ((list == kNone) == (file == kNone)) {
    diagnostics.error(
        context.place,
        "job `" + context.name + "`: " + (list == kNone ? "neither `list` nor `file` is given" : "`list` and `file` are both given"),
        "give one of them");
    return {};
  }
  if (file == kNone) return parse_flow_list(list, ranks, {context.place, false, context.name}, diagnostics);
  const std::filesystem::path path = std::filesystem::path(context.directory) / file;
  const Result<std::string> text = read_file(path);
  if (!text) {
    diagnostics.error(context.place, "job `" + context.name + "`: " + text.error().message, text.error().remedy);
    return {};
  }
  const std::size_t errors = diagnostics.error_count();
  std::vector<PatternFlow> flows = parse_flow_list(*text, ranks, {{path.string(), 0, 0}, true, context.name}, diagnostics);
  if (diagnostics.error_count() != errors) diagnostics.remember_source(path.string(), *text);
  return flows;
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const std::size_t errors = diagnostics.error_count();
  const std::vector<PatternFlow> flows = read_flows(parameters, context, diagnostics);
  if (diagnostics.error_count() != errors) return;
  if (flows.empty()) {
    diagnostics.error(context.place, "job `" + context.name + "` has no flows", "write at least one, such as `0 -> 1 size 1 MiB`");
    return;
  }
  schedule.begin_job(context.job, context.traffic_class);
  append_pattern("flows", flows, context, schedule);
}

}  // namespace

extern const JobKind kind_job_flows{
    .name = "flows",
    .summary = "Point-to-point flows spelled out one by one, each with its size and start.",
    .source = "eastwest",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
