// SPDX-License-Identifier: Apache-2.0
// NCCL's cost model: how long each algorithm and protocol would take for a size, and which of them NCCL takes.
//
//   time = latency(algorithm, protocol, shape) + S / bandwidth(algorithm, protocol, shape)
//
// with the constants of data/collective_tuning.csv; the latencies and bandwidths are at their functions in cost_model.cpp. `choose`
// takes the smallest. What a simulated schedule is charged with for a choice stands in protocol_cost.hpp.
// Units: us and GB/s as in NCCL; no logarithm but of whole numbers, so the choice is the same on every machine.
// Source: NCCL 2.30 src/graph/tuning.cc (ncclTopoTuneModel, ncclTopoGetAlgoTime), src/graph/search.cc, src/enqueue.cc.
// LIMITATIONS: the search for channels is replaced by speed levels x NICs (or the levels that fit a GPU's scale-up port); one make of host
// (Intel's constants); NIC latency 0; a scale-up link of a GPU that data/collective_hardware.csv does not know counts as PCI;
// CollNet and NVLS over hosts are chosen only by name (NCCL_COLLNET_ENABLE is off by default); tuner plug-ins of clouds replace all of
// this.
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

}  // namespace eastwest
