// SPDX-License-Identifier: Apache-2.0
#include "tests/support/symbolic_replay.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "core/random.hpp"
#include "workloads/collectives/plan_parts.hpp"
#include "workloads/schedule_check.hpp"

namespace eastwest::tests {

SymbolicMemory::SymbolicMemory(const CollectivePlan& plan, std::uint32_t ranks, std::int64_t bytes,
                               const std::vector<std::int64_t>& extra_cuts)
    : ranks_(ranks), width_((ranks + 63) / 64), cuts_(extra_cuts) {
  cuts_.push_back(0);
  cuts_.push_back(bytes);
  for (const PlanStep& step : plan.steps) {
    cuts_.push_back(step.offset);
    cuts_.push_back(step.offset + step.bytes);
  }
  for (const PlanFused& fused : plan.fused) {
    const auto members = static_cast<std::uint32_t>(fused.members.size());
    for (std::uint32_t i = 0; i < members; ++i) cuts_.push_back(share({fused.offset, fused.bytes}, members, i).offset);
    cuts_.push_back(fused.offset + fused.bytes);
  }
  std::sort(cuts_.begin(), cuts_.end());
  cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
  EASTWEST_CHECK(cuts_.front() == 0 && cuts_.back() == bytes, "a step outside the buffer");
  words_.assign(ranks_ * (cuts_.size() - 1) * width_, 0);
}

std::size_t SymbolicMemory::piece_at(std::int64_t offset) const {
  const auto at = std::lower_bound(cuts_.begin(), cuts_.end(), offset);
  EASTWEST_CHECK(at != cuts_.end() && *at == offset, "a range that does not begin or end at a cut");
  return static_cast<std::size_t>(at - cuts_.begin());
}

void SymbolicMemory::give(std::uint32_t rank, std::int64_t begin, std::int64_t end, std::uint32_t of) {
  for (std::size_t piece = piece_at(begin); piece < piece_at(end); ++piece)
    words_[word_of(rank, piece) + of / 64] |= std::uint64_t{1} << (of % 64);
}

bool SymbolicMemory::holds(std::uint32_t rank, std::int64_t begin, std::int64_t end, const std::vector<std::uint32_t>& wanted) const {
  Words set(width_, 0);
  std::vector<std::uint32_t> members = wanted;
  if (members.empty()) {
    members.resize(ranks_);
    std::iota(members.begin(), members.end(), 0u);
  }
  for (const std::uint32_t member : members) set[member / 64] |= std::uint64_t{1} << (member % 64);
  for (std::size_t piece = piece_at(begin); piece < piece_at(end); ++piece)
    if (!std::equal(set.begin(), set.end(), words_.begin() + static_cast<std::ptrdiff_t>(word_of(rank, piece)))) return false;
  return true;
}

SymbolicMemory::Words SymbolicMemory::copy(std::uint32_t rank, std::int64_t begin, std::int64_t end) const {
  return {words_.begin() + static_cast<std::ptrdiff_t>(word_of(rank, piece_at(begin))),
          words_.begin() + static_cast<std::ptrdiff_t>(word_of(rank, piece_at(end)))};
}

bool SymbolicMemory::put(std::uint32_t rank, std::int64_t begin, const Words& words, bool reduce) {
  std::uint64_t* target = words_.data() + word_of(rank, piece_at(begin));
  bool disjoint = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (reduce && (target[i] & words[i]) != 0) disjoint = false;
    target[i] = reduce ? target[i] | words[i] : words[i];
  }
  return disjoint;
}

