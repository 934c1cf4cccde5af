// SPDX-License-Identifier: Apache-2.0
// The program when it is killed, interrupted or meets a full disk: what had been written stays readable, by `eastwest
// compare` and by plain h5py, the message says what to do, and an earlier trace of that name is as it was.
#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "analysis/trace_reader.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

/// Minutes of work and a row of link figures every 20 us, so that there is always something being written.
constexpr const char* kLong =
    "site: {topology: leaf_spine, servers: 16, server: plain}\n"
    "jobs:\n"
    "  long: {kind: permutation, size: 64 GiB, placement: {servers: [0-7]}, ranks: 8}\n"
    "  many: {kind: collective, size: 4 MiB, repetitions: 10000, placement: {servers: [8-15]}, ranks: 8, class: 2}\n"
    "probes: {interval: 20 us, rows_max: 1000000}\n";
/// A row for every packet: fills a small disk within seconds, however slow the build.
constexpr const char* kBulky =
    "site: {topology: leaf_spine, servers: 16, server: plain}\n"
    "jobs:\n  long: {kind: permutation, size: 64 GiB}\n"
    "probes: {interval: 100 us, packet_sample: 1}\n";
constexpr const char* kSmall =
    "site: {topology: leaf_spine, servers: 4, server: plain, leaves: 1}\njobs:\n  a: {kind: incast, size: 64 KiB}\n";

ProgramOptions in(const TemporaryDirectory& folder) {
  ProgramOptions options;
  options.directory = folder.path().string();
  return options;
}

/// Opens a trace with h5py alone and prints outcome, completeness, link rows and the first word of the scenario.
std::string seen_by_h5py(const std::string& path) {
  const ProgramResult result = run_command({"/usr/bin/python3", "-c",
                                            "import h5py, sys\n"
                                            "f = h5py.File(sys.argv[1], 'r')\n"
                                            "rows = int(f['links/time'].attrs.get('committed_rows', len(f['links/time'])))\n"
                                            "u = f['links/utilization'][:rows]\n"
                                            "text = f['meta/scenario'].asstr()[()]\n"
                                            "print(f.attrs['outcome'], int(f.attrs['complete']), rows > 0 and float(u.max()) > 0.5, "
                                            "'64 GiB' in str(text))\n",
                                            path});
  return result.exit_code == 0 ? result.output : result.errors;
}

bool have_h5py() {
  if (run_command({"/usr/bin/python3", "-c", "import h5py"}).exit_code == 0) return true;
  MESSAGE("skipped in part: /usr/bin/python3 has no h5py");
  return false;
}

}  // namespace

TEST_CASE("run: killed with SIGKILL at several moments, the .partial opens in compare, explain and h5py") {
  const bool h5py = have_h5py();
  for (const double seconds : {0.0, 0.4, 1.3, 3.1}) {
    CAPTURE(seconds);
    const TemporaryDirectory folder;
    folder.write("long.yaml", kLong);
    const std::string partial = folder.file("long.h5.partial");
    ProgramOptions options = in(folder);
    // From the moment on at which something has been written for good, which is all that a trace promises.
    options.kill_when = [&] {
      const Result<TraceData> data = read_trace(partial);
      return data && data->link_rows > 0;
    };
    options.kill_after_s = seconds;
    const ProgramResult result = run_program({"run", "long.yaml", "--threads", "2"}, options);
    CHECK(result.exit_code == 128 + SIGKILL);
    CHECK_FALSE(std::filesystem::exists(folder.file("long.h5")));
    const ProgramResult compared = run_program({"compare", "long.h5.partial"}, in(folder));
    CHECK_MESSAGE(compared.exit_code == 0, compared.errors);
    CHECK(compared.output.find("(incomplete)") != std::string::npos);
    CHECK(run_program({"explain", "long.h5.partial"}, in(folder)).output.find("64 GiB") != std::string::npos);
    const Result<TraceData> data = read_trace(partial);
    REQUIRE(data.has_value());
    CHECK_FALSE(data->complete);
    CHECK(data->outcome == "running");
    CHECK(data->link_rows > 0);
    if (h5py) CHECK(seen_by_h5py(partial) == "running 0 True True\n");
  }
}

