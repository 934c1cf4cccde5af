// SPDX-License-Identifier: Apache-2.0
// NVLS all-gather: every rank multicasts its block through the scale-up switch of one host; time a + S / B.
#include "workloads/collectives/nvls_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_nvls_alone(request); !status) return status.error();
  return plan_in_switch(request, false, false);
}

Bytes bytes_sent(const CollectiveRequest& request) { return bytes_sent_in_switch(request, false, false); }

}  // namespace

extern const CollectiveKind kind_collective_nvls_all_gather{
    .name = "nvls_all_gather",
    .algorithm = "nvls",
    .operation = CollectiveOperation::all_gather,
    .summary = "Every rank writes its block once, the NVLink switch of the host copies it to all.",
    .source = "NCCL 2.30 src/transport/nvls.cc",
    .options = "",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
};

}  // namespace eastwest
