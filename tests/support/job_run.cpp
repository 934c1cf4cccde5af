// SPDX-License-Identifier: Apache-2.0
#include "tests/support/job_run.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace eastwest::tests {

JobRun run_job(std::string_view name, const Fabric& fabric, const std::vector<std::pair<std::string, std::string>>& parameters,
               const JobSetting& setting) {
  const JobKind* kind = find_job_kind(name);
  EASTWEST_CHECK(kind != nullptr, "the test names a job kind that does not exist");
  const std::vector<ParameterSpec> specs = kind->parameters();
  ParameterSet set = ParameterSet::defaults(specs);
  for (const auto& [key, text] : parameters) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ParameterSpec& candidate) { return candidate.name == key; });
    EASTWEST_CHECK(spec != specs.end(), "the test names a parameter that does not exist");
    auto value = parse_parameter(*spec, text);
    EASTWEST_CHECK(value.has_value(), "the test gives a parameter a value that it cannot have");
    set.set(key, std::move(value).value());
  }
  JobContext context{.fabric = fabric,
                     .job = setting.job,
                     .name = "test",
                     .gpus = {},
                     .first_rank = setting.first_rank,
                     .start = {},
                     .duration = {},
                     .traffic_class = 1,
                     .seed = setting.seed,
                     .place = {"scenario.yaml", 7, 3},
                     .directory = setting.directory};
  for (std::uint32_t i = 0; i < (setting.ranks == 0 ? fabric.gpu_count : setting.ranks); ++i) context.gpus.push_back({i});
  JobRun run;
  ScheduleBuilder builder;
  Diagnostics diagnostics;
  kind->append(set, context, builder, run.drivers, diagnostics);
  run.said = diagnostics.print();
  auto schedule = std::move(builder).finish();
  EASTWEST_CHECK(schedule.has_value(), "the job made a schedule that breaks an invariant");
  run.schedule = std::move(schedule).value();
  return run;
}

}  // namespace eastwest::tests
