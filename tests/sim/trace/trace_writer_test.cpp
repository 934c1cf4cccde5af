// SPDX-License-Identifier: Apache-2.0
// What goes into a trace comes out of it, and a trace never spoils what was there before.
#include "sim/trace/trace_writer.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "analysis/trace_reader.hpp"
#include "sim/trace/hdf5.hpp"
#include "tests/sim/trace/trace_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

/// Writes rows 0 to `count` of every table in batches of `step` and seals the file.
Status write_trace(const TraceInfo& info, std::uint64_t count, std::uint64_t step, const RunResult& result) {
  Result<TraceWriter> writer = TraceWriter::open(info);
  if (!writer) return writer.error();
  for (std::uint64_t first = 0; first < count; first += step)
    writer->push(batch_of(first, std::min(step, count - first), info.fabric.links.size()));
  return writer->finish(result, 1.5);
}

void check_rows(const TraceData& data, std::uint64_t count) {
  REQUIRE(data.training.size() == 1);
  CHECK(data.training[0].gpus == 2);
  CHECK(data.training[0].tokens == 4096.0);
  CHECK(data.training[0].flops == 1e6);
  CHECK(data.training[0].peak_flops == 1e15);
  CHECK(data.training[0].activations == Bytes{4});
  CHECK(data.training[0].gpu_memory == Bytes{100});
  REQUIRE(data.flows.size() == count);
  REQUIRE(data.collectives.size() == count);
  REQUIRE(data.steps.size() == count);
  REQUIRE(data.requests.size() == count);
  REQUIRE(data.link_rows == count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const FlowRow f = flow(i), g = data.flows[i];
    REQUIRE(g.id == f.id);
    REQUIRE(g.job == f.job);
    REQUIRE(g.source == f.source);
    REQUIRE(g.destination == f.destination);
    REQUIRE(g.bytes == f.bytes);
    REQUIRE(g.start == f.start);
    REQUIRE(g.finish == f.finish);
    REQUIRE(g.ideal == f.ideal);
    REQUIRE(g.retransmits == f.retransmits);
    REQUIRE(data.collectives[i].collective == collective(i).collective);
    REQUIRE(data.collectives[i].finish == collective(i).finish);
    REQUIRE(data.steps[i].step == step(i).step);
    REQUIRE(data.steps[i].rank == step(i).rank);
    REQUIRE(data.steps[i].compute == step(i).compute);
    REQUIRE(data.steps[i].tensor == step(i).tensor);
    REQUIRE(data.steps[i].pipeline == step(i).pipeline);
    REQUIRE(data.steps[i].data == step(i).data);
    REQUIRE(data.steps[i].expert == step(i).expert);
    REQUIRE(data.steps[i].context == step(i).context);
    REQUIRE(data.requests[i].id == request(i).id);
    REQUIRE(data.requests[i].first_token == request(i).first_token);
    REQUIRE(data.requests[i].finish == request(i).finish);
    REQUIRE(data.requests[i].cached_tokens == request(i).cached_tokens);
    REQUIRE(data.requests[i].preemptions == request(i).preemptions);
    REQUIRE(data.requests[i].itl_p50 == request(i).itl_p50);
    REQUIRE(data.requests[i].itl_p99 == request(i).itl_p99);
    REQUIRE(data.requests[i].itl_max == request(i).itl_max);
    REQUIRE(data.requests[i].within_slo == request(i).within_slo);
  }
}

TEST_CASE("trace: attributes, fabric, jobs, totals and histograms come back as they went in") {
  const TemporaryDirectory folder;
  const Fabric fabric = star(3);
  const Workload workload = two_jobs();
  const std::string path = folder.file("run.h5");
  const RunResult result = result_of(fabric.links.size());
  REQUIRE(write_trace(info_for(path, fabric, workload), 100, 7, result).has_value());
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
  const Result<TraceData> read = read_trace(path);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  const TraceData& data = *read;
  check_rows(data, 100);
  CHECK(data.complete);
  CHECK(data.sealed);
  CHECK(data.outcome == "complete");
  CHECK(data.digest == result.digest);
  CHECK(data.seed == 7);
  CHECK(data.program_version == "0.1.0");
  CHECK(data.scenario_text == "seed: 7\njobs: {}\n");
  CHECK(data.simulated == result.simulated);
  CHECK(data.wall_seconds == 1.5);
  CHECK(data.counters.packets == 77);
  CHECK(data.counters.drops_buffer == 3);
  CHECK(data.counters.pfc_pauses == 5);
  REQUIRE(data.jobs.size() == 2);
  CHECK(data.jobs[1].name == "serve");
  CHECK(data.jobs[1].kind == "serving");
  CHECK(data.job_finish[0] == Time{100'000'000});
  CHECK(data.job_finish[1] == kTimeNever);
  REQUIRE(data.collective_list.size() == 2);
  CHECK(data.collective_list[0].algorithm == "ring");
  CHECK(data.collective_list[0].lower_bound == Duration{5'000'000});
  REQUIRE(data.link_names.size() == 6);
  CHECK(data.link_names[3] == "leaf-0:1 -> server-1:0");
  CHECK(data.links[2].utilization_mean == doctest::Approx(0.2));
  REQUIRE(data.latency.size() == 1);
  CHECK(data.latency[0].counts == result.latency[0].counts);
}

