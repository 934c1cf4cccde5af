// SPDX-License-Identifier: Apache-2.0
// Finding: what a rule says of the plant: how grave, of what, with figures, the limit and its source, and what to do.
//
// Cases of a rule that are told in one sentence are one finding: `item` is the worst of them, `items` are all. Invariants: `items` holds `item`;
// the sentence follows the item ("C0001" "loses 1.71 dB ..."); equal plants give equal findings in equal order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "topology/catalogue_models.hpp"

namespace eastwest {

/// fail: a rule is broken; warn: it holds, but just; note: what the reader must know, and what could not be checked.
enum class FindingLevel : std::uint8_t { fail, warn, note };
std::string_view to_string(FindingLevel level);  // fail, warn, note

struct Finding {
  FindingLevel level = FindingLevel::note;
  std::string rule;      // "optics.loss"
  std::string item;      // id of a cable, name of a device, rack or pathway, or "site"
  std::string sentence;  // continues the item
  std::string limit;     // with its source; empty where the rule is one of logic
  std::string remedy;    // empty where nothing need be done
  std::vector<std::string> items;
};

/// Gathers cases that are told together, and the worst of each.
class CaseGroups {
 public:
  struct Group {
    std::string key;
    std::uint32_t worst = 0;
    double badness = 0;
    std::vector<std::uint32_t> cases;  // in the order of `add`
  };
  /// A case `index` of the group `key`; the greater `badness` is worse, the first of equals stays.
  void add(const std::string& key, std::uint32_t index, double badness = 0);
  /// Groups, the worst first; equals in the order of their first cases.
  [[nodiscard]] std::vector<Group> sorted() const;

 private:
  std::map<std::string, std::size_t> at_;
  std::vector<Group> groups_;
};

/// A finding of a group: item and items are `name` of its cases.
Finding finding_of(const CaseGroups::Group& group, FindingLevel level, std::string rule,
                   const std::function<std::string(std::uint32_t)>& name);

/// "S-TIA1" where the row's column was read in a source, else "catalogue value, unverified".
std::string source_of(const Origin& origin, std::string_view column);

// Figures as people read them.
std::string length_text(Length length);                                                           // "70.0 m"
std::string decibels_text(double decibels);                                                       // "0.190 dB"
std::string percent_text(double share);                                                           // "39.8 %"
std::string power_text(Power power);                                                              // "10.20 kW", "12.0 W"
std::string mass_text(Mass mass);                                                                 // "26.9 kg"
std::string probability_text(double probability);                                                 // "1.7e-04", "0"
std::string count_text(std::uint64_t count, std::string_view singular, std::string_view plural);  // "1 link", "2 links"

}  // namespace eastwest
