// SPDX-License-Identifier: Apache-2.0
// What a collective algorithm declares: its plan of steps; and how a plan becomes operations of the schedule.
//
// A plan says which bytes go from where to where, in which round and lane (a lane is a channel or a chunk that moves
// on its own). `append_plan` turns it into operations by one rule: a send waits for what its rank received in earlier
// rounds of its lane; the receives of a rank and lane finish in the order of the plan, so that the last one stands for
// all. A protocol adds its flags to every message and a delay before it; `slots` bounds the messages under way on a connection.
// Units: bytes; sizes as nccl-tests reports them (all-reduce, broadcast, reduce, send_recv: buffer of a rank; all-gather and
// reduce-scatter: the full buffer of n ranks; all-to-all: send buffer of a rank, its own block included; with unequal blocks
// the mean of them).
// Invariants: shares are near-equal and add up exactly; a share of zero bytes is not sent; steps come lane after lane,
// round after round. In a plan, byte x of one rank means the same as byte x of another; an all-to-all and send_recv number the
// bytes of all send buffers through, so that block j of rank i starts at i * size + share j (pair_bytes: where the blocks before end).
// Source: Thakur, Rabenseifner, Gropp, "Optimization of Collective Communication Operations in MPICH", 2005; NCCL 2.30.
// LIMITATIONS: reduction costs no time; a slot is free once its message has arrived, not only when the receiver has used it; the
// engines have no reduction in fabric switches: a step `in_network` is played between hosts (collnet_parts.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/quantity.hpp"
#include "core/result.hpp"
#include "topology/fabric.hpp"
#include "workloads/schedule.hpp"

