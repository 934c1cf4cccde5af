// SPDX-License-Identifier: Apache-2.0
// Words for designs side by side, and for a site that grows.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "analysis/figure_text.hpp"
#include "analysis/report/study_words.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

std::string without_subject(const FigureColumn& column) { return figure_heading(column).substr(column.subject.size() + 1); }

/// What one design gains and loses against the first, over all workloads.
struct Balance {
  std::vector<std::string> better, worse, even, unknown;
};

/// Points of a setting of the first axis, in order.
std::vector<std::size_t> points_of(const StudyRecord& record, std::size_t setting) {
  std::vector<std::size_t> out;
  for (std::size_t p = 0; p < record.points.size(); ++p)
    if (record.points[p].choices[0] == setting) out.push_back(p);
  return out;
}

std::string workload_of(const StudyRecord& record, std::size_t point) {
  return record.axes.size() > 1 && record.axes[1].settings.size() > 1 ? record.setting(point, 1) : std::string();
}

/// The same words of several workloads are one sentence.
struct Told {
  std::string text;
  SentenceTone tone = SentenceTone::note;
  std::vector<std::string> workloads;
};

void tell(std::vector<Told>& list, const std::string& workload, std::string text, SentenceTone tone) {
  auto found = std::find_if(list.begin(), list.end(), [&](const Told& told) { return told.text == text; });
  if (found == list.end()) found = list.insert(list.end(), {std::move(text), tone, {}});
  if (!workload.empty()) found->workloads.push_back(workload);
}

/// "serve TPOT p99 (together +21.6 %)": a figure with where its verdict holds and how large it is.
std::string with_sizes(const std::string& heading, const std::vector<std::pair<std::string, std::string>>& found, bool claims,
                       bool always) {
  std::vector<std::string> parts;
  const bool one_size =
      claims && always && std::all_of(found.begin(), found.end(), [&](const auto& f) { return f.second == found.front().second; });
  for (const auto& [workload, size] : found) {
    if (one_size) parts = {size};
    else if (claims) parts.push_back(workload.empty() ? size : workload + " " + size);
    else if (!always && !workload.empty()) parts.push_back(workload);
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? heading : heading + " (" + text + ")";
}

Balance balance_of(const StudyRecord& record, const std::vector<std::size_t>& points, std::vector<StudySentence>& sentences) {
  Balance balance;
  for (const std::size_t c : chief_columns(record)) {
    const FigureColumn& column = record.columns[c];
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> by_verdict;  // workload and size
    std::vector<Told> list;
    for (const std::size_t p : points) {
      const RecordedFigure figure = record.figure(p, c);
      if (figure.estimate.runs == 0 || !figure.reference || figure.difference.estimate.runs == 0) continue;
      const std::string workload = workload_of(record, p), verdict = verdict_of(column, figure);
      by_verdict[verdict].emplace_back(workload, relative_words(figure));
      const Estimate before = estimate(record.values(*figure.reference, c));
      tell(list, workload,
           figure_heading(column) + " " + estimate_words(column, figure.estimate) + " with " + record.setting(p, 0) + ", " +
               estimate_words(column, before) + " with " + record.setting(*figure.reference, 0) + ": " + difference_words(column, figure) +
               ".",
           tone_of(verdict));
    }
    for (const Told& told : list)
      sentences.push_back({told.tone, (told.workloads.empty() ? "" : listed_words(told.workloads) + ": ") + told.text});
    for (const auto& [verdict, found] : by_verdict) {
      const bool claims = verdict == "better" || verdict == "worse";
      (verdict == "better"  ? balance.better
       : verdict == "worse" ? balance.worse
       : verdict == "none"  ? balance.even
                            : balance.unknown)
          .push_back(with_sizes(figure_heading(column), found, claims, by_verdict.size() == 1));
    }
  }
  return balance;
}

/// "it takes 40.0 % fewer switches": what the fabric costs, in the one figure that says most; "" where it does not differ.
std::string price_words(const StudyRecord& record, std::size_t point) {
  for (const char* name : {"site.cost", "site.switches", "site.fabric_cables", "site.cables"}) {
    const std::optional<std::size_t> c = record.find_column(name);
    if (!c) continue;
    const RecordedFigure figure = record.figure(point, *c);
    if (!figure.reference || !(figure.difference.reference_mean > 0) || figure.difference.estimate.mean == 0) continue;
    const double share = figure.difference.estimate.mean / figure.difference.reference_mean;
    const std::string what = without_subject(record.columns[*c]);
    if (what == "cost") return record.setting(point, 0) + " costs " + percent(std::fabs(share)) + (share < 0 ? " less" : " more");
    return record.setting(point, 0) + " takes " + percent(std::fabs(share)) + (share < 0 ? " fewer " : " more ") + what;
  }
  return {};
}

std::string balance_words(const Balance& b, const std::string& name, const std::string& first) {
  std::string text;
  if (!b.better.empty() && !b.worse.empty())
    text = "It depends: " + name + " against " + first + " is better in " + listed_words(b.better) + ", worse in " + listed_words(b.worse);
  else if (!b.worse.empty()) text = first + " wins: " + name + " is worse in " + listed_words(b.worse);
  else if (!b.better.empty()) text = name + " wins: against " + first + " it is better in " + listed_words(b.better);
  else if (!b.even.empty()) return "No winner: " + name + " and " + first + " do not differ by more than the seeds scatter";
  else if (!b.unknown.empty()) return name + " against " + first + ": one seed decides nothing";
  else return {};
  if (!b.even.empty()) text += "; no difference in " + listed_words(b.even);
  return text;
}

/// "leaf-spine takes switches 6 against 10 (-40.0 %), ..."; "" where the sites do not differ.
std::string site_words(const StudyRecord& record, std::size_t point) {
  std::vector<std::string> parts;
  for (const std::size_t c : record.wanted) {
    const FigureColumn& column = record.columns[c];
    if (column.subject != "site") continue;
    const RecordedFigure figure = record.figure(point, c);
    if (!figure.reference || figure.difference.estimate.runs == 0 || figure.difference.estimate.mean == 0) continue;
    const std::string share = relative_words(figure);
    parts.push_back(without_subject(column) + " " + figure_value(column, figure.estimate.mean) + " against " +
                    figure_value(column, figure.difference.reference_mean) + (share.empty() ? "" : " (" + share + ")"));
  }
  return parts.empty() ? std::string() : record.setting(point, 0) + " takes " + listed_words(parts) + ".";
}

std::string from_to(const FigureColumn& column, double from, double to) {
  std::string text = figure_heading(column) + " from " + figure_value(column, from) + " to " + figure_value(column, to);
  if (from != 0 && !std::isnan(from) && !std::isnan(to)) {
    const double share = to / from - 1;
    if (to >= 2 * from) text += " (" + fixed(to / from, 1) + " times)";
    else text += " (" + std::string(share < 0 ? "" : "+") + percent(share) + ")";
  }
  return text;
}

}  // namespace

