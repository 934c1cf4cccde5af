// SPDX-License-Identifier: Apache-2.0
// The JSON Schema (draft 2020-12) of scenario and study files, made from the declared parameters, for editors to complete and check.
//
// LIMITATIONS: whether names refer to something that exists, and whether values fit together, only `eastwest` can say.
#pragma once

#include <string>

namespace eastwest {

std::string scenario_schema();
/// The same of a study file.
std::string study_schema();

}  // namespace eastwest
