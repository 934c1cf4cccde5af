// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/simulate_packets.hpp"

#include <memory>

#include "sim/packet/run_state.hpp"

namespace eastwest::packet {

Result<RunResult> simulate_packets(const Fabric& fabric, Workload& workload, const SimulationOptions& options, const RecordSink& sink,
                                   Progress& progress) {
  const auto run = std::make_unique<RunState>();
  if (const Result<Done> ready = set_up(*run, fabric, workload, options); !ready) return ready.error();
  const Outcome outcome = run_to_end(*run, sink, progress);
  collect_records(*run, sink);
  if (outcome != Outcome::complete) {
    RecordBatch batch;
    for (const Driver& driver : workload.drivers) {
      if (!driver.unfinished) continue;
      for (RequestRow& row : driver.unfinished()) {
        run->requests.push_back(row);
        batch.requests.push_back(row);
      }
    }
    if (outcome == Outcome::stalled) batch.events.push_back({Time{run->clock}, EventKind::stall, kNil, 0});
    add(run->digest, batch);
    if (sink && !batch.empty()) sink(std::move(batch));
  }
  end_link_rows(*run, sink);
  return make_result(*run, outcome);
}

}  // namespace eastwest::packet
