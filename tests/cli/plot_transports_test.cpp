// SPDX-License-Identifier: Apache-2.0
// The script that draws transports runs in its small form, and what it prints agrees with the runs.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {

TEST_CASE("examples: plot_transports.py draws queues and rates of an incast and a permutation") {
  if (run_command({"/usr/bin/python3", "-c", "import h5py, matplotlib, PIL"}).exit_code != 0) {
    MESSAGE("skipped: /usr/bin/python3 has no h5py or matplotlib");
    return;
  }
  const TemporaryDirectory folder;
  const std::string script = eastwest::tests::source_directory() + "/docs/examples/plot_transports.py";
  ProgramOptions options;
  options.environment = {"MPLCONFIGDIR=" + folder.file("matplotlib")};
  const ProgramResult done = run_command(
      {"/usr/bin/python3", script, "--program", eastwest::tests::program(), "-o", folder.file("out"), "--small", "--only", "hpcc,window"},
      options);
  INFO(done.errors);
  REQUIRE(done.exit_code == 0);
  // Eight first windows into one port: a fixed window keeps the link full, so it ends when the last link has carried all bytes; a fat
  // tree of k = 4 has links that two flows share, so the permutation takes twice the ideal.
  CHECK_MESSAGE(done.output.find("| `window` | 0.088 ms | 1.00 |") != std::string::npos, done.output);
  CHECK_MESSAGE(done.output.find("| `window` | 0.042 ms | 2.05 |") != std::string::npos, done.output);
  CHECK_MESSAGE(done.output.find("| `hpcc` |") != std::string::npos, done.output);
  for (const char* name : {"out/incast.png", "out/permutation.png"}) {
    std::ifstream file(folder.file(name), std::ios::binary);
    std::string head(8, '\0');
    file.read(head.data(), 8);
    CHECK_MESSAGE(head == "\x89PNG\r\n\x1a\n", name);
    CHECK(std::filesystem::file_size(folder.file(name)) > 4096);
  }
}

}  // namespace eastwest::tests
