// SPDX-License-Identifier: Apache-2.0
// The state of a flow run, all of it: built once by flow_setup.cpp, moved on by flow_engine.cpp from instant to instant.
//
// A run of this engine is single threaded: its work is a chain of small solves, each of which needs the one before. The
// number of threads asked for changes nothing. Units: ps, bytes; service in 2^-16 bit/s x ps, 128 bits, exact.
// A group is all streams on the same links in the same class; it has one rate, and a clock of what it has served to each
// of its streams, so that a change of rate costs the same however many streams there are. A stream ends its message when
// the clock reaches its target. A transfer is a message under way, in a slot that is used again.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/digest.hpp"
#include "core/wide.hpp"
#include "sim/flow/event_queue.hpp"
#include "sim/flow/flow_plan.hpp"
#include "sim/flow/max_min.hpp"
#include "sim/queue_pair_ends.hpp"
#include "sim/schedule_tables.hpp"
#include "sim/simulation.hpp"
#include "sim/step_clock.hpp"
#include "workloads/large_vector.hpp"

namespace eastwest::flow {

inline constexpr std::int64_t kNever = INT64_MAX;
inline constexpr unsigned kClassMax = 3;               // data classes 1 to 3
inline constexpr unsigned kScaleUpSolver = kClassMax;  // after those of the classes

enum FlowEvent : std::uint8_t {  // high 4 bits of a key
  kFaultEvent = 0,               // id: index into FlowPlan::faults
  kRerouteEvent,                 // id: route version
  kServed,                       // id: group; stamp
  kPost,                         // id: transfer reaches the NIC, or the scale-up port
  kDelivered,                    // id: transfer; software at the receiver knows
  kAcknowledged,                 // id: send operation
  kComputeDone,                  // id: operation
  kFusedStart,                   // id: group of the schedule
  kFusedDone,                    // id: the same
  kInSwitch,                     // id: the same; stamp: a bit of kHoldIn and kHoldEnd
  kJobStart,                     // id: job
  kDriverWake,                   // id: driver
};
inline constexpr std::uint32_t kHoldIn = 1;   // stamp of kInSwitch: the inward direction of the ports; else the outward one
inline constexpr std::uint32_t kHoldEnd = 2;  // they are free again; else they are taken
inline constexpr std::uint32_t kStampMask = 0x0fff'ffffu;
constexpr std::uint64_t event_key(FlowEvent kind, std::uint32_t id, std::uint32_t stamp = 0) {
  return (static_cast<std::uint64_t>(kind) << 60) | (static_cast<std::uint64_t>(stamp & kStampMask) << 32) | id;
}

struct Transfer {
  std::int64_t bytes = 0;
  std::int64_t start = 0;                  // its operation started
  std::int64_t ideal = 0;                  // ps
  std::uint32_t send_operation = kNil;     // none for a driver's transfer
  std::uint32_t receive_operation = kNil;  // a driver's transfer: index into FlowState::driver_transfers
  std::uint32_t number = 0;                // of the message: static ones in the order of their sends, then the drivers'
  std::uint32_t stream = kNil;
  std::uint32_t next = kNil;  // behind it on the same queue pair, or the next free slot
  std::uint32_t source = 0;   // ranks
  std::uint32_t destination = 0;
  bool scale_up = false;
};

struct Stream {
  Wide target = 0;  // of its group's clock
  std::uint32_t group = kNil;
  std::uint32_t previous = kNil;  // in the group, by target
  std::uint32_t next = kNil;
  std::uint32_t head = kNil;  // transfers, the first is being served
  std::uint32_t tail = kNil;
  std::uint32_t version = kNil;  // of the paths when `group` was found
  std::uint32_t source = 0;      // ranks
  std::uint32_t destination = 0;
  std::uint16_t entropy = 0;
  std::uint8_t traffic_class = 1;
  bool scale_up = false;
  bool served = false;   // in its group's list
  double expansion = 1;  // of work, by what is lost on the path and sent again
  QueuePairEnds ends;    // unused inside a host
  IdlePath path;
  std::uint32_t turn = 0;            // messages of the connection so far, on its first stream
  std::int64_t nic_source = 0;       // ps
  std::int64_t nic_destination = 0;  // ps; inside a host the scale-up latency
  std::int64_t acknowledgement = 0;  // ps, from the receiver's NIC back
  Duration round_trip;
  std::int64_t bytes = -1;  // of the last message, and what follows from them
  std::int64_t ideal = 0;
  Wide work = 0;
};

struct Group {
  Wide clock = 0;  // service to each stream until `since`
  std::int64_t since = 0;
  Rate rate = 0;
  std::uint32_t head = kNil;  // streams, the earliest target first
  std::uint32_t tail = kNil;
  std::int64_t due = kNever;  // time of its event in the queue
  std::uint32_t stamp = 0;    // events with another stamp are void
  std::uint32_t solver = 0;
  std::uint32_t local = 0;  // number in that solver
  std::int64_t delay = 0;   // ps, after the last byte was sent, until it is at the receiver's NIC, for cut-through switches
  std::uint64_t path_rate = 0;
  std::uint32_t stored_hops = 0;
  std::uint32_t count = 0;  // streams that get `rate`
  bool touched = false;     // in FlowState::touched
  bool probed = false;      // in FlowState::probed
  Wide carried = 0;         // service to all its streams together, until `since`
  Wide probe_carried = 0;   // at the last probe
};

inline constexpr std::uint32_t kReady = 0x8000'0000u;  // all predecessors are over
inline constexpr std::uint32_t kArrived = 0x4000'0000u;
inline constexpr std::uint32_t kDone = 0x2000'0000u;
inline constexpr std::uint32_t kWaitingMask = 0x1fff'ffffu;

struct RankState {
  std::uint32_t host = 0;
  StepClock clock;
};

struct CollectiveSpan {
  std::int64_t start = kNever;
  std::int64_t finish = 0;
  std::uint32_t left = 0;
};

struct ScaleUpPort {  // of one GPU; each member out and in
  std::int64_t fused_until[2] = {0, 0};
  std::uint32_t holds[2] = {0, 0};  // fused collectives under way: 1 or 0, 2 at the instant where one follows another
};

struct DriverTransfer {
  std::uint32_t driver;
  std::uint64_t cookie;
  std::uint16_t job;
};

struct DriverState {
  std::int64_t wake = 0;
  std::uint64_t outstanding = 0;
  std::vector<TransferDone> done;
};

struct LinkFigures {
  double busy = 0;      // ps, of the whole run
  double interval = 0;  // ps, since the last row
  double utilization_max = 0;
  double counted = 0;  // ps of `busy` and `interval` that are in `lost`
  double lost = 0;     // frames, expected
};

struct FlowState {
  const Fabric* fabric = nullptr;
  Workload* workload = nullptr;
  SimulationOptions options;
  FlowPlan plan;
  EventQueue events;

