// SPDX-License-Identifier: Apache-2.0
#include "workloads/jobs/gpu_check.hpp"

#include <string>

namespace eastwest {

namespace {

const Host& host_of(const JobContext& context, std::size_t rank) {
  return context.fabric.hosts[context.fabric.host_of_gpu(context.gpus[rank])];
}

const std::string& host_name(const JobContext& context, std::size_t rank) {
  return context.fabric.nodes[host_of(context, rank).node.index()].name;
}

}  // namespace

const GpuModel* common_gpu_model(const JobContext& context, Precision precision, Diagnostics& diagnostics) {
  if (context.gpus.empty()) {
    diagnostics.error(context.place, "job `" + context.name + "` has no ranks", "give it at least one GPU");
    return nullptr;
  }
  const std::uint32_t first = host_of(context, 0).gpu_model;
  for (std::size_t rank = 0; rank < context.gpus.size(); ++rank) {
    const std::uint32_t model = host_of(context, rank).gpu_model;
    if (model >= context.fabric.gpu_models.size()) {
      diagnostics.error(context.place,
                        "job `" + context.name + "` computes on GPUs, but host `" + host_name(context, rank) + "` of its rank " +
                            std::to_string(rank) + " has no GPU model",
                        "use a server of the catalogue that has GPUs, or a kind of job that only communicates");
      return nullptr;
    }
    if (model != first) {
      diagnostics.error(context.place,
                        "job `" + context.name + "` runs on different GPUs: " + context.fabric.gpu_models[first].name + " in host `" +
                            host_name(context, 0) + "`, " + context.fabric.gpu_models[model].name + " in host `" +
                            host_name(context, rank) + "`",
                        "place the job on servers of one model");
      return nullptr;
    }
  }
  const GpuModel& gpu = context.fabric.gpu_models[first];
  if (sustained_rates(gpu, precision, 1.0, 1.0).flops_per_second <= 0.0) {
    diagnostics.error(context.place, "GPU model " + gpu.name + " has no known rate for this `precision`", "use `precision: bf16`");
    return nullptr;
  }
  return &gpu;
}

bool check_tensor_groups(const JobContext& context, const TransformerModel& model, std::int64_t t, Diagnostics& diagnostics) {
  const std::string obstacle = tensor_shard_obstacle(model, t);
  if (!obstacle.empty()) {
    diagnostics.error(context.place, "`tensor_parallel` is " + std::to_string(t) + ": " + obstacle,
                      "choose a `tensor_parallel` that divides the number of heads");
    return false;
  }
  const auto size = static_cast<std::size_t>(t);
  for (std::size_t rank = 0; rank < context.gpus.size(); ++rank) {
    const std::size_t first = rank - rank % size;
    if (context.fabric.host_of_gpu(context.gpus[rank]) == context.fabric.host_of_gpu(context.gpus[first])) continue;
    const std::uint32_t per_host = host_of(context, first).gpu_count;
    const std::string remedy = size > per_host ? "set `tensor_parallel` to at most the " + std::to_string(per_host) +
                                                     " GPUs of a host; use `pipeline_parallel` across hosts where the job has it"
                                               : "place the job so that every " + std::to_string(t) + " consecutive ranks share a host";
    diagnostics.error(context.place,
                      "tensor-parallel group of ranks " + std::to_string(first) + " to " + std::to_string(first + size - 1) +
                          " spans hosts `" + host_name(context, first) + "` and `" + host_name(context, rank) +
                          "`; it exchanges activations in every layer and must stay inside one scale-up domain",
                      remedy);
    return false;
  }
  return true;
}

}  // namespace eastwest
