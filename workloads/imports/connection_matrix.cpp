// SPDX-License-Identifier: Apache-2.0
// Job kind `connection_matrix`: the flows and triggers of an htsim `.cm` file; node n is rank n.
//
// A flow waits for its start or its trigger. A trigger fires on the rank that saw the flow end: the sender (send_done) or the receiver
// (recv_done). Where it starts a flow of that rank it costs nothing, as in htsim; where it starts a flow of another rank, the news
// travels as a message of one byte. A multishot trigger starts its flows in the order of the file, for the flows that fire it in theirs.
// Source: see connection_matrix_text.hpp. LIMITATIONS: all flows share one record.
#include <algorithm>

#include "workloads/collectives/load_bound.hpp"
#include "workloads/imports/connection_matrix_text.hpp"
#include "workloads/imports/job_file.hpp"

namespace eastwest {

namespace {

std::vector<ParameterSpec> matrix_parameters() {
  return {
      file_parameter("connection matrix of htsim (`.cm`), relative to the scenario"),
      {.name = "endless_size",
       .dimension = Dimension::bytes,
       .default_text = "0 B",
       .minimum = 0,
       .maximum = 1e15,
       .meaning = "bytes of flows of size 0, which htsim never ends; 0 B: such a file is refused",
       .source = "user"},
      check_counts_parameter("whether wrong counts in the header, or triggers that are not declared, are errors, not warnings"),
  };
}

class MatrixSchedule {
 public:
  MatrixSchedule(const ConnectionMatrix& matrix, const JobContext& context, ScheduleBuilder& builder)
      : matrix_(matrix), context_(context), builder_(builder) {}

  void append() {
    const std::uint32_t label = builder_.collective(record());
    for (const ConnectionMatrix::Flow& flow : matrix_.flows)
      transfers_.push_back(builder_.transfer(context_.rank(flow.from), context_.rank(flow.to), flow.bytes, label));
    for (std::size_t i = 0; i < matrix_.flows.size(); ++i)
      if (matrix_.flows[i].start.ps > 0) builder_.depend(transfers_[i].send, wait(matrix_.flows[i]));
    std::map<std::int64_t, std::vector<Firing>> firings;
    std::map<std::int64_t, std::vector<std::size_t>> waiting;
    for (std::size_t i = 0; i < matrix_.flows.size(); ++i) {
      const ConnectionMatrix::Flow& flow = matrix_.flows[i];
      if (flow.send_done != 0) firings[flow.send_done].push_back({flow.from, transfers_[i].send});
      if (flow.receive_done != 0) firings[flow.receive_done].push_back({flow.to, transfers_[i].receive});
      if (flow.trigger != 0) waiting[flow.trigger].push_back(i);
    }
    for (const auto& [id, flows] : waiting) {
      const bool one_each = matrix_.triggers.at(id).kind == ConnectionMatrix::TriggerKind::multishot;
      for (std::size_t k = 0; k < flows.size(); ++k)
        for (std::size_t f = 0; f < firings[id].size(); ++f)
          if (!one_each || f == k) start_after(flows[k], firings[id][f]);
    }
  }

  [[nodiscard]] std::size_t signals() const { return signals_.size(); }

 private:
  struct Firing {
    std::uint32_t rank = 0;
    OperationId end;
  };

  Collective record() const {
    LoadBound load(context_.fabric, context_.gpus);
    std::vector<std::int64_t> sent(context_.gpus.size());
    std::vector<std::int64_t> received(context_.gpus.size());
    for (const ConnectionMatrix::Flow& flow : matrix_.flows) {
      load.add_message(flow.from, flow.to, flow.bytes);
      sent[flow.from] += flow.bytes.count;
      received[flow.to] += flow.bytes.count;
    }
    return {.name = "connections",
            .algorithm = "connections",
            .operation = "point_to_point",
            .job = context_.job,
            .ranks = static_cast<std::uint32_t>(context_.gpus.size()),
            .bytes = {std::max(*std::max_element(sent.begin(), sent.end()), *std::max_element(received.begin(), received.end()))},
            .bus_factor = 1,
            .lower_bound = load.time(),
            .operations = 0};
  }

  /// One operation per rank and start.
  OperationId wait(const ConnectionMatrix::Flow& flow) {
    OperationId& known = waits_[{flow.from, flow.start.ps}];
    if (!known.exists()) known = builder_.compute(context_.rank(flow.from), flow.start);
    return known;
  }

  void start_after(std::size_t flow, const Firing& firing) {
    const std::uint32_t rank = matrix_.flows[flow].from;
    if (rank == firing.rank) return builder_.depend(transfers_[flow].send, firing.end);
    OperationId& news = signals_[{firing.end.value, rank}];
    if (!news.exists()) {
      const auto [send, receive] = builder_.transfer(context_.rank(firing.rank), context_.rank(rank), Bytes{1});
      builder_.depend(send, firing.end);
      news = receive;
    }
    builder_.depend(transfers_[flow].send, news);
  }

  const ConnectionMatrix& matrix_;
  const JobContext& context_;
  ScheduleBuilder& builder_;
  std::vector<ScheduleBuilder::Transfer> transfers_;
  std::map<std::pair<std::uint32_t, std::int64_t>, OperationId> waits_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, OperationId> signals_;  // end of a flow, rank that is told
};

/// Flows without end get the size that the user chose.
void settle_endless(ConnectionMatrix& matrix, Bytes chosen, InputErrors& errors) {
  for (ConnectionMatrix::Flow& flow : matrix.flows) {
    if (flow.bytes.count != 0) continue;
    if (chosen.count == 0)
      errors.error(flow.at, "the flow has size 0: htsim never ends it",
                   "give it a size, or set `endless_size`, such as `endless_size: 10 MB`");
    flow.bytes = chosen;
  }
}

void append_matrix(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
                   Diagnostics& diagnostics) {
  const auto file = read_job_file(parameters, context, "a connection matrix of htsim", diagnostics);
  if (!file) return;
  InputErrors errors(file->path, file->text, diagnostics);
  ConnectionMatrix matrix = read_connection_matrix(file->text, parameters.boolean("check_counts"), errors);
  if (!errors.any()) settle_endless(matrix, parameters.bytes("endless_size"), errors);
  errors.finish();
  if (errors.any() || !has_ranks(matrix.nodes, context, diagnostics)) return;
  schedule.begin_job(context.job, context.traffic_class);
  MatrixSchedule made(matrix, context, schedule);
  made.append();
  if (made.signals() > 0)
    diagnostics.warning(context.place,
                        "in job `" + context.name + "` " + std::to_string(made.signals()) +
                            " triggers start flows of another node; the news travels as messages of one byte, in htsim it takes no time",
                        "let a flow be triggered by one of its own node, with `recv_done_trigger` where it answers");
}

}  // namespace

extern const JobKind kind_job_connection_matrix{
    .name = "connection_matrix",
    .summary = "The flows and triggers of an htsim connection matrix (`.cm`).",
    .source = "csg-htsim, uet-htsim",
    .parameters = matrix_parameters,
    .append = append_matrix,
};

}  // namespace eastwest
