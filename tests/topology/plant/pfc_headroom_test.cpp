// SPDX-License-Identifier: Apache-2.0
// PFC headroom against the printed term of 100 m at 400 Gb/s, and against what the packet engine keeps free.
#include "topology/plant/pfc_headroom.hpp"

#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

TEST_CASE("pfc headroom: 100 m of single-mode fibre at 400 Gb/s hold 48 950 octets both ways") {
  CHECK(pfc_headroom({489'500_ps, {}, {}, 400_Gbps, {}, 0, {}}) == 48'950_B);  // 4.895 ns/m as printed
  CHECK(pfc_headroom({test_catalogue().find_medium("smf")->delay(100_m), {}, {}, 400_Gbps, {}, 0, {}}) == 48'954_B);
}

TEST_CASE("pfc headroom: the terms of the sum") {
  CHECK(pfc_response(400_Gbps) == 76'800_ps);  // 60 quanta of 512 bits
  CHECK(planning_headroom({}, 400_Gbps, 4096_B) == 3840_B + 8192_B);
  CHECK(planning_headroom(489'500_ps, 400_Gbps, 4096_B) == 48'950_B + 3840_B + 8192_B);
  CHECK(planning_headroom(489'500_ps, 400_Gbps, 4096_B, 700_ns) == 48'950_B + 35'000_B + 3840_B + 8192_B);
  CHECK(planning_headroom(489'500_ps, 800_Gbps, 4096_B) - planning_headroom(489'500_ps, 400_Gbps, 4096_B) == 48'950_B);
}

TEST_CASE("pfc headroom: a planner's sum and the packet engine's differ by a frame, the pause frame and the delay of FEC and modules") {
  const Duration glass = test_catalogue().find_medium("smf")->delay(30_m);
  const Duration link = glass + 100_ns + 2 * 60_ns;
  const Bytes frame{4096 + 62 + 20};
  const Bytes engine = pfc_headroom({link, 700_ns, pfc_response(400_Gbps), 400_Gbps, frame, 3, {64 + 20}});
  const Bytes planned = planning_headroom(glass, 400_Gbps, frame, 700_ns);
  const std::int64_t electronics = 2 * 220 * 400 / 8;  // ns x Gb/s / 8
  CHECK(engine.count - planned.count == electronics + frame.count + 84);
}

TEST_CASE("pfc headroom: property, it grows with length, rate and frame and never undercuts what is in flight") {
  for (std::int64_t metres = 0; metres <= 2'000; metres += 37)
    for (const std::uint64_t gigabits : {100u, 400u, 800u, 1600u}) {
      const Duration glass = test_catalogue().find_medium("smf")->delay({metres * 1'000});
      const BitRate rate{gigabits * 1'000'000'000};
      const Bytes bytes = planning_headroom(glass, rate, 4096_B);
      CHECK(serialisation(bytes, rate) >= 2 * glass + pfc_response(rate));
      CHECK(planning_headroom(glass + 1_ns, rate, 4096_B) > bytes);
    }
}

}  // namespace
}  // namespace eastwest::tests
