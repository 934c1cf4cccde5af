// SPDX-License-Identifier: Apache-2.0
#include "tests/support/collective_proof.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/symbolic_replay.hpp"
#include "workloads/collectives/plan_parts.hpp"

namespace eastwest::tests {

namespace {

bool numbered_through(const Made& made) {
  return made.kind->operation == CollectiveOperation::all_to_all || made.kind->operation == CollectiveOperation::all_to_all_v ||
         made.kind->operation == CollectiveOperation::send_recv;
}

ByteRange block(const Made& made, std::uint32_t of) {
  return share({0, made.request.bytes.count}, static_cast<std::uint32_t>(made.ranks.size()), of);
}

/// What goes from `from` to `to` in an all-to-all.
ByteRange pair_block(const Made& made, std::uint32_t from, std::uint32_t to) {
  const auto n = static_cast<std::uint32_t>(made.ranks.size());
  const std::int64_t size = made.request.bytes.count;
  if (made.pair_bytes.empty()) return share({size * from, size}, n, to);
  const std::size_t pair = std::size_t{from} * n + to;
  return {made.pair_offset[pair], made.pair_bytes[pair]};
}

std::int64_t address_space(const Made& made) {
  const auto n = static_cast<std::uint32_t>(made.ranks.size());
  if (!numbered_through(made)) return made.request.bytes.count;
  const ByteRange last = pair_block(made, n - 1, n - 1);
  return last.offset + last.bytes;
}

SymbolicMemory initial_memory(const Made& made) {
  const auto n = static_cast<std::uint32_t>(made.ranks.size());
  const std::int64_t size = made.request.bytes.count;
  std::vector<std::int64_t> cuts;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (!numbered_through(made)) cuts.push_back(block(made, i).offset);
    else if (made.kind->operation == CollectiveOperation::send_recv) cuts.push_back(size * i);
    else
      for (std::uint32_t j = 0; j < n; ++j) cuts.push_back(pair_block(made, i, j).offset);
  }
  SymbolicMemory memory(made.plan, n, address_space(made), cuts);
  for (std::uint32_t rank = 0; rank < n; ++rank) {
    switch (made.kind->operation) {
      case CollectiveOperation::all_reduce:
      case CollectiveOperation::reduce:
      case CollectiveOperation::reduce_scatter: memory.give(rank, 0, size, rank); break;
      case CollectiveOperation::broadcast:
        if (rank == made.request.root) memory.give(rank, 0, size, rank);
        break;
      case CollectiveOperation::all_gather:
        memory.give(rank, block(made, rank).offset, block(made, rank).offset + block(made, rank).bytes, rank);
        break;
      case CollectiveOperation::all_to_all:
      case CollectiveOperation::all_to_all_v:
      case CollectiveOperation::send_recv: {
        const ByteRange last = pair_block(made, rank, n - 1);
        memory.give(rank, pair_block(made, rank, 0).offset, last.offset + last.bytes, rank);
        break;
      }
    }
  }
  return memory;
}

/// The first rank that does not end with what the operation promises, in words; empty when all do.
std::string wrong_result(const Made& made, const SymbolicMemory& memory) {
  const auto n = static_cast<std::uint32_t>(made.ranks.size());
  const std::int64_t size = made.request.bytes.count;
  for (std::uint32_t rank = 0; rank < n; ++rank) {
    const ByteRange own = block(made, rank);
    bool right = true;
    switch (made.kind->operation) {
      case CollectiveOperation::all_reduce: right = memory.holds(rank, 0, size, {}); break;
      case CollectiveOperation::reduce: right = rank != made.request.root || memory.holds(rank, 0, size, {}); break;
      case CollectiveOperation::broadcast: right = memory.holds(rank, 0, size, {made.request.root}); break;
      case CollectiveOperation::send_recv: {
        const std::uint32_t before = rank == 0 ? n - 1 : rank - 1;
        right = memory.holds(rank, before * size, (before + 1) * size, {before});
        break;
      }
      case CollectiveOperation::reduce_scatter: right = memory.holds(rank, own.offset, own.offset + own.bytes, {}); break;
      case CollectiveOperation::all_gather:
        for (std::uint32_t of = 0; of < n; ++of)
          right = right && memory.holds(rank, block(made, of).offset, block(made, of).offset + block(made, of).bytes, {of});
        break;
      case CollectiveOperation::all_to_all:
      case CollectiveOperation::all_to_all_v:
        for (std::uint32_t of = 0; of < n; ++of) {
          const ByteRange from = pair_block(made, of, rank);
          right = right && memory.holds(rank, from.offset, from.offset + from.bytes, {of});
        }
        break;
    }
    if (!right) return "rank " + std::to_string(rank) + " ends with something else";
  }
  return {};
}

}  // namespace

std::string verdict(const Made& made, std::uint64_t seed) {
  SymbolicMemory memory = initial_memory(made);
  std::string fault = replay(made.schedule, made.plan, memory, seed, made.request.protocol);
  return fault.empty() ? wrong_result(made, memory) : fault;
}

void prove(const Use& use, int seeds) {
  CAPTURE(use.kind);
  CAPTURE(use.n);
  CAPTURE(use.bytes);
  CAPTURE(use.per_host);
  CAPTURE(use.channels);
  CAPTURE(use.chunks);
  CAPTURE(use.fused);
  CAPTURE(use.pxn);
  CAPTURE(use.root);
  CAPTURE(use.strided);
  const Made made = make(use);
  for (int seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    CHECK(verdict(made, static_cast<std::uint64_t>(seed)) == "");
  }
  // Bytes: what is sent, fused phases included, is the closed form to the byte.
  std::int64_t sent = 0;
  for (const PlanStep& step : made.plan.steps) sent += wire_bytes(made.plan, step, {}).count;
  for (const PlanFused& fused : made.plan.fused)
    sent += fused.in_switch ? port_bytes(fused).out.count * static_cast<std::int64_t>(fused.members.size())
                            : fused.bytes * (static_cast<std::int64_t>(fused.members.size()) - 1);
  CHECK(sent == made.kind->bytes_sent(made.request).count);
}

}  // namespace eastwest::tests
