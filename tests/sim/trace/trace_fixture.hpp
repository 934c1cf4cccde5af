// SPDX-License-Identifier: Apache-2.0
// For tests of traces: a tiny fabric and workload, and rows that follow from their number.
#pragma once

#include <string>

#include "sim/trace/trace_writer.hpp"

namespace eastwest::tests {

/// Two hosts on one switch: 2 cables, 4 directed links; more links by more hosts.
inline Fabric star(std::uint32_t host_count = 2) {
  Fabric fabric;
  fabric.topology = "custom";
  fabric.racks.push_back({"rack-0", 0, 0});
  for (std::uint32_t i = 0; i < host_count; ++i) {
    fabric.nodes.push_back({"server-" + std::to_string(i), NodeKind::host, 0, i, 1, i, 0});
    fabric.ports.push_back({NodeId{i}, 0, LinkId{2 * i}, LinkId{2 * i + 1}});
    Host host;
    host.node = {i};
    host.model = "custom";
    host.gpu_count = 1;
    host.first_gpu = i;
    host.first_endpoint = i;
    host.endpoint_count = 1;
    fabric.hosts.push_back(host);
    fabric.endpoints.push_back({NodeId{i}, PortId{i}});
  }
  fabric.nodes.push_back({"leaf-0", NodeKind::network_switch, 1, host_count, host_count, 0, 0});
  fabric.switches.push_back({NodeId{host_count}, "custom", Duration{600'000}, ForwardingMode::cut_through, Bytes{64 << 20}});
  for (std::uint32_t i = 0; i < host_count; ++i) {
    const PortId host_port{i}, leaf_port{host_count + i};
    fabric.ports.push_back({NodeId{host_count}, i, LinkId{2 * i + 1}, LinkId{2 * i}});
    const BitRate rate{400'000'000'000};
    fabric.links.push_back({host_port, leaf_port, rate, Duration{100'000}, CableId{i}, 0.0});
    fabric.links.push_back({leaf_port, host_port, rate, Duration{100'000}, CableId{i}, 0.0});
    fabric.cables.push_back(
        {"C000" + std::to_string(i), host_port, leaf_port, Length{20'000}, "custom", Duration{98'000}, Duration{1'000}, Duration{1'000}});
  }
  fabric.gpu_count = host_count;
  return fabric;
}

inline Workload two_jobs() {
  Workload workload;
  workload.jobs.push_back({"train", "training", Time{0}, 0, 1, 1});
  workload.jobs.push_back({"serve", "serving", Time{1'000'000}, 1, 1, 2});
  workload.ranks = {GpuId{0}, GpuId{1}};
  Collective reduce;
  reduce.name = "all_reduce #0";
  reduce.algorithm = "ring";
  reduce.operation = "all_reduce";
  reduce.ranks = 2;
  reduce.bytes = {1 << 20};
  reduce.bus_factor = 1.0;
  reduce.lower_bound = {5'000'000};
  workload.schedule.collectives.push_back(reduce);
  reduce.name = "all_reduce #1";
  workload.schedule.collectives.push_back(reduce);
  workload.schedule.training.push_back({0, 2, 4096.0, 1e6, 1e15, Bytes{1}, Bytes{2}, Bytes{3}, Bytes{4}, Bytes{100}});
  return workload;
}

inline FlowRow flow(std::uint64_t i) {
  const auto n = static_cast<std::int64_t>(i);
  return {i,
          static_cast<std::uint16_t>(i % 2),
          0,
          1,
          Bytes{4096 + n},
          Time{n * 1000},
          Time{n * 1000 + 500 + n % 7},
          Duration{500},
          static_cast<std::uint32_t>(i % 3)};
}
inline CollectiveRow collective(std::uint64_t i) {
  return {static_cast<std::uint32_t>(i % 2), Time{static_cast<std::int64_t>(i) * 10'000'000},
          Time{static_cast<std::int64_t>(i) * 10'000'000 + 8'000'000}};
}
inline StepRow step(std::uint64_t i) {
  const auto n = static_cast<std::int64_t>(i);
  return {0,
          static_cast<std::uint32_t>(i / 2),
          static_cast<std::uint32_t>(i % 2),
          Time{n / 2 * 1000},
          Time{n / 2 * 1000 + 900 + n % 2 * 100},
          Duration{600},
          Duration{50},
          Duration{40},
          Duration{30},
          Duration{20},
          Duration{10}};
}
inline RequestRow request(std::uint64_t i) {
  RequestRow row;
  const auto n = static_cast<std::int64_t>(i);
  row.id = static_cast<std::uint32_t>(i);
  row.job = 1;
  row.prompt_tokens = 100;
  row.output_tokens = 11;
  row.kv_bytes = {1 << 20};
  row.arrival = {n * 1'000'000};
  row.prefill_start = row.arrival + Duration{10'000};
  row.prefill_end = row.arrival + Duration{200'000};
  row.kv_done = row.arrival + Duration{300'000};
  row.first_token = row.arrival + Duration{400'000 + n};
  row.finish = row.first_token + Duration{500'000};
  row.cached_tokens = static_cast<std::uint32_t>(i % 100);
  row.preemptions = static_cast<std::uint32_t>(i % 3);
  row.itl_p50 = {40'000 + n};
  row.itl_p99 = {90'000 + n};
  row.itl_max = {95'000 + n};
  row.within_slo = static_cast<SloVerdict>(i % 3);
  return row;
}
inline EventRow event(std::uint64_t i) { return {Time{static_cast<std::int64_t>(i)}, EventKind::timeout, 0xffff'ffffu, i}; }
inline PacketRow packet(std::uint64_t i) {
  return {Time{static_cast<std::int64_t>(i)}, Duration{1'000'000}, i, static_cast<std::uint32_t>(i)};
}
inline LinkRow link_row(std::uint64_t i, std::size_t links) {
  LinkRow row;
  row.time = {static_cast<std::int64_t>(i + 1) * 1'000'000};
  row.interval = {1'000'000};
  for (std::size_t l = 0; l < links; ++l) {
    row.utilization.push_back(static_cast<float>((i + l) % 8) / 8.0f);
    row.queue_bytes_max.push_back(static_cast<std::uint32_t>(1000 * l + i));
    row.drops.push_back(l == 0 ? 1u : 0u);
    row.ecn_marks.push_back(static_cast<std::uint32_t>(l));
    row.pfc_pause.push_back(l == 1 ? 0.25f : 0.0f);
  }
  return row;
}

/// Row i of every table.
inline RecordBatch batch_of(std::uint64_t first, std::uint64_t count, std::size_t links) {
  RecordBatch batch;
  for (std::uint64_t i = first; i < first + count; ++i) {
    batch.flows.push_back(flow(i));
    batch.collectives.push_back(collective(i));
    batch.steps.push_back(step(i));
    batch.requests.push_back(request(i));
    batch.events.push_back(event(i));
    batch.packets.push_back(packet(i));
    batch.links.push_back(link_row(i, links));
  }
  return batch;
}

/// A result with one latency histogram and totals for `links` links.
inline RunResult result_of(std::size_t links) {
  RunResult result;
  result.digest = "0123456789abcdef0123456789abcdef";
  result.simulated = {123'456'789};
  result.counters.packets = 77;
  result.counters.drops_buffer = 3;
  result.counters.pfc_pauses = 5;
  result.links.resize(links);
  for (std::size_t l = 0; l < links; ++l) result.links[l].utilization_mean = 0.1 * static_cast<double>(l);
  LatencyHistogram histogram;
  histogram.traffic_class = 1;
  histogram.counts.resize(LatencyHistogram::kBins);
  histogram.counts[LatencyHistogram::bin_of(Duration{2'000'000})] = 100;
  result.latency.push_back(histogram);
  result.job_finish = {Time{100'000'000}, kTimeNever};
  result.sanity.push_back({"bytes conserved", true, "77 = 77"});
  return result;
}

inline TraceInfo info_for(const std::string& path, const Fabric& fabric, const Workload& workload) {
  return TraceInfo{path, "seed: 7\njobs: {}\n", "0.1.0", fabric, workload, 7, 1.0, 64u << 20, 1};
}

}  // namespace eastwest::tests
