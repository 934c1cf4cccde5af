// SPDX-License-Identifier: Apache-2.0
// Group collective: the collectives of one group of a training job, each planned once per operation and size, appended many times.
//
// "automatic": inside one host one fused operation, 2 (n-1) S/n bytes per port for an all-reduce, (n-1) S/n for the others; over hosts an
// all-reduce is a ring, or hierarchical with several members on a host, all-gather and reduce-scatter are rings, all-to-all is
// pairwise with 8 peers at a time (NCCL). "ring" and "hierarchical" ask for these. Any other name, or a protocol, is what NCCL's
// cost model makes of it (cost_model.hpp). Sizes as nccl-tests has them; every use is a record of the trace.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "workloads/collectives/cost_model.hpp"
#include "workloads/models/training_settings.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

class GroupCollective {
 public:
  /// `members` are ranks of the job. `context` and `choice` must outlive the group.
  GroupCollective(const JobContext& context, const CollectiveChoice& choice, std::span<const std::size_t> members);

  [[nodiscard]] std::size_t size() const { return ranks_.size(); }

  /// Per member the operation that ends it; `after` per member. The error says why it cannot be done that way.
  Result<std::vector<OperationId>> append(CollectiveOperation operation, Bytes bytes, std::span<const OperationId> after, std::string name,
                                          ScheduleBuilder& schedule);

 private:
  struct Made {
    CollectiveOperation operation;
    Bytes bytes;
    const CollectiveKind* kind;  // none: one fused operation
    CollectiveRequest request;
    CollectivePlan plan;
    Duration bound;
  };
  [[nodiscard]] Result<TuningChoice> chosen(CollectiveOperation operation, Bytes bytes) const;
  [[nodiscard]] Result<Made> make(CollectiveOperation operation, Bytes bytes) const;

  const JobContext* context_;
  const CollectiveChoice* choice_;
  std::vector<RankId> ranks_;
  std::vector<GpuId> gpus_;
  std::vector<std::uint32_t> hosts_;
  std::size_t distinct_hosts_ = 0;
  Duration latency_;  // of the scale-up network, one hop
  std::vector<Made> made_;
};

}  // namespace eastwest
