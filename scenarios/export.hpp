// SPDX-License-Identifier: Apache-2.0
// Export: the static jobs of a scenario in a format of other simulators, with a scenario that reads them back.
//
// One GOAL text per job, or one Chakra trace per rank; and `scenario.yaml`, in which every job is of kind `goal` or `chakra`, on the same
// GPUs, at the same start. Invariants: running that scenario gives the digest of the original, since operations keep their order. The one
// exception: Chakra lists dependencies at the later operation, so that of several operations which one releases in the same instant
// the order may change. LIMITATIONS: jobs that decide as they run, and fused collectives, are refused (workloads/imports/exported_job.hpp).
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/scenario.hpp"

namespace eastwest {

enum class ExportFormat : std::uint8_t { goal, chakra };

struct ExportedFile {
  std::string name;  // within the folder of the export
  std::string bytes;
};

/// `built` is what `build` made of `scenario`.
Result<std::vector<ExportedFile>> export_scenario(const Scenario& scenario, const Built& built, ExportFormat format);

}  // namespace eastwest
