// SPDX-License-Identifier: Apache-2.0
#include "analysis/measurement.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "topology/catalogue.hpp"
#include "workloads/collectives/collective_kind.hpp"

using namespace eastwest;
using namespace eastwest::literals;

namespace {

std::optional<std::vector<Measurement>> read(std::string_view text, Diagnostics& diagnostics) {
  return read_measurements(text, "site/mine.csv", diagnostics);
}

}  // namespace

TEST_CASE("measurements: the built-in tables name servers of the catalogue, and no more than half of a table was fitted on") {
  const Catalogue catalogue = builtin_catalogue();
  std::map<std::string, std::pair<int, int>> tables;  // fitted, all
  for (const Measurement& row : builtin_measurements()) {
    CAPTURE(row.place.line);
    CHECK(catalogue.find_server(row.server) != nullptr);
    CHECK((row.seconds > 0) != (row.bus_bandwidth > 0));
    CHECK(row.size.count > 0);
    ++tables[row.table].second;
    if (row.fitted) ++tables[row.table].first;
  }
  CHECK(tables.size() == 21);
  for (const auto& [name, count] : tables) {
    CAPTURE(name);
    CHECK(2 * count.first <= count.second);
    CHECK_FALSE(describe_measured_table(name).title.empty());
  }
  CHECK(describe_measured_table("no such table").title.empty());
}

TEST_CASE("measurements: what may be left out is the obvious") {
  Diagnostics diagnostics;
  const auto rows = read("server,servers,operation,size,time_us\ndgx-h100,4,all_reduce,64 MiB,599\n", diagnostics);
  REQUIRE(rows);
  CHECK(diagnostics.all().empty());
  const Measurement& row = rows->front();
  CHECK(row.table == "mine");
  CHECK(row.topology == "rail_optimised");
  CHECK(row.algorithm == "auto");
  CHECK(row.gpus == 0);
  CHECK(row.size == 64_MiB);
  CHECK(row.seconds == doctest::Approx(599e-6));
  CHECK(row.call == 0);
  CHECK_FALSE(row.fitted);
}

TEST_CASE("measurements: every mistake is told with its line") {
  Diagnostics diagnostics;
  CHECK_FALSE(
      read("server,servers,operation,size,time_us,busbw_gigabytes_per_second,fitted\n"
           "dgx-h100,4,all_reduce,64 MiB,599,217,\n"
           ",-1,all_reduce,64 apples,,217,no\n",
           diagnostics));
  const std::string text = diagnostics.print();
  CAPTURE(text);
  for (const char* told : {"site/mine.csv:2", "either it or `busbw_gigabytes_per_second` must be given", "site/mine.csv:3",
                           "`server`: is empty", "`servers`: `-1` is not a number above 0", "`size`: ", "`fitted`: `no` is not yes"})
    CHECK(text.find(told) != std::string::npos);
}

TEST_CASE("measurements: a byte order mark and blanks after commas do no harm; a call longer than its time and uneven GPUs do") {
  Diagnostics fine;
  CHECK(read("\xef\xbb\xbfserver, servers, operation, size, time_us\ndgx-h100, 4, all_reduce, 64 MiB, 599\n", fine));
  CHECK(fine.all().empty());
  Diagnostics wrong;
  CHECK_FALSE(
      read("server,servers,gpus,operation,size,time_us,call_us\ndgx-h100,4,30,all_reduce,64 MiB,10,50\n\"a: b\",1,,all_reduce,1 MiB,5,\n",
           wrong));
  const std::string text = wrong.print();
  CAPTURE(text);
  for (const char* told : {"`call_us`: is not less than `time_us`", "30 GPUs are not as many on each of 4 servers", "`a: b` is not a name"})
    CHECK(text.find(told) != std::string::npos);
}

TEST_CASE("measurements: columns that are missing or misspelt, and a table without rows") {
  Diagnostics missing;
  CHECK_FALSE(read("server,servers,op,size,time_us\ndgx-h100,4,all_reduce,64 MiB,599\n", missing));
  CHECK(missing.print().find("there is no column `operation`") != std::string::npos);
  CHECK(missing.print().find("column `op` is not read") != std::string::npos);
  Diagnostics empty;
  CHECK_FALSE(read("server,servers,operation,size,time_us\n", empty));
  CHECK(empty.print().find("there are no rows") != std::string::npos);
}
