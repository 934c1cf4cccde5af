// SPDX-License-Identifier: Apache-2.0
// Quantities of different dimension do not add, although both wrap an integer.
#include "core/quantity.hpp"

#ifdef EASTWEST_MUST_FAIL
auto sum(eastwest::Bytes a, eastwest::Length b) { return a + b; }
#else
auto sum(eastwest::Bytes a, eastwest::Bytes b) { return a + b; }
#endif
