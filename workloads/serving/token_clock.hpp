// SPDX-License-Identifier: Apache-2.0
// Token clock: the gaps between consecutive tokens of requests (inter-token latency), per request and of all together.
//
// A request's gaps are kept while it runs and reduced to percentiles when it ends; of all tokens together only lengths and
// counts are kept, since the tokens of one iteration end together and have few different gaps.
// Units: picoseconds. Invariants: a request of n tokens has n - 1 gaps, their sum is last - first token, whatever was
// preempted or moved in between; percentiles are nearest rank, so always a gap that occurred.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/driver.hpp"

namespace eastwest {

class TokenClock {
 public:
  explicit TokenClock(std::size_t requests) : requests_(requests) {}
  /// Each of `requests` got a token at each of `ends`, ascending.
  void tick(std::span<const std::uint32_t> requests, std::span<const Time> ends);
  /// Puts the percentiles of the row's request into `row` and forgets its gaps.
  void close(RequestRow& row);
  /// All gaps so far, ascending, equal ones together.
  [[nodiscard]] std::vector<TokenGap> gaps() const;

 private:
  struct Tokens {
    Time last = kTimeNever;
    std::vector<std::int64_t> gaps;
  };
  void count(Duration gap, std::uint64_t times);
  std::vector<Tokens> requests_;
  std::vector<TokenGap> gaps_;
};

}  // namespace eastwest
