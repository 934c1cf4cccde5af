// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tidy_rules.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>

namespace eastwest::tests {
namespace {

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_code(const SourceFile& file) { return file.path.ends_with(".cpp") || file.path.ends_with(".hpp"); }
bool is_header(const SourceFile& file) { return file.path.ends_with(".hpp"); }
bool is_test(const SourceFile& file) { return starts_with_any(file.path, {"tests/", "bench/", "docs/"}); }

/// 1 to 7 for the floors, 0 for anything else.
int floor_of(std::string_view path) {
  static constexpr std::array<std::string_view, 7> kFloors = {"core/",     "topology/",  "workloads/", "sim/",
                                                              "analysis/", "scenarios/", "cli/"};
  for (std::size_t i = 0; i < kFloors.size(); ++i)
    if (path.starts_with(kFloors[i])) return static_cast<int>(i) + 1;
  return 0;
}

std::string at(const SourceFile& file, std::size_t line, const std::string& what) {
  return file.path + ":" + std::to_string(line) + ": " + what;
}

void for_each_line(std::string_view text, const std::function<void(std::size_t, std::string_view)>& visit) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    visit(++number, text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

struct Include {
  std::size_t line;
  bool angled;
  std::string name;
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> found;
  for_each_line(file.text, [&](std::size_t number, std::string_view line) {
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string_view::npos || line[hash] != '#') return;
    line.remove_prefix(hash + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with("include")) return;
    const std::size_t open = line.find_first_of("<\"");
    if (open == std::string_view::npos) return;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == std::string_view::npos) return;
    found.push_back({number, line[open] == '<', std::string(line.substr(open + 1, close - open - 1))});
  });
  return found;
}

struct Door {
  std::string_view library;
  std::vector<std::string_view> includes;                              // how its includes begin; private headers of ours too
  std::vector<std::pair<std::string_view, std::string_view>> allowed;  // beginning and end of the paths that may
};

/// The doors of the house: which files may speak to which library. A new file here is a decision, not a formality.
const std::vector<Door>& doors() {
  static const std::vector<Door> kDoors = {
      {"HDF5",
       {"hdf5.h", "H5", "sim/trace/hdf5_handles.hpp"},
       {{"sim/trace/", ".cpp"}, {"sim/trace/hdf5_handles.hpp", ""}, {"analysis/trace_reader", ".cpp"}, {"tests/", ".cpp"}}},
      {"oneTBB", {"tbb/", "oneapi/"}, {{"sim/packet/", ".cpp"}, {"tests/", ".cpp"}}},
      {"yaml-cpp",
       {"yaml-cpp/"},
       {{"scenarios/yaml_", ".cpp"}, {"topology/imports/astra_file", ".cpp"}, {"tests/support/netbox_checker", ".cpp"}}},
      {"nlohmann json",
       {"nlohmann/"},
       {{"cli/", ".cpp"},
        {"scenarios/json_", ".cpp"},
        {"analysis/json_", ".cpp"},
        {"analysis/report/json_", ".cpp"},
        {"analysis/hardware/json_", ".cpp"},
        {"workloads/imports/json_", ".cpp"},
        {"workloads/serving/json_", ".cpp"},
        {"bench/", ".cpp"},
        {"tests/", ".cpp"}}},
      {"protobuf", {"google/protobuf/", "chakra_et.pb.h"}, {{"workloads/imports/chakra_protobuf.cpp", ""}}},
      {"zlib", {"zlib.h"}, {{"analysis/report/deflate.cpp", ""}, {"tests/", ".cpp"}}},
      {"libqrencode", {"qrencode.h"}, {{"analysis/documents/qr_code.cpp", ""}}},
      {"CLI11", {"CLI/"}, {{"cli/", ".cpp"}}},
      {"Boost", {"boost/"}, {{"cli/serve/server.cpp", ""}, {"tests/cli/serve/", ".cpp"}}},
      {"spdlog", {"spdlog/", "fmt/"}, {{"cli/", ".cpp"}}},
      {"doctest", {"doctest/"}, {{"tests/", ""}}},
      {"valgrind", {"valgrind/"}, {{"bench/", ".cpp"}}},
      {"ns-3", {"ns3/"}, {{"bench/peers/ns3_", ""}}},
      {"SimGrid", {"simgrid/"}, {{"bench/peers/simgrid_", ""}}},
  };
  return kDoors;
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Where `call` stands in `line` as a whole word at its left end.
bool contains_call(std::string_view line, std::string_view call) {
  for (std::size_t from = line.find(call); from != std::string_view::npos; from = line.find(call, from + 1))
    if (from == 0 || !is_word(line[from - 1])) return true;
  return false;
}

struct Ban {
  std::string_view call;
  std::string_view instead;
  bool (*applies)(const SourceFile&);
};

bool everywhere(const SourceFile&) { return true; }
bool in_library(const SourceFile& file) { return floor_of(file.path) >= 1 && floor_of(file.path) <= 6 && file.path != "core/check.cpp"; }
// Inside the callbacks of yaml-cpp there is no other way out; the same file catches.
bool where_errors_are_values(const SourceFile& file) { return in_library(file) && !file.path.starts_with("scenarios/yaml_"); }
bool outside_check_and_program(const SourceFile& file) { return in_library(file) || file.path.starts_with("bench/"); }
bool where_results_are_made(const SourceFile& file) {
  return floor_of(file.path) >= 1 && floor_of(file.path) <= 4 && !file.path.starts_with("sim/trace/");
}

constexpr Ban kBans[] = {
    {"rand(", "use RandomStream of core/random.hpp", everywhere},
    {"srand(", "use RandomStream of core/random.hpp", everywhere},
    {"std::random_device", "use the seed of the scenario", everywhere},
    {"std::mt19937", "use RandomStream of core/random.hpp", everywhere},
    {"std::shuffle(", "use draws of core/random.hpp: the standard leaves its order open", everywhere},
    {"std::uniform_", "use draws of core/random.hpp: the standard leaves its results open", everywhere},
    {"std::hash", "use Digest or mix: its values differ between libraries", everywhere},
    {"exit(", "return an error", outside_check_and_program},
    {"abort(", "use EASTWEST_CHECK", outside_check_and_program},
    {"throw ", "return a Result", where_errors_are_values},
    {"throw;", "return a Result", where_errors_are_values},
    {"std::cout", "the library does not print", in_library},
    {"std::cerr", "the library does not print", in_library},
    {"printf(", "the library does not print", in_library},
    {"fprintf(", "the library does not print", in_library},
    {"puts(", "the library does not print", in_library},
    {"steady_clock", "results must not know the wall clock", where_results_are_made},
    {"system_clock", "results must not know the wall clock", where_results_are_made},
    {"high_resolution_clock", "results must not know the wall clock", where_results_are_made},
    {"time(nullptr", "results must not know the wall clock", where_results_are_made},
};

std::optional<std::string> test_name_on(std::string_view line) {
  const std::string_view opening =
      "TEST_CASE"
      "(\"";
  const std::size_t start = line.find(opening);
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t first = start + opening.size();
  const std::size_t last = line.find("\")", first);
  if (last == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(first, last - first));
}

}  // namespace

Breaches check_arrows(const SourceFile& file) {
  Breaches breaches;
  if (!is_code(file)) return breaches;
  const int own = floor_of(file.path);
  for (const Include& include : includes_of(file)) {
    if (include.angled) continue;
    const int target = floor_of(include.name);
    if (include.name.find('/') == std::string::npos || include.name.find("..") != std::string::npos)
      breaches.push_back(at(file, include.line, "`" + include.name + "` is not written from the tree root"));
    else if (target == 0 && !is_test(file)) breaches.push_back(at(file, include.line, "`" + include.name + "` is not on a floor"));
    else if (own != 0 && target > own) breaches.push_back(at(file, include.line, "`" + include.name + "` stands on a higher floor"));
    else if ((file.path.starts_with("sim/packet/") && include.name.starts_with("sim/flow/")) ||
             (file.path.starts_with("sim/flow/") && include.name.starts_with("sim/packet/")))
      breaches.push_back(at(file, include.line, "the two engines do not know each other"));
  }
  return breaches;
}

Breaches check_doors(const SourceFile& file) {
  Breaches breaches;
  if (!is_code(file)) return breaches;
  for (const Include& include : includes_of(file)) {
    const auto door = std::find_if(doors().begin(), doors().end(), [&](const Door& one) {
      return std::any_of(one.includes.begin(), one.includes.end(),
                         [&](std::string_view beginning) { return include.name.starts_with(beginning); });
    });
    const bool system = include.name.ends_with(".h") && (include.name.find('/') == std::string::npos || include.name.starts_with("sys/"));
    if (door == doors().end() && !include.angled) continue;
    if (door == doors().end()) {
      if (include.name.find('/') != std::string::npos && !system)
        breaches.push_back(at(file, include.line, "<" + include.name + "> is of a library without a door"));
      else if (system && floor_of(file.path) == 1)
        breaches.push_back(at(file, include.line, "core knows the standard library only, not <" + include.name + ">"));
      else if (system && floor_of(file.path) != 0 && is_header(file))
        breaches.push_back(at(file, include.line, "<" + include.name + "> of the system in a header"));
      continue;
    }
    const bool allowed = std::any_of(door->allowed.begin(), door->allowed.end(),
                                     [&](const auto& one) { return file.path.starts_with(one.first) && file.path.ends_with(one.second); });
    if (!allowed) breaches.push_back(at(file, include.line, std::string(door->library) + " has no door here"));
  }
  return breaches;
}

Breaches check_opening(const SourceFile& file) {
  Breaches breaches;
  const bool cmake = file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake") || file.path.ends_with(".cmake.in");
  if (!is_code(file) && !cmake) return breaches;
  std::vector<std::string> lines;
  bool guarded = false;
  for_each_line(file.text, [&](std::size_t, std::string_view line) {
    if (lines.size() < 2) lines.emplace_back(line);
    if (line == "#pragma once") guarded = true;
  });
  lines.resize(2);
  if (lines[0] != std::string(cmake ? "#" : "//") + " SPDX-License-Identifier: Apache-2.0")
    breaches.push_back(at(file, 1, "the licence line does not stand first"));
  if (!is_header(file)) return breaches;
  if (!lines[1].starts_with("// ") || lines[1].size() < 20) breaches.push_back(at(file, 2, "a header opens with a sentence of purpose"));
  if (!guarded) breaches.push_back(at(file, 1, "#pragma once is missing"));
  return breaches;
}

std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + (text.empty() || text.back() == '\n' ? 0 : 1);
}

