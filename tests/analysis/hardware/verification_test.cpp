// SPDX-License-Identifier: Apache-2.0
// Design against evidence: a clean delivery has no finding, and every one of 200 deviations of a seed is found, with nothing beside.
#include "analysis/hardware/verification.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/support/delivery.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kSite64 = "topology: rail_optimised\nservers: 8\nserver: dgx-h100\n";
constexpr const char* kSite512 = "topology: rail_optimised\nservers: 64\nserver: dgx-h100\nswitch: nv-qm9700\n";
constexpr const char* kSingleMode64 =
    "topology: rail_optimised\nservers: 8\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\n";

constexpr const char* kSpare =
    "topology: leaf_spine\nservers: 12\nserver: dgx-h100\nhost_optic: 400g-dr4\nfabric_optic: 400g-dr4\nplant:\n  cabling: structured\n";

constexpr const char* kFirstPhase =
    "topology: rail_optimised\nservers: 64\nserver: dgx-h100\nhost_optic: 400g-dr4\nplant:\n  phases: [64, 512]\n  phase: 1\n";

std::string told(const HardwareFinding& one) {
  std::string text = std::string(to_string(one.severity)) + " " + std::string(to_string(one.kind)) + " " + one.item + ": " + one.sentence;
  return text;
}

bool among(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Every deviation has one finding and every finding that is no note one deviation.
void hold(const DesignedSite& site, std::uint64_t seed, std::size_t count, std::size_t least, std::set<std::string>& kinds) {
  CAPTURE(seed);
  Delivery delivery = clean_delivery(site);
  const std::vector<Deviation> deviations = deviate(site, delivery, seed, count);
  CHECK(deviations.size() >= least);
  const Verification result = verified(site, evidence_of(site, delivery));
  std::vector<bool> taken(result.findings.size());
  std::vector<bool> found(deviations.size());
  for (const bool exact : {true, false})  // a finding about a port names its cable too
    for (std::size_t d = 0; d < deviations.size(); ++d)
      for (std::size_t i = 0; i < result.findings.size() && !found[d]; ++i) {
        const HardwareFinding& one = result.findings[i];
        // What waits to be tested is told in one finding.
        if ((taken[i] && one.kind != FindingKind::no_result) || one.severity == FindingSeverity::note || one.kind != deviations[d].kind)
          continue;
        if (one.item != deviations[d].item && (exact || !among(one.others, deviations[d].item))) continue;
        taken[i] = true;
        found[d] = true;
      }
  for (std::size_t d = 0; d < deviations.size(); ++d) {
    kinds.insert(std::string(to_string(deviations[d].kind)));
    if (!found[d])
      FAIL_CHECK("not found: " << std::string(to_string(deviations[d].kind)) << " " << deviations[d].item << ": " << deviations[d].what);
  }
  for (std::size_t i = 0; i < result.findings.size(); ++i)
    if (!taken[i] && result.findings[i].severity != FindingSeverity::note) FAIL_CHECK("false alarm: " << told(result.findings[i]));
}

TEST_CASE("verification: the text shows twenty findings of a kind and says how many more, and each place once") {
  Verification result;
  result.files = {{"a.csv", "", "", "", 0}};
  for (int i = 0; i < 25; ++i)
    result.findings.push_back(
        {FindingKind::missing, FindingSeverity::failed, "C" + std::to_string(i), {}, "gone", {}, {}, {{0, 3}, {0, 3}}});
  result.findings.push_back({FindingKind::extra, FindingSeverity::warning, "X", {}, "more", {}, {}, {}});
  const std::string text = verification_text(result);
  CHECK(
      text.find("failed: missing: C19\n    gone\n    seen in a.csv:3\n... and 5 more: missing (--json has them all)\nwarning: extra: X") !=
      std::string::npos);
  CHECK(text.find("C20") == std::string::npos);
  CHECK(text.find("25 failed, 1 warning, 0 notes") != std::string::npos);
}

TEST_CASE("verification: a clean delivery has no finding") {
  for (const char* text : {kSite64, kSingleMode64, kSite512, kSpare, kFirstPhase}) {
    const DesignedSite site(text);
    const Verification result = verified(site, evidence_of(site, clean_delivery(site)));
    for (const HardwareFinding& one : result.findings) FAIL_CHECK(told(one));
    for (const VerificationCount& count : result.counts) {
      CAPTURE(count.what);
      CHECK(count.seen > 0);
      CHECK(count.matched == count.seen);
    }
    CHECK(result.counts.size() >= 4);
    CHECK(result.passed());
  }
}

TEST_CASE("verification: 200 deviations of 512 GPUs are found, with no false alarm") {
  const DesignedSite site(kSite512);
  std::set<std::string> kinds;
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) hold(site, seed, 200, 200, kinds);
  std::string all;
  for (const std::string& kind : kinds) all += kind + "\n";
  for (const char* kind :
       {"missing", "miswired_rail", "swapped_ports", "ends_disagree", "wrong_speed", "wrong_width", "wrong_fibre", "wrong_length",
        "excess_loss", "marginal_loss", "missing_fibres", "wrong_polarity", "light_level", "bit_errors", "bursty_link", "power_class"}) {
    CAPTURE(std::string(kind));
    CHECK(all.find(kind) != std::string::npos);
  }
}

TEST_CASE("verification: 200 deviations of 64 GPUs on single-mode are found, with no false alarm") {
  const DesignedSite site(kSingleMode64);
  std::set<std::string> kinds;
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u}) hold(site, seed, 200, 200, kinds);
  CHECK(kinds.contains("wrong_part"));
}

TEST_CASE("verification: deviations of 64 GPUs as designed by default") {
  const DesignedSite site(kSite64);
  std::set<std::string> kinds;
  for (const std::uint64_t seed : {11u, 12u, 13u}) hold(site, seed, 200, 60, kinds);
}

TEST_CASE("verification: deviations of the first phase of a site that will grow") {
  const DesignedSite site(kFirstPhase);
  std::set<std::string> kinds;
  for (const std::uint64_t seed : {31u, 32u}) hold(site, seed, 60, 40, kinds);
}

TEST_CASE("verification: deviations of a fabric with free ports and panels") {
  const DesignedSite site(kSpare);
  std::set<std::string> kinds;
  for (const std::uint64_t seed : {21u, 22u, 23u}) hold(site, seed, 100, 60, kinds);
  CHECK(std::any_of(kinds.begin(), kinds.end(), [](const std::string& kind) { return kind.starts_with("extra"); }));
}

}  // namespace
}  // namespace eastwest::tests
