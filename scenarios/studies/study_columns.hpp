// SPDX-License-Identifier: Apache-2.0
// Columns that a study's file names, in `results` and as limits, held against those that its runs can have.
//
// A name that no run can have would give an empty table, or a limit that nothing keeps. Known once the jobs of all points are.
#pragma once

#include "core/diagnostic.hpp"
#include "scenarios/studies/study.hpp"

namespace eastwest {

/// Every pattern of `results` that matches no column, and every limit on a column that there is not, with the nearest one that there is.
void check_columns(const Study& study, Diagnostics& diagnostics);

}  // namespace eastwest