TEST_CASE("trace: no row, one row, and a row less, none, and one more than a chunk, in batches that do not fit chunks") {
  // Chunks: 16 rows of links, 1024 of small tables, 4096 of flows.
  for (const std::uint64_t count : {0u, 1u, 15u, 16u, 17u, 1023u, 1024u, 1025u, 4095u, 4096u, 4097u, 8193u}) {
    CAPTURE(count);
    const TemporaryDirectory folder;
    const Fabric fabric = star();
    const Workload workload = two_jobs();
    TraceInfo info = info_for(folder.file("run.h5"), fabric, workload);
    info.checkpoint_seconds = count % 2 == 0 ? 0.0 : 1.0;
    REQUIRE(write_trace(info, count, 999, result_of(4)).has_value());
    const Result<TraceData> data = read_trace(info.path);
    REQUIRE(data.has_value());
    check_rows(*data, count);
  }
}

TEST_CASE("trace: stored link rows are those pushed, row by row, and derived columns follow their definitions") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  const std::string path = folder.file("run.h5");
  REQUIRE(write_trace(info_for(path, fabric, workload), 40, 40, result_of(4)).has_value());
  Result<hdf5::File> file = hdf5::File::open(path);
  REQUIRE(file.has_value());
  const Result<std::vector<float>> utilization = file->read<float>("/links/utilization", 0, 40);
  const Result<std::vector<std::uint32_t>> queue = file->read<std::uint32_t>("/links/queue_bytes_max", 0, 40);
  REQUIRE(utilization.has_value());
  REQUIRE(queue.has_value());
  for (std::uint64_t i = 0; i < 40; ++i)
    for (std::size_t l = 0; l < 4; ++l) {
      REQUIRE((*utilization)[i * 4 + l] == link_row(i, 4).utilization[l]);
      REQUIRE((*queue)[i * 4 + l] == link_row(i, 4).queue_bytes_max[l]);
    }
  // 1 MiB in 8 us is 131.072 GB/s; TPOT is 500 ns over 10 gaps; exposed is 900 - 600 ps on rank 0.
  CHECK((*file->read<double>("/collectives/algbw", 0, 1))[0] == doctest::Approx(131.072e9));
  CHECK((*file->read<std::int64_t>("/requests/tpot", 0, 1))[0] == 50'000);
  CHECK((*file->read<std::int64_t>("/requests/ttft", 3, 1))[0] == 400'003);
  CHECK((*file->read<std::int64_t>("/steps/exposed", 0, 1))[0] == 300);
  CHECK((*file->read<double>("/flows/slowdown", 3, 1))[0] == doctest::Approx(503.0 / 500));
}

TEST_CASE("trace: what never came is stored as -1 and read back as never") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  const std::string path = folder.file("run.h5");
  Result<TraceWriter> writer = TraceWriter::open(info_for(path, fabric, workload));
  REQUIRE(writer.has_value());
  RecordBatch batch;
  RequestRow waiting;
  waiting.arrival = {5};
  batch.requests.push_back(waiting);
  writer->push(std::move(batch));
  REQUIRE(writer->finish(result_of(4), 0).has_value());
  Result<hdf5::File> file = hdf5::File::open(path);
  REQUIRE(file.has_value());
  for (const char* name :
       {"prefill_start", "prefill_end", "kv_done", "first_token", "finish", "ttft", "tpot", "e2e", "itl_p50", "itl_p99", "itl_max"})
    CHECK((*file->read<std::int64_t>(std::string("/requests/") + name, 0, 1))[0] == -1);
  CHECK(read_trace(path)->requests[0].finish == kTimeNever);
  CHECK(read_trace(path)->requests[0].within_slo == SloVerdict::no_target);
}

TEST_CASE("trace: the same rows give the same file content however they are cut into batches and flushed") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  TraceInfo one = info_for(folder.file("one.h5"), fabric, workload);
  TraceInfo two = info_for(folder.file("two.h5"), fabric, workload);
  two.checkpoint_seconds = 0;
  two.queue_bytes_max = 1;
  REQUIRE(write_trace(one, 5000, 5000, result_of(4)).has_value());
  REQUIRE(write_trace(two, 5000, 13, result_of(4)).has_value());
  const Result<TraceData> a = read_trace(one.path), b = read_trace(two.path);
  REQUIRE(a.has_value());
  REQUIRE(b.has_value());
  check_rows(*a, 5000);
  check_rows(*b, 5000);
}

