// SPDX-License-Identifier: Apache-2.0
#include "bench/agreement.hpp"

#include <map>
#include <tuple>

namespace eastwest::bench {

std::vector<std::string> disagreements(const std::vector<Row>& rows) {
  struct First {
    std::string label;
    std::string digest;
  };
  std::vector<std::string> found;
  std::map<std::tuple<std::string, std::uint64_t, Fidelity>, First> first;
  bool any = false;
  for (const Row& row : rows) {
    for (const RunFigures& run : row.runs) {
      any = true;
      if (!run.error.empty()) {
        found.push_back(label(row) + ": " + run.error);
        continue;
      }
      const auto [known, fresh] = first.try_emplace({row.work.name, row.work.kib, row.setting.fidelity}, First{label(row), run.digest});
      if (run.digest.empty()) found.push_back(label(row) + ": no digest");
      else if (known->second.digest != run.digest)
        found.push_back(label(row) + ": digest " + run.digest + " differs from " + known->second.digest + " of " + known->second.label);
    }
  }
  if (!any) found.emplace_back("nothing was run");
  return found;
}

}  // namespace eastwest::bench
