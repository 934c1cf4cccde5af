// SPDX-License-Identifier: Apache-2.0
#include "cli/command_list.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

namespace eastwest::cli {

namespace {

std::vector<OptionText> options_of(const CLI::App& app) {
  std::vector<OptionText> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    OptionText text;
    for (const std::string& name : option->get_snames()) text.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) text.names.push_back("--" + name);
    // CLI11 appends what a check says ("UINT:INT in [1 - 9]").
    if (option->get_type_size() != 0) text.value = option->get_type_name().substr(0, option->get_type_name().find(':'));
    text.description = option->get_description();
    text.required = option->get_required();
    text.repeated = option->get_type_size() != 0 && option->get_items_expected_max() > 1;
    options.push_back(std::move(text));
  }
  return options;
}

}  // namespace

CommandList command_list(const CLI::App& app, const std::string& version) {
  CommandList list{app.get_name(), version, app.get_description(), app.get_footer(), options_of(app), {}};
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (verb->get_group().empty()) continue;
    list.verbs.push_back({verb->get_name(), verb->get_description(), options_of(*verb)});
  }
  return list;
}

std::vector<std::string> choices_of(const std::string& value) {
  std::vector<std::string> words;
  if (value.find('|') == std::string::npos) return words;
  for (std::size_t start = 0; start <= value.size();) {
    const std::size_t end = std::min(value.find('|', start), value.size());
    words.push_back(value.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

}  // namespace eastwest::cli
