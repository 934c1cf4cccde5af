// SPDX-License-Identifier: Apache-2.0
// KV pool: the KV-cache blocks of one serving instance, and the prefixes that it remembers in them.
//
// A block holds `block_tokens` tokens of one request. With a prefix cache, a computed prefix block (kPrefixTokens tokens of
// a prompt, known by the id of its content and of everything before it) is remembered: requests that begin alike share it,
// and when nobody holds it any more it stays until its room is needed. Then the one released longest ago goes first; of one
// request the end goes before the beginning, since a prefix without its beginning cannot be found.
// Units: blocks and tokens. Invariants: free + held + remembered blocks = capacity; what a request holds is never evicted;
// a question (`match`, `fits`) changes nothing. Source: Kwon et al., "Efficient memory management for large language model
// serving with PagedAttention", SOSP 2023; automatic prefix caching of vLLM; duplicates are merged as in SGLang's tree.
// LIMITATIONS: only whole prefix blocks of prompts are remembered, no generated tokens; no second tier in host memory.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace eastwest {

inline constexpr std::int64_t kBlockTokens = 16;    // vLLM
inline constexpr std::int64_t kPrefixTokens = 512;  // Mooncake's blocks
constexpr std::int64_t blocks_for(std::int64_t tokens, std::int64_t block_tokens = kBlockTokens) {
  return (tokens + block_tokens - 1) / block_tokens;
}

/// What one request holds in one pool.
struct KvHolding {
  std::int64_t blocks = 0;   // its own
  std::uint32_t shared = 0;  // leading prefix blocks, in the cache
};

/// Numbers for the ids of contents, equal for equal ones, small and dense, in the order of their values.
std::vector<std::uint32_t> dense_prefix_ids(const std::vector<std::uint64_t>& ids);

using PrefixIds = std::span<const std::uint32_t>;

class KvPool {
 public:
  /// With a prefix cache `block_tokens` divides kPrefixTokens.
  KvPool(std::int64_t blocks, std::int64_t block_tokens, bool prefix_cache);

  [[nodiscard]] std::int64_t capacity() const { return capacity_; }
  [[nodiscard]] std::int64_t free() const { return free_; }
  /// Blocks that nobody holds: free, or remembered and evictable.
  [[nodiscard]] std::int64_t available() const { return free_ + evictable_ * per_prefix_; }
  [[nodiscard]] std::int64_t remembered() const { return static_cast<std::int64_t>(slots_.size()); }  // prefix blocks
  [[nodiscard]] std::int64_t block_tokens() const { return block_tokens_; }
  [[nodiscard]] std::int64_t blocks_of(const KvHolding& holding) const { return holding.blocks + holding.shared * per_prefix_; }

  /// How many leading ids are remembered.
  [[nodiscard]] std::uint32_t match(PrefixIds ids) const;
  /// Whether a request that shares the first `matched` of `ids` could hold `tokens`.
  [[nodiscard]] bool fits(PrefixIds ids, std::uint32_t matched, std::int64_t tokens) const;
  /// Blocks that `holding` lacks for `tokens`.
  [[nodiscard]] std::int64_t lacking(const KvHolding& holding, std::int64_t tokens) const;

  /// Holds the first `matched` ids, all of them remembered; `holding` is empty before.
  void share(KvHolding& holding, PrefixIds ids, std::uint32_t matched);
  /// Takes blocks until `holding` has room for `tokens`; false, and nothing changed, when there are not enough.
  bool grow(KvHolding& holding, std::int64_t tokens);
  /// The first `computed` ids of `holding` are computed: remembers them, and drops its copy of those that already are.
  void publish(KvHolding& holding, PrefixIds ids, std::uint32_t computed);
  /// Gives everything back.
  void release(KvHolding& holding, PrefixIds ids);

 private:
  struct Entry {
    std::uint32_t id = 0;
    std::uint32_t references = 0;
    std::uint32_t older = 0;  // neighbours in the order of release, while nobody holds it
    std::uint32_t newer = 0;
  };
  void hold(std::uint32_t slot);
  void let_go(std::uint32_t slot);
  void unlink(std::uint32_t slot);
  void evict_oldest();

  std::int64_t capacity_ = 0;
  std::int64_t block_tokens_ = kBlockTokens;
  std::int64_t per_prefix_ = 0;  // blocks of one prefix block; 0: no cache
  std::int64_t free_ = 0;
  std::int64_t evictable_ = 0;  // prefix blocks
  std::vector<Entry> entries_;  // entry 0 is the ring's anchor: newer = oldest entry, older = newest
  std::vector<std::uint32_t> unused_;
  std::unordered_map<std::uint32_t, std::uint32_t> slots_;  // id to entry; looked up, never walked
};

}  // namespace eastwest
