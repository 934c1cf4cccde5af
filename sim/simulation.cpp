// SPDX-License-Identifier: Apache-2.0
#include "sim/simulation.hpp"

#include <algorithm>

#include "sim/flow/simulate_flows.hpp"
#include "sim/packet/simulate_packets.hpp"

namespace eastwest {

bool RunResult::sane() const {
  return std::all_of(sanity.begin(), sanity.end(), [](const Sanity& s) { return s.passed; });
}

Result<RunResult> simulate(const Fabric& fabric, Workload& workload, const SimulationOptions& options, const RecordSink& sink,
                           Progress& progress) {
  if (options.fidelity == Fidelity::flow) return flow::simulate_flows(fabric, workload, options, sink, progress);
  return packet::simulate_packets(fabric, workload, options, sink, progress);
}

}  // namespace eastwest
