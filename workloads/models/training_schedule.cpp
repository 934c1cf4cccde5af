// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/training_schedule.hpp"

#include <algorithm>
#include <utility>

#include "workloads/models/pipeline_order.hpp"

namespace eastwest {

namespace {

using Operations = std::vector<OperationId>;

/// The reduction of one data-parallel group: who, where, and the plans made for it (by bucket size).
struct GradientReduction {
  std::vector<RankId> ranks;
  std::vector<GpuId> gpus;
  std::vector<std::uint32_t> hosts;
  const CollectiveKind* kind = nullptr;  // none: the group is inside one host, one fused operation
  struct PlanOfSize {
    std::int64_t bytes;
    CollectivePlan plan;
    Duration bound;
  };
  std::vector<PlanOfSize> plans;  // two sizes at most: full buckets and the last
};

class TrainingBuilder {
 public:
  TrainingBuilder(const TrainingSettings& settings, DataParallelAlgorithm algorithm, const JobContext& context, ScheduleBuilder& schedule)
      : settings_(settings),
        algorithm_(algorithm),
        context_(context),
        schedule_(schedule),
        t_(static_cast<std::size_t>(settings.tensor_parallel)),
        d_(static_cast<std::size_t>(settings.data_parallel)),
        p_(static_cast<std::size_t>(settings.pipeline_parallel)),
        m_(static_cast<std::size_t>(settings.micro_batches())) {
    for (std::size_t stage = 0; stage < p_; ++stage) {
      costs_.push_back(stage_cost(settings, static_cast<std::int64_t>(stage)));
      buckets_.push_back(gradient_buckets(settings, costs_.back()));
    }
    markers_.resize(t_ * d_ * p_);
  }

  Status append() {
    for (std::uint32_t step = 0; step < static_cast<std::uint32_t>(settings_.steps); ++step) {
      make_transfers();
      for (std::size_t stage = 0; stage < p_; ++stage) {
        ready_.assign(d_ * t_, {});
        chains_.assign(d_, {});
        for (std::size_t replica = 0; replica < d_; ++replica) run_stage(stage, replica);
        for (std::size_t shard = 0; shard < t_; ++shard)
          if (Status done = finish_step(step, stage, shard); !done) return done;
      }
    }
    return Done{};
  }

 private:
  [[nodiscard]] std::size_t index_of(std::size_t stage, std::size_t replica, std::size_t shard) const {
    return shard + t_ * (replica + d_ * stage);
  }
  [[nodiscard]] RankId rank_of(std::size_t stage, std::size_t replica, std::size_t shard) const {
    return context_.rank(index_of(stage, replica, shard));
  }

  /// All messages between stages of one step; `boundary` b lies between stages b and b + 1.
  void make_transfers() {
    const std::int64_t t = settings_.tensor_parallel;
    const Bytes share{(settings_.activation_bytes().count + t - 1) / t};
    activations_.clear();
    gradients_.clear();
    for (std::size_t boundary = 0; boundary + 1 < p_; ++boundary)
      for (std::size_t replica = 0; replica < d_; ++replica)
        for (std::size_t shard = 0; shard < t_; ++shard)
          for (std::size_t micro = 0; micro < m_; ++micro) {
            const std::size_t early = index_of(boundary, replica, shard);
            const std::size_t late = index_of(boundary + 1, replica, shard);
            activations_.push_back(schedule_.transfer(context_.rank(early), context_.rank(late), share));
            gradients_.push_back(schedule_.transfer(context_.rank(late), context_.rank(early), share));
            schedule_.depend(activations_.back().receive, markers_[late]);
            schedule_.depend(gradients_.back().receive, markers_[early]);
          }
  }
  [[nodiscard]] std::size_t transfer_index(std::size_t boundary, std::size_t replica, std::size_t shard, std::size_t micro) const {
    return micro + m_ * index_of(boundary, replica, shard);
  }

  /// A fused operation of the tensor-parallel group that `chain` belongs to; every member goes on from it.
  void exchange(std::size_t stage, std::size_t replica, Bytes bytes, Duration latency, Operations& chain) {
    FusedGroup group;
    for (std::size_t shard = 0; shard < t_; ++shard) group.members.push_back(rank_of(stage, replica, shard));
    group.latency = latency;
    const Operations fused = schedule_.fused(std::move(group), bytes);
    for (std::size_t shard = 0; shard < t_; ++shard) {
      schedule_.depend(fused[shard], chain[shard]);
      chain[shard] = fused[shard];
    }
  }

