// SPDX-License-Identifier: Apache-2.0
// Job kind `goal`: sends, receives and calculations of a GOAL text, rank by rank.
#include "workloads/imports/goal_text.hpp"
#include "workloads/imports/job_file.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> goal_parameters() { return {file_parameter("GOAL text of LogGOPSim or ATLAHS, relative to the scenario")}; }

void append_goal(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
                 Diagnostics& diagnostics) {
  const auto file = read_job_file(parameters, context, "a GOAL text", diagnostics);
  if (!file) return;
  InputErrors errors(file->path, file->text, diagnostics);
  MessageSchedule messages = read_goal(file->text, errors);
  if (!errors.any() && has_ranks(messages.ranks, context, diagnostics)) {
    schedule.begin_job(context.job, context.traffic_class);
    append_messages(messages, context, schedule, nullptr, errors);
  }
  errors.finish();
}

}  // namespace

extern const JobKind kind_job_goal{
    .name = "goal",
    .summary = "Sends, receives and calculations of a GOAL text, as LogGOPSim and ATLAHS read it.",
    .source = "Hoefler et al., LogGOPSim, HPDC 2010; ATLAHS, 2025",
    .parameters = goal_parameters,
    .append = append_goal,
};

}  // namespace eastwest
