// SPDX-License-Identifier: Apache-2.0
// Message schedule: what GOAL and Chakra files say once they are read, and how it becomes operations of a Schedule.
//
// Steps of ranks with dependencies inside a rank; sends and receives that find each other by (source, target, tag) in the order of
// the file, as MPI's messages do; computes that share a resource (a CPU, a GPU stream), of which a rank has one at a time; group
// collectives. What the Schedule has no word for is settled here: a dependency on a start becomes one on what that start waits
// for; steps of one resource are put in the order in which they become ready on a network that takes no time, a chain that no
// circle can close; a receive from anybody or with any tag takes the first send that is left; a message to oneself costs nothing.
// Invariants: operations stand in the order of the steps, a receive right after its send. Cost: n log n, and beside it one look at all open
// pairs of a rank for each receive from anybody, and n^2 where n calcs of one CPU may each start with the one before (`irequires`).
// LIMITATIONS: on a real network steps of one resource may become ready in another order than the one fixed here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/input_text.hpp"
#include "workloads/imports/group_collectives.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

struct MessageSchedule {
  enum class StepKind : std::uint8_t { compute, send, receive, marker, group };
  static constexpr std::uint32_t kAnyRank = 0xffff'ffffu;
  static constexpr std::int64_t kAnyTag = -1;
  static constexpr std::uint32_t kNoResource = 0xffff'ffffu;

  struct Step {
    StepKind kind = StepKind::compute;
    std::uint32_t rank = 0;
    std::int64_t amount = 0;  // compute: ps; send, receive: bytes; marker: step number; group: index into groups
    std::uint32_t peer = 0;   // send, receive
    std::uint32_t resource = kNoResource;
    std::int64_t tag = 0;
    std::uint32_t label = kNoLabel;  // into collectives
    Word at;                         // where it stands; the text is not kept
  };
  struct Edge {
    std::uint32_t later = 0;
    std::uint32_t earlier = 0;
    bool on_start = false;  // later may start when earlier starts
  };
  struct GroupUse {
    GroupOperation operation = GroupOperation::all_reduce;
    RankGroup members;
    Bytes bytes;
    std::string name;
    std::vector<std::uint32_t> steps;  // of each member, in the order of `members`
  };

  std::uint32_t ranks = 0;
  bool ours = false;  // written by us: the records are all there. Otherwise the messages get one record together
  std::vector<Step> steps;
  std::vector<Edge> edges;
  std::vector<GroupUse> groups;
  std::vector<Collective> collectives;  // `job` is filled in
};

/// Matches, orders and appends. Mistakes go to `errors` at the places of the steps. `collectives` may be nullptr without groups.
void append_messages(MessageSchedule& messages, const JobContext& context, ScheduleBuilder& builder, GroupCollectives* collectives,
                     InputErrors& errors);

}  // namespace eastwest
