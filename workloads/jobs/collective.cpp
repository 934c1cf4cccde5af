// SPDX-License-Identifier: Apache-2.0
// Collective job: one collective operation, once or several times in a row, as nccl-tests runs it.
//
// `algorithm` and `protocol` may be left to NCCL's cost model (cost_model.hpp); with a protocol, channels, chunks and slots default to
// NCCL's. LIMITATIONS: chunks are longer than NCCL's where a schedule would have more than two million messages.
#include <algorithm>
#include <string>

#include "workloads/collectives/cost_model.hpp"
#include "workloads/collectives/load_bound.hpp"
#include "workloads/collectives/tune_request.hpp"
#include "workloads/collectives/unequal_blocks.hpp"
#include "workloads/jobs/pattern.hpp"
#include "workloads/jobs/repeat_collective.hpp"

namespace eastwest {

namespace {

/// "auto, collnet_chain, ..., direct_all_to_all, ...": how, then how and what.
std::string_view algorithm_choices() {
  static const std::string choices = [] {
    std::vector<std::string_view> names;
    for (const CollectiveKind* kind : collective_kinds()) names.push_back(kind->algorithm);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const CollectiveKind* kind : collective_kinds()) names.push_back(kind->name);
    std::string list = "auto";
    for (const std::string_view name : names) list += ", " + std::string(name);
    return list;
  }();
  return choices;
}

constexpr CollectiveOperation kOperations[] = {CollectiveOperation::all_reduce,     CollectiveOperation::all_gather,
                                               CollectiveOperation::reduce_scatter, CollectiveOperation::all_to_all,
                                               CollectiveOperation::all_to_all_v,   CollectiveOperation::broadcast,
                                               CollectiveOperation::reduce,         CollectiveOperation::send_recv};

std::string_view operation_choices() {
  static const std::string choices = [] {
    std::string list;
    for (const CollectiveOperation operation : kOperations) list += (list.empty() ? "" : ", ") + std::string(to_string(operation));
    return list;
  }();
  return choices;
}

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "operation",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "all_reduce",
       .meaning = "What is done, where `algorithm` does not say it.",
       .source = "nccl-tests",
       .choices = operation_choices()},
      {.name = "algorithm",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "ring_all_reduce",
       .meaning = "How: a short name (ring), a name with the operation (ring_all_reduce), or auto: what NCCL's cost model takes.",
       .source = "NCCL 2.30 src/graph/tuning.cc (auto); `eastwest kinds` describes the algorithms",
       .choices = algorithm_choices()},
      {.name = "protocol",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "ideal",
       .meaning = "Flags in the data and delays of the software; ideal: none, only the network counts (with `algorithm: auto` as auto).",
       .source = "data/collective_tuning.csv",
       .choices = "ideal, auto, ll, ll128, simple"},
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
       .default_text = "0",
       .minimum = 0,
       .maximum = 64,
       .meaning = "Rings or pairs of trees side by side, each leaving the hosts through another NIC; 0: 1, with a protocol one per NIC.",
       .source = "NCCL 2.30: 16 on DGX H100 (8 NICs x 2)"},
      {.name = "chunks",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "0",
       .minimum = 0,
       .maximum = 30'000,
       .meaning =
           "Parts that move on independently, so that phases and hops overlap; 0: 1, with a protocol as many as NCCL's chunk size makes.",
       .source = "NCCL 2.30 src/enqueue.cc"},
      {.name = "slots",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "8",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "With a protocol: messages under way on a connection; 0: no limit.",
       .source = "NCCL 2.30: NCCL_STEPS"},
      {.name = "concurrency",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "-1",
       .minimum = -1,
       .maximum = 1e6,
       .meaning = "All-to-all: peers that a rank sends to at a time; 0: all at once; -1: 1, with a protocol 8.",
       .source = "NCCL 2.30 posts up to 8 peers per batch"},
      {.name = "fused",
       .type = ParameterType::boolean,
       .dimension = Dimension::none,
       .default_text = "false",
       .meaning = "Hierarchical: phases inside a host as one operation instead of single messages.",
       .source = "eastwest"},
      {.name = "root",
       .type = ParameterType::quantity,
       .dimension = Dimension::none,
       .default_text = "0",
       .minimum = 0,
       .maximum = 1e6,
       .meaning = "Broadcast and reduce: the rank that has the data, or gets it.",
       .source = "nccl-tests"},
      {.name = "pxn",
       .type = ParameterType::choice,
       .dimension = Dimension::none,
       .default_text = "auto",
       .meaning = "Direct all-to-all: to other hosts through the local GPU on the rail of the receiver; auto: with a protocol and NVLink.",
       .source = "NCCL 2.30: NCCL_PXN_DISABLE, NCCL_P2P_PXN_LEVEL",
       .choices = "auto, always, never"},
      {.name = "imbalance",
       .type = ParameterType::real,
       .dimension = Dimension::none,
       .default_text = "1",
       .minimum = 1,
       .maximum = 2,
       .meaning =
           "All-to-all-v: what the busiest receiver gets over the mean; the others lie on a straight line, in an order drawn by the seed.",
       .source = "eastwest"},
  };
}

constexpr std::uint32_t kNcclPeers = 8;  // under way in a batch
constexpr std::int64_t kNcclSlots = 8;   // the default of `slots`