StudyWords compare_words(const StudyRecord& record) {
  StudyWords words;
  if (record.axes.empty() || record.points.empty()) return words;
  const std::string& first = record.axes[0].settings[0];
  for (std::size_t d = 1; d < record.axes[0].settings.size(); ++d) {
    const std::vector<std::size_t> points = points_of(record, d);
    std::string text = balance_words(balance_of(record, points, words.sentences), record.axes[0].settings[d], first);
    const std::string price = price_words(record, points.front());
    if (!text.empty() && !price.empty()) text += "; " + price;
    if (!text.empty()) words.headline += (words.headline.empty() ? "" : ". ") + text;
    const std::string site = site_words(record, points.front());
    if (!site.empty()) words.sentences.push_back({SentenceTone::note, site});
  }
  return words;
}

StudyWords growth_words(const StudyRecord& record) {
  StudyWords words;
  if (record.axes.empty() || record.points.empty()) return words;
  const std::vector<std::size_t> first = points_of(record, 0), last = points_of(record, record.axes[0].settings.size() - 1);
  const std::string from = record.axes[0].settings.front(), to = record.axes[0].settings.back();
  const auto mean = [&](std::size_t point, std::size_t column) { return estimate(record.values(point, column)).mean; };
  for (const std::size_t p : last) {
    const std::optional<std::size_t> reference = record.points[p].reference;
    if (!reference) continue;
    std::vector<std::string> parts;
    bool falls = false, rises = false;
    for (const std::size_t c : record.wanted) {
      const FigureColumn& column = record.columns[c];
      const std::vector<std::size_t> chief = chief_columns(record);
      const bool told = std::find(chief.begin(), chief.end(), c) != chief.end() || column.figure == "tokens_per_s_per_gpu";
      if (!told || std::isnan(mean(p, c))) continue;
      parts.push_back(from_to(column, mean(*reference, c), mean(p, c)));
      const std::string verdict = verdict_of(column, record.figure(p, c));
      falls = falls || verdict == "worse";
      rises = rises || verdict == "better";
    }
    if (parts.empty()) continue;
    const std::string workload = workload_of(record, p), text = (workload.empty() ? "" : workload + ": ") + listed_words(parts);
    if (words.headline.empty()) words.headline = from + " to " + to + ", " + text;
    words.sentences.push_back({falls && rises ? SentenceTone::note
                               : falls        ? SentenceTone::bad
                               : rises        ? SentenceTone::good
                                              : SentenceTone::even,
                               text + "."});
  }
  std::vector<std::string> parts;
  for (const std::size_t c : record.wanted) {
    const FigureColumn& column = record.columns[c];
    if (column.subject != "site" || column.figure == "servers" || column.figure == "gpus") continue;
    const double a = mean(first.front(), c), b = mean(last.front(), c);
    if (!std::isnan(a) && !std::isnan(b) && a != b) parts.push_back(from_to(column, a, b).substr(5));
  }
  if (!parts.empty()) words.sentences.push_back({SentenceTone::note, "What is bought and pulled: " + listed_words(parts) + "."});
  const std::optional<std::size_t> cost = record.find_column("site.cost"), gpus = record.find_column("site.gpus");
  if (cost && gpus) {
    const auto each = [&](std::size_t p) { return mean(p, *cost) / mean(p, *gpus); };
    if (std::isfinite(each(first.front())) && std::isfinite(each(last.front()))) {
      const std::string text = "cost per GPU from " + grouped(each(first.front())) + " to " + grouped(each(last.front()));
      words.headline += (words.headline.empty() ? "" : "; ") + text;
      words.sentences.push_back({SentenceTone::note, "By the study's own prices, " + text + "."});
    }
  }
  return words;
}

}  // namespace eastwest
