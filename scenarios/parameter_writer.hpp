// SPDX-License-Identifier: Apache-2.0
// Writes parameters as nested maps of YAML, two blanks a level, with or without their meaning: what `eastwest explain` prints.
//
// Invariant: what is written reads back as the same values. Names that share a group must stand together, as they are declared.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/parameter_reader.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

class ParameterWriter {
 public:
  explicit ParameterWriter(bool with_comments) : with_comments_(with_comments) {}

  void key(int depth, std::string_view name) { line(depth, yaml_scalar(name) + ":"); }
  void line(int depth, const std::string& text) { out_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') + text + "\n"; }
  void value(int depth, const ParameterSpec& spec, std::string_view shown_name, const std::string& text) {
    if (with_comments_) comment(depth, spec);
    line(depth, std::string(shown_name) + ": " + text);
  }

  /// All parameters as nested maps. Names that share a group must stand together in `specs`, as they are declared.
  void parameters(int depth, const ReadParameters& read) {
    std::vector<std::string_view> open;  // groups we are inside of
    for (const ParameterSpec& spec : *read.specs) {
      const ParameterValue* value_of = read.values.find(spec.name);
      if (value_of == nullptr) continue;
      std::vector<std::string_view> parts;
      for (std::string_view rest = spec.name;;) {
        const std::size_t dot = rest.find('.');
        parts.push_back(rest.substr(0, dot));
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
      }
      std::size_t same = 0;
      while (same < open.size() && same + 1 < parts.size() && open[same] == parts[same]) ++same;
      open.resize(same);
      for (; same + 1 < parts.size(); ++same) {
        key(depth + static_cast<int>(same), parts[same]);
        open.push_back(parts[same]);
      }
      value(depth + static_cast<int>(same), spec, parts.back(), text_of(spec, *value_of));
    }
  }

  static std::string text_of(const ParameterSpec& spec, const ParameterValue& value) {
    if (spec.type == ParameterType::text || spec.type == ParameterType::choice) return yaml_scalar(std::get<std::string>(value));
    return print_parameter(spec, value);
  }

  std::string take() { return std::move(out_); }

 private:
  void comment(int depth, const ParameterSpec& spec) {
    std::string text = "# " + std::string(spec.meaning);
    if (!spec.choices.empty()) text += " (" + std::string(spec.choices) + ")";
    if (!spec.source.empty() && spec.source != "eastwest") text += " [" + std::string(spec.source) + "]";
    line(depth, text);
  }

  bool with_comments_;
  std::string out_;
};

}  // namespace eastwest