Breaches check_length(const SourceFile& file) {
  if (!is_code(file) || line_count(file.text) <= 600) return {};
  return {file.path + ": " + std::to_string(line_count(file.text)) + " lines; split it below 400"};
}

std::string code_only(std::string_view text) {
  enum class In { code, line_comment, block_comment, text, character, raw };
  In in = In::code;
  std::string out;
  std::string raw_end;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\n') {
      if (in == In::line_comment) in = In::code;
      out += c;
      continue;
    }
    switch (in) {
      case In::code:
        if (c == '/' && next == '/') in = In::line_comment;
        else if (c == '/' && next == '*') in = In::block_comment;
        else if (c == '"' && i > 0 && text[i - 1] == 'R') {
          in = In::raw;
          raw_end = ")" + std::string(text.substr(i + 1, text.find('(', i) - i - 1)) + "\"";
        } else if (c == '"') in = In::text;
        else if (c == '\'' && (i == 0 || !is_word(text[i - 1]))) in = In::character;  // else a digit separator
        out += in == In::code ? c : ' ';
        break;
      case In::line_comment: out += ' '; break;
      case In::block_comment:
        out += ' ';
        if (c == '*' && next == '/') {
          out += ' ';
          ++i;
          in = In::code;
        }
        break;
      case In::text:
      case In::character:
        out += ' ';
        if (c == '\\' && next != '\n' && next != '\0') {
          out += ' ';
          ++i;
        } else if (c == (in == In::text ? '"' : '\'')) {
          in = In::code;
        }
        break;
      case In::raw:
        out += ' ';
        if (text.substr(i).starts_with(raw_end)) {
          out.append(raw_end.size() - 1, ' ');
          i += raw_end.size() - 1;
          in = In::code;
        }
        break;
    }
  }
  return out;
}

