// SPDX-License-Identifier: Apache-2.0
// Topology kind `htsim_topology`: the leaf-spine or fat tree of an htsim `.topo` file.
//
// Host h hangs on leaf h / Radix_Down. In a pod every leaf meets every switch of tier 1 over `Bundle` links; switch u of every pod
// meets cores u c to u c + c - 1, with c = Radix_Up / Bundle of tier 2. The buffer of a switch is the sum of its ports' queues where
// the file gives them. Source: see tier_file.hpp. LIMITATIONS: a shared buffer stands for htsim's queue per port.
#include <algorithm>

#include "topology/imports/import_settings.hpp"
#include "topology/imports/tier_file.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> parameters_of_htsim() {
  std::vector<ParameterSpec> list;
  append_import_parameters(list, "Topology file of htsim (`.topo`), relative to the scenario.");
  return list;
}

SwitchSettings unit_of(const TierFile::Tier& tier, SwitchSettings unit) {
  unit.latency += Duration{tier.switch_latency * 1'000};
  const std::int64_t queues = tier.queue_down * tier.radix_down + tier.queue_up * tier.radix_up;
  if (queues > 0) unit.buffer = {queues};
  return unit;
}

/// `bundle` links as those between this tier and the one below.
void join(FabricAssembly& assembly, NodeId lower, NodeId upper, const TierFile::Tier& tier, std::int64_t bundle) {
  for (std::int64_t i = 0; i < bundle; ++i)
    connect_with_delay(assembly, lower, upper, {static_cast<std::uint64_t>(tier.speed_gbps) * 1'000'000'000}, {tier.latency_ns * 1'000});
}

Fabric assemble(const TierFile& file, const ImportSettings& settings) {
  FabricAssembly assembly("htsim_topology", Structure::tiers);
  assembly.racks().push_back({"A01", 0, 0});
  const auto nodes = static_cast<std::uint32_t>(file.nodes);
  const std::uint32_t leaf_count = file.pods * file.leaves_per_pod;
  const std::uint32_t upper_count = file.pods * file.uppers_per_pod;
  const auto& [leaf, upper, core] = file.tier;
  std::vector<NodeId> hosts;
  std::vector<NodeId> leaves;
  std::vector<NodeId> uppers;
  std::vector<NodeId> cores;
  for (std::uint32_t i = 0; i < nodes; ++i) hosts.push_back(assembly.add_host("host-" + std::to_string(i), 0, settings.host));
  for (std::uint32_t i = 0; i < leaf_count; ++i)
    leaves.push_back(assembly.add_switch(numbered("leaf-", i), 1, 0, unit_of(leaf, settings.unit)));
  for (std::uint32_t i = 0; i < upper_count; ++i)
    uppers.push_back(assembly.add_switch(numbered(file.tiers == 2 ? "spine-" : "agg-", i), 2, 0, unit_of(upper, settings.unit)));
  for (std::uint32_t i = 0; i < file.cores; ++i)
    cores.push_back(assembly.add_switch(numbered("core-", i), 3, 0, unit_of(core, settings.unit)));
  for (std::uint32_t i = 0; i < nodes; ++i) join(assembly, hosts[i], leaves[i / static_cast<std::uint32_t>(leaf.radix_down)], leaf, 1);
  for (std::uint32_t l = 0; l < leaf_count; ++l)
    for (std::uint32_t u = 0; u < file.uppers_per_pod; ++u)
      join(assembly, leaves[l], uppers[l / file.leaves_per_pod * file.uppers_per_pod + u], upper, upper.bundle);
  const std::uint32_t met = file.cores / std::max(file.uppers_per_pod, 1u);  // cores that one switch of tier 1 meets
  for (std::uint32_t u = 0; u < upper_count; ++u)
    for (std::uint32_t c = 0; c < met; ++c) join(assembly, uppers[u], cores[u % file.uppers_per_pod * met + c], core, core.bundle);
  return std::move(assembly).finish();
}

/// Numbers of ports that fit each other can still make more cables than memory holds.
void check_size(const TierFile& file, InputErrors& errors) {
  const std::int64_t leaves = std::int64_t{file.pods} * file.leaves_per_pod;
  const std::int64_t uppers = std::int64_t{file.pods} * file.uppers_per_pod;
  const std::int64_t cables = file.nodes + leaves * file.tier[0].radix_up + (file.tiers == 3 ? uppers * file.tier[1].radix_up : 0);
  if (cables > std::int64_t{kMostCables} || uppers > std::int64_t{kMostCables})
    errors.error(0, 0, "the topology has more than " + std::to_string(kMostCables) + " cables", "lower `Nodes` or the radices");
}

Fabric build_htsim(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue&, const Place& place, Diagnostics& diagnostics) {
  const auto text = read_import(parameters, "a `.topo` file of htsim", place, diagnostics);
  if (!text) return {};
  InputErrors errors(parameters.text("file"), *text, diagnostics);
  const TierFile file = read_tier_file(*text, errors);
  if (!errors.any()) check_size(file, errors);
  errors.finish();
  if (errors.any()) return {};
  return assemble(file, import_settings(parameters));
}

}  // namespace

extern const TopologyKind kind_topology_htsim_topology;
const TopologyKind kind_topology_htsim_topology = {
    "htsim_topology",
    "The leaf-spine or fat tree of a `.topo` file of htsim.",
    "csg-htsim and uet-htsim, FatTreeTopology",
    parameters_of_htsim,
    build_htsim,
};

}  // namespace eastwest
