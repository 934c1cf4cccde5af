// SPDX-License-Identifier: Apache-2.0
// Test support: a star of hosts whose GPUs have the figures of an H100 SXM, for jobs that compute.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "tests/support/star_fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest::tests {

inline Fabric gpu_fabric(std::uint32_t hosts, std::uint32_t gpus) {
  Fabric fabric = star_fabric({.hosts = hosts, .gpus = gpus, .nics = gpus});
  fabric.gpu_models.push_back({.name = "H100-SXM",
                               .flops_bf16 = 989e12,
                               .flops_fp8 = 1979e12,
                               .memory_bytes_per_second = 3.35e12,
                               .memory = Bytes{80'000'000'000}});
  for (Host& host : fabric.hosts) host.gpu_model = 0;
  return fabric;
}

/// A use of a job kind as the loader would make it: `name=value` texts over the defaults, on the first `ranks` GPUs.
struct JobUse {
  Schedule schedule;
  std::vector<Driver> drivers;
  Diagnostics diagnostics;
};

struct JobPlace {
  std::uint32_t ranks = 1;
  Duration duration = {};
  std::uint64_t seed = 1;
  Time start = {};
  std::string directory = {};
};

inline JobUse use_job(std::string_view kind_name, const Fabric& fabric, const JobPlace& place,
                      const std::vector<std::pair<std::string, std::string>>& values) {
  JobUse use;
  const JobKind* kind = find_job_kind(kind_name);
  EASTWEST_CHECK(kind != nullptr, "the job kind is in the list");
  static std::vector<std::vector<ParameterSpec>> kept;  // sets view their specs
  kept.push_back(kind->parameters());
  ParameterSet parameters = ParameterSet::defaults(kept.back());
  for (const auto& [name, text] : values)
    for (const ParameterSpec& spec : kept.back())
      if (spec.name == name) {
        Result<ParameterValue> value = parse_parameter(spec, text);
        EASTWEST_CHECK(value.has_value(), "a test writes a value that its parameter accepts");
        parameters.set(name, *value);
      }
  JobContext context{.fabric = fabric,
                     .name = "job",
                     .gpus = {},
                     .start = place.start,
                     .duration = place.duration,
                     .seed = place.seed,
                     .place = {"scenario.yaml", 7, 3},
                     .directory = place.directory};
  for (std::uint32_t rank = 0; rank < place.ranks; ++rank) context.gpus.push_back({rank});
  ScheduleBuilder builder;
  builder.begin_job(0, 1);
  kind->append(parameters, context, builder, use.drivers, use.diagnostics);
  if (use.diagnostics.has_errors()) return use;
  Result<Schedule> schedule = std::move(builder).finish();
  EASTWEST_CHECK(schedule.has_value(), "the schedule of a job is sound");
  use.schedule = std::move(*schedule);
  return use;
}

}  // namespace eastwest::tests
