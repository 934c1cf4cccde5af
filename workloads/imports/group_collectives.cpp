// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/group_collectives.hpp"

#include <algorithm>

#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kMaxOperations = std::size_t{1} << 27;  // 4 GiB of operations
constexpr std::size_t kKeptSteps = std::size_t{1} << 22;      // of plans, about 160 MB
constexpr std::size_t kMostRecords = std::size_t{1} << 17;    // of single groups, about 30 MB

/// What leaves the scale-up port of each of `n` members.
Bytes fused_bytes(GroupOperation operation, std::int64_t n, Bytes bytes) {
  return {(operation == GroupOperation::all_reduce ? 2 : 1) * (n - 1) * ((bytes.count + n - 1) / n)};
}

std::string list_of(CollectiveOperation operation) {
  std::string list;
  for (const CollectiveKind* kind : collective_kinds())
    if (kind->operation == operation) list += (list.empty() ? "" : ", ") + std::string(kind->name);
  return list;
}

ParameterSpec algorithm(std::string_view name, std::string_view fallback, std::string_view meaning, std::string_view choices) {
  return {.name = name,
          .type = ParameterType::choice,
          .default_text = fallback,
          .meaning = meaning,
          .source = "NCCL's choice for large messages",
          .choices = choices};
}

}  // namespace

std::string_view to_string(GroupOperation operation) {
  switch (operation) {
    case GroupOperation::all_reduce: return "all_reduce";
    case GroupOperation::all_gather: return "all_gather";
    case GroupOperation::reduce_scatter: return "reduce_scatter";
    case GroupOperation::all_to_all: return "all_to_all";
    case GroupOperation::broadcast: return "broadcast";
    case GroupOperation::reduce: return "reduce";
    case GroupOperation::gather: return "gather";
    case GroupOperation::scatter: return "scatter";
    case GroupOperation::barrier: return "barrier";
  }
  return "";
}

void append_algorithm_parameters(std::vector<ParameterSpec>& list) {
  static const std::string all_reduce = list_of(CollectiveOperation::all_reduce);
  static const std::string all_gather = list_of(CollectiveOperation::all_gather);
  static const std::string reduce_scatter = list_of(CollectiveOperation::reduce_scatter);
  static const std::string all_to_all = list_of(CollectiveOperation::all_to_all);
  list.push_back(algorithm("algorithms.all_reduce", "ring_all_reduce", "algorithm of every all-reduce", all_reduce));
  list.push_back(algorithm("algorithms.all_gather", "ring_all_gather", "algorithm of every all-gather", all_gather));
  list.push_back(algorithm("algorithms.reduce_scatter", "ring_reduce_scatter", "algorithm of every reduce-scatter", reduce_scatter));
  list.push_back(algorithm("algorithms.all_to_all", "pairwise_all_to_all", "algorithm of every all-to-all", all_to_all));
  list.push_back({.name = "channels",
                  .default_text = "1",
                  .minimum = 1,
                  .maximum = 64,
                  .meaning = "rings side by side, each leaving the hosts through another NIC",
                  .source = "one NIC per GPU serves groups of one GPU per host"});
  list.push_back({.name = "fused",
                  .type = ParameterType::boolean,
                  .default_text = "true",
                  .meaning = "a group inside one host is one operation instead of single messages",
                  .source = "eastwest"});
}

GroupCollectives::GroupCollectives(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& builder)
    : context_(context),
      builder_(builder),
      channels_(static_cast<std::uint32_t>(parameters.integer("channels"))),
      fused_(parameters.boolean("fused")),
      host_(hosts_of(context.fabric, context.gpus)) {
  constexpr std::string_view kNames[] = {"algorithms.all_reduce", "algorithms.all_gather", "algorithms.reduce_scatter",
                                         "algorithms.all_to_all"};
  for (std::size_t i = 0; i < 4; ++i) {
    kinds_[i] = find_collective_kind(parameters.text(kNames[i]));
    EASTWEST_CHECK(kinds_[i] != nullptr, "the choices of an algorithm are collective kinds");
  }
}

RankGroup GroupCollectives::by_host(const RankGroup& group) const {
  RankGroup sorted = group;
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) { return host_[a] < host_[b]; });
  return sorted;
}

bool GroupCollectives::in_one_host(const RankGroup& group) const {
  return std::all_of(group.begin(), group.end(), [&](std::uint32_t rank) { return host_[rank] == host_[group.front()]; });
}

