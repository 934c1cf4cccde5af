// SPDX-License-Identifier: Apache-2.0
// Findings: what a reader should see first, in words: what ran, its key figures, and what held it back, worst first.
//
// Each finding states figures of the trace and what they point to, with the rule that made it speak. Rules (shares of the simulated time):
// uneven: the busiest link of a group has 1.5 times its mean, and 20 % or, where an interval was full, 2 %; full: the mean of a group is 70 % or more; pauses count
// from 1 % on a link; exposed communication from 10 % of a step; a collective from 1.5 times its bound; targets below 99 % met.
// LIMITATIONS: rules of thumb point to a place to look at, they prove no cause; means over the run hide what lasted shortly, which the heat map
// shows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare.hpp"
#include "analysis/report/trace_detail.hpp"
#include "analysis/trace_reader.hpp"

namespace eastwest {

enum class Weight : std::uint8_t { failed, warning, note };
const char* to_string(Weight weight);

struct PageFinding {
  Weight weight = Weight::note;
  std::string text;
  std::string section;  // of the page that shows it
  std::uint32_t link = 0xffff'ffffu;
};

/// Links that do the same work: from one kind of node to another.
struct LinkGroup {
  std::string name;  // "leaf -> spine"
  std::string from;
  std::string to;
  std::uint32_t count = 0;
  std::uint32_t down = 0;  // of them, those that were down at some time
  double mean = 0;         // of the mean utilisation of links that were never down, where there are any
  double most = 0;         // highest mean utilisation of a link
  double peak = 0;         // highest in one probe interval
  std::uint32_t busiest = 0;
  std::uint32_t queue_max = 0;
  std::uint32_t longest = 0;  // link with queue_max
  std::uint64_t drops = 0;
  std::uint64_t ecn_marks = 0;
  Duration paused_most;
  std::uint32_t most_paused = 0;
};

struct KeyFigure {
  std::string label;
  std::string value;
  std::string note;
};

/// In the order of their first link.
std::vector<LinkGroup> link_groups(const TraceData& trace, const TraceDetail& detail);
std::vector<PageFinding> findings(const TraceData& trace, const TraceDetail& detail);
std::vector<KeyFigure> key_figures(const TraceData& trace);
/// What compare says of each design against the first, one sentence each, of the figures that decide: times of jobs, steps and requests.
std::vector<PageFinding> compared(const Comparison& comparison);
/// "64 ranks on 8 hosts, rail_optimised with 10 switches and 128 cables; train (training) on 32 ranks, serve (serving) on 32 ranks".
std::string what_ran(const TraceData& trace, const TraceDetail& detail);
/// The value of a key of the scenario's first level that stands on its line, such as `description:`; "" when it has none.
std::string scenario_value(const std::string& scenario_text, std::string_view key);

}  // namespace eastwest
