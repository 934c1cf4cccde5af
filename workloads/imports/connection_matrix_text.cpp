// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/connection_matrix_text.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace eastwest {

namespace {

constexpr std::int64_t kNodesMost = 1 << 20;
constexpr std::int64_t kIdMost = 0xffff'ffff;
constexpr std::int64_t kBytesMost = 1'000'000'000'000'000;
constexpr std::int64_t kPicosecondsMost = 9'000'000'000'000'000'000;

class MatrixReader {
 public:
  MatrixReader(std::string_view text, bool check_counts, InputErrors& errors)
      : reader_(text), check_counts_(check_counts), errors_(errors) {}

  ConnectionMatrix run() {
    std::vector<Word> words;
    while (reader_.next_line(words) && !errors_.full()) {
      if (words[0].text.starts_with('#')) {
        if (in_header_) continue;
        errors_.error(words[0], "a comment stands among the flows", "htsim allows comments above the first flow only");
      } else if (words[0].text == "trigger") read_trigger(words);
      else if (words[0].text == "failure")
        errors_.error(words[0], "failures are not read", "name the cable under `faults:` of the scenario and remove the line");
      else if (words[0].text.find("->") != std::string_view::npos) read_flow(words);
      else read_header(words);
    }
    if (matrix_.nodes == 0 && !errors_.any()) errors_.error(0, 0, "the file has no `Nodes`", "start it with `Nodes N` and `Connections N`");
    if (!errors_.any()) check_header();
    if (!errors_.any()) check_triggers();
    if (matrix_.flows.empty() && !errors_.any())
      errors_.error(0, 0, "the file has no flows", "write at least one, such as `0->1 start 0 size 1000000`");
    return std::move(matrix_);
  }

