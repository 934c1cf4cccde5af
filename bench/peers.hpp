// SPDX-License-Identifier: Apache-2.0
// Peers: the same works in eastwest's engines, ns-3 and SimGrid, in turn on one machine, and how far they agree.
//
// Each simulator is a process of its own that reads the same file. CPU seconds are those of its simulation, without reading and
// building. Invariant: a row is only compared when every one of its runs did all messages and, for eastwest, took the
// paths that the file names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/targets.hpp"
#include "bench/work.hpp"

namespace eastwest::bench {

enum class Simulator : std::uint8_t { packet, flow, ns3, simgrid };
const char* to_string(Simulator simulator);

struct PeerRun {
  std::string error;
  double finish_ps = 0;        // the last message has arrived
  double mean_arrival_ps = 0;  // of all messages
  double packet_hops = 0;      // 0 for flows
  double messages = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
  double peak_bytes = 0;
};

struct PeerRow {
  Work work;
  Simulator simulator = Simulator::packet;
  std::vector<PeerRun> runs;
};

struct PeerOptions {
  std::string drivers;  // folder of ns3_driver and simgrid_driver
  std::string only;     // works whose name contains it
  unsigned rounds = 1;
  bool smoke = false;
};

/// Runs everything, in rounds. Progress goes to standard error.
std::vector<PeerRow> run_peers(const PeerOptions& options);
void print_peers(const std::vector<PeerRow>& rows);
/// One sentence per pair of simulators of the same model whose times differ by more than is explained in docs/validation.md.
std::vector<std::string> peer_disagreements(const std::vector<PeerRow>& rows);
std::vector<Target> judge_peer_targets(const std::vector<PeerRow>& rows);
std::string peers_json(const std::vector<PeerRow>& rows, const std::vector<Target>& targets);

}  // namespace eastwest::bench
