// SPDX-License-Identifier: Apache-2.0
#include "topology/imports/link_file.hpp"

#include <algorithm>

#include "topology/imports/import_settings.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kNodesMost = 1 << 20;

/// ns-3's spellings in ours: `400Gbps` is known, `50GBps` is `50GB/s`, `Kbps` is `kbps`.
Result<std::int64_t> parse_rate(std::string_view text) {
  std::string ours(text);
  if (ours.ends_with("Bps")) ours.replace(ours.size() - 2, 2, "/s");
  for (char& c : ours)
    if (c == 'K') c = 'k';
  return parse_quantity(ours, Dimension::rate);
}

Result<std::int64_t> parse_delay(std::string_view text) {
  std::string ours(text);
  if (!ours.empty() && ((ours.back() >= '0' && ours.back() <= '9') || ours.back() == '.')) ours += "s";  // ns-3: seconds
  return parse_quantity(ours, Dimension::time);
}

class LinkFileReader {
 public:
  LinkFileReader(std::string_view text, bool check_counts, InputErrors& errors)
      : words_(text), check_counts_(check_counts), errors_(errors) {
    std::vector<Word> first;
    WordReader(text).next_line(first);
    first_line_words_ = first.size();
    if (!first.empty()) start_ = first.front();
  }

  LinkFile run() {
    if (!read_header()) return {};
    read_ids(nvswitches_, LinkFile::Role::nvswitch, "an NVSwitch id");
    read_ids(switches_, LinkFile::Role::network_switch, "a switch id");
    if (errors_.any()) return {};
    read_links();
    for (const LinkFile::Role role : file_.roles) file_.endpoints += role == LinkFile::Role::endpoint ? 1 : 0;
    if (file_.endpoints == 0) errors_.error(start_, "every node is a switch; there is nothing to send", "name fewer switch ids");
    return std::move(file_);
  }

 private:
  std::int64_t number(std::string_view what, std::int64_t minimum, std::int64_t maximum) {
    const Word word = last_ = words_.next();
    const auto value = whole_number(word.text, minimum, maximum);
    if (value) return *value;
    errors_.error(word,
                  "expected " + std::string(what) + " and found " + (word.text.empty() ? "the end of the file" : quote_input(word.text)),
                  "it is a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    return minimum;
  }

  bool read_header() {
    file_.simai = first_line_words_ == 6;
    if (!file_.simai && first_line_words_ != 3) {
      errors_.error(start_, "the first line has " + std::to_string(first_line_words_) + " words, no header of a topology file",
                    "SimAI writes `nodes gpus_per_server nvswitches switches links gpu_type`, HPCC `nodes switches links`");
      return false;
    }
    const std::int64_t nodes = number("the number of nodes", 2, kNodesMost);
    if (file_.simai) {
      file_.gpus_per_server = static_cast<std::uint32_t>(number("the GPUs of a server", 1, 1'024));
      nvswitches_ = number("the number of NVSwitches", 0, nodes);
    }
    switches_ = number("the number of switches", 0, nodes);
    links_ = number("the number of links", 0, kNodesMost);
    links_at_ = last_;
    if (file_.simai) file_.gpu_type = words_.next().text;
    if (errors_.any()) return false;
    file_.roles.assign(static_cast<std::size_t>(nodes), LinkFile::Role::endpoint);
    return true;
  }

  void read_ids(std::int64_t count, LinkFile::Role role, std::string_view what) {
    for (std::int64_t i = 0; i < count && !errors_.full(); ++i) {
      const Word at = words_.next();
      const auto id = whole_number(at.text, 0, static_cast<std::int64_t>(file_.roles.size()) - 1);
      if (!id) {
        errors_.error(at,
                      "expected " + std::string(what) + " and found " + (at.text.empty() ? "the end of the file" : quote_input(at.text)),
                      "ids of this file are 0 to " + std::to_string(file_.roles.size() - 1));
        if (at.text.empty()) return;
        continue;
      }
      LinkFile::Role& known = file_.roles[static_cast<std::size_t>(*id)];
      if (known != LinkFile::Role::endpoint) errors_.error(at, "the switch id " + std::to_string(*id) + " stands twice", "name it once");
      known = role;
    }
  }

  void read_links() {
    std::int64_t seen = 0;
    for (Word first = words_.next(); !first.text.empty() && !errors_.full(); first = words_.next(), ++seen) {
      LinkFile::Link link;
      link.at = first;
      const std::uint32_t a = node(first);
      const std::uint32_t b = node(words_.next());
      link.a = a;
      link.b = b;
      const Word rate = words_.next();
      const Word delay = words_.next();
      const Word loss = words_.next();
      if (loss.text.empty()) {
        errors_.error(first, "the last link is not complete", "a link is `a b rate delay loss`, such as `0 8 400Gbps 0.0005ms 0`");
        return;
      }
      const auto bits = parse_rate(rate.text);
      if (!bits || *bits < 1) errors_.error(rate, quote_input(rate.text) + " is not a rate", "write it as `400Gbps`");
      else if (static_cast<std::int64_t>(*bits) > kRateMost)
        errors_.error(rate, quote_input(rate.text) + " is more than 100 Tb/s", "write it as `400Gbps`");
      else link.rate = {static_cast<std::uint64_t>(*bits)};
      const auto time = parse_delay(delay.text);
      if (!time || *time < 0) errors_.error(delay, quote_input(delay.text) + " is not a delay", "write it as `0.0005ms`");
      else if (*time > kDelayMost) errors_.error(delay, quote_input(delay.text) + " is more than 1 s", "write it as `0.0005ms`");
      else link.delay = {*time};
      constexpr std::int64_t kScale = 1'000'000'000'000;
      const auto share = scaled_number(loss.text, kScale);
      if (!share || *share < 0 || *share > kScale)
        errors_.error(loss, quote_input(loss.text) + " is not a probability of loss", "write a number from 0 to 1");
      else link.loss = static_cast<double>(*share) / static_cast<double>(kScale);
      if (a == b) errors_.error(first, "the link joins node " + std::to_string(a) + " with itself", "name two nodes");
      file_.links.push_back(link);
    }
    if (seen != links_ && !errors_.full())
      errors_.mismatch(!check_counts_, links_at_,
                       "the header announces " + std::to_string(links_) + " links and the file has " + std::to_string(seen),
                       seen < links_ ? "the file may be cut off" : "correct the header");
  }

  std::uint32_t node(const Word& at) {
    const auto id = whole_number(at.text, 0, static_cast<std::int64_t>(file_.roles.size()) - 1);
    if (id) return static_cast<std::uint32_t>(*id);
    errors_.error(at, quote_input(at.text) + " is not a node of this file", "nodes are 0 to " + std::to_string(file_.roles.size() - 1));
    return ++unknown_ + 0x8000'0000u;  // two unknown ends are not a loop
  }

  WordReader words_;
  bool check_counts_;
  InputErrors& errors_;
  LinkFile file_;
  Word start_;
  Word last_;  // that `number` took
  Word links_at_;
  std::size_t first_line_words_ = 0;
  std::int64_t nvswitches_ = 0;
  std::int64_t switches_ = 0;
  std::int64_t links_ = 0;
  std::uint32_t unknown_ = 0;
};

}  // namespace

LinkFile read_link_file(std::string_view text, bool check_counts, InputErrors& errors) {
  return LinkFileReader(text, check_counts, errors).run();
}

}  // namespace eastwest
