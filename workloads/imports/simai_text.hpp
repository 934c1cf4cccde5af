// SPDX-License-Identifier: Apache-2.0
// SimAI workload: the text that AICB writes and SimAI and ASTRA-sim 1 read, as it stands in the file, read and checked.
//
//   HYBRID_TRANSFORMER_FWD_IN_BCKWD model_parallel_NPU_group: 8 ep: 1 pp: 1 vpp: 1 ga: 2 all_gpus: 32 checkpoints: 0 ...
//   2
//   name -1 time_ns COMM bytes  time_ns COMM bytes  time_ns COMM bytes  update_ns      (forward, input gradient, weight gradient)
//
// COMM is NONE or ALLREDUCE, ALLGATHER, REDUCESCATTER, ALLTOALL, BROADCAST, with `_EP` or `_DP_EP` for the expert groups. The name
// is no identity, the row is. Units after reading: core/quantity.hpp. Source: SimAI astra-sim/workload/Workload.cc; AICB
// workload_generator. What SimAI's reader does silently is said: ALLREDUCEALLTOALL and unknown types, which it drops, and a
// wrong number of rows are errors; unknown keys are warnings. LIMITATIONS: the DLRM policies and HYBRID_CUSTOMIZED are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_text.hpp"
#include "core/quantity.hpp"
#include "workloads/imports/group_collectives.hpp"

namespace eastwest {

struct SimaiWorkload {
  enum class Policy : std::uint8_t {
    layers,      // forward, then backward: input gradient with its communication, then weight gradient
    overlapped,  // the same, the input gradient's communication beside the weight gradient's computation
    micro,       // the weight gradients' communication alone
    forward      // inference: no backward pass
  };
  enum class Group : std::uint8_t { tensor, data, expert, data_expert, all };
  struct Pass {
    Duration compute;
    std::optional<GroupOperation> operation;
    Group group = Group::tensor;
    Bytes bytes;
  };
  struct Row {
    std::string name;
    Pass forward;
    Pass input_gradient;
    Pass weight_gradient;
    Duration update;
  };
  Policy policy = Policy::layers;
  std::int64_t tensor = 1;  // ranks of a group, as the next two
  std::int64_t expert = 1;
  std::int64_t pipeline = 1;
  std::int64_t all_gpus = 0;                       // 0: not given
  std::int64_t pipeline_bytes = 0;                 // between stages
  std::vector<std::int64_t> checkpoints;           // rows whose activations are kept
  std::vector<std::int64_t> checkpoint_initiates;  // rows whose backward pass first repeats the forward pass from the last of those
  std::vector<Row> rows;
};

/// Mistakes go to `errors`; with them the result is of no use. `check_counts`: whether a wrong number of rows is an error.
SimaiWorkload read_simai_workload(std::string_view text, bool check_counts, InputErrors& errors);

/// The log of a physical run that AICB writes, known by its first line `[rank0 ~ rankN]`: CSV with comm_type, comm_group, comm_group_size,
/// msg_size and stage among its columns. Each communication is a row of policy `micro`; sends between pipeline stages are left out.
SimaiWorkload read_aicb_log(std::string_view text, InputErrors& errors);

}  // namespace eastwest
