// SPDX-License-Identifier: Apache-2.0
// Direct all-to-all: every rank's blocks go straight to their receivers in NCCL's order of peers, or through PXN along rails.
//
// Order (NCCL 2.30 src/enqueue.cc and init.cc): ranks form groups of G = gcd(8, ranks per host). For group distances 0, 1, 3, 6, 10, ...
// (the triangular numbers modulo the next power of two, those beyond the last group left out) and for local distances 0 to G-1, rank
// (group, local) sends to (group + distance, local + local distance) and receives from the one as far behind: a permutation per round.
// PXN: a message to a GPU with local number j on another host first goes over NVLink to the own host's GPU j and leaves through
// that GPU's NIC, so what crosses the fabric stays on rail j.
// LIMITATIONS: PXN's copy into the relay's memory is a message of its own; the relay sends a block on when all of it has come (chunks
// soften that); what several GPUs of a host send to one receiver is not merged into one message.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

/// Where a rank's partners are in each round: how many groups and how many places in the group further on.
struct PeerRound {
  std::uint32_t groups = 0;
  std::uint32_t places = 0;
};

/// Groups of `group_size` ranks; all rounds but the one of every rank with itself.
std::vector<PeerRound> peer_rounds(std::uint32_t ranks, std::uint32_t group_size);

Result<CollectivePlan> plan_direct_all_to_all(const CollectiveRequest& request);
/// Every block that leaves its rank once, and with PXN once more where its relay is a third rank.
Bytes bytes_sent_direct(const CollectiveRequest& request);

}  // namespace eastwest
