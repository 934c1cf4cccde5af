// SPDX-License-Identifier: Apache-2.0
// Permutation job: every rank sends one flow to another rank and receives one; no port is asked for more than its rate.
#include <string>

#include "workloads/jobs/pattern.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kStream = 0x7065'726d'7574'0000u;  // "permut"; the low bits are the job

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "size",
       .type = ParameterType::quantity,
       .dimension = Dimension::bytes,
       .default_text = "16 MiB",
       .minimum = 1,
       .maximum = 1e12,
       .meaning = "Bytes that each rank sends.",
       .source = "common benchmark size, e.g. htsim permutation runs"},
      {.name = "destinations",
       .type = ParameterType::integer_list,
       .dimension = Dimension::none,
       .default_text = "[]",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "Rank i sends to the i-th entry; empty: drawn from the seed, uniform over all derangements.",
       .source = "eastwest"},
  };
}

/// The destinations as written, or empty when a mistake was found.
std::vector<std::uint32_t> explicit_destinations(const std::vector<std::int64_t>& list, const JobContext& context,
                                                 Diagnostics& diagnostics) {
  const std::size_t n = context.gpus.size();
  const std::string job = "job `" + context.name + "`: ";
  const std::size_t errors = diagnostics.error_count();
  if (list.size() != n) {
    diagnostics.error(context.place,
                      job + "`destinations` has " + std::to_string(list.size()) + " entries for " + std::to_string(n) + " ranks",
                      "write one destination per rank, or leave it empty");
    return {};
  }
  std::vector<std::uint32_t> targets(n, 0);
  std::vector<std::size_t> sender(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    if (list[i] < 0 || list[i] >= static_cast<std::int64_t>(n)) {
      diagnostics.error(context.place,
                        job + "rank " + std::to_string(i) + " sends to rank " + std::to_string(list[i]) + ", which does not exist",
                        "ranks of this job are 0 to " + std::to_string(n - 1));
      continue;
    }
    targets[i] = static_cast<std::uint32_t>(list[i]);
    if (targets[i] == i)
      diagnostics.error(context.place, job + "rank " + std::to_string(i) + " sends to itself", "every rank must send to another one");
    std::size_t& first = sender[targets[i]];
    if (first != n)
      diagnostics.error(
          context.place,
          job + "ranks " + std::to_string(first) + " and " + std::to_string(i) + " both send to rank " + std::to_string(list[i]),
          "use the job kind `flows` for patterns that are no permutation");
    first = i;
  }
  if (diagnostics.error_count() != errors) targets.clear();
  return targets;
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const auto& list = parameters.list("destinations");
  const std::vector<std::uint32_t> targets =
      list.empty() ? random_derangement(static_cast<std::uint32_t>(context.gpus.size()), context.seed, kStream | context.job)
                   : explicit_destinations(list, context, diagnostics);
  if (targets.empty()) return;
  schedule.begin_job(context.job, context.traffic_class);
  std::vector<PatternFlow> flows;
  for (std::uint32_t i = 0; i < targets.size(); ++i) flows.push_back({i, targets[i], parameters.bytes("size"), {}});
  append_pattern("permutation", flows, context, schedule);
}

}  // namespace

extern const JobKind kind_job_permutation{
    .name = "permutation",
    .summary = "Every rank sends one flow to a distinct other rank: shows path collisions, since no host is overloaded.",
    .source = "standard pattern of data-centre fabric studies",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
