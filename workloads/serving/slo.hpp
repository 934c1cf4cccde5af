// SPDX-License-Identifier: Apache-2.0
// Service-level objectives: targets of a request, and whether it met them.
//
// Units: picoseconds; a target of 0 is none. A request is good when it met all targets (DistServe, OSDI 2024). LIMITATIONS: the mean time
// per output token is judged, not each gap.
#pragma once

#include "workloads/driver.hpp"

namespace eastwest {

struct SloTargets {
  Duration ttft;
  Duration tpot;
};

/// Of a finished request.
inline SloVerdict judge(const RequestRow& row, const SloTargets& targets) {
  if (targets.ttft.ps == 0 && targets.tpot.ps == 0) return SloVerdict::no_target;
  if (targets.ttft.ps > 0 && row.first_token - row.arrival > targets.ttft) return SloVerdict::missed;
  if (targets.tpot.ps == 0 || row.output_tokens == 1) return SloVerdict::met;
  // A quotient cannot overflow: a mean above the target by less than a picosecond still meets it.
  const std::int64_t mean = (row.finish - row.first_token).ps / (std::int64_t{row.output_tokens} - 1);
  return mean <= targets.tpot.ps ? SloVerdict::met : SloVerdict::missed;
}

}  // namespace eastwest