namespace {

class Replay {
 public:
  Replay(const Schedule& schedule, const CollectivePlan& plan, SymbolicMemory& memory, std::uint64_t seed, const ProtocolCost& protocol)
      : protocol_(protocol),
        schedule_(schedule),
        plan_(plan),
        memory_(memory),
        random_(seed, 0x7379'6d62u),
        waiting_(schedule.operations.size()),
        step_of_(schedule.operations.size()),
        messages_(plan.steps.size()),
        group_ready_(schedule.groups.size(), 0) {}

  std::string run() {
    std::uint32_t sends = 0;
    for (std::uint32_t i = 0; i < schedule_.operations.size(); ++i) {
      const Operation& operation = schedule_.operations[i];
      waiting_[i] = operation.dependencies + (operation.kind == OperationKind::receive ? 1u : 0u);
      if (operation.kind == OperationKind::send) step_of_[i] = step_of_[operation.match] = sends++;
      if (waiting_[i] == 0) ready_.push_back(i);
    }
    if (sends != plan_.steps.size())
      return "the schedule has " + std::to_string(sends) + " sends for " + std::to_string(plan_.steps.size()) + " steps";
    std::size_t done = 0;
    for (; !ready_.empty(); ++done) {
      std::swap(ready_[random_.below(ready_.size())], ready_.back());
      const std::uint32_t index = ready_.back();
      ready_.pop_back();
      if (std::string fault = execute(index); !fault.empty()) return fault + " at " + describe(schedule_, index);
    }
    return done >= schedule_.operations.size() ? "" : "only " + std::to_string(done) + " operations could be executed";
  }

 private:
  std::string execute(std::uint32_t index) {
    const Operation& operation = schedule_.operations[index];
    if (operation.kind == OperationKind::send) {
      const PlanStep& step = plan_.steps[step_of_[index]];
      if (wire_bytes(plan_, step, protocol_).count != operation.amount || step.from != operation.rank.value || step.to != operation.peer)
        return "not the message of its step";
      messages_[step_of_[index]] = memory_.copy(step.from, step.offset, step.offset + step.bytes);
      release(operation.match);
    }
    if (operation.kind == OperationKind::receive) {
      const PlanStep& step = plan_.steps[step_of_[index]];
      const auto message = std::exchange(messages_[step_of_[index]], {});
      if (step.in_network) memory_.unite(step.to, step.offset, message);
      else if (!memory_.put(step.to, step.offset, message, step.reduce)) return "a contribution is counted twice";
    }
    if (operation.kind == OperationKind::fused) return execute_fused(operation.peer, index);
    for (const std::uint32_t later : schedule_.successors_of(index)) release(later);
    return {};
  }

  std::string execute_fused(std::uint32_t group, std::uint32_t index) {
    const PlanFused& fused = plan_.fused[group];
    group_operations_.push_back({group, index});
    if (++group_ready_[group] < fused.members.size()) return {};
    const auto members = static_cast<std::uint32_t>(fused.members.size());
    bool once = true;
    for (std::uint32_t i = 0; i < members; ++i) {
      const ByteRange part = share({fused.offset, fused.bytes}, members, i);
      if (part.bytes == 0) continue;
      const auto own = memory_.copy(fused.members[i], part.offset, part.offset + part.bytes);
      for (std::uint32_t j = 0; j < members; ++j) {
        if (j == i) continue;
        if (!fused.reduce) memory_.put(fused.members[j], part.offset, own, false);
        else
          once = memory_.put(fused.members[i], part.offset, memory_.copy(fused.members[j], part.offset, part.offset + part.bytes), true) &&
                 once;
      }
      if (!fused.everywhere) continue;
      const auto sum = memory_.copy(fused.members[i], part.offset, part.offset + part.bytes);
      for (std::uint32_t j = 0; j < members; ++j) memory_.put(fused.members[j], part.offset, sum, false);
    }
    for (const auto& [of, operation] : group_operations_)
      if (of == group)
        for (const std::uint32_t later : schedule_.successors_of(operation)) release(later);
    return once ? "" : "a contribution is counted twice";
  }

  void release(std::uint32_t index) {
    if (--waiting_[index] == 0) ready_.push_back(index);
  }

  const ProtocolCost protocol_;
  const Schedule& schedule_;
  const CollectivePlan& plan_;
  SymbolicMemory& memory_;
  RandomStream random_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::uint32_t> step_of_;
  std::vector<SymbolicMemory::Words> messages_;
  std::vector<std::size_t> group_ready_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> group_operations_;
  std::vector<std::uint32_t> ready_;
};

}  // namespace

std::string replay(const Schedule& schedule, const CollectivePlan& plan, SymbolicMemory& memory, std::uint64_t seed,
                   const ProtocolCost& protocol) {
  return Replay(schedule, plan, memory, seed, protocol).run();
}

}  // namespace eastwest::tests