Breaches check_calls(const SourceFile& file) {
  Breaches breaches;
  if (!is_code(file)) return breaches;
  for_each_line(code_only(file.text), [&](std::size_t number, std::string_view line) {
    for (const Ban& ban : kBans)
      if (ban.applies(file) && contains_call(line, ban.call))
        breaches.push_back(at(file, number, "`" + std::string(ban.call) + "`: " + std::string(ban.instead)));
    if (is_header(file) && contains_call(line, "using namespace")) breaches.push_back(at(file, number, "`using namespace` in a header"));
  });
  return breaches;
}

Breaches check_words(const SourceFile& file) {
  // Written in two halves, so that this file does not breach its own rule.
  static const std::string kMarks[] = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X",
      "HA"
      "CK",
      "not imple"
      "mented",
      "unimple"
      "mented"};
  static const std::string kMachinePaths[] = {
      "/wor"
      "k/",
      "/roo"
      "t/",
      "/hom"
      "e/"};
  Breaches breaches;
  for_each_line(file.text, [&](std::size_t number, std::string_view line) {
    for (const std::string& mark : kMarks) {
      const std::size_t found = line.find(mark);
      if (found == std::string_view::npos) continue;
      const std::size_t end = found + mark.size();
      if ((found == 0 || !is_word(line[found - 1])) && (end == line.size() || !is_word(line[end])))
        breaches.push_back(at(file, number, "`" + mark + "` marks unfinished work"));
    }
    for (const std::string& path : kMachinePaths) {
      const std::size_t found = line.find(path);
      if (found != std::string_view::npos &&
          (found == 0 || (!is_word(line[found - 1]) && line[found - 1] != '.' && line[found - 1] != '/')))
        breaches.push_back(at(file, number, "`" + path + "` is a path of one machine"));
    }
    if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
      breaches.push_back(at(file, number, "a letter outside ASCII"));
  });
  return breaches;
}