  void run_pass(std::size_t stage, std::size_t replica, const PipelinePass& pass, Operations& chain) {
    const std::vector<LayerGroup>& groups = costs_[stage].groups;
    const bool receives = pass.forward ? stage > 0 : stage + 1 < p_;
    const bool sends = pass.forward ? stage + 1 < p_ : stage > 0;
    const std::vector<ScheduleBuilder::Transfer>& transfers = pass.forward ? activations_ : gradients_;
    Operations arrived(t_);
    if (receives)
      for (std::size_t shard = 0; shard < t_; ++shard)
        arrived[shard] = transfers[transfer_index(pass.forward ? stage - 1 : stage, replica, shard, pass.micro_batch)].receive;
    if (receives && t_ > 1) {
      const std::int64_t message = settings_.activation_bytes().count;
      exchange(stage, replica, Bytes{message - message / settings_.tensor_parallel}, settings_.scale_up_latency, chain);
      for (std::size_t shard = 0; shard < t_; ++shard) schedule_.depend(chain[shard], arrived[shard]);
      std::fill(arrived.begin(), arrived.end(), OperationId{});
    }
    const bool last_backward = !pass.forward && pass.micro_batch + 1 == m_;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::size_t g = pass.forward ? i : groups.size() - 1 - i;
      const GroupPass& work = pass.forward ? groups[g].forward : groups[g].backward;
      for (std::size_t shard = 0; shard < t_; ++shard) {
        const OperationId compute = schedule_.compute(rank_of(stage, replica, shard), work.compute);
        schedule_.depend(compute, chain[shard]);
        if (i == 0) schedule_.depend(compute, arrived[shard]);
        chain[shard] = compute;
        if (last_backward) ready_[replica * t_ + shard].push_back(compute);  // groups from last to first
      }
      if (work.exchanged_per_port.count > 0) exchange(stage, replica, work.exchanged_per_port, work.exchange_latency, chain);
    }
    if (sends)
      for (std::size_t shard = 0; shard < t_; ++shard)
        schedule_.depend(transfers[transfer_index(pass.forward ? stage : stage - 1, replica, shard, pass.micro_batch)].send, chain[shard]);
  }

  void run_stage(std::size_t stage, std::size_t replica) {
    Operations chain(t_);
    for (std::size_t shard = 0; shard < t_; ++shard) chain[shard] = markers_[index_of(stage, replica, shard)];
    for (const PipelinePass& pass :
         pipeline_order(static_cast<std::uint32_t>(stage), static_cast<std::uint32_t>(p_), static_cast<std::uint32_t>(m_)))
      run_pass(stage, replica, pass, chain);
    chains_[replica] = std::move(chain);
  }

  GradientReduction make_reduction(std::size_t stage, std::size_t shard) const {
    GradientReduction reduction;
    std::vector<std::uint32_t> distinct;
    for (std::size_t replica = 0; replica < d_; ++replica) {
      const std::size_t index = index_of(stage, replica, shard);
      reduction.ranks.push_back(context_.rank(index));
      reduction.gpus.push_back(context_.gpus[index]);
      reduction.hosts.push_back(context_.fabric.host_of_gpu(context_.gpus[index]));
    }
    distinct = reduction.hosts;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const bool one_host = distinct.size() == 1;
    const bool hierarchical =
        algorithm_ == DataParallelAlgorithm::hierarchical || (algorithm_ == DataParallelAlgorithm::automatic && distinct.size() < d_);
    if (one_host && algorithm_ != DataParallelAlgorithm::ring) return reduction;
    reduction.kind = find_collective_kind(hierarchical ? "hierarchical_all_reduce" : "ring_all_reduce");
    EASTWEST_CHECK(reduction.kind != nullptr, "the all-reduce that training uses is not in the list of collectives");
    return reduction;
  }

  std::uint32_t make_label(const GradientReduction& reduction, const CollectiveRequest& request, Duration bound, const std::string& name) {
    if (reduction.kind != nullptr) return schedule_.collective(describe_collective(*reduction.kind, request, name, context_.job, bound));
    Collective record;
    record.name = name;
    record.algorithm = "scale_up";
    record.operation = to_string(CollectiveOperation::all_reduce);
    record.job = context_.job;
    record.ranks = static_cast<std::uint32_t>(d_);
    record.bytes = request.bytes;
    record.bus_factor = bus_factor(CollectiveOperation::all_reduce, record.ranks);
    record.lower_bound = bound;
    return schedule_.collective(std::move(record));
  }