void warn_of_unused(const CollectiveKind& kind, const CollectiveRequest& request, const JobContext& context, Diagnostics& diagnostics) {
  const auto warn = [&](std::string_view option, bool given) {
    if (!given || heeds(kind, option)) return;
    diagnostics.warning(context.place,
                        "job `" + context.name + "`: `" + std::string(option) + "` has no effect on " + std::string(kind.name),
                        kind.options.empty() ? "leave it out" : "leave it out; this algorithm heeds " + std::string(kind.options));
  };
  warn("channels", request.channels > 1);
  warn("chunks", request.chunks > 1);
  warn("concurrency", request.concurrency != 1);
  warn("fused", request.fused);
  warn("pxn", request.pxn);
  warn("root", request.root != 0);
}

CollectiveOperation operation_named(std::string_view name) {
  for (const CollectiveOperation operation : kOperations)
    if (to_string(operation) == name) return operation;
  return CollectiveOperation::all_reduce;
}

/// Kind and protocol; the protocol is "" when only the network counts.
Result<TuningChoice> chosen(const ParameterSet& parameters, const Machine& machine, Bytes size) {
  const std::string& algorithm = parameters.text("algorithm");
  const std::string& protocol = parameters.text("protocol");
  CollectiveOperation operation = operation_named(parameters.text("operation"));
  const CollectiveKind* full = find_collective_kind(algorithm);
  if (full != nullptr && operation != CollectiveOperation::all_reduce && operation != full->operation)
    return Error{"`algorithm: " + algorithm + "` does " + std::string(to_string(full->operation)) + ", not " + parameters.text("operation"),
                 "leave `operation` out, or take the short name of the algorithm"};
  if (full != nullptr) operation = full->operation;
  const std::string_view by = full != nullptr ? full->algorithm : std::string_view(algorithm);
  if (protocol == "ideal" && by != "auto") {
    const CollectiveKind* kind = find_collective_kind(operation, by);
    if (kind != nullptr) return TuningChoice{kind, ""};
  }
  return choose(machine, operation, by, protocol == "ideal" ? "auto" : protocol, size);
}

void append(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
            Diagnostics& diagnostics) {
  if (!has_two_ranks(context, diagnostics)) return;
  const Machine machine = describe_machine(context.fabric, context.gpus);
  CollectiveRequest request;
  request.bytes = parameters.bytes("size");
  const Result<TuningChoice> choice = chosen(parameters, machine, request.bytes);
  if (!choice) {
    diagnostics.error(context.place, "job `" + context.name + "`: " + choice.error().message, choice.error().remedy);
    return;
  }
  std::vector<RankId> ranks;
  for (std::size_t i = 0; i < context.gpus.size(); ++i) ranks.push_back(context.rank(i));
  const std::vector<std::uint32_t> hosts = hosts_of(context.fabric, context.gpus);
  request.ranks = ranks;
  request.rank_host = hosts;
  request.without_multicast = machine.without_multicast;
  request.without_aggregation = machine.without_aggregation;
  request.channels = static_cast<std::uint32_t>(parameters.integer("channels"));
  request.chunks = static_cast<std::uint32_t>(parameters.integer("chunks"));
  const std::int64_t concurrency = parameters.integer("concurrency");
  const bool as_nccl = !choice->protocol.empty() && heeds(*choice->kind, "concurrency");
  request.concurrency = concurrency >= 0 ? static_cast<std::uint32_t>(concurrency) : as_nccl ? kNcclPeers : 1;
  request.fused = parameters.boolean("fused");
  const std::string& pxn = parameters.text("pxn");
  request.pxn = pxn == "always" || (pxn == "auto" && !choice->protocol.empty() && heeds(*choice->kind, "pxn") && machine.generation != 0 &&
                                    machine.nodes > 1 && machine.per_node > 1);
  request.root = static_cast<std::uint32_t>(parameters.integer("root"));
  std::vector<std::int64_t> pair_bytes;
  if (choice->kind->operation == CollectiveOperation::all_to_all_v) {
    pair_bytes = ramp_blocks(static_cast<std::uint32_t>(ranks.size()), request.bytes, parameters.real("imbalance"), context.seed);
    request.pair_bytes = pair_bytes;
  }
  warn_of_unused(*choice->kind, request, context, diagnostics);
  const auto no_effect = [&](const std::string& option, const char* reason) {
    diagnostics.warning(context.place, "job `" + context.name + "`: `" + option + "` has no effect " + reason, "leave it out");
  };
  if (parameters.real("imbalance") != 1 && choice->kind->operation != CollectiveOperation::all_to_all_v)
    no_effect("imbalance", "but on all_to_all_v");
  if (parameters.integer("slots") != kNcclSlots && choice->protocol.empty()) no_effect("slots", "without a protocol");
  tune(request, *choice, machine, static_cast<std::uint32_t>(parameters.integer("slots")));
  append_repeated(*choice->kind, request, {parameters.integer("warm_up"), parameters.integer("repetitions")}, context, schedule,
                  diagnostics);
}

}  // namespace

extern const JobKind kind_job_collective{
    .name = "collective",
    .summary = "One collective operation by a named algorithm or NCCL's choice, once or several times in a row.",
    .source = "nccl-tests",
    .parameters = parameters,
    .append = append,
};

}  // namespace eastwest
