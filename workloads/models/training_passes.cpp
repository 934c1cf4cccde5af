// SPDX-License-Identifier: Apache-2.0
#include "workloads/models/training_passes.hpp"

#include <algorithm>
#include <utility>

namespace eastwest {

namespace {

constexpr std::int64_t kWeightBytes = 2;  // BF16

}  // namespace

TrainingPasses::TrainingPasses(const TrainingSettings& settings, const TrainingLayout& layout, const std::vector<StageCost>& costs,
                               const JobContext& context, ScheduleBuilder& schedule)
    : settings_(settings),
      layout_(layout),
      costs_(costs),
      context_(context),
      schedule_(schedule),
      experts_(context, settings.expert_collectives),
      rails_(context, settings.expert_collectives),
      contexts_(context, settings.context_collectives),
      weights_(context, settings.data_collectives),
      expert_weights_(context, settings.data_collectives) {}

GroupCollective& TrainingPasses::weight_group(std::size_t stage, std::size_t shard) {
  return weights_.at(shard + layout_.t * stage, [&] { return layout_.group(stage, shard, 0, layout_.replicas); });
}

GroupCollective& TrainingPasses::expert_weight_group(std::size_t stage, std::size_t shard, std::size_t first) {
  return expert_weights_.at(shard + layout_.t * (first + layout_.e * stage),
                            [&] { return layout_.group(stage, shard, first, layout_.replicas / layout_.e, layout_.e); });
}

std::string TrainingPasses::record_name(const std::string& name, std::size_t shard, std::size_t stage) const {
  std::string text = name + ", shard " + std::to_string(shard);
  if (layout_.p > 1) text += ", stage " + std::to_string(stage);
  if (settings_.steps > 1) text += ", step " + std::to_string(step_);
  return text;
}

std::size_t TrainingPasses::transfer_index(std::size_t boundary, std::size_t slot, std::size_t micro) const {
  return micro + layout_.m * (slot + layout_.replicas * layout_.t * boundary);
}

void TrainingPasses::begin_step(std::uint32_t step, const Operations& markers) {
  step_ = step;
  const std::int64_t t = settings_.tensor_parallel;
  const Bytes share{(settings_.activation_bytes().count + t - 1) / t};
  const std::size_t slots = layout_.replicas * layout_.t;
  activations_.clear();
  gradients_.clear();
  // Boundary b lies between virtual stages b and b + 1, which stages b mod p and b + 1 mod p hold.
  for (std::size_t boundary = 0; boundary + 1 < layout_.p * layout_.v; ++boundary)
    for (std::size_t slot = 0; slot < slots; ++slot)
      for (std::size_t micro = 0; micro < layout_.m; ++micro) {
        const std::size_t early = slot + slots * (boundary % layout_.p);
        const std::size_t late = slot + slots * ((boundary + 1) % layout_.p);
        activations_.push_back(schedule_.transfer(context_.rank(early), context_.rank(late), share));
        gradients_.push_back(schedule_.transfer(context_.rank(late), context_.rank(early), share));
        schedule_.depend(activations_.back().receive, markers[late]);
        schedule_.depend(gradients_.back().receive, markers[early]);
      }
}

void TrainingPasses::wait(Activity activity, std::size_t stage, std::size_t slot, OperationId end) {
  schedule_.begin_activity(activity);
  const OperationId waited = schedule_.compute(rank(stage, slot), {});
  schedule_.begin_activity(Activity::none);
  schedule_.depend(waited, chain_[slot]);
  schedule_.depend(waited, end);
  chain_[slot] = waited;
}

/// Fused operations of the tensor-parallel groups; every member goes on from its own.
void TrainingPasses::tensor_exchange(const Block& block, Bytes bytes, Duration latency) {
  schedule_.begin_activity(Activity::tensor);
  for (std::size_t replica = block.first; replica < block.end; ++replica) {
    FusedGroup group;
    for (std::size_t shard = 0; shard < layout_.t; ++shard) group.members.push_back(rank(block.stage, slot(replica, shard)));
    group.latency = latency;
    const Operations fused = schedule_.fused(std::move(group), bytes);
    for (std::size_t shard = 0; shard < layout_.t; ++shard) {
      schedule_.depend(fused[shard], chain_[slot(replica, shard)]);
      chain_[slot(replica, shard)] = fused[shard];
    }
  }
  schedule_.begin_activity(Activity::none);
}

void TrainingPasses::receive(const Block& block, const PipelinePass& pass, std::size_t boundary) {
  const std::vector<ScheduleBuilder::Transfer>& transfers = pass.forward ? activations_ : gradients_;
  for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s)
    wait(Activity::pipeline, block.stage, s, transfers[transfer_index(boundary, s, pass.micro_batch)].receive);
  if (layout_.t == 1 || settings_.sequence_parallel) return;
  const std::int64_t message = settings_.activation_bytes().count;
  tensor_exchange(block, Bytes{message - message / settings_.tensor_parallel}, settings_.scale_up_latency);
}

