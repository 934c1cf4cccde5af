// SPDX-License-Identifier: Apache-2.0
// The parsers of files that users bring, each as one function of any bytes: what the fuzzer feeds and the tests run over the corpora.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace eastwest::tests {

struct FuzzParser {
  std::string_view name;                       // also of its corpus: tests/fuzz/corpus/NAME
  std::size_t (*read)(std::string_view text);  // how many records it took; must return for any bytes
};
std::span<const FuzzParser> fuzz_parsers();

}  // namespace eastwest::tests
