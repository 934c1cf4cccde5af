// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "analysis/validation.hpp"

namespace eastwest {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kClassKeys[] = {"floor", "middle", "plateau"};

Json group_json(const ErrorGroup& group) { return {{"points", group.points}, {"error", group.error}, {"worst_ratio", group.worst}}; }

template <typename Groups>
void add_groups(Json& json, const Groups& groups) {
  json["all"] = group_json(groups.all);
  json["held_out"] = group_json(groups.held_out);
  for (unsigned c = 0; c < kSizeClassCount; ++c) {
    json[kClassKeys[c]] = group_json(groups.classes[c]);
    json[kClassKeys[c]]["bar"] = kErrorBars[c];
  }
  json["rankings"] = groups.rankings;
  json["misranked"] = groups.misranked;
  json["failed"] = groups.failed;
}

Json point_json(const ValidatedPoint& point) {
  const Measurement& m = point.measurement;
  return {{"server", m.server},       {"servers", m.servers},         {"gpus", m.gpus},
          {"operation", m.operation}, {"asked_for", m.algorithm},     {"played", point.algorithm},
          {"bytes", m.size.count},    {"measured_s", point.measured}, {"simulated_s", point.simulated},
          {"fitted", m.fitted},       {"diagnosis", point.diagnosis}};
}

}  // namespace

std::string validation_json(const Validation& validation) {
  Json json;
  json["passed"] = validation.passed();
  add_groups(json, validation);
  json["tables"] = Json::array();
  for (const ValidatedTable& table : validation.tables) {
    Json one;
    one["name"] = table.name;
    add_groups(one, table);
    one["points"] = Json::array();
    for (const ValidatedPoint& point : table.points) one["points"].push_back(point_json(point));
    json["tables"].push_back(std::move(one));
  }
  return json.dump(2) + "\n";
}

}  // namespace eastwest
