// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/training_schedule.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "workloads/models/training_passes.hpp"

namespace eastwest {

namespace {

constexpr std::int64_t kWeightBytes = 2;  // BF16

using Operations = std::vector<OperationId>;

class TrainingBuilder {
 public:
  TrainingBuilder(const TrainingSettings& settings, const JobContext& context, ScheduleBuilder& schedule)
      : settings_(settings),
        layout_(settings),
        schedule_(schedule),
        costs_(costs_of(settings)),
        passes_(settings_, layout_, costs_, context, schedule),
        markers_(layout_.ranks()) {
    for (const StageCost& cost : costs_) {
      buckets_.push_back(gradient_buckets(settings, cost));
      expert_buckets_.push_back(gradient_buckets(settings, cost, true));
    }
  }

  Status append() {
    for (std::uint32_t step = 0; step < static_cast<std::uint32_t>(settings_.steps); ++step) {
      passes_.begin_step(step, markers_);
      for (std::size_t stage = 0; stage < layout_.p; ++stage) {
        if (Status done = passes_.run_stage(stage, markers_); !done) return done;
        for (std::size_t shard = 0; shard < layout_.t; ++shard)
          if (Status done = finish_step(step, stage, shard); !done) return done;
      }
    }
    return Done{};
  }

 private:
  static std::vector<StageCost> costs_of(const TrainingSettings& settings) {
    std::vector<StageCost> costs;
    for (std::int64_t stage = 0; stage < settings.pipeline_parallel; ++stage) costs.push_back(stage_cost(settings, stage));
    return costs;
  }

  /// Replicas first, first + stride, ...: those of a group that reduces gradients.
  struct Holders {
    GroupCollective& group;
    std::size_t stage, shard, first, stride;
    const std::vector<GradientBucket>& buckets;
    const char* name;
  };
  [[nodiscard]] std::size_t slot(const Holders& holders, std::size_t i) const {
    return passes_.slot(holders.first + i * holders.stride, holders.shard);
  }

  /// Goes on from `done` (by member), one bucket after the other.
  Status reduce(const Holders& holders, std::size_t micro_batch, Operations& done) {
    const auto operation = settings_.zero == Zero::none ? CollectiveOperation::all_reduce : CollectiveOperation::reduce_scatter;
    for (std::size_t b = 0; b < holders.buckets.size(); ++b) {
      Operations after(holders.group.size());
      for (std::size_t i = 0; i < after.size(); ++i) {
        const std::size_t s = slot(holders, i);
        const Operations& ready = passes_.ready(micro_batch, s);
        const OperationId whole = micro_batch + 1 == layout_.m ? passes_.chain()[s] : ready.back();
        const OperationId gradient = settings_.overlap ? ready[ready.size() - 1 - holders.buckets[b].ready_after] : whole;
        after[i] = gradient;
        if (!done[i].exists()) continue;
        // Joins the last gradient and the bucket before: one communication stream per rank.
        after[i] = schedule_.compute(passes_.rank(holders.stage, s), Duration{});
        schedule_.depend(after[i], gradient);
        schedule_.depend(after[i], done[i]);
      }
      const std::string name = passes_.record_name(holders.name + std::to_string(b), holders.shard, holders.stage);
      const Bytes bytes{holders.buckets[b].elements * settings_.gradient_element};
      Result<Operations> ends = holders.group.append(operation, bytes, after, name, schedule_);
      if (!ends) return ends.error();
      done = std::move(*ends);
    }
    return Done{};
  }

  /// All micro-batches whose gradients go over the wire; by member, empty where there is nobody to reduce with.
  Result<Operations> reduce(const Holders& holders) {
    if (holders.group.size() < 2 || holders.buckets.empty()) return Operations{};
    Operations done(holders.group.size());
    const std::size_t first = settings_.zero == Zero::two ? 0 : layout_.m - 1;
    for (std::size_t micro = first; micro < layout_.m; ++micro)
      if (Status reduced = reduce(holders, micro, done); !reduced) return reduced.error();
    return done;
  }

