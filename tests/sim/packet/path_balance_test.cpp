// SPDX-License-Identifier: Apache-2.0
// Load balancing against balls in bins: what hashing must give over equal links, no better and no worse.
//
// N flows that each take one of n links, independently and uniformly, make a multinomial distribution of loads X_i:
//   chi-square   Q = sum (X_i - N/n)^2 / (N/n):   E = n - 1,   Var = 2 (n - 1) (1 - 1/N)
//   empty links  E = n (1 - 1/n)^N,   Var = n (1 - 1/n)^N + n (n - 1) (1 - 2/n)^N - E^2
//   fullest link P[max <= m] = N! / n^N [x^N] (sum over k <= m of x^k / k!)^n
// (Johnson and Kotz, "Urn models", 1977). Means over many seeds must lie within 3.29 standard errors of these, the two-sided 99.9 % of a
// normal mean. A hash that clumps makes Q, empty links and maximum too large; one that deals flows out evenly makes them too
// small: real switches hash, and it is the collisions that we want to have right.
//
// One thing departs from independence, as in RoCEv2: a flow is known to switches by 16 bits. Two flows that have them in common share
// every link, which adds N (N - 1) / 2^16 to N in the variance of a load: E[Q] = (n - 1) (1 + (N - 1) / 2^16).
#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "sim/path_hash.hpp"
#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr double kNormal = 3.29;
constexpr std::uint32_t kSpines = 8;

struct Moments {
  double sum = 0;
  double squares = 0;
  double count = 0;
  void add(double x) {
    sum += x;
    squares += x * x;
    ++count;
  }
  [[nodiscard]] double mean() const { return sum / count; }
};

struct Expected {
  double mean = 0;
  double variance = 0;
};

double chi_square(const std::vector<double>& loads) {
  double total = 0;
  for (const double x : loads) total += x;
  const double share = total / static_cast<double>(loads.size());
  double q = 0;
  for (const double x : loads) q += (x - share) * (x - share) / share;
  return q;
}

Expected chi_square_law(double balls, double bins) { return {bins - 1, 2 * (bins - 1) * (1 - 1 / balls)}; }

Expected empty_law(double balls, double bins) {
  const double mean = bins * std::pow(1 - 1 / bins, balls);
  return {mean, mean + bins * (bins - 1) * std::pow(1 - 2 / bins, balls) - mean * mean};
}

/// P[no link has more than m]: loads of links that are Poisson with mean N/n, given that their sum is N.
double at_most(std::uint32_t balls, std::uint32_t bins, std::uint32_t m) {
  const double mean = static_cast<double>(balls) / bins;
  std::vector<double> one(balls + 1, 0.0);  // of a link with up to m
  for (std::uint32_t k = 0; k <= std::min(balls, m); ++k) one[k] = k == 0 ? std::exp(-mean) : one[k - 1] * mean / k;
  std::vector<double> sum{1.0};  // of so many links
  for (std::uint32_t bin = 0; bin < bins; ++bin) {
    std::vector<double> next(balls + 1, 0.0);
    for (std::size_t k = 0; k < sum.size(); ++k)
      for (std::size_t x = 0; x <= m && k + x <= balls; ++x) next[k + x] += sum[k] * one[x];
    sum = next;
  }
  return sum[balls] / std::exp(balls * std::log(double{1} * balls) - balls - std::lgamma(balls + 1.0));
}

Expected fullest_law(std::uint32_t balls, std::uint32_t bins) {
  Expected law;
  double second = 0;
  double before = 0;
  for (std::uint32_t m = 1; m <= balls && before < 1 - 1e-12; ++m) {
    const double now = at_most(balls, bins, m);
    law.mean += m * (now - before);
    second += double{1} * m * m * (now - before);
    before = now;
  }
  law.variance = second - law.mean * law.mean;
  return law;
}

void check_mean(const char* what, const Moments& seen, const Expected& law) {
  CAPTURE(what);
  CAPTURE(seen.mean());
  CAPTURE(law.mean);
  CHECK(std::abs(seen.mean() - law.mean) <= kNormal * std::sqrt(law.variance / seen.count));
}

/// Frames that each uplink of the first leaf carried, when every one of `hosts` there sends to `peers` hosts of the other leaf.
std::vector<double> uplink_loads(std::uint32_t hosts, std::uint32_t peers, Bytes bytes, const std::string& routing, std::uint64_t seed) {
  const Fabric fabric = two_tier(2, hosts, kSpines);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < hosts; ++i)
    for (std::uint32_t j = 0; j < peers; ++j) list.push_back({i, hosts + (i + j) % hosts, bytes});
  SimulationOptions options = options_with(network({"transport=window", "ecn=false", "routing=" + routing}));
  options.seed = seed;
  const Outcomes out = play(fabric, flows(fabric, list), options);
  CHECK(out.result.sane());
  const std::uint32_t leaf = 2 * hosts;
  const double frame = static_cast<double>(serialisation({4096 + 62 + 20}, 400_Gbps).ps);
  std::vector<double> loads;
  for (std::size_t l = 0; l < fabric.links.size(); ++l) {
    const Port& from = fabric.ports[fabric.links[l].source.index()];
    const Port& to = fabric.ports[fabric.links[l].target.index()];
    if (from.node.value != leaf || to.node.value < leaf) continue;
    double busy = 0;
    for (const LinkRow& row : out.links) busy += static_cast<double>(row.utilization[l]) * static_cast<double>(row.interval.ps);
    loads.push_back(std::round(busy / frame));
    CHECK(std::abs(busy / frame - loads.back()) < 1e-3);
  }
  REQUIRE(loads.size() == kSpines);
  return loads;
}

}  // namespace

