// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ideal_network.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>

#include "core/check.hpp"

namespace eastwest::tests {

namespace {

enum class What : std::uint8_t { ready, finished };
using Event = std::tuple<std::int64_t, std::uint32_t, What>;

class Player {
 public:
  Player(const Schedule& schedule, const IdealNetwork& network)
      : schedule_(schedule),
        network_(network),
        waiting_(schedule.operations.size()),
        finish_(schedule.operations.size(), -1),
        group_ready_(schedule.groups.size(), 0) {
    std::uint32_t ranks = 0;
    for (const Operation& operation : schedule.operations) ranks = std::max(ranks, operation.rank.value + 1);
    egress_.assign(2, std::vector<std::int64_t>(ranks, 0));
    ingress_.assign(ranks, 0);
  }

  std::vector<std::int64_t> run() {
    for (std::uint32_t i = 0; i < waiting_.size(); ++i) {
      // A receive also waits for its message.
      waiting_[i] = schedule_.operations[i].dependencies + (schedule_.operations[i].kind == OperationKind::receive ? 1u : 0u);
      if (waiting_[i] == 0) events_.emplace(0, i, What::ready);
    }
    while (!events_.empty()) {
      const auto [time, index, what] = events_.top();
      events_.pop();
      if (what == What::ready) start(index, time);
      else end(index, time);
    }
    for (const std::int64_t time : finish_) EASTWEST_CHECK(time >= 0, "an operation was never reached");
    return finish_;
  }

 private:
  void start(std::uint32_t index, std::int64_t time) {
    const Operation& operation = schedule_.operations[index];
    switch (operation.kind) {
      case OperationKind::compute: return events_.emplace(time + operation.amount, index, What::finished), void();
      case OperationKind::receive:
      case OperationKind::marker: return events_.emplace(time, index, What::finished), void();
      case OperationKind::send: {
        const auto& hosts = network_.host_of_rank;
        const bool inside = !hosts.empty() && hosts[operation.rank.index()] == hosts[operation.peer];
        std::int64_t& free = egress_[inside ? 1 : 0][operation.rank.index()];
        free = std::max(free, time) + operation.amount * (inside ? network_.inside_ps_per_byte : network_.ps_per_byte);
        return events_.emplace(free + (inside ? network_.inside_alpha : network_.alpha), index, What::finished), void();
      }
      case OperationKind::fused: {
        const FusedGroup& group = schedule_.groups[operation.peer];
        if (++group_ready_[operation.peer] != group.members.size()) return;
        // Members stand in a row; the first is the one whose rank is the first member's.
        std::uint32_t first = index;
        while (schedule_.operations[first].rank != group.members.front() || schedule_.operations[first].peer != operation.peer) --first;
        if (group.in_switch) {
          const auto book = [&](std::vector<std::int64_t>& free, std::int64_t bytes) {
            std::int64_t end = time;
            for (const RankId member : group.members) end = std::max(end, free[member.index()]);
            end += bytes * network_.inside_ps_per_byte;
            for (const RankId member : group.members) free[member.index()] = end;
            return end;
          };
          const std::int64_t end = std::max(book(egress_[1], operation.amount), book(ingress_, group.bytes_in.count)) + group.latency.ps;
          for (std::uint32_t i = 0; i < group.members.size(); ++i) events_.emplace(end, first + i, What::finished);
          return;
        }
        std::int64_t begin = time;
        for (const RankId member : group.members) begin = std::max(begin, egress_[1][member.index()]);
        const std::int64_t done = begin + group.latency.ps + operation.amount * network_.inside_ps_per_byte;
        for (std::uint32_t i = 0; i < group.members.size(); ++i) {
          egress_[1][group.members[i].index()] = done;
          events_.emplace(done, first + i, What::finished);
        }
        return;
      }
    }
  }

  void end(std::uint32_t index, std::int64_t time) {
    finish_[index] = time;
    const auto release = [&](std::uint32_t later) {
      if (--waiting_[later] == 0) events_.emplace(time, later, What::ready);
    };
    for (const std::uint32_t later : schedule_.successors_of(index)) release(later);
    if (schedule_.operations[index].kind == OperationKind::send) release(schedule_.operations[index].match);
  }

  const Schedule& schedule_;
  const IdealNetwork& network_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::int64_t> finish_;
  std::vector<std::size_t> group_ready_;
  std::vector<std::vector<std::int64_t>> egress_;
  std::vector<std::int64_t> ingress_;  // of ports inside hosts, for what the scale-up switch does
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace

std::vector<std::int64_t> play(const Schedule& schedule, const IdealNetwork& network) { return Player(schedule, network).run(); }

std::int64_t makespan(const Schedule& schedule, const IdealNetwork& network) {
  const auto finish = play(schedule, network);
  return finish.empty() ? 0 : *std::max_element(finish.begin(), finish.end());
}

}  // namespace eastwest::tests
