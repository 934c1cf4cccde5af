// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/exported_job.hpp"
#include "workloads/imports/goal_text.hpp"
#include "workloads/imports/record_text.hpp"

namespace eastwest {

Result<std::string> write_goal(const Workload& workload, std::uint16_t job) {
  const Result<ExportedJob> exported = export_job(workload, job, "GOAL");
  if (!exported) return exported.error();
  const Schedule& schedule = workload.schedule;
  const std::uint32_t first_rank = workload.jobs[job].first_rank;
  std::string text = "num_ranks " + std::to_string(exported->ranks.size()) + "\n//@ eastwest ordered\n";
  for (const std::uint32_t record : exported->records) text += "//@ " + print_record(schedule.collectives[record]) + "\n";
  for (std::size_t rank = 0; rank < exported->ranks.size(); ++rank) {
    text += "rank " + std::to_string(rank) + " {\n";
    for (const std::uint32_t index : exported->ranks[rank]) {
      const Operation& operation = schedule.operations[index];
      const std::string record =
          operation.label == kNoLabel ? "" : " //@ record " + std::to_string(exported->record_of.at(operation.label));
      const std::string peer = std::to_string(operation.peer - first_rank);
      text += "o" + std::to_string(index) + ": ";
      if (operation.kind == OperationKind::send)
        text += "send " + std::to_string(operation.amount) + "b to " + peer + " tag " + std::to_string(exported->tag_of[index]) + record;
      else if (operation.kind == OperationKind::receive)
        text += "recv " + std::to_string(operation.amount) + "b from " + peer + " tag " + std::to_string(exported->tag_of[index]) + record;
      else if (operation.kind == OperationKind::marker) text += "calc 0 //@ marker " + std::to_string(operation.amount);
      else
        text += "calc " + std::to_string((operation.amount + 500) / 1'000) +
                (operation.amount % 1'000 == 0 ? "" : " //@ ps " + std::to_string(operation.amount));
      text += "\n";
    }
    for (const std::uint32_t index : exported->ranks[rank])
      for (const std::uint32_t later : schedule.successors_of(index))
        text += "o" + std::to_string(later) + " requires o" + std::to_string(index) + "\n";
    text += "}\n";
  }
  return text;
}

}  // namespace eastwest
