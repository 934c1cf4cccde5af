// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "analysis/interference.hpp"

namespace eastwest {

std::string interference_json(const std::string& shared_summary_json, const std::vector<InterferenceRow>& rows,
                              const std::vector<AloneRun>& runs) {
  using Json = nlohmann::ordered_json;
  Json object;
  object["shared"] = Json::parse(shared_summary_json);
  object["alone"] = Json::object();
  for (const AloneRun& run : runs) object["alone"][run.job] = Json::parse(run.summary_json);
  object["interference"] = Json::array();
  for (const InterferenceRow& row : rows)
    object["interference"].push_back({{"job", row.job},
                                      {"what", row.what},
                                      {"count", row.count},
                                      {"shared_s", row.shared},
                                      {"alone_s", row.alone},
                                      {"slowdown", row.alone > 0 ? Json(row.slowdown()) : Json(nullptr)}});
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eastwest
