// SPDX-License-Identifier: Apache-2.0
// Collective job: one collective operation, once or several times in a row, as nccl-tests runs it.
#include <string>

#include "workloads/jobs/pattern.hpp"
#include "workloads/jobs/repeat_collective.hpp"

namespace eastwest {

namespace {

/// "halving_doubling_all_reduce, hierarchical_all_reduce, ..."
std::string_view algorithm_choices() {
  static const std::string choices = [] {
    std::string list;
    for (const CollectiveKind* kind : collective_kinds()) list += (list.empty() ? "" : ", ") + std::string(kind->name);
    return list;
  }();
  return choices;
}

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "algorithm",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "ring_all_reduce",
       .meaning = "Operation and algorithm; `eastwest kinds` describes them.",
       .source = "eastwest",
       .choices = algorithm_choices()},
      {.name = "size",
       .type = ParameterType::quantity,
       .dimension = Dimension::bytes,
       .default_text = "64 MiB",
       .minimum = 1,
       .maximum = 1e12,
       .meaning = "Buffer size as nccl-tests reports it: of one rank, for all-gather and reduce-scatter of all ranks together.",
       .source = "nccl-tests doc/PERFORMANCE.md"},
      {.name = "repetitions",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "1",
       .minimum = 1,
       .maximum = 1e4,
       .meaning = "How often it is run and recorded.",
       .source = "eastwest"},
      {.name = "warm_up",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e4,
       .meaning = "Runs before these, which are not recorded.",
       .source = "eastwest"},
      {.name = "channels",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "1",
       .minimum = 1,
       .maximum = 64,
       .meaning = "Rings side by side, each leaving the hosts through another NIC; as many as a host has NICs uses them all.",
       .source = "NCCL 2.30: 16 on DGX H100 (8 NICs x 2)"},
      {.name = "chunks",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "1",
       .minimum = 1,
       .maximum = 1'000,
       .meaning = "Parts that move on independently, so that phases and hops overlap.",
       .source = "eastwest"},
      {.name = "concurrency",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "1",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "All-to-all: peers that a rank sends to at a time; 0: all at once.",
       .source = "NCCL posts up to 8 peers per batch"},
      {.name = "fused",
       .type = ParameterType::boolean,
       .dimension = Dimension::none,
       .default_text = "false",
       .meaning = "Hierarchical: phases inside a host as one operation instead of single messages.",
       .source = "eastwest"},
  };
}

bool heeds(const CollectiveKind& kind, std::string_view option) { return kind.options.find(option) != std::string_view::npos; }

void warn_of_unused(const CollectiveKind& kind, const CollectiveRequest& request, const JobContext& context, Diagnostics& diagnostics) {
  const auto warn = [&](std::string_view option, bool given) {
    if (!given || heeds(kind, option)) return;
    diagnostics.warning(context.place,
                        "job `" + context.name + "`: `" + std::string(option) + "` has no effect on " + std::string(kind.name),
                        kind.options.empty() ? "leave it out" : "leave it out; this algorithm heeds " + std::string(kind.options));
  };
  warn("channels", request.channels != 1);
  warn("chunks", request.chunks != 1);
  warn("concurrency", request.concurrency != 1);
  warn("fused", request.fused);
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const CollectiveKind* kind = find_collective_kind(parameters.text("algorithm"));
  EASTWEST_CHECK(kind != nullptr, "the choices of `algorithm` are the collective kinds");
  CollectiveRequest request;
  request.bytes = parameters.bytes("size");
  request.channels = static_cast<std::uint32_t>(parameters.integer("channels"));
  request.chunks = static_cast<std::uint32_t>(parameters.integer("chunks"));
  request.concurrency = static_cast<std::uint32_t>(parameters.integer("concurrency"));
  request.fused = parameters.boolean("fused");
  warn_of_unused(*kind, request, context, diagnostics);
  append_repeated(*kind, request, {parameters.integer("warm_up"), parameters.integer("repetitions")}, context, schedule, diagnostics);
}

}  // namespace

extern const JobKind kind_job_collective{
    .name = "collective",
    .summary = "One collective operation by a named algorithm, once or several times in a row.",
    .source = "nccl-tests",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
