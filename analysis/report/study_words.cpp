// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/study_words.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/figure_text.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kSentencesMost = 14;

/// How much of the study is there, and what has no result.
void add_state(const StudyRecord& record, StudyWords& words) {
  std::vector<StudySentence> first;
  if (!record.finished) {
    const std::string total =
        record.points_planned == 0 ? std::string() : " of " + std::to_string(record.points_planned * record.replications);
    first.push_back(
        {SentenceTone::bad, "Unfinished: " + std::to_string(record.runs.size()) + total +
                                " runs are done, and this page is of them alone. `eastwest study` with --resume continues it."});
  }
  std::size_t troubled = 0;
  for (const RecordedRun& run : record.runs)
    if (run.outcome != "complete" && !(record.kind == "failure" && run.outcome == "stalled")) ++troubled;
  if (troubled > 0)
    first.push_back({SentenceTone::bad, std::to_string(troubled) + " of " + std::to_string(record.runs.size()) +
                                            " runs have no result; `Without a result` below says why."});
  if (record.replications == 1)
    words.sentences.push_back(
        {SentenceTone::note, "One seed has no spread, so no difference is claimed; `replications: 5` tells a difference from chance."});
  words.sentences.insert(words.sentences.begin(), first.begin(), first.end());
}

}  // namespace

const char* to_string(SentenceTone tone) {
  switch (tone) {
    case SentenceTone::good: return "good";
    case SentenceTone::bad: return "bad";
    case SentenceTone::even: return "even";
    case SentenceTone::note: return "note";
  }
  return "note";
}

std::string verdict_of(const FigureColumn& column, const RecordedFigure& figure) {
  if (!figure.reference || figure.difference.estimate.runs == 0) return "reference";
  const bool lower = figure.difference.verdict == PairVerdict::lower;
  switch (figure.difference.verdict) {
    case PairVerdict::unknown: return "unknown";
    case PairVerdict::none: return "none";
    case PairVerdict::lower:
    case PairVerdict::higher:
      if (column.better == FigureColumn::Better::neither) return lower ? "lower" : "higher";
      return lower == (column.better == FigureColumn::Better::lower) ? "better" : "worse";
  }
  return "unknown";
}

SentenceTone tone_of(const std::string& verdict) {
  if (verdict == "better") return SentenceTone::good;
  if (verdict == "worse") return SentenceTone::bad;
  return verdict == "none" ? SentenceTone::even : SentenceTone::note;
}

std::vector<std::size_t> chief_columns(const StudyRecord& record) {
  std::vector<std::size_t> out;
  std::vector<std::string> subjects;
  for (const std::size_t c : record.wanted) {
    const std::string& subject = record.columns[c].subject;
    if (subject != "site" && subject != "network" && std::find(subjects.begin(), subjects.end(), subject) == subjects.end())
      subjects.push_back(subject);
  }
  const auto of = [&](const std::string& subject, std::string_view figure) {
    const auto found = std::find_if(record.wanted.begin(), record.wanted.end(), [&](std::size_t c) {
      return record.columns[c].subject == subject && (figure.empty() || record.columns[c].figure == figure);
    });
    if (found != record.wanted.end() && std::find(out.begin(), out.end(), *found) == out.end()) out.push_back(*found);
    return found != record.wanted.end();
  };
  for (const std::string& subject : subjects) {
    bool any = false;
    for (const char* figure : {"step_time_mean_s", "ttft_p99_s", "tpot_p99_s"}) any = of(subject, figure) || any;
    for (const char* figure : {"busbw_GBps", "collective_time_mean_s", "flow_large_p99_s", "flow_small_p99_s", "time_s", ""})
      any = any || of(subject, figure);
  }
  return out;
}

std::string estimate_words(const FigureColumn& column, const Estimate& estimate) {
  if (estimate.runs == 0) return "-";
  // What rounding alone makes of equal runs is no spread.
  if (std::isnan(estimate.half_width) || estimate.half_width <= 1e-9 * std::fabs(estimate.mean)) return figure_value(column, estimate.mean);
  return figure_value(column, estimate.mean) + " +- " + figure_value(column, estimate.half_width);
}

std::string relative_words(const RecordedFigure& figure) {
  if (figure.difference.estimate.runs == 0 || figure.difference.reference_mean == 0) return {};
  const double share = figure.difference.estimate.mean / figure.difference.reference_mean;
  return (share < 0 ? "" : "+") + percent(share);
}

std::string difference_words(const FigureColumn& column, const RecordedFigure& figure) {
  const PairedDifference& d = figure.difference;
  if (!figure.reference || d.estimate.runs == 0) return "nothing to compare with";
  if (is_undecided(d))
    return "neither a difference nor that there is none is shown: the interval of " + std::to_string(d.estimate.runs) +
           " seeds holds zero and is wider than half of what it is compared with";
  if (d.verdict == PairVerdict::none) return "no difference beyond the scatter of " + std::to_string(d.estimate.runs) + " seeds";
  std::string text = figure_change(column, d.estimate.mean);
  if (!std::isnan(d.estimate.half_width) && d.estimate.half_width > 1e-9 * std::fabs(d.estimate.mean))
    text += ", 95 % interval " + figure_change(column, d.estimate.mean - d.estimate.half_width) + " to " +
            figure_change(column, d.estimate.mean + d.estimate.half_width);
  const std::string share = relative_words(figure);
  if (!share.empty()) text += ", " + share;
  return text + (d.verdict == PairVerdict::unknown ? ", one seed, no claim" : ": " + verdict_of(column, figure));
}

