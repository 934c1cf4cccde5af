// SPDX-License-Identifier: Apache-2.0
// The rules of the house (ARCHITECTURE.md), held over every file of the tree; and each rule shown to bite.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/places.hpp"
#include "tests/support/tidy_rules.hpp"

namespace eastwest::tests {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kTree = read_tree(eastwest::tests::source_directory());
  return kTree;
}

template <class Rule>
void hold(Rule rule) {
  for (const SourceFile& file : tree())
    for (const std::string& breach : rule(file)) FAIL_CHECK(breach);
}

std::string joined(const Breaches& breaches) {
  std::string all;
  for (const std::string& breach : breaches) all += breach + "\n";
  return all;
}

TEST_CASE("tidy: the tree was found") {
  CHECK(tree().size() > 30);
  bool core_seen = false;
  for (const SourceFile& file : tree()) core_seen = core_seen || file.path == "core/quantity.cpp";
  CHECK(core_seen);
}

TEST_CASE("tidy: includes only go down the floors") { hold(check_arrows); }
TEST_CASE("tidy: every library is spoken to through its door") { hold(check_doors); }
TEST_CASE("tidy: files open with licence and purpose") { hold(check_opening); }
TEST_CASE("tidy: nothing that prints, exits, throws or draws lots where it must not") { hold(check_calls); }
TEST_CASE("tidy: no unfinished work, no path of one machine, plain letters") { hold(check_words); }
TEST_CASE("tidy: test names are unique and survive CTest") {
  for (const std::string& breach : check_test_names(tree())) FAIL_CHECK(breach);
}

TEST_CASE("tidy: one type, one name") {
  for (const std::string& breach : check_type_names(tree())) FAIL_CHECK(breach);
}

TEST_CASE("tidy: the rule of type names bites on two of one name, and not on nested, anonymous or declared ones") {
  const SourceFile one{
      "a.hpp",
      "#pragma once\nnamespace n {\nstruct Later;\nenum class Kind : char { a };\nstruct Row : Base {\n  struct Part {};\n};\n}\n"};
  const SourceFile other{"b.cpp",
                         "namespace n {\nnamespace {\nstruct Row {};\n}\nstruct Later {};\nvoid f() {\n  struct Kind {};\n}\n}\nnamespace "
                         "m {\nstruct Row {};\n}\n"};
  CHECK(check_type_names({one, other}).empty());
  const SourceFile again{"c.hpp", "namespace n {\ntemplate <class T>\nclass Row final {\n};\nenum class Kind { b };\n}\n"};
  CHECK(joined(check_type_names({one, other, again})) ==
        "c.hpp:3: `n::Row` is defined in a.hpp:5 too: give one of them another name\n"
        "c.hpp:5: `n::Kind` is defined in a.hpp:4 too: give one of them another name\n");
}

TEST_CASE("tidy: links of the documents lead somewhere") {
  hold([](const SourceFile& file) { return check_links(file, eastwest::tests::source_directory()); });
}

TEST_CASE("tidy: no source lies dead") {
  for (const std::string& breach : check_listed(tree())) FAIL_CHECK(breach);
}

TEST_CASE("tidy: files stay readable in length") {
  hold(check_length);
  for (const SourceFile& file : tree())
    if ((file.path.ends_with(".cpp") || file.path.ends_with(".hpp")) && line_count(file.text) > 400)
      MESSAGE(file.path << " has " << line_count(file.text) << " lines; aim below 400");
}

TEST_CASE("tidy rule: arrows") {
  CHECK(joined(check_arrows({"core/a.cpp", "#include \"topology/fabric.hpp\"\n"})) ==
        "core/a.cpp:1: `topology/fabric.hpp` stands on a higher floor\n");
  CHECK(check_arrows({"topology/a.cpp", "  #  include \"core/id.hpp\"\n"}).empty());
  CHECK(check_arrows({"topology/a.cpp", "\n # include \"cli/x.hpp\"\n"}).size() == 1);
  CHECK(check_arrows({"sim/packet/a.cpp", "#include \"sim/flow/b.hpp\"\n"}).size() == 1);
  CHECK(check_arrows({"sim/flow/a.hpp", "#include \"sim/packet/b.hpp\"\n"}).size() == 1);
  CHECK(check_arrows({"sim/packet/a.cpp", "#include \"sim/packet/b.hpp\"\n"}).empty());
  CHECK(check_arrows({"sim/a.cpp", "#include \"b.hpp\"\n"}).size() == 1);
  CHECK(check_arrows({"sim/a.cpp", "#include \"../core/id.hpp\"\n"}).size() == 1);
  CHECK(check_arrows({"sim/a.cpp", "#include \"tests/support/x.hpp\"\n"}).size() == 1);
  CHECK(check_arrows({"tests/sim/a_test.cpp", "#include \"tests/support/x.hpp\"\n#include \"cli/y.hpp\"\n"}).empty());
  CHECK(check_arrows({"docs/page.md", "#include \"nowhere.hpp\"\n"}).empty());
}

