// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/study_columns.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/figures.hpp"
#include "scenarios/parameter_reader.hpp"
#include "scenarios/studies/prices.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "scenarios/studies/study_table.hpp"

namespace eastwest {

namespace {

struct Names {
  std::vector<std::string> columns;
  std::vector<std::string> subjects;
  std::vector<std::string> figures;
};

Names names_of(const Study& study) {
  Names out;
  const auto add = [](std::vector<std::string>& list, std::string_view text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.emplace_back(text);
  };
  for (const FigureColumn& column : figure_columns(study.jobs)) {
    out.columns.push_back(column.name);
    add(out.subjects, column.subject);
    add(out.figures, column.figure);
  }
  Diagnostics told;
  if (!read_prices(study, told).empty()) {
    out.columns.emplace_back("site.cost");
    out.figures.emplace_back("cost");
  }
  return out;
}

/// Of "trian.step_time_mean_s" and "*.tmie_s" the half that is wrong, put right; else the names that there are.
std::string nearest(const std::string& pattern, const Names& names) {
  const std::size_t dot = pattern.find('.');
  if (dot == std::string::npos) {
    for (const std::string& figure : names.figures)
      if (matches_pattern(pattern, figure)) return "a column is JOB.FIGURE; did you mean `*." + pattern + "`?";
    return "a column is JOB.FIGURE, such as `" + names.columns.front() + "`; `*` stands for any text";
  }
  const auto whole_or_near = [](const std::string& word, const std::vector<std::string>& known) {
    for (const std::string& one : known)
      if (matches_pattern(word, one)) return word;
    const std::string text = suggest(word, known);  // "did you mean `time_s`?"
    const std::size_t open = text.find('`');
    const std::size_t close = text.find('`', open + 1);
    const std::string near = open == std::string::npos || close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
    return 2 * near.size() < word.size() ? std::string() : near;  // `a` is no slip of `zzz`
  };
  const std::string subject = whole_or_near(pattern.substr(0, dot), names.subjects);
  const std::string figure = whole_or_near(pattern.substr(dot + 1), names.figures);
  const std::string better = subject + "." + figure;
  const auto matches = [&](const std::string& column) { return matches_pattern(better, column); };
  if (!subject.empty() && !figure.empty() && std::any_of(names.columns.begin(), names.columns.end(), matches))
    return "did you mean `" + better + "`?";
  if (!subject.empty()) {
    // The subject is right: only its own figures can be meant.
    std::vector<std::string> own;
    for (const std::string& column : names.columns)
      if (matches_pattern(subject + ".*", column)) own.push_back(column.substr(column.find('.') + 1));
    const std::string near = whole_or_near(pattern.substr(dot + 1), own);
    if (!near.empty()) return "did you mean `" + subject + "." + near + "`?";
    return "docs/studies-format.md lists the figures";
  }
  std::string list;
  for (const std::string& one : names.subjects) list += (list.empty() ? "`" : ", `") + one + "`";
  return "the first half is one of " + list;
}

void check_limits(const Study& study, const char* key, const Names& names, Diagnostics& diagnostics) {
  const std::vector<StudyPart> parts = study.kind->parts();
  if (std::none_of(parts.begin(), parts.end(), [&](const StudyPart& part) { return part.name == key; })) return;
  const YamlValue* value = study.root.find(key);
  if (value == nullptr || !value->is_map()) return;
  for (const YamlEntry& entry : value->entries)
    if (std::find(names.columns.begin(), names.columns.end(), entry.key) == names.columns.end())
      diagnostics.error(entry.key_place, "`" + entry.key + "` is no column that a run of this study has", nearest(entry.key, names));
}

}  // namespace

void check_columns(const Study& study, Diagnostics& diagnostics) {
  const Names names = names_of(study);
  for (const PlacedText& pattern : study.results) {
    const auto matches = [&](const std::string& column) { return matches_pattern(pattern.text, column); };
    if (std::none_of(names.columns.begin(), names.columns.end(), matches))
      diagnostics.error(pattern.place, "`" + pattern.text + "` in `results` matches no column of this study's runs",
                        nearest(pattern.text, names));
  }
  check_limits(study, "at_most", names, diagnostics);
  check_limits(study, "at_least", names, diagnostics);
}

}  // namespace eastwest
