// SPDX-License-Identifier: Apache-2.0
// The path of a trace or page, settled and tried before the run: a simulation of an hour must not end at a wrong folder.
#pragma once

#include <string>

#include "core/result.hpp"

namespace eastwest::cli {

/// The path to write: `output` as given, or the stem of `input` with `ending` in the current folder. Errors: no such
/// folder, a folder, not writable, not a plain file. An existing file is fine: it is replaced when the new one is complete.
Result<std::string> settle_output(const std::string& output, const std::string& input, const std::string& ending = ".h5");

}  // namespace eastwest::cli
