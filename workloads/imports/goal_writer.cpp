// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/exported_job.hpp"
#include "workloads/imports/goal_text.hpp"
#include "workloads/imports/record_text.hpp"

namespace eastwest {

namespace {

/// `calc`, `send` or `recv` with what it needs, and behind `//@` what GOAL has no word for.
void write_statement(const Operation& operation, std::uint32_t peer, std::int32_t tag, std::string& text) {
  const auto put = [&](std::string_view word, std::int64_t number) { text.append(word).append(std::to_string(number)); };
  switch (operation.kind) {
    case OperationKind::send:
    case OperationKind::receive:
      put(operation.kind == OperationKind::send ? "send " : "recv ", operation.amount);
      put(operation.kind == OperationKind::send ? "b to " : "b from ", peer);
      put(" tag ", tag);
      return;
    case OperationKind::marker: return put("calc 0 //@ marker ", operation.amount);
    default:
      put("calc ", (operation.amount + 500) / 1'000);
      if (operation.amount % 1'000 != 0) put(" //@ ps ", operation.amount);
  }
}

}  // namespace

Result<std::string> write_goal(const Workload& workload, std::uint16_t job) {
  const Result<ExportedJob> exported = export_job(workload, job, "GOAL");
  if (!exported) return exported.error();
  const Schedule& schedule = workload.schedule;
  const std::uint32_t first_rank = workload.jobs[job].first_rank;
  std::string text = "num_ranks " + std::to_string(exported->ranks.size()) + "\n//@ eastwest ordered\n";
  const auto put = [&](std::string_view word, std::uint64_t number) { text.append(word).append(std::to_string(number)); };
  for (const std::uint32_t record : exported->records) text.append("//@ ").append(print_record(schedule.collectives[record])).append("\n");
  for (std::size_t rank = 0; rank < exported->ranks.size(); ++rank) {
    put("rank ", rank);
    text += " {\n";
    for (const std::uint32_t index : exported->ranks[rank]) {
      const Operation& operation = schedule.operations[index];
      put("o", index);
      text += ": ";
      write_statement(operation, operation.peer - first_rank, exported->tag_of[index], text);
      if (operation.label != kNoLabel) put(" //@ record ", exported->record_of.at(operation.label));
      text += "\n";
    }
    for (const std::uint32_t index : exported->ranks[rank])
      for (const std::uint32_t later : schedule.successors_of(index)) {
        put("o", later);
        put(" requires o", index);
        text += "\n";
      }
    text += "}\n";
  }
  return text;
}

}  // namespace eastwest
