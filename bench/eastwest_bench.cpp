// SPDX-License-Identifier: Apache-2.0
// The benchmark program: runs works, checks their digests, and only then says how fast they were; see docs/performance.md.
//
// eastwest_bench --peers FOLDER [--smoke] [--only WORD] ...             the same works in the drivers of FOLDER, and how they agree
// eastwest_bench [--smoke] [--only WORD] [--rounds N] [--json FILE]     the table of rows and the table of targets
// eastwest_bench --scale [--smoke] [--rounds N]                         time and memory from 32 to 4,096 hosts, in both engines
// eastwest_bench --one WORK KIB [--threads N] [--trace] [--flow]        one run in this process, for callgrind and profilers
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/agreement.hpp"
#include "bench/peers.hpp"
#include "bench/report.hpp"
#include "bench/suite.hpp"
#include "bench/targets.hpp"

using namespace eastwest;
using namespace eastwest::bench;

namespace {

struct Arguments {
  bool smoke = false;
  bool scale = false;
  unsigned rounds = 0;  // 0: three, or one of a smoke run
  std::string only;     // run works whose name contains it
  std::string json;
  std::string peers;  // folder of drivers: compare with them instead
  std::string one;    // the work of --one
  std::uint64_t kib = 0;
  RunSetting setting;  // of --one
};

std::optional<std::uint64_t> number(std::string_view word) {
  std::uint64_t value = 0;
  if (word.empty() || word.size() > 9) return std::nullopt;
  for (const char digit : word) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

std::optional<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto next = [&]() -> std::string { return i + 1 < words.size() ? words[++i] : ""; };
    std::optional<std::uint64_t> value = 1;
    if (words[i] == "--smoke") arguments.smoke = true;
    else if (words[i] == "--scale") arguments.scale = true;
    else if (words[i] == "--trace") arguments.setting.trace = true;
    else if (words[i] == "--flow") arguments.setting.fidelity = Fidelity::flow;
    else if (words[i] == "--only") arguments.only = next();
    else if (words[i] == "--json") arguments.json = next();
    else if (words[i] == "--peers") arguments.peers = next();
    else if (words[i] == "--rounds") arguments.rounds = static_cast<unsigned>((value = number(next())).value_or(0));
    else if (words[i] == "--threads") arguments.setting.threads = static_cast<unsigned>((value = number(next())).value_or(0));
    else if (words[i] == "--one") {
      arguments.one = next();
      arguments.kib = (value = number(next())).value_or(0);
    } else return std::nullopt;
    if (value.value_or(0) == 0) return std::nullopt;
  }
  return arguments;
}

/// What is measured. A work is run with all settings that something is concluded from, next to each other.
std::vector<Row> rows_of(const Arguments& arguments) {
  const bool smoke = arguments.smoke;
  std::vector<Row> rows;
  const auto add = [&](const Work& work, std::initializer_list<RunSetting> settings) {
    if (work.name.find(arguments.only) == std::string::npos) return;
    for (const RunSetting& setting : settings) rows.push_back({work, setting, {}});
  };
  const RunSetting one{};
  const RunSetting two{.threads = 2};
  const RunSetting traced{.trace = true};
  const RunSetting two_traced{.threads = 2, .trace = true};
  const std::uint64_t permutation_kib = smoke ? 64 : 16384;
  for (const std::uint32_t hosts : {32u, 128u}) add(permutation_work(hosts, permutation_kib), {one, two});
  add(permutation_work(512, permutation_kib), {one, two, traced, two_traced});
  if (smoke) {
    add(ring_work(32, 1024), {one, two, traced});
    add(rail_work(64, 1024), {one, traced});
  } else {
    add(ring_work(512, 65536), {one, traced, two});
    add(rail_work(512, 262144), {one, traced});
  }
  return rows;
}

bool write_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) good = std::fclose(file) == 0 && good;
  if (!good) std::fprintf(stderr, "%s cannot be written: %s\n", path.c_str(), std::strerror(errno));
  return good;
}

int run_one(const Arguments& arguments) {
  const std::optional<Work> work = find_work(arguments.one, arguments.kib);
  if (!work) {
    std::fprintf(stderr, "no work `%s`; there are permutation-N, ring-N, rail-N, all_to_all-N and incast-N\n", arguments.one.c_str());
    return 2;
  }
  const RunFigures run = run_here(*work, arguments.setting);
  if (!run.error.empty()) {
    std::fprintf(stderr, "%s\n", run.error.c_str());
    return 1;
  }
  std::printf("packet-hops %llu\nmessages %llu\n", static_cast<unsigned long long>(run.counters.packet_hops),
              static_cast<unsigned long long>(run.operations / 2));
  std::fprintf(stderr, "digest %s, %.3f CPU s, %.3f wall s, built in %.3f s\n", run.digest.c_str(), run.cpu_seconds, run.wall_seconds,
               run.build_seconds);
  return 0;
}