std::string listed_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

/// "all_to_all bus bandwidth, against ecmp: spray better in 3 of 4 points (up to +12.0 %)"; "" for a list, which has no axis to judge.
std::string first_axis_words(const StudyRecord& record, std::size_t c) {
  constexpr std::size_t kSettingsMost = 3;
  if (record.listed || record.axes.empty() || record.points.empty()) return {};
  const FigureColumn& column = record.columns[c];
  std::vector<std::string> parts;
  for (std::uint32_t s = 0; s < record.axes[0].settings.size(); ++s) {
    std::size_t all = 0, better = 0, worse = 0;
    double best = 0, worst = 0;
    for (std::size_t p = 0; p < record.points.size(); ++p) {
      if (record.points[p].choices[0] != s) continue;
      const RecordedFigure figure = record.figure(p, c);
      if (!figure.reference || figure.difference.estimate.runs == 0) continue;
      ++all;
      const std::string verdict = verdict_of(column, figure);
      const double share =
          figure.difference.reference_mean == 0 ? 0 : std::fabs(figure.difference.estimate.mean / figure.difference.reference_mean);
      if (verdict == "better") best = std::max(best, share), ++better;
      if (verdict == "worse") worst = std::max(worst, share), ++worse;
    }
    if (all == 0) continue;
    const auto count = [&](std::size_t some) {
      return all == 1 ? std::string() : " in " + std::to_string(some) + " of " + std::to_string(all) + " points";
    };
    std::string text = record.axes[0].settings[s];
    if (better > 0) text += " better" + count(better) + " (up to " + percent(best) + ")";
    if (worse > 0) text += std::string(better > 0 ? "," : "") + " worse" + count(worse) + " (up to " + percent(worst) + ")";
    if (better + worse == 0) text += record.replications == 1 ? ": one seed decides nothing" : ": no difference";
    parts.push_back(text);
  }
  if (parts.empty()) return {};
  std::string text = figure_heading(column) + " against " + record.axes[0].settings[0] + ": ";
  for (std::size_t i = 0; i < std::min(parts.size(), kSettingsMost); ++i) text += (i == 0 ? "" : "; ") + parts[i];
  return text + (parts.size() > kSettingsMost ? "; and " + std::to_string(parts.size() - kSettingsMost) + " settings more" : "");
}

StudyWords sweep_words(const StudyRecord& record) {
  StudyWords words;
  const std::vector<std::size_t> chief = chief_columns(record);
  if (!chief.empty()) words.headline = first_axis_words(record, chief.front());
  for (const std::size_t c : record.wanted) {
    const FigureColumn& column = record.columns[c];
    if (column.better == FigureColumn::Better::neither || column.subject == "site") continue;
    std::optional<std::size_t> best;
    double value = 0;
    for (std::size_t p = 0; p < record.points.size(); ++p) {
      const Estimate e = estimate(record.values(p, c));
      // What is not shown to differ from its reference is not called best: the reference stands for it.
      const RecordedFigure own = record.figure(p, c);
      if (own.reference && own.difference.verdict == PairVerdict::none) continue;
      if (e.runs == 0 || (best && !(column.better == FigureColumn::Better::lower ? e.mean < value : e.mean > value))) continue;
      best = p;
      value = e.mean;
    }
    if (!best) continue;
    const RecordedFigure figure = record.figure(*best, c);
    const std::string text =
        "Best " + figure_heading(column) + ": " + estimate_words(column, figure.estimate) + " with " + record.label(*best);
    const std::string against =
        figure.reference ? "; against " + record.label(*figure.reference) + ": " + difference_words(column, figure) : std::string();
    if (words.headline.empty()) words.headline = text;
    words.sentences.push_back({tone_of(verdict_of(column, figure)), text + against + "."});
  }
  return words;
}

StudyWords study_words(const StudyRecord& record) {
  StudyWords words;
  if (record.kind == "compare") words = compare_words(record);
  else if (record.kind == "failure") words = failure_words(record);
  else if (record.kind == "growth") words = growth_words(record);
  else if (record.kind == "search") words = search_words(record);
  else words = sweep_words(record);
  if (words.sentences.size() > kSentencesMost) {
    const std::size_t left = words.sentences.size() - kSentencesMost;
    words.sentences.resize(kSentencesMost);
    words.sentences.push_back({SentenceTone::note, "And " + std::to_string(left) + " more; the tables below have all of them."});
  }
  if (words.headline.empty()) words.headline = record.runs.empty() ? "No run has ended yet" : "No run has a figure to judge";
  add_state(record, words);
  return words;
}

}  // namespace eastwest