TEST_CASE("tidy rule: doors") {
  CHECK(joined(check_doors({"core/a.cpp", "#include <hdf5.h>\n"})) == "core/a.cpp:1: HDF5 has no door here\n");
  CHECK(check_doors({"sim/trace/writer.cpp", "#include <hdf5.h>\n"}).empty());
  CHECK(check_doors({"sim/trace/writer.hpp", "#include <hdf5.h>\n"}).size() == 1);
  CHECK(check_doors({"sim/trace/writer.cpp", "#include \"sim/trace/hdf5_handles.hpp\"\n"}).empty());
  CHECK(check_doors({"cli/a.cpp", "#include \"sim/trace/hdf5_handles.hpp\"\n"}).size() == 1);
  CHECK(check_doors({"sim/flow/a.cpp", "#include <tbb/parallel_for.h>\n"}).size() == 1);
  CHECK(check_doors({"sim/packet/a.cpp", "#include <oneapi/tbb.h>\n"}).empty());
  CHECK(check_doors({"scenarios/loader.cpp", "#include <yaml-cpp/yaml.h>\n"}).size() == 1);
  CHECK(check_doors({"scenarios/yaml_document.cpp", "#include <yaml-cpp/yaml.h>\n"}).empty());
  CHECK(check_doors({"sim/a.cpp", "#include <nlohmann/json.hpp>\n"}).size() == 1);
  CHECK(check_doors({"sim/a.cpp", "#include <spdlog/spdlog.h>\n#include <CLI/CLI.hpp>\n"}).size() == 2);
  CHECK(check_doors({"sim/a.cpp", "#include <boost/asio.hpp>\n"}).size() == 1);
  CHECK(check_doors({"core/a.cpp", "#include <unistd.h>\n"}).size() == 1);
  CHECK(check_doors({"sim/a.hpp", "#include <sys/stat.h>\n"}).size() == 1);
  CHECK(check_doors({"sim/a.cpp", "#include <vector>\n#include <sys/stat.h>\n"}).empty());
}

TEST_CASE("tidy rule: openings") {
  const std::string licence = "// SPDX-License-Identifier: Apache-2.0\n";
  CHECK(check_opening({"core/a.cpp", "#include <vector>\n"}).size() == 1);
  CHECK(check_opening({"core/a.cpp", licence}).empty());
  CHECK(check_opening({"core/a.cpp", ""}).size() == 1);
  CHECK(check_opening({"core/a.hpp", licence + "#pragma once\n"}).size() == 1);
  CHECK(check_opening({"core/a.hpp", licence + "// A sentence that says what this is for.\n"}).size() == 1);
  CHECK(check_opening({"core/a.hpp", licence + "// A sentence that says what this is for.\n#pragma once\n"}).empty());
  CHECK(check_opening({"core/CMakeLists.txt", "target_sources()\n"}).size() == 1);
  CHECK(check_opening({"core/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n"}).empty());
}

TEST_CASE("tidy rule: length") {
  CHECK(line_count("") == 0);
  CHECK(line_count("a") == 1);
  CHECK(line_count("a\nb\n") == 2);
  CHECK(check_length({"core/a.cpp", std::string(600, '\n')}).empty());
  CHECK(check_length({"core/a.cpp", std::string(601, '\n')}).size() == 1);
  CHECK(check_length({"docs/a.md", std::string(601, '\n')}).empty());
}

