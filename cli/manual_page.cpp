// SPDX-License-Identifier: Apache-2.0
// The manual page. Source: groff_man(7); a leading full stop or apostrophe would be a command, and a bare hyphen may be
// set as a dash that cannot be copied into a shell.
#include "cli/command_list.hpp"

namespace eastwest::cli {

namespace {

std::string roff(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if ((letter == '.' || letter == '\'') && (safe.empty() || safe.back() == '\n')) safe += "\\&";
    if (letter == '\\') safe += "\\e";
    else if (letter == '-') safe += "\\-";
    else safe += letter;
  }
  return safe;
}

/// "FILE.h5" may stand for one or many.
std::string value_text(const OptionText& option) {
  return "\\fI" + roff(option.value) + "\\fR" + (option.repeated && option.positional() ? " ..." : "");
}

std::string synopsis(const CommandList& list, const VerbText& verb) {
  std::string text = "\\fB" + roff(list.name) + " " + roff(verb.name) + "\\fR";
  for (const OptionText& option : verb.options)
    if (option.positional()) text += option.required ? " " + value_text(option) : " [" + value_text(option) + "]";
  for (const OptionText& option : verb.options)
    if (!option.positional() && option.required) text += " \\fB" + roff(option.names.front()) + "\\fR " + value_text(option);
  text += " [\\fIoptions\\fR]";
  return text;
}

std::string option_paragraph(const OptionText& option) {
  std::string text = ".TP\n";
  for (std::size_t k = 0; k < option.names.size(); ++k) text += (k == 0 ? "\\fB" : ", \\fB") + roff(option.names[k]) + "\\fR";
  if (!option.value.empty()) text += (option.names.empty() ? "" : " ") + value_text(option);
  return text + "\n" + roff(option.description) + (option.description.ends_with('.') ? "\n" : ".\n");
}

/// Every verb has them; they are told once.
bool is_help(const OptionText& option) { return !option.names.empty() && option.names.back().starts_with("--help"); }

}  // namespace

std::string manual_page(const CommandList& list) {
  std::string page = ".\\\" SPDX-License-Identifier: Apache-2.0\n.\\\" Written by `" + list.name +
                     " manual` from the options that the program declares.\n";
  page += ".TH EASTWEST 1 \"\" \"" + roff(list.name + " " + list.version) + "\" \"User Commands\"\n";
  page += ".SH NAME\n" + roff(list.name) + " \\- " + roff(list.description) + "\n.SH SYNOPSIS\n";
  page += "\\fB" + roff(list.name) + "\\fR \\fIverb\\fR [\\fIarguments\\fR] [\\fIoptions\\fR]\n";
  page +=
      ".SH DESCRIPTION\n" +
      roff(
          "Simulates training collectives and inference serving of 32 to 512 GPUs over a modelled fabric of NICs, switches and fibre,\n"
          "packet by packet, and writes what happened to HDF5. The same model is the digital twin of the fibre plant: budgets are proved,\n"
          "documents written and deliveries verified from one site file. Results go to standard output, all else to standard error.\n");
  page += ".SH VERBS\n";
  for (const VerbText& verb : list.verbs) {
    page += ".SS " + roff(verb.name) + "\n" + synopsis(list, verb) + "\n.PP\n" + roff(verb.description) + ".\n";
    for (const OptionText& option : verb.options)
      if (!is_help(option)) page += option_paragraph(option);
  }
  page += ".SH OPTIONS\n";
  for (const OptionText& option : list.options) page += option_paragraph(option);
  page += ".SH EXIT STATUS\n" + roff(list.footer) + "\n";
  page += ".SH EXAMPLES\n.nf\n" +
          roff(
              "eastwest run scenario.yaml --set network.routing=spray -o run.h5\n"
              "eastwest compare one.h5 other.h5\n"
              "eastwest report one.h5 other.h5 -o page.html\n"
              "eastwest check site.yaml\n"
              "eastwest study question.yaml\n") +
          ".fi\n";
  return page + ".SH SEE ALSO\n" +
         roff(
             "Scenarios, sites and studies to start from, and the documents, are installed with the program under share/eastwest and "
             "share/doc/eastwest.\n");
}

}  // namespace eastwest::cli