namespace {

/// Members of an expert group by host, in their order; an error when hosts have different numbers of them.
Result<std::vector<std::vector<std::size_t>>> members_by_host(const JobContext& context, const std::vector<std::size_t>& members) {
  std::map<std::uint32_t, std::vector<std::size_t>> hosts;
  for (std::size_t i = 0; i < members.size(); ++i) hosts[context.fabric.host_of_gpu(context.gpus[members[i]])].push_back(i);
  std::vector<std::vector<std::size_t>> result;
  for (auto& [host, local] : hosts) {
    if (!result.empty() && local.size() != result.front().size())
      return Error{"`expert_nodes` needs as many ranks of an expert group on every host; the group of rank " +
                       std::to_string(members.front()) + " has " + std::to_string(result.front().size()) + " on one and " +
                       std::to_string(local.size()) + " on another",
                   "place the job on whole hosts, or leave `expert_nodes` out"};
    result.push_back(std::move(local));
  }
  return result;
}

}  // namespace

/// Along the rails one copy for each host, inside the hosts one for each expert; a combine goes back.
Status TrainingPasses::exchange_by_nodes(const Block& block, const PassPart& part) {
  const std::string name = "expert exchange " + std::to_string(exchanges_++);
  for (std::size_t first = block.first; first < block.end; first += layout_.e)
    for (std::size_t shard = 0; shard < layout_.t; ++shard) {
      const std::vector<std::size_t> members = layout_.group(block.stage, shard, first, layout_.e);
      const auto hosts = members_by_host(context_, members);
      if (!hosts) return hosts.error();
      const std::size_t local = hosts->front().size();
      const auto used = std::min({settings_.expert_nodes, static_cast<std::int64_t>(hosts->size()), settings_.model->experts_per_token});
      const Bytes along{part.exchange_bytes.count / settings_.model->experts_per_token * used};
      const auto on_rails = [&] {
        for (std::size_t l = 0; l < local && hosts->size() > 1; ++l) {
          std::vector<std::size_t> rail, slots;
          Operations after;
          for (const auto& host : *hosts) {
            rail.push_back(members[host[l]]);
            slots.push_back(slot(first + host[l], shard));
            after.push_back(chain_[slots.back()]);
          }
          GroupCollective& group = rails_.at(rail.front(), [&] { return rail; });
          Result<Operations> ends =
              group.append(CollectiveOperation::all_to_all, along, after, record_name(name, shard, block.stage), schedule_);
          if (!ends) return Status{ends.error()};
          for (std::size_t i = 0; i < slots.size(); ++i) wait(Activity::expert, block.stage, slots[i], (*ends)[i]);
        }
        return Status{Done{}};
      };
      const auto inside = [&] {
        schedule_.begin_activity(Activity::expert);
        for (const auto& host : *hosts) {
          if (local == 1) break;
          FusedGroup group;
          group.latency = settings_.scale_up_latency;
          for (const std::size_t i : host) group.members.push_back(context_.rank(members[i]));
          const Operations fused = schedule_.fused(
              std::move(group), Bytes{part.exchange_bytes.count - part.exchange_bytes.count / static_cast<std::int64_t>(local)});
          for (std::size_t i = 0; i < host.size(); ++i) {
            OperationId& chain = chain_[slot(first + host[i], shard)];
            schedule_.depend(fused[i], chain);
            chain = fused[i];
          }
        }
        schedule_.begin_activity(Activity::none);
      };
      if (part.exchange == PassExchange::expert_combine) inside();
      if (Status done = on_rails(); !done) return done;
      if (part.exchange == PassExchange::expert_dispatch) inside();
    }
  return Done{};
}

