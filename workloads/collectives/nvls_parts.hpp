// SPDX-License-Identifier: Apache-2.0
// NVLS: collectives in which the scale-up switch adds what it reads from all GPUs and copies what it writes to all of them.
//
// A GPU's port carries, for S bytes over g GPUs: a reduction S out and S/g in, a multicast S/g out and S in, an all-reduce
// S (1 + 1/g) either way: time a + S (1 + 1/g) / B, busbw 2 (g-1)/(g+1) B, above what a ring can reach (g > 3).
// Source: NVIDIA SHARP on NVLink; NCCL 2.30 src/transport/nvls.cc and src/device/all_reduce.h.
// LIMITATIONS: buffers are registered (no copy into a buffer that the switch can reach); the efficiency of the switch is 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

/// At least two ranks on every host, as many on each, and a scale-up switch that reduces and multicasts.
Status check_nvls(const CollectiveRequest& request, std::uint64_t rounds);
/// check_nvls, and all ranks on one host.
Status check_nvls_alone(const CollectiveRequest& request);

/// In the cursor's round every host's switch reduces `part`, its rank i ending with share i, or multicasts share i of each rank i.
void in_switch_of_hosts(PlanCursor& cursor, const std::vector<std::vector<std::uint32_t>>& hosts, ByteRange part, bool reduce);

/// One operation of the switch over all ranks; with `everywhere` one per chunk.
CollectivePlan plan_in_switch(const CollectiveRequest& request, bool reduce, bool everywhere);
/// What all ranks' ports carry outwards in such a plan.
Bytes bytes_sent_in_switch(const CollectiveRequest& request, bool reduce, bool everywhere);

}  // namespace eastwest
