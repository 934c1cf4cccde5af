// SPDX-License-Identifier: Apache-2.0
// Job kind `chakra`: execution traces of MLCommons Chakra, one file per NPU; NPU n is rank n.
//
// COMP takes its duration; without one, `num_ops` and `tensor_size` take the roofline time of the rank's GPU, as MEM_LOAD and MEM_STORE
// take that of `tensor_size`. A rank does one GPU operation and one CPU operation (`is_cpu_op`) at a time. COMM_SEND and COMM_RECV meet by
// (source, target, tag) in the order of the files. The k-th COMM_COLL of a group on one rank is the k-th on all; its size is that of
// ASTRA-sim: the input of a rank, so an all-gather of n ranks collects n times as much. Groups: attribute `pg_name`, looked up in the
// file of `groups` and in the `process_group:init` nodes; without it all ranks. METADATA takes no time.
// Source: Chakra schema et_def.proto; ASTRA-sim 2 workload layer. LIMITATIONS: start times are not used; `involved_dim` must name
// all dimensions; memory operations and calculations share the GPU's one stream.
#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "workloads/imports/chakra_trace.hpp"
#include "workloads/imports/job_file.hpp"
#include "workloads/imports/message_schedule.hpp"
#include "workloads/imports/rank_groups.hpp"
#include "workloads/imports/record_text.hpp"
#include "workloads/models/roofline.hpp"

namespace eastwest {

namespace {

using Step = MessageSchedule::Step;
using StepKind = MessageSchedule::StepKind;
constexpr std::string_view kFirstSuffix = ".0.et";
constexpr std::int64_t kBytesMost = 1'000'000'000'000'000;

std::vector<ParameterSpec> chakra_parameters() {
  std::vector<ParameterSpec> list{
      file_parameter("trace of NPU 0, `NAME.0.et`, relative to the scenario; those of the others stand beside it"),
      {.name = "groups",
       .type = ParameterType::text,
       .default_text = "none",
       .meaning = "JSON file with the groups that `pg_name` names, relative to the scenario",
       .source = "ASTRA-sim comm groups"},
      {.name = "compute_efficiency",
       .type = ParameterType::real,
       .default_text = "0.6",
       .minimum = 0.001,
       .maximum = 1,
       .meaning = "operations without duration: sustained share of peak FLOP/s",
       .source = "large tiles sustain 0.55 to 0.75 of peak"},
      {.name = "memory_efficiency",
       .type = ParameterType::real,
       .default_text = "0.75",
       .minimum = 0.001,
       .maximum = 1,
       .meaning = "operations without duration: sustained share of peak memory bandwidth",
       .source = "decode sustains 0.6 to 0.9"},
  };
  append_algorithm_parameters(list);
  return list;
}

std::optional<GroupOperation> operation_of(std::int64_t comm_type) {
  switch (comm_type) {
    case 0: return GroupOperation::all_reduce;
    case 1: return GroupOperation::reduce;
    case 2: return GroupOperation::all_gather;
    case 3: return GroupOperation::gather;
    case 4: return GroupOperation::scatter;
    case 5: return GroupOperation::broadcast;
    case 6: return GroupOperation::all_to_all;
    case 7:
    case 8: return GroupOperation::reduce_scatter;
    case 9: return GroupOperation::barrier;
    default: return std::nullopt;
  }
}

/// Turns the nodes of all NPUs into steps.
class ChakraImport {
 public:
  ChakraImport(const ParameterSet& parameters, const JobContext& context, std::uint32_t ranks, NamedGroups groups)
      : groups_(std::move(groups)) {
    schedule_.ranks = ranks;
    calls_.resize(ranks);
    const Host& host = context.fabric.hosts[context.fabric.host_of_gpu(context.gpus.front())];
    if (host.gpu_model < context.fabric.gpu_models.size())
      rates_ = sustained_rates(context.fabric.gpu_models[host.gpu_model], Precision::bf16, parameters.real("compute_efficiency"),
                               parameters.real("memory_efficiency"));
  }

