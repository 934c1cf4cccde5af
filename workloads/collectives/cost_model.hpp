// SPDX-License-Identifier: Apache-2.0
// NCCL's cost model: how long each algorithm and protocol would take for a size, which of them NCCL takes, and what a protocol costs.
//
//   time = latency(algorithm, protocol, shape) + S / bandwidth(algorithm, protocol, shape)
//
// with the constants of data/collective_tuning.csv; the latencies and bandwidths are at their functions in cost_model.cpp. `choose`
// takes the smallest. What a simulated message costs beside the network's own time is the table's hop, or the one measured on the
// generation (data/collective_profiles.csv), less what the table's fastest protocol needs, since that is the network itself: 0.6 us inside a
// host, 2.7 us between hosts (ring, LL). Likewise a message inside a host gets the measured share of NVLink's rate, and NVLS NCCL's.
// Units: us and GB/s as in NCCL; no logarithm but of whole numbers, so the choice is the same on every machine.
// Source: NCCL 2.30 src/graph/tuning.cc (ncclTopoTuneModel, ncclTopoGetAlgoTime), src/graph/search.cc, src/enqueue.cc.
// LIMITATIONS: the search for channels is replaced by speed levels x NICs (or the levels that fit a GPU's scale-up port); one make of host
// (Intel's constants); NIC latency 0; a scale-up link of a GPU that data/collective_hardware.csv does not know counts as PCI;
// CollNet and NVLS over hosts are chosen only by name (NCCL_COLLNET_ENABLE is off by default); tuner plug-ins of clouds replace all of
// this. Inside one host a tree's chunk is that of all channels together, so a few MiB are not pipelined; predictions do not know it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "workloads/collectives/collective_kind.hpp"

namespace eastwest {

/// What the cost model knows of a job's place.
struct Machine {
  std::uint32_t ranks = 1;
  std::uint32_t nodes = 1;
  std::uint32_t per_node = 1;  // ranks on the fullest host
  bool even = true;            // as many on every host
  std::uint32_t nics = 1;      // NICs that a host's ranks use
  std::uint32_t generation = 0;
  bool splits_lines = false;        // the way between hosts may part 128 bytes: no LL128
  double port = 0;                  // GB/s of a GPU's scale-up port
  double inside = 0;                // GB/s of all channels together inside a host
  double in_switch = 0;             // GB/s that the heads of NVLS have together
  double across = 0;                // GB/s of all channels together between hosts
  std::uint32_t channels = 1;       // NCCL's, after it doubled them
  std::string without_multicast;    // a host whose scale-up switch cannot reduce; empty: all can
  std::string without_aggregation;  // a switch that cannot reduce; empty: all can
};

/// `gpus[i]` is where rank i runs.
Machine describe_machine(const Fabric& fabric, std::span<const GpuId> gpus);

/// Predicted time in us; negative where NCCL would not do it (algorithm on this shape or hardware, or protocol), and for what goes
/// point to point, for which NCCL has no model: there short messages are LL and long ones Simple.
double predicted_time(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol,
                      Bytes size);

struct TuningChoice {
  const CollectiveKind* kind = nullptr;
  std::string_view protocol;
};

/// The kind and protocol for `algorithm` and `protocol`, each a name or "auto". Errors: nothing does the operation that way.
Result<TuningChoice> choose(const Machine& machine, CollectiveOperation operation, std::string_view algorithm, std::string_view protocol,
                            Bytes size);

/// Flags and delays of a protocol when `kind` uses it for `size`.
ProtocolCost protocol_cost(const Machine& machine, const CollectiveKind& kind, std::string_view protocol, Bytes size);

/// Channels side by side that the schedule needs: one per NIC and fewer for small sizes; one inside a host.
std::uint32_t channel_count(const Machine& machine, const TuningChoice& choice, Bytes size);
/// Messages that a connection of the schedule may have under way when NCCL's have `slots` (NCCL_STEPS) each.
std::uint32_t slot_count(const TuningChoice& choice, std::uint32_t slots);
/// Payload bytes of a chunk. Several of NCCL's channels move at once and share a NIC or port: those that a channel of the schedule
/// stands for are together one chunk of it, which is on its way for as long as all of theirs.
Bytes chunk_size(const Machine& machine, const TuningChoice& choice, Bytes size);

}  // namespace eastwest
