// SPDX-License-Identifier: Apache-2.0
// Checks of a packed schedule: the invariants at the top of schedule.hpp, for built and for imported schedules alike.
//
// Cost: linear in operations and edges (Kahn's algorithm). LIMITATIONS: whether the schedule computes what its name
// says is not checked here; the tests of the collectives replay it symbolically.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "workloads/schedule.hpp"

namespace eastwest {

/// "operation 17 (send of 4096 B from rank 3 to rank 4)", for messages.
std::string describe(const Schedule& schedule, std::uint32_t operation);

/// Every invariant; the error names the first operation that breaks one.
Status check_schedule(const Schedule& schedule);

/// Messages (or fused operations) on the longest chain of dependencies; 0 for a schedule that sends nothing.
/// The schedule must have passed check_schedule.
std::uint32_t message_depth(const Schedule& schedule);

}  // namespace eastwest
