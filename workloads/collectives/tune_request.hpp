// SPDX-License-Identifier: Apache-2.0
// Tuned request: what NCCL's cost model would set of a request (protocol, channels, chunks, slots), where nobody else has.
//
// Zero channels and chunks ask for it; without a protocol they become 1. LIMITATIONS: chunks are longer than NCCL's where they would make
// more than two million messages.
#pragma once

#include "workloads/collectives/cost_model.hpp"

namespace eastwest {

/// `kind` looks at this option of a request.
bool heeds(const CollectiveKind& kind, std::string_view option);

/// `slots` as NCCL's (NCCL_STEPS); 0: no limit.
void tune(CollectiveRequest& request, const TuningChoice& choice, const Machine& machine, std::uint32_t slots);

}  // namespace eastwest
