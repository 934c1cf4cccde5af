// SPDX-License-Identifier: Apache-2.0
// Parameter writer: parameters and sites as YAML with every value, as `explain` and `expand` print them.
//
// Invariant: what is written reads back as the same values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/scenario.hpp"

namespace eastwest {

class ParameterWriter {
 public:
  explicit ParameterWriter(bool with_comments) : with_comments_(with_comments) {}

  void key(int depth, std::string_view name);
  void line(int depth, const std::string& text) { out_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') + text + "\n"; }
  void value(int depth, const ParameterSpec& spec, std::string_view shown_name, const std::string& text);
  /// All parameters as nested maps. Names that share a group must stand together in `specs`, as they are declared.
  void parameters(int depth, const ReadParameters& read);
  static std::string text_of(const ParameterSpec& spec, const ParameterValue& value);
  std::string take() { return std::move(out_); }

 private:
  void comment(int depth, const ParameterSpec& spec);

  bool with_comments_;
  std::string out_;
};

const ParameterSpec& spec_of(const std::vector<ParameterSpec>& specs, std::string_view name);
/// Topology, its parameters, `plant:` and the lists of a custom graph.
void write_site(ParameterWriter& writer, int depth, const Site& site);

}  // namespace eastwest
