// SPDX-License-Identifier: Apache-2.0
// Job kind `simai_workload`: training or communication as a SimAI/AICB workload text describes it, played by every rank.
//
// Ranks: tensor-parallel index fastest, then data-parallel, then pipeline stage: rank = i + t (j + d k), with t and p from the
// header (or the parameters), d = ranks / (t p). Groups: TP = the t neighbours, DP = the d replicas, EP = blocks of `ep` replicas of
// one tensor index, DP_EP = the same position in all blocks. A rank computes and communicates row by row: forward passes in order,
// each waiting for its communication; then backward from the last row: input gradient, its communication, weight gradient. The
// weight gradients' communication runs beside, one operation after the other as on one stream, followed by the update time; the next
// iteration's forward pass of a row waits for it. With HYBRID_TRANSFORMER the input gradient's communication runs beside the weight
// gradient's computation. A row in `checkpoint_initiates` first repeats the forward passes from the last checkpoint to the row before.
// MICRO: the weight gradients' communication of each row, one after the other. An iteration ends with a marker (a step).
// AICB's log of a physical run is played in the same way as MICRO.
// Source: SimAI astra-sim/workload/Workload.cc. LIMITATIONS: pipeline stages run side by side, nothing is sent between them.
#include <algorithm>
#include <numeric>

#include "workloads/imports/job_file.hpp"
#include "workloads/imports/simai_text.hpp"

namespace eastwest {

namespace {

using Pass = SimaiWorkload::Pass;
using Operations = std::vector<OperationId>;  // one per rank

std::vector<ParameterSpec> simai_parameters() {
  std::vector<ParameterSpec> list{
      file_parameter("workload text of SimAI or AICB, or AICB's log of a run, relative to the scenario"),
      {.name = "iterations",
       .default_text = "1",
       .minimum = 1,
       .maximum = 10'000,
       .meaning = "how often the rows are run",
       .source = "SimAI"},
      {.name = "tensor_parallel",
       .default_text = "0",
       .minimum = 0,
       .maximum = 1 << 20,
       .meaning = "ranks of a tensor-parallel group; 0: model_parallel_NPU_group of the file, else 1",
       .source = "the file's header"},
      {.name = "pipeline_parallel",
       .default_text = "0",
       .minimum = 0,
       .maximum = 1 << 20,
       .meaning = "pipeline stages; 0: pp of the file, else 1",
       .source = "the file's header"},
      {.name = "expert_parallel",
       .default_text = "0",
       .minimum = 0,
       .maximum = 1 << 20,
       .meaning = "ranks of an expert group; 0: ep of the file, else 1",
       .source = "the file's header"},
      check_counts_parameter("whether a number of rows that differs from the file's own count is an error, not a warning"),
  };
  append_algorithm_parameters(list);
  return list;
}

/// The groups of a job's ranks.
struct RankGroups {
  std::vector<RankGroup> tensor, data, expert, data_expert, all;
  [[nodiscard]] const std::vector<RankGroup>& of(SimaiWorkload::Group group) const {
    switch (group) {
      case SimaiWorkload::Group::tensor: return tensor;
      case SimaiWorkload::Group::data: return data;
      case SimaiWorkload::Group::expert: return expert;
      case SimaiWorkload::Group::data_expert: return data_expert;
      case SimaiWorkload::Group::all: return all;
    }
    return tensor;
  }
};

RankGroups make_groups(std::uint32_t t, std::uint32_t d, std::uint32_t p, std::uint32_t e) {
  RankGroups groups;
  groups.all.emplace_back(std::size_t{t} * d * p);
  std::iota(groups.all[0].begin(), groups.all[0].end(), 0u);
  const auto rank = [&](std::uint32_t i, std::uint32_t j, std::uint32_t k) { return i + t * (j + d * k); };
  for (std::uint32_t k = 0; k < p; ++k) {
    for (std::uint32_t j = 0; j < d; ++j) {
      groups.tensor.emplace_back();
      for (std::uint32_t i = 0; i < t; ++i) groups.tensor.back().push_back(rank(i, j, k));
    }
    for (std::uint32_t i = 0; i < t; ++i) {
      groups.data.emplace_back();
      for (std::uint32_t j = 0; j < d; ++j) groups.data.back().push_back(rank(i, j, k));
      for (std::uint32_t block = 0; block < d / e; ++block) {
        groups.expert.emplace_back();
        for (std::uint32_t j = 0; j < e; ++j) groups.expert.back().push_back(rank(i, block * e + j, k));
      }
      for (std::uint32_t j = 0; j < e; ++j) {
        groups.data_expert.emplace_back();
        for (std::uint32_t block = 0; block < d / e; ++block) groups.data_expert.back().push_back(rank(i, block * e + j, k));
      }
    }
  }
  return groups;
}

class SimaiSchedule {
 public:
  SimaiSchedule(const SimaiWorkload& workload, RankGroups groups, const ParameterSet& parameters, const JobContext& context,
                ScheduleBuilder& builder)
      : workload_(workload),
        groups_(std::move(groups)),
        context_(context),
        builder_(builder),
        collectives_(parameters, context, builder),
        chain_(context.gpus.size()),
        stream_(context.gpus.size()),
        reduced_(workload.rows.size()) {}