const CollectiveKind* GroupCollectives::kind_of(GroupOperation operation) const {
  return operation <= GroupOperation::all_to_all ? kinds_[static_cast<std::size_t>(operation)] : nullptr;
}

CollectiveRequest GroupCollectives::request(std::span<const RankId> ranks, std::span<const std::uint32_t> hosts, Bytes bytes) const {
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  request.bytes = bytes;
  request.channels = channels_;
  request.fused = fused_;
  for (const std::uint32_t host : hosts)
    request.scale_up_latency = std::max(request.scale_up_latency, context_.fabric.hosts[host].scale_up_latency);
  return request;
}

Result<const GroupCollectives::Planned*> GroupCollectives::plan(const CollectiveKind& kind, const RankGroup& group, Bytes bytes) {
  Key key{&kind, group, bytes.count};
  if (const auto known = plans_.find(key); known != plans_.end()) return &known->second;
  if (planned_steps_ > kKeptSteps) {  // the caller plays a plan before it asks for the next
    plans_.clear();
    planned_steps_ = 0;
  }
  std::vector<RankId> ranks;
  std::vector<std::uint32_t> hosts;
  std::vector<GpuId> gpus;
  for (const std::uint32_t rank : group) {
    ranks.push_back(context_.rank(rank));
    hosts.push_back(host_[rank]);
    gpus.push_back(context_.gpus[rank]);
  }
  Result<CollectivePlan> made = kind.plan(request(ranks, hosts, bytes));
  if (!made) return made.error();
  planned_steps_ += made->steps.size();
  const Duration bound = lower_bound(*made, context_.fabric, gpus);
  return &plans_.emplace(std::move(key), Planned{std::move(made).value(), bound}).first->second;
}

void GroupCollectives::fuse(GroupOperation operation, const RankGroup& group, Bytes bytes, std::uint32_t label,
                            std::vector<OperationId>& frontier) {
  const auto n = static_cast<std::int64_t>(group.size());
  const std::int64_t phases = operation == GroupOperation::all_reduce ? 2 : 1;
  FusedGroup fused;
  for (const std::uint32_t rank : group) fused.members.push_back(context_.rank(rank));
  fused.latency = context_.fabric.hosts[host_[group.front()]].scale_up_latency * phases;
  const std::vector<OperationId> operations = builder_.fused(std::move(fused), fused_bytes(operation, n, bytes), label);
  for (std::size_t i = 0; i < group.size(); ++i) {
    builder_.depend(operations[i], frontier[group[i]]);
    frontier[group[i]] = operations[i];
  }
}

OperationId GroupCollectives::joined(std::uint32_t rank, OperationId a, OperationId b) {
  if (!a.exists() || a == b) return b;
  if (!b.exists()) return a;
  const OperationId both = builder_.compute(context_.rank(rank), {});
  builder_.depend(both, a);
  builder_.depend(both, b);
  return both;
}

/// One message; its sender's next waits for nothing, its receiver's for the message. Returns the receive.
OperationId GroupCollectives::message(std::uint32_t from, std::uint32_t to, Bytes bytes, std::uint32_t label,
                                      std::vector<OperationId>& frontier) {
  const auto [send, receive] = builder_.transfer(context_.rank(from), context_.rank(to), bytes, label);
  builder_.depend(send, frontier[from]);
  builder_.depend(receive, frontier[to]);
  return receive;
}