  /// New weights for all, after the optimiser, which the chains have come to.
  Status gather(const Holders& holders) {
    if (holders.group.size() < 2 || holders.buckets.empty()) return Done{};
    Operations done(holders.group.size());
    for (std::size_t i = 0; i < done.size(); ++i) done[i] = updated_[holders.first + i * holders.stride];
    for (std::size_t b = holders.buckets.size(); b-- > 0;) {
      const std::string name = passes_.record_name("weights " + std::to_string(b), holders.shard, holders.stage);
      Result<Operations> ends =
          holders.group.append(CollectiveOperation::all_gather, Bytes{holders.buckets[b].elements * kWeightBytes}, done, name, schedule_);
      if (!ends) return ends.error();
      done = std::move(*ends);
    }
    for (std::size_t i = 0; i < done.size(); ++i) passes_.wait(Activity::data, holders.stage, slot(holders, i), done[i]);
    return Done{};
  }

  /// Gradient buckets, optimiser and marker of the ranks (stage, all replicas, shard).
  Status finish_step(std::uint32_t step, std::size_t stage, std::size_t shard) {
    std::vector<Holders> all{{passes_.weight_group(stage, shard), stage, shard, 0, 1, buckets_[stage], "gradient bucket "}};
    for (std::size_t first = 0; first < layout_.e && !expert_buckets_[stage].empty(); ++first)
      all.push_back({passes_.expert_weight_group(stage, shard, first), stage, shard, first, layout_.e, expert_buckets_[stage],
                     "expert gradient bucket "});
    if (settings_.zero == Zero::three) {
      for (std::size_t x = 0; x < layout_.replicas && layout_.replicas > 1; ++x)
        passes_.wait(Activity::data, stage, passes_.slot(x, shard), passes_.stream(passes_.slot(x, shard)));
    } else {
      // Both streams begin before either is waited for.
      std::vector<Operations> reduced;
      for (const Holders& holders : all) {
        Result<Operations> done = reduce(holders);
        if (!done) return done.error();
        reduced.push_back(std::move(*done));
      }
      for (std::size_t h = 0; h < all.size(); ++h)
        for (std::size_t i = 0; i < reduced[h].size(); ++i) passes_.wait(Activity::data, stage, slot(all[h], i), reduced[h][i]);
    }
    updated_.clear();
    for (std::size_t x = 0; x < layout_.replicas; ++x) {
      const std::size_t s = passes_.slot(x, shard);
      schedule_.begin_activity(Activity::compute);
      const OperationId optimizer = schedule_.compute(passes_.rank(stage, s), costs_[stage].optimizer);
      schedule_.begin_activity(Activity::none);
      schedule_.depend(optimizer, passes_.chain()[s]);
      passes_.chain()[s] = optimizer;
      updated_.push_back(optimizer);
    }
    if (settings_.zero == Zero::one || settings_.zero == Zero::two)
      for (const Holders& holders : all)
        if (Status done = gather(holders); !done) return done;
    for (std::size_t x = 0; x < layout_.replicas; ++x) {
      const std::size_t s = passes_.slot(x, shard);
      const OperationId marker = schedule_.marker(passes_.rank(stage, s), step);
      schedule_.depend(marker, passes_.chain()[s]);
      markers_[layout_.index(stage, x, shard)] = marker;
    }
    return Done{};
  }

  const TrainingSettings& settings_;
  TrainingLayout layout_;
  ScheduleBuilder& schedule_;
  std::vector<StageCost> costs_;
  std::vector<std::vector<GradientBucket>> buckets_, expert_buckets_;  // by stage
  TrainingPasses passes_;
  Operations markers_;  // per rank: end of the step before
  Operations updated_;  // by replica: its optimiser
};

}  // namespace

Status append_training(const TrainingSettings& settings, const JobContext& context, ScheduleBuilder& schedule) {
  return TrainingBuilder(settings, context, schedule).append();
}

}  // namespace eastwest
