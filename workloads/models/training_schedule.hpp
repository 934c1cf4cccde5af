// SPDX-License-Identifier: Apache-2.0
// Training schedule: the operations of all ranks for some steps of training, from the cost of their stages.
//
// Passes are as training_passes.hpp says. Gradient buckets of the last micro-batch are reduced over the replicas one after the
// other, as one communication stream does (those of experts over the replicas of the expert, in a stream of their own), each not
// before its last gradient is ready; without overlap not before the whole backward pass is over. ZeRO-1 and 2 reduce-scatter them,
// 2 after every micro-batch, and all-gather the weights after the optimiser, bucket by bucket, the first layers first; ZeRO-3 has
// done both within the passes (Rajbhandari et al. 2020). The optimiser waits for all of them, the step's marker for optimiser and
// weights, the next step for the marker.
// LIMITATIONS: the all-gather does not hide behind the next step's forward pass; no all-reduce of gradient norm or tied embeddings.
#pragma once

#include "core/diagnostic.hpp"
#include "workloads/models/training_settings.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// Appends `settings.steps` steps. The caller has checked what TrainingSettings asks for and that every tensor-parallel group lives
/// in one host. The error says which group cannot exchange in the way asked for.
Status append_training(const TrainingSettings& settings, const JobContext& context, ScheduleBuilder& schedule);

}  // namespace eastwest