  void add_rank(std::uint32_t rank, const ChakraTrace& trace, InputErrors& errors) {
    read_own_attributes(rank, trace, errors);
    std::unordered_map<std::uint64_t, std::uint32_t> step_of;
    for (const ChakraNode& node : trace.nodes) {
      if (!step_of.emplace(node.id, static_cast<std::uint32_t>(schedule_.steps.size())).second)
        errors.error(0, 0, of(node) + " has an id that stands twice", "give every node its own id");
      add_node(rank, node, errors);
    }
    for (const ChakraNode& node : trace.nodes)
      for (const std::uint64_t dependency : node.dependencies) {
        const auto earlier = step_of.find(dependency);
        if (earlier == step_of.end())
          errors.error(0, 0, of(node) + " depends on node " + std::to_string(dependency) + ", which the file does not have",
                       "take the trace whole; the feeder needs every parent");
        else if (earlier->second == step_of.at(node.id)) errors.error(0, 0, of(node) + " depends on itself", "remove the dependency");
        else schedule_.edges.push_back({step_of.at(node.id), earlier->second, false});
      }
  }

  MessageSchedule finish(InputErrors& errors) {
    join_calls(errors);
    if (ordered_ && !errors.any()) put_in_order();
    return std::move(schedule_);
  }

 private:
  struct Call {  // of a collective by one rank
    std::uint32_t step = 0;
    std::string group;
    GroupOperation operation = GroupOperation::all_reduce;
    std::int64_t bytes = 0;
    std::string name;
  };

  static std::string of(const ChakraNode& node) { return "node " + std::to_string(node.id) + " (" + quote_input(node.name) + ")"; }

  void read_own_attributes(std::uint32_t rank, const ChakraTrace& trace, InputErrors& errors) {
    for (const ChakraAttribute& attribute : trace.attributes) {
      const auto* text = std::get_if<std::string>(&attribute.value);
      if (attribute.name == "eastwest_ordered") ordered_ = schedule_.ours = true;
      if (rank != 0 || attribute.name != "eastwest_record" || text == nullptr) continue;
      if (auto record = parse_record(*text)) schedule_.collectives.push_back(std::move(*record));
      else errors.error(0, 0, "the record of a collective cannot be read", "take the file as `eastwest export` wrote it");
    }
  }

  void add_node(std::uint32_t rank, const ChakraNode& node, InputErrors& errors) {
    Step step;
    step.rank = rank;
    ids_.push_back(node.id);
    switch (node.type) {
      case ChakraNode::metadata:
        if (const auto marker = node.integer("eastwest_marker"); marker && *marker >= 0) {
          step.kind = StepKind::marker;
          step.amount = *marker;
        }
        if (node.name.find("process_group:init") != std::string::npos && !read_process_groups(node.inputs, schedule_.ranks, groups_))
          errors.error(0, 0, of(node) + " names process groups in a form that is not known", "give them by `groups`");
        break;
      case ChakraNode::compute:
      case ChakraNode::memory_load:
      case ChakraNode::memory_store:
        step.amount = duration_of(node, errors).ps;
        if (!ordered_) step.resource = node.integer("is_cpu_op").value_or(0) != 0 ? 1 : 0;
        break;
      case ChakraNode::send:
      case ChakraNode::receive: add_message(node, step, errors); break;
      case ChakraNode::collective: add_call(rank, node, step, errors); break;
      default:
        errors.error(0, 0, of(node) + " has the type " + std::to_string(node.type) + ", which no node can have",
                     "types are METADATA (1) to COMM_COLL (7)");
    }
    if (const auto record = node.integer("eastwest_record"); record && *record >= 0 &&
                                                             static_cast<std::size_t>(*record) < schedule_.collectives.size() &&
                                                             (step.kind == StepKind::send || step.kind == StepKind::receive))
      step.label = static_cast<std::uint32_t>(*record);
    schedule_.steps.push_back(step);
  }