namespace eastwest {

enum class CollectiveOperation : std::uint8_t {
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,
  all_to_all_v,
  broadcast,
  reduce,
  send_recv,
};
/// "all_reduce", ...
std::string_view to_string(CollectiveOperation operation);
/// busbw = algbw x factor: 2(n-1)/n for all-reduce; 1 for broadcast, reduce and send_recv; (n-1)/n for the others.
double bus_factor(CollectiveOperation operation, std::uint32_t ranks);

/// What a protocol makes of a message: `wire` bytes for every `payload` bytes, the thousandths of a scale-up port's rate that software gets
/// out of it, and delays of the software beside the network's own.
struct ProtocolCost {
  std::string_view name;  // "ll", "ll128", "simple"; "": the bytes alone
  std::int64_t payload = 1;
  std::int64_t wire = 1;
  std::int64_t inside_share = 1000;     // messages inside a host occupy the port for 1000 / this of their bytes
  std::int64_t in_switch_share = 1000;  // so do operations of the scale-up switch
  Duration start = {};                  // once per rank, before anything else
  Duration hop_inside = {};             // before each message, or operation of the scale-up switch, inside a host
  Duration hop_across = {};             // before each message to another host
};

struct CollectiveRequest {
  std::span<const RankId> ranks;                  // the group, host after host
  std::span<const std::uint32_t> rank_host;       // host of each; empty: every rank has a host to itself
  Bytes bytes;                                    // nccl-tests convention, see above
  std::uint32_t label = kNoLabel;                 // index into Schedule::collectives
  std::span<const OperationId> after;             // per rank, what must be over before; empty or missing ids: nothing
  std::uint32_t channels = 1;                     // rings side by side, each with its own order inside the hosts
  std::uint32_t chunks = 1;                       // parts that move on independently, so that phases overlap
  std::uint32_t concurrency = 1;                  // all-to-all: peers in progress at a time; 0: all at once
  std::uint32_t slots = 0;                        // messages under way on a connection; 0: no limit
  std::uint32_t root = 0;                         // broadcast, reduce: index into `ranks`
  bool pxn = false;                               // all-to-all: through the local GPU on the rail of the receiver
  std::span<const std::int64_t> pair_bytes = {};  // all_to_all_v: from i to j at i * n + j; empty: equal shares of `bytes`
  ProtocolCost protocol = {};
  std::string_view without_multicast = {};    // a host whose scale-up switch cannot reduce and multicast; empty: all can
  std::string_view without_aggregation = {};  // a switch of the fabric that cannot reduce; empty: all can
  bool fused = false;                         // phases inside a host as one fused operation instead of single sends
  Duration scale_up_latency;                  // GPU to GPU, per step of a fused phase
  bool join = true;                           // make the per-rank ends; false where nothing follows
};

struct PlanStep {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::uint32_t from = 0;  // index into CollectiveRequest::ranks
  std::uint32_t to = 0;
  std::uint32_t round = 0;  // within the lane
  std::uint16_t lane = 0;
  bool reduce = false;      // added to what the receiver has; otherwise it replaces it
  bool in_network = false;  // part of a reduction in the fabric's switches: carries its share of the range (CollectivePlan)
};

/// A reduce-scatter or all-gather of `bytes` from `offset` on, inside one host: member i ends or starts with share i; with
/// `everywhere` an all-reduce: all members end with all of it.
struct PlanFused {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::uint32_t round = 0;
  std::uint16_t lane = 0;
  bool reduce = false;
  bool everywhere = false;
  bool in_switch = false;  // made by the scale-up switch, which adds and copies what passes through it
  bool half = false;       // in the switch, one of an all-reduce's two halves: the other one follows later
  std::vector<std::uint32_t> members;
};

/// What a fused operation takes of each member's scale-up port. By the members themselves (g of them, S bytes): S - S/g both ways.
/// In the switch: to reduce, S out and S/g in; to multicast, S/g out and S in; both, S + S/g either way. Of two halves the reduction is
/// charged with all that goes out and the multicast with all that comes in: ports serve in turn, and a multicast's S/g must not wait
/// behind the reductions of all later chunks (a chunk alone then takes S/g longer than it would need).
struct PortBytes {
  Bytes out;
  Bytes in;
};
PortBytes port_bytes(const PlanFused& fused, std::int64_t inside_share = 1000, std::int64_t in_switch_share = 1000);

struct CollectivePlan {
  std::vector<PlanStep> steps;
  std::vector<PlanFused> fused;
  std::uint32_t lanes = 1;
  std::uint32_t streams = 1;           // lanes side by side: lane l follows lane l - streams over the same connections
  std::uint32_t lane_chain_round = 0;  // a lane starts once the one that it follows has done all rounds under this; 0: at once
  std::uint32_t network_rounds = 1;    // steps `in_network` of one reduction; each carries that part of its range, rounded up
  std::uint32_t window = 0;            // rounds in progress at a time where nothing is forwarded; 0: forwarding rule
};

/// Per rank the operation whose end is the end of the collective there; missing for a rank that takes no part.
struct CollectiveEnds {
  std::vector<OperationId> last;  // empty when the request asked for no join
};

struct CollectiveKind {
  std::string_view name;       // "ring_all_reduce"
  std::string_view algorithm;  // "ring"
  CollectiveOperation operation = CollectiveOperation::all_reduce;
  std::string_view summary;
  std::string_view source;
  std::string_view options;  // which of channels, chunks, concurrency, fused it heeds, comma separated
  Result<CollectivePlan> (*plan)(const CollectiveRequest& request);
  /// Bytes that all ranks together send, fused phases included; exact for any size, protocol aside.
  Bytes (*bytes_sent)(const CollectiveRequest& request);
  std::string_view protocols = "ll, ll128, simple";
  /// Chunks that all channels' loops have per channel (NCCL: loop = channels x this x chunk size); none: not cut into chunks.
  std::uint32_t (*chunks_per_loop)(const CollectiveRequest& request) = nullptr;
};

/// Bytes of a step on the wire, or inside a host on the scale-up ports.
Bytes wire_bytes(const CollectivePlan& plan, const PlanStep& step, const ProtocolCost& protocol, bool inside = false);

/// All algorithms, sorted by name.
std::span<const CollectiveKind* const> collective_kinds();
const CollectiveKind* find_collective_kind(std::string_view name);
/// The kind that does `operation` by `algorithm` ("ring"); nullptr when there is none.
const CollectiveKind* find_collective_kind(CollectiveOperation operation, std::string_view algorithm);

/// Plan and operations in one go. Errors: fewer than two ranks, a shape that the algorithm cannot do, too many steps.
Result<CollectiveEnds> append_collective(const CollectiveKind& kind, const CollectiveRequest& request, ScheduleBuilder& builder);
/// The operations of a plan made for a request of the same shape; a plan may be used many times.
CollectiveEnds append_plan(const CollectivePlan& plan, const CollectiveRequest& request, ScheduleBuilder& builder);

/// Time that the plan's bytes need at least: the busiest NIC or scale-up port at its wire rate (load_bound.hpp).
/// `gpus[i]` is where ranks[i] of the request runs.
Duration lower_bound(const CollectivePlan& plan, const Fabric& fabric, std::span<const GpuId> gpus, const ProtocolCost& protocol = {});

/// The record of one use of `kind`, for ScheduleBuilder::collective.
Collective describe_collective(const CollectiveKind& kind, const CollectiveRequest& request, std::string name, std::uint16_t job,
                               Duration bound);

}  // namespace eastwest
