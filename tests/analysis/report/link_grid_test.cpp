// SPDX-License-Identifier: Apache-2.0
// Held: no bin shows less than any interval that it overlaps, 0 stays 0, and a grid never has more bins or cells than it may.
#include "analysis/report/link_grid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "core/random.hpp"

namespace eastwest::tests {
namespace {

struct Rows {
  std::vector<Time> end;
  std::vector<Duration> interval;
  std::vector<std::vector<float>> utilization;
  std::vector<std::vector<std::uint32_t>> queue;
};

LinkGrid grid_of(const Rows& rows, std::uint64_t links, std::uint32_t queue_max, const GridLimits& limits) {
  LinkGrid grid = empty_grid(rows.end, rows.interval, links, queue_max, limits);
  for (std::size_t i = 0; i < rows.end.size(); ++i)
    add_row(grid, rows.end[i], rows.interval[i], rows.utilization[i], rows.queue[i], rows.utilization[i]);
  return grid;
}

TEST_CASE("link grid: shares and queues are rounded up to a byte, and 0 is nothing") {
  CHECK(quantised_share(0) == 0);
  CHECK(quantised_share(-1) == 0);
  CHECK(quantised_share(1e-9) == 1);
  CHECK(quantised_share(0.5) == 128);
  CHECK(quantised_share(1) == 255);
  CHECK(quantised_share(2) == 255);
  CHECK(quantised_queue(0, 1000) == 0);
  CHECK(quantised_queue(1, 4'000'000'000u) == 1);
  CHECK(quantised_queue(1000, 1000) == 255);
  CHECK(quantised_queue(250, 1000) == 128);  // half of the root
  CHECK(quantised_queue(5, 0) == 0);
  for (std::uint32_t bytes : {1u, 66u, 4096u, 123'456u, 9'999'999u}) {
    const double root = quantised_queue(bytes, 10'000'000) / 255.0;
    CHECK(root * root * 10'000'000 >= bytes);                                  // never less than what was
    CHECK(root * root * 10'000'000 <= bytes + 10'000'000 * 2.0 / 255 * 1.01);  // and at most 0.8 % of the whole more
  }
}

TEST_CASE("link grid: a row goes into the bin that it fills, a last short row into the last") {
  Rows rows;
  for (int i = 0; i < 3; ++i) {
    rows.end.push_back({(i + 1) * 1000});
    rows.interval.push_back({1000});
    rows.utilization.push_back({i == 1 ? 1.0f : 0.0f, 0.5f});
    rows.queue.push_back({0, static_cast<std::uint32_t>(i)});
  }
  rows.end.push_back({3200});
  rows.interval.push_back({200});
  rows.utilization.push_back({1.0f, 0.0f});
  rows.queue.push_back({2, 0});
  const LinkGrid grid = grid_of(rows, 2, 2, {});
  CHECK(grid.bins == 4);
  CHECK(grid.width.ps == 1000);
  CHECK(grid.start.ps == 0);
  CHECK_FALSE(grid.merged);
  CHECK(grid.utilization == std::vector<std::uint8_t>{0, 255, 0, 255, 128, 128, 128, 0});
  CHECK(grid.queue == std::vector<std::uint8_t>{0, 0, 0, 255, 0, 181, 255, 0});  // ceil(255 sqrt(1/2)) = 181
}

TEST_CASE("link grid: no rows, no links, and rows of no length give no bins") {
  CHECK(empty_grid({}, {}, 5, 1, {}).bins == 0);
  const std::array<Time, 1> end{Time{1}};
  const std::array<Duration, 1> none{Duration{0}}, one{Duration{1}};
  CHECK(empty_grid(end, one, 0, 1, {}).bins == 0);
  CHECK(empty_grid(end, none, 5, 1, {}).bins == 0);
  LinkGrid empty = empty_grid({}, {}, 5, 1, {});
  add_row(empty, Time{5}, Duration{5}, {}, {}, {});
  CHECK(empty.utilization.empty());
}

TEST_CASE("link grid: merged bins keep the largest value, whatever the intervals") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 0);
    const std::uint64_t links = 1 + random.below(7);
    Rows rows;
    std::int64_t at = static_cast<std::int64_t>(random.below(1000));
    std::int64_t interval = 1 + static_cast<std::int64_t>(random.below(500));
    const std::uint64_t count = 1 + random.below(300);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (random.below(100) == 0) interval *= 2;  // as probes do in a long run
      at += interval;
      rows.end.push_back({at});
      rows.interval.push_back({interval});
      rows.utilization.emplace_back();
      rows.queue.emplace_back();
      for (std::uint64_t l = 0; l < links; ++l) {
        rows.utilization.back().push_back(static_cast<float>(random.below(256)) / 255.0f);
        rows.queue.back().push_back(static_cast<std::uint32_t>(random.below(1000)));
      }
    }
    const GridLimits limits{1 + random.below(64), links * (1 + random.below(64))};
    const LinkGrid grid = grid_of(rows, links, 999, limits);
    CHECK(grid.bins >= 1);
    CHECK(grid.bins <= limits.bins);
    CHECK(grid.bins * links <= limits.cells);
    const LinkGrid half = halved(grid);
    CHECK(half.bins == (grid.bins + 1) / 2);
    for (std::uint64_t l = 0; l < links; ++l)
      for (std::uint64_t b = 0; b < grid.bins; ++b) {
        const std::int64_t from = grid.start.ps + static_cast<std::int64_t>(b) * grid.width.ps, to = from + grid.width.ps;
        std::uint8_t most = 0;
        for (std::uint64_t i = 0; i < count; ++i)
          if (rows.end[i].ps > from && rows.end[i].ps - rows.interval[i].ps < to)
            most = std::max(most, quantised_share(static_cast<double>(rows.utilization[i][l])));
        REQUIRE(grid.utilization[l * grid.bins + b] == most);
        REQUIRE(half.utilization[l * half.bins + b / 2] >= most);
      }
    CHECK(*std::max_element(half.queue.begin(), half.queue.end()) == *std::max_element(grid.queue.begin(), grid.queue.end()));
  }
}

}  // namespace
}  // namespace eastwest::tests
