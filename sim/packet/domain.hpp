// SPDX-License-Identifier: Apache-2.0
// Domains and inboxes: who simulates which node, and how a frame gets from one node to another.
//
// A domain is a set of nodes that one task handles in a window. Frames for a node of the same domain go straight into
// its inbox; others into mail, which the target domain takes at the start of its next step. Inboxes are rings of
// buckets, one per window, so a frame is touched once between being sent and being sorted.
// Invariants: a domain writes only to its own nodes' inboxes and its own outgoing mail; mail is double-buffered by step
// parity. What a node does depends on its inbox as a set, which is sorted by content: neither the cut nor the
// threads can matter. LIMITATIONS: at most 2^20 frames per node and window.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/check.hpp"
#include "sim/packet/frame.hpp"
#include "sim/packet/run_plan.hpp"
#include "sim/records.hpp"
#include "sim/simulation.hpp"

namespace eastwest::packet {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
inline constexpr unsigned kBuckets = 32;

/// Frames that will reach a node, by window.
struct Inbox {
  std::array<std::vector<Frame>, kBuckets> buckets;
  std::vector<Frame> far;            // further ahead than the ring
  std::int64_t far_window = kNever;  // earliest in `far`
  std::uint32_t occupied = 0;        // bit per bucket
};

struct DriverCompletion {
  std::int64_t time;
  std::uint64_t cookie;
  std::uint32_t driver;
};

struct CollectiveTouch {
  std::uint32_t label;
  std::uint32_t finished;  // operations
  std::int64_t start;
  std::int64_t finish;
};

struct Domain {
  std::uint32_t index = 0;
  std::vector<std::uint32_t> nodes;
  std::vector<std::vector<Frame>> mail[2];  // [parity][target domain]
  std::int64_t mail_window = kNever;        // earliest window of anything mailed in this step
  unsigned parity = 0;
  std::int64_t window = 0;  // being handled
  unsigned window_bits = 0;
  Counters counters;
  RecordBatch records;  // made in this step, in no order
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
  std::vector<Inbox> inboxes;             // by node
  std::vector<std::int64_t> next_window;  // by node: earliest window with anything to do, kNever when idle
  std::vector<std::uint16_t> domain_of;   // by node
};

/// Puts a frame into the inbox of a node of this domain.
inline void deliver(Network& network, const Domain& domain, const Frame& frame) {
  const std::int64_t window = frame.time >> domain.window_bits;
  EASTWEST_VERIFY(window > domain.window, "a frame arrives in the window that sent it");
  Inbox& inbox = network.inboxes[frame.node];
  if (window - domain.window < static_cast<std::int64_t>(kBuckets)) [[likely]] {
    const unsigned slot = static_cast<unsigned>(window) % kBuckets;
    inbox.buckets[slot].push_back(frame);
    inbox.occupied |= 1u << slot;
  } else {
    inbox.far.push_back(frame);
    if (window < inbox.far_window) inbox.far_window = window;
  }
  std::int64_t& next = network.next_window[frame.node];
  if (window < next) next = window;
}

/// Sends a frame to `frame.node`, to be handled at `frame.time`.
inline void send(Network& network, Domain& domain, const Frame& frame) {
  const std::uint16_t target = network.domain_of[frame.node];
  if (target == domain.index) {
    deliver(network, domain, frame);
    return;
  }
  domain.mail[domain.parity][target].push_back(frame);
  const std::int64_t window = frame.time >> domain.window_bits;
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
void refill(Inbox& inbox, const Domain& domain);

/// The frames of `node` in the domain's window as sort keys in content order: 30 bits of time within the window, 10 of
/// ingress port, 4 of kind, 20 of index into the bucket. Only frames before `step_end` are listed; the rest stays.
/// Returns the bucket that the indices refer to.
std::vector<Frame>& sorted_arrivals(Network& network, Domain& domain, std::uint32_t node);

constexpr std::uint32_t key_index(std::uint64_t key) { return static_cast<std::uint32_t>(key & 0xf'ffffu); }

/// Clears the bucket after a step; frames from key `first_unhandled` on stay for the rest of the window.
void retire_arrivals(Network& network, Domain& domain, std::uint32_t node, std::size_t first_unhandled);

}  // namespace eastwest::packet
