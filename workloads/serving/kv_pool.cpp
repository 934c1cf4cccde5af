// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/kv_pool.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace eastwest {

std::vector<std::uint32_t> dense_prefix_ids(const std::vector<std::uint64_t>& ids) {
  std::vector<std::uint64_t> known = ids;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::vector<std::uint32_t> dense;
  dense.reserve(ids.size());
  for (const std::uint64_t id : ids)
    dense.push_back(static_cast<std::uint32_t>(std::lower_bound(known.begin(), known.end(), id) - known.begin()));
  return dense;
}

KvPool::KvPool(std::int64_t blocks, std::int64_t block_tokens, bool prefix_cache)
    : capacity_(blocks), block_tokens_(block_tokens), per_prefix_(prefix_cache ? kPrefixTokens / block_tokens : 0), free_(blocks) {
  EASTWEST_CHECK(!prefix_cache || kPrefixTokens % block_tokens == 0, "KV blocks divide prefix blocks");
  entries_.push_back({});
}

std::uint32_t KvPool::match(PrefixIds ids) const {
  if (per_prefix_ == 0) return 0;
  std::uint32_t count = 0;
  while (count < ids.size() && slots_.contains(ids[count])) ++count;
  return count;
}

std::int64_t KvPool::lacking(const KvHolding& holding, std::int64_t tokens) const {
  return std::max<std::int64_t>(0, blocks_for(tokens, block_tokens_) - blocks_of(holding));
}

bool KvPool::fits(PrefixIds ids, std::uint32_t matched, std::int64_t tokens) const {
  std::int64_t room = available();
  for (std::uint32_t i = 0; i < matched; ++i)
    if (entries_[slots_.at(ids[i])].references == 0) room -= per_prefix_;
  return lacking({0, matched}, tokens) <= room;
}

void KvPool::unlink(std::uint32_t slot) {
  entries_[entries_[slot].older].newer = entries_[slot].newer;
  entries_[entries_[slot].newer].older = entries_[slot].older;
  --evictable_;
}

void KvPool::hold(std::uint32_t slot) {
  if (entries_[slot].references++ == 0) unlink(slot);
}

void KvPool::let_go(std::uint32_t slot) {
  Entry& entry = entries_[slot];
  EASTWEST_CHECK(entry.references > 0, "a prefix block is released by those who hold it");
  if (--entry.references > 0) return;
  entry.older = entries_[0].older;
  entry.newer = 0;
  entries_[entry.older].newer = slot;
  entries_[0].older = slot;
  ++evictable_;
}

void KvPool::evict_oldest() {
  const std::uint32_t slot = entries_[0].newer;
  EASTWEST_CHECK(slot != 0, "there is something to evict");
  unlink(slot);
  slots_.erase(entries_[slot].id);
  unused_.push_back(slot);
  free_ += per_prefix_;
}

void KvPool::share(KvHolding& holding, PrefixIds ids, std::uint32_t matched) {
  EASTWEST_CHECK(holding.blocks == 0 && holding.shared == 0, "a prefix is shared before anything else is held");
  for (std::uint32_t i = 0; i < matched; ++i) hold(slots_.at(ids[i]));
  holding.shared = matched;
}

bool KvPool::grow(KvHolding& holding, std::int64_t tokens) {
  const std::int64_t more = lacking(holding, tokens);
  if (more > available()) return false;
  while (free_ < more) evict_oldest();
  free_ -= more;
  holding.blocks += more;
  return true;
}

void KvPool::publish(KvHolding& holding, PrefixIds ids, std::uint32_t computed) {
  if (per_prefix_ == 0) return;
  for (std::uint32_t i = holding.shared; i < computed; ++i) {
    holding.blocks -= per_prefix_;
    EASTWEST_CHECK(holding.blocks >= 0, "a computed prefix block has its KV blocks");
    holding.shared = i + 1;
    if (const auto known = slots_.find(ids[i]); known != slots_.end()) {
      hold(known->second);
      free_ += per_prefix_;
      continue;
    }
    std::uint32_t slot = static_cast<std::uint32_t>(entries_.size());
    if (unused_.empty()) {
      entries_.push_back({});
    } else {
      slot = unused_.back();
      unused_.pop_back();
    }
    entries_[slot] = {ids[i], 1, 0, 0};
    slots_.emplace(ids[i], slot);
  }
}

void KvPool::release(KvHolding& holding, PrefixIds ids) {
  free_ += holding.blocks;
  for (std::uint32_t i = holding.shared; i > 0; --i) let_go(slots_.at(ids[i - 1]));
  holding = {};
  EASTWEST_CHECK(free_ <= capacity_, "KV blocks are released once");
}

}  // namespace eastwest
