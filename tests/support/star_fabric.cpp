// SPDX-License-Identifier: Apache-2.0
#include "tests/support/star_fabric.hpp"

#include <string>

namespace eastwest::tests {

Fabric star_fabric(const StarShape& shape) {
  using namespace literals;
  Fabric fabric;
  fabric.topology = "star";
  fabric.racks.push_back({"rack-0", 0, 0});
  const std::uint32_t cables = shape.hosts * shape.nics;
  const NodeId center{shape.hosts};
  for (std::uint32_t h = 0; h < shape.hosts; ++h) {
    fabric.nodes.push_back({.name = "host-" + std::to_string(h),
                            .kind = NodeKind::host,
                            .tier = 0,
                            .first_port = h * shape.nics,
                            .port_count = shape.nics,
                            .detail = h,
                            .rack = 0});
    fabric.hosts.push_back({.node = {h},
                            .model = "custom",
                            .gpu_count = shape.gpus,
                            .first_gpu = h * shape.gpus,
                            .first_endpoint = h * shape.nics,
                            .endpoint_count = shape.nics,
                            .gpu_model = 0xffff'ffffu,
                            .nic_latency = 500_ns,
                            .scale_up_rate = shape.scale_up_rate,
                            .scale_up_latency = 1_us});
  }
  fabric.nodes.push_back(
      {.name = "switch", .kind = NodeKind::network_switch, .tier = 1, .first_port = cables, .port_count = cables, .detail = 0, .rack = 0});
  fabric.switches.push_back({.node = center, .model = "custom", .latency = 500_ns, .mode = ForwardingMode::cut_through, .buffer = 64_MiB});
  for (std::uint32_t c = 0; c < cables; ++c) {
    fabric.ports.push_back({.node = {c / shape.nics}, .index = c % shape.nics, .out = {2 * c}, .in = {2 * c + 1}});
    fabric.endpoints.push_back({.host = {c / shape.nics}, .port = {c}});
  }
  for (std::uint32_t c = 0; c < cables; ++c) {
    fabric.ports.push_back({.node = center, .index = c, .out = {2 * c + 1}, .in = {2 * c}});
    fabric.links.push_back({.source = {c}, .target = {cables + c}, .rate = shape.nic_rate, .delay = 100_ns, .cable = {c}, .frame_loss = 0});
    fabric.links.push_back({.source = {cables + c}, .target = {c}, .rate = shape.nic_rate, .delay = 100_ns, .cable = {c}, .frame_loss = 0});
    fabric.cables.push_back({.name = "C" + std::to_string(c),
                             .a = {c},
                             .b = {cables + c},
                             .length = {},
                             .medium = "custom",
                             .delay_medium = 100_ns,
                             .delay_modules = {},
                             .delay_fec = {}});
  }
  fabric.gpu_count = shape.hosts * shape.gpus;
  return fabric;
}

}  // namespace eastwest::tests
