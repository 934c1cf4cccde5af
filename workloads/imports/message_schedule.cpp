// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/message_schedule.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <tuple>

#include "workloads/collectives/load_bound.hpp"

namespace eastwest {

namespace {

using Step = MessageSchedule::Step;
using StepKind = MessageSchedule::StepKind;
constexpr std::uint32_t kNone = 0xffff'ffffu;

std::string describe(const Step& step) {
  const std::string rank = std::to_string(step.rank);
  const std::string peer = step.peer == MessageSchedule::kAnyRank ? "anybody" : "rank " + std::to_string(step.peer);
  switch (step.kind) {
    case StepKind::send: return "the send of " + std::to_string(step.amount) + " B from rank " + rank + " to " + peer;
    case StepKind::receive: return "the receive of " + std::to_string(step.amount) + " B on rank " + rank + " from " + peer;
    case StepKind::group: return "the collective on rank " + rank;
    default: return "the calculation on rank " + rank;
  }
}

/// Times of a file may be absurd; they must not overflow.
std::int64_t later(std::int64_t time, std::int64_t span) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  return time > kEnd - span ? kEnd : time + span;
}

/// Finds for every send its receive.
class Matching {
 public:
  Matching(std::vector<Step>& steps, InputErrors& errors) : steps_(steps), errors_(errors), match_(steps.size(), kNone) {}

  std::vector<std::uint32_t> run() {
    for (std::uint32_t i = 0; i < steps_.size(); ++i)
      if (steps_[i].kind == StepKind::send) waiting_[key(steps_[i].rank, steps_[i].peer, steps_[i].tag)].push_back(i);
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].kind != StepKind::receive) continue;
      if (steps_[i].peer == MessageSchedule::kAnyRank || steps_[i].tag == MessageSchedule::kAnyTag) open.push_back(i);
      else if (const auto found = waiting_.find(key(steps_[i].peer, steps_[i].rank, steps_[i].tag)); found != waiting_.end())
        take(found->second, i);
      else complain(i, "no send is left for ");
    }
    if (!open.empty()) match_open(open);
    for (const auto& [ignored, sends] : waiting_)
      for (const std::uint32_t send : sends) complain(send, "no receive is left for ");
    return std::move(match_);
  }

 private:
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::int64_t>;  // to, from, tag
  static Key key(std::uint32_t from, std::uint32_t to, std::int64_t tag) { return {to, from, tag}; }

  void take(std::deque<std::uint32_t>& sends, std::uint32_t receive) {
    if (sends.empty()) return complain(receive, "no send is left for ");
    const std::uint32_t send = sends.front();
    sends.pop_front();
    match_[send] = receive;
    match_[receive] = send;
    if (steps_[receive].amount < steps_[send].amount)
      errors_.error(steps_[receive].at,
                    describe(steps_[receive]) + " is smaller than its message of " + std::to_string(steps_[send].amount) + " B",
                    "sizes of a message are equal at both ends");
  }

  /// Receives from anybody or with any tag: the send to this rank that fits and stands first in the file.
  void match_open(const std::vector<std::uint32_t>& open) {
    for (const std::uint32_t receive : open) {
      const Step& step = steps_[receive];
      auto best = waiting_.end();
      for (auto at = waiting_.lower_bound({step.rank, 0, std::numeric_limits<std::int64_t>::min()});
           at != waiting_.end() && std::get<0>(at->first) == step.rank; ++at) {
        const bool fits = (step.peer == MessageSchedule::kAnyRank || step.peer == std::get<1>(at->first)) &&
                          (step.tag == MessageSchedule::kAnyTag || step.tag == std::get<2>(at->first));
        if (fits && !at->second.empty() && (best == waiting_.end() || at->second.front() < best->second.front())) best = at;
      }
      if (best == waiting_.end()) {
        complain(receive, "no send is left for ");
        continue;
      }
      take(best->second, receive);
      if (best->second.empty()) waiting_.erase(best);
    }
  }

  void complain(std::uint32_t step, const char* what) {
    errors_.error(steps_[step].at,
                  what + describe(steps_[step]) + (steps_[step].tag >= 0 ? " with tag " + std::to_string(steps_[step].tag) : ""),
                  "every send needs a receive of the same pair and tag, and the other way round");
  }

  std::vector<Step>& steps_;
  InputErrors& errors_;
  std::vector<std::uint32_t> match_;
  std::map<Key, std::deque<std::uint32_t>> waiting_;
};

/// Plays the steps on a network without time: finds circles, the order of steps that share a resource, what starts wait for.
class Ordering {
 public:
  Ordering(MessageSchedule& messages, const std::vector<std::uint32_t>& match, InputErrors& errors)
      : messages_(messages), match_(match), errors_(errors) {}

