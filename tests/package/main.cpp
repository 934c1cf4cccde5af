// SPDX-License-Identifier: Apache-2.0
// Uses a header, a kind and the engine of the installed library; none of them may need a header of another library.
#include <cstdio>
#include <string>

#include "core/quantity.hpp"
#include "sim/simulation.hpp"
#include "topology/topology_kind.hpp"

int main() {
  if (eastwest::find_topology_kind("leaf_spine") == nullptr) return 1;
  const eastwest::Fabric fabric;
  eastwest::Workload workload;
  eastwest::Progress progress;
  const auto result = eastwest::simulate(fabric, workload, {}, {}, progress);  // nothing on nothing: any answer, no crash
  std::printf("%s\n", result ? result->digest.c_str() : result.error().message.c_str());
  std::printf("%s\n", eastwest::print_quantity(4096, eastwest::Dimension::bytes).c_str());
  return 0;
}
