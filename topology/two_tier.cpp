// SPDX-License-Identifier: Apache-2.0
#include "topology/two_tier.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

std::uint32_t round_up(std::uint32_t value, std::uint32_t step) { return (value + step - 1) / step * step; }

std::string ports(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " port" : " ports"); }

void report_rate(const SwitchSettings& unit, BitRate rate, std::string_view rate_parameter, const Place& place, Diagnostics& diagnostics) {
  diagnostics.error(place, "switch `" + unit.model + "` has no ports of " + to_string(rate),
                    "choose a faster switch or lower `" + std::string(rate_parameter) + "`");
}

/// Can `spines` spines take `leaves` x `uplinks` cables, evenly?
bool spines_fit(const FabricSettings& settings, std::uint32_t leaves, std::uint32_t uplinks, std::uint32_t spines) {
  return uplinks % spines == 0 && std::uint64_t{leaves} * (uplinks / spines) <= settings.spine.ports_at(settings.uplink_rate);
}

/// Few spines that divide the uplinks exactly; else few spines with the uplinks rounded up to a multiple of them.
std::optional<TwoTierSize> choose_spines(const FabricSettings& settings, std::uint32_t leaves, std::uint32_t down, std::uint32_t uplinks,
                                         bool may_round) {
  const std::uint64_t cables = std::uint64_t{leaves} * uplinks;
  const std::uint32_t capacity = settings.spine.ports_at(settings.uplink_rate);
  const auto needed = static_cast<std::uint32_t>(std::min<std::uint64_t>((cables + capacity - 1) / capacity, uplinks + std::uint64_t{1}));
  const std::uint32_t least = std::max(needed, std::min(2u, uplinks));
  const std::uint32_t near = may_round ? std::min(2 * least, uplinks) : uplinks;
  for (std::uint32_t spines = least; spines <= near; ++spines)
    if (spines_fit(settings, leaves, uplinks, spines)) return TwoTierSize{uplinks, spines};
  for (std::uint32_t spines = least; may_round && spines <= uplinks; ++spines) {
    const std::uint32_t rounded = round_up(uplinks, spines);
    if (spines_fit(settings, leaves, rounded, spines) && leaf_fits(settings, down, rounded)) return TwoTierSize{rounded, spines};
  }
  return std::nullopt;
}

}  // namespace

