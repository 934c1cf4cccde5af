// SPDX-License-Identifier: Apache-2.0
// Trace writer: puts the rows of a run into one HDF5 file, on a thread of its own, in bounded memory.
//
// Units: as docs/trace-format.md says of each dataset. Invariants: rows are stored in the order pushed; nothing but the order and content of what is
// pushed reaches a dataset, whatever the speed of disk or threads (wall time decides only when to flush). The file grows as
// PATH.partial and takes the name PATH in `finish` alone, after it is complete on disk; until then an earlier PATH stays as it was. After a
// failure nothing more is written, `push` throws its rows away and `finish` says why.
// LIMITATIONS: what was flushed survives the death of the process; power loss is covered only once `finish` returned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "sim/records.hpp"
#include "sim/simulation.hpp"
#include "topology/fabric.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

inline constexpr std::int64_t kTraceFormatVersion = 1;

struct TraceInfo {
  std::string path;           // final name; PATH.partial beside it meanwhile
  std::string scenario_text;  // expanded: a trace re-runs from itself
  std::string program_version;
  const Fabric& fabric;      // read in `open` only
  const Workload& workload;  // read in `open` only
  std::uint64_t seed = 1;
  double checkpoint_seconds = 1.0;          // wall time between flushes; 0: after every batch taken from the queue
  std::size_t queue_bytes_max = 64u << 20;  // `push` waits above this
  int compression = 1;                      // deflate level of the large tables, 0 to 9
};

class TraceWriter {
 public:
  /// Creates PATH.partial with everything under /meta. Errors: no such folder, no right, another run writes it, disk full.
  static Result<TraceWriter> open(const TraceInfo& info);
  TraceWriter(TraceWriter&&) noexcept;
  TraceWriter& operator=(TraceWriter&&) noexcept;
  ~TraceWriter();  // abandons when neither finished nor abandoned

  /// Hands over rows; waits while the queue is full. One caller at a time.
  void push(RecordBatch&& batch);
  /// Writes what is left, totals and attributes, makes it durable and renames PATH.partial to PATH. A run that was
  /// cancelled or stalled also gets its final name, with attribute complete = 0.
  Status finish(const RunResult& result, double wall_seconds);
  /// Ends without a result: what was pushed is written, PATH.partial stays under that name.
  void abandon();

  [[nodiscard]] bool failed() const;
  [[nodiscard]] std::string partial_path() const;
  [[nodiscard]] std::size_t queued_bytes_peak() const;  // for tests of the bound

 private:
  struct State;
  explicit TraceWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace eastwest
