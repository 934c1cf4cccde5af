// SPDX-License-Identifier: Apache-2.0
// Direct all-to-all: grouped send and receive as NCCL orders it; alpha + (n-1)/n S/B on an idle fabric, all peers at once.
#include "workloads/collectives/direct_parts.hpp"

namespace eastwest {

extern const CollectiveKind kind_collective_direct_all_to_all{
    .name = "direct_all_to_all",
    .algorithm = "direct",
    .operation = CollectiveOperation::all_to_all,
    .summary =
        "Every block straight to its receiver in NCCL's order of peers; with PXN along rails, through the local GPU on the receiver's "
        "rail.",
    .source = "NCCL 2.30 src/enqueue.cc, src/init.cc (order of peers), src/graph/paths.cc (PXN)",
    .options = "concurrency, pxn",
    .plan = plan_direct_all_to_all,
    .bytes_sent = bytes_sent_direct,
    .protocols = "ll, simple",
};

}  // namespace eastwest
