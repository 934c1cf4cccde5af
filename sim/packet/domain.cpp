// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/domain.hpp"

#include <algorithm>

namespace eastwest::packet {

namespace {

// Short runs are the rule at hosts: insertion beats everything up to about this many.
constexpr std::size_t kInsertionMax = 24;
constexpr unsigned kBinBits = 8;

void sort_by_insertion(std::uint64_t* keys, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const std::uint64_t key = keys[i];
    std::size_t j = i;
    for (; j > 0 && keys[j - 1] > key; --j) keys[j] = keys[j - 1];
    keys[j] = key;
  }
}

/// A node has something to do in a window for the first time.
void note_window(Network& network, Domain& domain, std::uint32_t node, std::int64_t window) {
  std::int64_t& next = network.next_window[node];
  next = std::min(next, window);
  std::int64_t& earliest = network.is_switch[node] ? domain.next_switch_window : domain.next_host_window;
  earliest = std::min(earliest, window);
}

/// One counting pass over the leading bits of the time leaves one or two keys a bin, and insertion the rest: about a
/// third of the instructions of std::sort for the few hundred arrivals that a busy switch has in a window.
void sort_by_bins(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& scratch, std::int64_t window) {
  const unsigned window_bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(window - 1)));
  const unsigned shift = kKeyTimeShift + (window_bits > kBinBits ? window_bits - kBinBits : 0);
  std::array<std::uint32_t, (1u << kBinBits) + 1> first{};
  for (const std::uint64_t key : keys) ++first[(key >> shift) + 1];
  for (std::size_t bin = 1; bin < first.size(); ++bin) first[bin] += first[bin - 1];
  scratch.resize(keys.size());
  for (const std::uint64_t key : keys) scratch[first[key >> shift]++] = key;
  keys.swap(scratch);
  sort_by_insertion(keys.data(), keys.size());
}

/// Moves far frames that the ring can hold now into it.
void refill(Network& network, Domain& domain, std::uint32_t node) {
  Inbox& inbox = network.inboxes[node];
  const std::int64_t offset = network.window_offset[node];
  std::size_t kept = 0;
  inbox.far_window = kNever;
  for (const std::uint32_t index : inbox.far) {
    const std::int64_t window = (domain.frames[index].time + offset) / domain.window;
    if (window - domain.round < static_cast<std::int64_t>(kBuckets)) {
      deliver(network, domain, node, index, domain.frames[index].time, offset);
    } else {
      inbox.far_window = std::min(inbox.far_window, window);
      inbox.far[kept++] = index;
    }
  }
  inbox.far.resize(kept);
}

}  // namespace

void FramePool::grow() {
  const std::size_t old = frames_.size();
  const std::size_t size = old == 0 ? 256 : 2 * old;
  EASTWEST_CHECK(size <= (std::size_t{1} << kKeyIndexBits), "more than 2^26 frames are under way in one domain");
  frames_.resize(size);
  if (with_trailers_) {
    trailers_.resize(size);
    telemetry_.resize(size * telemetry_hops_);
  }
  for (std::size_t i = old; i < size; ++i) frames_[i].message = i + 1 < size ? static_cast<std::uint32_t>(i + 1) : free_;
  free_ = static_cast<std::uint32_t>(old);
}

void KeyPool::grow() {
  const std::size_t old = next_.size();
  const std::size_t size = old == 0 ? 64 : 2 * old;
  keys_.resize(size * kBlockKeys);
  next_.resize(size);
  for (std::size_t i = old; i < size; ++i) next_[i] = i + 1 < size ? static_cast<std::uint32_t>(i + 1) : free_;
  free_ = static_cast<std::uint32_t>(old);
}

void open_block(Network& network, Domain& domain, std::uint32_t node, std::int64_t window) {
  Bucket& bucket = bucket_of(network, node, window);
  const std::uint32_t block = domain.blocks.take();
  if (bucket.first != kNil) {
    domain.blocks.next(bucket.last) = block;
    bucket.last = block;
    return;
  }
  bucket.first = bucket.last = block;
  network.inboxes[node].occupied |= 1u << (static_cast<unsigned>(window) % kBuckets);
  note_window(network, domain, node, window);
}

void deliver_far(Network& network, Domain& domain, std::uint32_t node, std::uint32_t index, std::int64_t time, std::int64_t offset) {
  EASTWEST_CHECK(time + offset >= domain.round_start, "a frame arrives in a window that is over");
  domain.frames[index].time = time;
  const std::int64_t window = (time + offset) / domain.window;
  Inbox& inbox = network.inboxes[node];
  inbox.far.push_back(index);
  if (window < inbox.far_window) inbox.far_window = window;
  note_window(network, domain, node, window);
}

void sort_arrivals(Network& network, Domain& domain, std::uint32_t node) {
  Inbox& inbox = network.inboxes[node];
  if (inbox.far_window <= domain.round) refill(network, domain, node);
  const Bucket& bucket = bucket_of(network, node, domain.round);
  domain.keys.resize(bucket.count);
  std::uint64_t* key = domain.keys.data();
  std::uint32_t left = bucket.count;
  for (std::uint32_t block = bucket.first; left != 0; block = domain.blocks.next(block)) {
    const std::uint32_t count = std::min(left, kBlockKeys);
    key = std::copy_n(domain.blocks.block(block), count, key);
    left -= count;
  }
  if (domain.keys.size() <= kInsertionMax) sort_by_insertion(domain.keys.data(), domain.keys.size());
  else sort_by_bins(domain.keys, domain.keys_scratch, domain.window);
}

void retire_arrivals(Network& network, Domain& domain, std::uint32_t node, std::size_t first_unhandled) {
  Bucket& bucket = bucket_of(network, node, domain.round);
  if (bucket.count == 0) return;
  domain.blocks.release(bucket.first, bucket.last);
  bucket = {};
  network.inboxes[node].occupied &= ~(1u << (static_cast<unsigned>(domain.round) % kBuckets));
  const std::int64_t offset = network.window_offset[node];
  for (std::size_t i = first_unhandled; i < domain.keys.size(); ++i) {
    const std::uint64_t key = domain.keys[i];
    deliver(network, domain, node, key_index(key), domain.round_start - offset + key_time(key), offset);
  }
}

}  // namespace eastwest::packet
