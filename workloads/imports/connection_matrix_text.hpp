// SPDX-License-Identifier: Apache-2.0
// Connection matrix: htsim's list of flows and triggers (`.cm`) as it stands in the file, read and checked.
//
//   Nodes 4
//   Connections 2
//   Triggers 1
//   0->1 id 1 start 0 size 1000000 send_done_trigger 1         start in picoseconds, size in bytes
//   1->2 id 2 trigger 1 size 1000000
//   trigger id 1 oneshot
//
// `#` comments stand in the header only. Ids count from 1. A flow has a start or a trigger. Triggers: `oneshot` starts all flows that
// wait for it when it fires, `multishot` the next one each time, `barrier count N` all at the N-th time. Units after reading:
// core/quantity.hpp. Source: csg-htsim sim/datacenter/connection_matrix.cpp, sim/trigger.cpp. Sizes beyond 2 GiB and starts beyond
// 24 bits, which htsim itself cannot read, are fine here. LIMITATIONS: `failure` lines are refused; prio, addon and msg are ignored.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/input_text.hpp"
#include "core/quantity.hpp"

namespace eastwest {

struct ConnectionMatrix {
  struct Flow {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    Duration start;
    Bytes bytes;                    // 0: without end
    std::int64_t trigger = 0;       // that starts it; 0: none
    std::int64_t send_done = 0;     // trigger that it fires when all is acknowledged; 0: none
    std::int64_t receive_done = 0;  // trigger that it fires when all has arrived
    Word at;
  };
  enum class TriggerKind : std::uint8_t { oneshot, multishot, barrier };
  struct Trigger {
    TriggerKind kind = TriggerKind::oneshot;
    std::int64_t count = 1;  // of a barrier
    Word at;
  };
  std::int64_t nodes = 0;
  std::vector<Flow> flows;
  std::map<std::int64_t, Trigger> triggers;  // by id
};

/// Mistakes go to `errors`; with them the result is of no use. `check_counts`: whether wrong counts in the header, and triggers that
/// are used but not declared (they are taken as `oneshot`), are errors.
ConnectionMatrix read_connection_matrix(std::string_view text, bool check_counts, InputErrors& errors);

}  // namespace eastwest
