// SPDX-License-Identifier: Apache-2.0
// docs/verify.md is true: its example prints what stands there, its tables of parts and mappings are read, its list of kinds is complete.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "analysis/hardware/evidence_folder.hpp"
#include "analysis/hardware/part_table.hpp"
#include "analysis/hardware/verification.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

std::string document() { return read_file(std::filesystem::path(source_directory()) / "docs/verify.md"); }

/// The block between fences that begins with `first`.
std::string block(const std::string& text, const std::string& first) {
  const std::size_t begin = text.find("```\n" + first);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("\n```", begin + 4);
  return text.substr(begin + 4, end + 1 - begin - 4);
}

TEST_CASE("verify document: the example prints what stands there") {
  const std::string text = document();
  const std::string shown = block(text, "$ eastwest verify docs/examples");
  const ProgramResult run = run_program({"verify", "docs/examples/verify/site.yaml", "--received", "docs/examples/verify/received"},
                                        {.directory = source_directory(), .environment = {}, .kill_when = {}});
  CHECK(run.exit_code == 1);
  CHECK(run.errors.empty());
  CHECK(shown.substr(shown.find('\n') + 1) == run.output);
}

TEST_CASE("verify document: the tables in it are read") {
  const std::string text = document();
  Diagnostics diagnostics;
  const std::string parts = block(text, "part_number,kind");
  InputErrors errors("parts", parts, diagnostics);
  PartTable table;
  table.read(parts, errors);
  CHECK(table.rows().size() == 2);
  const std::string mapping = block(text, "field,source_column");
  InputErrors mapping_errors("mapping", mapping, diagnostics);
  CHECK(read_column_mapping(mapping, mapping_errors).fields.size() == 5);
  const std::string tests = block(text, "cable_id,fibre,far_fibre");
  const EvidenceText file{"tests.csv", tests};
  const Evidence evidence = read_evidence({&file, 1}, diagnostics);
  CHECK(evidence.losses.size() == 1);
  CHECK(diagnostics.all().empty());
}

TEST_CASE("verify document: every kind of finding and of naming is in it") {
  const std::string text = document();
  for (std::size_t kind = 0; kind < kFindingKinds; ++kind) {
    const std::string name = readable(static_cast<FindingKind>(kind));
    if (name == "fault" || name.starts_with("unknown") || name == "unreadable") continue;
    CAPTURE(name);
    CHECK(text.find(name) != std::string::npos);
  }
  CHECK(evidence_origin("leaf-0.ethtool.swp1.json").interface == "swp1");
}

}  // namespace
}  // namespace eastwest::tests
