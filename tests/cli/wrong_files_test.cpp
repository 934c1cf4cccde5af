// SPDX-License-Identifier: Apache-2.0
// Files of every wrong sort given to run, explain and compare: exit code 2, the exact words, nothing on standard output.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/run_program.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest::tests;

namespace {

constexpr const char* kNoTrace =
    " is not a trace: it does not start as an HDF5 file does\n"
    "remedy: give a trace written by `eastwest run -o`; a scenario is run with `eastwest run`\n";
constexpr const char* kDamaged =
    " is not a readable HDF5 file (...)\nremedy: it may be cut short or damaged: copy it again, or run the scenario again\n";
constexpr const char* kNotText = "remedy: give a YAML file in UTF-8; traces (`.h5`) belong to `eastwest compare`\n";

/// What HDF5 itself says differs between its versions.
std::string without_reason(std::string text) {
  const std::size_t open = text.find("HDF5 file (");
  if (open == std::string::npos) return text;
  const std::size_t begin = open + 11;
  const std::size_t end = text.find(")\n", begin);
  REQUIRE(end != std::string::npos);
  CHECK(end > begin);
  return text.replace(begin, end - begin, "...");
}

}  // namespace

TEST_CASE("program: wrong files of every sort are refused in exact words by run, explain and compare") {
  const TemporaryDirectory folder;
  ProgramOptions options;
  options.directory = folder.path().string();
  folder.write("good.yaml",
               "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 1}\njobs:\n  a: {kind: incast, size: 64 KiB}\n");
  REQUIRE(run_program({"run", "good.yaml", "--quiet"}, options).exit_code == 0);
  const std::string trace = read_file(folder.file("good.h5"));
  folder.write("empty", "");
  folder.write("zeros", std::string(100'000, '\0'));
  folder.write("image.gif", "GIF89a\x01\x02\x03");
  folder.write("requests.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n");
  folder.write("half.yaml", "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 1}\njob");
  folder.write("huge.yaml", std::string((std::size_t{16} << 20) + 1, 'a'));
  folder.write("signature.h5", trace.substr(0, 8));
  folder.write("half.h5", trace.substr(0, trace.size() / 2));
  folder.write("short.h5", trace.substr(0, trace.size() - 1));
  std::filesystem::create_directory(folder.file("folder"));

  const std::string no_trace = kNoTrace;
  const std::string damaged = kDamaged;
  const std::string not_text = kNotText;
  const std::vector<std::vector<std::string>> wrong{
      {"none", "none: error: the file does not exist\nremedy: check the path; relative paths in a file start at that file's folder\n",
       "error: cannot read none: No such file or directory\nremedy: give a trace written by `eastwest run -o`\n"},
      {"folder", "folder: error: the file is a folder, not a file\nremedy: name the YAML file inside it\n",
       "error: cannot read folder: it is not a regular file\nremedy: give a trace written by `eastwest run -o`\n"},
      {"empty", "empty: error: the file is empty\nremedy: start from a file of scenarios/library\n",
       "error: empty is empty\nremedy: give a trace written by `eastwest run -o`\n"},
      {"zeros", "zeros:1:1: error: the file is not text: byte 0 cannot stand here\n" + not_text, "error: zeros" + no_trace},
      {"image.gif", "image.gif:1:7: error: the file is not text: byte 1 cannot stand here\n" + not_text, "error: image.gif" + no_trace},
      {"requests.csv",
       "requests.csv:1:1: error: a scenario is a map of `site`, `jobs` and options, not `TIMESTAMP,ContextTokens,GeneratedTokens "
       "2023-11-16 18:15:46....`\n    1 | TIMESTAMP,ContextTokens,GeneratedTokens\n      | ^\nremedy: start from a file of "
       "scenarios/library\n",
       "error: requests.csv" + no_trace},
      {"half.yaml",
       "half.yaml: error: the scenario has no jobs: nothing would be sent\nremedy: write `jobs:` and below it one map per job, such as "
       "`all_reduce: {kind: collective}`\nhalf.yaml:2:1: error: `job` is not a parameter of a scenario\n    2 | job\n      | ^\n"
       "remedy: did you mean `jobs`?\n",
       "error: half.yaml" + no_trace},
      {"huge.yaml",
       "huge.yaml: error: the file has more than 16 MiB, the limit for a scenario file\nremedy: describe a large site by parameters, or "
       "split the file\n",
       "error: huge.yaml" + no_trace},
      {"signature.h5", "signature.h5: error: the file" + damaged, "error: signature.h5" + damaged},
      {"half.h5", "half.h5: error: the file" + damaged, "error: half.h5" + damaged},
      {"short.h5", "short.h5: error: the file" + damaged, "error: short.h5" + damaged},
  };
  for (const std::vector<std::string>& entry : wrong) {
    CAPTURE(entry[0]);
    for (const char* verb : {"run", "explain", "compare"}) {
      CAPTURE(verb);
      const ProgramResult result = run_program({verb, entry[0]}, options);
      CHECK(result.exit_code == 2);
      CHECK(result.output.empty());
      CHECK(without_reason(result.errors) == (std::string(verb) == "compare" ? entry[2] : entry[1]));
    }
  }
  // Several at once: all of them are named, good ones are not.
  const ProgramResult all = run_program({"compare", "good.h5", "empty", "half.h5", "good.h5", "none"}, options);
  CHECK(all.exit_code == 2);
  CHECK(without_reason(all.errors) == wrong[2][2] + wrong[9][2] + wrong[0][2]);
}

TEST_CASE("program: a request file of the wrong sort is refused in exact words") {
  const TemporaryDirectory folder;
  ProgramOptions options;
  options.directory = folder.path().string();
  folder.write("serve.yaml",
               "site: {topology: leaf_spine, servers: 2, server: dgx-h100}\n"
               "jobs:\n  s:\n    kind: serving\n    model: llama-3-8b\n    arrivals:\n      trace: requests\n");
  const std::string header = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "./requests: error: the trace is empty\nremedy: start it with `TIMESTAMP,ContextTokens,GeneratedTokens`\n"},
      {std::string("\x89HDF\r\n\x1a\n\0\0", 10),
       "./requests: error: the trace is not a text file\nremedy: give a CSV file in the Azure LLM trace format\n"},
      {header,
       "./requests:1: error: the trace has a header but no rows\n    1 | TIMESTAMP,ContextTokens,GeneratedTokens\nremedy: add at least one "
       "request\n"},
      {"site: {topology: leaf_spine}\n",
       "./requests:1:1: error: the first line is not the header of a trace in the Azure LLM format\n    1 | site: {topology: leaf_spine}\n"
       "      | ^\nremedy: start the file with `TIMESTAMP,ContextTokens,GeneratedTokens`\n"},
      {header + "2023-11-16 18:15:46.68,374,44\n2023-11-",
       "./requests:3:1: error: the row has 1 fields, the header 3\n    3 | 2023-11-\n      | ^\nremedy: give every row one field per "
       "column\n"},
      {header + "2023-11-16 18:15:46.68,374,4000000000\n",
       "./requests:2:28: error: `GeneratedTokens` is `4000000000`, more than 100000000\n    2 | 2023-11-16 18:15:46.68,374,4000000000\n"
       "      |                            ^\nremedy: give the number of tokens, such as `374`\n"},
  };
  for (const auto& [text, message] : wrong) {
    folder.write("requests", text);
    const ProgramResult result = run_program({"run", "serve.yaml", "--no-trace"}, options);
    CAPTURE(text);
    CHECK(result.exit_code == 2);
    CHECK(result.errors == message);
  }
  // A file of gigabytes is refused by its size, not read to its end.
  folder.write("requests", header);
  std::filesystem::resize_file(folder.file("requests"), std::uintmax_t{6} << 30);
  const ProgramResult huge = run_program({"run", "serve.yaml", "--no-trace"}, options);
  CHECK(huge.exit_code == 2);
  CHECK(huge.errors.find("serve.yaml:7:14: error: `arrivals.trace`: `./requests` is larger than 1 GiB\n") == 0);
}