TEST_CASE("balance: flows that ECMP places over equal uplinks are multinomial: chi-square, fullest and empty links") {
  struct Case {
    std::uint32_t hosts, peers, seeds;
  };
  for (const Case& one : {Case{8, 1, 300}, Case{16, 16, 120}}) {
    const std::uint32_t n = one.hosts * one.peers;
    CAPTURE(n);
    Moments q, fullest, empty;
    for (std::uint64_t seed = 1; seed <= one.seeds; ++seed) {
      const std::vector<double> loads = uplink_loads(one.hosts, one.peers, 4096_B, "ecmp", seed);
      double most = 0, none = 0, sum = 0;
      for (const double x : loads) {
        most = std::max(most, x);
        none += x == 0 ? 1 : 0;
        sum += x;
      }
      REQUIRE(sum == n);
      q.add(chi_square(loads));
      fullest.add(most);
      empty.add(none);
    }
    check_mean("chi-square", q, chi_square_law(n, kSpines));
    check_mean("fullest link", fullest, fullest_law(n, kSpines));
    if (n == kSpines) check_mean("empty links", empty, empty_law(n, kSpines));
  }
}

// Spray places packets as ECMP places flows, so the law is the same with N packets: the fullest link has less than 1 + 3 / sqrt(N/n)
// of its share, where the flows themselves, all of one size, have a whole flow or none.
TEST_CASE("balance: packets that spray places are multinomial, whatever flows they belong to") {
  constexpr std::uint32_t kPackets = 64;
  Moments q, fullest;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::vector<double> loads = uplink_loads(8, 1, Bytes{kPackets * 4096}, "spray", seed);
    double most = 0;
    for (const double x : loads) most = std::max(most, x);
    q.add(chi_square(loads));
    fullest.add(most);
  }
  check_mean("chi-square", q, chi_square_law(8 * kPackets, kSpines));
  check_mean("fullest link", fullest, fullest_law(8 * kPackets, kSpines));
}

// Least queued of all n ports instead of one at random: the gap between fullest and mean no longer grows with the number of packets
// (Azar et al., "Balanced allocations", 1994, for two choices), so with 64 packets a link it is a few where spray has some 11.
TEST_CASE("balance: adaptive routing leaves no link more than a few packets above its share") {
  constexpr std::uint32_t kPackets = 64;
  Moments q;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const std::vector<double> loads = uplink_loads(8, 1, Bytes{kPackets * 4096}, "adaptive", seed);
    for (const double x : loads) CHECK(std::abs(x - kPackets) <= 5);
    q.add(chi_square(loads));
  }
  CHECK(q.mean() < 0.1 * (kSpines - 1));
}

// The hash alone, with more flows than an engine should have to run: 16 bits of entropy show as predicted.
TEST_CASE("balance: many flows spread as 16 bits of entropy let them") {
  for (const std::uint32_t n : {256u, 4096u, 32768u}) {
    CAPTURE(n);
    Moments q;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      const std::uint64_t salt = switch_salt(seed, NodeId{1000});
      std::vector<double> loads(kSpines, 0.0);
      for (std::uint32_t f = 0; f < n; ++f)
        ++loads[hashed_choice(queue_pair_entropy(seed, RankId{f / 64}, RankId{5000 + f % 64}, 0), salt, kSpines)];
      q.add(chi_square(loads));
    }
    const double clumping = 1 + (n - 1) / 65536.0;
    check_mean("chi-square", q, {(kSpines - 1) * clumping, 2 * (kSpines - 1) * clumping * clumping});
  }
}

// Two switches in a row must not choose alike: that would leave links of the second one unused (polarisation). For independent choices
// the 64 pairs are multinomial, E[Q] = 63; what is given by the first switch alone would have Q = 7 N.
TEST_CASE("balance: the choice of one switch says nothing about that of the next") {
  constexpr std::uint32_t kFlows = 2048;
  Moments q;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::vector<double> pairs(std::size_t{kSpines} * kSpines, 0.0);
    for (std::uint32_t f = 0; f < kFlows; ++f) {
      const std::uint16_t entropy = queue_pair_entropy(seed, RankId{f / 64}, RankId{100 + f % 64}, 0);
      const std::uint32_t first = hashed_choice(entropy, switch_salt(seed, NodeId{700}), kSpines);
      const std::uint32_t second = hashed_choice(entropy, switch_salt(seed, NodeId{701}), kSpines);
      ++pairs[std::size_t{first} * kSpines + second];
    }
    q.add(chi_square(pairs));
  }
  const double clumping = 1 + (kFlows - 1) / 65536.0;
  check_mean("chi-square", q, {63 * clumping, 2 * 63 * clumping * clumping});
}
