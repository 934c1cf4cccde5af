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

/// One counting pass over the leading bits of the time leaves one or two keys a bin, and insertion the rest: about a
/// third of the instructions of std::sort for the few hundred arrivals that a busy switch has in a window.
void sort_by_bins(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& scratch, unsigned window_bits) {
  const unsigned shift = 34 + (window_bits > kBinBits ? window_bits - kBinBits : 0);
  std::array<std::uint32_t, (1u << kBinBits) + 1> first{};
  for (const std::uint64_t key : keys) ++first[(key >> shift) + 1];
  for (std::size_t bin = 1; bin < first.size(); ++bin) first[bin] += first[bin - 1];
  scratch.resize(keys.size());
  for (const std::uint64_t key : keys) scratch[first[key >> shift]++] = key;
  keys.swap(scratch);
  sort_by_insertion(keys.data(), keys.size());
}

}  // namespace

void refill(Inbox& inbox, const Domain& domain) {
  std::size_t kept = 0;
  inbox.far_window = kNever;
  for (const Frame& frame : inbox.far) {
    const std::int64_t window = frame.time >> domain.window_bits;
    if (window - domain.window < static_cast<std::int64_t>(kBuckets)) {
      const unsigned slot = static_cast<unsigned>(window) % kBuckets;
      inbox.buckets[slot].push_back(frame);
      inbox.occupied |= 1u << slot;
    } else {
      inbox.far_window = std::min(inbox.far_window, window);
      inbox.far[kept++] = frame;
    }
  }
  inbox.far.resize(kept);
}

std::vector<Frame>& sorted_arrivals(Network& network, Domain& domain, std::uint32_t node) {
  Inbox& inbox = network.inboxes[node];
  if (inbox.far_window <= domain.window) refill(inbox, domain);
  std::vector<Frame>& bucket = inbox.buckets[static_cast<unsigned>(domain.window) % kBuckets];
  EASTWEST_CHECK(bucket.size() <= 0xf'ffffu, "more than 2^20 frames reach a node in one window");
  const std::int64_t start = domain.window << domain.window_bits;
  domain.keys.resize(bucket.size());
  std::uint64_t* key = domain.keys.data();
  std::uint64_t index = 0;
  for (const Frame& frame : bucket) {
    const auto time = static_cast<std::uint64_t>(frame.time - start);
    *key++ = (time << 34) | (static_cast<std::uint64_t>(frame.ingress) << 24) |
             (static_cast<std::uint64_t>(frame.kind_and_class & 15u) << 20) | index++;
  }
  if (domain.keys.size() <= kInsertionMax) sort_by_insertion(domain.keys.data(), domain.keys.size());
  else sort_by_bins(domain.keys, domain.keys_scratch, domain.window_bits);
  return bucket;
}

void retire_arrivals(Network& network, Domain& domain, std::uint32_t node, std::size_t first_unhandled) {
  Inbox& inbox = network.inboxes[node];
  const unsigned slot = static_cast<unsigned>(domain.window) % kBuckets;
  std::vector<Frame>& bucket = inbox.buckets[slot];
  if (first_unhandled >= domain.keys.size()) {
    bucket.clear();
    inbox.occupied &= ~(1u << slot);
    return;
  }
  domain.leftover.clear();
  for (std::size_t i = first_unhandled; i < domain.keys.size(); ++i) domain.leftover.push_back(bucket[key_index(domain.keys[i])]);
  bucket.assign(domain.leftover.begin(), domain.leftover.end());
}

}  // namespace eastwest::packet