 private:
  void read_header(const std::vector<Word>& words) {
    constexpr std::string_view kKeys[] = {"Nodes", "Connections", "Triggers", "Failures"};
    const auto found = std::find(std::begin(kKeys), std::end(kKeys), words[0].text);
    if (found == std::end(kKeys)) {
      const std::string near = nearest_name(words[0].text, {"Nodes", "Connections", "Triggers", "Failures", "trigger"});
      return errors_.error(words[0], "expected a flow, a trigger or a header line and found " + quote_input(words[0].text),
                           near.empty() ? "write a flow as `0->1 start 0 size 1000000`" : "did you mean `" + near + "`?");
    }
    if (!in_header_) errors_.error(words[0], quote_input(words[0].text) + " stands below the first flow", "move it to the top");
    const auto value = words.size() == 2 ? whole_number(words[1].text, 0, kNodesMost * 1'000) : std::nullopt;
    if (!value || (words[0].text == "Nodes" && (*value < 2 || *value > kNodesMost)))
      return errors_.error(words[0], quote_input(words[0].text) + " needs one whole number", "write it as `Nodes 16`");
    if (words[0].text == "Nodes") matrix_.nodes = *value;
    else if (words[0].text == "Failures") {
      if (*value > 0)
        errors_.error(words[0], "failures are not read", "name the cables under `faults:` of the scenario and write `Failures 0`");
    } else counts_.push_back({words[0].text == "Connections", *value, words[0]});
  }

  std::optional<std::int64_t> value_of(const std::vector<Word>& words, std::size_t i, std::int64_t minimum, std::int64_t maximum) {
    const std::string name = quote_input(words[i].text);
    if (i + 1 >= words.size()) {
      errors_.error(words[i], name + " has no value", "write a whole number behind it");
      return std::nullopt;
    }
    const auto value = scaled_number(words[i + 1].text, 1);  // htsim reads floats: `start 0.000000`
    if (value && *value >= minimum && *value <= maximum) return value;
    errors_.error(words[i + 1], name + " is " + quote_input(words[i + 1].text),
                  "it is a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    return std::nullopt;
  }

  std::optional<std::uint32_t> node(const Word& at, std::string_view text) {
    const auto id = whole_number(text, 0, std::max<std::int64_t>(matrix_.nodes, 1) - 1);
    if (id) return static_cast<std::uint32_t>(*id);
    errors_.error(at, "node " + quote_input(text) + " does not exist", "nodes of this file are 0 to " + std::to_string(matrix_.nodes - 1));
    return std::nullopt;
  }

  void read_flow(const std::vector<Word>& words) {
    if (in_header_ && matrix_.nodes == 0) {
      in_header_ = false;
      return errors_.error(words[0], "a flow stands above `Nodes`", "start the file with `Nodes N` and `Connections N`");
    }
    in_header_ = false;
    ConnectionMatrix::Flow flow;
    flow.at = {{}, words[0].line, words[0].column};
    const std::size_t arrow = words[0].text.find("->");
    const auto from = node(words[0], words[0].text.substr(0, arrow));
    const auto to = node(words[0], words[0].text.substr(arrow + 2));
    if (from && to && *from == *to)
      errors_.error(words[0], "node " + std::to_string(*from) + " sends to itself", "name two different nodes");
    flow.from = from.value_or(0);
    flow.to = to.value_or(0);
    std::set<std::string_view> seen;
    std::size_t i = 1;
    while (i < words.size()) {
      const std::string_view key = words[i].text;
      if (!seen.insert(key).second) errors_.error(words[i], quote_input(key) + " stands twice", "leave one of them out");
      std::int64_t* value = key == "trigger"             ? &flow.trigger
                            : key == "send_done_trigger" ? &flow.send_done
                            : key == "recv_done_trigger" ? &flow.receive_done
                                                         : nullptr;
      if (value != nullptr) *value = value_of(words, i, 1, kIdMost).value_or(0);
      else if (key == "start") flow.start = {value_of(words, i, 0, kPicosecondsMost).value_or(0)};
      else if (key == "size") flow.bytes = {value_of(words, i, 0, kBytesMost).value_or(1)};
      else if (key == "id") {
        if (const auto id = value_of(words, i, 1, kIdMost); id && !ids_.insert(*id).second)
          errors_.error(words[i + 1], "the flow id " + std::to_string(*id) + " stands twice", "give each flow its own");
      } else if (key == "prio" || key == "msg") value_of(words, i, 0, kIdMost);
      else if (key == "addon") --i;  // a word without value
      else {
        const std::string near =
            nearest_name(key, {"id", "start", "size", "trigger", "send_done_trigger", "recv_done_trigger", "prio", "addon", "msg"});
        return errors_.error(
            words[i], quote_input(key) + " is no attribute of a flow",
            near.empty() ? "id, start, size, trigger, send_done_trigger, recv_done_trigger and prio are" : "did you mean `" + near + "`?");
      }
      i += 2;
    }
    const bool started = seen.contains("start");
    if (started == seen.contains("trigger"))
      errors_.error(words[0], started ? "the flow has a start and a trigger" : "the flow has neither start nor trigger",
                    "give it one of the two");
    if (!seen.contains("size")) flow.bytes = {0};  // as htsim: without end
    matrix_.flows.push_back(flow);
  }

  void read_trigger(const std::vector<Word>& words) {
    const std::string form = "write `trigger id 1 oneshot`, `trigger id 1 multishot` or `trigger id 1 barrier count 4`";
    in_header_ = false;
    ConnectionMatrix::Trigger trigger;
    trigger.at = {{}, words[0].line, words[0].column};
    const auto id = words.size() >= 4 && words[1].text == "id" ? whole_number(words[2].text, 1, kIdMost) : std::nullopt;
    if (!id) return errors_.error(words[0], "the trigger cannot be read", form);
    const std::string_view kind = words[3].text;
    if (kind == "oneshot") trigger.kind = ConnectionMatrix::TriggerKind::oneshot;
    else if (kind == "multishot") trigger.kind = ConnectionMatrix::TriggerKind::multishot;
    else if (kind == "barrier") {
      trigger.kind = ConnectionMatrix::TriggerKind::barrier;
      const auto count = words.size() == 6 && words[4].text == "count" ? whole_number(words[5].text, 1, kNodesMost * 1'000) : std::nullopt;
      if (!count) errors_.error(words[3], "a barrier needs a count", form);
      trigger.count = count.value_or(1);
    } else {
      errors_.error(words[3], "there is no trigger " + quote_input(kind), form);
    }
    if (!matrix_.triggers.emplace(*id, trigger).second)
      errors_.error(words[2], "the trigger " + std::to_string(*id) + " stands twice", "give each trigger its own id");
  }

  void check_header() {
    for (const Count& count : counts_) {
      const auto seen = static_cast<std::int64_t>(count.connections ? matrix_.flows.size() : matrix_.triggers.size());
      if (seen != count.value)
        errors_.mismatch(!check_counts_, count.at,
                         "the header announces " + std::to_string(count.value) + (count.connections ? " flows" : " triggers") +
                             " and the file has " + std::to_string(seen),
                         seen < count.value ? "the file may be cut off" : "correct the header");
    }
  }

  /// Undeclared ones are oneshot when that is tolerated; every trigger that flows wait for must fire.
  void check_triggers() {
    std::map<std::int64_t, std::int64_t> fired;
    std::map<std::int64_t, std::int64_t> waiting;
    for (const ConnectionMatrix::Flow& flow : matrix_.flows) {
      for (const std::int64_t id : {flow.send_done, flow.receive_done})
        if (id != 0) ++fired[id];
      if (flow.trigger != 0) ++waiting[flow.trigger];
    }
    std::size_t undeclared = 0;
    for (const auto& flow : matrix_.flows)
      for (const std::int64_t id : {flow.trigger, flow.send_done, flow.receive_done})
        if (id != 0 && matrix_.triggers.try_emplace(id, ConnectionMatrix::Trigger{.at = flow.at}).second && undeclared++ == 0)
          errors_.mismatch(!check_counts_, flow.at,
                           "trigger " + std::to_string(id) + " is used here and declared nowhere; it would be oneshot, as others like it",
                           "add `trigger id " + std::to_string(id) + " oneshot`");
    for (const auto& [id, trigger] : matrix_.triggers) {
      const std::int64_t times = fired[id];
      const std::string name = "trigger " + std::to_string(id);
      if (waiting[id] > 0 && times == 0) errors_.error(trigger.at, name + " is waited for and never fires", "let a flow fire it");
      if (trigger.kind == ConnectionMatrix::TriggerKind::oneshot && times > 1)
        errors_.error(trigger.at, name + " is oneshot and would fire " + std::to_string(times) + " times",
                      "make it a barrier or multishot");
      if (trigger.kind == ConnectionMatrix::TriggerKind::barrier && times != trigger.count && waiting[id] > 0)
        errors_.error(trigger.at,
                      name + " is a barrier of " + std::to_string(trigger.count) + " and fires " + std::to_string(times) + " times",
                      "make the count what it is");
      if (trigger.kind == ConnectionMatrix::TriggerKind::multishot && times < waiting[id])
        errors_.error(trigger.at,
                      name + " fires " + std::to_string(times) + " times for " + std::to_string(waiting[id]) + " flows that wait",
                      "let it fire once for each");
    }
  }

  struct Count {
    bool connections = false;
    std::int64_t value = 0;
    Word at;
  };
  WordReader reader_;
  bool check_counts_;
  InputErrors& errors_;
  ConnectionMatrix matrix_;
  bool in_header_ = true;
  std::vector<Count> counts_;
  std::set<std::int64_t> ids_;
};

}  // namespace

ConnectionMatrix read_connection_matrix(std::string_view text, bool check_counts, InputErrors& errors) {
  return MatrixReader(text, check_counts, errors).run();
}

}  // namespace eastwest
