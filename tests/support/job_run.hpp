// SPDX-License-Identifier: Apache-2.0
// Test support: one job of a kind on the GPUs of a fabric, with its parameters as text; the schedule and what was said.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest::tests {

struct JobRun {
  Schedule schedule;
  std::vector<Driver> drivers;
  std::string said;  // the diagnostics as printed; the job stands at scenario.yaml:7:3
};

struct JobSetting {
  std::uint32_t ranks = 0;  // 0: as many as the fabric has GPUs
  std::uint64_t seed = 1;
  std::uint16_t job = 0;
  std::uint32_t first_rank = 0;
  std::string directory = {};
};

/// The job is called `test`. `parameters`: name and value as a user writes them; the rest at their defaults.
JobRun run_job(std::string_view kind, const Fabric& fabric, const std::vector<std::pair<std::string, std::string>>& parameters,
               const JobSetting& setting = {});

}  // namespace eastwest::tests
