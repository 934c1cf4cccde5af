// SPDX-License-Identifier: Apache-2.0
// Laws: n tokens have n - 1 gaps that add up to last - first; percentiles are nearest rank; the counts of all tokens agree.
#include "workloads/serving/token_clock.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

TEST_CASE("token clock: gaps of two requests, one of them joining late, in single iterations and bursts") {
  TokenClock clock(2);
  const std::vector<std::uint32_t> first{0};
  const std::vector<std::uint32_t> both{0, 1};
  const auto at = [](std::initializer_list<std::int64_t> times) {
    std::vector<Time> list;
    for (const std::int64_t time : times) list.push_back({time});
    return list;
  };
  clock.tick(first, at({100}));
  clock.tick(both, at({130}));            // request 0: 30; request 1: its first
  clock.tick(both, at({140, 150, 170}));  // 10, 10, 20 each
  clock.tick(first, at({270}));           // 100
  RequestRow row;
  clock.close(row);
  CHECK(row.itl_p50.ps == 20);  // 10 10 20 30 100: third of five
  CHECK(row.itl_p99.ps == 100);
  CHECK(row.itl_max.ps == 100);
  RequestRow other;
  other.id = 1;
  clock.close(other);
  CHECK(other.itl_p50.ps == 10);  // 10 10 20: second of three
  CHECK(other.itl_max.ps == 20);
  CHECK(clock.gaps() == std::vector<TokenGap>{{{10}, 4}, {{20}, 2}, {{30}, 1}, {{100}, 1}});
}

TEST_CASE("token clock: a request of one token has no gaps") {
  TokenClock clock(1);
  const std::vector<std::uint32_t> only{0};
  const std::vector<Time> end{Time{5}};
  clock.tick(only, end);
  RequestRow row;
  clock.close(row);
  CHECK(row.itl_p50.ps == -1);
  CHECK(row.itl_max.ps == -1);
  CHECK(clock.gaps().empty());
}
