// SPDX-License-Identifier: Apache-2.0
// A YAML file as a tree of our own in which every key and value knows its place; the one door to yaml-cpp.
//
// Invariants: maps keep the order of the file and hold each key once (a repeated key is an error); aliases are
// copied where they stand, under the same budget of values, so no file can blow up. Whatever is wrong with a file
// (unreadable, a folder, empty, binary, over-size, not YAML) becomes a located diagnostic, never an exception.
// LIMITATIONS: one document per file; keys are plain words; no merge keys (`<<`) and no tags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"

namespace eastwest {

struct YamlEntry;

/// One value with its place. `null` is a key with nothing behind it.
struct YamlValue {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  Place place;
  std::string text;                // of a scalar, without quotes
  std::vector<YamlValue> items;    // of a list
  std::vector<YamlEntry> entries;  // of a map

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  /// The value behind `key`, or nullptr; only maps have any.
  [[nodiscard]] const YamlValue* find(std::string_view key) const;
  [[nodiscard]] YamlValue* find(std::string_view key);
  [[nodiscard]] const YamlEntry* find_entry(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Place key_place;
  YamlValue value;
};

/// "a map", "a list", "`text`", "nothing": for messages.
std::string describe(const YamlValue& value);

inline constexpr std::size_t kYamlBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kYamlValuesMax = 1'000'000;
inline constexpr std::size_t kYamlDepthMax = 64;

/// Reads `text`, which messages call `file`. Nothing when an error went to `diagnostics`.
std::optional<YamlValue> parse_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics);

/// Reads the file at `path`; messages about the file itself stand at `from` (who asked for it) when that has a file.
std::optional<YamlValue> read_yaml_file(const std::string& path, Diagnostics& diagnostics, const Place& from = {});

/// A value on one line: `[0, 1]`, `{a: 1}`; of a scalar its text.
std::string flow_text(const YamlValue& value);

/// Writes `text` as a YAML scalar, quoted when a plain one would not read back as the same text.
std::string yaml_scalar(std::string_view text);

}  // namespace eastwest
