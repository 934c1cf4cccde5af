// SPDX-License-Identifier: Apache-2.0
// Reach: which endpoints can exchange packets at all, for fabrics of several planes or rails; and who is whose neighbour.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/fabric.hpp"

namespace eastwest {

/// The part of the fabric of every endpoint: equal numbers reach each other over cables, others never. Parts are numbered
/// from 0 in the order of their first endpoint.
std::vector<std::uint32_t> parts_of_endpoints(const Fabric& fabric);

/// Can these GPUs exchange packets, through the NIC ports that they use (or inside their server)?
bool can_reach(const Fabric& fabric, const std::vector<std::uint32_t>& parts, GpuId from, GpuId to);

/// The node that the first port of the GPU's NIC is cabled to, its leaf; the GPU's own host where nothing is plugged in.
NodeId leaf_of_gpu(const Fabric& fabric, GpuId gpu);

}  // namespace eastwest