Breaches check_test_names(const std::vector<SourceFile>& files) {
  Breaches breaches;
  std::map<std::string, std::string> first_seen;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with("_test.cpp")) continue;
    for_each_line(file.text, [&](std::size_t number, std::string_view line) {
      const auto name = test_name_on(line);
      if (!name) return;
      if (name->find_first_of("*\\\"$") != std::string::npos)
        breaches.push_back(at(file, number, "the test name holds one of *\\\"$, which CTest or the filter eats: " + *name));
      const auto [known, fresh] = first_seen.try_emplace(*name, at(file, number, ""));
      if (!fresh) breaches.push_back(at(file, number, "the test name is taken already at " + known->second + *name));
    });
  }
  return breaches;
}

Breaches check_listed(const std::vector<SourceFile>& files) {
  Breaches breaches;
  for (const SourceFile& file : files) {
    if (floor_of(file.path) == 0 || !file.path.ends_with(".cpp")) continue;
    const std::size_t slash = file.path.find('/');
    const std::string list = file.path.substr(0, slash) + "/CMakeLists.txt";
    const std::string name = file.path.substr(slash + 1);
    const auto found = std::find_if(files.begin(), files.end(), [&](const SourceFile& other) { return other.path == list; });
    bool listed = false;
    if (found != files.end())
      for_each_line(found->text, [&](std::size_t, std::string_view line) {
        for (std::size_t from = line.find(name); from != std::string_view::npos; from = line.find(name, from + 1)) {
          const std::size_t end = from + name.size();
          const bool starts = from == 0 || line[from - 1] == ' ' || line[from - 1] == '\t';
          if (starts && (end == line.size() || line[end] == ' ' || line[end] == ')')) listed = true;
        }
      });
    if (!listed) breaches.push_back(file.path + ": not named in " + list + ", so not built");
  }
  return breaches;
}

}  // namespace eastwest::tests