  Duration duration_of(const ChakraNode& node, InputErrors& errors) const {
    constexpr std::uint64_t kMicrosMost = 1'000'000'000'000;
    const auto exact = node.integer("eastwest_ps");
    if (exact && *exact >= 0 && static_cast<std::uint64_t>(*exact) / 1'000'000 <= kMicrosMost) return {*exact};
    if (node.duration_micros > kMicrosMost || (exact && *exact >= 0)) {
      errors.error(0, 0, of(node) + " takes more than 11 days", "durations are in microseconds");
      return {};
    }
    if (node.duration_micros > 0) return {static_cast<std::int64_t>(node.duration_micros) * 1'000'000};
    const std::int64_t flops = node.type == ChakraNode::compute ? std::max<std::int64_t>(node.integer("num_ops").value_or(0), 0) : 0;
    const std::int64_t bytes = std::max<std::int64_t>(node.integer("tensor_size").value_or(0), 0);
    if (flops == 0 && bytes == 0) return {};
    if (rates_.memory_bytes_per_second <= 0 || (flops > 0 && rates_.flops_per_second <= 0)) {
      errors.error(0, 0, of(node) + " has no duration, and the hosts have no GPU to take one from",
                   "place the job on servers with GPUs, or record durations");
      return {};
    }
    return roofline_time(static_cast<double>(flops), static_cast<double>(bytes), rates_, {});
  }

  std::int64_t size_of(const ChakraNode& node, InputErrors& errors) const {
    const auto bytes = node.integer("comm_size");
    if (bytes && *bytes >= 0 && *bytes <= kBytesMost) return *bytes;
    errors.error(0, 0, of(node) + (bytes ? " has a `comm_size` of " + std::to_string(*bytes) : " has no `comm_size`"),
                 "give the bytes that it moves");
    return 0;
  }

  void add_message(const ChakraNode& node, Step& step, InputErrors& errors) {
    const bool sends = node.type == ChakraNode::send;
    step.kind = sends ? StepKind::send : StepKind::receive;
    step.amount = size_of(node, errors);
    const std::string_view key = sends ? "comm_dst" : "comm_src";
    const auto peer = node.integer(key);
    if (!peer || *peer < 0 || *peer >= schedule_.ranks) {
      errors.error(
          0, 0, of(node) + (peer ? " has a `" + std::string(key) + "` of " + std::to_string(*peer) : " has no `" + std::string(key) + "`"),
          "NPUs of this trace are 0 to " + std::to_string(schedule_.ranks - 1));
      return;
    }
    step.peer = static_cast<std::uint32_t>(*peer);
    step.tag = node.integer("comm_tag").value_or(0);
    if (step.tag < 0)
      errors.error(0, 0, of(node) + " has a `comm_tag` of " + std::to_string(step.tag), "tags are 0 and more: a receive names its message");
  }

  void add_call(std::uint32_t rank, const ChakraNode& node, Step& step, InputErrors& errors) {
    const auto type = node.integer("comm_type");
    const std::optional<GroupOperation> operation = type ? operation_of(*type) : std::nullopt;
    if (!operation) {
      errors.error(0, 0, of(node) + (type ? " has a `comm_type` of " + std::to_string(*type) : " has no `comm_type`"),
                   "types are ALL_REDUCE (0) to BARRIER (9)");
      return;
    }
    if (const ChakraAttribute* dims = node.find("involved_dim"))
      if (const auto* flags = std::get_if<std::vector<bool>>(&dims->value);
          flags != nullptr && std::find(flags->begin(), flags->end(), false) != flags->end())
        errors.error(0, 0, of(node) + " involves some dimensions of the network only", "name its group by `pg_name` and `groups` instead");
    const ChakraAttribute* group = node.find("pg_name");
    const auto* name = group == nullptr ? nullptr : std::get_if<std::string>(&group->value);
    step.kind = StepKind::group;
    calls_[rank].push_back({static_cast<std::uint32_t>(schedule_.steps.size()), name == nullptr ? "" : *name, *operation,
                            *operation == GroupOperation::barrier ? 0 : size_of(node, errors), node.name.substr(0, 60)});
  }

