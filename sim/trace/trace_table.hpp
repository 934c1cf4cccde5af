// SPDX-License-Identifier: Apache-2.0
// Trace table: rows collected in memory and put into one group of columns of the trace, in whole chunks.
//
// Units: as each column says. Invariant: a compressed chunk is written once, when it is full, or at the end of the run; rewriting
// one moves it in the file, and a process killed meanwhile loses what had been flushed. A plain chunk never moves, so a
// plain table also puts its unfinished chunk on disk at every checkpoint.
// Source: crash experiments told in docs/trace-format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "sim/trace/hdf5.hpp"

namespace eastwest {

struct ColumnSpec {
  std::string name;
  hdf5::ElementType type;
  std::string units;
  std::string description;
  std::uint64_t width = 0;  // elements per row; 0: one plain value
};

struct TableSpec {
  std::string group;  // "/flows"
  std::string description;
  std::uint64_t chunk_rows;
  int compression;                  // 0: plain, durable to the row at every checkpoint
  std::vector<ColumnSpec> columns;  // the first is the scale of the rows
};

class TraceTable {
 public:
  explicit TraceTable(TableSpec spec);
  /// Makes the group, its columns, scales and the counter under /meta/committed_rows.
  Status create(hdf5::File& file);

  /// One value of each column in turn, left to right; `end_row` after the last.
  template <class T>
  void put(T value) {
    put_array(&value, 1);
  }
  template <class T>
  void put_array(const T* values, std::size_t count) {
    std::vector<std::byte>& buffer = buffers_[next_column_++];
    const auto* bytes = reinterpret_cast<const std::byte*>(values);
    buffer.insert(buffer.end(), bytes, bytes + sizeof(T) * count);
  }
  void end_row();

  /// Writes the chunks that are full.
  Status write_full_chunks(hdf5::File& file);
  /// Before a checkpoint: the unfinished chunk too when the table is plain, or when `last`.
  Status write_tail(hdf5::File& file, bool last);
  /// After the flush: says how many rows it made safe.
  Status commit(hdf5::File& file);

  [[nodiscard]] const TableSpec& spec() const { return spec_; }
  [[nodiscard]] std::uint64_t rows() const { return first_buffered_ + buffered_; }

 private:
  Status write(hdf5::File& file, std::uint64_t count);
  TableSpec spec_;
  std::vector<std::size_t> datasets_;
  std::size_t counter_ = 0;
  std::vector<std::size_t> row_bytes_;
  std::vector<std::vector<std::byte>> buffers_;
  std::size_t next_column_ = 0;
  std::uint64_t first_buffered_ = 0;  // row number of the first row in the buffers: always the start of a chunk
  std::uint64_t buffered_ = 0;
  std::uint64_t written_ = 0;  // rows handed to HDF5
  std::uint64_t committed_ = 0;
};

/// All tables of a trace over a fabric of `link_count` directed links.
struct TraceTables {
  explicit TraceTables(std::uint64_t link_count, int compression);
  TraceTable flows, links, collectives, steps, requests, events, packets;
  /// Makes all rows so far safe, but for unfinished chunks of compressed tables unless `last`.
  Status checkpoint(hdf5::File& file, bool last);
  [[nodiscard]] std::vector<TraceTable*> all() { return {&flows, &links, &collectives, &steps, &requests, &events, &packets}; }
};

}  // namespace eastwest
