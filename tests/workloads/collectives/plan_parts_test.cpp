// SPDX-License-Identifier: Apache-2.0
// Shares add up exactly; rings visit every rank once, cross hosts once per host and stay on rails where they can.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "core/random.hpp"
#include "workloads/collectives/plan_parts.hpp"

using namespace eastwest;

TEST_CASE("plan parts: shares are contiguous, add up, and differ by at most one byte") {
  RandomStream random(11, 1);
  for (int i = 0; i < 500; ++i) {
    const ByteRange range{static_cast<std::int64_t>(random.below(1000)), static_cast<std::int64_t>(random.below(100'000))};
    const auto count = static_cast<std::uint32_t>(1 + random.below(600));
    CAPTURE(i);
    std::int64_t at = range.offset;
    std::int64_t least = range.bytes;
    std::int64_t most = 0;
    for (std::uint32_t k = 0; k < count; ++k) {
      const ByteRange part = share(range, count, k);
      REQUIRE(part.offset == at);
      at += part.bytes;
      least = std::min(least, part.bytes);
      most = std::max(most, part.bytes);
    }
    CHECK(at == range.offset + range.bytes);
    CHECK(most - least <= 1);
  }
}

TEST_CASE("plan parts: rings stay on one rail between hosts, and channels use every NIC once each way") {
  // 4 hosts of 8: channel c leaves and enters each host by one rank each; over 8 channels each rank does it once.
  std::vector<RankId> ranks(32);
  std::vector<std::uint32_t> hosts(32);
  for (std::uint32_t i = 0; i < 32; ++i) hosts[i] = 100 + i / 8;
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  const auto groups = hosts_of_group(request);
  REQUIRE(groups.size() == 4);
  std::vector<int> leaves(32, 0);
  std::vector<int> enters(32, 0);
  for (std::uint32_t channel = 0; channel < 8; ++channel) {
    const auto ring = ring_order(groups, channel);
    CHECK(std::set<std::uint32_t>(ring.begin(), ring.end()).size() == 32);
    int crossings = 0;
    for (std::size_t p = 0; p < ring.size(); ++p) {
      const std::uint32_t from = ring[p];
      const std::uint32_t to = ring[(p + 1) % ring.size()];
      if (from / 8 == to / 8) continue;
      ++crossings;
      CHECK(from % 8 == to % 8);
      ++leaves[from];
      ++enters[to];
    }
    CHECK(crossings == 4);
  }
  CHECK(std::all_of(leaves.begin(), leaves.end(), [](int n) { return n == 1; }));
  CHECK(std::all_of(enters.begin(), enters.end(), [](int n) { return n == 1; }));
}

TEST_CASE("plan parts: runs are taken as given; by place, and with a protocol, ranks of a host are brought together") {
  std::vector<RankId> ranks(6);
  const std::vector<std::uint32_t> hosts{7, 3, 7, 3, 3, 7};
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  using Groups = std::vector<std::vector<std::uint32_t>>;
  CHECK(hosts_of_group(request) == Groups{{0}, {1}, {2}, {3, 4}, {5}});
  CHECK(hosts_by_place(request) == Groups{{0, 2, 5}, {1, 3, 4}});
  request.protocol.name = "simple";
  CHECK(hosts_of_group(request) == hosts_by_place(request));
}

TEST_CASE("plan parts: without hosts every rank stands alone, in the order given") {
  std::vector<RankId> ranks(5);
  CollectiveRequest request;
  request.ranks = ranks;
  CHECK(ring_order(hosts_of_group(request), 3) == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
}

TEST_CASE("plan parts: requests that cannot be are refused with the remedy") {
  std::vector<RankId> ranks(1);
  CollectiveRequest request;
  request.bytes = {1};
  request.ranks = ranks;
  CHECK(check_request(request, 1).error().message == "a collective needs at least 2 ranks and has 1");
  ranks.resize(2);
  request.ranks = ranks;
  CHECK(check_request(request, 1).has_value());
  request.bytes = {0};
  CHECK(check_request(request, 1).error().message == "a collective needs at least 1 byte and has 0");
  request.bytes = {1};
  request.channels = 0;
  CHECK(check_request(request, 1).error().message == "`channels` times `chunks` is 0; it can be 1 to 65535");
  request.channels = 1;
  CHECK(check_request(request, std::uint64_t{1} << 30).error().message ==
        "the collective would take 2147483648 messages, more than 67108864");
}