/// All-to-alls of experts, all-gathers and reduce-scatters of keys and values.
Status TrainingPasses::exchange_in_groups(const Block& block, const PassPart& part) {
  const bool experts = part.exchange == PassExchange::expert_dispatch || part.exchange == PassExchange::expert_combine;
  if (experts && settings_.expert_nodes > 0) return exchange_by_nodes(block, part);
  const std::size_t count = experts ? layout_.e : layout_.c;
  const CollectiveOperation operation = experts                                             ? CollectiveOperation::all_to_all
                                        : part.exchange == PassExchange::context_all_gather ? CollectiveOperation::all_gather
                                                                                            : CollectiveOperation::reduce_scatter;
  const std::string name = (experts ? "expert exchange " : "context exchange ") + std::to_string(exchanges_++);
  for (std::size_t first = block.first; first < block.end; first += count)
    for (std::size_t shard = 0; shard < layout_.t; ++shard) {
      const std::size_t number = (first / count + layout_.replicas / count * block.stage) * layout_.t + shard;
      GroupCollective& group = (experts ? experts_ : contexts_).at(number, [&] { return layout_.group(block.stage, shard, first, count); });
      Operations after(count);
      for (std::size_t i = 0; i < count; ++i) after[i] = chain_[slot(first + i, shard)];
      Result<Operations> ends = group.append(operation, part.exchange_bytes, after, record_name(name, shard, block.stage), schedule_);
      if (!ends) return ends.error();
      for (std::size_t i = 0; i < count; ++i)
        wait(experts ? Activity::expert : Activity::context, block.stage, slot(first + i, shard), (*ends)[i]);
    }
  return Done{};
}

/// Attention in c pieces, the next block of keys and values on its way while one is worked on.
void TrainingPasses::exchange_in_rings(const Block& block, const PassPart& part) {
  const std::size_t c = layout_.c;
  const Duration piece{part.hiding.ps / settings_.context_parallel};
  const Duration last = part.hiding - piece * (settings_.context_parallel - 1);
  for (std::size_t first = block.first; first < block.end; first += c)
    for (std::size_t shard = 0; shard < layout_.t; ++shard) {
      Operations received(c);
      for (std::size_t k = 0; k < c; ++k) {
        for (std::size_t i = 0; i < c && k > 0; ++i) wait(Activity::context, block.stage, slot(first + i, shard), received[i]);
        for (std::size_t i = 0; i < c && k + 1 < c; ++i) {
          const std::size_t from = slot(first + i, shard), to = slot(first + (i + 1) % c, shard);
          const auto [send, arrival] = schedule_.transfer(rank(block.stage, from), rank(block.stage, to), part.exchange_bytes);
          schedule_.depend(send, chain_[from]);
          schedule_.depend(arrival, chain_[to]);
          received[(i + 1) % c] = arrival;
        }
        schedule_.begin_activity(Activity::compute);
        for (std::size_t i = 0; i < c; ++i) {
          const std::size_t s = slot(first + i, shard);
          const OperationId compute = schedule_.compute(rank(block.stage, s), k + 1 < c ? piece : last);
          schedule_.depend(compute, chain_[s]);
          chain_[s] = compute;
        }
        schedule_.begin_activity(Activity::none);
      }
    }
}

Status TrainingPasses::run_part(const Block& block, const PassPart& part, Operations& computed) {
  if (part.exchange == PassExchange::context_ring) exchange_in_rings(block, part);
  else if (part.exchange != PassExchange::none)
    if (Status done = exchange_in_groups(block, part); !done) return done;
  if (part.compute.ps > 0 || part.exchange == PassExchange::none) {
    schedule_.begin_activity(Activity::compute);
    for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s) {
      const OperationId compute = schedule_.compute(rank(block.stage, s), part.compute);
      schedule_.depend(compute, chain_[s]);
      chain_[s] = computed[s] = compute;
    }
    schedule_.begin_activity(Activity::none);
  }
  if (part.exchanged_per_port.count > 0) tensor_exchange(block, part.exchanged_per_port, part.exchange_latency);
  return Done{};
}

Status TrainingPasses::weights(const Block& block, const LayerGroup& group, CollectiveOperation operation, std::int64_t element,
                               const char* name) {
  for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s) {
    const OperationId joined = schedule_.compute(rank(block.stage, s), {});
    schedule_.depend(joined, chain_[s]);
    schedule_.depend(joined, stream_[s]);
    stream_[s] = joined;
  }
  const std::string numbered = name + std::to_string(exchanges_++);
  const auto together = [&](GroupCollective& holders, std::int64_t elements, std::size_t shard, std::size_t first, std::size_t stride) {
    if (holders.size() < 2 || elements == 0) return Status{Done{}};
    Operations after;
    for (std::size_t x = first; x < block.end; x += stride) after.push_back(stream_[slot(x, shard)]);
    Result<Operations> ends =
        holders.append(operation, Bytes{elements * element}, after, record_name(numbered, shard, block.stage), schedule_);
    if (!ends) return Status{ends.error()};
    for (std::size_t i = 0; i < ends->size(); ++i) stream_[slot(first + i * stride, shard)] = (*ends)[i];
    return Status{Done{}};
  };
  for (std::size_t shard = 0; shard < layout_.t; ++shard) {
    if (Status done = together(weight_group(block.stage, shard), group.gradient_elements, shard, 0, 1); !done) return done;
    for (std::size_t first = 0; first < layout_.e && group.expert_elements > 0; ++first)
      if (Status done = together(expert_weight_group(block.stage, shard, first), group.expert_elements, shard, first, layout_.e); !done)
        return done;
  }
  return Done{};
}