  /// The k-th call of a group by each of its ranks makes one collective.
  void join_calls(InputErrors& errors) {
    std::map<std::pair<std::string, std::size_t>, std::uint32_t> uses;  // group and k, into schedule_.groups
    for (std::uint32_t rank = 0; rank < schedule_.ranks; ++rank) {
      std::map<std::string, std::size_t> seen;
      for (const Call& call : calls_[rank]) {
        const std::size_t k = seen[call.group]++;
        const auto [at, fresh] = uses.try_emplace({call.group, k}, static_cast<std::uint32_t>(schedule_.groups.size()));
        if (fresh && !open_use(call, errors)) return;
        MessageSchedule::GroupUse& use = schedule_.groups[at->second];
        const auto member = std::find(use.members.begin(), use.members.end(), rank);
        const std::string what = "collective " + std::to_string(k) + (call.group.empty() ? "" : " of group " + quote_input(call.group)) +
                                 " (" + quote_input(call.name) + ") ";
        if (member == use.members.end()) {
          errors.error(0, 0, what + "is called by NPU " + std::to_string(rank) + ", which is not in the group", "correct `groups`");
          return;
        }
        if (use.operation != call.operation || use.bytes.count != whole_bytes(call, use.members.size())) {
          errors.error(0, 0, what + "differs between NPU " + std::to_string(use.members.front()) + " and NPU " + std::to_string(rank),
                       "all ranks of a group call the same collectives in the same order");
          return;
        }
        use.steps[static_cast<std::size_t>(member - use.members.begin())] = call.step;
        schedule_.steps[call.step].amount = at->second;
      }
    }
    for (const MessageSchedule::GroupUse& use : schedule_.groups)
      for (std::size_t m = 0; m < use.members.size(); ++m)
        if (use.steps[m] == kNoStep) {
          errors.error(0, 0, "the collective " + quote_input(use.name) + " is not called by NPU " + std::to_string(use.members[m]),
                       "all ranks of a group call the same collectives in the same order");
          return;
        }
  }

  static std::int64_t whole_bytes(const Call& call, std::size_t members) {
    return call.operation == GroupOperation::all_gather ? call.bytes * static_cast<std::int64_t>(members) : call.bytes;
  }

  bool open_use(const Call& call, InputErrors& errors) {
    MessageSchedule::GroupUse use;
    use.operation = call.operation;
    use.name = call.name;
    if (call.group.empty()) {
      for (std::uint32_t rank = 0; rank < schedule_.ranks; ++rank) use.members.push_back(rank);
    } else if (const auto known = groups_.find(call.group); known != groups_.end()) {
      use.members = known->second;
    } else {
      errors.error(0, 0,
                   "the collective " + quote_input(call.name) + " is of the group " + quote_input(call.group) + ", which is not known",
                   "name a file with the groups by `groups`");
      return false;
    }
    use.bytes = {whole_bytes(call, use.members.size())};
    use.steps.assign(use.members.size(), kNoStep);
    schedule_.groups.push_back(std::move(use));
    return true;
  }

  /// By id, which in traces of ours is the place in the schedule.
  void put_in_order() {
    std::vector<std::uint32_t> by_id(ids_.size());
    for (std::uint32_t i = 0; i < by_id.size(); ++i) by_id[i] = i;
    std::stable_sort(by_id.begin(), by_id.end(), [&](std::uint32_t a, std::uint32_t b) { return ids_[a] < ids_[b]; });
    std::vector<std::uint32_t> moved(by_id.size());
    std::vector<Step> steps;
    for (const std::uint32_t i : by_id) {
      moved[i] = static_cast<std::uint32_t>(steps.size());
      steps.push_back(schedule_.steps[i]);
    }
    schedule_.steps = std::move(steps);
    for (MessageSchedule::Edge& edge : schedule_.edges) edge = {moved[edge.later], moved[edge.earlier], false};
    std::stable_sort(schedule_.edges.begin(), schedule_.edges.end(),
                     [](const MessageSchedule::Edge& a, const MessageSchedule::Edge& b) { return a.later < b.later; });
    for (MessageSchedule::GroupUse& use : schedule_.groups)
      for (std::uint32_t& step : use.steps) step = moved[step];
  }

