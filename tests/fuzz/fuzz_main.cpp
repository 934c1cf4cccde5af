// SPDX-License-Identifier: Apache-2.0
// The entry of libFuzzer: `eastwest_fuzz --parser=NAME [CORPUS ...] [-max_total_time=S ...]`; `--list` prints the names.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/fuzz/parsers.hpp"

namespace {

const eastwest::tests::FuzzParser* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argument_count, char*** arguments) {
  constexpr std::string_view kOption = "--parser=";  // libFuzzer passes over what begins with two dashes
  for (int i = 1; i < *argument_count; ++i) {
    const std::string_view argument = (*arguments)[i];
    if (argument == "--list") {
      for (const auto& parser : eastwest::tests::fuzz_parsers()) std::printf("%s\n", std::string(parser.name).c_str());
      std::exit(0);
    }
    if (!argument.starts_with(kOption)) continue;
    for (const auto& parser : eastwest::tests::fuzz_parsers())
      if (parser.name == argument.substr(kOption.size())) chosen = &parser;
  }
  if (chosen == nullptr) {
    std::fputs("name a parser with --parser=NAME; --list prints the names\n", stderr);
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->read({reinterpret_cast<const char*>(data), size});
  return 0;
}
