// SPDX-License-Identifier: Apache-2.0
// A suite: variants of the same works, run in turn so that what is compared was measured side by side.
//
// On a shared machine a single time says little: neighbours slow a run down by half and more. So every round runs all variants of a
// group one after the other; ratios are taken within a round and the median of the rounds is reported, times as minimum and median.
// Invariant: `runs` of all rows of one suite have the same length.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run_once.hpp"

namespace eastwest::bench {

struct Row {
  Work work;
  RunSetting setting;
  std::vector<RunFigures> runs;  // one per round
};

/// "permutation-512, 2 threads, trace".
std::string label(const Row& row);

/// Runs every row `rounds` times, interleaved. Ends early, with the error in the last run of its row, when one fails.
void run_rounds(std::vector<Row>& rows, unsigned rounds, const std::function<void(const Row&)>& before_run);

using Figure = double (*)(const RunFigures&);
double cpu_of(const RunFigures& run);
double wall_of(const RunFigures& run);
double peak_of(const RunFigures& run);
/// CPU seconds per packet-hop.
double cpu_per_hop(const RunFigures& run);

/// Of a row without runs, both are 0.
double minimum(const Row& row, Figure figure);
double median(const Row& row, Figure figure);
/// Median over the rounds of figure(one) / figure(other), both of the same round.
double paired_ratio(const Row& one, const Row& other, Figure figure);

/// The row of that work and setting, or null.
const Row* find_row(const std::vector<Row>& rows, std::string_view work, const RunSetting& setting);

}  // namespace eastwest::bench
