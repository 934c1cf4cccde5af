// SPDX-License-Identifier: Apache-2.0
// The state of a packet run, all of it: built once by run_setup.cpp, moved on by engine.cpp window by window.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/digest.hpp"
#include "sim/packet/domain.hpp"
#include "sim/packet/execution.hpp"
#include "sim/packet/host_state.hpp"
#include "sim/packet/queue_pair.hpp"
#include "sim/packet/switch_model.hpp"
#include "sim/simulation.hpp"

namespace eastwest::packet {

struct DriverState {
  std::int64_t wake = 0;
  std::uint64_t outstanding = 0;   // transfers under way
  std::vector<TransferDone> done;  // scratch: since the last call
};

struct LinkFigures {  // of the whole run so far, per directed link
  std::int64_t busy = 0;
  std::int64_t paused = 0;
  double utilization_max = 0;
  std::uint64_t drops = 0;
  std::uint64_t marks = 0;
  std::uint32_t queue_max = 0;
};

struct RunState {
  const Fabric* fabric = nullptr;
  Workload* workload = nullptr;
  SimulationOptions options;
  RunPlan plan;
  Network network;
  std::vector<Domain> domains;
  std::vector<PortState> ports;
  std::vector<SwitchState> switches;  // by Fabric::switches
  std::vector<HostState> hosts;       // by Fabric::hosts
  Traffic traffic;
  Execution execution;
  std::unordered_map<std::uint64_t, std::uint32_t>
      queue_pair_of;                // (source rank, destination rank) -> first queue pair; looked up, never walked
  std::vector<std::uint32_t> turn;  // by first queue pair: messages so far, for the round robin
  std::vector<DriverState> drivers;

  std::int64_t clock = 0;               // everything before it has been handled
  std::int64_t posted_window = kNever;  // earliest window of anything posted between steps
  unsigned parity = 0;
  std::uint64_t windows = 0;
  std::int64_t last_finish = 0;  // of requests
  std::int64_t fault_clock = 0;  // faults before it are in the records
  std::int64_t probe_start = 0;
  std::int64_t probe_time = 0;  // end of the row under way
  std::int64_t probe_interval = 0;
  std::int64_t probe_rows = 0;
  std::vector<LinkFigures> links;
  Digest digest;
  std::vector<CollectiveRow> collectives;
  std::vector<StepRow> steps;
  std::vector<RequestRow> requests;
};

/// Builds tables, domains and initial events. Errors as `simulate`.
Result<Done> set_up(RunState& run, const Fabric& fabric, Workload& workload, const SimulationOptions& options);

/// Makes the message for a transfer and, when it is the first between its ranks, the queue pairs. Between windows only.
std::uint32_t add_message(RunState& run, RankId source, RankId destination, Bytes bytes, std::uint16_t job, std::uint8_t traffic_class);

/// The main loop.
Outcome run_to_end(RunState& run, const RecordSink& sink, Progress& progress);

// engine_records.cpp: what a run hands out, always in canonical order.
void collect_records(RunState& run, const RecordSink& sink);
void emit_link_row(RunState& run, std::int64_t time, const RecordSink& sink);
RunResult make_result(RunState& run, Outcome outcome);

// stall.cpp: why nothing moves, in words.
std::string describe_stall(const RunState& run);

}  // namespace eastwest::packet
