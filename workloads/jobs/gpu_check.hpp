// SPDX-License-Identifier: Apache-2.0
// What model jobs ask of the GPUs they are placed on: one model of GPU, and tensor-parallel groups inside one host.
#pragma once

#include <cstdint>

#include "core/diagnostic.hpp"
#include "workloads/models/model_table.hpp"
#include "workloads/models/roofline.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// The GPU model that all ranks of the job share, or nullptr after an error at context.place: no ranks, plain hosts,
/// GPUs of several models, or one that does not compute in `precision`.
const GpuModel* common_gpu_model(const JobContext& context, Precision precision, Diagnostics& diagnostics);

/// Checks that every `t` consecutive ranks from rank 0 on share a host, and that `model` can be cut `t` ways.
bool check_tensor_groups(const JobContext& context, const TransformerModel& model, std::int64_t t, Diagnostics& diagnostics);

}  // namespace eastwest
