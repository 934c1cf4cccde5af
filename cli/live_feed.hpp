// SPDX-License-Identifier: Apache-2.0
// Live feed: what a run does while it runs, as lines of JSON to a pipe, for whoever watches (`eastwest serve`).
//
//   {"type":"start","name","links":["leaf-0:3 -> spine-1:0", ...],"links_all","duration_s"}   once; at most kLinksMost names, links between switches first
//   {"type":"rows","simulated_s","share","events","heat":[0..100, ...],"queues":[["link",bytes], ...],"paused":[["link",share], ...]}
// At most ten lines a second: heat is the highest busy share of each named link since the last line, in percent; queues and pauses are the five highest.
// Invariants: the run never waits for the reader, and its result does not depend on there being one: the pipe is non-blocking, and a line that does not
// fit is left out. LIMITATIONS: what a slow reader misses is gone; the trace has it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/records.hpp"
#include "sim/simulation.hpp"

namespace eastwest::cli {

class LiveFeed {
 public:
  static constexpr std::size_t kLinksMost = 400;

  /// `descriptor`: open for writing; it is made non-blocking. `fabric` and `progress` outlive the feed.
  LiveFeed(int descriptor, const std::string& name, const Fabric& fabric, const Progress& progress, Duration duration);
  ~LiveFeed();
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;

  /// From any thread.
  void add(const RecordBatch& batch);

 private:
  void watch();
  void write_rows();
  void send(const std::string& line);

  const int descriptor_;
  const Fabric& fabric_;
  const Progress& progress_;
  const Duration duration_;
  std::vector<std::uint32_t> named_;  // links of the heat map
  std::mutex guard_;                  // of the three below
  std::vector<float> busiest_;        // by link, since the last line
  std::vector<std::uint32_t> queue_;
  std::vector<float> paused_;
  std::string unsent_;  // rest of a line that the pipe took in part
  bool broken_ = false;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace eastwest::cli
