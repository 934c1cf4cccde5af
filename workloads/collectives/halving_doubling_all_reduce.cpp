// SPDX-License-Identifier: Apache-2.0
// Recursive halving-doubling all-reduce: 2 log2 n messages; time 2 log2 n alpha + 2 (n-1)/n S/B for n = 2^k, idle fabric.
//
// Round s of the reduce-scatter: partner = rank XOR 2^(k-1-s), half of the current range goes over. The all-gather is the
// mirror image. Ranks beyond the largest power of two fold in: they hand S to rank - 2^k before and get S back after.
#include <algorithm>
#include <bit>

#include "workloads/collectives/plan_parts.hpp"

namespace eastwest {

namespace {

/// The range that `rank` works on after `level` halvings out of `levels`.
ByteRange range_after(ByteRange range, std::uint32_t rank, std::uint32_t level, std::uint32_t levels) {
  for (std::uint32_t s = 0; s < level; ++s) range = share(range, 2, (rank >> (levels - 1 - s)) & 1u);
  return range;
}

Result<CollectivePlan> plan(const CollectiveRequest& request) {
  const std::uint32_t n = group_size(request);
  const std::uint32_t levels = n > 0 ? static_cast<std::uint32_t>(std::bit_width(n)) - 1 : 0;
  if (Status status = check_request(request, std::uint64_t{2} * levels + 2); !status) return status.error();
  const std::uint32_t power = 1u << levels;
  const ByteRange whole{0, request.bytes.count};
  CollectivePlan plan;
  plan.steps.reserve(std::size_t{n} * (2 * levels + 2));
  PlanCursor cursor{plan};
  for (std::uint32_t rank = power; rank < n; ++rank) cursor.step(rank, rank - power, whole, true);
  for (std::uint32_t level = 0; level < levels; ++level) {
    ++cursor.round;
    for (std::uint32_t rank = 0; rank < power; ++rank) {
      const std::uint32_t partner = rank ^ (power >> (level + 1));
      cursor.step(rank, partner, range_after(whole, partner, level + 1, levels), true);
    }
  }
  for (std::uint32_t level = levels; level-- > 0;) {
    ++cursor.round;
    for (std::uint32_t rank = 0; rank < power; ++rank)
      cursor.step(rank, rank ^ (power >> (level + 1)), range_after(whole, rank, level + 1, levels), false);
  }
  ++cursor.round;
  for (std::uint32_t rank = power; rank < n; ++rank) cursor.step(rank - power, rank, whole, false);
  return plan;
}

Bytes bytes_sent(const CollectiveRequest& request) {
  const std::int64_t power = std::bit_floor(group_size(request));
  return request.bytes * (2 * (power - 1) + 2 * (std::int64_t{group_size(request)} - power));
}

}  // namespace

extern const CollectiveKind kind_collective_halving_doubling_all_reduce{
    .name = "halving_doubling_all_reduce",
    .algorithm = "halving_doubling",
    .operation = CollectiveOperation::all_reduce,
    .summary = "Pairs exchange halves, quarters, eighths and back: few messages, but far partners that cross the fabric.",
    .source = "Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005",
    .options = "",
    .plan = plan,
    .bytes_sent = bytes_sent,
};

}  // namespace eastwest
