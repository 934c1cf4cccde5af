// SPDX-License-Identifier: Apache-2.0
// Batch: iteration-level (continuous) batching on one serving instance, with its KV-cache blocks.
//
// Every iteration takes tokens under a budget: first one token of each running request that decodes, in the order of their
// admission, then the next chunks of unfinished prompts, then requests whose KV cache arrived from elsewhere, then waiting
// ones in order, while token budget, number of sequences and KV blocks allow. `chunk_maximum` limits what one prompt takes
// of an iteration; without it the first prompt takes all that is left. A running request that finds no block
// preempts the one admitted last; that one loses its blocks, goes to the head of the waiting and is computed again.
// A waiting request starts behind the prefix blocks of its prompt that the KV pool remembers; at least one token is computed.
// An iteration that completes all known tokens of a request produces its next one; a finished request leaves at once.
// Source: Yu et al., "Orca", OSDI 2022; Kwon et al., "Efficient memory management for large language model serving with
// PagedAttention", SOSP 2023; Agrawal et al., "Taming throughput-latency tradeoff in LLM inference with Sarathi-Serve",
// OSDI 2024; the scheduler of vLLM V1 in outline.
// Invariants: blocks held never exceed the capacity; a request that fits alone always ends. While nothing but single
// output tokens happens, several iterations are planned at once (a burst); this changes no result, and `interrupt` ends
// a burst at the iteration that is under way. A `staged` batch leaves the time of an iteration to its caller and plans no
// bursts. LIMITATIONS: no swapping, no speculative tokens; a prefix counts as known only once it is computed.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/quantity.hpp"
#include "workloads/serving/iteration_cost.hpp"
#include "workloads/serving/kv_pool.hpp"

namespace eastwest {

/// What batching knows of a request; one flat array for all, shared by the instances.
struct BatchRequest {
  std::uint32_t prompt_tokens = 1;
  std::uint32_t output_tokens = 1;
  std::uint32_t computed = 0;  // tokens with KV entries
  std::uint32_t generated = 0;
  std::uint32_t scheduled = 0;  // tokens in the iteration under way
  std::uint32_t preemptions = 0;
  std::uint32_t cached = 0;        // prompt tokens found in the prefix cache at the first admission
  std::uint32_t prefix_first = 0;  // ids of the prompt's whole prefix blocks, in the array that all share
  std::uint32_t prefix_count = 0;
  KvHolding held;         // in the instance that it is in
  KvHolding prompt_held;  // in a prefill-only instance, until `release`
  [[nodiscard]] std::uint32_t known() const { return prompt_tokens + generated; }
};

struct BatchSettings {
  std::int64_t tokens_maximum = 8192;
  std::int64_t sequences_maximum = 256;
  bool chunked_prefill = true;
  std::int64_t chunk_maximum = 0;  // prompt tokens of one request in an iteration; 0: no limit but the budget
  bool prefill_only = false;       // prompts alone; blocks for the whole prompt at admission, kept until `release`
  std::int64_t blocks = 0;         // capacity
  std::int64_t block_tokens = kBlockTokens;
  bool prefix_cache = false;
  bool bursts = true;   // false: one iteration at a time, for tests
  bool staged = false;  // the caller says when an iteration is over
};

class Batch {
 public:
  /// `cost`, `requests` and `prefixes` outlive the batch.
  Batch(const BatchSettings& settings, const IterationCost& cost, std::vector<BatchRequest>& requests, PrefixIds prefixes = {});

  void enqueue(std::uint32_t request);
  /// Sets blocks aside for a request whose KV cache of `tokens` will arrive, behind the prefix that is here already; false
  /// when there is no room for it now.
  bool reserve(std::uint32_t request, std::int64_t tokens);
  /// The KV cache of a request that was reserved is here.
  void land(std::uint32_t request);
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
  /// Makes the blocks of a burst visible, up to the iteration that is under way at `now`.
  void settle(Time now);
  struct Outcome {
    std::vector<std::uint32_t> first_token;  // prompt complete for the first time, in batch order
    std::vector<std::uint32_t> finished;     // all tokens produced; prefill-only: none
    std::vector<std::uint32_t> produced;     // a token in every one of the iterations
    std::vector<Time> ends;                  // of the iterations
  };
  /// The iteration or burst is over; call at `end`.
  void finish(Outcome& outcome);

  /// Requests in the iteration under way; `scheduled` of each says how many tokens.
  [[nodiscard]] const std::vector<std::uint32_t>& running() const { return running_; }
  /// What the iteration under way computes.
  [[nodiscard]] IterationLoad load() const;
  [[nodiscard]] std::int64_t blocks_free() const { return pool_.available(); }
  [[nodiscard]] std::int64_t blocks() const { return settings_.blocks; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] const KvPool& pool() const { return pool_; }
  /// Known tokens of its requests, waiting ones too, that are still to be computed.
  [[nodiscard]] std::int64_t backlog() const { return backlog_; }
  /// Prompt tokens of `request` that are here already.
  [[nodiscard]] std::int64_t cached_tokens(std::uint32_t request) const;

 private:
  [[nodiscard]] PrefixIds prefix_of(const BatchRequest& request) const {
    return prefixes_.subspan(request.prefix_first, request.prefix_count);
  }
  [[nodiscard]] KvHolding& holding(BatchRequest& request) const { return settings_.prefill_only ? request.prompt_held : request.held; }
  [[nodiscard]] static std::int64_t left(const BatchRequest& request) { return std::int64_t{request.known()} - request.computed; }
  [[nodiscard]] std::int64_t chunk_of(const BatchRequest& request, std::int64_t budget) const;
  void preempt_last(std::int64_t& budget);
  void schedule_running(std::int64_t& budget, bool& preempted, bool decoding);
  bool admit_waiting(std::int64_t& budget, std::vector<std::uint32_t>& started);
  void admit(std::int64_t& budget, std::vector<std::uint32_t>& started);
  [[nodiscard]] std::int64_t burst_length() const;
  [[nodiscard]] std::int64_t burst_blocks(std::int64_t iterations) const;

  BatchSettings settings_;
  const IterationCost& cost_;
  std::vector<BatchRequest>& requests_;
  PrefixIds prefixes_;
  KvPool pool_;
  std::vector<std::uint32_t> running_;  // in the order of admission
  std::deque<std::uint32_t> landed_;
  std::deque<std::uint32_t> waiting_;
  std::int64_t backlog_ = 0;
  std::vector<Time> ends_;  // of the iterations under way; empty when idle
};

}  // namespace eastwest
