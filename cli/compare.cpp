// SPDX-License-Identifier: Apache-2.0
// The verb `compare`: traces side by side.
#include "analysis/compare.hpp"

#include <cstdio>
#include <utility>

#include "analysis/trace_reader.hpp"
#include "cli/program.hpp"

namespace eastwest::cli {

int compare_verb(const CompareArguments& arguments) {
  std::vector<TraceData> traces;
  bool readable = true;
  for (const std::string& path : arguments.traces) {
    Result<TraceData> trace = read_trace(path);
    if (trace) {
      traces.push_back(std::move(trace).value());
    } else {
      print_error(trace.error());  // all of them, not only the first
      readable = false;
    }
  }
  if (!readable) return kExitInput;
  const Comparison comparison = compare(traces);
  std::fputs((arguments.json ? comparison_json(comparison) : comparison_text(comparison)).c_str(), stdout);
  return kExitDone;
}

}  // namespace eastwest::cli
