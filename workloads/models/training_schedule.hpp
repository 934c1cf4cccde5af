// SPDX-License-Identifier: Apache-2.0
// Training schedule: the operations of all ranks for some steps of training, from the cost of their stages.
//
// Placement: tensor-parallel index fastest, then data-parallel, then pipeline stage: rank = i + t (j + d k).
// A rank computes in the order of pipeline_order; tensor-parallel all-reduces are fused operations between its compute
// operations. Between stages each of the t ranks of a stage sends its 1/t of the activation (or gradient) to the same
// index of the next stage, which gathers the parts over the scale-up domain (Megatron-LM's scatter/gather), a fused
// operation of M - M/t bytes per port. Gradient buckets of the last micro-batch are reduced over the data-parallel group
// one after the other, as one communication stream does, each not before its last gradient is ready; without overlap not
// before the whole backward pass is over. The optimiser waits for all buckets, the step's marker for the optimiser, the
// next step for the marker.
// Invariants: sends and receives of every pair come in the same order on both sides.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "workloads/collectives/collective_kind.hpp"
#include "workloads/models/training_cost.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

enum class DataParallelAlgorithm : std::uint8_t { automatic, ring, hierarchical };

/// Appends `settings.steps` steps. The caller has checked that t d p is the number of ranks and that every
/// tensor-parallel group lives in one host. The error says which group cannot be reduced in the way asked for.
Status append_training(const TrainingSettings& settings, DataParallelAlgorithm algorithm, const JobContext& context,
                       ScheduleBuilder& schedule);

}  // namespace eastwest
