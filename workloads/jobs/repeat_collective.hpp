// SPDX-License-Identifier: Apache-2.0
// A collective played several times in a row, each a record of its own; shared by the jobs collective and all_to_all.
//
// Invariants: a rank starts the next one when its part of the last is done; ranks are not brought together in between,
// as nccl-tests does it. Warm-up runs carry no label, so no record is made of them.
#pragma once

#include <cstdint>

#include "workloads/collectives/collective_kind.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

struct Repetitions {
  std::int64_t warm_up = 0;
  std::int64_t measured = 1;
};

/// Ranks, hosts, scale-up latency and what the hardware cannot do are filled in from `context`.
void append_repeated(const CollectiveKind& kind, CollectiveRequest request, Repetitions repetitions, const JobContext& context,
                     ScheduleBuilder& schedule, Diagnostics& diagnostics);

}  // namespace eastwest
