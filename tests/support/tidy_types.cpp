// SPDX-License-Identifier: Apache-2.0
// One type, one name: two types of one full name are undefined behaviour that no compiler sees and only whole-program
// optimisation warns of; joined parts have crashed of it.
#include <map>
#include <regex>

#include "tests/support/tidy_rules.hpp"

namespace eastwest::tests {

namespace {

struct DeclaredType {
  std::string name;  // with its namespaces
  std::size_t line = 0;
};

/// Types defined at the level of a namespace that has a name. `code` has no comments and no literals.
std::vector<DeclaredType> types_of(const std::string& code) {
  static const std::regex kNamespace(R"(\bnamespace\s+([\w:]+)?\s*$)");
  static const std::regex kBare(R"(\bnamespace\s*$)");
  static const std::regex kType(R"((?:^|\s)(?:struct|class|enum\s+class)\s+(\w+)(?:\s+final)?\s*(?::[^:].*)?$)");
  std::vector<DeclaredType> types;
  std::vector<std::string> open;  // namespaces around; "-" is an anonymous one or no namespace at all
  std::string head;               // since the last statement
  std::size_t line = 1;
  bool directive = false;
  for (const char letter : code) {
    if (letter == '\n') {
      ++line;
      directive = false;
    }
    if (letter == '#') directive = true;
    if (directive) continue;
    if (letter == '}' && !open.empty()) open.pop_back();
    if (letter == '{') {
      std::smatch match;
      std::string kind = "-";
      std::string around;
      bool named = true;
      for (const std::string& each : open) named = named && each != "-", around += each + "::";
      if (std::regex_search(head, match, kNamespace)) kind = match[1].str();
      else if (!std::regex_search(head, kBare) && named && std::regex_search(head, match, kType))
        types.push_back({around + match[1].str(), line});
      open.push_back(kind.empty() ? "-" : kind);
    }
    if (letter == ';' || letter == '{' || letter == '}') head.clear();
    else head += letter == '\n' ? ' ' : letter;
  }
  return types;
}

}  // namespace

Breaches check_type_names(const std::vector<SourceFile>& files) {
  Breaches breaches;
  std::map<std::string, std::string> first;
  for (const SourceFile& file : files) {
    // Each of these is a program of its own.
    if ((!file.path.ends_with(".cpp") && !file.path.ends_with(".hpp")) || file.path.starts_with("tests/compile_failure/")) continue;
    for (const DeclaredType& type : types_of(code_only(file.text))) {
      const auto [place, is_new] = first.try_emplace(type.name, file.path + ":" + std::to_string(type.line));
      if (!is_new)
        breaches.push_back(file.path + ":" + std::to_string(type.line) + ": `" + type.name + "` is defined in " + place->second +
                           " too: give one of them another name");
    }
  }
  return breaches;
}

}  // namespace eastwest::tests
