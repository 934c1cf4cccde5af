// SPDX-License-Identifier: Apache-2.0
// Parameters of a serving job: instances, batching, memory, router, costs and targets; those of its arrivals stand in serving_arrivals.hpp.
#pragma once

#include <vector>

#include "core/parameter.hpp"

namespace eastwest {

std::vector<ParameterSpec> serving_parameters();

}  // namespace eastwest
