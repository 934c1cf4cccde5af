// SPDX-License-Identifier: Apache-2.0
// Direct all-to-all of unequal blocks (all_to_all_v): alpha + the busiest rank's bytes / B on an idle fabric, all peers at once.
#include "workloads/collectives/direct_parts.hpp"

namespace eastwest {

extern const CollectiveKind kind_collective_direct_all_to_all_v{
    .name = "direct_all_to_all_v",
    .algorithm = "direct",
    .operation = CollectiveOperation::all_to_all_v,
    .summary = "Direct all-to-all of unequal blocks, as routing to experts makes them.",
    .source = "NCCL 2.30 src/enqueue.cc, src/init.cc (order of peers), src/graph/paths.cc (PXN)",
    .options = "concurrency, pxn",
    .plan = plan_direct_all_to_all,
    .bytes_sent = bytes_sent_direct,
    .protocols = "ll, simple",
};

}  // namespace eastwest
