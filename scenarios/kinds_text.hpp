// SPDX-License-Identifier: Apache-2.0
// Kinds as text: what there is to choose from and what each can be told, from the declarations themselves.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace eastwest {

/// One line per topology, job kind, collective and group of options.
std::string kinds_text();
/// Parameters of one of them as a table; the error names the nearest. A collective has no parameters of its own.
Result<std::string> kind_text(std::string_view name);

}  // namespace eastwest
