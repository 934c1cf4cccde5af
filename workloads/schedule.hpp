// SPDX-License-Identifier: Apache-2.0
// The schedule: what every rank computes, sends and receives, and what must be over before; both engines play it.
//
// Shape: one flat array of 32-byte operations, successors in compressed rows. Units: bytes, picoseconds.
// Invariants: dependencies join operations of the same rank; a send and its receive name each other in `match`; the
// dependency graph including matches is acyclic (ScheduleBuilder::finish checks it).
// Semantics: an operation starts when all its predecessors have finished (or at its job's start). `compute` takes its
// time; `send` hands the message to the NIC or scale-up port and finishes when the receiver acknowledged it; `receive`
// finishes when the message is complete in the receiver's memory; `fused` is a collective inside one scale-up domain
// that occupies every member's port for `amount` bytes after `latency`, or, made by the scale-up switch, its two directions each
// for its own bytes; `marker` ends a training step on its rank.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/id.hpp"
#include "core/quantity.hpp"
#include "core/result.hpp"
#include "workloads/large_vector.hpp"

namespace eastwest {

enum class OperationKind : std::uint8_t { compute, send, receive, fused, marker };

/// What the line of work of a rank waits for or does (training; none: not on the line). The line is its computes, fused operations and
/// markers that have an activity, each after the one before; the time since the one before is charged to its activity. A compute
/// of another activity than `compute` takes no time and marks that the line has waited for that kind of communication.
enum class Activity : std::uint8_t { none, compute, tensor, pipeline, data, expert, context };
inline constexpr std::size_t kActivities = 7;

inline constexpr std::uint32_t kNoLabel = 0xffff'ffffu;

struct Operation {
  std::int64_t amount = 0;  // compute: ps; send, receive, fused: bytes; marker: step number
  RankId rank;
  std::uint32_t peer = 0;          // send, receive: the other rank; fused: index into Schedule::groups
  std::uint32_t match = 0;         // send, receive: the operation at the other end; fused: unused
  std::uint32_t label = kNoLabel;  // index into Schedule::collectives
  std::uint32_t dependencies = 0;  // how many predecessors
  OperationKind kind : 4 = OperationKind::compute;
  Activity activity : 4 = Activity::none;
  std::uint8_t traffic_class = 1;  // 1 to 3; 0 is the control class of the engine
  std::uint16_t job = 0;
};
static_assert(sizeof(Operation) == 32);

/// A fused collective: all members must reach it; it starts when the last one does and its ports are free.
/// With `in_switch` the scale-up switch reduces or multicasts: a port carries `amount` bytes outwards and `bytes_in` inwards, each
/// direction from when it is free at every member; the end is `latency` after the later one, and the latency holds no port.
struct FusedGroup {
  std::vector<RankId> members;  // all in one host
  Duration latency;             // steps x hop latency, before the bytes flow
  bool in_switch = false;
  Bytes bytes_in = {};  // in_switch: into each port
};

/// One collective operation for the record: what nccl-tests would print about it.
struct Collective {
  std::string name;       // e.g. "all_reduce #0", "gradient bucket 12"
  std::string algorithm;  // e.g. "ring"
  std::string operation;  // all_reduce, all_gather, reduce_scatter, all_to_all, broadcast, ..., point_to_point
  std::uint16_t job = 0;
  std::uint32_t ranks = 0;
  Bytes bytes;                   // size as nccl-tests reports it
  double bus_factor = 1;         // busbw = algbw x factor
  Duration lower_bound;          // closed-form bound on its time on this fabric; 0 when unknown
  std::uint32_t operations = 0;  // how many operations carry its label (filled by finish)
};

/// What one step of a training job stands for, and the memory that the fullest of its GPUs needs.
struct TrainingFacts {
  std::uint16_t job = 0;
  std::uint32_t gpus = 0;
  double tokens = 0;      // per step
  double flops = 0;       // model FLOPs per step: forward and backward, nothing computed twice
  double peak_flops = 0;  // of one GPU per second, in the job's precision
  Bytes weights, gradients, optimizer, activations;
  Bytes gpu_memory;
};

struct Schedule {
  LargeVector<Operation> operations;
  LargeVector<std::uint32_t> successor_first;  // operations.size() + 1 entries, into successors
  LargeVector<std::uint32_t> successors;
  std::vector<FusedGroup> groups;
  std::vector<Collective> collectives;
  std::vector<TrainingFacts> training;  // of the jobs that train

  [[nodiscard]] std::span<const std::uint32_t> successors_of(std::uint32_t operation) const {
    return {successors.data() + successor_first[operation], successor_first[operation + 1] - successor_first[operation]};
  }
};

/// Collects operations and edges of all jobs, then packs them.
class ScheduleBuilder {
 public:
  /// Operations added from here on belong to `job` and travel in `traffic_class`.
  void begin_job(std::uint16_t job, std::uint8_t traffic_class);
  /// Computes, fused operations and markers added from here on have this activity.
  void begin_activity(Activity activity) { activity_ = activity; }

  OperationId compute(RankId rank, Duration time, std::uint32_t label = kNoLabel);
  struct Transfer {
    OperationId send;
    OperationId receive;
  };
  Transfer transfer(RankId from, RankId to, Bytes bytes, std::uint32_t label = kNoLabel);
  OperationId marker(RankId rank, std::uint32_t step);
  /// One operation per member, in the order of `group.members`.
  std::vector<OperationId> fused(FusedGroup group, Bytes bytes_per_port, std::uint32_t label = kNoLabel);
  std::uint32_t collective(Collective description);  // returns the label
  void training(const TrainingFacts& facts) { training_.push_back(facts); }

  /// `later` starts only after `earlier`; both on the same rank. A missing id (exists() false) is no dependency.
  void depend(OperationId later, OperationId earlier);

  [[nodiscard]] std::size_t operation_count() const { return operations_.size(); }
  void reserve(std::size_t operations, std::size_t edges);

  /// Packs edges into rows and checks the invariants; the error names the offending operation.
  Result<Schedule> finish() &&;

 private:
  LargeVector<Operation> operations_;
  LargeVector<std::pair<std::uint32_t, std::uint32_t>> edges_;  // earlier, later
  std::vector<FusedGroup> groups_;
  std::vector<Collective> collectives_;
  std::vector<TrainingFacts> training_;
  Activity activity_ = Activity::none;
  std::uint16_t job_ = 0;
  std::uint8_t traffic_class_ = 1;
};

}  // namespace eastwest
