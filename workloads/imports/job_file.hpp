// SPDX-License-Identifier: Apache-2.0
// Job file: what the job kinds that read a file share: its parameter, its text, and the ranks that it speaks of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/input_text.hpp"
#include "workloads/workload.hpp"

namespace eastwest {

/// `file`, without which such a job is nothing; `meaning` says what it holds.
ParameterSpec file_parameter(std::string_view meaning);
/// `check_counts`, for formats whose files count their own entries.
ParameterSpec check_counts_parameter(std::string_view meaning);

/// The path behind a parameter, from the folder of the scenario.
std::string job_path(const JobContext& context, const std::string& file);

struct JobFile {
  std::string path;
  std::string text;
};
/// Nothing when an error went to `diagnostics`. `expected`: "a GOAL text".
std::optional<JobFile> read_job_file(const ParameterSet& parameters, const JobContext& context, std::string_view expected,
                                     Diagnostics& diagnostics);

/// Whether the job has the ranks that its file names; too few is an error, more is a warning: they stay idle.
bool has_ranks(std::int64_t needed, const JobContext& context, Diagnostics& diagnostics);

}  // namespace eastwest
