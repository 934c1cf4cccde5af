// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/trace_table.hpp"

#include <algorithm>

namespace eastwest {

TraceTable::TraceTable(TableSpec spec) : spec_(std::move(spec)) {
  for (const ColumnSpec& column : spec_.columns) row_bytes_.push_back(hdf5::size_of(column.type) * (column.width == 0 ? 1 : column.width));
  buffers_.resize(spec_.columns.size());
}

Status TraceTable::create(hdf5::File& file) {
  Status status = file.make_group(spec_.group, spec_.description);
  for (const ColumnSpec& column : spec_.columns) {
    if (!status) return status;
    Result<std::size_t> dataset = file.create_dataset({spec_.group + "/" + column.name, column.type, column.units, column.description,
                                                       column.width, spec_.chunk_rows, spec_.compression});
    if (!dataset) return dataset.error();
    datasets_.push_back(*dataset);
  }
  const std::string& scale = spec_.columns.front().name;
  for (const ColumnSpec& column : spec_.columns)
    if (status) status = file.attach_scale(spec_.group + "/" + column.name, spec_.group + "/" + scale, 0, scale);
  if (!status) return status;
  std::string name = spec_.group.substr(1);
  std::replace(name.begin(), name.end(), '/', '_');
  Result<std::size_t> counter =
      file.create_counter("/meta/committed_rows/" + name, "rows of " + spec_.group + " that were safely on disk at the last checkpoint");
  if (!counter) return counter.error();
  counter_ = *counter;
  return Done{};
}

void TraceTable::end_row() {
  EASTWEST_VERIFY(next_column_ == buffers_.size(), "a row of a trace table needs one value per column");
  next_column_ = 0;
  ++buffered_;
}

Status TraceTable::write(hdf5::File& file, std::uint64_t count) {
  for (std::size_t i = 0; i < datasets_.size(); ++i) {
    Status status = file.write_rows(datasets_[i], first_buffered_, count, buffers_[i].data());
    if (!status) return status;
  }
  written_ = std::max(written_, first_buffered_ + count);
  return Done{};
}

Status TraceTable::write_full_chunks(hdf5::File& file) {
  const std::uint64_t full = buffered_ - buffered_ % spec_.chunk_rows;
  if (full == 0) return Done{};
  Status status = write(file, full);
  if (!status) return status;
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    buffers_[i].erase(buffers_[i].begin(), buffers_[i].begin() + static_cast<std::ptrdiff_t>(full * row_bytes_[i]));
  first_buffered_ += full;
  buffered_ -= full;
  return Done{};
}

Status TraceTable::write_tail(hdf5::File& file, bool last) {
  if ((spec_.compression != 0 && !last) || rows() == written_) return Done{};
  return write(file, buffered_);
}

Status TraceTable::commit(hdf5::File& file) {
  if (written_ == committed_) return Done{};
  Status status = file.write_counter(counter_, written_);
  if (status) committed_ = written_;
  return status;
}

namespace {

using hdf5::ElementType;
constexpr auto kU16 = ElementType::u16;
constexpr auto kU32 = ElementType::u32;
constexpr auto kU64 = ElementType::u64;
constexpr auto kI64 = ElementType::i64;
constexpr auto kF32 = ElementType::f32;
constexpr auto kF64 = ElementType::f64;

// Chunk sizes: what a killed run may lose of a compressed table. Compressed ones are those that grow large.
constexpr std::uint64_t kFlowChunk = 4096;
constexpr std::uint64_t kPacketChunk = 4096;
constexpr std::uint64_t kLinkChunk = 16;
constexpr std::uint64_t kSmallChunk = 1024;

TableSpec flows_spec(int compression) {
  return {"/flows",
          "one row per message delivered from one rank to another, by finish time",
          kFlowChunk,
          compression,
          {{"id", kU64, "1", "number of the message"},
           {"job", kU16, "1", "row of /meta/jobs"},
           {"source", kU32, "1", "sending rank, row of /meta/ranks"},
           {"destination", kU32, "1", "receiving rank, row of /meta/ranks"},
           {"bytes", kI64, "B", "payload"},
           {"start", kI64, "ps", "when the message was handed to the sender's NIC or scale-up port"},
           {"finish", kI64, "ps", "when its last byte was in the receiver's memory"},
           {"ideal", kI64, "ps", "time that it would take alone on an idle fabric"},
           {"slowdown", kF64, "1", "(finish - start) / ideal; NaN when ideal is 0"},
           {"retransmits", kU32, "1", "packets sent again"}}};
}

TableSpec links_spec(std::uint64_t width, int compression) {
  return {"/links",
          "one row per probe interval, one column per directed link (row of /meta/fabric/links)",
          kLinkChunk,
          compression,
          {{"time", kI64, "ps", "end of the interval"},
           {"interval", kI64, "ps", "length of the interval"},
           {"utilization", kF32, "1", "share of the interval in which the link was sending, 0 to 1", width},
           {"queue_bytes_max", kU32, "B", "most bytes queued for the link", width},
           {"drops", kU32, "1", "frames dropped at the link's queue or lost on it", width},
           {"ecn_marks", kU32, "1", "frames marked with congestion experienced", width},
           {"pfc_pause", kF32, "1", "share of the interval in which the sender was paused, 0 to 1", width}}};
}

TableSpec collectives_spec() {
  return {"/collectives",
          "one row per finished collective, by finish time",
          kSmallChunk,
          0,
          {{"collective", kU32, "1", "row of /meta/collectives"},
           {"start", kI64, "ps", "when its first operation started"},
           {"finish", kI64, "ps", "when its last operation finished"},
           {"time", kI64, "ps", "finish - start"},
           {"algbw", kF64, "B/s", "bytes / time, as nccl-tests has it"},
           {"busbw", kF64, "B/s", "algbw x bus factor, as nccl-tests has it"}}};
}

TableSpec steps_spec() {
  return {"/steps",
          "one row per training step and rank",
          kSmallChunk,
          0,
          {{"step", kU32, "1", "number of the step"},
           {"job", kU16, "1", "row of /meta/jobs"},
           {"rank", kU32, "1", "row of /meta/ranks"},
           {"start", kI64, "ps", "start of the rank's part"},
           {"finish", kI64, "ps", "end of the rank's part"},
           {"compute", kI64, "ps", "time spent computing"},
           {"exposed", kI64, "ps", "finish - start - compute: communication not hidden, and waiting"},
           {"exposed_tensor", kI64, "ps", "of it, waiting for the tensor-parallel group"},
           {"exposed_pipeline", kI64, "ps", "of it, activations and gradients of other stages on their way"},
           {"exposed_data", kI64, "ps", "of it, waiting for gradients or parameters of the replicas"},
           {"exposed_expert", kI64, "ps", "of it, waiting for tokens on their way to and from experts"},
           {"exposed_context", kI64, "ps", "of it, waiting for keys and values of the sequence's other parts"},
           {"bubble", kI64, "ps", "of it, the rest: nothing to work on"}}};
}

TableSpec requests_spec() {
  const std::string never = "; -1: never came";
  const std::string none = "; -1: unfinished or one token";
  return {"/requests",
          "one row per inference request, by finish time; unfinished ones last",
          kSmallChunk,
          0,
          {{"id", kU32, "1", "number of the request within its job"},
           {"job", kU16, "1", "row of /meta/jobs"},
           {"prefill_instance", kU16, "1", "instance that ran the prefill"},
           {"decode_instance", kU16, "1", "instance that ran the decode"},
           {"prompt_tokens", kU32, "1", "tokens of the prompt"},
           {"output_tokens", kU32, "1", "tokens generated"},
           {"kv_bytes", kI64, "B", "KV cache moved to the decode instance"},
           {"arrival", kI64, "ps", "arrival"},
           {"prefill_start", kI64, "ps", "start of the prefill" + never},
           {"prefill_end", kI64, "ps", "end of the prefill" + never},
           {"kv_done", kI64, "ps", "end of the KV-cache transfer" + never},
           {"first_token", kI64, "ps", "first output token" + never},
           {"finish", kI64, "ps", "last output token" + never},
           {"ttft", kI64, "ps", "time to first token: first_token - arrival" + never},
           {"tpot", kI64, "ps",
            "time per output token after the first: (finish - first_token) / (output_tokens - 1), rounded to the nearest ps; -1: "
            "unfinished or one token"},
           {"e2e", kI64, "ps", "end to end: finish - arrival" + never},
           {"cached_tokens", kU32, "1", "tokens of the prompt found in the prefix cache when the prefill started"},
           {"preemptions", kU32, "1", "times the request lost its KV cache and was computed again"},
           {"itl_p50", kI64, "ps", "inter-token latency: median gap between two tokens of the request" + none},
           {"itl_p99", kI64, "ps", "99th percentile of these gaps, nearest rank" + none},
           {"itl_max", kI64, "ps", "longest of these gaps" + none},
           {"within_slo", ElementType::u8, "1", "0: missed a target of its job, 1: met all, 2: no targets, or unfinished"}}};
}

TableSpec events_spec() {
  return {"/events",
          "faults, route changes, timeouts and stalls, by time",
          kSmallChunk,
          0,
          {{"time", kI64, "ps", "when"},
           {"kind", ElementType::u8, "1", "0 link_down, 1 link_up, 2 reroute, 3 timeout, 4 pfc_storm, 5 stall"},
           {"link", kU32, "1", "row of /meta/fabric/links; 4294967295: none"},
           {"detail", kU64, "1", "timeout: number of the message"}}};
}

TableSpec packets_spec(int compression) {
  return {"/packets/samples",
          "every n-th delivered data packet, as the probes ask",
          kPacketChunk,
          compression,
          {{"time", kI64, "ps", "delivery"},
           {"latency", kI64, "ps", "NIC to NIC"},
           {"flow", kU64, "1", "number of the message, /flows/id"},
           {"sequence", kU32, "1", "number of the packet within its QP"}}};
}

}  // namespace

TraceTables::TraceTables(std::uint64_t link_count, int compression)
    : flows(flows_spec(compression)),
      links(links_spec(std::max<std::uint64_t>(link_count, 1), compression)),
      collectives(collectives_spec()),
      steps(steps_spec()),
      requests(requests_spec()),
      events(events_spec()),
      packets(packets_spec(compression)) {}

Status TraceTables::checkpoint(hdf5::File& file, bool last) {
  Status done = Done{};
  for (TraceTable* table : all())
    if (done) done = table->write_tail(file, last);
  if (done) done = file.flush();
  // Only rows that a finished flush made safe are counted. The counters are data, not structure: they go to disk at once.
  for (TraceTable* table : all())
    if (done) done = table->commit(file);
  return done;
}

}  // namespace eastwest
