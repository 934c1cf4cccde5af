// SPDX-License-Identifier: Apache-2.0
// The radix heap against a sorted list: order of time, and of pushing within one instant.
#include "sim/flow/event_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/random.hpp"

using namespace eastwest;
using namespace eastwest::flow;

TEST_CASE("flow events: come out by time, whatever the order and the distances in which they went in") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 31);
    EventQueue queue;
    std::vector<Event> expected;  // not yet taken out
    std::int64_t now = 0;
    std::uint64_t next_key = 0;
    const auto push = [&] {
      // Distances over many octaves, and often the very same instant.
      const std::int64_t distance = random.below(4) == 0 ? 0 : static_cast<std::int64_t>(random.bits() >> (20 + random.below(43)));
      expected.push_back({now + distance, next_key});
      queue.push(now + distance, next_key++);
    };
    for (int i = 0; i < 50; ++i) push();
    for (int step = 0; step < 400 && !queue.empty(); ++step) {
      const std::int64_t time = queue.next_time();
      const auto earliest =
          std::min_element(expected.begin(), expected.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
      REQUIRE(time == earliest->time);
      now = time;
      std::vector<Event>& instant = queue.begin_instant(time);
      std::size_t i = 0;
      for (; i < instant.size(); ++i) {
        const Event event = instant[i];
        CHECK(event.time == time);
        if (random.below(3) == 0 && next_key < 3000) push();  // may append to this instant
        const auto at = std::find_if(expected.begin(), expected.end(), [&](const Event& other) { return other.key == event.key; });
        REQUIRE(at != expected.end());
        expected.erase(at);
      }
      queue.end_instant();
      for (const Event& left : expected) CHECK(left.time > time);
      if (expected.size() < 20 && next_key < 3000) push();
    }
    CHECK(queue.empty() == expected.empty());
  }
}

TEST_CASE("flow events: of one instant come out in the order in which they went in") {
  EventQueue queue;
  for (std::uint64_t key = 0; key < 100; ++key) queue.push(static_cast<std::int64_t>(key % 2 == 0 ? 1'000'000 : 5), key);
  for (const std::int64_t time : {std::int64_t{5}, std::int64_t{1'000'000}}) {
    REQUIRE(queue.next_time() == time);
    const std::vector<Event>& instant = queue.begin_instant(time);
    REQUIRE(instant.size() == 50);
    CHECK(std::is_sorted(instant.begin(), instant.end(), [](const Event& a, const Event& b) { return a.key < b.key; }));
    queue.end_instant();
  }
  CHECK(queue.empty());
}
