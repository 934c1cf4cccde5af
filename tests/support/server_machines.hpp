// SPDX-License-Identifier: Apache-2.0
// Servers of one kind as the cost model sees them, on a fabric that is one switch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/star_fabric.hpp"
#include "workloads/collectives/cost_model.hpp"

namespace eastwest::tests {

inline Fabric servers(std::string_view gpu, std::uint32_t hosts, std::uint32_t gpus, BitRate nic, BitRate scale_up) {
  Fabric fabric = star_fabric({.hosts = hosts, .gpus = gpus, .nics = gpus, .nic_rate = nic, .scale_up_rate = scale_up});
  GpuModel model;
  model.name = std::string(gpu);
  fabric.gpu_models.push_back(model);
  for (Host& host : fabric.hosts) host.gpu_model = 0;
  return fabric;
}

inline Machine machine_of(const Fabric& fabric) {
  std::vector<GpuId> gpus;
  for (std::uint32_t i = 0; i < fabric.gpu_count; ++i) gpus.push_back({i});
  return describe_machine(fabric, gpus);
}

inline Machine h100(std::uint32_t hosts, std::uint32_t gpus = 8) {
  return machine_of(servers("h100-sxm", hosts, gpus, BitRate{400'000'000'000}, BitRate{3'600'000'000'000}));
}
inline Machine b200(std::uint32_t hosts, std::uint32_t gpus = 8) {
  return machine_of(servers("b200", hosts, gpus, BitRate{400'000'000'000}, BitRate{7'200'000'000'000}));
}

}  // namespace eastwest::tests
