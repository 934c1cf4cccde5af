// SPDX-License-Identifier: Apache-2.0
#include "scenarios/overrides.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "scenarios/parameter_reader.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kPrefix = "--set ";

void move_to(YamlValue& value, const Place& place) {
  value.place = place;
  for (YamlValue& item : value.items) move_to(item, place);
  for (YamlEntry& entry : value.entries) {
    entry.key_place = place;
    move_to(entry.value, place);
  }
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t dot = path.find('.');
    parts.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    path.remove_prefix(dot + 1);
  }
}

std::optional<YamlValue> read_value(std::string_view text, const Place& place, Diagnostics& diagnostics) {
  YamlValue value;
  if (text.empty()) {
    diagnostics.error(place, "there is no value after `=`", "write `--set path=value`");
    return std::nullopt;
  }
  Diagnostics own;
  if (std::optional<YamlValue> parsed = parse_yaml(text, place.file, own)) {
    value = std::move(*parsed);
  } else {
    const Diagnostic& first = own.all().front();
    diagnostics.error(place, "the value cannot be read: " + first.message, first.remedy);
    return std::nullopt;
  }
  move_to(value, place);
  return value;
}

std::vector<std::string> keys_of(const YamlValue& map) {
  std::vector<std::string> keys;
  for (const YamlEntry& entry : map.entries) keys.push_back(entry.key);
  return keys;
}

/// The value behind `part` inside `at`, made when it is a key that may be added; nullptr with a diagnostic otherwise.
YamlValue* step(YamlValue& at, const std::string& part, const std::string& walked, const Place& place, Diagnostics& diagnostics) {
  if (at.is_list()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (error != std::errc{} || end != part.data() + part.size() || index >= at.items.size()) {
      diagnostics.error(
          place, "`" + walked + "` is a list of " + std::to_string(at.items.size()) + "; `" + part + "` is not one of its elements",
          at.items.empty() ? "set the whole list: `" + walked + "=[...]`" : "count from 0 to " + std::to_string(at.items.size() - 1));
      return nullptr;
    }
    return &at.items[index];
  }
  if (at.is_scalar()) {
    diagnostics.error(place, "`" + walked + "` is one value, " + describe(at) + "; it has no `" + part + "`",
                      "set `" + walked + "` itself");
    return nullptr;
  }
  if (YamlValue* found = at.find(part)) return found;
  if (walked == "jobs") {
    diagnostics.error(place, "no job is named `" + part + "`", suggest(part, keys_of(at)));
    return nullptr;
  }
  at.kind = YamlValue::Kind::map;
  if (at.place.file.empty()) at.place = place;
  YamlEntry fresh;
  fresh.key = part;
  fresh.key_place = place;
  fresh.value.place = place;
  at.entries.push_back(std::move(fresh));
  return &at.entries.back().value;
}

/// The value at `path`, made when its keys may be added; nullptr with a diagnostic otherwise.
YamlValue* walk(YamlValue& root, const std::string& path, const Place& place, Diagnostics& diagnostics) {
  const std::vector<std::string> parts = split(path);
  if (std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); })) {
    diagnostics.error(place, "the path `" + path + "` has an empty part", "write names joined by single dots, such as `network.routing`");
    return nullptr;
  }
  YamlValue* at = &root;
  std::string walked;
  for (const std::string& part : parts) {
    at = step(*at, part, walked, place, diagnostics);
    if (at == nullptr) return nullptr;
    walked += (walked.empty() ? "" : ".") + part;
  }
  return at;
}

void apply(YamlValue& root, const std::string& text, std::size_t equals, Diagnostics& diagnostics) {
  const Place place{std::string(kPrefix) + text, 0, 0};
  std::optional<YamlValue> value = read_value(std::string_view(text).substr(equals + 1), place, diagnostics);
  if (!value) return;
  if (YamlValue* at = walk(root, text.substr(0, equals), place, diagnostics); at != nullptr) *at = std::move(*value);
}

bool names_whole_part(std::string_view path) { return path == "site" || path == "jobs"; }

}  // namespace

void apply_overrides(YamlValue& root, std::span<const std::string> overrides, bool whole, Diagnostics& diagnostics) {
  for (const std::string& text : overrides) {
    const std::size_t equals = text.find('=');
    const std::string_view path = std::string_view(text).substr(0, equals);
    if (names_whole_part(path) != whole) continue;
    if (equals == std::string::npos || equals == 0) {
      diagnostics.error({std::string(kPrefix) + text, 0, 0}, "an override needs a path and a value",
                        "write `--set path=value`, such as `--set network.routing=spray`");
      continue;
    }
    apply(root, text, equals, diagnostics);
  }
}

void apply_changes(YamlValue& root, std::span<const ScenarioChange> changes, bool whole, Diagnostics& diagnostics) {
  for (const ScenarioChange& change : changes) {
    if (names_whole_part(change.path) != whole) continue;
    YamlValue* at = walk(root, change.path, change.place, diagnostics);
    if (at == nullptr) continue;
    if (change.append && at->is_list()) at->items.insert(at->items.end(), change.value.items.begin(), change.value.items.end());
    else *at = change.value;
  }
}

bool is_override(const Place& place) { return place.file.starts_with(kPrefix); }

}  // namespace eastwest
