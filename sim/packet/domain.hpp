// SPDX-License-Identifier: Apache-2.0
// Domains and inboxes: who simulates which node, and how a frame gets from one node to another.
//
// A domain is a set of nodes that one task handles in a phase of a round. Frames for a node of the same domain go
// straight into its inbox; others into mail, which the target domain takes at the start of its next phase. An inbox is a
// ring of buckets, one per window; a bucket is a chain of blocks from the domain's pool, reused last-in first-out, so
// that a frame is written to warm memory and touched once between being sent and being sorted. (One growing vector per
// bucket lost: the ring then walks through thirty-two times the memory, and cost grew with the fabric.)
// Units: ps. Round r handles hosts over [rW - offset, rW + W - offset), then switches over [rW, rW + W): see run_plan.hpp.
// Invariants: a domain writes only to its own nodes' inboxes and its own outgoing mail; mail is double-buffered by phase
// parity. What a node does depends on its inbox as a set, which is sorted by content: neither the cut nor the
// threads can matter. LIMITATIONS: at most 2^26 frames under way to the nodes of one domain.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/check.hpp"
#include "core/wide.hpp"
#include "sim/packet/frame.hpp"
#include "sim/packet/run_plan.hpp"
#include "sim/records.hpp"
#include "sim/simulation.hpp"

namespace eastwest::packet {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint32_t kNil = 0xffff'ffffu;
inline constexpr unsigned kBuckets = 32;
inline constexpr std::uint32_t kBlockFrames = 8;

/// Storage of the frames under way to one domain's nodes, in blocks.
class FramePool {
 public:
  Frame& operator[](std::uint32_t index) { return frames_[index]; }
  const Frame& operator[](std::uint32_t index) const { return frames_[index]; }
  std::uint32_t& next(std::uint32_t block) { return next_[block]; }
  [[nodiscard]] std::uint32_t next(std::uint32_t block) const { return next_[block]; }

  std::uint32_t take() {
    if (free_ == kNil) [[unlikely]] grow();
    const std::uint32_t block = free_;
    free_ = next_[block];
    next_[block] = kNil;
    return block;
  }
  /// Frees the chain that begins with `first` and ends with `last`.
  void release(std::uint32_t first, std::uint32_t last) {
    next_[last] = free_;
    free_ = first;
  }

