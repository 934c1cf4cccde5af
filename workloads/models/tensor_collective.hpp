// SPDX-License-Identifier: Apache-2.0
// Tensor collective: what one collective of a tensor-parallel group, t ranks inside one host, takes of every member's scale-up port.
//
// "scale_up": 2 (t-1) M/t bytes and 2 hops for an all-reduce, half of both for all-gather and reduce-scatter: the network alone. "ring": as
// many bytes, with the flags of the protocol and at the share of the rate that NCCL gets, and t-1 hops with the protocol's delays each way.
// "nvls": M (1 + 1/t) bytes, M for the halves. "auto": the faster of the two by NCCL's cost model, size by size.
// Source: cost_model.hpp. LIMITATIONS: no trees (NCCL has none inside a host that are faster); one fused operation, whose
// latency holds the port.
#pragma once

#include <string>

#include "workloads/models/training_settings.hpp"

namespace eastwest {

struct PortTime {
  Bytes bytes;
  Duration latency;
};

PortTime tensor_collective(const TrainingSettings& settings, CollectiveOperation operation, Bytes message);
/// Why the group cannot do it as asked; "" when it can.
std::string tensor_obstacle(const TrainingSettings& settings);

}  // namespace eastwest
