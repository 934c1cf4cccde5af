// SPDX-License-Identifier: Apache-2.0
// What a study answers, in words: one sentence that an architect asked for, and those that prove it, with intervals.
//
// A difference is claimed where the paired 95 % interval leaves zero out (analysis/replications.hpp), is called none where it holds it, and
// with one seed nothing is claimed. Chief figures of a job: step time, TTFT and TPOT p99; of one without them, bus bandwidth, slow flows or
// its time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/report/study_record.hpp"

namespace eastwest {

enum class SentenceTone : std::uint8_t { good, bad, even, note };
const char* to_string(SentenceTone tone);

struct StudySentence {
  SentenceTone tone = SentenceTone::note;
  std::string text;
};

struct StudyWords {
  std::string headline;
  std::vector<StudySentence> sentences;
};

StudyWords study_words(const StudyRecord& record);

/// "better", "worse", "lower", "higher", "none", "unknown", or "reference" where nothing is compared.
std::string verdict_of(const FigureColumn& column, const RecordedFigure& figure);
/// Of the wanted columns those that decide, in their order; of the site and the network none.
std::vector<std::size_t> chief_columns(const StudyRecord& record);

// Private to study_words*.cpp.
StudyWords compare_words(const StudyRecord& record);
StudyWords failure_words(const StudyRecord& record);
StudyWords growth_words(const StudyRecord& record);
StudyWords search_words(const StudyRecord& record);
StudyWords sweep_words(const StudyRecord& record);
/// "661 ms +- 27.9 ms".
std::string estimate_words(const FigureColumn& column, const Estimate& estimate);
/// "+21.4 %"; "" without a reference.
std::string relative_words(const RecordedFigure& figure);
/// "+117 ms, 95 % interval +88.7 ms to +144 ms, +21.4 %: worse", or "no difference beyond the scatter of 5 seeds".
std::string difference_words(const FigureColumn& column, const RecordedFigure& figure);
SentenceTone tone_of(const std::string& verdict);
/// "a, b and c".
std::string listed_words(const std::vector<std::string>& words);

}  // namespace eastwest
