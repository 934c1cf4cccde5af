// SPDX-License-Identifier: Apache-2.0
#include "scenarios/placement.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "core/random.hpp"
#include "topology/reach.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kFree = 0xffff'ffffu;
constexpr std::uint64_t kPlacementStream = 0x706c'6163'656d'656eu;  // "placemen"

std::string where(const Place& place) { return place.file + (place.line != 0 ? ":" + std::to_string(place.line) : ""); }

struct Placer {
  const Scenario& scenario;
  const Fabric& fabric;
  Diagnostics& diagnostics;
  std::vector<std::uint32_t> owner;  // job of each GPU, or kFree
  std::vector<std::vector<GpuId>> result;
};

std::string gpu_name(const Placer& placer, std::uint32_t gpu) {
  const Host& host = placer.fabric.hosts[placer.fabric.host_of_gpu(GpuId{gpu})];
  return "GPU " + std::to_string(gpu) + " (" + placer.fabric.nodes[host.node.index()].name + ")";
}

/// Where a job with an explicit list names `gpu`.
Place place_of_gpu(const ScenarioJob& job, std::uint32_t gpu) {
  for (const auto& [text, place] : job.placement.gpus) {
    const auto range = parse_index_range(text);
    if (range && range->first <= gpu && gpu <= range->second) return place;
  }
  return job.placement.gpus_place;
}

void place_explicit(Placer& placer, std::uint32_t number) {
  const ScenarioJob& job = placer.scenario.jobs[number];
  std::vector<GpuId>& gpus = placer.result[number];
  for (const auto& [text, place] : job.placement.gpus) {
    const auto range = parse_index_range(text);
    if (!range) continue;  // reported by the reader
    if (range->second >= placer.fabric.gpu_count) {
      placer.diagnostics.error(place,
                               "job `" + job.name + "` names GPU " + std::to_string(range->second) + "; the site has " +
                                   std::to_string(placer.fabric.gpu_count) + ", from 0 to " + std::to_string(placer.fabric.gpu_count - 1),
                               "name GPUs that exist, or enlarge the site (" + where(placer.scenario.site.place) + ")");
      continue;
    }
    for (std::uint32_t gpu = range->first; gpu <= range->second; ++gpu) {
      if (const std::uint32_t taken = placer.owner[gpu]; taken == number) {
        placer.diagnostics.error(place, "job `" + job.name + "` names " + gpu_name(placer, gpu) + " twice",
                                 "name each GPU once: one rank runs on it");
        break;
      } else if (taken != kFree) {
        const ScenarioJob& other = placer.scenario.jobs[taken];
        placer.diagnostics.error(place,
                                 gpu_name(placer, gpu) + " is used by job `" + job.name + "` and by job `" + other.name + "` (" +
                                     where(place_of_gpu(other, gpu)) + ")",
                                 "two jobs never share a GPU: change one of the two lists");
        break;
      }
      placer.owner[gpu] = number;
      gpus.push_back(GpuId{gpu});
    }
  }
  if (job.ranks != 0 && job.ranks != gpus.size()) {
    placer.diagnostics.error(job.ranks_place,
                             "job `" + job.name + "` has " + std::to_string(job.ranks) + " ranks and names " + std::to_string(gpus.size()) +
                                 " GPUs (" + where(job.placement.gpus_place) + ")",
                             "remove `ranks`, or make the two equal");
  }
}

/// Indices into Fabric::hosts that the job may use, ascending, each once.
std::vector<std::uint32_t> allowed_hosts(Placer& placer, const ScenarioJob& job) {
  const Fabric& fabric = placer.fabric;
  std::vector<std::uint32_t> hosts;
  if (job.placement.servers.empty()) {
    for (std::uint32_t i = 0; i < fabric.hosts.size(); ++i) hosts.push_back(i);
    return hosts;
  }
  for (const auto& [text, place] : job.placement.servers) {
    if (const auto range = parse_index_range(text)) {
      if (range->second >= fabric.hosts.size()) {
        placer.diagnostics.error(place,
                                 "job `" + job.name + "` names server " + std::to_string(range->second) + "; the site has " +
                                     std::to_string(fabric.hosts.size()) + ", from 0 to " + std::to_string(fabric.hosts.size() - 1),
                                 "name servers that exist, or enlarge the site (" + where(placer.scenario.site.place) + ")");
        continue;
      }
      for (std::uint32_t i = range->first; i <= range->second; ++i) hosts.push_back(i);
      continue;
    }
    std::vector<std::string> names;
    bool found = false;
    for (std::uint32_t i = 0; i < fabric.hosts.size(); ++i) {
      const std::string& name = fabric.nodes[fabric.hosts[i].node.index()].name;
      names.push_back(name);
      if (name != text) continue;
      hosts.push_back(i);
      found = true;
    }
    if (!found)
      placer.diagnostics.error(place, "job `" + job.name + "` names server `" + text + "`, which the site does not have",
                               suggest(text, names));
  }
  std::sort(hosts.begin(), hosts.end());
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  return hosts;
}