TEST_CASE("trace: a cancelled or stalled run gets its final name, marked incomplete, with all its rows") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  RunResult result = result_of(4);
  result.outcome = Outcome::stalled;
  result.diagnosis = "rank 3 waits for rank 4";
  const std::string path = folder.file("run.h5");
  REQUIRE(write_trace(info_for(path, fabric, workload), 100, 10, result).has_value());
  const Result<TraceData> data = read_trace(path);
  REQUIRE(data.has_value());
  CHECK_FALSE(data->complete);
  CHECK(data->sealed);
  CHECK(data->outcome == "stalled");
  CHECK(data->diagnosis == "rank 3 waits for rank 4");
  check_rows(*data, 100);
}

TEST_CASE("trace: until it is finished an earlier file of that name stays; abandoned, it leaves a readable .partial") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  const std::string path = folder.file("run.h5");
  REQUIRE(write_trace(info_for(path, fabric, workload), 10, 10, result_of(4)).has_value());
  const std::string before = read_file(path);
  {
    Result<TraceWriter> writer = TraceWriter::open(info_for(path, fabric, workload));
    REQUIRE(writer.has_value());
    writer->push(batch_of(0, 2000, 4));
    CHECK(read_file(path) == before);
  }  // dropped without a result
  CHECK(read_file(path) == before);
  const Result<TraceData> partial = read_trace(path + ".partial");
  REQUIRE(partial.has_value());
  CHECK_FALSE(partial->complete);
  CHECK_FALSE(partial->sealed);
  CHECK(partial->outcome == "running");
  check_rows(*partial, 2000);
  // Without totals, link figures are computed from the rows: link 0 drops one frame each interval.
  CHECK(partial->links[0].drops == 2000);
  CHECK(partial->links[0].utilization_mean == doctest::Approx(7.0 / 16));  // mean of 0/8 to 7/8
  CHECK(partial->links[0].utilization_max == 0.875);
}

TEST_CASE("trace: one file has one writer at a time, and a place that cannot be written is an error that names it") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  const std::string path = folder.file("run.h5");
  Result<TraceWriter> first = TraceWriter::open(info_for(path, fabric, workload));
  REQUIRE(first.has_value());
  const Result<TraceWriter> second = TraceWriter::open(info_for(path, fabric, workload));
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find("another run is writing it") != std::string::npos);
  first->push(batch_of(0, 10, 4));
  CHECK(first->finish(result_of(4), 0).has_value());
  CHECK(read_trace(path).has_value());

  const Result<TraceWriter> nowhere = TraceWriter::open(info_for(folder.file("no/such/run.h5"), fabric, workload));
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().message.find("no/such/run.h5.partial: No such file or directory") != std::string::npos);
  CHECK_FALSE(nowhere.error().remedy.empty());
  const Result<TraceWriter> directory = TraceWriter::open(info_for(folder.path().string(), fabric, workload));
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().message.find("it is a folder") != std::string::npos);
}

TEST_CASE("trace: the queue never holds more than its bound, and a fast engine waits") {
  const TemporaryDirectory folder;
  const Fabric fabric = star();
  const Workload workload = two_jobs();
  TraceInfo info = info_for(folder.file("run.h5"), fabric, workload);
  info.queue_bytes_max = 300'000;
  Result<TraceWriter> writer = TraceWriter::open(info);
  REQUIRE(writer.has_value());
  for (std::uint64_t i = 0; i < 200; ++i) {
    RecordBatch batch;
    batch.flows.reserve(1000);  // 64 kB each, 12.8 MB in all
    for (std::uint64_t k = 0; k < 1000; ++k) batch.flows.push_back(flow(i * 1000 + k));
    writer->push(std::move(batch));
  }
  CHECK(writer->queued_bytes_peak() <= 300'000);
  CHECK(writer->queued_bytes_peak() > 60'000);
  REQUIRE(writer->finish(result_of(4), 0).has_value());
  CHECK(read_trace(info.path)->flows.size() == 200'000);
}

TEST_CASE("trace: a fabric without links and a workload without jobs still make a trace") {
  const TemporaryDirectory folder;
  const Fabric fabric;
  const Workload workload;
  TraceInfo info{folder.file("run.h5"), "", "0", fabric, workload};
  REQUIRE(write_trace(info, 0, 1, RunResult{}).has_value());
  const Result<TraceData> data = read_trace(info.path);
  REQUIRE_MESSAGE(data.has_value(), (data ? "" : data.error().message));
  CHECK(data->scenario_text.empty());
  CHECK(data->jobs.empty());
}

}  // namespace
}  // namespace eastwest::tests
