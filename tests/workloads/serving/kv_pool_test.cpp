// SPDX-License-Identifier: Apache-2.0
// Laws: hits and evictions of a small sequence worked out by hand; free, held and remembered blocks add up to the capacity
// whatever happens; what is held is never evicted; questions change nothing.
#include "workloads/serving/kv_pool.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "core/random.hpp"

using namespace eastwest;

namespace {

using Ids = std::vector<std::uint32_t>;

/// Computes a prompt of the whole blocks `ids` and is done with it: what was found in the cache.
std::uint32_t serve(KvPool& pool, const Ids& ids) {
  KvHolding holding;
  const std::uint32_t matched = pool.match(ids);
  pool.share(holding, ids, matched);
  REQUIRE(pool.grow(holding, static_cast<std::int64_t>(ids.size()) * kPrefixTokens));
  pool.publish(holding, ids, static_cast<std::uint32_t>(ids.size()));
  pool.release(holding, ids);
  return matched;
}

}  // namespace

TEST_CASE("KV pool: blocks of sixteen tokens, taken and given back") {
  KvPool pool(10, 16, false);
  KvHolding a;
  CHECK(pool.grow(a, 17));  // two blocks
  CHECK(a.blocks == 2);
  CHECK(pool.grow(a, 32));  // the second has room
  CHECK(pool.free() == 8);
  CHECK(!pool.grow(a, 161));  // eleven
  CHECK(pool.free() == 8);
  CHECK(pool.lacking(a, 160) == 8);
  pool.release(a, {});
  CHECK(pool.free() == 10);
}

TEST_CASE("KV pool: least recently released prefixes go first, the end of a prompt before its beginning") {
  KvPool pool(std::int64_t{4} * 32, 16, true);  // room for four prefix blocks of 512 tokens
  CHECK(serve(pool, {1, 2}) == 0);
  CHECK(serve(pool, {1, 3}) == 1);  // 1 is shared; remembered: 2, then 3, 1 (1 released last)
  CHECK(serve(pool, {1, 2}) == 2);  // both; now oldest first: 3, 2, 1
  CHECK(pool.remembered() == 3);
  CHECK(serve(pool, {7, 8}) == 0);  // needs two: one is free, 3 goes
  CHECK(pool.match(Ids{1, 2}) == 2);
  CHECK(pool.match(Ids{1, 3}) == 1);
  CHECK(pool.match(Ids{3}) == 0);
  CHECK(serve(pool, {9}) == 0);  // 2 goes, the end of 1, 2
  CHECK(pool.match(Ids{1, 2}) == 1);
  CHECK(serve(pool, {10}) == 0);  // 1 goes
  CHECK(pool.match(Ids{1, 2}) == 0);
  CHECK(pool.match(Ids{7, 8}) == 2);
  CHECK(pool.remembered() == 4);
  CHECK(pool.available() == pool.capacity());
}

TEST_CASE("KV pool: two that compute the same prefix at once keep one copy, and a copy in use stays") {
  KvPool pool(std::int64_t{3} * 32, 16, true);
  const Ids ids{5};
  KvHolding a, b, c;
  REQUIRE(pool.grow(a, 512));
  REQUIRE(pool.grow(b, 512));
  pool.publish(a, ids, 1);
  CHECK(pool.free() == 32);
  pool.publish(b, ids, 1);
  CHECK(pool.free() == 64);
  CHECK(pool.blocks_of(a) == 32);
  CHECK(pool.blocks_of(b) == 32);
  pool.release(a, ids);
  CHECK(pool.available() == 64);  // b still holds it
  CHECK(!pool.fits(Ids{6, 7, 8}, 0, 1536));
  CHECK(pool.fits(ids, 1, 1536));  // shares 5, two more are free
  CHECK(!pool.grow(c, 1536));
  CHECK(pool.grow(c, 1024));
  CHECK(pool.match(ids) == 1);
  pool.release(c, {});
  pool.release(b, ids);
  CHECK(pool.available() == 96);
}

TEST_CASE("property: KV blocks add up to the capacity, held prefixes stay, an unheld pool is all available") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 9);
    const std::int64_t block = std::array<std::int64_t, 3>{16, 64, 512}[random.below(3)];
    const std::int64_t per = kPrefixTokens / block;
    KvPool pool(per * static_cast<std::int64_t>(4 + random.below(20)), block, true);
    struct User {
      KvHolding holding;
      Ids ids;
      std::int64_t tokens = 0;
    };
    std::vector<User> users;
    for (int step = 0; step < 400; ++step) {
      if (random.below(3) != 0 || users.empty()) {
        User user;
        for (std::uint64_t i = 0, n = 1 + random.below(4); i < n; ++i)
          user.ids.push_back(static_cast<std::uint32_t>((user.ids.empty() ? 0 : user.ids.back() * 3) + random.below(3)));
        const std::uint32_t matched = pool.match(user.ids);
        user.tokens = static_cast<std::int64_t>(user.ids.size()) * kPrefixTokens + static_cast<std::int64_t>(random.below(600));
        const bool fits = pool.fits(user.ids, matched, user.tokens);
        if (fits) {
          pool.share(user.holding, user.ids, matched);
          REQUIRE(pool.grow(user.holding, user.tokens));
          pool.publish(user.holding, user.ids, static_cast<std::uint32_t>(random.below(user.ids.size() + 1)));
          users.push_back(user);
        }
      } else {
        const std::size_t i = random.below(users.size());
        pool.release(users[i].holding, users[i].ids);
        users.erase(users.begin() + static_cast<std::ptrdiff_t>(i));
      }
      std::int64_t own = 0;
      std::set<std::uint32_t> held;
      for (const User& user : users) {
        own += user.holding.blocks;
        held.insert(user.ids.begin(), user.ids.begin() + user.holding.shared);
        REQUIRE(pool.match(user.ids) >= user.holding.shared);
        REQUIRE(pool.blocks_of(user.holding) == blocks_for(user.tokens, block));
      }
      REQUIRE(pool.free() >= 0);
      REQUIRE(pool.free() + own + pool.remembered() * per == pool.capacity());
      REQUIRE(pool.available() == pool.free() + (pool.remembered() - static_cast<std::int64_t>(held.size())) * per);
    }
    for (User& user : users) pool.release(user.holding, user.ids);
    CHECK(pool.available() == pool.capacity());
  }
}
