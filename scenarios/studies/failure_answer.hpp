// SPDX-License-Identifier: Apache-2.0
// The answer of a failure study: which failure costs most, ranked, and what new routes win back.
//
// The cost of a failure is the relative change of a wanted figure against the undisturbed run; a run that does not finish stands above
// all; one that was refused or is not to be used has no cost and stands below all. Failures that cost the same are one line. LIMITATIONS: ranked by the mean over seeds; the interval stands beside it.
#pragma once

#include <string>

#include "scenarios/studies/study_table.hpp"

namespace eastwest {

std::string failure_answer(const StudyTable& table);

}  // namespace eastwest