TEST_CASE("run: after a SIGKILL the same command runs again over the .partial that was left") {
  const TemporaryDirectory folder;
  folder.write("long.yaml", kLong);
  folder.write("small.yaml", kSmall);
  ProgramOptions options = in(folder);
  options.kill_when = [&] { return read_trace(folder.file("x.h5.partial")).has_value(); };
  CHECK(run_program({"run", "long.yaml", "-o", "x.h5"}, options).exit_code == 128 + SIGKILL);
  CHECK(run_program({"run", "small.yaml", "-o", "x.h5", "--quiet"}, in(folder)).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(folder.file("x.h5.partial")));
  CHECK(read_trace(folder.file("x.h5"))->complete);
}

TEST_CASE("run: Ctrl-C leaves a trace marked incomplete that compare and h5py open, and the summary of what was done") {
  const bool h5py = have_h5py();
  for (const double seconds : {0.0, 1.5}) {
    CAPTURE(seconds);
    const TemporaryDirectory folder;
    folder.write("long.yaml", kLong);
    ProgramOptions options = in(folder);
    options.kill_when = [&] {
      const Result<TraceData> data = read_trace(folder.file("long.h5.partial"));
      return data && data->link_rows > 0;
    };
    options.kill_after_s = seconds;
    options.kill_signal = SIGINT;
    const ProgramResult result = run_program({"run", "long.yaml"}, options);
    CAPTURE(result.errors);
    CHECK(result.exit_code == 130);
    CHECK(result.errors.find("interrupted: the run was ended before it was complete") != std::string::npos);
    CHECK(result.output.find("busiest links") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.file("long.h5.partial")));
    const Result<TraceData> data = read_trace(folder.file("long.h5"));
    REQUIRE(data.has_value());
    CHECK_FALSE(data->complete);
    CHECK(data->outcome == "cancelled");
    CHECK(data->link_rows > 0);
    CHECK(run_program({"compare", "long.h5"}, in(folder)).output.find("(incomplete)") != std::string::npos);
    if (h5py) CHECK(seen_by_h5py(folder.file("long.h5")) == "cancelled 0 True True\n");
  }
}

namespace {

/// Runs into the limit with a trace that is complete before; `reason` is what the system says.
void check_no_room(const std::string& place, const ProgramOptions& options, const std::string& scenario, const std::string& reason) {
  REQUIRE(run_program({"run", scenario + "/small.yaml", "-o", place + "/x.h5", "--quiet"}).exit_code == 0);
  const std::string before = read_file(place + "/x.h5");
  const ProgramResult result = run_program({"run", scenario + "/long.yaml", "-o", place + "/x.h5"}, options);
  CAPTURE(result.errors);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 3);
  CHECK(result.errors.find("error: ") != std::string::npos);
  CHECK(result.errors.find(reason) != std::string::npos);
  CHECK(result.errors.find("remedy: ") != std::string::npos);
  CHECK(result.errors.find("stays readable in " + place + "/x.h5.partial") != std::string::npos);
  CHECK_MESSAGE(read_file(place + "/x.h5") == before, "the earlier trace is as it was");
  CHECK(run_program({"compare", place + "/x.h5"}).exit_code == 0);
  const Result<TraceData> partial = read_trace(place + "/x.h5.partial");
  REQUIRE_MESSAGE(partial.has_value(), (partial ? "" : partial.error().message));
  CHECK_FALSE(partial->complete);
}

}  // namespace

TEST_CASE("run: a full disk ends the run with exit code 3, the system's words, and both traces readable") {
  for (const char* size : {"2500k", "4m"}) {
    CAPTURE(size);
    const TemporaryDirectory folder;
    folder.write("small.yaml", kSmall);
    folder.write("long.yaml", kBulky);
    const SmallDisk disk(folder.file("disk"), size);
    if (!disk.mounted()) {
      MESSAGE("skipped: mounting a small file system needs more rights");
      return;
    }
    check_no_room(folder.file("disk"), in(folder), folder.path().string(), "No space left on device");
  }
}

TEST_CASE("run: a limit on the size of files ends the run as a full disk does, and no signal kills it") {
  const TemporaryDirectory folder;
  folder.write("small.yaml", kSmall);
  folder.write("long.yaml", kBulky);
  std::filesystem::create_directory(folder.file("disk"));
  ProgramOptions options = in(folder);
  options.file_size_limit = 2'500'000;
  check_no_room(folder.file("disk"), options, folder.path().string(), "File too large");
}
