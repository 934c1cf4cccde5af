// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "workloads/imports/rank_groups.hpp"

namespace eastwest {

namespace {

using nlohmann::json;

std::optional<RankGroup> group_of(const json& list, std::uint32_t ranks) {
  if (!list.is_array()) return std::nullopt;
  RankGroup group;
  for (const json& item : list) {
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() >= ranks) return std::nullopt;
    group.push_back(item.get<std::uint32_t>());
  }
  RankGroup sorted = group;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return std::nullopt;
  return group;
}

}  // namespace

void read_comm_groups(std::string_view text, std::uint32_t ranks, NamedGroups& groups, InputErrors& errors) {
  const std::string form =
      "write `{\"0\": [0, 1], \"1\": [2, 3]}` with ranks from 0 to " + std::to_string(ranks - 1) + ", each once in a group";
  const json root = json::parse(text, nullptr, false);
  if (!root.is_object()) return errors.error(1, 1, "the file is not a JSON object of groups", form);
  for (const auto& [name, list] : root.items()) {
    const auto group = group_of(list, ranks);
    if (group && !group->empty()) groups[name] = *group;
    else errors.error(0, 0, "the group " + quote_input(name) + " is not a list of ranks", form);
  }
}

bool read_process_groups(std::string_view text, std::uint32_t ranks, NamedGroups& groups) {
  json root = json::parse(text, nullptr, false);
  if (root.is_array() && root.size() == 1 && root.front().is_string())  // a list that holds the text of a list
    root = json::parse(root.front().get<std::string>(), nullptr, false);
  if (!root.is_array()) return false;
  for (const json& item : root) {
    if (!item.is_object() || !item.contains("pg_name") || !item["pg_name"].is_string() || !item.contains("ranks")) return false;
    auto group = group_of(item["ranks"], ranks);
    if (!group) return false;
    if (group->empty()) {
      group->resize(ranks);
      std::iota(group->begin(), group->end(), 0u);
    }
    groups.try_emplace(item["pg_name"].get<std::string>(), std::move(*group));
  }
  return true;
}

}  // namespace eastwest
