// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/domain.hpp"

#include <algorithm>

namespace eastwest::packet {

namespace {

// Short runs are the rule at hosts: insertion beats everything up to about this many.
constexpr std::size_t kInsertionMax = 24;
constexpr unsigned kBinBits = 8;
constexpr unsigned kKeyIndexBits = 26;
constexpr unsigned kKeyTimeShift = 40;  // index 26, kind 4, ingress 10

void sort_by_insertion(std::uint64_t* keys, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const std::uint64_t key = keys[i];
    std::size_t j = i;
    for (; j > 0 && keys[j - 1] > key; --j) keys[j] = keys[j - 1];
    keys[j] = key;
  }
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

}  // namespace

void FramePool::grow() {
  const std::size_t blocks = next_.size();
  const std::size_t more = blocks == 0 ? 64 : blocks;
  EASTWEST_CHECK((blocks + more) * kBlockFrames <= (std::size_t{1} << kKeyIndexBits), "more than 2^26 frames are under way to one domain");
  frames_.resize((blocks + more) * kBlockFrames);
  next_.resize(blocks + more);
  for (std::size_t block = blocks; block < blocks + more; ++block) next_[block] = block + 1 < blocks + more ? static_cast<std::uint32_t>(block + 1) : free_;
  free_ = static_cast<std::uint32_t>(blocks);
}

void refill(Inbox& inbox, Domain& domain, std::int64_t offset) {
  std::size_t kept = 0;
  inbox.far_window = kNever;
  for (const Frame& frame : inbox.far) {
    const std::int64_t window = (frame.time + offset) / domain.window;
    if (window - domain.round < static_cast<std::int64_t>(kBuckets)) {
      const unsigned slot = static_cast<unsigned>(window) % kBuckets;
      append(domain.pool, inbox.buckets[slot], frame);
      inbox.occupied |= 1u << slot;
    } else {
      inbox.far_window = std::min(inbox.far_window, window);
      inbox.far[kept++] = frame;
    }
  }
  inbox.far.resize(kept);
}

void sort_arrivals(Network& network, Domain& domain, std::uint32_t node) {
  Inbox& inbox = network.inboxes[node];
  const std::int64_t offset = network.window_offset[node];
  if (inbox.far_window <= domain.round) refill(inbox, domain, offset);
  const Bucket& bucket = inbox.buckets[static_cast<unsigned>(domain.round) % kBuckets];
  const std::int64_t start = domain.round_start - offset;
  domain.keys.resize(bucket.count);
  std::uint64_t* key = domain.keys.data();
  std::uint32_t left = bucket.count;
  for (std::uint32_t block = bucket.first; left != 0; block = domain.pool.next(block)) {
    const std::uint32_t first = block * kBlockFrames;
    const std::uint32_t count = std::min(left, kBlockFrames);
    for (std::uint32_t i = first; i < first + count; ++i) {
      const Frame& frame = domain.pool[i];
      const auto time = static_cast<std::uint64_t>(frame.time - start);
      *key++ = (time << kKeyTimeShift) | (static_cast<std::uint64_t>(frame.ingress) << 30) | (static_cast<std::uint64_t>(frame.kind_and_class & 15u) << kKeyIndexBits) | i;
    }
    left -= count;
  }
  if (domain.keys.size() <= kInsertionMax) sort_by_insertion(domain.keys.data(), domain.keys.size());
  else sort_by_bins(domain.keys, domain.keys_scratch, domain.window);
}

void retire_arrivals(Network& network, Domain& domain, std::uint32_t node, std::size_t first_unhandled) {
  Inbox& inbox = network.inboxes[node];
  const unsigned slot = static_cast<unsigned>(domain.round) % kBuckets;
  Bucket& bucket = inbox.buckets[slot];
  if (bucket.count == 0) return;
  domain.leftover.clear();
  for (std::size_t i = first_unhandled; i < domain.keys.size(); ++i) domain.leftover.push_back(domain.pool[key_index(domain.keys[i])]);
  domain.pool.release(bucket.first, bucket.last);
  bucket = {};
  for (const Frame& frame : domain.leftover) append(domain.pool, bucket, frame);
  if (bucket.count == 0) inbox.occupied &= ~(1u << slot);
}

}  // namespace eastwest::packet
