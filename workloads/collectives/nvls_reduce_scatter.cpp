// SPDX-License-Identifier: Apache-2.0
// NVLS reduce-scatter: the scale-up switch of one host adds what every rank reads as its block; time a + S / B.
#include "workloads/collectives/nvls_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_nvls_alone(request); !status) return status.error();
  return plan_in_switch(request, true, false);
}

Bytes bytes_sent(const CollectiveRequest& request) { return bytes_sent_in_switch(request, true, false); }

}  // namespace

extern const CollectiveKind kind_collective_nvls_reduce_scatter{
    .name = "nvls_reduce_scatter",
    .algorithm = "nvls",
    .operation = CollectiveOperation::reduce_scatter,
    .summary = "Every rank reads its block through the NVLink switch of the host, which adds all ranks' parts.",
    .source = "NCCL 2.30 src/transport/nvls.cc",
    .options = "",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
};

}  // namespace eastwest
