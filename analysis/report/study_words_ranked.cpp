// SPDX-License-Identifier: Apache-2.0
// Words for failures, and for a search.
#include <algorithm>
#include <cmath>

#include "analysis/figure_text.hpp"
#include "analysis/report/study_ranking.hpp"
#include "analysis/report/study_words.hpp"
#include "analysis/text_table.hpp"

namespace eastwest {

namespace {

struct SortCount {
  std::string sort;
  std::size_t all = 0;
  std::size_t stops = 0;
  std::size_t stubborn_stops = 0;
};

std::string several(std::size_t count, const std::string& sort) {
  if (count == 1) return sort;
  return sort.ends_with("switch") ? sort + "es" : sort + "s";
}

std::vector<SortCount> sorts_of(const std::vector<FailureRank>& ranks) {
  std::vector<SortCount> out;
  for (const FailureRank& rank : ranks) {
    auto found = std::find_if(out.begin(), out.end(), [&](const SortCount& s) { return s.sort == rank.sort; });
    if (found == out.end()) found = out.insert(out.end(), {rank.sort, 0, 0, 0});
    const std::size_t count = 1 + rank.alike.size();
    found->all += count;
    if (rank.rerouted.stopped > 0) found->stops += count;
    if (rank.stubborn && rank.stubborn->stopped > 0) found->stubborn_stops += count;
  }
  return out;
}

std::string and_alike(const FailureRank& rank) {
  return rank.name + (rank.alike.empty() ? "" : " and " + std::to_string(rank.alike.size()) + " alike");
}

/// "train step time mean +15.2 % (661 ms to 762 ms), no difference in serve TTFT p99".
std::string loss_words(const StudyRecord& record, const FailureCost& cost) {
  std::vector<std::string> told, even;
  for (std::size_t i = 0; i < cost.figures.size(); ++i) {
    const FigureColumn& column = record.columns[record.wanted[i]];
    const RecordedFigure& figure = cost.figures[i];
    if (!figure.reference || figure.difference.estimate.runs == 0) continue;
    if (figure.difference.verdict == PairVerdict::none) even.push_back(figure_heading(column));
    else
      told.push_back(figure_heading(column) + " " + relative_words(figure) + " (" + figure_value(column, figure.difference.reference_mean) +
                     " to " + estimate_words(column, figure.estimate) + ")");
  }
  std::string text = listed_words(told);
  if (!even.empty()) text += (text.empty() ? "" : ", ") + std::string("no difference in ") + listed_words(even);
  return text;
}

/// "train step time mean +15.2 %": the figure that loses most.
std::string worst_words(const StudyRecord& record, const FailureCost& cost) {
  std::string text;
  double most = 0;
  for (std::size_t i = 0; i < cost.figures.size(); ++i) {
    const FigureColumn& column = record.columns[record.wanted[i]];
    const PairedDifference& d = cost.figures[i].difference;
    if (d.verdict == PairVerdict::none || d.estimate.runs == 0 || !(d.reference_mean > 0)) continue;
    const double share = d.estimate.mean / d.reference_mean * (column.better == FigureColumn::Better::higher ? -1 : 1);
    if (share <= most) continue;
    most = share;
    text = figure_heading(column) + " " + relative_words(cost.figures[i]);
  }
  return text;
}

std::string limit_words(const StudyRecord& record, const SearchVerdict& verdict, std::size_t i) {
  const RecordedLimit& limit = record.limits[i];
  const std::optional<std::size_t> c = record.find_column(limit.column);
  if (!c) return limit.column + " unknown";
  const FigureColumn& column = record.columns[*c];
  std::string text = figure_heading(column) + " " + estimate_words(column, estimate(record.values(verdict.point, *c))) +
                     (limit.at_most ? " of at most " : " of at least ") + figure_value(column, limit.value);
  if (verdict.slack[i] >= 0 && limit.value != 0) text += " (" + percent(verdict.slack[i] / std::fabs(limit.value)) + " to spare)";
  return text;
}

/// Limits are undecided where intervals straddle them, and no whole interval breaks one.
bool only_straddles(const StudyRecord& record, const SearchVerdict& verdict) {
  for (std::size_t i = 0; i < record.limits.size(); ++i) {
    if (verdict.slack[i] >= 0) continue;
    const double inside = record.limits[i].at_most ? record.limits[i].value - verdict.means[i] : verdict.means[i] - record.limits[i].value;
    // The half width is inside - slack; NaN: no result.
    if (!(inside + (inside - verdict.slack[i]) >= 0)) return false;
  }
  return true;
}

std::string broken_words(const StudyRecord& record, const SearchVerdict& verdict) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < record.limits.size(); ++i) {
    if (verdict.slack[i] >= 0) continue;
    parts.push_back(std::isnan(verdict.means[i]) ? record.limits[i].column + " has no result" : limit_words(record, verdict, i));
  }
  return listed_words(parts);
}

}  // namespace

