// SPDX-License-Identifier: Apache-2.0
// A Result cannot be dropped on the floor: the error in it would be lost.
#include "core/quantity.hpp"

#pragma GCC diagnostic error "-Wunused-result"

void read() {
#ifdef EASTWEST_MUST_FAIL
  eastwest::parse_quantity("4 B", eastwest::Dimension::bytes);
#else
  (void)eastwest::parse_quantity("4 B", eastwest::Dimension::bytes);
#endif
}
