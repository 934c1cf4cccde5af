// SPDX-License-Identifier: Apache-2.0
// Incast job: many ranks send to one at the same time; shows buffers, PFC and congestion control at the last link.
#include <string>

#include "workloads/jobs/pattern.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "size",
       .type = ParameterType::quantity,
       .dimension = Dimension::bytes,
       .default_text = "1 MiB",
       .minimum = 1,
       .maximum = 1e12,
       .meaning = "Bytes that each sender sends.",
       .source = "eastwest"},
      {.name = "senders",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "How many ranks send: those after the receiver, in turn; 0: all others.",
       .source = "eastwest"},
      {.name = "receiver",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "The rank that they send to.",
       .source = "eastwest"},
  };
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const auto n = static_cast<std::int64_t>(context.gpus.size());
  const std::int64_t receiver = parameters.integer("receiver");
  const std::int64_t asked = parameters.integer("senders");
  const std::string job = "job `" + context.name + "`: ";
  if (receiver >= n)
    diagnostics.error(context.place, job + "`receiver` is rank " + std::to_string(receiver) + ", which does not exist",
                      "ranks of this job are 0 to " + std::to_string(n - 1));
  if (asked >= n)
    diagnostics.error(context.place,
                      job + "`senders` is " + std::to_string(asked) + ", but only " + std::to_string(n - 1) + " ranks are left to send",
                      "lower `senders` or place the job on more GPUs");
  if (receiver >= n || asked >= n) return;
  schedule.begin_job(context.job, context.traffic_class);
  std::vector<PatternFlow> flows;
  for (std::int64_t i = 1; i <= (asked == 0 ? n - 1 : asked); ++i)
    flows.push_back({static_cast<std::uint32_t>((receiver + i) % n), static_cast<std::uint32_t>(receiver), parameters.bytes("size"), {}});
  append_pattern("incast", flows, context, schedule);
}

}  // namespace

extern const JobKind kind_job_incast{
    .name = "incast",
    .summary = "Many ranks send to one at once: shows buffers, PFC and congestion control at the last link.",
    .source = "standard pattern of data-centre fabric studies",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
