// SPDX-License-Identifier: Apache-2.0
// A work that other simulators run too: a fabric and a transport that all of them can express, and the file that says it all.
//
// Fabric: leaf-spine of plain hosts, 400 Gb/s, 1 us links, 500 ns switches that store and forward. Transport: a fixed window, one path
// per flow, no marks, no pauses, buffers without end, no latency of NICs: what ns-3 and SimGrid leave out is switched off here. The file
// (bench/peers/work_file.hpp says its form) names the links of every flow, so that nobody has to repeat our hash.
// Invariant: the paths are those of the engine; check_paths holds them against the bytes that a run put on every link.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/run_once.hpp"
#include "bench/work.hpp"
#include "core/result.hpp"

namespace eastwest::bench {

/// `work` on the common fabric with the common transport; its name gets "peer-" in front.
Work as_peer_work(const Work& work);

struct PeerFile {
  std::string text;
  std::vector<double> link_seconds;  // by directed link: how long data and acknowledgements keep it busy
  std::uint64_t messages = 0;
  std::uint64_t packet_hops = 0;
};

Result<PeerFile> make_peer_file(const Work& peer_work);
/// Whether a run kept every link as long busy as the file says; the error names the worst one.
Status check_paths(const PeerFile& file, const RunFigures& run);

}  // namespace eastwest::bench