void append_two_tier_parameters(std::vector<ParameterSpec>& list) {
  const auto count = [&](std::string_view name, std::string_view meaning, std::string_view source) {
    list.push_back({name, ParameterType::quantity, Dimension::none, "0", 0, 4'096, meaning, source, {}});
  };
  list.push_back({"oversubscription",
                  ParameterType::real,
                  Dimension::none,
                  "1",
                  0.0625,
                  64,
                  "Host bandwidth of a leaf over its uplink bandwidth; decides the uplinks unless `uplinks_per_leaf` does.",
                  "1: non-blocking practice for training fabrics",
                  {}});
  count("uplinks_per_leaf", "Uplinks of every leaf; 0: from `oversubscription`.", "two-tier Clos");
  count("spines", "Spine switches; 0: as few as carry all uplinks, at least two when a leaf has two uplinks.",
        "two-tier Clos; two, so that one failure does not part the fabric");
  list.push_back({"spine_switch",
                  ParameterType::text,
                  Dimension::none,
                  "same",
                  0,
                  0,
                  "Switch model of the spines: an id of the catalogue, `custom`, or `same` as `switch`.",
                  "data/switches.csv",
                  {}});
}

TwoTierRequest two_tier_request(const ParameterSet& parameters, const FabricSettings& settings) {
  TwoTierRequest request;
  request.settings = &settings;
  request.oversubscription = parameters.real("oversubscription");
  request.uplinks_per_leaf = static_cast<std::uint32_t>(parameters.integer("uplinks_per_leaf"));
  request.spines = static_cast<std::uint32_t>(parameters.integer("spines"));
  return request;
}

std::uint32_t uplinks_for(const TwoTierRequest& request, std::uint32_t down) {
  if (request.uplinks_per_leaf > 0) return request.uplinks_per_leaf;
  const double host_rate = static_cast<double>(request.settings->host.nic_rate.bits_per_second);
  const double uplink_rate = static_cast<double>(request.settings->uplink_rate.bits_per_second);
  // The small term keeps an exact ratio exact: 3 / 0.3 must be 10 uplinks, not 11.
  const double wanted = std::ceil(static_cast<double>(down) * host_rate / (request.oversubscription * uplink_rate) - 1e-9);
  const auto uplinks = static_cast<std::uint32_t>(std::clamp(wanted, 1.0, 1e6));
  return request.spines > 0 ? round_up(uplinks, request.spines) : uplinks;
}

bool leaf_fits(const FabricSettings& settings, std::uint32_t down, std::uint32_t up) {
  const std::uint64_t down_ports = settings.leaf.ports_at(settings.host.nic_rate);
  if (up == 0) return down <= down_ports;  // whatever rate uplinks would have had
  const std::uint64_t up_ports = settings.leaf.ports_at(settings.uplink_rate);
  return down * up_ports + up * down_ports <= down_ports * up_ports;
}

std::uint32_t units_per_leaf(const TwoTierRequest& request, std::uint32_t ports_each, std::uint32_t units) {
  std::uint32_t most = 0;
  while (most < units && leaf_fits(*request.settings, (most + 1) * ports_each, uplinks_for(request, (most + 1) * ports_each))) ++most;
  return most;
}

bool check_rates(const FabricSettings& settings, bool with_spines, const Place& place, Diagnostics& diagnostics) {
  const bool hosts = settings.leaf.ports_at(settings.host.nic_rate) > 0;
  const bool uplinks = !with_spines || settings.leaf.ports_at(settings.uplink_rate) > 0;
  const bool spines = !with_spines || settings.spine.ports_at(settings.uplink_rate) > 0;
  if (!hosts) report_rate(settings.leaf, settings.host.nic_rate, "nic_rate", place, diagnostics);
  if (!uplinks && (hosts || settings.uplink_rate != settings.host.nic_rate))
    report_rate(settings.leaf, settings.uplink_rate, "uplink_rate", place, diagnostics);
  if (!spines && settings.spine.model != settings.leaf.model)
    report_rate(settings.spine, settings.uplink_rate, "uplink_rate", place, diagnostics);
  return hosts && uplinks && spines;
}

std::optional<TwoTierSize> size_two_tier(const TwoTierRequest& request, std::uint32_t leaves, std::uint32_t down, const Place& place,
                                         Diagnostics& diagnostics) {
  const FabricSettings& settings = *request.settings;
  const std::uint32_t uplinks = uplinks_for(request, down);
  const std::size_t errors = diagnostics.error_count();
  if (!leaf_fits(settings, down, uplinks))
    diagnostics.error(place,
                      "a leaf needs " + ports(down) + " of " + to_string(settings.host.nic_rate) + " to hosts and " + ports(uplinks) +
                          " of " + to_string(settings.uplink_rate) + " to spines; `" + settings.leaf.model + "` has " +
                          std::to_string(settings.leaf.ports_at(settings.host.nic_rate)) + " and " +
                          std::to_string(settings.leaf.ports_at(settings.uplink_rate)) + " when all are alike",
                      "use more leaves, a higher `oversubscription`, fewer `uplinks_per_leaf` or a larger `switch`");
  if (std::uint64_t{leaves} * uplinks > kMostCables)
    diagnostics.error(place,
                      std::to_string(leaves) + " leaves of " + std::to_string(uplinks) + " uplinks are more than " +
                          std::to_string(kMostCables) + " cables",
                      "raise `oversubscription` or lower `servers`");
  const std::uint32_t spine_ports = settings.spine.ports_at(settings.uplink_rate);
  if (request.spines > 0) {
    if (uplinks % request.spines != 0)
      diagnostics.error(
          place, std::to_string(uplinks) + " uplinks of a leaf do not spread evenly over " + std::to_string(request.spines) + " spines",
          "set `uplinks_per_leaf` to a multiple of `spines`, such as " + std::to_string(round_up(uplinks, request.spines)));
    else if (!spines_fit(settings, leaves, uplinks, request.spines))
      diagnostics.error(place,
                        "a spine needs " + ports(std::uint64_t{leaves} * (uplinks / request.spines)) + " of " +
                            to_string(settings.uplink_rate) + "; `" + settings.spine.model + "` has " + std::to_string(spine_ports),
                        "use more `spines`, fewer leaves or a larger `spine_switch`");
    if (diagnostics.error_count() != errors) return std::nullopt;
    return TwoTierSize{uplinks, request.spines};
  }
  if (leaves > spine_ports) {
    diagnostics.error(place,
                      std::to_string(leaves) + " leaves are more than the " + ports(spine_ports) + " of " +
                          to_string(settings.uplink_rate) + " that a spine `" + settings.spine.model + "` has",
                      "use a larger `spine_switch`, or three tiers (`fat_tree`)");
    return std::nullopt;
  }
  if (diagnostics.error_count() != errors) return std::nullopt;
  const std::optional<TwoTierSize> size = choose_spines(settings, leaves, down, uplinks, request.uplinks_per_leaf == 0);
  EASTWEST_CHECK(size.has_value(), "one spine per uplink always fits when leaves do not exceed a spine's ports");
  return size;
}

}  // namespace eastwest
