// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_ports.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kNumberMost = 1'000'000;
constexpr std::uint32_t kLanesMost = 8;

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Words and numbers of a name in turn: "swp3s1" is "swp", 3, "s", 1.
struct Parts {
  std::vector<std::string> words;  // before each number, and after the last
  std::vector<std::uint32_t> numbers;
};

std::optional<Parts> parts_of(const std::string& name) {
  Parts parts;
  std::size_t at = 0;
  while (true) {
    const std::size_t word = at;
    while (at < name.size() && !is_digit(name[at])) ++at;
    parts.words.push_back(name.substr(word, at - word));
    if (at == name.size()) return parts;
    const std::size_t number = at;
    while (at < name.size() && is_digit(name[at])) ++at;
    const auto value = whole_number(name.substr(number, at - number), 0, kNumberMost);
    if (!value) return std::nullopt;
    parts.numbers.push_back(static_cast<std::uint32_t>(*value));
  }
}

/// One number in all names: ports in steps of lanes, or one by one.
std::vector<std::uint32_t> single(const std::vector<Parts>& all) {
  std::uint32_t least = all.front().numbers[0];
  std::uint32_t step = 0;
  for (const Parts& parts : all) {
    least = std::min(least, parts.numbers[0]);
    step = std::gcd(step, parts.numbers[0]);
  }
  while (step > kLanesMost && step % 2 == 0) step /= 2;
  const bool lanes = least == 0 && all.size() > 1 && (step == 2 || step == 4 || step == 8);
  std::vector<std::uint32_t> ports;
  for (const Parts& parts : all) ports.push_back(lanes ? parts.numbers[0] / step : parts.numbers[0] - (least == 0 ? 0 : 1));
  return ports;
}

/// Cage and half, the last two numbers of each name; `from_zero` of halves.
std::vector<std::uint32_t> paired(const std::vector<Parts>& all, bool halves_from_zero, std::uint32_t per_cage) {
  std::uint32_t least_cage = kNumberMost, most_half = 0;
  for (const Parts& parts : all) {
    least_cage = std::min(least_cage, parts.numbers[parts.numbers.size() - 2]);
    most_half = std::max(most_half, parts.numbers.back() - (halves_from_zero || parts.numbers.back() == 0 ? 0 : 1));
  }
  // "Ethernet3/5" is the second half of a cage whose lanes are counted from 1.
  const std::uint32_t lanes = per_cage > 0 && most_half >= per_cage && most_half < kLanesMost ? kLanesMost / per_cage : 1;
  const std::uint32_t per = std::max(per_cage, most_half / lanes + 1);
  std::vector<std::uint32_t> ports;
  for (const Parts& parts : all) {
    const std::uint32_t half = parts.numbers.back() - (halves_from_zero || parts.numbers.back() == 0 ? 0 : 1);
    ports.push_back((parts.numbers[parts.numbers.size() - 2] - (least_cage == 0 ? 0 : 1)) * per + half / lanes);
  }
  return ports;
}

}  // namespace

std::optional<std::vector<std::uint32_t>> ports_by_name(const std::vector<std::string>& names, std::uint32_t per_cage,
                                                        std::uint32_t limit) {
  std::vector<Parts> all;
  for (const std::string& name : names) {
    std::optional<Parts> parts = parts_of(name);
    if (!parts || parts->numbers.empty()) return std::nullopt;
    if (!all.empty() && parts->words != all.front().words) return std::nullopt;  // different kinds of names
    all.push_back(std::move(*parts));
  }
  if (all.empty()) return std::vector<std::uint32_t>{};
  const std::size_t count = all.front().numbers.size();
  std::vector<std::uint32_t> ports;
  if (count == 1) {
    ports = single(all);
  } else if (all.front().words[count - 1] == "s") {
    ports = paired(all, true, per_cage);
  } else {
    // One slot whose ports are counted: a half or a lane would not go so far.
    const bool one_slot =
        count == 2 && std::all_of(all.begin(), all.end(), [&](const Parts& parts) { return parts.numbers[0] == all.front().numbers[0]; });
    const bool far = std::any_of(all.begin(), all.end(), [](const Parts& parts) { return parts.numbers.back() > kLanesMost; });
    if (one_slot && (far || all.size() > std::max(1u, per_cage))) {
      for (Parts& parts : all) parts.numbers.erase(parts.numbers.begin());
      ports = single(all);
    } else {
      ports = paired(all, false, per_cage);
    }
  }
  std::set<std::uint32_t> seen;
  for (const std::uint32_t port : ports)
    if (port >= limit || !seen.insert(port).second) return std::nullopt;
  return ports;
}

std::vector<std::uint32_t> ranks_by_name(const std::vector<std::string>& names) {
  std::vector<std::uint32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0u);
  std::vector<Parts> all;
  for (const std::string& name : names) all.push_back(parts_of(name).value_or(Parts{{name}, {}}));
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    for (std::size_t i = 0;; ++i) {
      if (i >= all[x].words.size() || i >= all[y].words.size()) return all[x].words.size() < all[y].words.size();
      if (all[x].words[i] != all[y].words[i]) return all[x].words[i] < all[y].words[i];
      if (i >= all[x].numbers.size() || i >= all[y].numbers.size()) return all[x].numbers.size() < all[y].numbers.size();
      if (all[x].numbers[i] != all[y].numbers[i]) return all[x].numbers[i] < all[y].numbers[i];
    }
  });
  std::vector<std::uint32_t> ranks(names.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
  return ranks;
}

}  // namespace eastwest
