// SPDX-License-Identifier: Apache-2.0
// Domains and inboxes: who simulates which node, and how a frame gets from one node to another.
//
// A domain is a set of nodes that one task handles in a phase of a round. A frame lives in one slot of its domain's pool
// from the NIC that makes it to the node that consumes it; between nodes of one domain only its number moves. Frames for
// another domain go by value into mail, which that domain takes at the start of its next phase. An inbox is a ring of
// buckets, one per window; a bucket is a chain of blocks of sort keys. Slots and blocks are reused last-in first-out, so
// that both stay warm. (One growing vector of frames per bucket lost: the ring then walks through thirty-two times the
// memory, and cost grew with the fabric.)
// Units: ps. Round r handles hosts over [rW - offset, rW + W - offset), then switches over [rW, rW + W): see run_plan.hpp.
// Invariants: a domain writes only to its own nodes' inboxes and its own outgoing mail; mail is double-buffered by phase
// parity. What a node does depends on its inbox as a set, which is sorted by content (a slot's number comes last and
// never decides): neither the cut nor the threads can matter.
// LIMITATIONS: at most 2^26 frames under way in one domain.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/check.hpp"
#include "core/wide.hpp"
#include "sim/packet/frame.hpp"
#include "sim/packet/run_plan.hpp"
#include "sim/packet/transports/transport_kind.hpp"
#include "sim/records.hpp"
#include "sim/simulation.hpp"
#include "workloads/large_vector.hpp"

namespace eastwest::packet {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint32_t kNil = 0xffff'ffffu;
inline constexpr unsigned kBuckets = 32;
inline constexpr std::uint32_t kBlockKeys = 16;

/// What a transport is told beyond the frame; lies beside it in runs whose transport asks for it.
struct Trailer {
  std::uint32_t birth = 0;    // answers: of the packet that caused it, as Frame::birth
  std::uint32_t echoed = 0;   // answers: one past its number
  std::uint32_t packets = 0;  // answers: received since the answer before
  std::uint32_t marked = 0;   // of these, with an ECN mark
  std::uint32_t hops = 0;     // records of telemetry; an answer carries those of its packet
};

/// The frames of one domain. A reference is good until the next `take`.
class FramePool {
 public:
  Frame& operator[](std::uint32_t index) { return frames_[index]; }
  const Frame& operator[](std::uint32_t index) const { return frames_[index]; }
  /// A slot with undefined content.
  std::uint32_t take() {
    if (free_ == kNil) [[unlikely]]
      grow();
    const std::uint32_t index = free_;
    free_ = frames_[index].message;
    return index;
  }
  void release(std::uint32_t index) {
    frames_[index].message = free_;
    free_ = index;
  }
  /// From the start of the run: every frame has a trailer, and room for telemetry of so many hops.
  void use_trailers(std::size_t telemetry_hops) {
    with_trailers_ = true;
    telemetry_hops_ = telemetry_hops;
  }
  [[nodiscard]] bool with_trailers() const { return with_trailers_; }
  Trailer& trailer(std::uint32_t index) { return trailers_[index]; }
  /// Room for the records of one frame; empty without telemetry.
  std::span<HopTelemetry> telemetry(std::uint32_t index) { return {telemetry_.data() + index * telemetry_hops_, telemetry_hops_}; }