  Status append(std::int64_t iterations) {
    for (std::int64_t i = 0; i < iterations; ++i) {
      suffix_ = iterations > 1 ? ", iteration " + std::to_string(i) : "";
      if (Status done = iterate(); !done) return done;
      for (std::size_t rank = 0; rank < chain_.size(); ++rank) {
        const OperationId marker = builder_.marker(context_.rank(rank), static_cast<std::uint32_t>(i));
        builder_.depend(marker, chain_[rank]);
        if (stream_[rank] != chain_[rank]) builder_.depend(marker, stream_[rank]);
        chain_[rank] = marker;
      }
    }
    return Done{};
  }

 private:
  Status iterate() {
    const std::size_t rows = workload_.rows.size();
    if (workload_.policy == SimaiWorkload::Policy::micro) {
      for (std::size_t r = 0; r < rows; ++r) {
        compute(workload_.rows[r].weight_gradient.compute);
        if (Status done = communicate(r, workload_.rows[r].weight_gradient, "", chain_); !done) return done;
      }
      return Done{};
    }
    for (std::size_t r = 0; r < rows; ++r)
      if (Status done = forward(r, "forward"); !done) return done;
    if (workload_.policy == SimaiWorkload::Policy::forward) return Done{};
    for (std::size_t r = rows; r-- > 0;)
      if (Status done = backward(r); !done) return done;
    return Done{};
  }

  Status forward(std::size_t r, const char* what) {
    for (std::size_t rank = 0; !reduced_[r].empty() && rank < chain_.size(); ++rank) wait(chain_[rank], rank, reduced_[r][rank]);
    reduced_[r].clear();
    compute(workload_.rows[r].forward.compute);
    return communicate(r, workload_.rows[r].forward, what, chain_);
  }

  Status backward(std::size_t r) {
    const SimaiWorkload::Row& row = workload_.rows[r];
    const auto row_number = static_cast<std::int64_t>(r);
    if (std::find(workload_.checkpoint_initiates.begin(), workload_.checkpoint_initiates.end(), row_number) !=
        workload_.checkpoint_initiates.end()) {
      std::int64_t from = 0;
      for (const std::int64_t kept : workload_.checkpoints)
        if (kept <= row_number) from = std::max(from, kept);
      for (std::int64_t again = from; again < row_number; ++again)
        if (Status done = forward(static_cast<std::size_t>(again), "forward again"); !done) return done;
    }
    compute(row.input_gradient.compute);
    Operations beside = chain_;
    const bool overlapped = workload_.policy == SimaiWorkload::Policy::overlapped;
    if (Status done = communicate(r, row.input_gradient, "input gradient", overlapped ? beside : chain_); !done) return done;
    compute(row.weight_gradient.compute);
    if (row.weight_gradient.operation) {
      for (std::size_t rank = 0; rank < stream_.size(); ++rank) wait(stream_[rank], rank, chain_[rank]);
      if (Status done = communicate(r, row.weight_gradient, "weight gradient", stream_); !done) return done;
      reduced_[r] = stream_;
      if (row.update.ps > 0)
        for (std::size_t rank = 0; rank < stream_.size(); ++rank) reduced_[r][rank] = compute_after(rank, row.update, stream_[rank]);
    }
    for (std::size_t rank = 0; overlapped && rank < chain_.size(); ++rank) wait(chain_[rank], rank, beside[rank]);
    return Done{};
  }

  OperationId compute_after(std::size_t rank, Duration time, OperationId earlier) {
    const OperationId operation = builder_.compute(context_.rank(rank), time);
    builder_.depend(operation, earlier);
    return operation;
  }

  void compute(Duration time) {
    if (time.ps == 0) return;
    for (std::size_t rank = 0; rank < chain_.size(); ++rank) chain_[rank] = compute_after(rank, time, chain_[rank]);
  }

  /// `operation` goes on only when `other` is over as well.
  void wait(OperationId& operation, std::size_t rank, OperationId other) {
    if (!other.exists() || operation == other) return;
    if (!operation.exists()) {
      operation = other;
      return;
    }
    const OperationId both = compute_after(rank, {}, operation);
    builder_.depend(both, other);
    operation = both;
  }

