// SPDX-License-Identifier: Apache-2.0
// Completions for bash, zsh and fish: verbs, their options, words that may be chosen, and files by their endings.
//
// LIMITATIONS: names of kinds and paths inside a scenario (`--set`) are not completed.
#include <algorithm>

#include "cli/command_list.hpp"

namespace eastwest::cli {

namespace {

enum class ValueKind { none, choice, file, folder };

struct ValueHint {
  ValueKind kind = ValueKind::none;
  std::vector<std::string> words;  // choices, or endings of files ("yaml"); no endings: any file
};

ValueHint hint_of(const std::string& value) {
  if (const auto words = choices_of(value); !words.empty()) return {ValueKind::choice, words};
  if (value == "DIR") return {ValueKind::folder, {}};
  if (value == "SCENARIO") return {ValueKind::file, {"yaml", "yml", "h5"}};
  if (value == "SITE" || value == "STUDY") return {ValueKind::file, {"yaml", "yml"}};
  if (value == "FILE" || value == "PATH") return {ValueKind::file, {}};
  if (value.starts_with("FILE.")) return {ValueKind::file, {value.substr(5)}};
  if (value.find('|') == std::string::npos && value == "netbox") return {ValueKind::choice, {value}};
  return {};
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::vector<std::string> option_names(const VerbText& verb) {
  std::vector<std::string> names;
  for (const OptionText& option : verb.options) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

/// The value that an argument without a name has; a verb has at most two of them.
std::vector<const OptionText*> positionals(const VerbText& verb) {
  std::vector<const OptionText*> found;
  for (const OptionText& option : verb.options)
    if (option.positional()) found.push_back(&option);
  return found;
}

// --- bash ------------------------------------------------------------------------------------------------------------

std::string bash_value(const ValueHint& hint) {
  switch (hint.kind) {
    case ValueKind::choice: return "_eastwest_words '" + joined(hint.words, " ") + "'";
    case ValueKind::file: return hint.words.empty() ? "_eastwest_files" : "_eastwest_files '" + joined(hint.words, "|") + "'";
    case ValueKind::folder: return "_eastwest_folders";
    case ValueKind::none: break;
  }
  return ":";
}

std::string bash(const CommandList& list) {
  std::string verbs;
  for (const VerbText& verb : list.verbs) verbs += verb.name + " ";
  VerbText top{"", "", list.options};
  std::string text =
      "# Completions of eastwest for bash; written by `eastwest completions bash`.\n"
      "_eastwest_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\"); }\n"
      "_eastwest_folders() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); }\n"
      "_eastwest_files() {\n"
      "  compopt -o filenames 2>/dev/null\n"
      "  local name\n"
      "  while IFS= read -r name; do\n"
      "    [[ -z ${1:-} || -d $name || $name =~ \\.($1)(\\.partial)?$ ]] && COMPREPLY+=(\"$name\")\n"
      "  done < <(compgen -f -- \"$word\")\n"
      "}\n"
      "_eastwest() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb= k\n"
      "  COMPREPLY=()\n"
      "  # `--option=value` comes as three words.\n"
      "  if [[ $word == = ]]; then word=; elif [[ $before == = ]] && ((COMP_CWORD > 1)); then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  for ((k = 1; k < COMP_CWORD; ++k)); do [[ ${COMP_WORDS[k]} == -* ]] || { verb=${COMP_WORDS[k]}; break; }; done\n"
      "  case $verb in\n"
      "    '') _eastwest_words '" +
      verbs + joined(option_names(top), " ") + "'; return ;;\n";
  for (const VerbText& verb : list.verbs) {
    text += "    " + verb.name + ")\n      case $before in\n";
    for (const OptionText& option : verb.options)
      if (!option.positional() && !option.value.empty())
        text += "        " + joined(option.names, "|") + ") " + bash_value(hint_of(option.value)) + "; return ;;\n";
    text += "      esac\n      if [[ $word == -* ]]; then _eastwest_words '" + joined(option_names(verb), " ") + "'; return; fi\n";
    const auto plain = positionals(verb);
    // The first of two may be a word and the second a file; which one is being written is told by the word before.
    if (plain.size() > 1)
      text += "      if [[ $before == " + verb.name + " ]]; then " + bash_value(hint_of(plain.front()->value)) + "; else " +
              bash_value(hint_of(plain[1]->value)) + "; fi ;;\n";
    else text += "      " + (plain.empty() ? std::string(":") : bash_value(hint_of(plain.front()->value))) + " ;;\n";
  }
  return text + "  esac\n}\ncomplete -F _eastwest eastwest\n";
}

// --- zsh -------------------------------------------------------------------------------------------------------------

/// Inside single quotes, brackets and colons of _arguments.
std::string zsh_text(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') safe += '\\';
    if (letter == '\'') safe += "'\\''";
    else safe += letter;
  }
  return safe;
}

std::string zsh_value(const std::string& value) {
  const ValueHint hint = hint_of(value);
  const std::string message = ":" + zsh_text(value) + ":";
  switch (hint.kind) {
    case ValueKind::choice: return message + "(" + joined(hint.words, " ") + ")";
    case ValueKind::file: return message + (hint.words.empty() ? "_files" : "_files -g \"*.(" + joined(hint.words, "|") + ")(|.partial)\"");
    case ValueKind::folder: return message + "_files -/";
    case ValueKind::none: break;
  }
  return message;
}

std::string zsh_arguments(const std::vector<OptionText>& options) {
  std::string text;
  for (const OptionText& option : options) {
    if (option.positional()) {
      text += " \\\n        '" + std::string(option.repeated ? "*" : "") + zsh_value(option.value) + "'";
      continue;
    }
    for (const std::string& name : option.names)
      text += " \\\n        '" + std::string(option.repeated ? "*" : "") + name + "[" + zsh_text(option.description) + "]" +
              (option.value.empty() ? "" : zsh_value(option.value)) + "'";
  }
  return text;
}

std::string zsh(const CommandList& list) {
  std::string text =
      "#compdef eastwest\n# Completions of eastwest for zsh; written by `eastwest completions zsh`.\n_eastwest() {\n  local -a verbs\n  "
      "verbs=(\n";
  for (const VerbText& verb : list.verbs) text += "    '" + verb.name + ":" + zsh_text(verb.description) + "'\n";
  text += "  )\n  if ((CURRENT == 2)); then\n    if [[ $words[2] == -* ]]; then\n      _arguments" + zsh_arguments(list.options) +
          "\n    else\n      _describe verb verbs\n    fi\n    return\n  fi\n  local verb=$words[2]\n  shift words\n  ((CURRENT--))\n  "
          "case $verb in\n";
  for (const VerbText& verb : list.verbs) text += "    " + verb.name + ")\n      _arguments" + zsh_arguments(verb.options) + "\n      ;;\n";
  return text + "  esac\n}\n_eastwest \"$@\"\n";
}

// --- fish ------------------------------------------------------------------------------------------------------------

std::string fish_text(const std::string& text) {
  std::string safe = "'";
  for (const char letter : text) safe += letter == '\'' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
  return safe + "'";
}

std::string fish_value(const ValueHint& hint, bool option) {
  switch (hint.kind) {
    case ValueKind::choice: return std::string(option ? " -x" : "") + " -a " + fish_text(joined(hint.words, " "));
    case ValueKind::file:
      if (hint.words.empty()) return std::string(option ? " -r" : "") + " -F";
      return std::string(option ? " -x" : "") + " -a '(__fish_complete_suffix ." + joined(hint.words, "; __fish_complete_suffix .") + ")'";
    case ValueKind::folder: return std::string(option ? " -x" : "") + " -a '(__fish_complete_directories)'";
    case ValueKind::none: break;
  }
  return option ? " -x" : "";
}

std::string fish(const CommandList& list) {
  std::string text = "# Completions of eastwest for fish; written by `eastwest completions fish`.\ncomplete -c eastwest -f\n";
  const auto option_line = [](const std::string& condition, const OptionText& option) {
    std::string line = "complete -c eastwest -n " + fish_text(condition);
    for (const std::string& name : option.names) line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.positional() || !option.value.empty()) line += fish_value(hint_of(option.value), !option.positional());
    return line + " -d " + fish_text(option.description) + "\n";
  };
  for (const OptionText& option : list.options) text += option_line("__fish_use_subcommand", option);
  for (const VerbText& verb : list.verbs)
    text += "complete -c eastwest -n __fish_use_subcommand -a " + verb.name + " -d " + fish_text(verb.description) + "\n";
  for (const VerbText& verb : list.verbs)
    for (const OptionText& option : verb.options) text += option_line("__fish_seen_subcommand_from " + verb.name, option);
  return text;
}

}  // namespace

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  return shells;
}

std::string completions(const CommandList& list, const std::string& shell) {
  if (shell == "zsh") return zsh(list);
  return shell == "fish" ? fish(list) : bash(list);
}

}  // namespace eastwest::cli
