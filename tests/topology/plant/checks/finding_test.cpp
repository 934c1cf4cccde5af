// SPDX-License-Identifier: Apache-2.0
// Findings: cases are told once with the worst of them, and a figure says where it was read.
#include "topology/plant/checks/finding.hpp"

#include <doctest/doctest.h>

using namespace eastwest;

TEST_CASE("finding: groups name the worst case, keep all in order, and stand with the worst group first") {
  CaseGroups groups;
  groups.add("a", 7, 1);
  groups.add("b", 3, 2);
  groups.add("a", 5, 1.5);
  groups.add("b", 4, 2);  // as bad as the first, which stays
  groups.add("c", 1, 2);
  const auto sorted = groups.sorted();
  REQUIRE(sorted.size() == 3);
  CHECK(sorted[0].key == "b");
  CHECK(sorted[0].worst == 3);
  CHECK(sorted[1].key == "c");
  CHECK(sorted[2].worst == 5);
  CHECK(sorted[2].cases == std::vector<std::uint32_t>{7, 5});
  const Finding finding = finding_of(sorted[2], FindingLevel::warn, "rule", [](std::uint32_t i) { return "n" + std::to_string(i); });
  CHECK(finding.item == "n5");
  CHECK(finding.items == std::vector<std::string>{"n7", "n5"});
}

TEST_CASE("finding: a figure that was read names its document, others say that they are not verified") {
  const Origin origin{{"reach_os2"}, "S-CU;GK", ""};
  CHECK(source_of(origin, "reach_os2") == "S-CU");
  CHECK(source_of(origin, "loss_max") == "catalogue value, unverified");
}

TEST_CASE("finding: figures as people read them") {
  CHECK(length_text({70'000}) == "70.0 m");
  CHECK(decibels_text(-1.41) == "-1.410 dB");
  CHECK(percent_text(0.398) == "39.8 %");
  CHECK(power_text({10'200'000}) == "10.20 kW");
  CHECK(power_text({12'000}) == "12.0 W");
  CHECK(mass_text({26'900}) == "26.9 kg");
  CHECK(probability_text(1.7373e-12) == "1.7e-12");
  CHECK(count_text(1, "link", "links") == "1 link");
  CHECK(count_text(2, "link", "links") == "2 links");
}