  Status communicate(std::size_t r, const Pass& pass, const std::string& what, Operations& frontier) {
    if (!pass.operation) return Done{};
    const std::string name = "row " + std::to_string(r) + " " + what + (what.empty() ? "" : " ") + workload_.rows[r].name + suffix_;
    return collectives_.append(*pass.operation, groups_.of(pass.group), pass.bytes, name, frontier);
  }

  const SimaiWorkload& workload_;
  RankGroups groups_;
  const JobContext& context_;
  ScheduleBuilder& builder_;
  GroupCollectives collectives_;
  Operations chain_;                 // what a rank does one after the other
  Operations stream_;                // the weight gradients' communication
  std::vector<Operations> reduced_;  // per row: its weight gradient is reduced and applied; empty: nothing to wait for
  std::string suffix_;
};

bool uses_experts(const SimaiWorkload& workload) {
  return std::any_of(workload.rows.begin(), workload.rows.end(), [](const SimaiWorkload::Row& row) {
    for (const Pass* pass : {&row.forward, &row.input_gradient, &row.weight_gradient})
      if (pass->operation && (pass->group == SimaiWorkload::Group::expert || pass->group == SimaiWorkload::Group::data_expert)) return true;
    return false;
  });
}

void append_simai(const ParameterSet& parameters, const JobContext& context, ScheduleBuilder& schedule, std::vector<Driver>&,
                  Diagnostics& diagnostics) {
  const auto file = read_job_file(parameters, context, "a workload text of SimAI or AICB", diagnostics);
  if (!file) return;
  InputErrors errors(file->path, file->text, diagnostics);
  const SimaiWorkload workload = file->text.starts_with("[rank")
                                     ? read_aicb_log(file->text, errors)
                                     : read_simai_workload(file->text, parameters.boolean("check_counts"), errors);
  errors.finish();
  if (errors.any()) return;
  const auto chosen = [&](std::string_view name, std::int64_t given) {
    return parameters.integer(name) > 0 ? parameters.integer(name) : given;
  };
  const std::int64_t t = chosen("tensor_parallel", workload.tensor);
  const std::int64_t p = chosen("pipeline_parallel", workload.pipeline);
  std::int64_t e = chosen("expert_parallel", workload.expert);
  const auto ranks = static_cast<std::int64_t>(context.gpus.size());
  if (ranks % (t * p) != 0) {
    diagnostics.error(context.place,
                      "job `" + context.name + "` has " + std::to_string(ranks) +
                          " ranks, not a multiple of `tensor_parallel` x `pipeline_parallel` = " + std::to_string(t) + " x " +
                          std::to_string(p),
                      "set `ranks`, or the two parameters, which stand for the file's header");
    return;
  }
  const std::int64_t d = ranks / (t * p);
  if (!uses_experts(workload)) e = 1;
  if (d % e != 0) {
    diagnostics.error(
        context.place,
        "the " + std::to_string(d) + " replicas of job `" + context.name + "` do not make expert groups of " + std::to_string(e),
        "set `expert_parallel` or `ranks`");
    return;
  }
  if (workload.all_gpus > 0 && workload.all_gpus != ranks)
    diagnostics.warning(context.place,
                        "the `file` of job `" + context.name + "` was written for " + std::to_string(workload.all_gpus) +
                            " GPUs and runs on " + std::to_string(ranks) + ": sizes stay as written, groups are " + std::to_string(t) +
                            " tensor x " + std::to_string(d) + " data x " + std::to_string(p) + " pipeline",
                        "run it on as many as it names, or take the result for what it is");
  if (p > 1 && workload.pipeline_bytes > 0)
    diagnostics.warning(context.place,
                        "the stages of job `" + context.name + "` run side by side; the file's pp_comm is not sent between them",
                        "kind `training` models pipelines");
  schedule.begin_job(context.job, context.traffic_class);
  const Status done = SimaiSchedule(workload,
                                    make_groups(static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(d), static_cast<std::uint32_t>(p),
                                                static_cast<std::uint32_t>(e)),
                                    parameters, context, schedule)
                          .append(parameters.integer("iterations"));
  if (!done) diagnostics.error(context.place, "job `" + context.name + "`: " + done.error().message, done.error().remedy);
}

}  // namespace

extern const JobKind kind_job_simai_workload{
    .name = "simai_workload",
    .summary = "Training or communication as a workload text of SimAI or AICB describes it, layer by layer.",
    .source = "Wang et al., SimAI, NSDI 2025",
    .parameters = simai_parameters,
    .append = append_simai,
};

}  // namespace eastwest
