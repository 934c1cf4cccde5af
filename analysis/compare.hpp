// SPDX-License-Identifier: Apache-2.0
// Compare: two or more traces side by side, each figure also as a ratio to the first.
//
// Traces whose scenarios differ in nothing but `seed:` are one design run several times: its figure is their mean, its
// spread their lowest to highest. A difference is marked when the two spreads do not overlap, and only when both designs were
// run with at least two seeds; with one seed each nothing is claimed. LIMITATIONS: a spread of few seeds is no confidence interval.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/trace_reader.hpp"

namespace eastwest {

struct Comparison {
  struct Design {
    std::string label;  // of its first trace
    std::vector<std::string> paths;
    std::vector<std::uint64_t> seeds;
    bool complete = true;  // all of its traces are
  };
  struct Value {
    double mean = 0;
    double low = 0;  // over the seeds
    double high = 0;
    std::size_t runs = 0;
  };
  enum class Mark : unsigned char { none, differs };  // differs: beyond the spread of both
  struct Row {
    std::string subject;  // job or "network"
    std::string metric;   // "step time", "TTFT p99", "busbw all_reduce ring 64.0 MiB"
    std::string unit;     // "s", "B/s", "1" (a share), "count"
    bool lower_is_better = true;
    std::vector<std::optional<Value>> values;  // per design; none: that design has no such figure
    std::vector<std::optional<double>> ratio;  // to the first design
    std::vector<Mark> marks;
  };
  std::vector<Design> designs;
  std::vector<Row> rows;
  std::vector<std::string> notes;  // what a reader must know: incomplete traces, equal digests, one seed only
};

/// At least one trace, in the order to print. `labels` may be empty: the file names are taken.
Comparison compare(const std::vector<TraceData>& traces, const std::vector<std::string>& labels = {});
std::string comparison_text(const Comparison& comparison);
std::string comparison_json(const Comparison& comparison);

}  // namespace eastwest
