// SPDX-License-Identifier: Apache-2.0
// The trace's path, settled and tried before the run: a simulation of an hour must not end at a wrong folder.
#pragma once

#include <string>

#include "core/result.hpp"

namespace eastwest::cli {

/// The path to write: `output` as given, or the stem of `scenario` with .h5 in the current folder. Errors: no such
/// folder, a folder, not writable, not a plain file. An existing trace is fine: it is replaced when the new one is complete.
Result<std::string> settle_output(const std::string& output, const std::string& scenario);

}  // namespace eastwest::cli
