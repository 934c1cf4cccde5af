// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/load_bound.hpp"

#include <algorithm>

#include "core/wide.hpp"

namespace eastwest {

namespace {

Duration time_at(std::int64_t bytes, BitRate rate) {
  if (rate.bits_per_second == 0) return {};
  return {static_cast<std::int64_t>(static_cast<UnsignedWide>(bytes) * 8'000'000'000'000u / rate.bits_per_second)};
}

BitRate rate_of(const Fabric& fabric, LinkId link) { return link.exists() ? fabric.links[link.index()].rate : BitRate{}; }

}  // namespace

LoadBound::LoadBound(const Fabric& fabric, std::span<const GpuId> gpus)
    : fabric_(fabric),
      host_(hosts_of(fabric, gpus)),
      scale_up_(gpus.size(), 0),
      scale_up_in_(gpus.size(), 0),
      nic_out_(fabric.endpoints.size(), 0),
      nic_in_(fabric.endpoints.size(), 0) {
  endpoint_.reserve(gpus.size());
  for (const GpuId gpu : gpus) endpoint_.push_back(fabric.endpoint_of_gpu(gpu));
}

void LoadBound::add_message(std::uint32_t from, std::uint32_t to, Bytes bytes) {
  if (host_[from] == host_[to]) {
    scale_up_[from] += bytes.count;
    return;
  }
  if (endpoint_[from].exists()) nic_out_[endpoint_[from].index()] += bytes.count;
  if (endpoint_[to].exists()) nic_in_[endpoint_[to].index()] += bytes.count;
}

Duration LoadBound::time() const {
  Duration bound;
  for (const Host& host : fabric_.hosts)
    for (std::size_t nic = host.first_endpoint; nic < host.first_endpoint + host.endpoint_count; nic += host.nic_ports) {
      BitRate out;
      BitRate in;
      for (std::size_t i = nic; i < nic + host.nic_ports; ++i) {
        const Port& port = fabric_.ports[fabric_.endpoints[i].port.index()];
        out.bits_per_second += rate_of(fabric_, port.out).bits_per_second;
        in.bits_per_second += rate_of(fabric_, port.in).bits_per_second;
      }
      bound = std::max({bound, time_at(nic_out_[nic], out), time_at(nic_in_[nic], in)});
    }
  for (std::size_t i = 0; i < scale_up_.size(); ++i)
    bound = std::max(bound, time_at(std::max(scale_up_[i], scale_up_in_[i]), fabric_.hosts[host_[i]].scale_up_rate));
  return bound;
}

std::vector<std::uint32_t> hosts_of(const Fabric& fabric, std::span<const GpuId> gpus) {
  std::vector<std::uint32_t> hosts;
  hosts.reserve(gpus.size());
  for (const GpuId gpu : gpus) hosts.push_back(fabric.host_of_gpu(gpu));
  return hosts;
}

}  // namespace eastwest
