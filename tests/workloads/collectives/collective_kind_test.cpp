// SPDX-License-Identifier: Apache-2.0
// Every algorithm: what it computes (proved by symbolic replay in random orders), the bytes it sends, where it ends, and
// what it refuses.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "tests/support/collective_proof.hpp"
#include "tests/support/collective_use.hpp"
#include "tests/support/ideal_network.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;
using tests::Made;
using tests::make;
using tests::prove;
using tests::Use;
using tests::verdict;

namespace {

constexpr std::uint32_t kSizes[] = {2, 3, 4, 5, 8, 24, 64};
constexpr std::string_view kAnywhere[] = {"direct_send_recv",        "halving_doubling_all_reduce",
                                          "hierarchical_all_reduce", "pairwise_all_to_all",
                                          "ring_all_gather",         "ring_all_reduce",
                                          "ring_broadcast",          "ring_reduce",
                                          "ring_reduce_scatter",     "tree_all_reduce"};

}  // namespace

TEST_CASE("collectives: the kinds are those that the documentation promises, sorted by name") {
  std::vector<std::string_view> names;
  for (const CollectiveKind* kind : collective_kinds()) names.push_back(kind->name);
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (const std::string_view name : kAnywhere) CHECK(std::find(names.begin(), names.end(), name) != names.end());
  CHECK(find_collective_kind("ring") == nullptr);
  CHECK(find_collective_kind(CollectiveOperation::all_gather, "ring") == find_collective_kind("ring_all_gather"));
  CHECK(find_collective_kind(CollectiveOperation::send_recv, "tree") == nullptr);
}

TEST_CASE("collectives: every rank ends with what the operation promises, at sizes that divide and that do not") {
  for (const std::uint32_t n : kSizes) {
    for (const std::string_view kind : kAnywhere) {
      prove({.kind = kind, .n = n, .bytes = 1 << 20});
      prove({.kind = kind, .n = n, .bytes = 1'000'003});
      prove({.kind = kind, .n = n, .bytes = n + 1});
      prove({.kind = kind, .n = n, .bytes = 1});  // most shares are empty and not sent
    }
  }
}

namespace {

/// Ranks per host with which `kind` can run on `n`; 0 where it cannot.
std::uint32_t per_host_for(const CollectiveKind& kind, std::uint32_t n) {
  if (kind.algorithm == "nvls") return n;
  if (kind.algorithm == "pat") return 1;
  if (kind.algorithm == "nvls_tree") return n < 4 ? 0 : n < 16 ? n / 2 : 8;
  return n < 4 ? 1 : n < 16 ? n / 2 : 8;
}

}  // namespace

