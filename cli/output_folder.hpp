// SPDX-License-Identifier: Apache-2.0
// A folder of files that is written whole or not at all: into a new folder beside it, whose files are then moved to their places.
//
// Files of the folder that are not ours stay. With `list`, a CSV file whose column `file` names what an earlier call wrote, those of them that are
// no longer written are removed. LIMITATIONS: where the folder is there already, its files are replaced one by one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace eastwest::cli {

/// Name inside the folder, and bytes.
using FolderFile = std::pair<std::string, std::string_view>;

/// Errors: the folder cannot be made, is no folder, or a file cannot be written; then nothing has changed.
Status write_folder(const std::string& folder, const std::vector<FolderFile>& files, const std::string& list = "");

}  // namespace eastwest::cli
