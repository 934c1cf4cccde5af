// SPDX-License-Identifier: Apache-2.0
// Files that are no trace, or no longer one: an error that names file and reason, never a crash.
#include "analysis/trace_reader.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "sim/trace/hdf5.hpp"
#include "tests/sim/trace/trace_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

std::string whole_trace(const TemporaryDirectory& folder) {
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  Result<TraceWriter> writer = TraceWriter::open(info_for(folder.file("whole.h5"), fabric, workload));
  REQUIRE(writer.has_value());
  writer->push(batch_of(0, 2000, 4));
  REQUIRE(writer->finish(result_of(4), 0).has_value());
  return read_file(folder.file("whole.h5"));
}

void check_error(const std::string& path, const std::string& part) {
  const Result<TraceData> data = read_trace(path);
  REQUIRE_FALSE(data.has_value());
  CHECK_MESSAGE(data.error().message.find(part) != std::string::npos, data.error().message);
  CHECK(data.error().message.find(path) != std::string::npos);
  CHECK_FALSE(data.error().remedy.empty());
}

TEST_CASE("reader: no file, a folder, an empty file, text, noise") {
  const TemporaryDirectory folder;
  check_error(folder.file("none.h5"), "No such file or directory");
  check_error(folder.path().string(), "not a regular file");
  check_error(folder.write("empty.h5", ""), "is empty");
  check_error(folder.write("text.h5", "seed: 7\n"), "is not a trace: it does not start as an HDF5 file does");
  std::string noise;
  const std::uint64_t seed = 3;
  INFO("seed " << seed);
  RandomStream random(seed, 0);
  for (int i = 0; i < 100'000; ++i) noise.push_back(static_cast<char>(random.bits()));
  check_error(folder.write("noise.h5", noise), "is not a trace: it does not start as an HDF5 file does");
  check_error(folder.write("signature.h5", "\x89HDF\r\n\x1a\n" + noise), "not a readable HDF5 file");
}

TEST_CASE("reader: an HDF5 file of someone else, and a trace of another format version") {
  const TemporaryDirectory folder;
  const std::string path = folder.file("other.h5");
  Result<hdf5::File> file = hdf5::File::create(path);
  REQUIRE(file.has_value());
  REQUIRE(file->write_text("/hello", "world", "a greeting").has_value());
  REQUIRE(file->close().has_value());
  check_error(path, "no eastwest trace");

  Result<hdf5::File> newer = hdf5::File::create(folder.file("newer.h5"));
  REQUIRE(newer.has_value());
  REQUIRE(newer->write_attribute("/", "format_version", std::int64_t{kTraceFormatVersion + 1}).has_value());
  REQUIRE(newer->close().has_value());
  check_error(folder.file("newer.h5"), "has trace format 2; this program reads format 1");

  Result<hdf5::File> bare = hdf5::File::create(folder.file("bare.h5"));
  REQUIRE(bare.has_value());
  REQUIRE(bare->write_attribute("/", "format_version", kTraceFormatVersion).has_value());
  REQUIRE(bare->close().has_value());
  check_error(folder.file("bare.h5"), "cannot read attribute program_version");
}

TEST_CASE("reader: a trace cut short anywhere is an error") {
  const TemporaryDirectory folder;
  const std::string whole = whole_trace(folder);
  for (int i = 0; i < 40; ++i) {
    const std::size_t size = whole.size() * static_cast<std::size_t>(i) / 40 + 1;
    CAPTURE(size);
    CHECK_FALSE(read_trace(folder.write("cut.h5", whole.substr(0, size))).has_value());
  }
  CHECK_FALSE(read_trace(folder.write("cut.h5", whole.substr(0, whole.size() - 1))).has_value());
  CHECK(read_trace(folder.write("cut.h5", whole)).has_value());
}

TEST_CASE("reader: blocks of the file overwritten with zeros or noise give a value or an error") {
  const TemporaryDirectory folder;
  const std::string whole = whole_trace(folder);
  const std::uint64_t seed = 12;
  INFO("seed " << seed);
  RandomStream random(seed, 0);
  int errors = 0;
  for (int i = 0; i < 60; ++i) {
    std::string damaged = whole;
    const std::size_t start = random.below(whole.size() - 600), length = 1 + random.below(512);
    CAPTURE(start);
    CAPTURE(length);
    for (std::size_t k = start; k < start + length; ++k) damaged[k] = i % 2 == 0 ? '\0' : static_cast<char>(random.bits());
    const Result<TraceData> data = read_trace(folder.write("damaged.h5", damaged));
    if (!data) {
      ++errors;
      CHECK_FALSE(data.error().message.empty());
    }
  }
  CHECK(errors > 0);
}

}  // namespace
}  // namespace eastwest::tests