TEST_CASE("tidy rule: calls") {
  const auto breaches = [](std::string path, std::string code) { return check_calls({std::move(path), std::move(code)}).size(); };
  CHECK(breaches("sim/a.cpp", "int x = rand();") == 1);
  CHECK(breaches("tests/a.cpp", "int x = std::rand();") == 1);
  CHECK(breaches("sim/a.cpp", "int x = brand();") == 0);
  CHECK(breaches("sim/a.cpp", "std::hash<int> h;") == 1);
  CHECK(breaches("sim/a.cpp", "std::random_device d;") == 1);
  CHECK(breaches("sim/a.cpp", "std::exit(1);") == 1);
  CHECK(breaches("cli/a.cpp", "std::exit(1);") == 0);
  CHECK(breaches("sim/a.cpp", "std::abort();") == 1);
  CHECK(breaches("core/check.cpp", "std::abort();") == 0);
  CHECK(breaches("sim/a.cpp", "throw Bad{};") == 1);
  CHECK(breaches("tests/a.cpp", "throw Bad{};") == 0);
  CHECK(breaches("sim/a.cpp", "std::cout << 1;") == 1);
  CHECK(breaches("cli/a.cpp", "std::cout << 1;") == 0);
  CHECK(breaches("sim/a.cpp", "std::printf(\"x\");") == 1);
  CHECK(breaches("sim/a.cpp", "std::snprintf(b, n, \"x\");") == 0);
  CHECK(breaches("sim/a.cpp", "auto t = std::chrono::steady_clock::now();") == 1);
  CHECK(breaches("sim/a.hpp", "using namespace std;") == 1);
  CHECK(breaches("sim/a.cpp", "// we do not throw here; /* rand() */\nconst char* s = \"exit(\"; /* throw it */ f();") == 0);
}

TEST_CASE("tidy rule: comments and literals are not code") {
  CHECK(code_only("a // b\nc") == "a     \nc");
  CHECK(code_only("a /* b\nc */ d") == "a     \n     d");
  CHECK(code_only("f(\"x\\\"y\", 'z', 1'000)") == "f(      ,    , 1'000)");
  CHECK(code_only("f(R\"-(a\")b)-\") g") == "f(R          ) g");
}

TEST_CASE("tidy rule: words") {
  const std::string mark =
      "TO"
      "DO";
  CHECK(check_words({"core/a.cpp", "// " + mark + ": later\n"}).size() == 1);
  CHECK(check_words({"core/a.cpp", "int " + mark + "_LIST;\n"}).empty());
  CHECK(check_words({"docs/a.md",
                     "see /wor"
                     "k/main\n"})
            .size() == 1);
  CHECK(check_words({"docs/a.md",
                     "a frame"
                     "/wor"
                     "k/b\n"})
            .empty());
  CHECK(check_words({"docs/a.md", "caf\xc3\xa9\n"}).size() == 1);
}

TEST_CASE("tidy rule: test names") {
  const std::string open =
      "TEST_CASE"
      "(\"";
  CHECK(check_test_names({{"tests/a_test.cpp", open + "one\") {\n" + open + "two\") {\n"}}).empty());
  CHECK(check_test_names({{"tests/a_test.cpp", open + "one\") {\n"}, {"tests/b_test.cpp", open + "one\") {\n"}}).size() == 1);
  CHECK(check_test_names({{"tests/a_test.cpp", open + "all of a*\") {\n"}}).size() == 1);
}

TEST_CASE("tidy rule: links") {
  const std::string root = eastwest::tests::source_directory();
  CHECK(check_links({"docs/a.md", "[x](nowhere.md)"}, root).size() == 1);
  CHECK(check_links({"docs/a.md", "[x](../README.md#top) [y](https://example.org/z) [here](#part)"}, root).empty());
  CHECK(check_links({"README.md", "[x](docs/README.md)"}, root).empty());
}

TEST_CASE("tidy rule: sources are listed") {
  const SourceFile list{"sim/CMakeLists.txt", "target_sources(eastwest PRIVATE\n  packet/a.cpp\n  bad.cpp)\n"};
  CHECK(check_listed({{"sim/packet/a.cpp", ""}, {"sim/bad.cpp", ""}, list}).empty());
  CHECK(check_listed({{"sim/d.cpp", ""}, list}).size() == 1);
  CHECK(check_listed({{"sim/a.cpp", ""}, list}).size() == 1);
  CHECK(check_listed({{"tests/x_test.cpp", ""}}).empty());
}

}  // namespace
}  // namespace eastwest::tests
