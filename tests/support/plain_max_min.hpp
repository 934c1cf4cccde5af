// SPDX-License-Identifier: Apache-2.0
// Max-min fair rates by the textbook, without any shortcut: what the flow engine's solver is compared with.
//
// Progressive filling (Bertsekas and Gallager, "Data Networks", section 6.5.2): all rates grow together; when a link is full,
// the flows that cross it stop. Every round looks at every link and every flow.
#pragma once

#include <cstdint>
#include <vector>

namespace eastwest::test {

struct PlainFlow {
  std::vector<std::uint32_t> links;
  std::vector<double> weights;  // by link: what of the flow crosses it
};

/// Rates in the unit of `capacities`; flows without links are not allowed.
std::vector<double> plain_max_min(const std::vector<double>& capacities, const std::vector<PlainFlow>& flows);

/// Whether `rates` are max-min fair to `tolerance` (relative): no link above its capacity, and every flow has a link that
/// is full and on which no flow has a higher rate.
bool is_max_min_fair(const std::vector<double>& capacities, const std::vector<PlainFlow>& flows, const std::vector<double>& rates,
                     double tolerance);

}  // namespace eastwest::test