  static constexpr std::uint32_t kNoStep = 0xffff'ffffu;
  NamedGroups groups_;
  MessageSchedule schedule_;
  GpuRates rates_;
  bool ordered_ = false;
  std::vector<std::uint64_t> ids_;        // per step
  std::vector<std::vector<Call>> calls_;  // per rank
};

/// Paths of all NPUs' files; empty after an error.
std::vector<std::string> trace_files(const ParameterSet& parameters, const JobContext& context, Diagnostics& diagnostics) {
  const std::string& file = parameters.text("file");
  if (!file.ends_with(kFirstSuffix)) {
    diagnostics.error(
        context.place,
        file == "none" ? "job `" + context.name + "` has no `file`" : "`file` of job `" + context.name + "` does not end in `.0.et`",
        "name the trace of NPU 0: `file: NAME.0.et`");
    return {};
  }
  const std::string first = job_path(context, file);
  std::error_code failure;
  if (!std::filesystem::exists(first, failure)) {
    diagnostics.error(context.place, "`file` of job `" + context.name + "`: there is no file `" + first + "`",
                      "check `file`; a relative path starts at the folder of the scenario");
    return {};
  }
  const std::string stem = first.substr(0, first.size() - kFirstSuffix.size());
  std::vector<std::string> files{first};
  for (std::string next = stem + ".1.et"; std::filesystem::exists(next, failure); next = stem + "." + std::to_string(files.size()) + ".et")
    files.push_back(next);
  return files;
}

void append_chakra(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
                   Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.error_count();
  const std::vector<std::string> files = trace_files(parameters, context, diagnostics);
  if (files.empty()) return;
  if (!has_ranks(static_cast<std::int64_t>(files.size()), context, diagnostics)) return;
  const auto ranks = static_cast<std::uint32_t>(files.size());
  NamedGroups groups;
  if (const std::string& name = parameters.text("groups"); name != "none") {
    const std::string path = job_path(context, name);
    const Result<std::string> text = read_input_file(path);
    if (!text) diagnostics.error(context.place, "`groups` of job `" + context.name + "`: " + text.error().message, text.error().remedy);
    else {
      InputErrors errors(path, *text, diagnostics);
      read_comm_groups(*text, ranks, groups, errors);
      errors.finish();
    }
  }
  ChakraImport import(parameters, context, ranks, std::move(groups));
  for (std::uint32_t rank = 0; rank < ranks && diagnostics.error_count() < before + kInputErrorsShown; ++rank) {
    const Result<std::string> bytes = read_input_file(files[rank]);
    if (!bytes) {
      diagnostics.error(context.place, "`file` of job `" + context.name + "`: " + bytes.error().message, bytes.error().remedy);
      return;
    }
    InputErrors errors(files[rank], {}, diagnostics);
    const ChakraTrace trace = read_chakra(*bytes, errors);
    if (!errors.any()) import.add_rank(rank, trace, errors);
    errors.finish();
  }
  if (diagnostics.error_count() != before) return;
  InputErrors errors(files.front(), {}, diagnostics);
  MessageSchedule messages = import.finish(errors);
  if (!errors.any() && messages.steps.empty()) errors.error(0, 0, "the traces have no nodes", "record at least one");
  if (!errors.any()) {
    schedule.begin_job(context.job, context.traffic_class);
    GroupCollectives collectives(parameters, context, schedule);
    append_messages(messages, context, schedule, &collectives, errors);
  }
  errors.finish();
}

}  // namespace

extern const JobKind kind_job_chakra{
    .name = "chakra",
    .summary = "Execution traces of MLCommons Chakra, as ASTRA-sim plays them: one file per NPU.",
    .source = "Sridharan et al., Chakra, 2023; MLCommons et_def.proto",
    .parameters = chakra_parameters,
    .append = append_chakra,
};

}  // namespace eastwest
