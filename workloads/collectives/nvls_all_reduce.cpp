// SPDX-License-Identifier: Apache-2.0
// NVLS all-reduce: the scale-up switch of one host adds and multicasts; time a + S (1 + 1/g) / B.
#include "workloads/collectives/nvls_parts.hpp"

namespace eastwest {

namespace {

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  if (Status status = check_nvls_alone(request); !status) return status.error();
  return plan_in_switch(request, true, true);
}

Bytes bytes_sent(const CollectiveRequest& request) { return bytes_sent_in_switch(request, true, true); }

}  // namespace

extern const CollectiveKind kind_collective_nvls_all_reduce{
    .name = "nvls_all_reduce",
    .algorithm = "nvls",
    .operation = CollectiveOperation::all_reduce,
    .summary = "The NVLink switch of one host reads every buffer, adds, and writes the sum to all: about S per port instead of 2 S.",
    .source = "NCCL 2.30 src/transport/nvls.cc",
    .options = "chunks",
    .plan = plan,
    .bytes_sent = bytes_sent,
    .protocols = "simple",
};

}  // namespace eastwest
