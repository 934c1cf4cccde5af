// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/domain.hpp"

#include <algorithm>

namespace eastwest::packet {

namespace {

// Short runs are the rule at hosts: insertion beats the general sort up to about this many.
constexpr std::size_t kInsertionMax = 24;

void sort_keys(std::vector<std::uint64_t>& keys) {
  const std::size_t n = keys.size();
  if (n > kInsertionMax) {
    std::sort(keys.begin(), keys.end());
    return;
  }
  for (std::size_t i = 1; i < n; ++i) {
    const std::uint64_t key = keys[i];
    std::size_t j = i;
    for (; j > 0 && keys[j - 1] > key; --j) keys[j] = keys[j - 1];
    keys[j] = key;
  }
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
  domain.keys.clear();
  for (std::size_t i = 0; i < bucket.size(); ++i) {
    const Frame& frame = bucket[i];
    const auto time = static_cast<std::uint64_t>(frame.time - start);
    domain.keys.push_back((time << 34) | (static_cast<std::uint64_t>(frame.ingress) << 24) | (static_cast<std::uint64_t>(frame.kind_and_class & 15u) << 20) | i);
  }
  sort_keys(domain.keys);
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
