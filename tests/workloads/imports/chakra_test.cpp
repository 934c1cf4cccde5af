// SPDX-License-Identifier: Apache-2.0
// Laws: bytes made by hand after the format's field numbers mean what they should; traces play in the time that their dependencies
// give; collectives move the bytes of their closed forms; mistakes name file and node.
#include <doctest/doctest.h>

#include "tests/support/gpu_fabric.hpp"
#include "tests/support/ideal_network.hpp"
#include "tests/support/input_truncation.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "tests/support/temporary_directory.hpp"
#include "workloads/imports/chakra_trace.hpp"

namespace eastwest::tests {
namespace {

using Attributes = std::vector<ChakraAttribute>;

ChakraAttribute number(std::string name, std::int64_t value) { return {std::move(name), value}; }

ChakraNode node(std::uint64_t id, std::int32_t type, std::vector<std::uint64_t> after, Attributes attributes, std::uint64_t micros = 0) {
  ChakraNode made;
  made.id = id;
  made.name = "n" + std::to_string(id);
  made.type = type;
  made.dependencies = std::move(after);
  made.duration_micros = micros;
  made.attributes = std::move(attributes);
  return made;
}

ChakraNode send(std::uint64_t id, std::int64_t to, std::int64_t bytes, std::vector<std::uint64_t> after = {}) {
  return node(id, ChakraNode::send, std::move(after), {number("comm_size", bytes), number("comm_dst", to), number("comm_tag", 3)});
}
ChakraNode receive(std::uint64_t id, std::int64_t from, std::int64_t bytes, std::vector<std::uint64_t> after = {}) {
  return node(id, ChakraNode::receive, std::move(after), {number("comm_size", bytes), number("comm_src", from), number("comm_tag", 3)});
}
ChakraNode call(std::uint64_t id, std::int64_t type, std::int64_t bytes, const std::string& group = "") {
  Attributes attributes{number("comm_type", type), number("comm_size", bytes)};
  if (!group.empty()) attributes.push_back({"pg_name", group});
  return node(id, ChakraNode::collective, {}, std::move(attributes));
}

struct Setting {
  std::vector<std::pair<std::string, std::string>> parameters = {};
  std::string groups = {};
  Fabric fabric = star_fabric({.hosts = 4});
};

JobRun run_traces(const std::vector<std::vector<ChakraNode>>& ranks, Setting setting = {}) {
  const TemporaryDirectory folder;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank)
    folder.write("t." + std::to_string(rank) + ".et", write_chakra({"0.0.4", {}, ranks[rank]}));
  setting.parameters.emplace_back("file", "t.0.et");
  if (!setting.groups.empty()) {
    folder.write("groups.json", setting.groups);
    setting.parameters.emplace_back("groups", "groups.json");
  }
  return run_job("chakra", setting.fabric, setting.parameters,
                 {.ranks = static_cast<std::uint32_t>(ranks.size()), .directory = folder.path()});
}

std::string said_of(const std::vector<std::vector<ChakraNode>>& ranks, Setting setting = {}) {
  const JobRun run = run_traces(ranks, std::move(setting));
  CHECK(run.schedule.operations.empty());
  return run.said;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::int64_t sent(const JobRun& run, std::uint32_t rank) {
  std::int64_t bytes = 0;
  for (const Operation& operation : run.schedule.operations)
    if (operation.kind == OperationKind::send && operation.rank.value == rank) bytes += operation.amount;
  return bytes;
}

const IdealNetwork kNetwork{.alpha = 1'000'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};

}  // namespace

TEST_CASE("chakra: bytes after the format's field numbers") {
  // GlobalMetadata {1: "0.0.4"}; Node {1: 2, 2: "x", 3: 5, 5: [0, 1] packed, 7: 9, 10: {1: "comm_size", 9: 300}, 10: {1: "comm_dst", 15: zigzag 1}};
  // Node {4: 1 unpacked, 5: 7 unpacked, 10: {1: "is_cpu_op", 27: true}}: a zero id may be absent.
  const std::string bytes = std::string("\x07\x0a\x05") + "0.0.4" +                                     //
                            std::string("\x2b\x08\x02\x12\x01x\x18\x05\x2a\x02\x00\x01\x38\x09", 14) +  //
                            std::string("\x52\x0e\x0a\x09") + "comm_size" + "\x48\xac\x02" +            //
                            std::string("\x52\x0c\x0a\x08") + "comm_dst" + "\x78\x02" +                 //
                            std::string("\x14\x20\x01\x28\x07\x52\x0e\x0a\x09") + "is_cpu_op" + std::string("\xd8\x01\x01");
  Diagnostics diagnostics;
  InputErrors errors("f", {}, diagnostics);
  const ChakraTrace trace = read_chakra(bytes, errors);
  CHECK_MESSAGE(diagnostics.all().empty(), diagnostics.print());
  CHECK(trace.version == "0.0.4");
  REQUIRE(trace.nodes.size() == 2);
  CHECK(trace.nodes[0].id == 2);
  CHECK(trace.nodes[0].name == "x");
  CHECK(trace.nodes[0].type == ChakraNode::send);
  CHECK(trace.nodes[0].dependencies == std::vector<std::uint64_t>{0, 1});
  CHECK(trace.nodes[0].duration_micros == 9);
  CHECK(trace.nodes[0].integer("comm_size") == 300);
  CHECK(trace.nodes[0].integer("comm_dst") == 1);
  CHECK(trace.nodes[1].id == 0);
  CHECK(trace.nodes[1].dependencies == std::vector<std::uint64_t>{1, 7});  // control, then data
  CHECK(trace.nodes[1].integer("is_cpu_op") == 1);
  CHECK_FALSE(trace.nodes[1].integer("comm_size").has_value());
}

TEST_CASE("chakra: messages, durations and what a rank does one at a time") {
  const JobRun run = run_traces(
      {{node(0, ChakraNode::compute, {}, {}, 5), send(1, 1, 1000, {0})}, {receive(0, 0, 1000), node(1, ChakraNode::compute, {0}, {}, 7)}});
  CHECK(run.said == "");
  CHECK(makespan(run.schedule, kNetwork) == 5'000'000 + 1'000'000 + 20'000 + 7'000'000);
  // Two GPU operations follow each other, the CPU's runs beside.
  const std::vector<ChakraNode> three{node(0, ChakraNode::compute, {}, {}, 3), node(1, ChakraNode::compute, {}, {}, 4),
                                      node(2, ChakraNode::compute, {}, {{"is_cpu_op", true}}, 5)};
  CHECK(makespan(run_traces({three, {node(0, ChakraNode::metadata, {}, {})}}).schedule, kNetwork) == 7'000'000);
}

TEST_CASE("chakra: without a duration an operation takes its roofline time") {
  Setting setting{.parameters = {{"compute_efficiency", "0.5"}, {"memory_efficiency", "0.5"}}, .groups = {}, .fabric = gpu_fabric(2, 1)};
  const JobRun run = run_traces({{node(0, ChakraNode::compute, {}, {number("num_ops", 989'000'000'000), number("tensor_size", 1000)}),
                                  node(1, ChakraNode::memory_load, {0}, {number("tensor_size", 3'350'000'000)})},
                                 {}},
                                setting);
  CHECK(run.said == "");
  // 989 GFLOP at half of 989 TFLOP/s, then 3.35 GB at half of 3.35 TB/s: 2 ms each.
  CHECK(makespan(run.schedule, kNetwork) == 4'000'000'000);
  CHECK(contains(said_of({{node(0, ChakraNode::compute, {}, {number("num_ops", 5)})}, {}}),
                 "node 0 (`n0`) has no duration, and the hosts have no GPU"));
}

TEST_CASE("chakra: collectives of all ranks and of groups carry the bytes of their closed forms") {
  const auto all = [](std::int64_t type, std::int64_t bytes) { return std::vector<std::vector<ChakraNode>>(4, {call(0, type, bytes)}); };
  CHECK(sent(run_traces(all(0, 1000)), 1) == 2 * 3 * 250);
  CHECK(sent(run_traces(all(2, 1000)), 1) == 3 * 1000);  // all-gather: 1000 B are a rank's input
  CHECK(sent(run_traces(all(7, 1000)), 1) == 3 * 250);
  CHECK(sent(run_traces(all(6, 1000)), 1) == 3 * 250);
  CHECK(sent(run_traces(all(5, 1000)), 0) == 2 * 1000);  // broadcast: the root sends in both rounds of the tree
  CHECK(sent(run_traces(all(1, 1000)), 3) == 1000);      // reduce
  CHECK(sent(run_traces(all(3, 1000)), 3) == 1000);      // gather
  CHECK(sent(run_traces(all(4, 1000)), 0) == 3 * 1000);  // scatter
  CHECK(sent(run_traces(all(9, 0)), 0) == 2);            // barrier: two rounds of a byte
  const JobRun pairs = run_traces(
      {{call(0, 0, 1000, "a"), call(1, 0, 1000)}, {call(0, 0, 1000, "a"), call(1, 0, 1000)}, {call(0, 0, 1000)}, {call(0, 0, 1000)}},
      {.parameters = {}, .groups = R"({"a": [0, 1]})"});
  CHECK(pairs.said == "");
  CHECK(sent(pairs, 0) == 1000 + 1500);
  CHECK(sent(pairs, 3) == 1500);
  ChakraNode init = node(0, ChakraNode::metadata, {}, {});
  init.name = "## process_group:init ##";
  init.inputs = R"([{"pg_name": "7", "ranks": [1, 0]}, {"pg_name": "8", "ranks": []}])";
  const JobRun named = run_traces({{init, call(1, 0, 8, "7")}, {init, call(1, 0, 8, "7"), call(2, 0, 8, "8")}, {init, call(1, 0, 8, "8")}});
  CAPTURE(named.said);
  CHECK(contains(named.said, "the collective `n2` is not called by NPU 0"));  // group 8 is everybody
  const JobRun good = run_traces({{init, call(1, 0, 8, "7")}, {init, call(1, 0, 8, "7")}});
  CHECK(good.said == "");
  CHECK(sent(good, 0) == 8);
}

TEST_CASE("chakra: mistakes name the file and the node") {
  const std::string twice = said_of({{call(4, 0, 8), call(4, 0, 8)}, {call(0, 0, 8), call(1, 0, 8)}});
  CHECK(contains(twice, "/t.0.et: error: node 4 (`n4`) has an id that stands twice"));
  CHECK(contains(said_of({{node(0, ChakraNode::compute, {9}, {}, 1)}, {}}), "depends on node 9, which the file does not have"));
  CHECK(contains(said_of({{node(0, ChakraNode::compute, {0}, {}, 1)}, {}}), "depends on itself"));
  CHECK(contains(said_of({{node(0, ChakraNode::compute, {1}, {}, 1), node(1, ChakraNode::compute, {0}, {}, 1)}, {}}), "waits for itself"));
  CHECK(contains(said_of({{node(0, 0, {}, {})}, {}}), "has the type 0, which no node can have"));
  CHECK(contains(said_of({{send(0, 5, 8)}, {}}), "has a `comm_dst` of 5"));
  // A tag below zero would make the receive take whatever comes.
  CHECK(contains(said_of({{node(0, ChakraNode::send, {}, {number("comm_size", 8), number("comm_dst", 1), number("comm_tag", -1)})}, {}}),
                 "has a `comm_tag` of -1"));
  CHECK(contains(said_of({{send(0, 1, 8)}, {}}), "no receive is left for the send of 8 B from rank 0 to rank 1 with tag 3"));
  CHECK(contains(said_of({{send(0, 1, 8)}, {receive(0, 0, 4)}}), "is smaller than its message of 8 B"));
  CHECK(contains(said_of({{call(0, 12, 8)}, {call(0, 12, 8)}}), "has a `comm_type` of 12"));
  CHECK(contains(said_of({{call(0, 0, -8)}, {call(0, 0, 8)}}), "has a `comm_size` of -8"));
  CHECK(contains(said_of({{call(0, 0, 8)}, {call(0, 0, 9)}}), "differs between NPU 0 and NPU 1"));
  CHECK(contains(said_of({{call(0, 0, 8)}, {}}), "the collective `n0` is not called by NPU 1"));
  CHECK(contains(said_of({{call(0, 0, 8, "b")}, {}}), "is of the group `b`, which is not known"));
  CHECK(contains(said_of({{call(0, 0, 8, "a")}, {call(0, 0, 8, "a")}}, {.parameters = {}, .groups = R"({"a": [0, 0]})"}),
                 "the group `a` is not a list of ranks"));
  CHECK(contains(said_of({{call(0, 0, 8, "a")}, {}}, {.parameters = {}, .groups = R"({"a": [1]})"}),
                 "is called by NPU 0, which is not in the group"));
  ChakraNode dims = call(0, 0, 8);
  dims.attributes.push_back({"involved_dim", std::vector<bool>{true, false}});
  CHECK(contains(said_of({{dims}, {call(0, 0, 8)}}), "involves some dimensions of the network only"));
  CHECK(contains(said_of({{}, {}}), "the traces have no nodes"));
}

TEST_CASE("chakra: files that are no traces are refused by name; damaged ones are refused or read") {
  const auto message = [](std::string_view bytes) {
    Diagnostics diagnostics;
    InputErrors errors("f", {}, diagnostics);
    read_chakra(bytes, errors);
    return diagnostics.all().empty() ? std::string() : diagnostics.all().front().message;
  };
  CHECK(message("") == "the file is empty");
  CHECK(message("\x1f\x8b\x08") == "the file is compressed with gzip");
  CHECK(message("{\"workload_graph\": []}") == "the file is JSON; only the protobuf form of Chakra is read");
  CHECK(message("\x07\x0a\x05"
                "0.0") == "message 0, which begins at byte 0, is cut off or no part of a Chakra trace");
  const std::string good = write_chakra({"0.0.4", {}, {send(0, 1, 8), node(1, ChakraNode::compute, {0}, {}, 5)}});
  CHECK(message(good) == "");
  CHECK(message(good.substr(0, good.size() - 1)).starts_with("message 2, which begins at byte "));
  survive_damage(good, 29, [&](const std::string& bytes) { message(bytes); });
  const JobRun wrong = run_job("chakra", star_fabric({.hosts = 2}), {{"file", "t.et"}});
  CHECK(contains(wrong.said, "does not end in `.0.et`"));
  CHECK(contains(run_job("chakra", star_fabric({.hosts = 2}), {{"file", "none.0.et"}}).said, "there is no file `none.0.et`"));
}

}  // namespace eastwest::tests
