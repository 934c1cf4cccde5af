// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/collective_kind.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

std::string_view to_string(CollectiveOperation operation) {
  switch (operation) {
    case CollectiveOperation::all_reduce: return "all_reduce";
    case CollectiveOperation::all_gather: return "all_gather";
    case CollectiveOperation::reduce_scatter: return "reduce_scatter";
    case CollectiveOperation::all_to_all: return "all_to_all";
    case CollectiveOperation::all_to_all_v: return "all_to_all_v";
    case CollectiveOperation::broadcast: return "broadcast";
    case CollectiveOperation::reduce: return "reduce";
    case CollectiveOperation::send_recv: return "send_recv";
  }
  return "";
}

double bus_factor(CollectiveOperation operation, std::uint32_t ranks) {
  const double share = static_cast<double>(ranks - 1) / static_cast<double>(ranks);
  switch (operation) {
    case CollectiveOperation::all_reduce: return 2 * share;
    case CollectiveOperation::all_gather:
    case CollectiveOperation::reduce_scatter:
    case CollectiveOperation::all_to_all:
    case CollectiveOperation::all_to_all_v: return share;
    case CollectiveOperation::broadcast:
    case CollectiveOperation::reduce:
    case CollectiveOperation::send_recv: return 1;
  }
  return 1;
}

const CollectiveKind* find_collective_kind(CollectiveOperation operation, std::string_view algorithm) {
  for (const CollectiveKind* kind : collective_kinds())
    if (kind->operation == operation && kind->algorithm == algorithm) return kind;
  return nullptr;
}

namespace {

/// Whole bytes for `bytes` of which a port carries `share` thousandths at its rate.
Bytes occupying(std::int64_t bytes, std::int64_t share) { return {share == 1000 ? bytes : (bytes * 1000 + share - 1) / share}; }

}  // namespace

PortBytes port_bytes(const PlanFused& fused, std::int64_t inside_share, std::int64_t in_switch_share) {
  const auto members = static_cast<std::int64_t>(fused.members.size());
  if (!fused.in_switch) {
    const Bytes others = occupying(fused.bytes - fused.bytes / members, inside_share);
    return {others, others};
  }
  const Bytes all = occupying(fused.bytes, in_switch_share);
  const Bytes one = occupying((fused.bytes + members - 1) / members, in_switch_share);
  if (fused.everywhere) return {all + one, all + one};
  if (fused.half) return fused.reduce ? PortBytes{all + one, {}} : PortBytes{{}, all + one};
  return fused.reduce ? PortBytes{all, one} : PortBytes{one, all};
}

Bytes wire_bytes(const CollectivePlan& plan, const PlanStep& step, const ProtocolCost& protocol, bool inside) {
  std::int64_t carried = step.in_network ? (step.bytes + plan.network_rounds - 1) / plan.network_rounds : step.bytes;
  if (protocol.wire != protocol.payload) carried = (carried * protocol.wire + protocol.payload - 1) / protocol.payload;
  return inside ? occupying(carried, protocol.inside_share) : Bytes{carried};
}

Result<CollectiveEnds> append_collective(const CollectiveKind& kind, const CollectiveRequest& request, ScheduleBuilder& builder) {
  const Result<CollectivePlan> plan = kind.plan(request);
  if (!plan) return plan.error();
  return append_plan(*plan, request, builder);
}

Duration lower_bound(const CollectivePlan& plan, const Fabric& fabric, std::span<const GpuId> gpus, const ProtocolCost& protocol) {
  LoadBound load(fabric, gpus);
  const std::vector<std::uint32_t> hosts = hosts_of(fabric, gpus);
  for (const PlanStep& step : plan.steps)
    load.add_message(step.from, step.to, wire_bytes(plan, step, protocol, hosts[step.from] == hosts[step.to]));
  for (const PlanFused& fused : plan.fused) {
    const PortBytes bytes = port_bytes(fused, protocol.inside_share, protocol.in_switch_share);
    for (const std::uint32_t member : fused.members) load.add_scale_up(member, bytes.out, bytes.in);
  }
  return load.time();
}

Collective describe_collective(const CollectiveKind& kind, const CollectiveRequest& request, std::string name, std::uint16_t job,
                               Duration bound) {
  const auto ranks = static_cast<std::uint32_t>(request.ranks.size());
  return {.name = std::move(name),
          .algorithm = std::string(kind.algorithm) + (request.protocol.name.empty() ? "" : " ") + std::string(request.protocol.name),
          .operation = std::string(to_string(kind.operation)),
          .job = job,
          .ranks = ranks,
          .bytes = request.bytes,
          .bus_factor = bus_factor(kind.operation, ranks),
          .lower_bound = bound,
          .operations = 0};
}

}  // namespace eastwest
