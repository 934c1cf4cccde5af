// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/chakra_writer.hpp"

#include "workloads/imports/exported_job.hpp"
#include "workloads/imports/record_text.hpp"

namespace eastwest {

namespace {

ChakraAttribute integer(std::string name, std::int64_t value) { return {std::move(name), value}; }

ChakraNode node_of(const Workload& workload, std::uint32_t index, const ExportedJob& exported, std::uint32_t first_rank) {
  const Operation& operation = workload.schedule.operations[index];
  ChakraNode node;
  node.id = index;
  node.attributes.push_back({"is_cpu_op", false});
  const std::int64_t peer = std::int64_t{operation.peer} - first_rank;
  switch (operation.kind) {
    case OperationKind::send:
    case OperationKind::receive: {
      const bool sends = operation.kind == OperationKind::send;
      node.type = sends ? ChakraNode::send : ChakraNode::receive;
      node.name = (sends ? "send to " : "receive from ") + std::to_string(peer);
      node.attributes.push_back(integer("comm_type", node.type));
      node.attributes.push_back(integer("comm_size", operation.amount));
      node.attributes.push_back(integer(sends ? "comm_dst" : "comm_src", peer));
      node.attributes.push_back(integer("comm_tag", exported.tag_of[index]));
      if (operation.label != kNoLabel) node.attributes.push_back(integer("eastwest_record", exported.record_of.at(operation.label)));
      break;
    }
    case OperationKind::marker:
      node.type = ChakraNode::metadata;
      node.name = "end of step " + std::to_string(operation.amount);
      node.attributes.push_back(integer("eastwest_marker", operation.amount));
      break;
    default:
      node.type = ChakraNode::compute;
      node.name = "compute";
      node.duration_micros = static_cast<std::uint64_t>((operation.amount + 500'000) / 1'000'000);
      node.attributes.push_back(integer("eastwest_ps", operation.amount));
  }
  return node;
}

}  // namespace

Result<std::vector<ChakraTrace>> make_chakra(const Workload& workload, std::uint16_t job) {
  const Result<ExportedJob> exported = export_job(workload, job, "Chakra");
  if (!exported) return exported.error();
  std::vector<ChakraTrace> traces(exported->ranks.size());
  std::map<std::uint32_t, std::size_t> place;  // of an operation among the nodes of its rank
  for (std::size_t rank = 0; rank < traces.size(); ++rank) {
    ChakraTrace& trace = traces[rank];
    trace.version = "0.0.4";
    trace.attributes.push_back({"eastwest_ordered", true});
    for (const std::uint32_t record : exported->records)
      if (rank == 0) trace.attributes.push_back({"eastwest_record", print_record(workload.schedule.collectives[record])});
    place.clear();
    for (const std::uint32_t index : exported->ranks[rank]) {
      place[index] = trace.nodes.size();
      trace.nodes.push_back(node_of(workload, index, *exported, workload.jobs[job].first_rank));
    }
    for (const std::uint32_t index : exported->ranks[rank])
      for (const std::uint32_t later : workload.schedule.successors_of(index)) trace.nodes[place.at(later)].dependencies.push_back(index);
  }
  return traces;
}

}  // namespace eastwest
