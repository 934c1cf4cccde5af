// SPDX-License-Identifier: Apache-2.0
#include "scenarios/parameter_reader.hpp"

#include <algorithm>

namespace eastwest {

namespace {

struct Reader {
  std::string_view owner;
  std::span<const std::string_view> other_keys;
  ReadParameters& out;
  Diagnostics& diagnostics;
  std::vector<std::string> bad;  // names that were given wrongly: not missing as well
};

const ParameterSpec* find_spec(const Reader& reader, std::string_view name) {
  for (const ParameterSpec& spec : *reader.out.specs) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

bool starts_group(std::string_view name, std::string_view group) {
  return name.size() > group.size() && name.starts_with(group) && name[group.size()] == '.';
}

bool is_group(const Reader& reader, std::string_view name) {
  const auto in = [&](std::string_view full) { return starts_group(full, name); };
  return std::any_of(reader.out.specs->begin(), reader.out.specs->end(), [&](const ParameterSpec& spec) { return in(spec.name); }) ||
         std::any_of(reader.other_keys.begin(), reader.other_keys.end(), in);
}

/// The keys that may stand in the map `prefix` ("" or "dcqcn."), each once.
std::vector<std::string> keys_below(const Reader& reader, std::string_view prefix) {
  std::vector<std::string> keys;
  const auto take = [&](std::string_view full) {
    if (!full.starts_with(prefix)) return;
    const std::string_view rest = full.substr(prefix.size());
    std::string key(rest.substr(0, rest.find('.')));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  };
  for (const std::string_view key : reader.other_keys) take(key);
  for (const ParameterSpec& spec : *reader.out.specs) take(spec.name);
  return keys;
}

/// The text that parse_parameter reads for a value of this shape; "" with a diagnostic when the shape is wrong.
bool text_of(const Reader& reader, const ParameterSpec& spec, const YamlValue& value, std::string& text) {
  const std::string name(spec.name);
  if (spec.type == ParameterType::integer_list) {
    if (value.is_scalar()) {
      text = "[" + value.text + "]";
      return true;
    }
    if (value.is_list()) {
      text = "[";
      for (const YamlValue& item : value.items) {
        if (!item.is_scalar()) {
          reader.diagnostics.error(item.place, "`" + name + "` holds " + describe(item) + " where an integer is expected",
                                   "write a list of integers, such as `[0, 1, 2]`");
          return false;
        }
        if (text.size() > 1) text += ", ";
        text += item.text;
      }
      text += "]";
      return true;
    }
  }
  if (value.is_scalar()) {
    text = value.text;
    return true;
  }
  std::string remedy = "write `" + name.substr(name.rfind('.') + 1) + ": " +
                       (spec.default_text.empty() ? std::string("VALUE") : std::string(spec.default_text)) + "`";
  if (value.is_null()) {
    reader.diagnostics.error(value.place, "`" + name + "` has no value",
                             spec.default_text.empty() ? remedy : remedy + ", its default, or remove the key");
  } else {
    reader.diagnostics.error(value.place, "`" + name + "` takes one value, not " + describe(value), std::move(remedy));
  }
  return false;
}

void read_value(Reader& reader, const ParameterSpec& spec, const YamlValue& value) {
  std::string text;
  if (!text_of(reader, spec, value, text)) {
    reader.bad.emplace_back(spec.name);
    return;
  }
  Result<ParameterValue> parsed = parse_parameter(spec, text);
  if (!parsed) {
    std::string message = parsed.error().message;
    // Messages of core name the value; ours name the parameter as well, once.
    if (message.find("`" + std::string(spec.name) + "`") == std::string::npos) message = "`" + std::string(spec.name) + "`: " + message;
    reader.diagnostics.error(value.place, std::move(message), parsed.error().remedy);
    reader.bad.emplace_back(spec.name);
    return;
  }
  reader.out.values.set(spec.name, std::move(parsed).value());
  reader.out.given.emplace_back(spec.name, value.place);
}

void read_map(Reader& reader, const YamlValue& map, const std::string& prefix) {
  for (const YamlEntry& entry : map.entries) {
    const std::string name = prefix + entry.key;
    if (std::find(reader.other_keys.begin(), reader.other_keys.end(), name) != reader.other_keys.end()) continue;
    if (const ParameterSpec* spec = find_spec(reader, name); spec != nullptr && !(is_group(reader, name) && entry.value.is_map())) {
      read_value(reader, *spec, entry.value);
    } else if (is_group(reader, name)) {
      if (entry.value.is_map()) {
        read_map(reader, entry.value, name + ".");
      } else if (!entry.value.is_null()) {
        reader.diagnostics.error(entry.value.place, "`" + name + "` is a group of parameters, not " + describe(entry.value),
                                 "write its keys below it, indented: " + suggest("", keys_below(reader, name + ".")));
      }
    } else if (entry.key.find('.') != std::string::npos && find_spec(reader, name) != nullptr) {
      reader.diagnostics.error(entry.key_place, "`" + entry.key + "` stands on one line", "nest it: one map per dot");
    } else {
      reader.diagnostics.error(entry.key_place, "`" + name + "` is not a parameter of " + std::string(reader.owner),
                               suggest(entry.key, keys_below(reader, prefix)));
    }
  }
}

}  // namespace

bool ReadParameters::was_given(std::string_view name) const {
  return std::any_of(given.begin(), given.end(), [&](const auto& entry) { return entry.first == name; });
}

Place ReadParameters::place_of(std::string_view name, const Place& otherwise) const {
  for (const auto& [known, place] : given) {
    if (known == name) return place;
  }
  return otherwise;
}

std::string suggest(std::string_view word, const std::vector<std::string>& candidates) {
  if (!word.empty()) {
    if (const std::string near = nearest_name(word, candidates); !near.empty()) return "did you mean `" + near + "`?";
  }
  if (candidates.empty()) return "remove it";
  constexpr std::size_t kShown = 24;
  std::string list = word.empty() ? "" : "known: ";
  for (std::size_t i = 0; i < candidates.size() && i < kShown; ++i) list += (i == 0 ? "`" : ", `") + candidates[i] + "`";
  if (candidates.size() > kShown) list += " and " + std::to_string(candidates.size() - kShown) + " more";
  return list;
}

ReadParameters default_parameters(std::vector<ParameterSpec> specs) {
  ReadParameters out;
  out.specs = std::make_shared<const std::vector<ParameterSpec>>(std::move(specs));
  out.values = ParameterSet::defaults(*out.specs);
  return out;
}

ReadParameters read_parameters(const YamlValue* map, const Place& place, std::string_view owner, std::vector<ParameterSpec> specs,
                               std::span<const std::string_view> other_keys, Diagnostics& diagnostics) {
  ReadParameters out = default_parameters(std::move(specs));
  Reader reader{owner, other_keys, out, diagnostics, {}};
  if (map != nullptr && map->is_map()) {
    read_map(reader, *map, "");
  } else if (map != nullptr && !map->is_null()) {
    diagnostics.error(map->place, std::string(owner) + " must be a map of parameters, not " + describe(*map),
                      "write `key: value` lines below it, indented");
    return out;
  }
  for (const ParameterSpec& spec : *out.specs) {
    if (!spec.default_text.empty() || out.was_given(spec.name) ||
        std::find(reader.bad.begin(), reader.bad.end(), spec.name) != reader.bad.end())
      continue;
    diagnostics.error(place, std::string(owner) + " needs `" + std::string(spec.name) + "`: " + std::string(spec.meaning),
                      "it has no default; write it");
  }
  return out;
}

}  // namespace eastwest
