// SPDX-License-Identifier: Apache-2.0
#include "sim/flow/simulate_flows.hpp"

#include <memory>

#include "sim/flow/flow_state.hpp"

namespace eastwest::flow {

namespace {

constexpr std::uint64_t kFastest = std::uint64_t{1} << (62 - kRateBits);  // bit/s

Status check_rates(const Fabric& fabric) {
  const auto limit = [](const std::string& what, BitRate rate) {
    return Error{what + " runs at " + to_string(rate) + "; the flow engine handles up to " + to_string(BitRate{kFastest}), ""};
  };
  for (std::uint32_t l = 0; l < fabric.links.size(); ++l)
    if (fabric.links[l].rate.bits_per_second > kFastest) return limit("the link " + fabric.link_name(LinkId{l}), fabric.links[l].rate);
  for (const Host& host : fabric.hosts)
    if (host.scale_up_rate.bits_per_second > kFastest)
      return limit("the scale-up port of `" + fabric.nodes[host.node.index()].name + "`", host.scale_up_rate);
  return Done{};
}

}  // namespace

Result<RunResult> simulate_flows(const Fabric& fabric, Workload& workload, const SimulationOptions& options, const RecordSink& sink,
                                 Progress& progress) {
  if (const Status rates = check_rates(fabric); !rates) return rates.error();
  const auto run = std::make_unique<FlowState>();
  if (const Status ready = set_up(*run, fabric, workload, options); !ready) return ready.error();
  const Outcome outcome = run_to_end(*run, sink, progress);
  hand_out(*run, sink);
  if (outcome != Outcome::complete) {
    for (const Driver& driver : workload.drivers) {
      if (!driver.unfinished) continue;
      for (const RequestRow& row : driver.unfinished()) run->batch.requests.push_back(row);
    }
    if (outcome == Outcome::stalled) run->batch.events.push_back({Time{run->clock}, EventKind::stall, kNil, 0});
    hand_out(*run, sink);
  }
  if (run->clock > run->probe_start) emit_link_row(*run, run->clock, sink);
  return make_result(*run, outcome);
}

}  // namespace eastwest::flow
