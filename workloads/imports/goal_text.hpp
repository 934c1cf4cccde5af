// SPDX-License-Identifier: Apache-2.0
// GOAL text: the schedules of LogGOPSim and ATLAHS, read into a MessageSchedule, and a Schedule of ours written as one.
//
//   num_ranks 2
//   rank 0 {
//   a: calc 5000
//   b: send 1048576b to 1 tag 7 cpu 0 nic 0
//   b requires a                                  (irequires: b may start when a starts)
//   }
//
// Units: bytes, and calc in nanoseconds. Comments are `//` and `/* */`. A label must stand before it is used and belongs to its
// rank; tag, cpu and nic come in that order. Source: LogGOPSim src/LogGOPSim/txt2bin.re.
// What GOAL has no word for stands behind `//@` in files of ours and is read back: picoseconds of a calc (`ps N`), the record that a
// message belongs to (`record N`, with the records themselves at the top), markers of steps (`marker N`), and `//@ eastwest ordered`: labels
// `o17` tell the place in the schedule, and calcs do not wait for a CPU. Other readers see comments.
// LIMITATIONS: L, o, g, G, O and S are not in the file and not modelled: the fabric gives them. A send is over when the receiver has
// acknowledged it, also below the eager limit. `nic` is ignored.
#pragma once

#include <string>
#include <string_view>

#include "core/input_text.hpp"
#include "core/result.hpp"
#include "workloads/imports/message_schedule.hpp"

namespace eastwest {

/// Mistakes go to `errors`; with them the result is of no use.
MessageSchedule read_goal(std::string_view text, InputErrors& errors);

/// Job `job` of a workload. Errors: operations that GOAL cannot express (fused collectives).
Result<std::string> write_goal(const Workload& workload, std::uint16_t job);

}  // namespace eastwest
