// SPDX-License-Identifier: Apache-2.0
// The shipped studies: each loads without a word, is explained to newcomers, agrees with the schema, and answers in its first lines.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "analysis/figures.hpp"
#include "scenarios/json_schema.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_kind.hpp"
#include "tests/scenarios/library_files.hpp"
#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;
namespace fs = std::filesystem;

TEST_CASE("library studies: every one loads, starts with a comment and says how it is run") {
  CHECK(library_studies().size() >= 4);
  for (const auto& file : library_studies()) {
    CAPTURE(file.string());
    Diagnostics diagnostics;
    CHECK(load_study(file.string(), diagnostics).has_value());
    CHECK_MESSAGE(diagnostics.all().empty(), diagnostics.print());
    const std::string text = read_file(file);
    CHECK(text.starts_with("# "));
    CHECK(text.find("\ndescription: ") != std::string::npos);
    CHECK(text.find("eastwest study " + fs::relative(file, source_directory()).string()) != std::string::npos);
  }
}

TEST_CASE("library studies: an independent validator accepts them by the schema, and refuses slips") {
  if (run_command({"python3", "-c", "import jsonschema, yaml"}).exit_code != 0) {
    MESSAGE("skipped: python3-jsonschema or python3-yaml is not installed");
    return;
  }
  const TemporaryDirectory folder;
  const std::string schema = folder.write("schema.json", study_schema());
  const std::string script = folder.write("check.py",
                                          "import json, sys, yaml, jsonschema\n"
                                          "schema = json.load(open(sys.argv[1]))\n"
                                          "jsonschema.Draft202012Validator.check_schema(schema)\n"
                                          "v = jsonschema.Draft202012Validator(schema)\n"
                                          "for f in sys.argv[2:]:\n"
                                          "    print(f, 'good' if v.is_valid(yaml.safe_load(open(f))) else 'bad')\n");
  std::vector<std::string> command = {"python3", script, schema};
  for (const auto& file : library_studies()) command.push_back(file.string());
  const std::vector<std::string> slips = {"study: sweeep\nbase: a.yaml\ngrid: {a: [1]}\n", "study: sweep\nbase: a.yaml\ngrid: {a: 1}\n",
                                          "study: sweep\nbase: a.yaml\nreplications: many\ngrid: {a: [1]}\n",
                                          "study: compare\nbase: a.yaml\n", "study: sweep\nbase: a.yaml\ngrids: {a: [1]}\n"};
  for (std::size_t i = 0; i < slips.size(); ++i) command.push_back(folder.write("slip-" + std::to_string(i) + ".yaml", slips[i]));
  const ProgramResult result = run_command(command);
  REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
  for (const auto& file : library_studies()) CHECK_MESSAGE(result.output.find(file.string() + " good") != std::string::npos, result.output);
  for (std::size_t i = 0; i < slips.size(); ++i)
    CHECK_MESSAGE(result.output.find("slip-" + std::to_string(i) + ".yaml bad") != std::string::npos, result.output);
}

TEST_CASE("library studies: two designs are told apart in the first lines") {
  const TemporaryDirectory folder;
  const ProgramResult result = run_program({"study", source_directory() + "/scenarios/library/two-designs.yaml"}, in(folder));
  REQUIRE_MESSAGE(result.exit_code == 0, result.errors);
  const std::string head = result.output.substr(0, 600);
  // A 2:1 oversubscribed spine slows what crosses it; serving moves too little to feel it at its tail.
  CHECK_MESSAGE(head.find("leaf-spine against rail\n") != std::string::npos, head);
  CHECK_MESSAGE(head.find("training alone: train step time mean +") != std::string::npos, head);
  CHECK_MESSAGE(head.find("serving alone: serve TTFT p99 none") != std::string::npos, head);
  CHECK_MESSAGE(head.find("site cables -25.0 %") != std::string::npos, head);  // 128 against 96
}

TEST_CASE("library studies: growth, search and failures answer their question in the first lines") {
  const TemporaryDirectory folder;
  const std::string library = source_directory() + "/scenarios/library/";
  const ProgramResult growth = run_program({"study", library + "growth-32-to-512.yaml"}, in(folder));
  REQUIRE_MESSAGE(growth.exit_code == 0, growth.errors);
  CHECK_MESSAGE(growth.output.find("512 (+256)") != std::string::npos, growth.output);
  // 64 + 128 + 256 + 512 cables and the devices that they plug into, each found again as it was laid.
  CHECK_MESSAGE(growth.output.find("moves: 0, of 1068 cables, trunks and devices") != std::string::npos, growth.output);
  CHECK_MESSAGE(growth.output.find("switch power       not known") != std::string::npos, growth.output);
  const ProgramResult search = run_program({"study", library + "cheapest-64.yaml"}, in(folder));
  REQUIRE_MESSAGE(search.exit_code == 0, search.errors);
  CHECK_MESSAGE(search.output.find("cheapest that keeps every limit: point 1 (leaf-spine 4:1, adaptive)") != std::string::npos,
                search.output);
  // The shipped one with one seed and without cables, which are most of its runs.
  std::string text = read_file(library + "failure-64.yaml");
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"base: two", "base: " + library + "two"},
                                 {"replications: 5", "replications: 1"},
                                 {"components: cables, optics, switches", "components: switches"}}) {
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
  }
  folder.write("failure.yaml", text);
  const ProgramResult failure = run_program({"study", "failure.yaml"}, in(folder));
  REQUIRE_MESSAGE(failure.exit_code == 0, failure.errors);  // stalls are answers
  // A leaf has the only link of its servers; a spine has another beside it.
  CHECK_MESSAGE(failure.output.find("6 x switch: 4 stop the work, the worst of the other 2 costs +") != std::string::npos, failure.output);
}

TEST_CASE("studies format: the example loads, and every figure of network and site is told") {
  const std::string text = read_file(source_directory() + "/docs/studies-format.md");
  const std::size_t start = text.find("```yaml\n") + 8;
  const std::string example = text.substr(start, text.find("```", start) - start);
  Diagnostics diagnostics;
  const auto study = load_study_text(example, source_directory() + "/scenarios/library/example.yaml", diagnostics);
  REQUIRE_MESSAGE(study.has_value(), diagnostics.print());
  CHECK(study->rows() == 12);
  for (const FigureColumn& column : figure_columns({}))
    CHECK_MESSAGE(text.find("`" + std::string(column.figure) + "`") != std::string::npos, column.name);
  for (const StudyKind* kind : study_kinds()) {
    CHECK_MESSAGE(text.find("**" + std::string(kind->name) + "** takes") != std::string::npos, kind->name);
    for (const StudyPart& part : kind->parts()) CHECK_MESSAGE(text.find("`" + std::string(part.name)) != std::string::npos, part.name);
    for (const ParameterSpec& spec : kind->parameters())
      CHECK_MESSAGE(text.find("`" + std::string(spec.name)) != std::string::npos, spec.name);
  }
}
