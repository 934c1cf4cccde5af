// SPDX-License-Identifier: Apache-2.0
// What a driver prints when it is done: one JSON object on one line. Times of the simulation in ps, costs in seconds and bytes.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "bench/peers/player.hpp"

namespace peers {

struct Stopwatch {
  std::clock_t cpu = std::clock();
  std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
};

inline void print_report(const char* peer, const Player& player, std::uint64_t packet_hops, const Stopwatch& run) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"peer\": \"%s\", \"messages\": %llu, \"finish_ps\": %lld, \"mean_arrival_ps\": %.1f, \"packet_hops\": %llu, "
      "\"cpu_s\": %.6f, \"wall_s\": %.6f, \"peak_rss_bytes\": %llu}\n",
      peer, static_cast<unsigned long long>(player.messages()), static_cast<long long>(player.last()), player.mean_arrival(),
      static_cast<unsigned long long>(packet_hops), static_cast<double>(std::clock() - run.cpu) / CLOCKS_PER_SEC,
      std::chrono::duration<double>(std::chrono::steady_clock::now() - run.wall).count(),
      static_cast<unsigned long long>(usage.ru_maxrss) * 1024);
}

}  // namespace peers