Status TrainingPasses::run_pass(const Block& block, const PipelinePass& pass) {
  const StageCost& cost = costs_[block.stage];
  const std::size_t begin = cost.chunk_first[pass.chunk], count = cost.chunk_first[pass.chunk + 1] - begin;
  const std::size_t virtual_stage = pass.chunk * layout_.p + block.stage;
  const std::size_t last = layout_.p * layout_.v - 1;
  const bool sharded = settings_.zero == Zero::three && layout_.replicas > 1;
  const auto group_at = [&](std::size_t i) -> const LayerGroup& { return cost.groups[begin + (pass.forward ? i : count - 1 - i)]; };
  Operations gathered;  // by slot, what the pass through the next group waits for; gradients come behind it in the stream
  const auto gather = [&](std::size_t i) {
    if (!sharded || i >= count) return Status{Done{}};
    Status done = weights(block, group_at(i), CollectiveOperation::all_gather, kWeightBytes, "weights ");
    gathered = stream_;
    return done;
  };
  if (settings_.overlap)
    if (Status done = gather(0); !done) return done;
  if (pass.forward ? virtual_stage > 0 : virtual_stage < last) receive(block, pass, pass.forward ? virtual_stage - 1 : virtual_stage);
  const bool reduces = !pass.forward && (pass.micro_batch + 1 == layout_.m || settings_.zero == Zero::two);
  Operations computed(layout_.replicas * layout_.t);
  for (std::size_t i = 0; i < count; ++i) {
    if (!settings_.overlap)
      if (Status done = gather(i); !done) return done;
    if (sharded)
      for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s) wait(Activity::data, block.stage, s, gathered[s]);
    if (settings_.overlap)
      if (Status done = gather(i + 1); !done) return done;
    for (const PassPart& part : (pass.forward ? group_at(i).forward : group_at(i).backward).parts)
      if (Status done = run_part(block, part, computed); !done) return done;
    if (reduces)
      for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s)
        ready_[pass.micro_batch * layout_.replicas * layout_.t + s].push_back(computed[s]);
    if (!sharded || pass.forward) continue;
    if (Status done = weights(block, group_at(i), CollectiveOperation::reduce_scatter, settings_.gradient_element, "gradients "); !done)
      return done;
    if (!settings_.overlap)
      for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s) wait(Activity::data, block.stage, s, stream_[s]);
  }
  const std::vector<ScheduleBuilder::Transfer>& transfers = pass.forward ? activations_ : gradients_;
  if (pass.forward ? virtual_stage < last : virtual_stage > 0)
    for (std::size_t s = slot(block.first, 0); s < slot(block.end, 0); ++s)
      schedule_.depend(transfers[transfer_index(pass.forward ? virtual_stage : virtual_stage - 1, s, pass.micro_batch)].send, chain_[s]);
  return Done{};
}

Status TrainingPasses::run_stage(std::size_t stage, const Operations& markers) {
  const std::size_t slots = layout_.replicas * layout_.t;
  chain_.assign(markers.begin() + static_cast<std::ptrdiff_t>(slots * stage),
                markers.begin() + static_cast<std::ptrdiff_t>(slots * (stage + 1)));
  stream_.assign(slots, {});
  ready_.assign(layout_.m * slots, {});
  const std::vector<PipelinePass> order = pipeline_order(static_cast<std::uint32_t>(stage), static_cast<std::uint32_t>(layout_.p),
                                                         static_cast<std::uint32_t>(layout_.m), static_cast<std::uint32_t>(layout_.v));
  const std::size_t together = layout_.block(settings_.zero == Zero::three);
  for (std::size_t first = 0; first < layout_.replicas; first += together)
    for (const PipelinePass& pass : order)
      if (Status done = run_pass({stage, first, first + together}, pass); !done) return done;
  return Done{};
}

}  // namespace eastwest
