// SPDX-License-Identifier: Apache-2.0
#include "scenarios/yaml_document.hpp"

namespace eastwest {

const YamlEntry* YamlValue::find_entry(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const YamlValue* YamlValue::find(std::string_view key) const {
  const YamlEntry* entry = find_entry(key);
  return entry == nullptr ? nullptr : &entry->value;
}

YamlValue* YamlValue::find(std::string_view key) {
  for (YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string describe(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::null: return "nothing";
    case YamlValue::Kind::list: return "a list";
    case YamlValue::Kind::map: return "a map";
    case YamlValue::Kind::scalar: break;
  }
  constexpr std::size_t kShown = 60;
  return "`" + (value.text.size() > kShown ? value.text.substr(0, kShown) + "..." : value.text) + "`";
}

std::string yaml_scalar(std::string_view text) {
  constexpr std::string_view kPlainStart = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./";
  bool plain = !text.empty() && kPlainStart.find(text.front()) != std::string_view::npos && text.back() != ' ' && text.back() != ':' &&
               text != "null";
  for (std::size_t i = 0; plain && i < text.size(); ++i) {
    const char c = text[i];
    const bool odd = static_cast<unsigned char>(c) < 0x20 || c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == '"' ||
                     c == '\'' || c == '\\';
    const bool splits = (c == ':' && i + 1 < text.size() && text[i + 1] == ' ') || (c == '#' && i > 0 && text[i - 1] == ' ');
    plain = !odd && !splits;
  }
  if (plain) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string flow_text(const YamlValue& value) {
  std::string text;
  switch (value.kind) {
    case YamlValue::Kind::null: return "null";
    case YamlValue::Kind::scalar: return yaml_scalar(value.text);
    case YamlValue::Kind::list:
      for (const YamlValue& item : value.items) text += (text.empty() ? "[" : ", ") + flow_text(item);
      return text.empty() ? "[]" : text + "]";
    case YamlValue::Kind::map:
      for (const YamlEntry& entry : value.entries)
        text += (text.empty() ? "{" : ", ") + yaml_scalar(entry.key) + ": " + flow_text(entry.value);
      return text.empty() ? "{}" : text + "}";
  }
  return text;
}

}  // namespace eastwest
