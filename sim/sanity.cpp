// SPDX-License-Identifier: Apache-2.0
#include "sim/sanity.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <tuple>

namespace eastwest {

Sanity bytes_conserved(const Counters& counters) {
  return {"bytes conserved", counters.bytes_delivered == counters.bytes_posted,
          to_string(counters.bytes_delivered) + " of " + to_string(counters.bytes_posted) + " posted are delivered"};
}

Sanity no_collective_beats_its_bound(const std::vector<CollectiveRow>& rows, const std::vector<Collective>& collectives) {
  std::uint64_t impossible = 0;
  std::string worst;
  for (const CollectiveRow& row : rows) {
    const Collective& collective = collectives[row.collective];
    if (row.finish - row.start >= collective.lower_bound) continue;
    ++impossible;
    worst = "`" + collective.name + "` took " + to_readable(row.finish - row.start) + ", its lower bound is " +
            to_readable(collective.lower_bound);
  }
  return {"no collective beats its lower bound", impossible == 0, impossible == 0 ? std::to_string(rows.size()) + " collectives" : worst};
}

Sanity no_link_above_its_rate(const std::vector<LinkTotal>& links) {
  double busiest = 0;
  for (const LinkTotal& link : links) busiest = std::max({busiest, link.utilization_max, link.utilization_mean});
  return {"no link above its rate", busiest <= 1.0 + 1e-9, "busiest interval " + std::to_string(busiest)};
}

Sanity requests_in_order(const std::vector<RequestRow>& rows) {
  std::uint64_t wrong = 0;
  std::string first;
  for (const RequestRow& row : rows) {
    const bool ordered = row.arrival <= row.first_token && row.first_token <= row.finish;
    const bool in_time = row.finish == kTimeNever || row.finish < kDriverTimeLast;
    if ((ordered && in_time) || wrong++ > 0) continue;
    first = "request " + std::to_string(row.id) + " of job " + std::to_string(row.job) +
            (ordered ? " does not end within the 105 days that can be simulated"
                     : " comes at " + to_string(row.arrival) + ", has its first token at " + to_string(row.first_token) +
                           " and its last at " + to_string(row.finish));
  }
  return {"requests in order of time", wrong == 0, wrong == 0 ? std::to_string(rows.size()) + " requests" : first};
}

Sanity losses_as_expected(const Counters& counters) {
  const double expected = counters.frames_lost_expected;
  const double off = std::fabs(static_cast<double>(counters.frames_lost) - expected);
  char text[64];
  std::snprintf(text, sizeof text, "%.4g", expected);
  return {"frames lost as their probabilities say", off <= 6 * std::sqrt(expected) + 6,
          std::to_string(counters.frames_lost) + " lost, " + text + " expected"};
}

Sanity everything_delivered(Outcome outcome, const std::string& diagnosis) {
  return {"everything delivered", outcome == Outcome::complete,
          outcome == Outcome::complete    ? "all work is done"
          : outcome == Outcome::cancelled ? "interrupted"
                                          : diagnosis};
}

std::vector<std::vector<TokenGap>> token_gaps_of(const Workload& workload) {
  std::vector<std::vector<TokenGap>> gaps;
  for (const Driver& driver : workload.drivers) {
    if (!driver.token_gaps) continue;
    gaps.resize(workload.jobs.size());
    gaps[driver.job] = driver.token_gaps();
  }
  return gaps;
}

void add_losses_of_links(RunResult& result) {
  for (const LinkTotal& link : result.links) {
    result.counters.frames_lost += link.frames_lost;
    result.counters.frames_lost_expected += link.frames_lost_expected;
  }
}

std::vector<EventRow> loss_rows(const Fabric& fabric, const Fault& fault) {
  std::vector<EventRow> rows;
  const Cable& cable = fabric.cables[fault.cable.index()];
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const PortId from = side == 0 ? cable.a : cable.b;
    if (fault.frame_loss[side] < 0) continue;
    rows.push_back(
        {fault.time, EventKind::frame_loss, fabric.ports[from.index()].out.value, std::bit_cast<std::uint64_t>(fault.frame_loss[side])});
  }
  return rows;
}

void sort_rows(RunResult& result) {
  std::sort(result.collectives.begin(), result.collectives.end(),
            [](const CollectiveRow& a, const CollectiveRow& b) { return a.collective < b.collective; });
  std::sort(result.steps.begin(), result.steps.end(),
            [](const StepRow& a, const StepRow& b) { return std::tuple(a.job, a.step, a.rank) < std::tuple(b.job, b.step, b.rank); });
  std::sort(result.requests.begin(), result.requests.end(),
            [](const RequestRow& a, const RequestRow& b) { return std::tuple(a.job, a.id) < std::tuple(b.job, b.id); });
}

}  // namespace eastwest
