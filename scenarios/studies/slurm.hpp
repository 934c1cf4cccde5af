// SPDX-License-Identifier: Apache-2.0
// Plays rows of a study as job arrays of Slurm: packs them into tasks, submits, follows, gathers, and sends again what died.
//
// Nothing of ours stays behind on the cluster: tasks are `eastwest study-points`, results are files in the study's folder, which all nodes
// must see at the same path, like the program and the scenarios. A task that Slurm requeues (its node died) plays its chunk anew and
// leaves the same file. A task that ends without its file is sent again, then row by row, so that one run that kills its task
// costs itself alone. Source: sbatch, squeue and scontrol of Slurm 22.05 (Debian 12). sacct is not needed; it may be absent.
// LIMITATIONS: one user's view of the queue; a controller that is away for longer than two minutes ends the study, resumable.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "scenarios/studies/play_rows.hpp"
#include "scenarios/studies/study_folder.hpp"

namespace eastwest {

struct SlurmOptions {
  std::string program;            // `eastwest`, as the nodes find it
  std::string study_file;         // as the tasks are to name it
  std::string working_directory;  // where that name starts
  std::string program_version;
  std::size_t rows_per_task = 0;                 // 0: so many that a task works for ten seconds
  std::vector<std::string> sbatch;               // options of the user, such as `--partition=long`
  std::function<void(const std::string&)> tell;  // one line about the cluster; may be empty
};

/// Whether there is a Slurm to speak to, in words when not.
Status slurm_is_there();

PlayedRows play_rows_on_slurm(const Study& study, const StudyFolder& folder, std::span<const std::uint64_t> rows,
                              const SlurmOptions& options, StudyProgress& progress, const std::function<Status(const StudyRow&)>& sink);

}  // namespace eastwest
