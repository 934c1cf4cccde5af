// SPDX-License-Identifier: Apache-2.0
#include "cli/load.hpp"

#include <cstdio>
#include <cstring>
#include <filesystem>

#include "analysis/trace_reader.hpp"

namespace eastwest::cli {

namespace {

/// By content, not by name: a trace starts with the HDF5 signature (HDF5 File Format Specification 3.0, section II.A).
bool is_trace(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) return false;
  std::FILE* stream = std::fopen(path.c_str(), "rb");
  if (stream == nullptr) return false;
  char head[8] = {};
  const std::size_t got = std::fread(head, 1, sizeof head, stream);
  std::fclose(stream);
  return got == sizeof head && std::memcmp(head, "\x89HDF\r\n\x1a\n", sizeof head) == 0;
}

}  // namespace

std::optional<Scenario> load(const std::string& path, const std::vector<std::string>& overrides, Diagnostics& diagnostics) {
  if (!is_trace(path)) return load_scenario(path, overrides, diagnostics);
  const Result<TraceData> trace = read_trace(path);
  if (!trace) {
    std::string message = trace.error().message;
    if (message.starts_with(path + " ")) message.replace(0, path.size(), "the file");  // the place names it already
    diagnostics.error({path, 0, 0}, message, trace.error().remedy);
    return std::nullopt;
  }
  return load_scenario_text(trace->scenario_text, path + ":/meta/scenario", std::filesystem::path(path).parent_path().string(), overrides,
                            diagnostics);
}

}  // namespace eastwest::cli
