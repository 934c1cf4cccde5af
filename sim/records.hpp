// SPDX-License-Identifier: Apache-2.0
// Records: the rows that a run produces, in the order in which the digest takes them; what the trace writer stores.
//
// Both engines hand batches of rows to a sink at the end of a window. Rows inside a batch are in canonical order
// (flows by finish time then id; links by time then link), whatever the threads did. Units: ps and bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "core/quantity.hpp"
#include "workloads/driver.hpp"

namespace eastwest {

/// One message from one rank to another.
struct FlowRow {
  std::uint64_t id = 0;
  std::uint16_t job = 0;
  std::uint32_t source = 0;  // rank, within the workload
  std::uint32_t destination = 0;
  Bytes bytes;
  Time start;
  Time finish;
  Duration ideal;                 // on an idle fabric, closed form
  std::uint32_t retransmits = 0;  // packets sent again
};

struct CollectiveRow {
  std::uint32_t collective = 0;  // index into Schedule::collectives
  Time start;
  Time finish;
};

/// One rank's part of one training step.
struct StepRow {
  std::uint16_t job = 0;
  std::uint32_t step = 0;
  std::uint32_t rank = 0;
  Time start;
  Time finish;
  Duration compute;  // the rest of finish - start is exposed communication and waiting
  // Of that rest, what the rank waited for; what no column has is bubble: nothing was there to work on. Not in the digest, as
  // they follow from the rows that are.
  Duration tensor = {};
  Duration pipeline = {};  // from the sender's start on; before it the wait is bubble
  Duration data = {};
  Duration expert = {};
  Duration context = {};
  [[nodiscard]] Duration bubble() const { return (finish - start) - compute - tensor - pipeline - data - expert - context; }
};

enum class EventKind : std::uint8_t { link_down, link_up, reroute, timeout, pfc_storm, stall, frame_loss };
const char* to_string(EventKind kind);

struct EventRow {
  Time time;
  EventKind kind = EventKind::timeout;
  std::uint32_t link = 0xffff'ffffu;  // directed link, or none
  std::uint64_t detail = 0;           // timeout: flow id; frame_loss: the new probability, the bits of a double
};

/// All directed links over one interval, arrays of Fabric::links.size().
struct LinkRow {
  Time time;  // end of the interval
  Duration interval;
  std::vector<float> utilization;  // busy share of the interval, 0 to 1
  std::vector<std::uint32_t> queue_bytes_max;
  std::vector<std::uint32_t> drops;
  std::vector<std::uint32_t> ecn_marks;
  std::vector<float> pfc_pause;  // share of the interval in which the sender was paused, 0 to 1
};

struct PacketRow {
  Time time;  // delivered
  Duration latency;
  std::uint64_t flow = 0;
  std::uint32_t sequence = 0;
};

struct RecordBatch {
  std::vector<FlowRow> flows;
  std::vector<CollectiveRow> collectives;
  std::vector<StepRow> steps;
  std::vector<RequestRow> requests;
  std::vector<EventRow> events;
  std::vector<LinkRow> links;
  std::vector<PacketRow> packets;
  [[nodiscard]] bool empty() const {
    return flows.empty() && collectives.empty() && steps.empty() && requests.empty() && events.empty() && links.empty() && packets.empty();
  }
};

void add(Digest& digest, const RecordBatch& batch);

/// Latency of delivered data packets, NIC to NIC, log-linear: 32 bins per power of two from 1 ns on, so a bin is at
/// most 3.1 % wide; counts are exact. Bin 0 holds everything under 1 ns, the last everything above 4.6 s.
struct LatencyHistogram {
  static constexpr std::size_t kSubBins = 32;
  static constexpr std::size_t kOctaves = 32;
  static constexpr std::size_t kBins = 1 + kSubBins * kOctaves;
  std::uint16_t job = 0;
  std::uint8_t traffic_class = 0;
  std::vector<std::uint64_t> counts;  // kBins
  static std::size_t bin_of(Duration latency);
  static Duration lower_edge(std::size_t bin);
  [[nodiscard]] Duration quantile(double q) const;  // lower edge of the bin holding it; 0 when empty
};

using RecordSink = std::function<void(RecordBatch&&)>;

}  // namespace eastwest
