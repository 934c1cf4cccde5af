// SPDX-License-Identifier: Apache-2.0
// A Slurm cluster of several nodes on this machine: controller, nodes and authentication of its own, in a folder, gone at the end.
//
// Needs root and the Debian packages slurm-wlm and munge; `start` says in words why it cannot. Source of the configuration: trials with
// Slurm 22.05; proctrack and accounting by cgroup drain the nodes on a machine without systemd, so neither is used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {

class SlurmCluster {
 public:
  /// nullptr with `why_not` where it cannot be: no packages, no root, or it does not come up.
  static std::unique_ptr<SlurmCluster> start(unsigned nodes, std::string& why_not);
  ~SlurmCluster();
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  /// For programs that are to see this cluster.
  [[nodiscard]] std::vector<std::string> environment() const;
  /// Processes of tasks on node `number`, from 1.
  [[nodiscard]] std::vector<int> tasks_on(unsigned number) const;
  /// Node `number` loses its power: its daemon and all its tasks are gone; an operator then tells the controller.
  void crash_node(unsigned number) const;
  /// One line per finished task, with its state.
  [[nodiscard]] std::string completed_jobs() const;

 private:
  SlurmCluster() = default;
  [[nodiscard]] int pid_of(const std::string& file) const;
  TemporaryDirectory folder_;
  unsigned nodes_ = 0;
};

}  // namespace eastwest::tests
