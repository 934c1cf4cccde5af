// SPDX-License-Identifier: Apache-2.0
// Work: what a benchmark simulates, as the text of a scenario with every option at its default unless it says otherwise.
//
// Units: sizes in KiB. Invariant: the same name and size always give the same text, so a digest can be compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eastwest::bench {

struct Work {
  std::string name;  // "permutation-512"; together with `kib` it says everything
  std::uint64_t kib = 0;
  std::string scenario;
};

/// A seeded permutation: each of `hosts` plain hosts on a leaf-spine fabric sends `kib` to one other.
Work permutation_work(std::uint32_t hosts, std::uint64_t kib);
/// A ring all-reduce of `kib` over `hosts` plain hosts on a leaf-spine fabric: 2 (n - 1) rounds of n messages.
Work ring_work(std::uint32_t hosts, std::uint64_t kib);
/// A hierarchical all-reduce of `kib` over `gpus` H100 GPUs, eight to a server, on a rail-optimised fabric.
Work rail_work(std::uint32_t gpus, std::uint64_t kib);
/// Every one of `hosts` plain hosts sends `kib` to every other, all at once.
Work all_to_all_work(std::uint32_t hosts, std::uint64_t kib);
/// All but one of `hosts` plain hosts send `kib` to that one at the same moment.
Work incast_work(std::uint32_t hosts, std::uint64_t kib);

/// "permutation-512", "ring-512", "rail-512", "all_to_all-64", "incast-64", or "512" alone for a permutation.
std::optional<Work> find_work(std::string_view name, std::uint64_t kib);

}  // namespace eastwest::bench
