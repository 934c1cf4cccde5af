// SPDX-License-Identifier: Apache-2.0
// A trace read back for a report: the fabric that was written, its links over time, verdicts; growing traces as far as they are safe.
#include "analysis/report/trace_detail.hpp"

#include <doctest/doctest.h>

#include "tests/sim/trace/trace_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("report detail: nodes, links, cables, ranks, verdicts and events come back as written") {
  const TemporaryDirectory folder;
  const Fabric fabric = star(3);
  const Workload workload = two_jobs();
  Result<TraceWriter> writer = TraceWriter::open(info_for(folder.file("a.h5"), fabric, workload));
  REQUIRE(writer.has_value());
  writer->push(batch_of(0, 40, fabric.links.size()));
  REQUIRE(writer->finish(result_of(fabric.links.size()), 0).has_value());
  const Result<TraceData> data = read_trace(folder.file("a.h5"));
  REQUIRE(data.has_value());
  const Result<TraceDetail> detail = read_trace_detail(*data);
  REQUIRE_MESSAGE(detail.has_value(), detail.error().message);
  REQUIRE(detail->nodes.size() == 4);
  CHECK(detail->nodes[0].host);
  CHECK(detail->nodes[3].name == "leaf-0");
  CHECK_FALSE(detail->nodes[3].host);
  CHECK(detail->nodes[3].tier == 1);
  CHECK(node_roles(*detail) == std::vector<std::string>{"host", "host", "host", "leaf"});
  REQUIRE(detail->links.size() == 6);
  CHECK(detail->links[0].source == 0);
  CHECK(detail->links[0].target == 3);
  CHECK(detail->links[1].source == 3);
  CHECK(detail->links[5].cable == 2);
  CHECK(detail->links[0].rate.bits_per_second == 400'000'000'000);
  REQUIRE(detail->cables.size() == 3);
  CHECK(detail->cables[1].length.mm == 20'000);
  CHECK(detail->cables[1].delay_medium.ps == 98'000);
  CHECK_FALSE(detail->cables[1].margin.has_value());  // this trace says nothing of margins
  REQUIRE(detail->ranks.size() == 2);
  CHECK(detail->ranks[1].host == "server-1");
  REQUIRE(detail->sanity.size() == 1);
  CHECK(detail->sanity[0].passed);
  CHECK(detail->events.size() == 40);
  // 40 intervals of 1 us; link l had (i + l) % 8 eighths of the interval i, link 1 was paused a quarter of each.
  CHECK(detail->grid.bins == 40);
  CHECK(detail->grid.rows == 40);
  for (std::uint64_t l = 0; l < 6; ++l)
    for (std::uint64_t i = 0; i < 40; ++i) {
      CHECK(detail->grid.utilization[l * 40 + i] == quantised_share(static_cast<double>((i + l) % 8) / 8));
      CHECK(detail->grid.pause[l * 40 + i] == (l == 1 ? 64 : 0));
    }
}

TEST_CASE("report detail: of a run that has not ended, what is safe; verdicts come with the end") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  TraceInfo info = info_for(folder.file("b.h5"), fabric, workload);
  info.checkpoint_seconds = 0;
  Result<TraceWriter> writer = TraceWriter::open(info);
  REQUIRE(writer.has_value());
  writer->push(batch_of(0, 64, fabric.links.size()));
  writer->abandon();
  const Result<TraceData> data = read_trace(folder.file("b.h5.partial"));
  REQUIRE(data.has_value());
  CHECK_FALSE(data->sealed);
  const Result<TraceDetail> detail = read_trace_detail(*data);
  REQUIRE_MESSAGE(detail.has_value(), detail.error().message);
  CHECK(detail->sanity.empty());
  CHECK(detail->links.size() == 4);
  CHECK(detail->grid.rows == data->link_rows);
  CHECK(detail->grid.rows > 0);
}

TEST_CASE("report detail: links and totals that are not as many are an error that names the file") {
  const TemporaryDirectory folder;
  const Fabric whole = star();
  const Workload workload = two_jobs();
  Result<TraceWriter> writer = TraceWriter::open(info_for(folder.file("c.h5"), whole, workload));
  REQUIRE(writer.has_value());
  REQUIRE(writer->finish(result_of(4), 0).has_value());
  Result<TraceData> data = read_trace(folder.file("c.h5"));
  REQUIRE(data.has_value());
  data->links.resize(3);  // as if totals and links were of two files
  const Result<TraceDetail> detail = read_trace_detail(*data);
  REQUIRE_FALSE(detail.has_value());
  CHECK(detail.error().message.find("c.h5") != std::string::npos);
}

}  // namespace
}  // namespace eastwest::tests
