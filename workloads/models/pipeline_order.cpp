// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/pipeline_order.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace eastwest {

namespace {

/// The k-th forward or backward pass of a stage.
PipelinePass nth_pass(bool forward, std::uint32_t k, std::uint32_t stages, std::uint32_t chunks) {
  if (chunks == 1) return {forward, k, 0};
  const std::uint32_t round = stages * chunks;  // a group of `stages` micro-batches through all chunks
  const std::uint32_t chunk = k % round / stages;
  return {forward, k / round * stages + k % stages, forward ? chunk : chunks - 1 - chunk};
}

}  // namespace

std::vector<PipelinePass> pipeline_order(std::uint32_t stage, std::uint32_t stages, std::uint32_t micro_batches, std::uint32_t chunks) {
  EASTWEST_CHECK(chunks == 1 || micro_batches % stages == 0, "an interleaved pipeline takes micro-batches in groups of its stages");
  const std::uint32_t passes = micro_batches * chunks;
  const std::uint32_t behind = stages - 1 - stage;
  const std::uint32_t warm_up = std::min(passes, chunks == 1 ? behind : 2 * behind + (chunks - 1) * stages);
  std::vector<PipelinePass> order;
  order.reserve(2 * static_cast<std::size_t>(passes));
  for (std::uint32_t k = 0; k < warm_up; ++k) order.push_back(nth_pass(true, k, stages, chunks));
  for (std::uint32_t k = 0; k < passes - warm_up; ++k) {
    order.push_back(nth_pass(true, warm_up + k, stages, chunks));
    order.push_back(nth_pass(false, k, stages, chunks));
  }
  for (std::uint32_t k = passes - warm_up; k < passes; ++k) order.push_back(nth_pass(false, k, stages, chunks));
  return order;
}

}  // namespace eastwest