StudyWords failure_words(const StudyRecord& record) {
  StudyWords words;
  const std::vector<FailureRank> ranks = ranked_failures(record);
  if (ranks.empty()) return words;
  std::vector<std::string> stops;
  std::size_t all = 0, stopped = 0, stubborn = 0;
  for (const SortCount& s : sorts_of(ranks)) {
    all += s.all;
    stopped += s.stops;
    stubborn += s.stubborn_stops;
    if (s.stops > 0) stops.push_back(std::to_string(s.stops) + " of " + std::to_string(s.all) + " " + several(s.all, s.sort));
  }
  const bool both = std::any_of(ranks.begin(), ranks.end(), [](const FailureRank& r) { return r.stubborn.has_value(); });
  const auto survivor = std::find_if(ranks.begin(), ranks.end(), [](const FailureRank& r) { return r.rerouted.stopped == 0; });
  if (!stops.empty()) {
    words.headline = "Failures that stop the work, even with new routes: " + listed_words(stops);
    if (survivor != ranks.end() && survivor->rerouted.loss > 0)
      words.headline += "; the worst of the others is " + survivor->name + ": " + worst_words(record, survivor->rerouted);
  } else {
    words.headline = "Nothing that was tried stops the work; ";
    words.headline += survivor != ranks.end() && survivor->rerouted.loss > 0
                          ? "the worst is " + survivor->name + ": " + worst_words(record, survivor->rerouted)
                          : std::string("none costs more than the seeds scatter");
  }
  for (const FailureRank& rank : ranks)
    if (rank.rerouted.stopped > 0)
      words.sentences.push_back(
          {SentenceTone::bad, and_alike(rank) + ": the work does not finish in " + std::to_string(rank.rerouted.stopped) + " of " +
                                  std::to_string(record.replications) + (record.replications == 1 ? " run." : " runs.")});
  std::size_t shown = 0;
  for (const FailureRank& rank : ranks)
    if (rank.rerouted.stopped == 0 && rank.rerouted.loss > 0 && ++shown <= 4)
      words.sentences.push_back({SentenceTone::bad, and_alike(rank) + ": " + loss_words(record, rank.rerouted) + "."});
  std::size_t harmless = 0;
  for (const FailureRank& rank : ranks)
    if (rank.rerouted.stopped == 0 && rank.rerouted.loss <= 0) harmless += 1 + rank.alike.size();
  if (harmless > 0)
    words.sentences.push_back(
        {SentenceTone::good, std::to_string(harmless) + " of " + std::to_string(all) +
                                 " failures cost nothing beyond the scatter of the seeds once switches find other ways."});
  std::vector<std::string> calm;
  for (const std::size_t c : record.wanted)
    if (const Estimate e = estimate(record.values(0, c)); e.runs > 0)
      calm.push_back(figure_heading(record.columns[c]) + " " + estimate_words(record.columns[c], e));
  if (!calm.empty()) words.sentences.push_back({SentenceTone::note, "Undisturbed: " + listed_words(calm) + "."});
  if (both)
    words.sentences.push_back({SentenceTone::note, "What new routes recover: without them " + std::to_string(stubborn) + " of " +
                                                       std::to_string(all) + " failures stop the work, with them " +
                                                       std::to_string(stopped) + "."});
  return words;
}

