// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "workloads/imports/goal_text.hpp"
#include "workloads/imports/record_text.hpp"

namespace eastwest {

namespace {

using Step = MessageSchedule::Step;
using StepKind = MessageSchedule::StepKind;

constexpr std::int64_t kRanksMost = 1 << 20;
constexpr std::int64_t kTagMost = 0xffff'ffff;
constexpr std::int64_t kBytesMost = 1'000'000'000'000'000;
constexpr std::int64_t kNanosecondsMost = 1'000'000'000'000'000;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }

/// Words, braces and the text behind `//@`; other comments are skipped.
class GoalLexer {
 public:
  GoalLexer(std::string_view text, InputErrors& errors) : text_(text), errors_(errors) { advance(); }

  [[nodiscard]] const Word& ahead() const { return ahead_; }  // empty at the end
  Word take() {
    Word word = ahead_;
    advance();
    return word;
  }
  /// Annotations that stood before `ahead` and have not been taken.
  std::vector<Word> take_annotations() { return std::exchange(annotations_, {}); }

 private:
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
    }
    ++at_;
  }
  [[nodiscard]] std::uint32_t column() const { return static_cast<std::uint32_t>(at_ - line_begin_) + 1; }

  void skip_comment() {
    const bool block = text_[at_ + 1] == '*';
    const Word here{{}, line_, column()};
    if (!block) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      if (text_.substr(at_, 3) == "//@") annotations_.push_back({text_.substr(at_ + 3, end - at_ - 3), here.line, here.column});
      at_ = end;
      return;
    }
    at_ += 2;
    while (at_ < text_.size() && text_.substr(at_, 2) != "*/") step();
    if (at_ == text_.size()) errors_.error(here, "the comment is never closed", "end it with `*/`");
    else at_ += 2;
  }

  void advance() {
    while (at_ < text_.size()) {
      if (is_blank(text_[at_])) step();
      else if (text_[at_] == '/' && at_ + 1 < text_.size() && (text_[at_ + 1] == '/' || text_[at_ + 1] == '*')) skip_comment();
      else break;
    }
    ahead_ = {{}, line_, column()};
    const std::size_t begin = at_;
    if (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '}')) ++at_;
    else
      while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '{' && text_[at_] != '}') {
        if (text_[at_] == ':') {  // a label ends here, also without a blank behind it
          ++at_;
          break;
        }
        if (text_[at_] == '/' && at_ + 1 < text_.size() && (text_[at_ + 1] == '/' || text_[at_ + 1] == '*')) break;
        ++at_;
      }
    ahead_.text = text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  InputErrors& errors_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_begin_ = 0;
  Word ahead_;
  std::vector<Word> annotations_;
};

class GoalReader {
 public:
  GoalReader(std::string_view text, InputErrors& errors) : lexer_(text, errors), errors_(errors) {}

  MessageSchedule run() {
    expect("num_ranks", "a GOAL text starts with `num_ranks N`");
    if (errors_.any()) return {};
    schedule_.ranks = static_cast<std::uint32_t>(number(lexer_.take(), "a number of ranks", 1, kRanksMost));
    for (const Word& note : lexer_.take_annotations()) read_file_note(note);
    seen_.assign(schedule_.ranks, false);
    while (!lexer_.ahead().text.empty() && !errors_.full()) read_rank();
    if (schedule_.steps.empty() && !errors_.any())
      errors_.error(1, 1, "no rank does anything", "write statements between the braces of a rank");
    if (ordered_ && !errors_.any()) put_in_order();
    return std::move(schedule_);
  }

 private:
  bool expect(std::string_view word, const std::string& remedy) {
    const Word found = lexer_.take();
    if (found.text == word) return true;
    errors_.error(
        found, "expected `" + std::string(word) + "` and found " + (found.text.empty() ? "the end of the file" : quote_input(found.text)),
        remedy);
    return false;
  }

