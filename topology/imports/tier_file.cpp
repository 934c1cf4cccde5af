// SPDX-License-Identifier: Apache-2.0
#include "topology/imports/tier_file.hpp"

#include <string>
#include <utility>
#include <vector>

namespace eastwest {

namespace {

struct Key {
  std::string_view name;
  std::int64_t TierFile::Tier::* value;
  std::int64_t minimum;
  std::int64_t maximum;
};
constexpr std::int64_t kPortsMost = 65'535;
constexpr Key kTierKeys[] = {
    {"Downlink_speed_Gbps", &TierFile::Tier::speed_gbps, 1, 100'000},
    {"Downlink_Latency_ns", &TierFile::Tier::latency_ns, 1, 1'000'000'000},
    {"Radix_Down", &TierFile::Tier::radix_down, 1, kPortsMost},
    {"Radix_Up", &TierFile::Tier::radix_up, 1, kPortsMost},
    {"Switch_Latency_ns", &TierFile::Tier::switch_latency, 0, 1'000'000'000},
    {"Queue_Down", &TierFile::Tier::queue_down, 1, 1'000'000'000},
    {"Queue_Up", &TierFile::Tier::queue_up, 1, 1'000'000'000},
    {"Oversubscribed", &TierFile::Tier::oversubscribed, 1, kPortsMost},
    {"Bundle", &TierFile::Tier::bundle, 1, kPortsMost},
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

class TierFileReader {
 public:
  TierFileReader(std::string_view text, InputErrors& errors) : reader_(text), errors_(errors) {}

  TierFile run() {
    std::vector<Word> words;
    while (reader_.next_line(words, '#') && !errors_.full()) read_line(words);
    check_presence();
    if (!errors_.any()) derive();
    return file_;
  }

 private:
  void read_line(const std::vector<Word>& words) {
    const std::string key = lower(words[0].text);
    if (words.size() != 2) return errors_.error(words[0], "expected a key and one whole number", "write it as `Radix_Down 8`");
    if (key == "tier") return open_tier(words);
    if (tier_ < 0) {
      if (key == "nodes") return set(words, file_.nodes, 1, 1 << 18);
      if (key == "tiers") return set(words, file_.tiers, 2, 3);
      if (key == "podsize") return set(words, file_.pod_size, 1, 1 << 18);
      return unknown(words[0], {"Nodes", "Tiers", "Podsize"});
    }
    for (const Key& known : kTierKeys)
      if (lower(known.name) == key)
        return set(words, file_.tier[static_cast<std::size_t>(tier_)].*known.value, known.minimum, known.maximum);
    std::vector<std::string> names;
    for (const Key& known : kTierKeys) names.emplace_back(known.name);
    unknown(words[0], names);
  }

  void open_tier(const std::vector<Word>& words) {
    const auto number = whole_number(words[1].text, 0, 2);
    if (!number) return errors_.error(words[1], quote_input(words[1].text) + " is not a tier", "tiers are 0, 1 and 2");
    tier_ = *number;
    TierFile::Tier& tier = file_.tier[static_cast<std::size_t>(tier_)];
    if (tier.at.line != 0) errors_.error(words[0], "tier " + std::to_string(tier_) + " stands twice", "leave one of them out");
    tier.at = words[0];
    set_.clear();
  }

  void set(const std::vector<Word>& words, std::int64_t& value, std::int64_t minimum, std::int64_t maximum) {
    const std::string key = lower(words[0].text);
    for (const std::string& known : set_)
      if (known == key) return errors_.error(words[0], quote_input(words[0].text) + " stands twice", "leave one of them out");
    set_.push_back(key);
    const auto number = whole_number(words[1].text, minimum, maximum);
    if (number) value = *number;
    else
      errors_.error(words[1], quote_input(words[0].text) + " is " + quote_input(words[1].text),
                    "it is a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }

  void unknown(const Word& at, const std::vector<std::string>& names) {
    const std::string near = nearest_name(at.text, names);
    errors_.warning(at, "there is no key " + quote_input(at.text) + " here; it is ignored, as htsim does",
                    near.empty() ? "remove the line" : "did you mean `" + near + "`?");
  }

  void check_presence() {
    if (errors_.any()) return;
    const auto need = [&](bool present, const Word& at, const std::string& what) {
      if (!present) errors_.error(at, what, "add it");
    };
    need(file_.nodes > 0, {{}, 0, 0}, "the file has no `Nodes` before its first tier");
    need(file_.tiers > 0, {{}, 0, 0}, "the file has no `Tiers` before its first tier");
    need(file_.pod_size > 0, {{}, 0, 0}, "the file has no `Podsize` before its first tier");
    for (std::int64_t t = 0; t < 3; ++t) {
      const TierFile::Tier& tier = file_.tier[static_cast<std::size_t>(t)];
      if (t >= file_.tiers) {
        if (tier.at.line != 0 && file_.tiers > 0)
          errors_.error(tier.at, "tier " + std::to_string(t) + " stands in a file of " + std::to_string(file_.tiers) + " tiers",
                        "raise `Tiers` or remove the block");
        continue;
      }
      const std::string name = "tier " + std::to_string(t);
      if (tier.at.line == 0) {
        need(false, {{}, 0, 0}, "the file has no " + name);
        continue;
      }
      need(tier.speed_gbps > 0, tier.at, name + " has no `Downlink_speed_Gbps`");
      need(tier.latency_ns > 0, tier.at, name + " has no `Downlink_Latency_ns`");
      need(tier.radix_down > 0, tier.at, name + " has no `Radix_Down`");
      need(tier.radix_up > 0 || t + 1 == file_.tiers, tier.at, name + " has no `Radix_Up`");
      if (tier.radix_up > 0 && t + 1 == file_.tiers) errors_.error(tier.at, name + " is the top and has a `Radix_Up`", "remove it");
    }
  }

  /// `whole` over `part`, which must go up.
  std::uint32_t ratio(std::int64_t whole, std::int64_t part, const Word& at, const std::string& what) {
    if (part > 0 && whole % part == 0 && whole > 0) return static_cast<std::uint32_t>(whole / part);
    errors_.error(at, what + ": " + std::to_string(whole) + " is not a multiple of " + std::to_string(part),
                  "make the numbers of ports fit each other");
    return 1;
  }

  void derive() {
    const auto& [leaf, upper, core] = file_.tier;
    if (file_.tiers == 3) file_.pods = ratio(file_.nodes, file_.pod_size, leaf.at, "`Nodes` over `Podsize` is the number of pods");
    else if (file_.pod_size != file_.nodes)
      errors_.error(leaf.at, "`Podsize` is " + std::to_string(file_.pod_size) + " and `Nodes` " + std::to_string(file_.nodes),
                    "two tiers are one pod: make them equal");
    file_.leaves_per_pod = ratio(file_.pod_size, leaf.radix_down, leaf.at, "`Podsize` over `Radix_Down` is the number of leaves of a pod");
    file_.uppers_per_pod =
        ratio(leaf.radix_up, upper.bundle, leaf.at, "`Radix_Up` over the `Bundle` of tier 1 is the number of its switches");
    must_equal(upper.radix_down, file_.leaves_per_pod * upper.bundle, upper.at, "leaves of a pod times `Bundle`");
    if (file_.tiers == 3) {
      const std::uint32_t cores_per_upper =
          ratio(upper.radix_up, core.bundle, upper.at, "`Radix_Up` over the `Bundle` of tier 2 is the number of cores that a switch meets");
      file_.cores = file_.uppers_per_pod * cores_per_upper;
      must_equal(core.radix_down, file_.pods * core.bundle, core.at, "pods times `Bundle`");
    }
    for (std::int64_t t = 0; t + 1 < file_.tiers; ++t) check_oversubscription(static_cast<std::size_t>(t));
  }

  void must_equal(std::int64_t radix, std::int64_t wanted, const Word& at, const std::string& what) {
    if (radix != wanted)
      errors_.error(at, "`Radix_Down` is " + std::to_string(radix) + " and " + what + " are " + std::to_string(wanted),
                    "make the numbers of ports fit each other");
  }

  void check_oversubscription(std::size_t t) {
    const TierFile::Tier& tier = file_.tier[t];
    const std::int64_t down = tier.radix_down * tier.speed_gbps;
    const std::int64_t up = tier.radix_up * file_.tier[t + 1].speed_gbps;
    if (tier.oversubscribed > 0 && down != up * tier.oversubscribed)
      errors_.warning(tier.at,
                      "tier " + std::to_string(t) + " says `Oversubscribed " + std::to_string(tier.oversubscribed) + "`, its ports carry " +
                          std::to_string(down) + " Gb/s down and " + std::to_string(up) + " Gb/s up",
                      "the ports count; correct one or the other");
  }

  WordReader reader_;
  InputErrors& errors_;
  TierFile file_;
  std::int64_t tier_ = -1;
  std::vector<std::string> set_;  // keys of this block so far
};

}  // namespace

TierFile read_tier_file(std::string_view text, InputErrors& errors) { return TierFileReader(text, errors).run(); }

}  // namespace eastwest
