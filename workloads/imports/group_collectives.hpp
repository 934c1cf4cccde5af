// SPDX-License-Identifier: Apache-2.0
// Group collectives: one collective operation over groups of a job's ranks, for workloads that name operations and no messages.
//
// The algorithm of each operation is a parameter; a group that sits in one host is one fused operation unless told otherwise:
// every member's scale-up port carries (n - 1)/n of the buffer, twice for an all-reduce, after one or two hops. Broadcast and reduce
// are binomial trees from or to the first member, gather and scatter go straight, a barrier is ceil(log2 n) rounds of one byte.
// Sizes: as nccl-tests reports them (collective_kind.hpp); broadcast and reduce: the buffer; gather and scatter: the part of one rank.
// Invariants: every group has a record, of the same name within a call; beyond 131,072 of a job the groups of a call share one.
// Members are taken host after host.
// LIMITATIONS: reduction costs no time.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "workloads/collectives/collective_kind.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

enum class GroupOperation : std::uint8_t {
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,
  broadcast,
  reduce,
  gather,
  scatter,
  barrier
};
std::string_view to_string(GroupOperation operation);

/// `algorithms.all_reduce` and so on, `channels`, `fused`.
void append_algorithm_parameters(std::vector<ParameterSpec>& list);

using RankGroup = std::vector<std::uint32_t>;  // ranks within the job, distinct

class GroupCollectives {
 public:
  GroupCollectives(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& builder);

  /// `frontier`, per rank of the job: what must be over before, and afterwards what ends the operation there. Groups of one rank and
  /// operations of no bytes change nothing. Errors: an algorithm that cannot do the group, more operations than memory allows.
  Status append(GroupOperation operation, std::span<const RankGroup> groups, Bytes bytes, const std::string& name,
                std::vector<OperationId>& frontier);

 private:
  struct Planned {
    CollectivePlan plan;
    Duration bound;
  };
  using Key = std::tuple<const CollectiveKind*, RankGroup, std::int64_t>;

  static Error too_many();
  [[nodiscard]] RankGroup by_host(const RankGroup& group) const;
  [[nodiscard]] bool in_one_host(const RankGroup& group) const;
  [[nodiscard]] const CollectiveKind* kind_of(GroupOperation operation) const;
  CollectiveRequest request(std::span<const RankId> ranks, std::span<const std::uint32_t> hosts, Bytes bytes) const;
  Result<const Planned*> plan(const CollectiveKind& kind, const RankGroup& group, Bytes bytes);
  std::uint32_t label_of(Collective record);
  Status append_group(GroupOperation operation, const RankGroup& group, Bytes bytes, const std::string& name,
                      std::vector<OperationId>& frontier);
  void play(const Planned& planned, const RankGroup& group, Bytes bytes, std::uint32_t label, std::vector<OperationId>& frontier);
  void fuse(GroupOperation operation, const RankGroup& group, Bytes bytes, std::uint32_t label, std::vector<OperationId>& frontier);
  void send_rooted(GroupOperation operation, const RankGroup& group, Bytes bytes, std::uint32_t label, std::vector<OperationId>& frontier);
  OperationId message(std::uint32_t from, std::uint32_t to, Bytes bytes, std::uint32_t label, std::vector<OperationId>& frontier);
  OperationId joined(std::uint32_t rank, OperationId a, OperationId b);

  const JobContext& context_;
  ScheduleBuilder& builder_;
  const CollectiveKind* kinds_[4];
  std::uint32_t channels_ = 1;
  bool fused_ = true;
  std::vector<std::uint32_t> host_;  // per rank of the job
  std::map<Key, Planned> plans_;
  std::size_t planned_steps_ = 0;
  std::size_t records_ = 0;
  std::uint32_t shared_label_ = kNoLabel;
};

}  // namespace eastwest
