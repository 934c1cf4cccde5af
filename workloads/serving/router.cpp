// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/router.hpp"

namespace eastwest {

std::size_t choose_instance(RouterPolicy policy, std::span<const RouterView> instances, std::size_t& turn) {
  if (policy == RouterPolicy::round_robin) return turn++ % instances.size();
  const auto score = [&](const RouterView& view) {
    return policy == RouterPolicy::least_loaded ? view.load : view.load + view.backlog - view.cached;
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < instances.size(); ++i)
    if (score(instances[i]) < score(instances[best])) best = i;
  return best;
}

}  // namespace eastwest
