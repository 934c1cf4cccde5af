// SPDX-License-Identifier: Apache-2.0
// All-to-all job: every rank sends `size` to every other, all at once or a few peers at a time.
#include <string>

#include "workloads/jobs/pattern.hpp"
#include "workloads/jobs/repeat_collective.hpp"

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
       .meaning = "Bytes from each rank to each other rank.",
       .source = "eastwest"},
      {.name = "concurrency",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "Peers that a rank sends to at a time; 0: all at once.",
       .source = "NCCL posts up to 8 peers per batch"},
      {.name = "repetitions",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "1",
       .minimum = 1,
       .maximum = 1e4,
       .meaning = "How often in a row.",
       .source = "eastwest"},
  };
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const CollectiveKind* kind = find_collective_kind("pairwise_all_to_all");
  EASTWEST_CHECK(kind != nullptr, "the pairwise all-to-all is one of the collective kinds");
  CollectiveRequest request;
  // The record counts the whole send buffer, the block that stays at home included, as nccl-tests does.
  request.bytes = parameters.bytes("size") * static_cast<std::int64_t>(context.gpus.size());
  request.concurrency = static_cast<std::uint32_t>(parameters.integer("concurrency"));
  append_repeated(*kind, request, {0, parameters.integer("repetitions")}, context, schedule, diagnostics);
}

}  // namespace

extern const JobKind kind_job_all_to_all{
    .name = "all_to_all",
    .summary = "Every rank sends the same amount to every other: the pattern of expert parallelism, and the hardest for a fabric.",
    .source = "standard pattern; nccl-tests alltoall_perf",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
