// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/pipeline_order.hpp"

#include <algorithm>

namespace eastwest {

std::vector<PipelinePass> pipeline_order(std::uint32_t stage, std::uint32_t stages, std::uint32_t micro_batches) {
  const std::uint32_t warm_up = std::min(micro_batches, stages - 1 - stage);
  std::vector<PipelinePass> order;
  order.reserve(2 * static_cast<std::size_t>(micro_batches));
  for (std::uint32_t i = 0; i < warm_up; ++i) order.push_back({true, i});
  for (std::uint32_t i = 0; i < micro_batches - warm_up; ++i) {
    order.push_back({true, warm_up + i});
    order.push_back({false, i});
  }
  for (std::uint32_t i = micro_batches - warm_up; i < micro_batches; ++i) order.push_back({false, i});
  return order;
}

}  // namespace eastwest
