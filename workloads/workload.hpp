// SPDX-License-Identifier: Apache-2.0
// A workload: jobs on ranks of a fabric, their static schedule and their drivers; and what a job kind declares.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/parameter.hpp"
#include "topology/fabric.hpp"
#include "workloads/driver.hpp"
#include "workloads/schedule.hpp"

namespace eastwest {

struct Job {
  std::string name;
  std::string kind;
  Time start;
  std::uint32_t first_rank = 0;  // its ranks are Workload::ranks[first_rank .. first_rank + rank_count)
  std::uint32_t rank_count = 0;
  std::uint8_t traffic_class = 1;
};

struct Workload {
  std::vector<Job> jobs;
  std::vector<GpuId> ranks;  // where each rank runs; two jobs never share a GPU
  Schedule schedule;         // of all jobs
  std::vector<Driver> drivers;
};

/// What a job kind is given to make its part of the workload.
struct JobContext {
  const Fabric& fabric;
  std::uint16_t job = 0;  // its number
  std::string name;
  std::vector<GpuId> gpus;       // GPU of each rank of this job
  std::uint32_t first_rank = 0;  // global number of its rank 0
  Time start;
  Duration duration;  // of the scenario: no new work after it; ps == 0 means no limit
  std::uint8_t traffic_class = 1;
  std::uint64_t seed = 0;  // of the scenario; kinds key their streams by (seed, job)
  Place place;             // of the job in the scenario
  std::string directory;   // of the scenario file: relative paths in parameters start here
  [[nodiscard]] RankId rank(std::size_t i) const { return {first_rank + static_cast<std::uint32_t>(i)}; }
};

struct JobKind {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  std::vector<ParameterSpec> (*parameters)();
  /// Appends operations to `schedule` and drivers to `drivers`; every mistake goes to `diagnostics` at context.place.
  void (*append)(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>& drivers,
                 Diagnostics& diagnostics);
};

/// All job kinds (collective, permutation, incast, all_to_all, flows, training, serving), sorted by name.
std::span<const JobKind* const> job_kinds();
const JobKind* find_job_kind(std::string_view name);

}  // namespace eastwest
