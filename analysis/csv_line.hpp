// SPDX-License-Identifier: Apache-2.0
// One line of a CSV table with quoted cells (RFC 4180, without line feeds in cells): the form of the tables that studies write.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest {

/// Cells of one line without its line feed; nothing when quotes do not close or stand where they may not.
std::optional<std::vector<std::string>> csv_cells(std::string_view line);

}  // namespace eastwest
