// SPDX-License-Identifier: Apache-2.0
// What a training job can be told.
#pragma once

#include <vector>

#include "core/parameter.hpp"

namespace eastwest {

std::vector<ParameterSpec> training_parameters();

}  // namespace eastwest
