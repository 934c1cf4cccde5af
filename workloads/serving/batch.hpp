// SPDX-License-Identifier: Apache-2.0
// Batch: iteration-level (continuous) batching on one serving instance, with its KV-cache blocks.
//
// Every iteration takes tokens under a budget: first the running requests in the order of their admission (one token
// each, or the next chunk of an unfinished prompt), then requests whose KV cache arrived from elsewhere, then waiting
// ones in order, while token budget, number of sequences and KV blocks allow. A running request that finds no block
// preempts the one admitted last; that one loses its blocks, goes to the head of the waiting and is computed again.
// An iteration that completes all known tokens of a request produces its next one; a finished request leaves at once.
// Source: Yu et al., "Orca", OSDI 2022; Kwon et al., "Efficient memory management for large language model serving with
// PagedAttention", SOSP 2023; the scheduler of vLLM V1 in outline.
// Invariants: blocks held never exceed the capacity; a request that fits alone always ends. While nothing but single
// output tokens happens, several iterations are planned at once (a burst); this changes no result, and `interrupt` ends
// a burst at the iteration that is under way. LIMITATIONS: no prefix cache, no swapping, no speculative tokens.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/quantity.hpp"
#include "workloads/serving/iteration_cost.hpp"

namespace eastwest {

inline constexpr std::int64_t kBlockTokens = 16;
constexpr std::int64_t blocks_for(std::int64_t tokens) { return (tokens + kBlockTokens - 1) / kBlockTokens; }

/// What batching knows of a request; one flat array for all, shared by the instances.
struct BatchRequest {
  std::uint32_t prompt_tokens = 1;
  std::uint32_t output_tokens = 1;
  std::uint32_t computed = 0;  // tokens with KV entries
  std::uint32_t generated = 0;
  std::uint32_t scheduled = 0;  // tokens in the iteration under way
  std::uint32_t preemptions = 0;
  std::int64_t blocks = 0;  // held, in the instance that it is in
  [[nodiscard]] std::uint32_t known() const { return prompt_tokens + generated; }
};

struct BatchSettings {
  std::int64_t tokens_maximum = 8192;
  std::int64_t sequences_maximum = 256;
  bool chunked_prefill = true;
  bool prefill_only = false;  // prompts alone; blocks for the whole prompt at admission, kept until `release`
  std::int64_t blocks = 0;    // capacity
  bool bursts = true;         // false: one iteration at a time, for tests
};

class Batch {
 public:
  Batch(const BatchSettings& settings, const IterationCost& cost, std::vector<BatchRequest>& requests);

  void enqueue(std::uint32_t request) { waiting_.push_back(request); }
  /// Sets blocks aside for a request whose KV cache of `tokens` will arrive; false when there is no room for it now.
  bool reserve(std::uint32_t request, std::int64_t tokens);
  /// The KV cache of a request that was reserved is here.
  void land(std::uint32_t request) { landed_.push_back(request); }
  /// A prefill-only request is done with: its blocks are free again.
  void release(std::uint32_t request);

  [[nodiscard]] bool busy() const { return !ends_.empty(); }
  [[nodiscard]] bool has_work() const { return !running_.empty() || !landed_.empty() || !waiting_.empty(); }
  /// Starts the next iteration or burst at `now`; false when nothing can run. Requests that get their first tokens
  /// scheduled are appended to `started`.
  bool start(Time now, std::vector<std::uint32_t>& started);
  /// When the iteration or burst under way ends.
  [[nodiscard]] Time end() const { return ends_.back(); }
  /// Cuts a burst after the iteration that is under way at `now`; true when `end` has changed.
  bool interrupt(Time now);
  struct Outcome {
    std::vector<std::uint32_t> first_token;  // prompt complete for the first time, in batch order
    std::vector<std::uint32_t> finished;     // all tokens produced; prefill-only: none
  };
  /// The iteration or burst is over; call at `end`.
  void finish(Outcome& outcome);

  /// Requests in the iteration under way; `scheduled` of each says how many tokens.
  [[nodiscard]] const std::vector<std::uint32_t>& running() const { return running_; }
  [[nodiscard]] std::int64_t blocks_free() const { return free_; }
  [[nodiscard]] std::int64_t blocks() const { return settings_.blocks; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  bool allocate(BatchRequest& request, std::int64_t tokens);
  void preempt_last();
  void schedule_running(std::int64_t& budget, bool& preempted);
  void admit(std::int64_t& budget, std::vector<std::uint32_t>& started);
  [[nodiscard]] IterationLoad load() const;
  [[nodiscard]] std::int64_t burst_length() const;
  [[nodiscard]] std::int64_t burst_blocks(std::int64_t iterations) const;

  BatchSettings settings_;
  const IterationCost& cost_;
  std::vector<BatchRequest>& requests_;
  std::vector<std::uint32_t> running_;  // in the order of admission
  std::deque<std::uint32_t> landed_;
  std::deque<std::uint32_t> waiting_;
  std::int64_t free_ = 0;
  std::vector<Time> ends_;  // of the iterations under way; empty when idle
};

}  // namespace eastwest
