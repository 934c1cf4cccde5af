// SPDX-License-Identifier: Apache-2.0
// Laws: flows start at their picosecond or when their trigger fires, by hand; every mistake stands at its word.
#include <doctest/doctest.h>

#include "tests/support/ideal_network.hpp"
#include "tests/support/input_truncation.hpp"
#include "tests/support/job_run.hpp"
#include "tests/support/star_fabric.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

constexpr const char* kChain =
    "# three in a row\nNodes 4\nConnections 3\nTriggers 2\n"
    "0->1 id 1 start 5000000 size 1000 send_done_trigger 1 recv_done_trigger 2\n"
    "0->2 id 2 trigger 1 size 1000 prio 3\n"
    "1->3 id 3 trigger 2 size 1000\n"
    "trigger id 1 oneshot\ntrigger id 2 oneshot\n";

JobRun run_text(const std::string& text, std::vector<std::pair<std::string, std::string>> parameters = {}) {
  const TemporaryDirectory folder;
  folder.write("t.cm", text);
  parameters.emplace_back("file", "t.cm");
  return run_job("connection_matrix", star_fabric({.hosts = 4}), parameters, {.directory = folder.path()});
}

std::string complaint(const std::string& text) {
  const JobRun run = run_text(text);
  CHECK(run.schedule.operations.empty());
  const std::size_t at = run.said.find("t.cm:");
  REQUIRE_MESSAGE(at != std::string::npos, run.said);
  return run.said.substr(at + 5, run.said.find('\n', at) - at - 5);
}

std::string body(const std::string& lines) { return "Nodes 4\n" + lines; }

const IdealNetwork kNetwork{.alpha = 1'000'000, .ps_per_byte = 20, .inside_alpha = 0, .inside_ps_per_byte = 1, .host_of_rank = {}};
constexpr std::int64_t kMessage = 1'000'000 + 1'000 * 20;

}  // namespace

