// SPDX-License-Identifier: Apache-2.0
// Chakra writer: a job of ours as Chakra traces, one per rank.
//
// COMP, COMM_SEND, COMM_RECV, and METADATA for markers; ids are the operations' places in the schedule. Durations of Chakra are whole
// microseconds: the exact one stands in attribute `eastwest_ps`, records of collectives in `eastwest_record`; other readers skip both.
// LIMITATIONS: fused collectives cannot be expressed as point-to-point messages and are refused; so are jobs that decide as they run.
#pragma once

#include <vector>

#include "workloads/imports/chakra_trace.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

Result<std::vector<ChakraTrace>> make_chakra(const Workload& workload, std::uint16_t job);

}  // namespace eastwest
