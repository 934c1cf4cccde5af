// SPDX-License-Identifier: Apache-2.0
// Pipeline order: in which order a stage runs the forward and backward passes of a step's micro-batches.
//
// One forward, one backward (1F1B): stage i of p runs w = min(m, p-1-i) forwards to warm up, then m-w pairs of a
// forward and a backward, then the w backwards that are left, so that at most p-i activations are alive
// (Narayanan et al., "Memory-efficient pipeline-parallel DNN training", ICML 2021).
// Interleaved: a stage holds v chunks of the model; micro-batches go through them in groups of p, and
// w = min(m v, 2 (p-1-i) + (v-1) p) (Narayanan et al., "Efficient large-scale language model training on GPU clusters", SC 2021).
// The bubble is (p-1)/(v m) of the compute when all chunks are equal. LIMITATIONS: no zero-bubble order.
#pragma once

#include <cstdint>
#include <vector>

namespace eastwest {

struct PipelinePass {
  bool forward = true;
  std::uint32_t micro_batch = 0;
  std::uint32_t chunk = 0;
  friend constexpr bool operator==(const PipelinePass&, const PipelinePass&) = default;
};

/// The 2 m v passes of stage `stage` of `stages` over `micro_batches`; with several chunks `stages` divides micro_batches.
std::vector<PipelinePass> pipeline_order(std::uint32_t stage, std::uint32_t stages, std::uint32_t micro_batches, std::uint32_t chunks = 1);

}  // namespace eastwest
