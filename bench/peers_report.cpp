// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/peers.hpp"

namespace eastwest::bench {

namespace {

// Explained in docs/validation.md, section Peers.
constexpr double kPacketTolerance = 0.01;
constexpr double kFlowTolerance = 1e-6;

using PeerFigure = double PeerRun::*;

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double median(const PeerRow& row, PeerFigure figure) {
  std::vector<double> values;
  for (const PeerRun& run : row.runs) values.push_back(run.*figure);
  return median_of(values);
}

double least(const PeerRow& row, PeerFigure figure) {
  double smallest = row.runs.empty() ? 0 : row.runs.front().*figure;
  for (const PeerRun& run : row.runs) smallest = std::min(smallest, run.*figure);
  return smallest;
}

bool good(const PeerRow& row) {
  return !row.runs.empty() && std::all_of(row.runs.begin(), row.runs.end(), [](const PeerRun& run) { return run.error.empty(); });
}

const PeerRow* find(const std::vector<PeerRow>& rows, std::string_view work, Simulator simulator) {
  for (const PeerRow& row : rows)
    if (row.work.name == work && row.simulator == simulator && good(row)) return &row;
  return nullptr;
}

/// CPU time of the peer over ours for the same work, which both did whole; median of the rounds.
double cost_ratio(const PeerRow& peer, const PeerRow& ours) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(peer.runs.size(), ours.runs.size()); ++i)
    if (ours.runs[i].cpu_seconds > 0) ratios.push_back(peer.runs[i].cpu_seconds / ours.runs[i].cpu_seconds);
  return median_of(ratios);
}

double difference(const PeerRow& one, const PeerRow& other, PeerFigure figure) {
  const double base = other.runs.front().*figure;
  return base == 0 ? 0 : one.runs.front().*figure / base - 1;
}

Simulator counterpart(Simulator peer) { return peer == Simulator::ns3 ? Simulator::packet : Simulator::flow; }

void judge(std::vector<Target>& targets, const std::vector<PeerRow>& rows, const char* what, double asked, const char* work,
           Simulator peer) {
  char text[64];
  std::snprintf(text, sizeof text, "at least %.0f x", asked);
  Target target{what, text, "see ./dev bench --peers", std::nullopt};
  const PeerRow* ours = find(rows, work, counterpart(peer));
  const PeerRow* theirs = find(rows, work, peer);
  if (ours != nullptr && theirs != nullptr) {
    const double ratio = cost_ratio(*theirs, *ours);
    std::snprintf(text, sizeof text, "%.1f x", ratio);
    target.reached = text;
    target.met = ratio >= asked;
  }
  targets.push_back(std::move(target));
}

}  // namespace

void print_peers(const std::vector<PeerRow>& rows) {
  std::printf("%-22s %8s %-16s %13s %10s %13s %8s %8s %8s %13s %8s\n", "work", "KiB", "simulator", "finish us", "mean us", "against ours",
              "CPU min", "median", "MiB", "per CPU s", "ratio");
  for (const PeerRow& row : rows) {
    std::printf("%-22s %8llu %-16s ", row.work.name.c_str(), static_cast<unsigned long long>(row.work.kib), to_string(row.simulator));
    if (!good(row)) {
      std::printf("%s\n", row.runs.empty() ? "not run" : row.runs.back().error.c_str());
      continue;
    }
    const bool peer = row.simulator == Simulator::ns3 || row.simulator == Simulator::simgrid;
    const PeerRow* ours = find(rows, row.work.name, peer ? counterpart(row.simulator) : Simulator::packet);
    const PeerRow* packet = find(rows, row.work.name, Simulator::packet);
    const PeerRow* reference = ours != nullptr ? ours : packet;
    char against[32] = "";
    char ratio[32] = "";
    if (reference != nullptr && reference != &row)
      std::snprintf(against, sizeof against, "%+.4f %%", 100 * difference(row, *reference, &PeerRun::finish_ps));
    if (peer && ours != nullptr) std::snprintf(ratio, sizeof ratio, "%.1f x", cost_ratio(row, *ours));
    const double units = row.runs.front().packet_hops != 0 ? row.runs.front().packet_hops : row.runs.front().messages;
    const double cpu = least(row, &PeerRun::cpu_seconds);
    std::printf("%13.3f %10.2f %13s %8.3f %8.3f %8.1f %8.3f M %s %8s\n", row.runs.front().finish_ps / 1e6,
                row.runs.front().mean_arrival_ps / 1e6, against, cpu, median(row, &PeerRun::cpu_seconds),
                median(row, &PeerRun::peak_bytes) / (1 << 20), cpu > 0 ? units / cpu / 1e6 : 0,
                row.runs.front().packet_hops != 0 ? "hops" : "msgs", ratio);
  }
}