  // What is sent.
  LargeVector<std::uint32_t> progress;     // by operation: predecessors left, and flags
  std::vector<std::uint64_t> send_bits;    // by operation: is a send, so that messages can be numbered
  std::vector<std::uint32_t> send_before;  // by word of the above
  std::vector<std::uint32_t> turns;        // by message, only with several queue pairs per connection: which one
  FusedTable fused;
  std::vector<std::uint32_t> fused_left;          // by group of the schedule
  std::vector<std::vector<std::uint32_t>> roots;  // by job
  std::vector<CollectiveSpan> collectives;
  std::vector<RankState> ranks;
  std::vector<std::int64_t> job_finish;
  std::vector<std::uint32_t> ready;  // scratch
  std::uint64_t operations_total = 0;
  std::uint64_t operations_done = 0;
  std::vector<DriverState> drivers;
  std::vector<DriverTransfer> driver_transfers;
  std::uint32_t static_messages = 0;

  // How it travels.
  LargeVector<Transfer> transfers;
  std::uint32_t free_transfer = kNil;
  LargeVector<Stream> streams;
  std::uint32_t free_stream = kNil;                              // of scale-up messages
  std::uint32_t queue_pairs_most = 1;                            // of any connection
  std::vector<std::uint32_t> connection_of_rank;                 // by source rank: the last one used
  std::unordered_map<std::uint64_t, std::uint32_t> connections;  // (source, destination) -> first stream; never walked
  LargeVector<Group> groups;
  std::unordered_multimap<std::uint64_t, std::uint32_t> group_of_path;  // digest of links and class; never walked
  std::vector<MaxMin> solvers;                                          // by class, then scale-up
  std::vector<std::vector<std::uint32_t>> group_of_local;               // by solver
  std::vector<std::uint32_t> touched;                                   // groups whose next event must be found anew
  std::vector<ScaleUpPort> scale_up;                                    // by GPU
  std::vector<bool> cable_down;
  std::vector<double> frame_loss;  // by link, now
  bool lossy = false;              // some link is or will be
  std::uint32_t route = 0;         // table in use, into FlowPlan::routes
  std::uint32_t version = 0;       // grows whenever paths must be found anew
  FlowPath path;                   // scratch