TEST_CASE("connection matrix: starts in picoseconds, triggers at both ends of a flow") {
  const JobRun run = run_text(kChain);
  CHECK(run.said == "");
  CHECK(run.schedule.collectives.at(0).bytes.count == 2'000);  // node 0 sends most
  const auto finish = play(run.schedule, kNetwork);
  CHECK(*std::max_element(finish.begin(), finish.end()) == 5'000'000 + 2 * kMessage);
}

TEST_CASE("connection matrix: a header without failures counts nothing else") {
  std::string text = kChain;
  text.insert(text.find("0->1"), "Failures 0\n");
  CHECK(run_text(text).said == "");
  text.replace(text.find("Failures 0"), 10, "Failures 2");
  CHECK(complaint(text) == "5:1: error: failures are not read");
}

TEST_CASE("connection matrix: a barrier waits for all, a multishot starts one flow each time") {
  const std::string ends = "0->1 start 0 size 1000 recv_done_trigger 1\n2->1 start 9000000 size 1000 recv_done_trigger 1\n";
  const JobRun barrier = run_text(body(ends + "1->3 trigger 1 size 1000\ntrigger id 1 barrier count 2\n"));
  CHECK(barrier.said == "");
  CHECK(makespan(barrier.schedule, kNetwork) == 9'000'000 + 2 * kMessage);
  const JobRun shots = run_text(body(ends + "1->3 trigger 1 size 1000\n1->0 trigger 1 size 1000\ntrigger id 1 multishot\n"));
  CHECK(shots.said == "");
  std::vector<std::int64_t> arrivals;
  const auto finish = play(shots.schedule, kNetwork);
  for (std::size_t i = 0; i < finish.size(); ++i)
    if (shots.schedule.operations[i].kind == OperationKind::receive && shots.schedule.operations[i].peer == 1)
      arrivals.push_back(finish[i]);
  CHECK(arrivals == std::vector<std::int64_t>{2 * kMessage, 9'000'000 + 2 * kMessage});
}

TEST_CASE("connection matrix: news for another node travels as a byte, and is told") {
  const JobRun run = run_text(body("0->1 start 0 size 1000 send_done_trigger 1\n2->3 trigger 1 size 1000\ntrigger id 1 oneshot\n"));
  CHECK(run.said.find("1 triggers start flows of another node") != std::string::npos);
  CHECK(run.schedule.operations.size() == 6);
}

TEST_CASE("connection matrix: flows without end, and files that count themselves wrongly, where the user allows them") {
  CHECK(complaint(body("0->1 start 0.000000 size 0\n")).starts_with("2:1: error: the flow has size 0: htsim never ends it"));
  CHECK(run_text(body("0->1 start 0 size 0\n"), {{"endless_size", "1 MB"}}).schedule.operations.at(0).amount == 1'000'000);
  const std::string counts = "Nodes 4\nConnections 9\n0->1 start 0 size 8 send_done_trigger 4\n0->2 trigger 4 size 8\n";
  CHECK(complaint(counts).starts_with("2:1: error: the header announces 9 flows and the file has 2"));
  const JobRun run = run_text(counts, {{"check_counts", "false"}});
  CHECK(run.said.find("trigger 4 is used here and declared nowhere; it would be oneshot") != std::string::npos);
  CHECK(run.schedule.operations.size() == 4);
  CHECK(run_text(body("0->1 start 0 size 3000000000\n")).said == "");  // beyond the 2 GiB of htsim's own reader
}

TEST_CASE("connection matrix: every mistake has its place and words") {
  CHECK(complaint("0->1 start 0 size 8\n").starts_with("1:1: error: a flow stands above `Nodes`"));
  CHECK(complaint(body("0->4 start 0 size 8\n")).starts_with("2:1: error: node `4` does not exist"));
  CHECK(complaint(body("0->0 start 0 size 8\n")).starts_with("2:1: error: node 0 sends to itself"));
  CHECK(complaint(body("0->1 size 8\n")).starts_with("2:1: error: the flow has neither start nor trigger"));
  CHECK(complaint(body("0->1 start 0 trigger 1 size 8\n")).starts_with("2:1: error: the flow has a start and a trigger"));
  CHECK(complaint(body("0->1 start 0 size 8 size 9\n")).starts_with("2:21: error: `size` stands twice"));
  CHECK(complaint(body("0->1 start x size 8\n")).starts_with("2:12: error: `start` is `x`"));
  CHECK(complaint(body("0->1 start 0 bytes 8\n")).starts_with("2:14: error: `bytes` is no attribute of a flow"));
  CHECK(complaint(body("0->1 id 1 start 0 size 8\n1->2 id 1 start 0 size 8\n")).starts_with("3:9: error: the flow id 1 stands twice"));
  CHECK(complaint(body("0->1 start 0 size 8\n# no\n")).starts_with("3:1: error: a comment stands among the flows"));
  CHECK(complaint(body("0->1 start 0 size 8\nfailure switch_type TOR switch_id 1 link_id 2\n"))
            .starts_with("3:1: error: failures are not read"));
  CHECK(
      complaint(body("0->1 trigger 1 size 8\ntrigger id 1 oneshot\n")).starts_with("3:1: error: trigger 1 is waited for and never fires"));
  CHECK(complaint(body("0->1 start 0 size 8 send_done_trigger 1\n0->2 start 0 size 8 send_done_trigger 1\n0->3 trigger 1 size 8\ntrigger "
                       "id 1 oneshot\n"))
            .starts_with("5:1: error: trigger 1 is oneshot and would fire 2 times"));
  CHECK(complaint(body("0->1 start 0 size 8 send_done_trigger 1\n0->3 trigger 1 size 8\ntrigger id 1 barrier count 2\n"))
            .starts_with("4:1: error: trigger 1 is a barrier of 2 and fires 1 times"));
  CHECK(complaint(body("trigger id 1 sometimes\n")).starts_with("2:14: error: there is no trigger `sometimes`"));
  CHECK(complaint(body("Noodles 4\n")).starts_with("2:1: error: expected a flow, a trigger or a header line and found `Noodles`"));
}

TEST_CASE("connection matrix: damaged files are refused or read, never fatal") {
  survive_damage(kChain, 19, [](const std::string& text) { run_text(text); });
}

}  // namespace eastwest::tests