TEST_CASE("collectives: every algorithm is right on 2, 3, 8, 24, 64 and 512 ranks") {
  for (const CollectiveKind* kind : collective_kinds()) {
    for (const std::uint32_t n : {2u, 3u, 8u, 24u, 64u, 512u}) {
      // The symbolic memory of an all-to-all of 512 would take gigabytes; direct_parts_test follows its blocks instead.
      if (n == 512 && (kind->operation == CollectiveOperation::all_to_all || kind->operation == CollectiveOperation::all_to_all_v))
        continue;
      const std::uint32_t per_host = per_host_for(*kind, n);
      if (per_host == 0) continue;
      prove({.kind = kind->name, .n = n, .bytes = 100'003, .per_host = per_host, .concurrency = 2, .root = n / 3}, 1);
    }
  }
}

TEST_CASE("collectives: every algorithm is right on random shapes, sizes and options") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, 0x7368'6170u);
    const auto draw = [&](std::uint64_t least, std::uint64_t most) {
      return static_cast<std::uint32_t>(least + random.below(most - least + 1));
    };
    for (const CollectiveKind* kind : collective_kinds()) {
      Use use{.kind = kind->name,
              .n = draw(2, 40),
              .bytes = draw(1, 20'000),
              .per_host = draw(1, 9),
              .channels = draw(1, 4),
              .chunks = draw(1, 4),
              .concurrency = draw(0, 5),
              .fused = draw(0, 1) == 1,
              .slots = draw(0, 3),
              .pxn = draw(0, 1) == 1,
              .strided = draw(0, 1) == 1};
      // What the algorithm asks of a shape; the tests of each say that it refuses others.
      if (kind->algorithm == "nvls") use.per_host = use.n;
      if (kind->name == "nvls_all_reduce" && draw(0, 1) == 1) use.n = (use.per_host = draw(2, 5)) * draw(2, 6);  // over hosts
      if (kind->algorithm == "pat") use.per_host = 1;
      if (kind->algorithm == "nvls_tree") use.per_host = draw(2, 5);
      if (kind->algorithm == "nvls_tree" || kind->algorithm == "collnet_direct" || kind->algorithm == "hierarchical")
        use.n = use.per_host * draw(2, 6);
      if (kind->algorithm == "collnet_chain") use.n += use.per_host;
      use.root = draw(0, use.n - 1);
      prove(use, 1);
    }
  }
}

TEST_CASE("collectives: a protocol changes what is sent, not what is computed; slots change neither") {
  // LL sends two bytes for one, LL128 128 for 120 (NCCL src/device/prims_ll.h, prims_ll128.h), each message rounded up.
  for (const CollectiveKind* kind : collective_kinds()) {
    if (kind->protocols == "simple") continue;
    CAPTURE(kind->name);
    for (const ProtocolCost& protocol : {ProtocolCost{.name = "ll", .payload = 1, .wire = 2, .start = {6'600'000}, .hop_across = {900}},
                                         ProtocolCost{.name = "ll128", .payload = 120, .wire = 128, .hop_inside = {5}}}) {
      const Use use{.kind = kind->name, .n = 8, .bytes = 8 * 4 * 1200, .per_host = 4, .chunks = 4, .slots = 2, .protocol = protocol};
      prove(use);
      const Made made = make(use);
      std::int64_t sent = 0;
      for (const Operation& operation : made.schedule.operations)
        if (operation.kind == OperationKind::send) sent += operation.amount;
      const std::int64_t payload = made.kind->bytes_sent(made.request).count;
      if (kind->operation == CollectiveOperation::all_to_all_v) {
        CHECK(sent >= payload * protocol.wire / protocol.payload);  // blocks of any length
      } else {
        CHECK(sent == payload * protocol.wire / protocol.payload);
      }
    }
  }
}

TEST_CASE("collectives: channels and chunks cut the data but change no result") {
  for (const std::uint32_t n : {2u, 8u, 24u}) {
    for (const std::uint32_t channels : {2u, 3u, 8u}) {
      for (const std::uint32_t chunks : {1u, 3u}) {
        for (const std::string_view kind :
             {"ring_all_reduce", "ring_all_gather", "ring_reduce_scatter", "ring_broadcast", "ring_reduce", "tree_all_reduce"}) {
          prove({.kind = kind, .n = n, .bytes = 100'003, .per_host = 4, .channels = channels, .chunks = chunks, .root = n / 2});
          prove({.kind = kind, .n = n, .bytes = 100'003, .per_host = 3, .channels = channels, .chunks = 7, .root = n - 1, .slots = 2});
        }
      }
    }
  }
}

TEST_CASE("collectives: hierarchical all-reduce, explicit and fused, in one chunk and in many") {
  struct Shape {
    std::uint32_t hosts, per_host;
  };
  for (const auto [hosts, per_host] : {Shape{1, 8}, Shape{2, 1}, Shape{2, 2}, Shape{3, 4}, Shape{8, 8}, Shape{5, 3}}) {
    for (const bool fused : {false, true}) {
      for (const std::uint32_t chunks : {1u, 2u, 7u}) {
        prove({.kind = "hierarchical_all_reduce",
               .n = hosts * per_host,
               .bytes = 65'537,
               .per_host = per_host,
               .chunks = chunks,
               .fused = fused});
        prove(
            {.kind = "hierarchical_all_reduce", .n = hosts * per_host, .bytes = 5, .per_host = per_host, .chunks = chunks, .fused = fused});
      }
    }
  }
}

TEST_CASE("collectives: all-to-all at any concurrency") {
  for (const std::uint32_t n : {2u, 5u, 24u})
    for (const std::uint32_t concurrency : {0u, 1u, 2u, 3u, 100u})
      prove({.kind = "pairwise_all_to_all", .n = n, .bytes = 999 * n, .concurrency = concurrency});
}

TEST_CASE("collectives: a ring over 512 ranks is right, and has 1,046,528 operations") {
  const Made made = make({.kind = "ring_all_reduce", .n = 512, .bytes = 64 << 20});
  // 2 (n-1) n messages: 523,264, the figure of the speed target.
  CHECK(made.schedule.operations.size() == 2 * 523'264);
  CHECK(made.schedule.successors.size() == 2 * 512 * (2 * 511 - 1));
  CHECK(message_depth(made.schedule) == 2 * 511);
  CHECK(verdict(made, 1) == "");
}

TEST_CASE("collectives: the replay sees a missing dependency (so that the proofs above can fail)") {
  // A schedule of the same messages, of which none waits for another, must give a wrong sum in some order.
  for (const std::string_view kind :
       {"ring_all_reduce", "ring_all_gather", "ring_reduce_scatter", "halving_doubling_all_reduce", "ring_broadcast", "ring_reduce",
        "tree_all_reduce", "pat_all_gather", "pat_reduce_scatter", "collnet_direct_all_reduce", "collnet_chain_all_reduce"}) {
    CAPTURE(kind);
    Made made = make({.kind = kind, .n = 8, .bytes = 4096});
    made.schedule.successors.clear();
    std::fill(made.schedule.successor_first.begin(), made.schedule.successor_first.end(), 0);
    for (Operation& operation : made.schedule.operations) operation.dependencies = 0;
    int wrong = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) wrong += verdict(made, seed).empty() ? 0 : 1;
    CHECK(wrong == 10);
  }
}

TEST_CASE("collectives: ends stand for all receives of a rank, so that what follows starts after all of them") {
  for (const Use& use :
       {Use{.kind = "ring_all_reduce", .n = 8, .bytes = 4096, .join = true},
        Use{.kind = "ring_all_reduce", .n = 8, .bytes = 4096, .per_host = 4, .channels = 4, .chunks = 2, .join = true},
        Use{.kind = "halving_doubling_all_reduce", .n = 6, .bytes = 4096, .join = true},
        Use{.kind = "pairwise_all_to_all", .n = 6, .bytes = 4096, .concurrency = 3, .join = true},
        Use{.kind = "direct_all_to_all", .n = 8, .bytes = 4096, .per_host = 4, .concurrency = 3, .join = true, .pxn = true},
        Use{.kind = "tree_all_reduce", .n = 12, .bytes = 4096, .per_host = 4, .channels = 2, .chunks = 3, .join = true, .slots = 2},
        Use{.kind = "nvls_tree_all_reduce", .n = 12, .bytes = 4096, .per_host = 4, .chunks = 3, .join = true},
        Use{.kind = "collnet_direct_all_reduce", .n = 12, .bytes = 4096, .per_host = 4, .chunks = 3, .join = true},
        Use{.kind = "ring_broadcast", .n = 5, .bytes = 4096, .chunks = 3, .join = true, .root = 2},
        Use{.kind = "hierarchical_all_reduce", .n = 8, .bytes = 4096, .per_host = 4, .chunks = 3, .fused = true, .join = true}}) {
    CAPTURE(use.kind);
    const Made made = make(use);
    REQUIRE(made.ends.last.size() == use.n);
    // Walk back from the end of each rank: every receive and fused operation of the rank must be among its ancestors.
    const Schedule& schedule = made.schedule;
    std::vector<bool> before(schedule.operations.size(), false);
    for (const OperationId end : made.ends.last) before[end.index()] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::uint32_t i = 0; i < schedule.operations.size(); ++i) {
        for (const std::uint32_t later : schedule.successors_of(i)) {
          if (!before[later] || before[i]) continue;
          before[i] = changed = true;
        }
      }
    }
    for (std::uint32_t i = 0; i < schedule.operations.size(); ++i)
      if (schedule.operations[i].kind == OperationKind::receive || schedule.operations[i].kind == OperationKind::fused) CHECK(before[i]);
  }
}

TEST_CASE("collectives: what must be over before is over before, on every rank") {
  // A late rank holds up a ring by exactly its delay: the others cannot finish without its contribution.
  const Made lone = make({.kind = "ring_all_reduce", .n = 4, .bytes = 4096});
  const tests::IdealNetwork network{.alpha = 1'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
  ScheduleBuilder builder;
  std::vector<OperationId> after(4);
  after[2] = builder.compute({2}, {5'000'000});
  CollectiveRequest request = lone.request;
  request.after = after;
  REQUIRE(append_collective(*lone.kind, request, builder).has_value());
  const auto schedule = std::move(builder).finish();
  REQUIRE(schedule.has_value());
  CHECK(tests::makespan(*schedule, network) == 5'000'000 + tests::makespan(lone.schedule, network));
}

TEST_CASE("collectives: bus factors are those of nccl-tests") {
  CHECK(bus_factor(CollectiveOperation::all_reduce, 8) == doctest::Approx(1.75));
  CHECK(bus_factor(CollectiveOperation::all_gather, 8) == doctest::Approx(0.875));
  CHECK(bus_factor(CollectiveOperation::reduce_scatter, 2) == doctest::Approx(0.5));
  CHECK(bus_factor(CollectiveOperation::all_to_all, 64) == doctest::Approx(63.0 / 64.0));
  CHECK(bus_factor(CollectiveOperation::all_to_all_v, 64) == doctest::Approx(63.0 / 64.0));
  CHECK(bus_factor(CollectiveOperation::broadcast, 64) == 1);
  CHECK(bus_factor(CollectiveOperation::reduce, 64) == 1);
  CHECK(bus_factor(CollectiveOperation::send_recv, 64) == 1);
}

TEST_CASE("collectives: shapes that an algorithm cannot do are refused, with the remedy") {
  std::vector<RankId> ranks{{0}, {1}, {2}};
  std::vector<std::uint32_t> hosts{0, 0, 1};
  CollectiveRequest request;
  request.ranks = ranks;
  request.rank_host = hosts;
  request.bytes = {100};
  const auto plan = find_collective_kind("hierarchical_all_reduce")->plan(request);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().message == "hierarchical all-reduce needs as many ranks on every host: host 0 of the job has 2, host 1 has 1");
  CHECK(plan.error().remedy == "place the job on whole hosts, or choose ring_all_reduce");
  request.ranks = std::span(ranks).first(1);
  request.rank_host = {};
  for (const CollectiveKind* kind : collective_kinds()) {
    CAPTURE(kind->name);
    const auto lone = kind->plan(request);
    REQUIRE_FALSE(lone.has_value());
    CHECK(lone.error().message == "a collective needs at least 2 ranks and has 1");
  }
}
