// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/batch.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kBurstMaximum = 4096;  // iterations; bounds the memory of a plan

}  // namespace

Batch::Batch(const BatchSettings& settings, const IterationCost& cost, std::vector<BatchRequest>& requests)
    : settings_(settings), cost_(cost), requests_(requests), free_(settings.blocks) {}

bool Batch::allocate(BatchRequest& request, std::int64_t tokens) {
  const std::int64_t more = std::max<std::int64_t>(0, blocks_for(tokens) - request.blocks);
  if (more > free_) return false;
  free_ -= more;
  request.blocks += more;
  return true;
}

bool Batch::reserve(std::uint32_t request, std::int64_t tokens) {
  // A preempted request comes first: without this, arrivals could keep it out for ever.
  if (!waiting_.empty() || blocks_for(tokens) > free_) return false;
  BatchRequest& entry = requests_[request];
  entry.blocks = 0;
  return allocate(entry, tokens);
}

void Batch::release(std::uint32_t request) {
  // The caller may already have given the request blocks elsewhere: what is freed here is what its prompt took here.
  free_ += blocks_for(requests_[request].prompt_tokens);
  EASTWEST_CHECK(free_ <= settings_.blocks, "KV blocks released twice");
}

void Batch::preempt_last() {
  BatchRequest& victim = requests_[running_.back()];
  free_ += victim.blocks;
  victim.blocks = 0;
  victim.computed = 0;
  victim.scheduled = 0;
  ++victim.preemptions;
  waiting_.push_front(running_.back());
  running_.pop_back();
}

void Batch::schedule_running(std::int64_t& budget, bool& preempted) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const std::uint32_t id = running_[i];
    BatchRequest& request = requests_[id];
    const std::int64_t wanted = std::min<std::int64_t>(request.known() - request.computed, budget);
    request.scheduled = 0;
    if (wanted == 0) continue;
    while (!allocate(request, request.computed + wanted)) {
      preempted = true;
      preempt_last();
      if (i == running_.size()) return;  // it was itself the last
    }
    request.scheduled = static_cast<std::uint32_t>(wanted);
    budget -= wanted;
  }
}

void Batch::admit(std::int64_t& budget, std::vector<std::uint32_t>& started) {
  while (!landed_.empty() && budget > 0 && static_cast<std::int64_t>(running_.size()) < settings_.sequences_maximum) {
    BatchRequest& request = requests_[landed_.front()];
    EASTWEST_CHECK(allocate(request, request.computed + 1), "a landed request has blocks for its next token");
    request.scheduled = 1;
    --budget;
    running_.push_back(landed_.front());
    landed_.pop_front();
  }
  while (!waiting_.empty() && budget > 0 && static_cast<std::int64_t>(running_.size()) < settings_.sequences_maximum) {
    const std::uint32_t id = waiting_.front();
    BatchRequest& request = requests_[id];
    const std::int64_t prompt = request.known();
    if (!settings_.chunked_prefill && prompt > budget && budget < settings_.tokens_maximum) return;
    // Without chunks a prompt goes in whole; a recomputed one may have outgrown every budget and then runs alone.
    const std::int64_t wanted = settings_.chunked_prefill ? std::min(prompt, budget) : prompt;
    if (!allocate(request, settings_.prefill_only ? prompt : wanted)) return;
    request.scheduled = static_cast<std::uint32_t>(wanted);
    budget = std::max<std::int64_t>(0, budget - wanted);
    running_.push_back(id);
    waiting_.pop_front();
    if (request.generated == 0 && request.preemptions == 0) started.push_back(id);
  }
}

IterationLoad Batch::load() const {
  IterationLoad load;
  for (const std::uint32_t id : running_) {
    const BatchRequest& request = requests_[id];
    const std::int64_t n = request.scheduled;
    const std::int64_t before = request.computed;
    load.rows += n;
    if (n == 0) continue;
    load.sampled += before + n == static_cast<std::int64_t>(request.known()) ? 1 : 0;
    load.context_products += n * before + n * (n + 1) / 2;
    load.context_read += before + n;
  }
  return load;
}

std::int64_t Batch::burst_blocks(std::int64_t iterations) const {
  std::int64_t blocks = 0;
  for (const std::uint32_t id : running_)
    blocks += std::max<std::int64_t>(0, blocks_for(requests_[id].computed + iterations) - requests_[id].blocks);
  return blocks;
}

std::int64_t Batch::burst_length() const {
  std::int64_t length = kBurstMaximum;
  for (const std::uint32_t id : running_) {
    const BatchRequest& request = requests_[id];
    if (request.scheduled != 1 || request.computed + 1 != request.known() || request.generated == 0) return 1;
    length = std::min<std::int64_t>(length, request.output_tokens - request.generated);
  }
  if (burst_blocks(length) <= free_) return length;
  std::int64_t fits = 1;
  while (length - fits > 1) {
    const std::int64_t middle = fits + (length - fits) / 2;
    (burst_blocks(middle) <= free_ ? fits : length) = middle;
  }
  return fits;
}

bool Batch::start(Time now, std::vector<std::uint32_t>& started) {
  EASTWEST_CHECK(!busy(), "an iteration starts while another is under way");
  std::int64_t budget = settings_.tokens_maximum;
  bool preempted = false;
  schedule_running(budget, preempted);
  if (!preempted) admit(budget, started);
  if (budget == settings_.tokens_maximum && preempted) {
    // Everyone preempted down to nothing: the head of the waiting may run now.
    admit(budget, started);
  }
  IterationLoad next = load();
  if (next.rows == 0) return false;
  const std::int64_t length = settings_.bursts && !preempted ? burst_length() : 1;
  Time end = now;
  for (std::int64_t i = 0; i < length; ++i) {
    end += cost_.time(next);
    ends_.push_back(end);
    next.context_products += next.rows;  // every sequence attends to one token more
    next.context_read += next.rows;
  }
  return true;
}

bool Batch::interrupt(Time now) {
  if (ends_.size() < 2) return false;
  const auto current = std::lower_bound(ends_.begin(), ends_.end(), now);
  if (current == ends_.end()) return false;
  const auto count = static_cast<std::size_t>(current - ends_.begin()) + 1;
  const bool changed = count < ends_.size();
  ends_.resize(count);
  // From here on the blocks of all iterations up to this one are visible, as if they had been taken one by one.
  for (const std::uint32_t id : running_)
    EASTWEST_CHECK(allocate(requests_[id], requests_[id].computed + static_cast<std::int64_t>(count)), "a burst has its blocks");
  return changed;
}

void Batch::finish(Outcome& outcome) {
  const auto iterations = static_cast<std::uint32_t>(ends_.size());
  ends_.clear();
  std::size_t kept = 0;
  for (const std::uint32_t id : running_) {
    BatchRequest& request = requests_[id];
    bool stays = true;
    if (request.scheduled > 0) {
      const std::uint32_t tokens = request.scheduled * iterations;
      EASTWEST_CHECK(iterations == 1 || allocate(request, request.computed + tokens), "a burst has its blocks");
      request.computed += tokens;
      if (request.computed == request.known() + iterations - 1) {
        if (request.generated == 0) outcome.first_token.push_back(id);
        request.generated += iterations;
        stays = !settings_.prefill_only && request.generated < request.output_tokens;
        if (!stays && !settings_.prefill_only) {
          free_ += request.blocks;
          request.blocks = 0;
          outcome.finished.push_back(id);
        }
      }
    }
    request.scheduled = 0;
    if (stays) running_[kept++] = id;
  }
  running_.resize(kept);
}

}  // namespace eastwest