void GroupCollectives::send_rooted(GroupOperation operation, const RankGroup& group, Bytes bytes, std::uint32_t label,
                                   std::vector<OperationId>& frontier) {
  const std::size_t n = group.size();
  std::size_t reach = 1;
  while (reach < n) reach *= 2;
  switch (operation) {
    case GroupOperation::broadcast:
      for (std::size_t step = 1; step < n; step *= 2)
        for (std::size_t i = 0; i < step && i + step < n; ++i)
          frontier[group[i + step]] = message(group[i], group[i + step], bytes, label, frontier);
      return;
    case GroupOperation::reduce:
      for (std::size_t step = reach / 2; step > 0; step /= 2)
        for (std::size_t i = 0; i < step && i + step < n; ++i)
          frontier[group[i]] = message(group[i + step], group[i], bytes, label, frontier);
      return;
    case GroupOperation::gather: {
      OperationId all;
      const OperationId before = frontier[group[0]];
      for (std::size_t i = 1; i < n; ++i) {
        frontier[group[0]] = before;
        const OperationId received = message(group[i], group[0], bytes, label, frontier);
        all = joined(group[0], all, received);
      }
      frontier[group[0]] = all;
      return;
    }
    case GroupOperation::scatter:
      for (std::size_t i = 1; i < n; ++i) frontier[group[i]] = message(group[0], group[i], bytes, label, frontier);
      return;
    default:  // barrier (dissemination): after round k a rank has heard of 2^(k + 1) ranks
      for (std::size_t step = 1; step < n; step *= 2) {
        std::vector<OperationId> next(n);
        for (std::size_t i = 0; i < n; ++i) next[(i + step) % n] = message(group[i], group[(i + step) % n], Bytes{1}, label, frontier);
        for (std::size_t i = 0; i < n; ++i) frontier[group[i]] = next[i];
      }
  }
}

std::uint32_t GroupCollectives::label_of(Collective record) {
  if (records_++ < kMostRecords || shared_label_ == kNoLabel) shared_label_ = builder_.collective(std::move(record));
  return shared_label_;
}

void GroupCollectives::play(const Planned& planned, const RankGroup& group, Bytes bytes, std::uint32_t label,
                            std::vector<OperationId>& frontier) {
  std::vector<RankId> ranks;
  std::vector<std::uint32_t> hosts;
  std::vector<OperationId> after;
  for (const std::uint32_t rank : group) {
    ranks.push_back(context_.rank(rank));
    hosts.push_back(host_[rank]);
    after.push_back(frontier[rank]);
  }
  CollectiveRequest wish = request(ranks, hosts, bytes);
  wish.after = after;
  wish.label = label;
  const CollectiveEnds ends = append_plan(planned.plan, wish, builder_);
  for (std::size_t i = 0; i < group.size(); ++i) frontier[group[i]] = ends.last[i];
}

Error GroupCollectives::too_many() {
  return {"the workload takes more than " + std::to_string(kMaxOperations) + " operations",
          "give the job fewer ranks or iterations, or keep `fused: true` and `channels: 1`"};
}

Status GroupCollectives::append_group(GroupOperation operation, const RankGroup& group, Bytes bytes, const std::string& name,
                                      std::vector<OperationId>& frontier) {
  if (builder_.operation_count() > kMaxOperations) return too_many();
  const CollectiveKind* kind = kind_of(operation);
  const auto n = static_cast<std::int64_t>(group.size());
  Collective record{.name = name,
                    .algorithm = std::string(kind == nullptr ? "tree" : kind->algorithm),
                    .operation = std::string(to_string(operation)),
                    .job = context_.job,
                    .ranks = static_cast<std::uint32_t>(n),
                    .bytes = bytes,
                    .lower_bound = {}};
  if (kind == nullptr) {  // the first member is the root
    send_rooted(operation, group, bytes, label_of(std::move(record)), frontier);
    return Done{};
  }
  record.bus_factor = bus_factor(kind->operation, record.ranks);
  if (fused_ && in_one_host(group)) {
    record.algorithm = "scale_up";
    record.lower_bound = serialisation(fused_bytes(operation, n, bytes), context_.fabric.hosts[host_[group.front()]].scale_up_rate);
    fuse(operation, group, bytes, label_of(std::move(record)), frontier);
    return Done{};
  }
  const RankGroup sorted = by_host(group);
  const Result<const Planned*> planned = plan(*kind, sorted, bytes);
  if (!planned) return planned.error();
  if (builder_.operation_count() + 2 * (*planned)->plan.steps.size() > kMaxOperations) return too_many();
  record.lower_bound = (*planned)->bound;
  play(**planned, sorted, bytes, label_of(std::move(record)), frontier);
  return Done{};
}

Status GroupCollectives::append(GroupOperation operation, std::span<const RankGroup> groups, Bytes bytes, const std::string& name,
                                std::vector<OperationId>& frontier) {
  if (operation == GroupOperation::barrier) bytes = {1};
  shared_label_ = kNoLabel;
  for (const RankGroup& group : groups) {
    if (group.size() < 2 || bytes.count < 1) continue;
    if (Status done = append_group(operation, group, bytes, name, frontier); !done) return done;
  }
  return Done{};
}

}  // namespace eastwest
