// SPDX-License-Identifier: Apache-2.0
#include "core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace eastwest {

void check_failed(const char* expression, const char* message, const char* file, int line) {
  std::fprintf(stderr, "eastwest: internal error: %s:%d: %s (%s)\n", file, line, message, expression);
  std::abort();
}

}  // namespace eastwest
