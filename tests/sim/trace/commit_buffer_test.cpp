// SPDX-License-Identifier: Apache-2.0
// The order of writes that makes every point of a flush a safe one to be killed at.
#include "sim/trace/commit_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "analysis/trace_reader.hpp"
#include "core/random.hpp"
#include "sim/trace/trace_content.hpp"
#include "tests/sim/trace/trace_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

using hdf5::CommitBuffer;

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

TEST_CASE("commit buffer: superblock, then what is new, then index nodes from the top, then the rest") {
  CommitBuffer buffer;
  buffer.put(100, bytes_of("OHDR"));
  buffer.put(200, bytes_of(std::string("TREE") + '\1' + '\0' + "leaf"));
  buffer.put(300, bytes_of(std::string("TREE") + '\1' + '\2' + "root"));
  buffer.put(400, bytes_of(std::string("TREE") + '\1' + '\1' + "middle"));
  buffer.put(500, bytes_of(std::string("TREE") + '\1' + '\0' + "new"));
  buffer.put(600, bytes_of("new"));
  buffer.put(0, bytes_of("super"));
  std::vector<std::uint64_t> addresses;
  for (const CommitBuffer::Block& block : buffer.ordered(500)) addresses.push_back(block.address);
  CHECK(addresses == std::vector<std::uint64_t>{0, 500, 600, 300, 400, 200, 100});
}

TEST_CASE("commit buffer: reads see what a plain file would hold, whatever writes overlap") {
  const std::uint64_t seed = 5;
  INFO("seed " << seed);
  RandomStream random(seed, 0);
  CommitBuffer buffer;
  std::vector<std::byte> file(300), expected(300);
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t address = random.below(280);
    std::vector<std::byte> bytes(1 + random.below(20));
    for (std::byte& b : bytes) b = static_cast<std::byte>(random.bits());
    buffer.put(address, bytes);
    std::copy(bytes.begin(), bytes.end(), expected.begin() + static_cast<std::ptrdiff_t>(address));
    const std::uint64_t from = random.below(299), count = 1 + random.below(300 - from);
    std::vector<std::byte> seen(file.begin() + static_cast<std::ptrdiff_t>(from), file.begin() + static_cast<std::ptrdiff_t>(from + count));
    buffer.overlay(from, seen);
    REQUIRE(std::equal(seen.begin(), seen.end(), expected.begin() + static_cast<std::ptrdiff_t>(from)));
    if (i % 50 == 49) {  // a commit
      for (const CommitBuffer::Block& block : buffer.ordered(0))
        std::copy(block.bytes.begin(), block.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(block.address));
      buffer.clear();
      REQUIRE(file == expected);
    }
  }
}

constexpr std::uint64_t kRows = 1'600;  // 100 chunks of links: their index splits at 64
constexpr std::uint64_t kRowsPerCheckpoint = 160;

/// Writes link and request rows with checkpoints, and dies after `writes`; the writer's own sequence of calls.
void write_and_die(const std::string& path, const Fabric& fabric, const Workload& workload, std::uint64_t writes) {
  Result<hdf5::File> file = hdf5::File::create(path);
  REQUIRE(file.has_value());
  const TraceInfo info = info_for(path, fabric, workload);
  TraceTables tables(fabric.links.size(), 1);
  REQUIRE(write_meta(*file, info).has_value());
  for (TraceTable* table : tables.all()) REQUIRE(table->create(*file).has_value());
  REQUIRE(tables.checkpoint(*file, false).has_value());
  file->stop_after(writes);
  for (std::uint64_t first = 0; first < kRows; first += kRowsPerCheckpoint) {
    RecordBatch batch;
    for (std::uint64_t i = first; i < first + kRowsPerCheckpoint; ++i) {
      batch.links.push_back(link_row(i, fabric.links.size()));
      batch.requests.push_back(request(i));
    }
    append_rows(tables, batch, {}, fabric.links.size());
    for (TraceTable* table : tables.all()) REQUIRE(table->write_full_chunks(*file).has_value());
    REQUIRE(tables.checkpoint(*file, false).has_value());
  }
  file->discard();
}

TEST_CASE("trace: killed after any write of a run, the file opens and no committed row is lost") {
  const TemporaryDirectory folder;
  const std::string path = folder.file("run.h5.partial");
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  std::uint64_t rows_before = 0, links_before = 0;
  // Every fifth write: each kind of block is met at some checkpoint, and those around the split of an index at many places.
  for (std::uint64_t writes = 0; rows_before < kRows || links_before < kRows; writes += 5) {
    CAPTURE(writes);
    write_and_die(path, fabric, workload, writes);
    const Result<TraceData> data = read_trace(path);
    REQUIRE_MESSAGE(data.has_value(), (data ? "" : data.error().message));
    REQUIRE(data->requests.size() >= rows_before);
    REQUIRE(data->link_rows >= links_before);
    rows_before = data->requests.size();
    links_before = data->link_rows;
    for (std::uint64_t i = 0; i < rows_before; ++i) REQUIRE(data->requests[i].finish == request(i).finish);
    const Result<hdf5::File> file = hdf5::File::open(path);
    const Result<std::vector<std::int64_t>> time = file->read<std::int64_t>("/links/time", 0, links_before);
    const Result<std::vector<std::uint32_t>> queue = file->read<std::uint32_t>("/links/queue_bytes_max", 0, links_before);
    REQUIRE(time.has_value());
    REQUIRE(queue.has_value());
    for (std::uint64_t i = 0; i < links_before; ++i) {
      REQUIRE((*time)[i] == link_row(i, 4).time.ps);
      REQUIRE((*queue)[i * 4 + 3] == link_row(i, 4).queue_bytes_max[3]);
    }
    REQUIRE(writes < 20'000);
  }
}

}  // namespace
}  // namespace eastwest::tests
