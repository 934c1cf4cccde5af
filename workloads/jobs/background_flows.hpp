// SPDX-License-Identifier: Apache-2.0
// Background flows: Poisson arrivals of flows at every sender, their sizes and their receivers, drawn from the seed.
//
// A sender is a rank; ranks of the job that share a NIC share its rate. Flows arrive at rate load x NIC rate / mean size, so payload
// asks for `load` of the NIC; headers come on top. A receiver is any rank of the job on another host, uniformly; with `by_leaf`, one
// under the sender's own switch with probability `leaf_share` and one under another switch otherwise.
// Units: picoseconds after the start of the job, bytes. Invariants: a function of (fabric, GPUs, wish); each sender has streams of its
// own for gaps, sizes and receivers, so that a change in one leaves the others as they were.
// Source: the usual open-loop generator of data-centre studies (Alizadeh et al., pFabric, SIGCOMM 2013, section 5).
// LIMITATIONS: flows between the same two ranks take the queue pairs of their connection in turn, so with one (the default) they wait
// for each other; arrivals do not wait for earlier flows; no bursts, no daily rhythm, no request that fans out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "topology/fabric.hpp"
#include "workloads/jobs/flow_sizes.hpp"
#include "workloads/jobs/pattern.hpp"

namespace eastwest {

struct BackgroundWish {
  FlowSizes sizes;
  double load = 0.1;  // share of the NIC rate that payload asks for
  bool by_leaf = false;
  double leaf_share = 0;
  Duration duration;  // arrivals stop
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  // of the job
  std::uint64_t flows_most = 0;
};

/// Payload that each rank is asked to send, bits per second at load 1: its share of its NIC, all ports together.
std::vector<double> sender_rates(const Fabric& fabric, std::span<const GpuId> gpus);

/// By sender, then by time. Errors: a rank that no other may receive from, more flows than `flows_most`.
Result<std::vector<PatternFlow>> draw_background_flows(const Fabric& fabric, std::span<const GpuId> gpus, const BackgroundWish& wish);

}  // namespace eastwest
