// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "bench/figures_json.hpp"
#include "bench/run_once.hpp"

namespace eastwest::bench {

namespace {

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the parent then finds no figures and says so
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t got = ::read(file, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

RunFigures failed(const char* error) {
  RunFigures figures;
  figures.error = error;
  return figures;
}

}  // namespace

RunFigures run_in_child(const Work& work, const RunSetting& setting) {
  int ends[2];
  if (::pipe(ends) != 0) return failed("no pipe to a child process");
  std::fflush(nullptr);  // or the child would print it again
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return failed("no child process");
  }
  if (child == 0) {
    ::close(ends[0]);
    write_all(ends[1], figures_to_json(run_here(work, setting)));
    ::_exit(0);
  }
  ::close(ends[1]);
  RunFigures figures = figures_from_json(read_all(ends[0]));
  ::close(ends[0]);
  rusage usage{};
  int status = 0;
  while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {}
  // Linux counts in KiB. A child starts with the pages of its parent, here a few MiB of program and libraries.
  figures.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  if (WIFSIGNALED(status)) figures.error = "the process of the run was ended by signal " + std::to_string(WTERMSIG(status));
  return figures;
}

}  // namespace eastwest::bench
