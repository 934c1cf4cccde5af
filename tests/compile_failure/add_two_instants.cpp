// SPDX-License-Identifier: Apache-2.0
// Two instants do not add: "ten past plus ten past" has no meaning. An instant and a span do.
#include "core/quantity.hpp"

#ifdef EASTWEST_MUST_FAIL
auto sum(eastwest::Time a, eastwest::Time b) { return a + b; }
#else
auto sum(eastwest::Time a, eastwest::Duration b) { return a + b; }
#endif
