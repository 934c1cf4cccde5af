// SPDX-License-Identifier: Apache-2.0
// Record text: the record of a collective on one line, so that a schedule written in a foreign format keeps its records.
//
//   record RANKS BYTES BUS_FACTOR_BITS LOWER_BOUND_PS ALGORITHM OPERATION NAME...
//
// Invariants: parse_record(print_record(r)) is r but for `job` and `operations`; the factor is written as the bits of its double.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "workloads/schedule.hpp"

namespace eastwest {

std::string print_record(const Collective& record);
std::optional<Collective> parse_record(std::string_view line);

}  // namespace eastwest
