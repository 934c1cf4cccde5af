// SPDX-License-Identifier: Apache-2.0
#include "bench/peers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "bench/peer_work.hpp"
#include "bench/run_once.hpp"

namespace eastwest::bench {

namespace {

struct Plan {
  Work work;
  std::vector<Simulator> simulators;
};

/// Sizes such that ns-3 takes seconds. SimGrid solves all flows anew at each completion, so 512 hosts all to all are beyond it.
std::vector<Plan> plans(const PeerOptions& options) {
  using enum Simulator;
  const std::vector<Simulator> all = {packet, flow, ns3, simgrid};
  const std::vector<Plan> full = {
      {permutation_work(64, 4096), all}, {permutation_work(512, 4096), all},
      {incast_work(64, 1024), all},      {incast_work(512, 256), all},
      {ring_work(64, 16384), all},       {ring_work(512, 4096), all},
      {all_to_all_work(64, 128), all},   {all_to_all_work(512, 4), {packet, flow, ns3}},
  };
  const std::vector<Plan> small = {
      {permutation_work(16, 256), all}, {incast_work(16, 64), all}, {ring_work(16, 256), all}, {all_to_all_work(16, 16), all}};
  std::vector<Plan> chosen;
  for (const Plan& plan : options.smoke ? small : full)
    if (plan.work.name.find(options.only) != std::string::npos) chosen.push_back({as_peer_work(plan.work), plan.simulators});
  return chosen;
}

PeerRun failed(std::string error) {
  PeerRun run;
  run.error = std::move(error);
  return run;
}

PeerRun run_ours(const Work& work, Simulator simulator, const PeerFile& file) {
  const RunSetting setting{.fidelity = simulator == Simulator::flow ? Fidelity::flow : Fidelity::packet, .detail = true};
  const RunFigures figures = run_in_child(work, setting);
  if (!figures.error.empty()) return failed(figures.error);
  PeerRun run;
  run.finish_ps = static_cast<double>(figures.simulated.ps);
  run.mean_arrival_ps = figures.mean_arrival_ps;
  run.messages = static_cast<double>(figures.messages);
  run.cpu_seconds = figures.cpu_seconds;
  run.wall_seconds = figures.wall_seconds;
  run.peak_bytes = static_cast<double>(figures.peak_bytes);
  if (simulator == Simulator::flow) return run;
  run.packet_hops = static_cast<double>(figures.counters.packet_hops);
  if (const Status paths = check_paths(file, figures); !paths) return failed(paths.error().message);
  if (figures.counters.retransmits + figures.counters.ecn_marks + figures.counters.pfc_pauses + figures.counters.drops_buffer != 0)
    return failed("something was marked, paused, lost or sent again, which the peers do not have");
  return run;
}

PeerRun run_driver(const std::string& program, const std::string& file) {
  const std::string command = "'" + program + "' '" + file + "'";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return failed("cannot start " + program);
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), got);
  const int status = ::pclose(pipe);
  const auto report = nlohmann::json::parse(text, nullptr, false);
  if (status != 0 || !report.is_object()) return failed(program + " failed with status " + std::to_string(status));
  PeerRun run;
  run.finish_ps = report.value("finish_ps", 0.0);
  run.mean_arrival_ps = report.value("mean_arrival_ps", 0.0);
  run.packet_hops = report.value("packet_hops", 0.0);
  run.messages = report.value("messages", 0.0);
  run.cpu_seconds = report.value("cpu_s", 0.0);
  run.wall_seconds = report.value("wall_s", 0.0);
  run.peak_bytes = report.value("peak_rss_bytes", 0.0);
  return run;
}

class WorkOnDisk {
 public:
  explicit WorkOnDisk(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("eastwest-peer-" + std::to_string(::getpid()) + ".work")) {
    std::FILE* file = std::fopen(path_.c_str(), "w");
    good_ = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr) good_ = std::fclose(file) == 0 && good_;
  }
  WorkOnDisk(const WorkOnDisk&) = delete;
  WorkOnDisk& operator=(const WorkOnDisk&) = delete;
  ~WorkOnDisk() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::filesystem::path path_;
  bool good_ = false;
};

PeerRun run_peer(const PeerRow& row, const PeerFile& file, const std::string& path, const std::string& drivers) {
  PeerRun run;
  switch (row.simulator) {
    case Simulator::packet:
    case Simulator::flow: run = run_ours(row.work, row.simulator, file); break;
    case Simulator::ns3: run = run_driver(drivers + "/ns3_driver", path); break;
    case Simulator::simgrid: run = run_driver(drivers + "/simgrid_driver", path); break;
  }
  if (run.error.empty() && run.messages != static_cast<double>(file.messages)) return failed("not every message arrived");
  if (run.error.empty() && run.packet_hops != 0 && run.packet_hops != static_cast<double>(file.packet_hops))
    return failed("the number of packet-hops differs from the file's: " + std::to_string(run.packet_hops));
  return run;
}

}  // namespace

const char* to_string(Simulator simulator) {
  switch (simulator) {
    case Simulator::packet: return "eastwest packet";
    case Simulator::flow: return "eastwest flow";
    case Simulator::ns3: return "ns-3";
    case Simulator::simgrid: return "SimGrid";
  }
  return "?";
}

std::vector<PeerRow> run_peers(const PeerOptions& options) {
  std::vector<PeerRow> rows;
  for (const Plan& plan : plans(options)) {
    const std::size_t first = rows.size();
    for (const Simulator simulator : plan.simulators) rows.push_back({plan.work, simulator, {}});
    const Result<PeerFile> file = make_peer_file(plan.work);
    const WorkOnDisk disk(file ? file->text : "");
    for (unsigned round = 0; round < options.rounds; ++round) {
      for (std::size_t r = first; r < rows.size(); ++r) {
        std::fprintf(stderr, "%s, %s, round %u\n", rows[r].work.name.c_str(), to_string(rows[r].simulator), round + 1);
        if (!file) rows[r].runs.push_back(failed(file.error().message));
        else if (!disk.good()) rows[r].runs.push_back(failed("the file of the work cannot be written"));
        else rows[r].runs.push_back(run_peer(rows[r], *file, disk.path(), options.drivers));
      }
    }
  }
  return rows;
}

}  // namespace eastwest::bench