StudyWords search_words(const StudyRecord& record) {
  StudyWords words;
  const SearchOutcome outcome = search_outcome(record);
  if (record.points.empty()) return words;
  std::size_t kept = 0;
  for (const SearchVerdict& v : outcome.points) kept += v.kept ? 1 : 0;
  const bool priced = record.find_column("site.cost").has_value();
  if (!outcome.chosen) {
    words.headline = priced ? "No design that was played keeps every limit" : "Costs are reckoned when the study has ended";
    std::size_t shown = 0;
    for (const SearchVerdict& v : outcome.points)
      if (priced && ++shown <= 4)
        words.sentences.push_back(
            {SentenceTone::bad, record.label(v.point) + " (cost " + grouped(v.cost) + "): " + broken_words(record, v) + "."});
    return words;
  }
  const SearchVerdict& chosen = outcome.points[*outcome.chosen];
  words.headline = "Cheapest that keeps every limit: " + record.label(chosen.point) + ", cost " + grouped(chosen.cost);
  std::vector<std::string> limits;
  for (std::size_t i = 0; i < record.limits.size(); ++i) limits.push_back(limit_words(record, chosen, i));
  words.sentences.push_back({SentenceTone::good, record.label(chosen.point) + ": " + listed_words(limits) + "."});
  std::vector<std::string> twins, broken, open;
  for (const SearchVerdict& v : outcome.points) {
    if (v.point != chosen.point && v.kept && v.cost == chosen.cost) twins.push_back(record.label(v.point));
    if (!v.kept && v.cost <= chosen.cost)
      (only_straddles(record, v) ? open : broken).push_back(record.label(v.point) + " (" + broken_words(record, v) + ")");
  }
  if (!twins.empty()) words.sentences.push_back({SentenceTone::good, "As cheap, and keeps them too: " + listed_words(twins) + "."});
  if (broken.size() > 4) {
    const std::size_t more = broken.size() - 4;
    broken.resize(4);
    broken.push_back(std::to_string(more) + " more");
  }
  if (!broken.empty()) words.sentences.push_back({SentenceTone::bad, "Not dearer, but breaks a limit: " + listed_words(broken) + "."});
  if (!open.empty())
    words.sentences.push_back({SentenceTone::note, "Not dearer, and not shown to keep or to break a limit, so that more seeds can tell: " +
                                                       listed_words(open) + "."});
  // The next of the front that costs more: what more money buys.
  const SearchVerdict* next = nullptr;
  for (const SearchVerdict& v : outcome.points)
    if (v.front && v.kept && v.cost > chosen.cost && (next == nullptr || v.cost < next->cost)) next = &v;
  if (next != nullptr) {
    std::vector<std::string> gains;
    for (std::size_t i = 0; i < record.limits.size(); ++i) gains.push_back(limit_words(record, *next, i));
    words.sentences.push_back({SentenceTone::note, "For " + percent(next->cost / chosen.cost - 1) + " more (" + grouped(next->cost) +
                                                       "), " + record.label(next->point) + ": " + listed_words(gains) + "."});
  } else {
    words.sentences.push_back({SentenceTone::note, "No dearer design is better in a limited figure."});
  }
  words.sentences.push_back({SentenceTone::note, std::to_string(kept) + " of " + std::to_string(outcome.points.size()) +
                                                     " designs that were played keep every limit. Prices are the study's own."});
  return words;
}

}  // namespace eastwest
