// SPDX-License-Identifier: Apache-2.0
// Checks that stop the program on our own bugs: never used for what a user can get wrong.
//
// EASTWEST_CHECK is always on; EASTWEST_VERIFY is for checks too dear for a release and is on in builds that
// define EASTWEST_CHECKED (the presets `checked`, `asan` and `tsan`).
#pragma once

namespace eastwest {

/// Prints "file:line: message (expression)" to standard error and aborts.
[[noreturn]] void check_failed(const char* expression, const char* message, const char* file, int line);

}  // namespace eastwest

#define EASTWEST_CHECK(expression, message)                                  \
  (__builtin_expect(static_cast<bool>(expression), 1) ? static_cast<void>(0) \
                                                      : ::eastwest::check_failed(#expression, message, __FILE__, __LINE__))

#ifdef EASTWEST_CHECKED
#define EASTWEST_VERIFY(expression, message) EASTWEST_CHECK(expression, message)
#else
#define EASTWEST_VERIFY(expression, message) static_cast<void>(0)
#endif

// A loop whose calls are all inlined: g++ keeps its variables in registers then. Not in checked builds, where the checks and
// sanitizers would make of one function more than g++ gets through in eight minutes.
#ifdef EASTWEST_CHECKED
#define EASTWEST_INLINE_ALL
#else
#define EASTWEST_INLINE_ALL [[gnu::flatten]]
#endif
// What such a loop calls rarely and shall not swallow.
#define EASTWEST_APART [[gnu::noinline]]