/// The design's whole table; what was not run in this call stays unmeasured.
std::vector<Target> all_targets(const std::vector<Row>& rows, const std::vector<PeerRow>& peers) {
  std::vector<Target> targets = judge_targets(rows);
  for (Target& target : judge_peer_targets(peers)) targets.push_back(std::move(target));
  return targets;
}

int compare_with_peers(const Arguments& arguments) {
  const unsigned rounds = arguments.rounds != 0 ? arguments.rounds : 1;
  const std::vector<PeerRow> rows = run_peers({arguments.peers, arguments.only, rounds, arguments.smoke});
  const std::vector<std::string> apart = peer_disagreements(rows);
  const std::vector<Target> targets = all_targets({}, rows);
  print_peers(rows);
  if (!arguments.smoke) print_targets(targets);
  for (const std::string& sentence : apart) std::fprintf(stderr, "%s\n", sentence.c_str());
  if (!arguments.json.empty() && !write_file(arguments.json, peers_json(rows, targets))) return 1;
  return apart.empty() ? 0 : 1;
}

unsigned rounds_of(const Arguments& arguments) { return arguments.rounds != 0 ? arguments.rounds : arguments.smoke ? 1 : 3; }

/// Runs all rows; false, and says why, when a run failed or two digests of a work differ.
bool run_and_check(std::vector<Row>& rows, unsigned rounds) {
  std::size_t started = 0;
  const std::size_t total = rows.size() * rounds;
  run_rounds(rows, rounds, [&](const Row& row) { std::fprintf(stderr, "[%zu/%zu] %s\n", ++started, total, label(row).c_str()); });
  const std::vector<std::string> breaches = disagreements(rows);
  for (const std::string& breach : breaches) std::fprintf(stderr, "%s\n", breach.c_str());
  return breaches.empty();
}

int run_scale(const Arguments& arguments) {
  std::vector<Row> rows;
  std::vector<ScaleRows> sizes;
  for (const std::uint32_t hosts : {32u, 64u, 128u, 256u, 512u, 1024u, 4096u}) {
    if (arguments.smoke && hosts > 64) break;
    const Work work = permutation_work(hosts, arguments.smoke ? 64 : 4096);
    sizes.push_back({hosts, {}, {}});
    rows.push_back({work, {}, {}});
    rows.push_back({work, {.fidelity = Fidelity::flow}, {}});
  }
  if (!run_and_check(rows, rounds_of(arguments))) return 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sizes[i].packet = std::move(rows[2 * i]);
    sizes[i].flow = std::move(rows[2 * i + 1]);
  }
  std::printf("%s", scale_table(sizes).c_str());
  return 0;
}

int run_suite(const Arguments& arguments) {
  std::vector<Row> rows = rows_of(arguments);
  const unsigned rounds = rounds_of(arguments);
  if (!run_and_check(rows, rounds)) return 1;
  const std::vector<Target> targets = all_targets(arguments.smoke ? std::vector<Row>() : rows, {});
  print_rows(rows);
  if (arguments.smoke) std::printf("\nevery digest agrees; times of a smoke run mean nothing\n");
  else print_targets(targets);
  if (!arguments.json.empty() && !write_file(arguments.json, report_json(rows, targets, {arguments.smoke, rounds}))) return 1;
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::optional<Arguments> arguments = parse(std::vector<std::string>(words + 1, words + count));
  if (!arguments) {
    std::fprintf(stderr,
                 "usage: eastwest_bench [--smoke] [--only WORD] [--rounds N] [--json FILE]\n"
                 "       eastwest_bench --scale [--smoke] [--rounds N]\n"
                 "       eastwest_bench --one WORK KIB [--threads N] [--trace] [--flow]\n");
    return 2;
  }
  if (!arguments->peers.empty()) return compare_with_peers(*arguments);
  if (arguments->scale && (!arguments->only.empty() || !arguments->json.empty())) {
    std::fprintf(stderr, "--scale runs all its sizes and prints a table: it takes --smoke and --rounds, not --only or --json\n");
    return 2;
  }
  if (arguments->scale) return run_scale(*arguments);
  return arguments->one.empty() ? run_suite(*arguments) : run_one(*arguments);
}
