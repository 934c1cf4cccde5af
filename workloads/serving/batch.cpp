// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/batch.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "workloads/driver.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kBurstMaximum = 4096;  // iterations; bounds the memory of a plan

}  // namespace

Batch::Batch(const BatchSettings& settings, const IterationCost& cost, std::vector<BatchRequest>& requests, PrefixIds prefixes)
    : settings_(settings),
      cost_(cost),
      requests_(requests),
      prefixes_(prefixes),
      pool_(settings.blocks, settings.block_tokens, settings.prefix_cache) {}

void Batch::enqueue(std::uint32_t request) {
  waiting_.push_back(request);
  backlog_ += left(requests_[request]);
}

std::int64_t Batch::cached_tokens(std::uint32_t request) const { return pool_.match(prefix_of(requests_[request])) * kPrefixTokens; }

bool Batch::reserve(std::uint32_t request, std::int64_t tokens) {
  BatchRequest& entry = requests_[request];
  const PrefixIds ids = prefix_of(entry);
  const std::uint32_t matched = pool_.match(ids);
  // A preempted request comes first: without this, arrivals could keep it out for ever.
  if (!waiting_.empty() || !pool_.fits(ids, matched, tokens)) return false;
  entry.held = {};
  pool_.share(entry.held, ids, matched);
  return pool_.grow(entry.held, tokens);
}

void Batch::land(std::uint32_t request) {
  BatchRequest& entry = requests_[request];
  pool_.publish(entry.held, prefix_of(entry), entry.prefix_count);
  landed_.push_back(request);
  backlog_ += left(entry);
}

void Batch::release(std::uint32_t request) { pool_.release(requests_[request].prompt_held, prefix_of(requests_[request])); }

void Batch::preempt_last(std::int64_t& budget) {
  BatchRequest& victim = requests_[running_.back()];
  budget += victim.scheduled;
  backlog_ += victim.computed;
  pool_.release(victim.held, prefix_of(victim));
  victim.computed = 0;
  victim.scheduled = 0;
  ++victim.preemptions;
  waiting_.push_front(running_.back());
  running_.pop_back();
}

std::int64_t Batch::chunk_of(const BatchRequest& request, std::int64_t budget) const {
  const std::int64_t wanted = std::min(left(request), budget);
  const bool limited = settings_.chunk_maximum > 0 && settings_.chunked_prefill;
  return limited ? std::min(wanted, settings_.chunk_maximum) : wanted;
}

void Batch::schedule_running(std::int64_t& budget, bool& preempted, bool decoding) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    BatchRequest& request = requests_[running_[i]];
    if ((left(request) == 1) != decoding) continue;
    const std::int64_t wanted = chunk_of(request, budget);
    if (wanted == 0) continue;
    while (!pool_.grow(holding(request), request.computed + wanted)) {
      preempted = true;
      preempt_last(budget);
      if (i == running_.size()) return;  // it was itself the last
    }
    request.scheduled = static_cast<std::uint32_t>(wanted);
    budget -= wanted;
  }
}

/// The head of the waiting, when it may run now.
bool Batch::admit_waiting(std::int64_t& budget, std::vector<std::uint32_t>& started) {
  const std::uint32_t id = waiting_.front();
  BatchRequest& request = requests_[id];
  const PrefixIds ids = prefix_of(request);
  const std::uint32_t matched = pool_.match(ids);
  const auto cached = static_cast<std::uint32_t>(std::min(matched * kPrefixTokens, std::int64_t{request.known()} - 1));
  const std::int64_t rest = std::int64_t{request.known()} - cached;
  if (!settings_.chunked_prefill && rest > budget && budget < settings_.tokens_maximum) return false;
  // Without chunks a prompt goes in whole; a recomputed one may have outgrown every budget and then runs alone.
  std::int64_t wanted = rest;
  if (settings_.chunked_prefill) wanted = std::min(rest, budget);
  if (settings_.chunked_prefill && settings_.chunk_maximum > 0) wanted = std::min(wanted, settings_.chunk_maximum);
  const std::int64_t tokens = settings_.prefill_only ? std::int64_t{request.known()} : cached + wanted;
  if (!pool_.fits(ids, matched, tokens)) return false;
  pool_.share(holding(request), ids, matched);
  pool_.grow(holding(request), tokens);
  request.computed = cached;
  backlog_ -= cached;
  request.scheduled = static_cast<std::uint32_t>(wanted);
  budget = std::max<std::int64_t>(0, budget - wanted);
  running_.push_back(id);
  waiting_.pop_front();
  if (request.generated == 0 && request.preemptions == 0) {
    request.cached = cached;
    started.push_back(id);
  }
  return true;
}

void Batch::admit(std::int64_t& budget, std::vector<std::uint32_t>& started) {
  while (!landed_.empty() && budget > 0 && static_cast<std::int64_t>(running_.size()) < settings_.sequences_maximum) {
    BatchRequest& request = requests_[landed_.front()];
    EASTWEST_CHECK(pool_.grow(request.held, request.computed + 1), "a landed request has blocks for its next token");
    request.scheduled = 1;
    --budget;
    running_.push_back(landed_.front());
    landed_.pop_front();
  }
  while (!waiting_.empty() && budget > 0 && static_cast<std::int64_t>(running_.size()) < settings_.sequences_maximum)
    if (!admit_waiting(budget, started)) return;
}