 private:
  void grow();
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> next_;  // by block: behind it in its bucket or on the free list
  std::uint32_t free_ = kNil;
};

struct Bucket {
  std::uint32_t first = kNil;  // blocks
  std::uint32_t last = kNil;
  std::uint32_t count = 0;  // frames
};

/// Frames that will reach a node, by window.
struct Inbox {
  std::array<Bucket, kBuckets> buckets;
  std::vector<Frame> far;            // further ahead than the ring
  std::int64_t far_window = kNever;  // earliest in `far`
  std::uint32_t occupied = 0;        // bit per bucket
};

struct DriverCompletion {
  std::int64_t time;
  std::uint64_t cookie;
  std::uint32_t driver;
};

struct Domain {
  std::uint32_t index = 0;
  std::vector<std::uint32_t> hosts;  // nodes
  std::vector<std::uint32_t> switches;
  FramePool pool;
  std::vector<std::vector<Frame>> mail[2];  // [parity][target domain]
  std::int64_t mail_window = kNever;        // earliest window of anything mailed in this phase
  unsigned parity = 0;
  std::int64_t round = 0;        // being handled
  std::int64_t round_start = 0;  // round x window
  std::int64_t next_host_window = kNever;  // after a phase: earliest of its nodes
  std::int64_t next_switch_window = kNever;
  std::int64_t window = 0;           // W
  std::uint64_t window_inverse = 0;  // 2^64 / W, rounded up
  std::uint64_t ring_span = 0;       // kBuckets x W
  Counters counters;
  RecordBatch records;  // made in this phase, in no order
  std::vector<DriverCompletion> completions;
  std::vector<std::uint32_t> collectives_done;
  std::vector<LatencyHistogram> latency;  // by job * kClassCount + class
  std::uint64_t operations_done = 0;
  std::vector<std::uint64_t> keys;  // scratch of the sort
  std::vector<std::uint64_t> keys_scratch;
  std::vector<std::uint32_t> ready;  // scratch of the executor
  std::vector<Frame> leftover;       // scratch of a step that ends inside a window
};

/// State by node that domains share: each entry is touched only by the domain that owns the node.
struct Network {
  std::vector<Inbox> inboxes;                // by node
  std::vector<std::int64_t> next_window;     // by node: earliest window with anything to do, kNever when idle
  std::vector<std::int64_t> window_offset;   // by node: added to a time before it is divided into windows
  std::vector<std::uint16_t> domain_of;      // by node
};

inline void append(FramePool& pool, Bucket& bucket, const Frame& frame) {
  const std::uint32_t at = bucket.count++ % kBlockFrames;
  if (at == 0) {
    const std::uint32_t block = pool.take();
    if (bucket.first == kNil) bucket.first = block;
    else pool.next(bucket.last) = block;
    bucket.last = block;
  }
  pool[bucket.last * kBlockFrames + at] = frame;
}

/// Puts a frame into the inbox of a node of this domain; `offset` is the window offset of that node.
inline void deliver(Network& network, Domain& domain, const Frame& frame, std::int64_t offset) {
  const auto ahead = static_cast<std::uint64_t>(frame.time + offset - domain.round_start);
  Inbox& inbox = network.inboxes[frame.node];
  std::int64_t window = 0;
  if (ahead < domain.ring_span) [[likely]] {
    window = domain.round + static_cast<std::int64_t>((static_cast<UnsignedWide>(ahead) * domain.window_inverse) >> 64);
    const unsigned slot = static_cast<unsigned>(window) % kBuckets;
    append(domain.pool, inbox.buckets[slot], frame);
    inbox.occupied |= 1u << slot;
  } else {
    EASTWEST_CHECK(frame.time + offset >= domain.round_start, "a frame arrives in a window that is over");
    window = (frame.time + offset) / domain.window;
    inbox.far.push_back(frame);
    if (window < inbox.far_window) inbox.far_window = window;
  }
  std::int64_t& next = network.next_window[frame.node];
  if (window < next) next = window;
}

/// Sends a frame to `frame.node`, to be handled at `frame.time`.
inline void send(Network& network, Domain& domain, const Frame& frame, std::int64_t offset) {
  const std::uint16_t target = network.domain_of[frame.node];
  if (target == domain.index) {
    deliver(network, domain, frame, offset);
    return;
  }
  domain.mail[domain.parity][target].push_back(frame);
  const std::int64_t window = (frame.time + offset) / domain.window;
  if (window < domain.mail_window) domain.mail_window = window;
}

/// Earliest window after `window` in which `inbox` holds something, or kNever.
inline std::int64_t next_inbox_window(const Inbox& inbox, std::int64_t window) {
  std::int64_t next = inbox.far_window;
  if (inbox.occupied != 0) {
    const unsigned shift = static_cast<unsigned>(window + 1) % kBuckets;
    const std::uint32_t rotated = std::rotr(inbox.occupied, static_cast<int>(shift));
    const std::int64_t near = window + 1 + std::countr_zero(rotated);
    if (near < next) next = near;
  }
  return next;
}

/// Moves far frames that the ring can hold now into it.
void refill(Inbox& inbox, Domain& domain, std::int64_t offset);

/// The frames of `node` in the domain's round, as sort keys in `domain.keys`, in content order: 24 bits of time within
/// the window, 10 of ingress port, 4 of kind, 26 of index into the domain's pool.
void sort_arrivals(Network& network, Domain& domain, std::uint32_t node);

constexpr std::uint32_t key_index(std::uint64_t key) { return static_cast<std::uint32_t>(key & 0x3ff'ffffu); }

/// Empties the bucket after a step; frames from key `first_unhandled` on stay for the rest of the window.
void retire_arrivals(Network& network, Domain& domain, std::uint32_t node, std::size_t first_unhandled);

}  // namespace eastwest::packet
