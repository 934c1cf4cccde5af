// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/token_clock.hpp"

#include <algorithm>

namespace eastwest {

void TokenClock::count(Duration gap, std::uint64_t times) {
  if (!gaps_.empty() && gaps_.back().gap == gap) gaps_.back().count += times;
  else gaps_.push_back({gap, times});
}

void TokenClock::tick(std::span<const std::uint32_t> requests, std::span<const Time> ends) {
  if (requests.empty()) return;
  for (const std::uint32_t id : requests) {
    Tokens& tokens = requests_[id];
    if (tokens.last != kTimeNever) {
      count(ends.front() - tokens.last, 1);
      tokens.gaps.push_back((ends.front() - tokens.last).ps);
    }
    for (std::size_t i = 1; i < ends.size(); ++i) tokens.gaps.push_back((ends[i] - ends[i - 1]).ps);
    tokens.last = ends.back();
  }
  for (std::size_t i = 1; i < ends.size(); ++i) count(ends[i] - ends[i - 1], requests.size());
}

void TokenClock::close(RequestRow& row) {
  std::vector<std::int64_t>& gaps = requests_[row.id].gaps;
  if (gaps.empty()) return;
  const auto rank = [&](std::size_t percent) {
    const std::size_t index = (gaps.size() * percent + 99) / 100 - 1;
    const auto at = gaps.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(gaps.begin(), at, gaps.end());
    return Duration{*at};
  };
  row.itl_p50 = rank(50);
  row.itl_p99 = rank(99);
  row.itl_max = rank(100);
  gaps = {};
}

std::vector<TokenGap> TokenClock::gaps() const {
  std::vector<TokenGap> sorted = gaps_;
  std::sort(sorted.begin(), sorted.end(), [](const TokenGap& a, const TokenGap& b) { return a.gap < b.gap; });
  std::size_t kept = 0;
  for (const TokenGap& gap : sorted) {
    if (kept > 0 && sorted[kept - 1].gap == gap.gap) sorted[kept - 1].count += gap.count;
    else sorted[kept++] = gap;
  }
  sorted.resize(kept);
  return sorted;
}

}  // namespace eastwest
