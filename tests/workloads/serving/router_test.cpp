// SPDX-License-Identifier: Apache-2.0
// Laws: each policy's choice among three instances, worked out by hand; ties go to the smaller number.
#include "workloads/serving/router.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace eastwest;

TEST_CASE("router: turns, least load, and reuse weighed against load and backlog") {
  std::size_t turn = 0;
  std::array<RouterView, 3> views{{{1000, 500, 0}, {800, 0, 0}, {3000, 100, 0}}};
  for (std::size_t i = 0; i < 5; ++i) CHECK(choose_instance(RouterPolicy::round_robin, views, turn) == i % 3);
  CHECK(turn == 5);
  CHECK(choose_instance(RouterPolicy::least_loaded, views, turn) == 1);
  CHECK(choose_instance(RouterPolicy::prefix_aware, views, turn) == 1);  // 1500, 800, 3100
  views[2].cached = 2048;
  CHECK(choose_instance(RouterPolicy::prefix_aware, views, turn) == 1);  // 1052 there: not worth it
  views[2].cached = 2560;
  CHECK(choose_instance(RouterPolicy::prefix_aware, views, turn) == 2);  // 540
  CHECK(choose_instance(RouterPolicy::least_loaded, views, turn) == 1);  // knows nothing of it
  views[0] = views[1] = views[2] = {};
  CHECK(choose_instance(RouterPolicy::prefix_aware, views, turn) == 0);
  CHECK(choose_instance(RouterPolicy::least_loaded, views, turn) == 0);
  CHECK(turn == 5);
}
