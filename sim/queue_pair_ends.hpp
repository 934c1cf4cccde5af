// SPDX-License-Identifier: Apache-2.0
// Queue pair ends: how many queue pairs two ranks have, and which ports of their NICs each of them uses.
//
// A NIC of several ports has each in a plane of its own; queue pair k between ranks s and d is in plane (s + d + k) modulo
// the ports, so that the pairs of a connection use all planes in turn and connections begin in different ones.
// Source: queue pairs per port as NCCL deals them to the devices of a NIC; the start is chosen.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/options.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

struct QueuePairEnds {
  EndpointId source;
  EndpointId destination;
};

inline std::uint32_t queue_pair_count(const Fabric& fabric, const NetworkOptions& network, GpuId source) {
  if (network.qps_per_connection != 0) return static_cast<std::uint32_t>(network.qps_per_connection);
  return std::max<std::uint32_t>(1, fabric.hosts[fabric.host_of_gpu(source)].nic_ports);
}

inline QueuePairEnds queue_pair_ends(const Fabric& fabric, GpuId from, GpuId to, RankId source, RankId destination, std::uint32_t k) {
  const std::uint32_t planes = std::min(fabric.hosts[fabric.host_of_gpu(from)].nic_ports, fabric.hosts[fabric.host_of_gpu(to)].nic_ports);
  const std::uint32_t plane = planes <= 1 ? 0 : (source.value + destination.value + k) % planes;
  return {fabric.endpoint_of_gpu(from, plane), fabric.endpoint_of_gpu(to, plane)};
}

}  // namespace eastwest
