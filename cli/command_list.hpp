// SPDX-License-Identifier: Apache-2.0
// Command list: the verbs and options that the program declares, as plain text, for manual page and shell completions.
//
// Everything is read from the parser itself, so that neither can tell of an option that is not there. Verbs and options
// that are not for users (an empty group in CLI11) are left out. Order: as declared.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace eastwest::cli {

struct OptionText {
  std::vector<std::string> names;  // "-o", "--output"; empty for an argument without a name
  std::string value;               // "FILE.h5", "local|slurm"; empty for a flag
  std::string description;
  bool required = false;
  bool repeated = false;  // may be given more than once
  [[nodiscard]] bool positional() const { return names.empty(); }
};

struct VerbText {
  std::string name;
  std::string description;
  std::vector<OptionText> options;
};

struct CommandList {
  std::string name;
  std::string version;
  std::string description;
  std::string footer;
  std::vector<OptionText> options;  // before a verb
  std::vector<VerbText> verbs;
};

CommandList command_list(const CLI::App& app, const std::string& version);

/// Which words a value may be, from a type such as `local|slurm`; empty where it is not such a list.
std::vector<std::string> choices_of(const std::string& value);

/// The manual page, section 1, in roff's man macros. The same list gives the same bytes: it bears no date.
std::string manual_page(const CommandList& list);

/// Shells that completions are written for.
const std::vector<std::string>& completion_shells();
/// A script for `shell`, one of `completion_shells`.
std::string completions(const CommandList& list, const std::string& shell);

}  // namespace eastwest::cli
