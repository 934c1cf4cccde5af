// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/commit_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace eastwest::hdf5 {

CommitBuffer::Blocks::const_iterator CommitBuffer::first_touching(std::uint64_t address) const {
  auto at = blocks_.upper_bound(address);
  if (at == blocks_.begin()) return at;
  const auto before = std::prev(at);
  return before->first + before->second.size() > address ? before : at;
}

void CommitBuffer::put(std::uint64_t address, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  // Nearly always the same block again, or a new one; blocks that overlap in part are joined, the newest bytes on top.
  std::uint64_t low = address, high = address + bytes.size();
  const auto first = first_touching(address);
  auto last = first;
  for (; last != blocks_.end() && last->first < high; ++last) {
    low = std::min(low, last->first);
    high = std::max<std::uint64_t>(high, last->first + last->second.size());
  }
  std::vector<std::byte> joined(high - low);
  for (auto at = first; at != last; ++at)
    std::copy(at->second.begin(), at->second.end(), joined.begin() + static_cast<std::ptrdiff_t>(at->first - low));
  std::copy(bytes.begin(), bytes.end(), joined.begin() + static_cast<std::ptrdiff_t>(address - low));
  blocks_.erase(first, last);
  blocks_.emplace(low, std::move(joined));
}

void CommitBuffer::overlay(std::uint64_t address, std::span<std::byte> bytes) const {
  const std::uint64_t end = address + bytes.size();
  for (auto at = first_touching(address); at != blocks_.end() && at->first < end; ++at) {
    const std::uint64_t low = std::max(address, at->first);
    const std::uint64_t high = std::min<std::uint64_t>(end, at->first + at->second.size());
    std::memcpy(bytes.data() + (low - address), at->second.data() + (low - at->first), high - low);
  }
}

namespace {

/// Smaller is written earlier; see the header.
unsigned rank_of(const CommitBuffer::Block& block, std::uint64_t committed_end) {
  constexpr unsigned kSuperblock = 0, kBeyondEnd = 1, kNodeBase = 2, kRest = kNodeBase + 256;
  if (block.address == 0) return kSuperblock;
  if (block.address >= committed_end) return kBeyondEnd;
  constexpr std::size_t kLevelAt = 5;  // after the signature and the node type
  if (block.bytes.size() > kLevelAt && std::memcmp(block.bytes.data(), "TREE", 4) == 0)
    return kNodeBase + 255u - std::to_integer<unsigned>(block.bytes[kLevelAt]);
  return kRest;
}

}  // namespace

std::vector<CommitBuffer::Block> CommitBuffer::ordered(std::uint64_t committed_end) const {
  std::vector<Block> order;
  order.reserve(blocks_.size());
  for (const auto& [address, bytes] : blocks_) order.push_back({address, bytes});
  std::stable_sort(order.begin(), order.end(),
                   [&](const Block& a, const Block& b) { return rank_of(a, committed_end) < rank_of(b, committed_end); });
  return order;
}

std::uint64_t CommitBuffer::end() const { return blocks_.empty() ? 0 : blocks_.rbegin()->first + blocks_.rbegin()->second.size(); }

}  // namespace eastwest::hdf5
