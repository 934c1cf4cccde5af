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

/// Where the link rows stand for one class of nodes: hosts and switches reach the end of a row at different times.
struct ProbeClock {
  std::int64_t start = 0;
  std::int64_t time = 0;  // end of the row under way
  std::int64_t interval = 0;
  std::int64_t rows = 0;  // ended
};

/// A link row that one class of nodes has filled and the other has not.
struct PendingRow {
  LinkRow row;
  unsigned classes = 0;
};

enum NodeClass : unsigned { kHosts = 0, kSwitches = 1 };

struct RunState {
  const Fabric* fabric = nullptr;
  Workload* workload = nullptr;
  SimulationOptions options;
  RunPlan plan;
  Network network;
  std::vector<Domain> domains;
  LargeVector<PortState> ports;
  std::vector<SwitchState> switches;  // by Fabric::switches
  std::vector<HostState> hosts;       // by Fabric::hosts
  Traffic traffic;
  Execution execution;
  std::unordered_map<std::uint64_t, std::uint32_t>
      queue_pair_of;                // (source rank, destination rank) -> first queue pair; looked up, never walked
  std::vector<std::uint32_t> turn;  // by first queue pair: messages so far, for the round robin
  std::vector<DriverState> drivers;

  std::int64_t clock = 0;         // hosts have handled everything before it
  std::int64_t switch_clock = 0;  // switches
  unsigned parity = 0;
  std::uint64_t windows = 0;
  std::int64_t last_finish = 0;  // of requests
  std::int64_t fault_clock = 0;  // faults before it are in the records
  ProbeClock probes[2];          // by NodeClass
  std::vector<PendingRow> rows;  // in order of time
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
/// Ends the row under way at `time` for all nodes of a class; hands out the row when the other class has too.
void end_link_row(RunState& run, NodeClass nodes, std::int64_t time, const RecordSink& sink);
/// Ends the last, shorter row where the run ended.
void end_link_rows(RunState& run, const RecordSink& sink);
RunResult make_result(RunState& run, Outcome outcome);

// findings.cpp: circles of buffers that the routes allow, links that stood still, in words.
std::vector<std::string> describe_findings(const RunState& run);

// stall.cpp: why nothing moves, in words.
std::string describe_stall(const RunState& run);

}  // namespace eastwest::packet