  void run() {
    const std::size_t count = messages_.steps.size();
    index_edges();
    ready_.assign(count, 0);
    group_left_.resize(messages_.groups.size());
    for (std::size_t g = 0; g < group_left_.size(); ++g) group_left_[g] = messages_.groups[g].steps.size();
    waiting_.assign(count, 0);
    for (const MessageSchedule::Edge& edge : messages_.edges) ++waiting_[edge.later];
    for (std::uint32_t i = 0; i < count; ++i) {
      if (messages_.steps[i].kind == StepKind::receive) ++waiting_[i];
      if (waiting_[i] == 0) heap_.emplace(0, i);
    }
    while (!heap_.empty()) {
      const std::uint32_t i = heap_.top().second;
      heap_.pop();
      order_.push_back(i);
      play(i);
    }
    if (order_.size() != count) return report_circle();
    settle_starts();
  }

 private:
  void index_edges() {
    first_.assign(messages_.steps.size() + 1, 0);
    for (const MessageSchedule::Edge& edge : messages_.edges) ++first_[edge.earlier + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    by_earlier_.resize(messages_.edges.size());
    std::vector<std::size_t> cursor(first_.begin(), first_.end() - 1);
    for (std::uint32_t e = 0; e < messages_.edges.size(); ++e) by_earlier_[cursor[messages_.edges[e].earlier]++] = e;
  }

  void play(std::uint32_t i) {
    const Step& step = messages_.steps[i];
    std::int64_t start = ready_[i];
    if (step.kind == StepKind::group) {
      MessageSchedule::GroupUse& use = messages_.groups[static_cast<std::size_t>(step.amount)];
      for (std::size_t e = first_[i]; e < first_[i + 1]; ++e)
        if (messages_.edges[by_earlier_[e]].on_start) release(messages_.edges[by_earlier_[e]].later, start);
      if (--group_left_[static_cast<std::size_t>(step.amount)] != 0) return;
      for (const std::uint32_t member : use.steps) start = std::max(start, ready_[member]);
      for (const std::uint32_t member : use.steps) finish(member, start);
      return;
    }
    std::int64_t end = start;
    if (step.kind == StepKind::compute) {
      if (step.resource != MessageSchedule::kNoResource) {
        auto& [last, free] = resources_.try_emplace({step.rank, step.resource}, kNone, 0).first->second;
        start = std::max(start, free);
        if (last != kNone) chained_.push_back({i, last, false});
        last = i;
        free = later(start, step.amount);
      }
      end = later(start, step.amount);
    }
    for (std::size_t e = first_[i]; e < first_[i + 1]; ++e)
      if (messages_.edges[by_earlier_[e]].on_start) release(messages_.edges[by_earlier_[e]].later, start);
    if (step.kind == StepKind::send) release(match_[i], end);
    finish(i, end);
  }

  void finish(std::uint32_t i, std::int64_t end) {
    for (std::size_t e = first_[i]; e < first_[i + 1]; ++e)
      if (!messages_.edges[by_earlier_[e]].on_start) release(messages_.edges[by_earlier_[e]].later, end);
  }

  void release(std::uint32_t later, std::int64_t time) {
    ready_[later] = std::max(ready_[later], time);
    if (--waiting_[later] == 0) heap_.emplace(ready_[later], later);
  }

  void report_circle() {
    for (std::uint32_t i = 0; i < waiting_.size(); ++i) {
      if (waiting_[i] == 0) continue;
      errors_.error(messages_.steps[i].at, describe(messages_.steps[i]) + " waits for itself: its dependencies and messages form a circle",
                    "break the circle, or send before you wait for an answer");
      return;
    }
  }

  /// "Later when earlier starts" becomes "later when all that earlier waits for is over", in the order of play.
  void settle_starts() {
    messages_.edges.insert(messages_.edges.end(), chained_.begin(), chained_.end());
    const bool any =
        std::any_of(messages_.edges.begin(), messages_.edges.end(), [](const MessageSchedule::Edge& edge) { return edge.on_start; });
    if (!any) return;
    std::vector<std::vector<std::uint32_t>> before(messages_.steps.size());  // what must be over before a step starts
    std::vector<std::vector<std::uint32_t>> starts(messages_.steps.size());  // whose starts it waits for
    std::vector<MessageSchedule::Edge> edges;
    for (const MessageSchedule::Edge& edge : messages_.edges) {
      if (edge.on_start) {
        starts[edge.later].push_back(edge.earlier);
      } else {
        before[edge.later].push_back(edge.earlier);
        edges.push_back(edge);
      }
    }
    for (const std::uint32_t i : order_) {
      for (const std::uint32_t earlier : starts[i])
        for (const std::uint32_t over : before[earlier]) {
          if (std::find(before[i].begin(), before[i].end(), over) != before[i].end()) continue;
          before[i].push_back(over);
          edges.push_back({i, over, false});
        }
    }
    messages_.edges = std::move(edges);
  }

  MessageSchedule& messages_;
  const std::vector<std::uint32_t>& match_;
  InputErrors& errors_;
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> by_earlier_;
  std::vector<std::int64_t> ready_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::size_t> group_left_;
  std::vector<std::uint32_t> order_;
  std::priority_queue<std::pair<std::int64_t, std::uint32_t>, std::vector<std::pair<std::int64_t, std::uint32_t>>, std::greater<>> heap_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint32_t, std::int64_t>> resources_;
  std::vector<MessageSchedule::Edge> chained_;
};

/// A message of a rank to itself: two empty calculations, the second after the first.
void free_self_messages(MessageSchedule& messages, std::vector<std::uint32_t>& match) {
  for (std::uint32_t i = 0; i < messages.steps.size(); ++i) {
    Step& step = messages.steps[i];
    if (step.kind != StepKind::send || step.peer != step.rank) continue;
    Step& receive = messages.steps[match[i]];
    messages.edges.push_back({match[i], i, false});
    for (Step* end : {&step, &receive}) {
      end->kind = StepKind::compute;
      end->amount = 0;
      end->label = kNoLabel;
    }
  }
}

/// What there is to say about messages that nobody named: the busiest rank's bytes and the time that its ports need at least.
std::optional<Collective> record_of_messages(const MessageSchedule& messages, const JobContext& context) {
  LoadBound load(context.fabric, context.gpus);
  std::vector<std::int64_t> sent(context.gpus.size());
  std::vector<std::int64_t> received(context.gpus.size());
  bool any = false;
  for (const Step& step : messages.steps) {
    if (step.kind != StepKind::send) continue;
    any = true;
    load.add_message(step.rank, step.peer, {step.amount});
    sent[step.rank] += step.amount;
    received[step.peer] += step.amount;
  }
  if (!any) return std::nullopt;
  return Collective{.name = "messages",
                    .algorithm = "point_to_point",
                    .operation = "point_to_point",
                    .job = context.job,
                    .ranks = messages.ranks,
                    .bytes = {std::max(*std::max_element(sent.begin(), sent.end()), *std::max_element(received.begin(), received.end()))},
                    .lower_bound = load.time()};
}

Status build(const MessageSchedule& messages, const std::vector<std::uint32_t>& match, const JobContext& context, ScheduleBuilder& builder,
             GroupCollectives* collectives) {
  std::vector<std::uint32_t> labels;
  for (Collective collective : messages.collectives) {
    collective.job = context.job;
    labels.push_back(builder.collective(std::move(collective)));
  }
  std::uint32_t unnamed = kNoLabel;
  if (!messages.ours)
    if (std::optional<Collective> record = record_of_messages(messages, context)) unnamed = builder.collective(std::move(*record));
  builder.reserve(messages.steps.size(), messages.edges.size());
  std::vector<OperationId> begin(messages.steps.size());
  std::vector<OperationId> end(messages.steps.size());
  for (std::uint32_t i = 0; i < messages.steps.size(); ++i) {
    const Step& step = messages.steps[i];
    const RankId rank = context.rank(step.rank);
    switch (step.kind) {
      case StepKind::receive: continue;  // made with its send
      case StepKind::send: {
        const auto made =
            builder.transfer(rank, context.rank(step.peer), {step.amount}, step.label == kNoLabel ? unnamed : labels[step.label]);
        begin[match[i]] = end[match[i]] = made.receive;
        begin[i] = made.send;
        break;
      }
      case StepKind::marker: begin[i] = builder.marker(rank, static_cast<std::uint32_t>(step.amount)); break;
      case StepKind::compute: begin[i] = builder.compute(rank, {step.amount}); break;
      case StepKind::group: begin[i] = builder.compute(rank, {}); break;
    }
    end[i] = begin[i];
  }
  std::vector<OperationId> frontier(context.gpus.size());
  for (const MessageSchedule::GroupUse& use : messages.groups) {
    for (std::size_t m = 0; m < use.members.size(); ++m) frontier[use.members[m]] = begin[use.steps[m]];
    const std::span<const RankGroup> group(&use.members, 1);
    if (Status done = collectives->append(use.operation, group, use.bytes, use.name, frontier); !done) return done;
    for (std::size_t m = 0; m < use.members.size(); ++m) end[use.steps[m]] = frontier[use.members[m]];
  }
  for (const MessageSchedule::Edge& edge : messages.edges) builder.depend(begin[edge.later], end[edge.earlier]);
  return Done{};
}

}  // namespace

void append_messages(MessageSchedule& messages, const JobContext& context, ScheduleBuilder& builder, GroupCollectives* collectives,
                     InputErrors& errors) {
  std::vector<std::uint32_t> match = Matching(messages.steps, errors).run();
  if (errors.any()) return;
  free_self_messages(messages, match);
  Ordering(messages, match, errors).run();
  if (errors.any()) return;
  EASTWEST_CHECK(collectives != nullptr || messages.groups.empty(), "group collectives need their algorithms");
  if (Status done = build(messages, match, context, builder, collectives); !done)
    errors.error(0, 0, done.error().message, done.error().remedy);
}

}  // namespace eastwest