  std::int64_t number(const Word& at, const std::string& what, std::int64_t minimum, std::int64_t maximum) {
    const auto value = whole_number(at.text, minimum, maximum);
    if (value) return *value;
    errors_.error(at, "expected " + what + " and found " + (at.text.empty() ? "the end of the file" : quote_input(at.text)),
                  "it is a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    return minimum;
  }

  void read_file_note(const Word& note) {
    std::vector<Word> words;
    WordReader(note.text).next_line(words);
    if (words.size() == 2 && words[0].text == "eastwest" && words[1].text == "ordered") ordered_ = schedule_.ours = true;
    else if (!words.empty() && words[0].text == "record") {
      if (auto record = parse_record(note.text)) schedule_.collectives.push_back(std::move(*record));
      else errors_.error(note, "the record behind `//@` cannot be read", "take the file as `eastwest export` wrote it");
    }
  }

  void read_rank() {
    if (!expect("rank", "outside of a rank only `rank R { ... }` may stand")) {
      while (!lexer_.ahead().text.empty() && lexer_.ahead().text != "rank") lexer_.take();
      return;
    }
    const Word at = lexer_.take();
    const auto id = whole_number(at.text, 0, schedule_.ranks - 1);
    if (!id)
      errors_.error(at, "there is no rank " + quote_input(at.text), "ranks of this file are 0 to " + std::to_string(schedule_.ranks - 1));
    else if (seen_[static_cast<std::size_t>(*id)])
      errors_.error(at, "rank " + std::to_string(*id) + " stands twice", "write one block per rank");
    rank_ = static_cast<std::uint32_t>(id.value_or(0));
    if (id) seen_[rank_] = true;
    labels_.clear();
    if (!expect("{", "write `rank R {`")) return;
    while (lexer_.ahead().text != "}" && !errors_.full()) {
      if (lexer_.ahead().text.empty())
        return errors_.error(at, "the block of this rank is never closed", "end it with `}`; the file may be cut off");
      read_statement();
    }
    lexer_.take();
    read_step_notes();
  }

  void read_statement() {
    Word first = lexer_.take();
    std::string_view label;
    if (first.text.size() > 1 && first.text.ends_with(':')) {
      label = first.text.substr(0, first.text.size() - 1);
      first = lexer_.take();
    } else if (lexer_.ahead().text == ":") {
      label = first.text;
      lexer_.take();
      first = lexer_.take();
    }
    if (first.text == "send" || first.text == "recv" || first.text == "calc") return read_operation(first, label);
    if (label.empty() && (lexer_.ahead().text == "requires" || lexer_.ahead().text == "irequires")) return read_dependency(first);
    errors_.error(first, "expected send, recv, calc or a dependency and found " + quote_input(first.text),
                  "write `l1: send 8b to 1`, `l1: recv 8b from 0`, `l1: calc 100` or `l2 requires l1`");
    while (!ends_statement()) lexer_.take();
  }

  /// Where to go on after a mistake: something that starts a statement.
  [[nodiscard]] bool ends_statement() const {
    const std::string_view next = lexer_.ahead().text;
    return next.empty() || next == "}" || next.ends_with(':') || next == "send" || next == "recv" || next == "calc" || next == "rank";
  }

  void read_operation(const Word& verb, std::string_view label) {
    Step step;
    step.rank = rank_;
    step.at = {{}, verb.line, verb.column};
    step.tag = 0;
    if (verb.text == "calc") {
      step.kind = StepKind::compute;
      step.amount = number(lexer_.take(), "a time in ns", 0, kNanosecondsMost) * 1'000;
      step.resource = 0;
    } else {
      const bool sends = verb.text == "send";
      step.kind = sends ? StepKind::send : StepKind::receive;
      Word size = lexer_.take();
      if (size.text.ends_with('b')) size.text.remove_suffix(1);
      else errors_.error(size, quote_input(size.text) + " is not a size", "write bytes with a `b` behind them, such as `1048576b`");
      step.amount = number(size, "a number of bytes", 0, kBytesMost);
      if (!expect(sends ? "to" : "from", sends ? "write `send 8b to 1`" : "write `recv 8b from 0`")) return;
      const Word peer = lexer_.take();
      if (!sends && peer.text == "-1") step.peer = MessageSchedule::kAnyRank;
      else step.peer = static_cast<std::uint32_t>(number(peer, "a rank", 0, schedule_.ranks - 1));
    }
    read_attributes(step, verb.text);
    if (ordered_) step.resource = MessageSchedule::kNoResource;
    if (!label.empty() && !labels_.emplace(label, static_cast<std::uint32_t>(schedule_.steps.size())).second)
      errors_.error(verb, "the label " + quote_input(label) + " stands twice in rank " + std::to_string(rank_),
                    "give each statement its own");
    if (ordered_) {
      const auto place = label.starts_with('o') ? whole_number(label.substr(1), 0, 0xffff'fffe) : std::nullopt;
      if (!place)
        errors_.error(verb, "a statement of an ordered file has no label such as `o17`", "take the file as `eastwest export` wrote it");
      places_.push_back(place.value_or(0));
    }
    schedule_.steps.push_back(step);
    read_step_notes();
  }

  void read_attributes(Step& step, std::string_view verb) {
    const bool message = verb != "calc";
    std::size_t last = 0;
    constexpr std::string_view kOrder[] = {"tag", "cpu", "nic"};
    while (true) {
      const auto found = std::find(std::begin(kOrder), std::end(kOrder), lexer_.ahead().text);
      if (found == std::end(kOrder)) return;
      const Word key = lexer_.take();
      const auto place = static_cast<std::size_t>(found - std::begin(kOrder)) + 1;
      if (place <= last) errors_.error(key, quote_input(key.text) + " stands out of order", "the order is tag, cpu, nic, each once");
      if (!message && key.text != "cpu") errors_.error(key, "a calc has no " + std::string(key.text), "only `cpu` may follow");
      last = place;
      const Word value = lexer_.take();
      if (key.text == "tag" && step.kind == StepKind::receive && value.text == "-1") step.tag = MessageSchedule::kAnyTag;
      else if (key.text == "tag") step.tag = number(value, "a tag", 0, kTagMost);
      else {
        const auto unit = static_cast<std::uint32_t>(number(value, key.text == "cpu" ? "a cpu" : "a nic", 0, 255));
        if (key.text == "cpu" && !message) step.resource = unit;
      }
    }
  }

  /// Those behind the last statement.
  void read_step_notes() {
    for (const Word& note : lexer_.take_annotations()) {
      std::vector<Word> words;
      WordReader(note.text).next_line(words);
      for (std::size_t i = 0; i + 1 < words.size() && !schedule_.steps.empty(); i += 2) {
        Step& step = schedule_.steps.back();
        const auto value = whole_number(words[i + 1].text, 0, 999'999'999'999'999'999);
        if (!value) errors_.error(note, "what stands behind `//@` cannot be read", "take the file as `eastwest export` wrote it");
        else if (words[i].text == "ps" && step.kind == StepKind::compute) step.amount = *value;
        else if (words[i].text == "marker" && step.kind == StepKind::compute) {
          step.kind = StepKind::marker;
          step.amount = *value;
        } else if (words[i].text == "record" && *value < static_cast<std::int64_t>(schedule_.collectives.size()) &&
                   (step.kind == StepKind::send || step.kind == StepKind::receive)) {
          step.label = static_cast<std::uint32_t>(*value);
        }
      }
    }
  }

  void read_dependency(const Word& later) {
    const bool on_start = lexer_.take().text == "irequires";
    const Word earlier = lexer_.take();
    const auto a = labels_.find(later.text);
    const auto b = labels_.find(earlier.text);
    for (const auto& [found, word] : {std::pair(a, later), std::pair(b, earlier)})
      if (found == labels_.end())
        errors_.error(word, "there is no label " + quote_input(word.text) + " in rank " + std::to_string(rank_) + " up to here",
                      "a label stands before it is used, in the same rank");
    if (a == labels_.end() || b == labels_.end()) return;
    if (a == b) return errors_.error(later, quote_input(later.text) + " requires itself", "name another label");
    schedule_.edges.push_back({a->second, b->second, on_start});
  }

  void put_in_order() {
    std::vector<std::uint32_t> by_place(places_.size());
    for (std::uint32_t i = 0; i < by_place.size(); ++i) by_place[i] = i;
    std::stable_sort(by_place.begin(), by_place.end(), [&](std::uint32_t a, std::uint32_t b) { return places_[a] < places_[b]; });
    std::vector<std::uint32_t> moved(by_place.size());
    std::vector<Step> steps;
    for (const std::uint32_t i : by_place) {
      moved[i] = static_cast<std::uint32_t>(steps.size());
      steps.push_back(schedule_.steps[i]);
    }
    schedule_.steps = std::move(steps);
    for (MessageSchedule::Edge& edge : schedule_.edges) edge = {moved[edge.later], moved[edge.earlier], edge.on_start};
  }

  GoalLexer lexer_;
  InputErrors& errors_;
  MessageSchedule schedule_;
  std::uint32_t rank_ = 0;
  bool ordered_ = false;
  std::vector<bool> seen_;
  std::vector<std::int64_t> places_;
  std::map<std::string_view, std::uint32_t> labels_;  // of this rank
};

}  // namespace

MessageSchedule read_goal(std::string_view text, InputErrors& errors) { return GoalReader(text, errors).run(); }

}  // namespace eastwest
