// SPDX-License-Identifier: Apache-2.0
// Arrivals of a serving job: its parameters `arrivals.*`, and the requests that they admit, drawn or read from a trace.
#pragma once

#include <vector>

#include "workloads/serving/arrival.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

void append_arrival_parameters(std::vector<ParameterSpec>& list);

/// Arrivals of the trace or the random process that are admitted: in number and up to the scenario's duration. `prefix_ids`, where it is
/// not null, gets the ids of the prompts' blocks. False when there are none to serve; `diagnostics` says why.
bool make_arrivals(const ParameterSet& parameters, const JobContext& context, std::vector<Arrival>& arrivals,
                   std::vector<std::uint64_t>* prefix_ids, Diagnostics& diagnostics);

}  // namespace eastwest
