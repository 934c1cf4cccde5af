// SPDX-License-Identifier: Apache-2.0
// The verbs `export --format netbox` and `import netbox` as a user calls them: the example of docs/netbox.md, exit codes, files left.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/run_in_folder.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("netbox verbs: out, in and out again gives the same files") {
  const TemporaryDirectory folder;
  folder.write("SITE.yaml", "topology: leaf_spine\nservers: 4\nserver: dgx-h100\nhost_optic: 400g-dr4\nplant: {cabling: structured}\n");
  ProgramResult result = run_program({"export", "SITE.yaml", "--format", "netbox", "-o", "netbox"}, in(folder));
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  folder.write("netbox/14-interfaces.csv", "device,name,type\nnobody,eth0,other\n");  // of an earlier export
  REQUIRE(run_program({"export", "SITE.yaml", "--format", "netbox", "-o", "netbox"}, in(folder)).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "netbox/14-interfaces.csv"));
  result = run_program({"import", "netbox", "netbox", "-o", "site"}, in(folder));
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "site.part"));
  REQUIRE(run_program({"export", "site/site.yaml", "--format", "netbox", "-o", "again"}, in(folder)).exit_code == 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "netbox"))
    if (entry.is_regular_file()) CHECK(read_file(entry.path()) == read_file(folder.path() / "again" / entry.path().filename()));
}

TEST_CASE("netbox verbs: bad input is told and nothing is written") {
  const TemporaryDirectory folder;
  folder.write("nb/devices.csv", "name,role,site\na,Server,S\n");
  CHECK(run_program({"import", "netbox", "nb", "-o", "site"}, in(folder)).exit_code == 2);
  CHECK(run_program({"import", "netbox", "nowhere", "-o", "site"}, in(folder)).exit_code == 2);
  CHECK(run_program({"import", "visio", "nb", "-o", "site"}, in(folder)).exit_code == 2);
  folder.write("SITE.yaml", "topology: leaf_spine\nservers: 2\n");
  CHECK(run_program({"export", "SITE.yaml", "--format", "netbox", "--dialect", "3", "-o", "out"}, in(folder)).exit_code == 2);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "site"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "out"));
}

}  // namespace
}  // namespace eastwest::tests
