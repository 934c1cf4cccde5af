// SPDX-License-Identifier: Apache-2.0
#include "bench/work.hpp"

#include <charconv>

namespace eastwest::bench {

namespace {

std::string site(std::string_view topology, std::string_view server, std::uint32_t servers) {
  return "site:\n  topology: " + std::string(topology) + "\n  server: " + std::string(server) + "\n  servers: " + std::to_string(servers) +
         "\n";
}

std::string size_line(std::uint64_t kib) { return "    size: " + std::to_string(kib) + " KiB\n"; }

/// One job of `kind` over `count` plain hosts on a leaf-spine fabric.
Work plain(std::string_view kind, std::uint32_t count, std::uint64_t kib, std::string_view lines = "") {
  return {std::string(kind) + "-" + std::to_string(count), kib,
          "name: " + std::string(kind) + "\n" + site("leaf_spine", "plain", count) + "jobs:\n  load:\n    kind: " + std::string(kind) +
              "\n" + std::string(lines) + size_line(kib)};
}

}  // namespace

Work permutation_work(std::uint32_t hosts, std::uint64_t kib) { return plain("permutation", hosts, kib); }

Work ring_work(std::uint32_t hosts, std::uint64_t kib) {
  Work work = plain("collective", hosts, kib, "    algorithm: ring_all_reduce\n");
  work.name = "ring-" + std::to_string(hosts);
  return work;
}

Work rail_work(std::uint32_t gpus, std::uint64_t kib) {
  return {"rail-" + std::to_string(gpus), kib,
          "name: rail\n" + site("rail_optimised", "dgx-h100", gpus / 8) +
              "jobs:\n  load:\n    kind: collective\n    algorithm: hierarchical_all_reduce\n" + size_line(kib)};
}

Work all_to_all_work(std::uint32_t hosts, std::uint64_t kib) { return plain("all_to_all", hosts, kib); }

Work incast_work(std::uint32_t hosts, std::uint64_t kib) { return plain("incast", hosts, kib); }

std::optional<Work> find_work(std::string_view name, std::uint64_t kib) {
  const std::size_t dash = name.rfind('-');
  const std::string_view kind = dash == std::string_view::npos ? "permutation" : name.substr(0, dash);
  const std::string_view digits = dash == std::string_view::npos ? name : name.substr(dash + 1);
  std::uint32_t count = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (failure != std::errc{} || end != digits.data() + digits.size() || count < 2 || kib == 0) return std::nullopt;
  if (kind == "permutation") return permutation_work(count, kib);
  if (kind == "ring") return ring_work(count, kib);
  if (kind == "rail" && count % 8 == 0) return rail_work(count, kib);
  if (kind == "all_to_all") return all_to_all_work(count, kib);
  if (kind == "incast") return incast_work(count, kib);
  return std::nullopt;
}

}  // namespace eastwest::bench
