// SPDX-License-Identifier: Apache-2.0
// The test program: doctest, with two traps closed. A filter that matches nothing fails instead of passing with no
// test run, and a test that announces with MESSAGE that it skips is reported as skipped (exit code 77), not as passed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cctype>
#include <cstdio>
#include <string>

namespace {

struct Seen {
  unsigned tests = 0;
  bool skipped = false;
};
Seen seen;

bool speaks_of_skipping(const char* text) {
  std::string lower;
  for (; *text != '\0'; ++text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(*text)));
  return lower.find("skip") != std::string::npos;
}

/// Prints nothing; only watches.
struct Watcher : doctest::IReporter {
  explicit Watcher(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override { seen.tests = stats.numTestCasesPassingFilters; }
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData& message) override {
    if (speaks_of_skipping(message.m_string.c_str())) seen.skipped = true;
  }
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

}  // namespace

REGISTER_LISTENER("watcher", 1, Watcher);

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int failures = context.run();
  if (context.shouldExit()) return failures;
  if (failures != 0) return failures;
  if (seen.tests == 0) {
    std::fputs("no test case has that name\n", stderr);
    return 1;
  }
  return seen.tests == 1 && seen.skipped ? 77 : 0;
}