IterationLoad Batch::load() const {
  IterationLoad load;
  for (const std::uint32_t id : running_) {
    const BatchRequest& request = requests_[id];
    const std::int64_t n = request.scheduled;
    const std::int64_t before = request.computed;
    load.rows += n;
    if (n == 0) continue;
    ++load.sequences;
    load.sampled += before + n == static_cast<std::int64_t>(request.known()) ? 1 : 0;
    load.context_products += n * before + n * (n + 1) / 2;
    load.context_read += before + n;
  }
  return load;
}

std::int64_t Batch::burst_blocks(std::int64_t iterations) const {
  std::int64_t blocks = 0;
  for (const std::uint32_t id : running_) blocks += pool_.lacking(requests_[id].held, requests_[id].computed + iterations);
  return blocks;
}

std::int64_t Batch::burst_length() const {
  // Were its prefix evicted meanwhile, the head of the waiting would need less room for its first chunk and might fit.
  if (!waiting_.empty() && pool_.match(prefix_of(requests_[waiting_.front()])) > 0) return 1;
  std::int64_t length = kBurstMaximum;
  for (const std::uint32_t id : running_) {
    const BatchRequest& request = requests_[id];
    if (request.scheduled != 1 || request.computed + 1 != request.known() || request.generated == 0) return 1;
    length = std::min<std::int64_t>(length, request.output_tokens - request.generated);
  }
  if (burst_blocks(length) <= pool_.available()) return length;
  std::int64_t fits = 1;
  while (length - fits > 1) {
    const std::int64_t middle = fits + (length - fits) / 2;
    (burst_blocks(middle) <= pool_.available() ? fits : length) = middle;
  }
  return fits;
}

bool Batch::start(Time now, std::vector<std::uint32_t>& started) {
  EASTWEST_CHECK(!busy(), "an iteration starts while another is under way");
  std::int64_t budget = settings_.tokens_maximum;
  bool preempted = false;
  for (const bool decoding : {true, false}) schedule_running(budget, preempted, decoding);
  if (!preempted) admit(budget, started);
  if (budget == settings_.tokens_maximum && preempted) {
    // Everyone preempted down to nothing: the head of the waiting may run now.
    admit(budget, started);
  }
  IterationLoad next = load();
  if (next.rows == 0) return false;
  if (settings_.staged) {
    ends_.push_back(kTimeNever);
    return true;
  }
  const std::int64_t length = settings_.bursts && !preempted ? burst_length() : 1;
  Time end = now;
  for (std::int64_t i = 0; i < length; ++i) {
    end = later(end, cost_.time(next));
    ends_.push_back(end);
    next.context_products += next.rows;  // every sequence attends to one token more
    next.context_read += next.rows;
  }
  return true;
}

void Batch::settle(Time now) {
  if (ends_.size() < 2) return;
  // As if the blocks of all iterations up to this one had been taken one by one.
  const auto current = std::lower_bound(ends_.begin(), ends_.end() - 1, now);
  const std::int64_t count = current - ends_.begin() + 1;
  for (const std::uint32_t id : running_)
    EASTWEST_CHECK(pool_.grow(requests_[id].held, requests_[id].computed + count), "a burst has its blocks");
}

bool Batch::interrupt(Time now) {
  if (ends_.size() < 2) return false;
  settle(now);
  const auto current = std::lower_bound(ends_.begin(), ends_.end(), now);
  if (current == ends_.end()) return false;
  const auto count = static_cast<std::size_t>(current - ends_.begin()) + 1;
  const bool changed = count < ends_.size();
  ends_.resize(count);
  return changed;
}

void Batch::finish(Outcome& outcome) {
  const auto iterations = static_cast<std::uint32_t>(ends_.size());
  outcome.ends = std::move(ends_);
  ends_.clear();
  std::size_t kept = 0;
  for (const std::uint32_t id : running_) {
    BatchRequest& request = requests_[id];
    bool stays = true;
    if (request.scheduled > 0) {
      const std::int64_t before = left(request);
      const std::uint32_t tokens = request.scheduled * iterations;
      EASTWEST_CHECK(iterations == 1 || pool_.grow(request.held, request.computed + tokens), "a burst has its blocks");
      request.computed += tokens;
      const std::int64_t prompt = std::min(request.computed, request.prompt_tokens);
      pool_.publish(holding(request), prefix_of(request),
                    std::min(request.prefix_count, static_cast<std::uint32_t>(prompt / kPrefixTokens)));
      if (request.computed == request.known() + iterations - 1) {
        if (request.generated == 0) outcome.first_token.push_back(id);
        outcome.produced.push_back(id);
        request.generated += iterations;
        stays = !settings_.prefill_only && request.generated < request.output_tokens;
        if (!stays && !settings_.prefill_only) {
          pool_.release(request.held, prefix_of(request));
          outcome.finished.push_back(id);
        }
      }
      backlog_ += (stays ? left(request) : 0) - before;
    }
    request.scheduled = 0;
    if (stays) running_[kept++] = id;
  }
  running_.resize(kept);
}

}  // namespace eastwest