 private:
  void grow();
  LargeVector<Frame> frames_;
  LargeVector<Trailer> trailers_;        // as frames_, or empty
  LargeVector<HopTelemetry> telemetry_;  // telemetry_hops_ a frame
  std::size_t telemetry_hops_ = 0;
  std::uint32_t free_ = kNil;
  bool with_trailers_ = false;
};

/// Frames on their way to another domain.
struct Mail {
  std::vector<Frame> frames;
  std::vector<Trailer> trailers;        // as frames, or empty
  std::vector<HopTelemetry> telemetry;  // as in FramePool
};

/// Blocks of sort keys.
class KeyPool {
 public:
  std::uint64_t& key(std::uint32_t block, std::uint32_t at) { return keys_[std::size_t{block} * kBlockKeys + at]; }
  [[nodiscard]] const std::uint64_t* block(std::uint32_t block) const { return &keys_[std::size_t{block} * kBlockKeys]; }
  std::uint32_t& next(std::uint32_t block) { return next_[block]; }
  [[nodiscard]] std::uint32_t next(std::uint32_t block) const { return next_[block]; }
  std::uint32_t take() {
    if (free_ == kNil) [[unlikely]]
      grow();
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
  LargeVector<std::uint64_t> keys_;
  LargeVector<std::uint32_t> next_;  // by block: behind it in its bucket or on the free list
  std::uint32_t free_ = kNil;
};

struct Bucket {
  std::uint32_t first = kNil;  // blocks
  std::uint32_t last = kNil;
  std::uint32_t count = 0;   // keys
  std::uint32_t unused = 0;  // 16 bytes: an index is a shift
};

/// What else is known of the frames that will reach a node.
struct Inbox {
  std::vector<std::uint32_t> far;    // frames further ahead than the ring
  std::int64_t far_window = kNever;  // earliest in `far`
  std::uint32_t occupied = 0;        // bit per bucket
};

struct DriverCompletion {
  std::int64_t time;
  std::uint64_t cookie;
  std::uint32_t driver;
};

/// A link that was stopped for as long as the watchdog waits, or longer.
struct StoppedLink {
  std::uint32_t link = 0;
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// A link whose frame loss is another from its frame number `frames` on.
struct LossChange {
  std::uint32_t link = 0;
  std::uint64_t frames = 0;
  double frame_loss = 0;
};

struct alignas(128) Domain {
  std::uint32_t index = 0;
  std::vector<std::uint32_t> hosts;  // nodes
  std::vector<std::uint32_t> switches;
  FramePool frames;
  KeyPool blocks;
  std::vector<Mail> mail[2];          // [parity][target domain]
  std::int64_t mail_window = kNever;  // earliest window of anything mailed in this phase
  unsigned parity = 0;
  std::int64_t round = 0;                  // being handled
  std::int64_t round_start = 0;            // round x window
  std::int64_t next_host_window = kNever;  // after a phase: earliest of its nodes
  std::int64_t next_switch_window = kNever;
  std::int64_t window = 0;           // W
  std::uint64_t window_inverse = 0;  // 2^64 / W, rounded up
  std::uint64_t ring_span = 0;       // kBuckets x W
  Counters counters;
  RecordBatch records;  // made in this phase, in no order
  std::vector<StoppedLink> stopped;
  std::vector<LossChange> loss_changes;  // of one link in order of time
  std::vector<DriverCompletion> completions;
  std::vector<std::uint32_t> collectives_done;
  std::vector<LatencyHistogram> latency;  // by job * kClassCount + class
  std::uint64_t operations_done = 0;
  std::vector<std::uint64_t> keys;  // scratch of the sort
  std::vector<std::uint64_t> keys_scratch;
  std::vector<std::uint32_t> ready;  // scratch of the executor
};

/// State by node that domains share: each entry is touched only by the domain that owns the node.
struct Network {
  LargeVector<Bucket> buckets;              // by node x kBuckets + window modulo kBuckets
  std::vector<Inbox> inboxes;               // by node
  std::vector<std::int64_t> next_window;    // by node: earliest window with anything to do, kNever when idle
  std::vector<std::int64_t> window_offset;  // by node: added to a time before it is divided into windows
  std::vector<std::uint16_t> domain_of;     // by node
  std::vector<std::uint8_t> is_switch;      // by node
};

/// Sort keys: 24 bits of time within the window, 10 of ingress port, 4 of kind, 26 of slot in the domain's pool.
inline constexpr unsigned kKeyIndexBits = 26;
inline constexpr unsigned kKeyTimeShift = 40;
constexpr std::uint32_t key_index(std::uint64_t key) { return static_cast<std::uint32_t>(key & ((1u << kKeyIndexBits) - 1)); }
constexpr std::int64_t key_time(std::uint64_t key) { return static_cast<std::int64_t>(key >> kKeyTimeShift); }

inline Bucket& bucket_of(Network& network, std::uint32_t node, std::int64_t window) {
  return network.buckets[static_cast<std::size_t>(node) * kBuckets + static_cast<unsigned>(window) % kBuckets];
}

/// A bucket needs a block; `window` is the one that it stands for.
void open_block(Network& network, Domain& domain, std::uint32_t node, std::int64_t window);
/// A frame that the ring cannot hold yet.
void deliver_far(Network& network, Domain& domain, std::uint32_t node, std::uint32_t index, std::int64_t time, std::int64_t offset);

/// Puts a frame of this domain into the inbox of one of its nodes, to be handled at `time`; `offset` is the window
/// offset of that node.
inline void deliver(Network& network, Domain& domain, std::uint32_t node, std::uint32_t index, std::int64_t time, std::int64_t offset) {
  const Frame& frame = domain.frames[index];
  const auto ahead = static_cast<std::uint64_t>(time + offset - domain.round_start);
  if (ahead >= domain.ring_span) [[unlikely]]
    return deliver_far(network, domain, node, index, time, offset);
  const auto windows = static_cast<std::uint64_t>((static_cast<UnsignedWide>(ahead) * domain.window_inverse) >> 64);
  const std::uint64_t within = ahead - windows * static_cast<std::uint64_t>(domain.window);
  const std::int64_t window = domain.round + static_cast<std::int64_t>(windows);
  Bucket& bucket = bucket_of(network, node, window);
  const std::uint32_t at = bucket.count % kBlockKeys;
  if (at == 0) open_block(network, domain, node, window);
  ++bucket.count;
  domain.blocks.key(bucket.last, at) = (within << kKeyTimeShift) | (static_cast<std::uint64_t>(frame.ingress) << 30) |
                                       (static_cast<std::uint64_t>(frame.kind_and_priority & 15u) << kKeyIndexBits) | index;
}

/// Sends a frame over a link, to be handled at `time` by the node at its other end.
inline void send(Network& network, Domain& domain, const PortPlan& wire, std::uint32_t index, std::int64_t time) {
  if (wire.target_domain == domain.index) return deliver(network, domain, wire.target_node, index, time, wire.target_offset);
  const Frame& frame = domain.frames[index];
  const std::int64_t window = (time + wire.target_offset) / domain.window;
  if (window < domain.mail_window) domain.mail_window = window;
  Mail& mail = domain.mail[domain.parity][wire.target_domain];
  mail.frames.push_back(frame);
  mail.frames.back().time = time;
  mail.frames.back().node = wire.target_node;
  if (domain.frames.with_trailers()) [[unlikely]] {
    mail.trailers.push_back(domain.frames.trailer(index));
    const auto records = domain.frames.telemetry(index);
    mail.telemetry.insert(mail.telemetry.end(), records.begin(), records.end());
  }
  domain.frames.release(index);
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

/// The frames that reach `node` in the domain's round, as sort keys in `domain.keys`, in content order.
void sort_arrivals(Network& network, Domain& domain, std::uint32_t node);

/// Empties the bucket after a step; frames from key `first_unhandled` on stay for the rest of the window.
void retire_arrivals(Network& network, Domain& domain, std::uint32_t node, std::size_t first_unhandled);

}  // namespace eastwest::packet
