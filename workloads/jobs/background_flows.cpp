// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/background_flows.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "core/random.hpp"
#include "topology/reach.hpp"
#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

namespace {

/// Who may receive from whom.
struct Neighbours {
  std::vector<std::uint32_t> host;                  // per rank
  std::vector<std::uint32_t> leaf;                  // per rank: node that its NIC is cabled to
  std::vector<std::vector<std::uint32_t>> of_leaf;  // ranks under a node, by number of the node
};

Neighbours neighbours_of(const Fabric& fabric, std::span<const GpuId> gpus) {
  Neighbours all;
  all.host = hosts_of(fabric, gpus);
  all.of_leaf.resize(fabric.nodes.size());
  for (std::uint32_t rank = 0; rank < gpus.size(); ++rank) {
    all.leaf.push_back(leaf_of_gpu(fabric, gpus[rank]).value);
    all.of_leaf[all.leaf.back()].push_back(rank);
  }
  return all;
}

/// The first rank that has nobody to send to of the kinds that may be drawn, in words; empty: there is none.
std::string lonely_rank(const Fabric& fabric, const Neighbours& all, const BackgroundWish& wish) {
  const std::size_t ranks = all.host.size();
  std::map<std::uint32_t, std::size_t> on_host;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> on_both;
  for (std::size_t i = 0; i < ranks; ++i) {
    ++on_host[all.host[i]];
    ++on_both[{all.host[i], all.leaf[i]}];
  }
  for (std::size_t i = 0; i < ranks; ++i) {
    const std::size_t both = on_both[{all.host[i], all.leaf[i]}];
    const std::size_t under = all.of_leaf[all.leaf[i]].size();
    std::string where;
    if (!wish.by_leaf && on_host[all.host[i]] == ranks) where = "to send to";
    if (wish.by_leaf && wish.leaf_share > 0 && under == both) where = "under its own switch";
    if (wish.by_leaf && wish.leaf_share < 1 && under + on_host[all.host[i]] - both == ranks) where = "under a switch other than";
    if (where.empty()) continue;
    std::string text = "rank " + std::to_string(i) + " has no rank on another host ";
    text += where;
    if (wish.by_leaf) text += " `" + fabric.nodes[all.leaf[i]].name + "`";
    return text;
  }
  return {};
}

std::uint32_t draw_receiver(RandomStream& random, const Neighbours& all, std::uint32_t sender, const BackgroundWish& wish) {
  const auto ranks = static_cast<std::uint32_t>(all.host.size());
  const bool inside = wish.by_leaf && random.unit() < wish.leaf_share;
  const std::vector<std::uint32_t>& under = all.of_leaf[all.leaf[sender]];
  // Draws that do not fit are thrown away: what remains is uniform over those that do.
  while (true) {
    const std::uint32_t to = inside ? under[random.below(under.size())] : static_cast<std::uint32_t>(random.below(ranks));
    if (all.host[to] == all.host[sender]) continue;
    if (wish.by_leaf && !inside && all.leaf[to] == all.leaf[sender]) continue;
    return to;
  }
}

}  // namespace

std::vector<double> sender_rates(const Fabric& fabric, std::span<const GpuId> gpus) {
  std::map<std::uint32_t, std::size_t> users;  // of the first port of a NIC
  for (const GpuId gpu : gpus) ++users[fabric.endpoint_of_gpu(gpu).value];
  std::vector<double> rates;
  for (const GpuId gpu : gpus) {
    double rate = 0;
    for (std::uint32_t port = 0; port < fabric.hosts[fabric.host_of_gpu(gpu)].nic_ports; ++port) {
      const EndpointId endpoint = fabric.endpoint_of_gpu(gpu, port);
      if (!endpoint.exists()) continue;
      const LinkId out = fabric.ports[fabric.endpoints[endpoint.index()].port.index()].out;
      if (out.exists()) rate += static_cast<double>(fabric.links[out.index()].rate.bits_per_second);
    }
    rates.push_back(rate / static_cast<double>(users[fabric.endpoint_of_gpu(gpu).value]));
  }
  return rates;
}

Result<std::vector<PatternFlow>> draw_background_flows(const Fabric& fabric, std::span<const GpuId> gpus, const BackgroundWish& wish) {
  const Neighbours all = neighbours_of(fabric, gpus);
  if (const std::string lonely = lonely_rank(fabric, all, wish); !lonely.empty())
    return Error{lonely, wish.by_leaf ? "place the job on more hosts, or use `destinations: uniform`" : "place the job on more hosts"};
  const std::vector<double> rates = sender_rates(fabric, gpus);
  double expected = 0;
  const double bits = wish.sizes.mean() * 8;
  for (const double rate : rates) expected += wish.load * rate / bits * wish.duration.seconds();
  if (expected > static_cast<double>(wish.flows_most))
    return Error{"about " + std::to_string(std::llround(expected)) + " flows would arrive, the limit is " + std::to_string(wish.flows_most),
                 "lower `duration` or `load`, or use larger flows"};
  std::vector<PatternFlow> flows;
  flows.reserve(static_cast<std::size_t>(expected * 1.1) + 16);
  for (std::uint32_t sender = 0; sender < gpus.size(); ++sender) {
    const std::uint64_t own = mix(wish.stream ^ mix(sender));
    RandomStream gaps(wish.seed, own + 1);
    RandomStream sizes(wish.seed, own + 2);
    RandomStream receivers(wish.seed, own + 3);
    const double per_second = wish.load * rates[sender] / bits;
    if (per_second <= 0) continue;
    double seconds = 0;
    while (true) {
      seconds += gaps.exponential() / per_second;
      if (seconds >= wish.duration.seconds()) break;
      const std::uint32_t receiver = draw_receiver(receivers, all, sender, wish);
      flows.push_back({sender, receiver, wish.sizes.at(sizes.unit()), {std::llround(seconds * 1e12)}});
    }
  }
  return flows;
}

}  // namespace eastwest
