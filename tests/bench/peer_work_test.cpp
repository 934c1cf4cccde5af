// SPDX-License-Identifier: Apache-2.0
// Works for other simulators: the file names the engine's own paths, and the rules by which its operations are played.
#include "bench/peer_work.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/peers.hpp"
#include "bench/peers/player.hpp"

using namespace eastwest;
using namespace eastwest::bench;

namespace {

peers::WorkFile read_back(const PeerFile& file) {
  const auto path = std::filesystem::temp_directory_path() / "eastwest-peer-work-test.work";
  std::ofstream(path) << file.text;
  peers::WorkFile work;
  CHECK(peers::read_work(path.c_str(), work));
  std::filesystem::remove(path);
  return work;
}

PeerRow row_of(const Work& work, Simulator simulator, double finish, double cpu) {
  PeerRun run;
  run.finish_ps = run.mean_arrival_ps = finish;
  run.messages = 1;
  run.cpu_seconds = cpu;
  return {work, simulator, {run}};
}

}  // namespace

TEST_CASE("bench peers: every link carries in the engine what the file says, to one part in a million") {
  for (const Work& plain : {permutation_work(16, 256), incast_work(16, 64), ring_work(16, 256), all_to_all_work(16, 16)}) {
    CAPTURE(plain.name);
    const Work work = as_peer_work(plain);
    const Result<PeerFile> file = make_peer_file(work);
    REQUIRE(file.has_value());
    const RunFigures run = run_here(work, {.detail = true});
    REQUIRE(run.error.empty());
    CHECK(check_paths(*file, run).has_value());
    CHECK(run.messages == file->messages);
    CHECK(run.counters.packet_hops == file->packet_hops);
    CHECK(run.counters.ecn_marks + run.counters.pfc_pauses + run.counters.drops_buffer + run.counters.retransmits == 0);
  }
}

TEST_CASE("bench peers: a flow on another path than the engine's is noticed") {
  const Work work = as_peer_work(permutation_work(16, 256));
  PeerFile file = *make_peer_file(work);
  const RunFigures run = run_here(work, {.detail = true});
  REQUIRE(check_paths(file, run).has_value());
  const double frame = 4178 * 8 / 400e9;
  file.link_seconds.back() += frame;
  CHECK_FALSE(check_paths(file, run).has_value());
}

TEST_CASE("bench peers: the file reads back as it was written, and its idle times are the closed form") {
  const PeerFile file = *make_peer_file(as_peer_work(incast_work(16, 64)));
  const peers::WorkFile work = read_back(file);
  CHECK(work.hosts == 16);
  CHECK(work.switches == 8);  // 4 leaves, 4 spines
  CHECK(work.flows.size() == 15);
  CHECK(work.operations.size() == 2 * 15);
  CHECK(work.wire_bytes(65536) == 16 * 4178);
  for (const peers::Flow& flow : work.flows) {
    const auto links = static_cast<std::int64_t>(flow.forward.size());
    CHECK((links == 2 || links == 4));
    // 1 us a link, 500 ns a switch, and one frame of 83.56 ns stored at every switch; answers of 86 B in 1.72 ns.
    CHECK(flow.latency == links * 1'000'000 + (links - 1) * (500'000 + 83'560));
    CHECK(flow.answer == links * 1'000'000 + (links - 1) * 500'000 + links * 1'720);
    CHECK(flow.window == 256);
  }
}

TEST_CASE("bench peers: what a peer cannot express is refused") {
  const Result<PeerFile> cut_through = make_peer_file(permutation_work(16, 64));
  REQUIRE_FALSE(cut_through.has_value());
  const Result<PeerFile> broken = make_peer_file({"nonsense", 1, "site: 3\n"});
  CHECK_FALSE(broken.has_value());
}

TEST_CASE("bench peers: a player posts a ring one message after the other") {
  const peers::WorkFile work = read_back(*make_peer_file(as_peer_work(ring_work(16, 64))));
  std::vector<std::uint32_t> posted;
  peers::Player player(work, [&](std::uint32_t send) { posted.push_back(send); });
  player.start();
  CHECK(posted.size() == 16);  // the first round; everything else waits for what arrives
  std::int64_t now = 0;
  for (std::size_t i = 0; i < posted.size(); ++i) player.arrived(posted[i], ++now);
  CHECK(posted.size() == 2 * 15 * 16);
  CHECK(player.messages() == 2 * 15 * 16);
  CHECK(player.last() == now);
  CHECK(player.mean_arrival() == doctest::Approx((static_cast<double>(now) + 1) / 2));
}

TEST_CASE("bench peers: a packet simulator may differ by one percent, a flow simulator by one part in a million") {
  const Work work = as_peer_work(permutation_work(512, 64));
  const auto apart = [&](Simulator ours, Simulator theirs, double factor) {
    return peer_disagreements({row_of(work, ours, 1e9, 1), row_of(work, theirs, 1e9 * factor, 1)}).size();
  };
  CHECK(apart(Simulator::packet, Simulator::ns3, 1.009) == 0);
  CHECK(apart(Simulator::packet, Simulator::ns3, 0.989) == 2);  // finish and mean arrival
  CHECK(apart(Simulator::flow, Simulator::simgrid, 1 + 9e-7) == 0);
  CHECK(apart(Simulator::flow, Simulator::simgrid, 1 + 2e-6) == 2);
  PeerRow failed = row_of(work, Simulator::ns3, 1e9, 1);
  failed.runs[0].error = "failed";
  CHECK(peer_disagreements({failed}).size() == 1);
  CHECK(peer_disagreements({}).size() == 1);
}

TEST_CASE("bench peers: the ratio to ns-3 is of CPU times on the same permutation, and judged at 50") {
  const Work work = as_peer_work(permutation_work(512, 64));
  const auto judged = [&](double cpu) {
    return judge_peer_targets({row_of(work, Simulator::packet, 1e9, 0.5), row_of(work, Simulator::ns3, 1e9, cpu)}).front();
  };
  CHECK(judged(25.5).reached == "51.0 x");
  CHECK(judged(25.5).met == true);
  CHECK(judged(24.5).met == false);
  CHECK_FALSE(judge_peer_targets({}).front().met.has_value());
}