/// Leaf after leaf, in the order in which `gpus` meets them; GPUs of a leaf keep their order.
std::vector<GpuId> by_leaf(const Fabric& fabric, const std::vector<GpuId>& gpus) {
  std::vector<std::vector<GpuId>> parts;
  std::vector<std::size_t> part_of(fabric.nodes.size(), fabric.nodes.size());
  for (const GpuId gpu : gpus) {
    std::size_t& part = part_of[leaf_of_gpu(fabric, gpu).index()];
    if (part == fabric.nodes.size()) {
      part = parts.size();
      parts.emplace_back();
    }
    parts[part].push_back(gpu);
  }
  std::vector<GpuId> sorted;
  for (const std::vector<GpuId>& part : parts) sorted.insert(sorted.end(), part.begin(), part.end());
  return sorted;
}

std::vector<GpuId> ordered(const Placer& placer, const std::vector<std::uint32_t>& hosts, PlacementPolicy policy, std::uint32_t number) {
  const Fabric& fabric = placer.fabric;
  std::vector<GpuId> gpus;
  const auto take = [&](std::uint32_t gpu) {
    if (placer.owner[gpu] == kFree) gpus.push_back(GpuId{gpu});
  };
  if (policy == PlacementPolicy::strided) {
    std::uint32_t most = 0;
    for (const std::uint32_t host : hosts) most = std::max(most, fabric.hosts[host].gpu_count);
    for (std::uint32_t slot = 0; slot < most; ++slot) {
      for (const std::uint32_t host : hosts) {
        if (slot < fabric.hosts[host].gpu_count) take(fabric.hosts[host].first_gpu + slot);
      }
    }
    return gpus;
  }
  for (const std::uint32_t host : hosts) {
    for (std::uint32_t slot = 0; slot < fabric.hosts[host].gpu_count; ++slot) take(fabric.hosts[host].first_gpu + slot);
  }
  if (policy == PlacementPolicy::rail_aligned) return by_leaf(fabric, gpus);
  if (policy == PlacementPolicy::scattered) {
    RandomStream random(placer.scenario.seed, kPlacementStream + number);
    for (std::size_t i = gpus.size(); i > 1; --i) std::swap(gpus[i - 1], gpus[random.below(i)]);
  }
  return gpus;
}

void place_by_policy(Placer& placer, std::uint32_t number) {
  const ScenarioJob& job = placer.scenario.jobs[number];
  const std::size_t errors = placer.diagnostics.error_count();
  const std::vector<std::uint32_t> hosts = allowed_hosts(placer, job);
  if (placer.diagnostics.error_count() != errors) return;
  std::vector<GpuId> gpus = ordered(placer, hosts, job.placement.policy, number);
  if (gpus.size() < std::max(job.ranks, 1u)) {
    std::uint32_t total = 0;
    std::vector<std::uint32_t> takers;
    for (const std::uint32_t host : hosts) {
      total += placer.fabric.hosts[host].gpu_count;
      for (std::uint32_t slot = 0; slot < placer.fabric.hosts[host].gpu_count; ++slot) {
        const std::uint32_t taker = placer.owner[placer.fabric.hosts[host].first_gpu + slot];
        if (taker != kFree && std::find(takers.begin(), takers.end(), taker) == takers.end()) takers.push_back(taker);
      }
    }
    std::string taken;
    for (const std::uint32_t taker : takers)
      taken += (taken.empty() ? "" : ", ") + std::string("job `") + placer.scenario.jobs[taker].name + "` (" +
               where(placer.scenario.jobs[taker].ranks_place) + ")";
    const std::string which = job.placement.servers.empty() ? "the site has " : "its servers have ";
    std::string message = job.ranks == 0 ? "no GPU is left for job `" + job.name + "`: "
                                         : "job `" + job.name + "` needs " + std::to_string(job.ranks) + " GPUs: ";
    message +=
        which + std::to_string(total) + (taken.empty() ? "" : " and " + std::to_string(total - gpus.size()) + " of them run " + taken);
    placer.diagnostics.error(job.ranks == 0 ? job.place : job.ranks_place, std::move(message),
                             taken.empty() ? "lower `ranks`, or enlarge the site (" + where(placer.scenario.site.place) + ")"
                                           : "give each job its `ranks` so that the sum fits: two jobs never share a GPU");
    return;
  }
  if (job.ranks != 0) gpus.resize(job.ranks);
  for (const GpuId gpu : gpus) placer.owner[gpu.index()] = number;
  placer.result[number] = std::move(gpus);
}

}  // namespace

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_index_range(std::string_view text) {
  const auto number = [](std::string_view digits, std::uint32_t& value) {
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && stop == digits.data() + digits.size();
  };
  const std::size_t dash = text.find('-');
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  if (!number(text.substr(0, dash), first)) return std::nullopt;
  last = first;
  if (dash != std::string_view::npos && (!number(text.substr(dash + 1), last) || last < first)) return std::nullopt;
  return std::pair{first, last};
}

std::vector<std::vector<GpuId>> place_jobs(const Scenario& scenario, const Fabric& fabric, Diagnostics& diagnostics) {
  Placer placer{scenario, fabric, diagnostics, std::vector<std::uint32_t>(fabric.gpu_count, kFree),
                std::vector<std::vector<GpuId>>(scenario.jobs.size())};
  const auto jobs = static_cast<std::uint32_t>(scenario.jobs.size());
  for (std::uint32_t i = 0; i < jobs; ++i) {
    if (!scenario.jobs[i].placement.gpus.empty()) place_explicit(placer, i);
  }
  for (std::uint32_t i = 0; i < jobs; ++i) {
    if (scenario.jobs[i].placement.gpus.empty()) place_by_policy(placer, i);
  }
  return std::move(placer.result);
}

}  // namespace eastwest
