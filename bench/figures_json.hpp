// SPDX-License-Identifier: Apache-2.0
// Figures of a run as JSON text and back: how a child process hands them to its parent.
#pragma once

#include <string>
#include <string_view>

#include "bench/run_once.hpp"

namespace eastwest::bench {

std::string figures_to_json(const RunFigures& figures);
/// Figures with an error when the text is not what figures_to_json writes.
RunFigures figures_from_json(std::string_view text);
/// The counters alone, as one JSON object.
std::string counters_to_json(const Counters& counters);

}  // namespace eastwest::bench
