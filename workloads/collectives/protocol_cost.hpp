// SPDX-License-Identifier: Apache-2.0
// Protocol cost: what a schedule is charged with so that it takes the time that the library does with an algorithm and a protocol.
//
// What a message costs beside the network's own time is the table's hop, or the one measured on the generation
// (data/collective_profiles.csv), less what the table's fastest protocol needs, since that is the network itself: 0.6 us inside a host,
// 2.7 us between hosts (ring, LL). A message inside a host gets the measured share of NVLink's rate, and NVLS NCCL's.
// Units: us and GB/s as in the tables, Duration and Bytes outwards.
// Source: NCCL 2.30 src/graph/tuning.cc, src/enqueue.cc; docs/validation.md for what was measured.
// LIMITATIONS: inside one host a tree's chunk is that of all channels together, so a few MiB are not pipelined, which the predictions of
// cost_model.hpp do not know.
#pragma once

#include <cstdint>
#include <string_view>

#include "workloads/collectives/cost_model.hpp"

namespace eastwest {

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
