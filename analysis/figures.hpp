// SPDX-License-Identifier: Apache-2.0
// Figures: what one run says, as one number per named column, so that hundreds of runs make one table.
//
// A column is `JOB.NAME`, `network.NAME` or `site.NAME`; its unit is the end of its name (`_s` seconds, `_B` bytes, `_GBps` 1e9 B/s,
// `_W` watts, `_m` metres, `_per_s`; none: a count or a share). Invariants: the columns follow from the names of the jobs alone, in a
// fixed order; a figure that a run does not have is a quiet NaN. `busbw_GBps` and `collective_time_mean_s` are those of the job's
// collectives that move the most bytes (the first of equals). LIMITATIONS: single collectives, flows and requests are in traces alone.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/flow_classes.hpp"
#include "sim/simulation.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/plant.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

struct FigureColumn {
  std::string name;     // "train.step_time_mean_s"
  std::string subject;  // "train"
  std::string_view figure;
  std::string_view unit;     // "s", "B", "B/s", "1/s", "W", "m", "1" (a share), "count"
  std::string_view meaning;  // a few words
  double scale = 1;          // the unit itself = number in the column x scale
  enum class Better : unsigned char { lower, higher, neither } better = Better::lower;
};

/// Every column that runs with these jobs can have.
std::vector<FigureColumn> figure_columns(std::span<const std::string> jobs);

/// What of a site stands in its plant and not in its fabric; NaN where the plant is not known.
struct PlantCounts {
  double pulls = std::numeric_limits<double>::quiet_NaN();   // pieces that run through a pathway, trunks among them
  double trunks = std::numeric_limits<double>::quiet_NaN();  // trunks
};
PlantCounts plant_counts(const Plant& plant);

/// One number per column of `figure_columns(jobs)`. Figures of a run that is not complete would mislead: they are left out.
std::vector<double> run_figures(std::span<const std::string> jobs, const Fabric& fabric, const PlantCounts& plant, const Workload& workload,
                                const RunResult& result, const std::vector<JobFlows>& flows);
/// The columns of the site alone, all others NaN: for a run that has no result.
std::vector<double> site_figures(std::span<const std::string> jobs, const Fabric& fabric, const PlantCounts& plant = {});

/// Of a figure of the site that is NaN: what the catalogue does not know, "the most power of the switch leaf-0 (model `own-switch`)"; "" of one
/// that is known.
std::string unknown_of_site(const Fabric& fabric, std::string_view figure);

}  // namespace eastwest
