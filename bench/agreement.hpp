// SPDX-License-Identifier: Apache-2.0
// Agreement: whether all runs of a suite computed what they should, before anything about their speed is believed.
//
// A run must be complete and sane, and every run of the same work, size and fidelity must have the same digest, whatever its threads
// and whether or not a trace was written.
#pragma once

#include <string>
#include <vector>

#include "bench/suite.hpp"

namespace eastwest::bench {

/// Empty when all is well; else one sentence per breach. A suite without runs is a breach: nothing was checked.
std::vector<std::string> disagreements(const std::vector<Row>& rows);

}  // namespace eastwest::bench
