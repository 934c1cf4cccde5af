// SPDX-License-Identifier: Apache-2.0
#include "tests/support/plain_max_min.hpp"

#include <algorithm>
#include <limits>

namespace eastwest::test {

std::vector<double> plain_max_min(const std::vector<double>& capacities, const std::vector<PlainFlow>& flows) {
  std::vector<double> rates(flows.size(), 0);
  std::vector<bool> stopped(flows.size(), false);
  std::size_t left = flows.size();
  while (left > 0) {
    std::size_t fullest = capacities.size();
    double level = std::numeric_limits<double>::infinity();
    for (std::size_t l = 0; l < capacities.size(); ++l) {
      double free = capacities[l];
      double growing = 0;
      for (std::size_t f = 0; f < flows.size(); ++f)
        for (std::size_t i = 0; i < flows[f].links.size(); ++i)
          if (flows[f].links[i] == l) {
            if (stopped[f]) free -= rates[f] * flows[f].weights[i];
            else growing += flows[f].weights[i];
          }
      if (growing > 0 && free / growing < level) {
        level = free / growing;
        fullest = l;
      }
    }
    for (std::size_t f = 0; f < flows.size(); ++f) {
      if (stopped[f] || std::find(flows[f].links.begin(), flows[f].links.end(), fullest) == flows[f].links.end()) continue;
      stopped[f] = true;
      rates[f] = std::max(level, 0.0);
      --left;
    }
  }
  return rates;
}

bool is_max_min_fair(const std::vector<double>& capacities, const std::vector<PlainFlow>& flows, const std::vector<double>& rates,
                     double tolerance) {
  std::vector<double> used(capacities.size(), 0);
  std::vector<double> highest(capacities.size(), 0);
  for (std::size_t f = 0; f < flows.size(); ++f)
    for (std::size_t i = 0; i < flows[f].links.size(); ++i) {
      const std::size_t l = flows[f].links[i];
      used[l] += rates[f] * flows[f].weights[i];
      highest[l] = std::max(highest[l], rates[f]);
    }
  for (std::size_t l = 0; l < capacities.size(); ++l)
    if (used[l] > capacities[l] * (1 + tolerance)) return false;
  return std::all_of(flows.begin(), flows.end(), [&](const PlainFlow& flow) {
    const double rate = rates[static_cast<std::size_t>(&flow - flows.data())];
    return std::any_of(flow.links.begin(), flow.links.end(),
                       [&](std::uint32_t l) { return used[l] >= capacities[l] * (1 - tolerance) && rate >= highest[l] * (1 - tolerance); });
  });
}

}  // namespace eastwest::test
