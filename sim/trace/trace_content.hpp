// SPDX-License-Identifier: Apache-2.0
// Private to sim/trace: what goes into the file besides the growing tables, and how a row becomes columns.
#pragma once

#include "sim/trace/hdf5.hpp"
#include "sim/trace/trace_table.hpp"
#include "sim/trace/trace_writer.hpp"

namespace eastwest {

/// Root attributes as far as known before the run, and /meta.
Status write_meta(hdf5::File& file, const TraceInfo& info);
/// Totals, histograms, verdicts; then the root attributes of the end.
Status write_result(hdf5::File& file, const RunResult& result);
Status write_final_attributes(hdf5::File& file, const RunResult& result, double wall_seconds);

/// What a collective row needs of Schedule::collectives.
struct CollectiveSize {
  Bytes bytes;
  double bus_factor = 1;
};
void append_rows(TraceTables& tables, const RecordBatch& batch, const std::vector<CollectiveSize>& sizes, std::size_t link_count);
/// About how much memory a batch holds.
std::size_t byte_size(const RecordBatch& batch);

}  // namespace eastwest
