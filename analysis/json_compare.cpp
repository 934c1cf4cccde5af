// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "analysis/compare.hpp"

namespace eastwest {

std::string comparison_json(const Comparison& c) {
  using Json = nlohmann::ordered_json;
  Json designs = Json::array();
  for (const Comparison::Design& d : c.designs)
    designs.push_back({{"label", d.label}, {"traces", d.paths}, {"seeds", d.seeds}, {"complete", d.complete}});
  Json rows = Json::array();
  for (const Comparison::Row& row : c.rows) {
    Json values = Json::array();
    for (std::size_t d = 0; d < row.values.size(); ++d) {
      const std::optional<Comparison::Value>& value = row.values[d];
      const std::optional<double>& ratio = row.ratio[d];
      if (!value) {
        values.push_back(nullptr);
        continue;
      }
      const Comparison::Value& v = *value;
      values.push_back({{"mean", v.mean},
                        {"low", v.low},
                        {"high", v.high},
                        {"runs", v.runs},
                        {"ratio", ratio ? Json(*ratio) : Json(nullptr)},
                        {"beyond_spread", row.marks[d] == Comparison::Mark::differs}});
    }
    rows.push_back({{"subject", row.subject},
                    {"metric", row.metric},
                    {"unit", row.unit},
                    {"lower_is_better", row.lower_is_better},
                    {"values", std::move(values)}});
  }
  const Json object = {{"designs", std::move(designs)}, {"rows", std::move(rows)}, {"notes", c.notes}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eastwest
