// SPDX-License-Identifier: Apache-2.0
// CollNet: all-reduce whose part between hosts is done by the fabric's switches (SHARP): every NIC sends the data up once and gets
// the sum once.
//
// Time between hosts: one way up and down the aggregation tree and S / (R B), R rails; busbw up to 2 (n-1)/n R B.
// Source: Graham et al., "Scalable Hierarchical Aggregation and Reduction Protocol (SHARP)", COM-HPC 2016; NCCL 2.30
// src/transport/coll_net.cc. Which switches reduce: data/collective_hardware.csv; on a fabric with a
// switch that does not, the plan is refused by the switch's name.
// LIMITATIONS: neither engine has a reduction in a switch. What a NIC sends and gets is right to the byte, and no host has the
// sum before all have given their part; but that data travels between hosts, in ceil(log2 N) rounds to the hosts 1, 2, 4, ... further
// on, each with an equal part of the bytes. So a reduction has ceil(log2 N) latencies where SHARP has one up and one down,
// and links between switches carry the data of every host where SHARP's carry the sum. The trees that a switch can hold, and its
// largest message, are not modelled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

/// At least two hosts, and switches that reduce.
Status check_collnet(const CollectiveRequest& request, std::uint64_t rounds);

/// Rounds of a reduction in the network over `hosts` hosts.
std::uint32_t network_rounds(std::size_t hosts);

/// Round k of the reduction of `range` over the `local`-th rank of every host, in the cursor's round.
void reduce_in_network_round(PlanCursor& cursor, const std::vector<std::vector<std::uint32_t>>& hosts, std::uint32_t local, std::uint32_t k,
                             ByteRange range);

/// What all of them send in it.
Bytes bytes_in_network(std::size_t hosts, ByteRange range);

}  // namespace eastwest