  // What is said about it.
  std::int64_t clock = 0;
  std::int64_t last_finish = 0;  // of requests
  std::int64_t probe_start = 0;
  std::int64_t probe_time = 0;
  std::int64_t probe_interval = 0;
  std::int64_t probe_rows = 0;
  std::vector<std::uint32_t> probed;  // groups that moved since the last probe
  std::vector<LinkFigures> links;
  Counters counters;
  Digest digest;
  RecordBatch batch;  // rows not yet handed out
  std::vector<CollectiveRow> collectives_done;
  std::vector<StepRow> steps;
  std::vector<RequestRow> requests;
};

// flow_setup.cpp
Status set_up(FlowState& run, const Fabric& fabric, Workload& workload, const SimulationOptions& options);

// flow_streams.cpp: the network side.
/// A slot for a message between two ranks; `number` names it in the record.
std::uint32_t new_transfer(FlowState& run, std::uint32_t source, std::uint32_t destination, Bytes bytes, std::uint8_t traffic_class,
                           std::uint32_t number);
/// The message reaches the NIC or the scale-up port.
void post_transfer(FlowState& run, std::uint32_t transfer, std::int64_t now);
/// The group's clock may have reached the target of some of its streams.
void group_served(FlowState& run, std::uint32_t group, std::uint32_t stamp, std::int64_t now);
/// Solves what changed in this instant and plans what follows from the new rates.
void settle_rates(FlowState& run, std::int64_t now);
void settle(FlowState& run, std::uint32_t group, std::int64_t now);
void apply_fault(FlowState& run, const Fault& fault, std::int64_t now);
void apply_routes(FlowState& run, std::uint32_t route, std::int64_t now);
void hold_scale_up(FlowState& run, std::uint32_t gpu, std::uint32_t direction, int change);  // direction: 0 out, 1 in

// flow_player.cpp: the software side.
void start_job(FlowState& run, std::uint32_t job, std::int64_t now);
void finish_operation(FlowState& run, std::uint32_t operation, std::int64_t now);
void transfer_delivered(FlowState& run, std::uint32_t transfer, std::int64_t now);
void fused_starts(FlowState& run, std::uint32_t group);
void fused_done(FlowState& run, std::uint32_t group, std::int64_t now);
void in_switch(FlowState& run, std::uint32_t group, std::uint32_t stamp);

// flow_engine.cpp
Outcome run_to_end(FlowState& run, const RecordSink& sink, Progress& progress);

// flow_records.cpp
/// Where the rows of an instant begin in `batch`.
struct RowMarks {
  std::size_t flows;
  std::size_t collectives;
  std::size_t steps;
  std::size_t events;
};
RowMarks mark_rows(const FlowState& run);
/// Brings the rows since `marks` into canonical order.
void order_rows(FlowState& run, const RowMarks& marks);
void hand_out(FlowState& run, const RecordSink& sink);
void hand_out_when_large(FlowState& run, const RecordSink& sink);
/// What was served until now, onto the links.
void count_service(FlowState& run, std::int64_t now);
/// Frames that one link has lost since the last time, at its present loss; after count_service.
void count_losses(FlowState& run, std::uint32_t link);
void emit_link_row(FlowState& run, std::int64_t time, const RecordSink& sink);
RunResult make_result(FlowState& run, Outcome outcome);

// flow_stall.cpp
std::string describe_stall(const FlowState& run);

}  // namespace eastwest::flow