std::vector<std::string> peer_disagreements(const std::vector<PeerRow>& rows) {
  std::vector<std::string> found;
  if (rows.empty()) found.emplace_back("nothing was run");
  for (const PeerRow& row : rows) {
    if (!good(row)) {
      found.push_back(row.work.name + ", " + to_string(row.simulator) + ": " + (row.runs.empty() ? "not run" : row.runs.back().error));
      continue;
    }
    if (row.simulator != Simulator::ns3 && row.simulator != Simulator::simgrid) continue;
    const PeerRow* ours = find(rows, row.work.name, counterpart(row.simulator));
    if (ours == nullptr) continue;  // said above
    const double tolerance = row.simulator == Simulator::ns3 ? kPacketTolerance : kFlowTolerance;
    for (const PeerFigure figure : {&PeerRun::finish_ps, &PeerRun::mean_arrival_ps}) {
      const double apart = difference(row, *ours, figure);
      if (std::abs(apart) <= tolerance) continue;
      char text[160];
      std::snprintf(text, sizeof text, ": %s differs by %.4f %% from %s, %.4f %% is allowed",
                    figure == &PeerRun::finish_ps ? "the finish" : "the mean arrival", 100 * apart, to_string(ours->simulator),
                    100 * tolerance);
      found.push_back(row.work.name + ", " + to_string(row.simulator) + text);
    }
  }
  return found;
}

std::vector<Target> judge_peer_targets(const std::vector<PeerRow>& rows) {
  std::vector<Target> targets;
  judge(targets, rows, "against ns-3, permutation of 512 hosts, CPU", 50, "peer-permutation-512", Simulator::ns3);
  judge(targets, rows, "flow engine against SimGrid, ring of 512, CPU", 20, "peer-ring-512", Simulator::simgrid);
  judge(targets, rows, "flow engine against SimGrid, all-to-all of 64", 50, "peer-all_to_all-64", Simulator::simgrid);
  return targets;
}

std::string peers_json(const std::vector<PeerRow>& rows, const std::vector<Target>& targets) {
  using Json = nlohmann::ordered_json;
  Json object = {{"eastwest_version", EASTWEST_VERSION}};
  object["rows"] = Json::array();
  for (const PeerRow& row : rows) {
    Json runs = Json::array();
    for (const PeerRun& run : row.runs)
      runs.push_back({{"error", run.error},
                      {"finish_ps", run.finish_ps},
                      {"mean_arrival_ps", run.mean_arrival_ps},
                      {"packet_hops", run.packet_hops},
                      {"messages", run.messages},
                      {"cpu_s", run.cpu_seconds},
                      {"wall_s", run.wall_seconds},
                      {"peak_rss_bytes", run.peak_bytes}});
    object["rows"].push_back({{"work", row.work.name},
                              {"kib", row.work.kib},
                              {"scenario", row.work.scenario},
                              {"simulator", to_string(row.simulator)},
                              {"runs", std::move(runs)}});
  }
  object["targets"] = Json::array();
  for (const Target& target : targets)
    object["targets"].push_back({{"what", target.what},
                                 {"target", target.asked},
                                 {"reached", target.reached},
                                 {"met", target.met ? Json(*target.met) : Json(nullptr)}});
  return object.dump(2) + "\n";
}

}  // namespace eastwest::bench
