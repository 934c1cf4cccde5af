// SPDX-License-Identifier: Apache-2.0
// Verdicts on a run that do not depend on the engine, and the canonical order of rows.
#pragma once

#include <vector>

#include "sim/simulation.hpp"

namespace eastwest {

/// Every byte posted is delivered; only for complete runs.
Sanity bytes_conserved(const Counters& counters);
/// No finished collective is faster than the closed-form bound of its schedule.
Sanity no_collective_beats_its_bound(const std::vector<CollectiveRow>& rows, const std::vector<Collective>& collectives);
/// No link carried more than its rate, in any interval or on average.
Sanity no_link_above_its_rate(const std::vector<LinkTotal>& links);
/// Requests come, get their first token and end in this order, before the end of time that drivers know.
Sanity requests_in_order(const std::vector<RequestRow>& rows);
/// Frames lost on the medium are as many as their probabilities make expect, within six standard deviations of a Poisson count and six
/// more, which chance leaves once in 1e8 runs or less.
Sanity losses_as_expected(const Counters& counters);
Sanity everything_delivered(Outcome outcome, const std::string& diagnosis);

/// What the drivers say of the gaps between tokens, per job; empty without drivers that know any.
std::vector<std::vector<TokenGap>> token_gaps_of(const Workload& workload);

/// The counters of lost frames are the sums of the links'.
void add_losses_of_links(RunResult& result);

/// A fault of kind `loss` as events: one for each direction that it changes.
std::vector<EventRow> loss_rows(const Fabric& fabric, const Fault& fault);

/// Rows of a result in the order that RunResult promises.
void sort_rows(RunResult& result);

}  // namespace eastwest
