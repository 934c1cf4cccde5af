// SPDX-License-Identifier: Apache-2.0
// Load bound: the time that a set of messages needs at least on a fabric, from the bytes that each port must carry.
//
// Bound = max over NICs and scale-up ports of bytes / wire rate: NICs in both directions with all their ports together,
// scale-up ports outwards, and inwards for what a fused operation takes there. Payload only, no headers and no latencies, rounded down: no fabric with these NICs can finish
// sooner, whatever its switches.
// Which NIC a rank uses is the fabric's rule (Fabric::endpoint_of_gpu); ranks that share a NIC add up there.
// Units: bytes in, picoseconds out. LIMITATIONS: says nothing about links between switches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/quantity.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

class LoadBound {
 public:
  /// `gpus[i]` is where member i runs.
  LoadBound(const Fabric& fabric, std::span<const GpuId> gpus);
  void add_message(std::uint32_t from, std::uint32_t to, Bytes bytes);
  /// Bytes that leave and enter the scale-up port of `member` in a fused operation.
  void add_scale_up(std::uint32_t member, Bytes out, Bytes in) {
    scale_up_[member] += out.count;
    scale_up_in_[member] += in.count;
  }
  [[nodiscard]] Duration time() const;

 private:
  const Fabric& fabric_;
  std::vector<std::uint32_t> host_;     // per member
  std::vector<EndpointId> endpoint_;    // per member
  std::vector<std::int64_t> scale_up_;  // per member, out
  std::vector<std::int64_t> scale_up_in_;
  std::vector<std::int64_t> nic_out_;  // per endpoint of the fabric, all of a NIC at its first
  std::vector<std::int64_t> nic_in_;
};

/// Host of each member, as CollectiveRequest::rank_host wants it.
std::vector<std::uint32_t> hosts_of(const Fabric& fabric, std::span<const GpuId> gpus);

}  // namespace eastwest