  Result<CollectiveEnds> reduce(GradientReduction& reduction, CollectiveRequest& request, const std::string& name) {
    if (reduction.kind == nullptr) {
      const auto n = static_cast<std::int64_t>(d_);
      const Bytes per_port{2 * (n - 1) * ((request.bytes.count + n - 1) / n)};
      const Host& host = context_.fabric.hosts[reduction.hosts.front()];
      request.label = make_label(reduction, request, serialisation(per_port, host.scale_up_rate), name);
      Operations fused = schedule_.fused({reduction.ranks, settings_.scale_up_latency * 2}, per_port, request.label);
      for (std::size_t replica = 0; replica < d_; ++replica) schedule_.depend(fused[replica], request.after[replica]);
      return CollectiveEnds{std::move(fused)};
    }
    auto made =
        std::find_if(reduction.plans.begin(), reduction.plans.end(), [&](const auto& plan) { return plan.bytes == request.bytes.count; });
    if (made == reduction.plans.end()) {
      Result<CollectivePlan> plan = reduction.kind->plan(request);
      if (!plan) return plan.error();
      const Duration bound = lower_bound(*plan, context_.fabric, reduction.gpus);
      reduction.plans.push_back({request.bytes.count, std::move(*plan), bound});
      made = reduction.plans.end() - 1;
    }
    request.label = make_label(reduction, request, made->bound, name);
    return append_plan(made->plan, request, schedule_);
  }

  /// Gradient buckets, optimiser and marker of the ranks (stage, all replicas, shard).
  Status finish_step(std::uint32_t step, std::size_t stage, std::size_t shard) {
    Operations reduced(d_);
    if (d_ > 1) {
      GradientReduction reduction = make_reduction(stage, shard);
      const std::vector<GradientBucket>& buckets = buckets_[stage];
      for (std::size_t b = 0; b < buckets.size(); ++b) {
        Operations after(d_);
        for (std::size_t replica = 0; replica < d_; ++replica) {
          const Operations& passes = ready_[replica * t_ + shard];
          const OperationId gradient = settings_.overlap ? passes[passes.size() - 1 - buckets[b].ready_after] : chains_[replica][shard];
          after[replica] = gradient;
          if (b == 0) continue;
          // Joins the last gradient and the bucket before: one communication stream per rank.
          after[replica] = schedule_.compute(reduction.ranks[replica], Duration{});
          schedule_.depend(after[replica], gradient);
          schedule_.depend(after[replica], reduced[replica]);
        }
        CollectiveRequest request;
        request.ranks = reduction.ranks;
        request.rank_host = reduction.hosts;
        request.bytes = buckets[b].bytes;
        request.after = after;
        request.fused = true;
        request.scale_up_latency = settings_.scale_up_latency;
        std::string name = "gradient bucket " + std::to_string(b) + ", shard " + std::to_string(shard);
        if (p_ > 1) name += ", stage " + std::to_string(stage);
        if (settings_.steps > 1) name += ", step " + std::to_string(step);
        Result<CollectiveEnds> ends = reduce(reduction, request, name);
        if (!ends) return ends.error();
        reduced = std::move(ends->last);
      }
    }
    for (std::size_t replica = 0; replica < d_; ++replica) {
      const RankId rank = rank_of(stage, replica, shard);
      const OperationId optimizer = schedule_.compute(rank, costs_[stage].optimizer);
      schedule_.depend(optimizer, chains_[replica][shard]);
      schedule_.depend(optimizer, reduced[replica]);
      const OperationId marker = schedule_.marker(rank, step);
      schedule_.depend(marker, optimizer);
      markers_[index_of(stage, replica, shard)] = marker;
    }
    return Done{};
  }

  const TrainingSettings& settings_;
  DataParallelAlgorithm algorithm_;
  const JobContext& context_;
  ScheduleBuilder& schedule_;
  std::size_t t_;
  std::size_t d_;
  std::size_t p_;
  std::size_t m_;
  std::vector<StageCost> costs_;
  std::vector<std::vector<GradientBucket>> buckets_;
  std::vector<ScheduleBuilder::Transfer> activations_;
  std::vector<ScheduleBuilder::Transfer> gradients_;
  std::vector<Operations> ready_;   // per replica and shard of the stage: backward compute of the last micro-batch
  std::vector<Operations> chains_;  // per replica of the stage: where each shard's pass ended
  Operations markers_;              // per rank: end of the step before
};

}  // namespace

Status append_training(const TrainingSettings& settings, DataParallelAlgorithm algorithm, const JobContext& context,
                       ScheduleBuilder& schedule) {
  return TrainingBuilder(settings, algorithm, context, schedule).append();
}

}  // namespace eastwest
