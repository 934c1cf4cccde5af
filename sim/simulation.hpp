// SPDX-License-Identifier: Apache-2.0
// Simulate: plays a workload over a fabric and returns a summary; rows go to a sink as they are made.
//
// Everything passed in is immutable but the workload's drivers; everything that runs owns its memory. The result is a
// pure function of (fabric, workload, options without threads and domains): the digest proves it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/options.hpp"
#include "sim/records.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// Shared with whoever watches; written by the engine between windows, never read by it but for `cancel`.
struct Progress {
  std::atomic<std::int64_t> simulated_ps{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> operations_done{0};
  std::atomic<std::uint64_t> operations_total{0};  // static ones; drivers add as they post
  std::atomic<bool> cancel{false};                 // set by the watcher (Ctrl-C)
};

enum class Outcome : std::uint8_t { complete, cancelled, stalled };

struct Counters {
  std::uint64_t packets = 0;            // data packets sent by NICs, retransmissions included
  std::uint64_t packets_delivered = 0;  // data packets that reached their NIC, duplicates included
  std::uint64_t packet_hops = 0;        // frames put on a link, data and control
  std::uint64_t events = 0;             // everything a loop took from a queue
  std::uint64_t windows = 0;
  std::uint64_t drops_buffer = 0;  // no room
  std::uint64_t drops_fault = 0;   // link down or no route
  std::uint64_t drops_loss = 0;    // data packets lost on the medium
  std::uint64_t ecn_marks = 0;
  std::uint64_t pfc_pauses = 0;  // pause frames (not resumes)
  std::uint64_t pfc_resumes = 0;
  std::uint64_t cnps = 0;
  std::uint64_t trims = 0;        // packets that a switch cut to their header
  std::uint64_t retransmits = 0;  // packets
  std::uint64_t timeouts = 0;
  std::uint64_t frames_lost = 0;    // on the medium, data and answers
  double frames_lost_expected = 0;  // sum over links of frames sent x frame loss, however small; no part of the digest
  Bytes bytes_sent;                 // payload put on the fabric by NICs, retransmissions included
  Bytes bytes_delivered;            // payload that completed messages, once
  Bytes bytes_posted;               // payload of all messages started on the fabric
  Bytes bytes_scale_up;             // over NVLink
};

struct LinkTotal {
  double utilization_mean = 0;  // busy share of the simulated time
  double utilization_max = 0;   // highest probe interval
  std::uint64_t drops = 0;
  std::uint64_t ecn_marks = 0;
  std::uint32_t queue_bytes_max = 0;
  Duration paused;
  std::uint64_t frames = 0;         // sent, data and answers; the flow engine counts its bytes in full frames
  std::uint64_t frames_lost = 0;    // of them, on the medium; 0 with the flow engine, which draws none
  double frames_lost_expected = 0;  // the sum of their probabilities
};

/// A verdict on the run itself, not on the design.
struct Sanity {
  std::string check;  // "bytes conserved"
  bool passed = true;
  std::string detail;  // figures
};

struct RunResult {
  Outcome outcome = Outcome::complete;
  std::string diagnosis;              // stalled: job, operation, rank, peer, in words
  std::vector<std::string> findings;  // what an engineer should know of the network: circles of buffers, pause storms; in words
  std::string digest;
  Time simulated;   // when the last work finished
  Duration window;  // lookahead used
  Counters counters;
  std::vector<LinkTotal> links;  // per directed link
  std::vector<LatencyHistogram> latency;
  std::vector<CollectiveRow> collectives;         // finished ones, by index
  std::vector<StepRow> steps;                     // by (job, step, rank)
  std::vector<RequestRow> requests;               // by id
  std::vector<std::vector<TokenGap>> token_gaps;  // per job, of its requests; empty without serving
  std::vector<Time> job_finish;                   // per job; kTimeNever when unfinished
  std::vector<Sanity> sanity;
  [[nodiscard]] bool sane() const;
};

/// Runs to the end, to cancellation or to a stall. Errors are for input that no loader could have caught
/// (e.g. a link without delay, which leaves no lookahead).
Result<RunResult> simulate(const Fabric& fabric, Workload& workload, const SimulationOptions& options, const RecordSink& sink,
                           Progress& progress);

}  // namespace eastwest
