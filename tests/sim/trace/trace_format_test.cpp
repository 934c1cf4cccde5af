// SPDX-License-Identifier: Apache-2.0
// docs/trace-format.md names every dataset that the writer makes, with its unit.
#include <doctest/doctest.h>

#include "sim/trace/trace_table.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("trace format: every column of every table stands in the document with its unit") {
  const std::string text = read_file(std::filesystem::path(eastwest::tests::source_directory()) / "docs/trace-format.md");
  TraceTables tables(4, 1);
  for (const TraceTable* table : tables.all()) {
    const std::string heading = "### `" + table->spec().group + "`";
    const std::size_t start = text.find(heading);
    REQUIRE_MESSAGE(start != std::string::npos, heading << " is missing");
    const std::string section = text.substr(start, text.find("\n##", start + 1) - start);
    for (const ColumnSpec& column : table->spec().columns) {
      const std::size_t row = section.find("| `" + column.name + "` |");
      REQUIRE_MESSAGE(row != std::string::npos, table->spec().group << "/" << column.name << " is missing");
      const std::string line = section.substr(row, section.find('\n', row) - row);
      CHECK_MESSAGE(line.find("| " + column.units + " |") != std::string::npos, line << ": the unit is " << column.units);
      CHECK_FALSE(column.description.empty());
    }
    CHECK_MESSAGE(section.find(std::to_string(table->spec().chunk_rows) + " rows") != std::string::npos,
                  heading << ": chunks of " << table->spec().chunk_rows << " rows");
  }
}

TEST_CASE("trace format: a chunk is at most 1 MiB, which a reader's chunk cache holds, up to the widest rows") {
  for (const std::uint64_t links : {1u, 512u, 4096u, 16'384u}) {
    TraceTables tables(links, 1);
    for (const TraceTable* table : tables.all())
      for (const ColumnSpec& column : table->spec().columns)
        CHECK(table->spec().chunk_rows * hdf5::size_of(column.type) * std::max<std::uint64_t>(column.width, 1) <= (1u << 20));
  }
}

}  // namespace
}  // namespace eastwest::tests
