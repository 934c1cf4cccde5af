// SPDX-License-Identifier: Apache-2.0
// Where this tree and its program are. In one file only, so that all others compile to the same anywhere and ccache knows them.
#pragma once

#include <string>

namespace eastwest::tests {

/// The folder of this tree.
const std::string& source_directory();
/// The built program `eastwest`.
const std::string& program();

}  // namespace eastwest::tests
