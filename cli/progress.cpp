// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace eastwest::cli {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(50);
constexpr double kTerminalSeconds = 0.2;  // between rewrites of the line
constexpr double kPlainSeconds = 10.0;    // between lines in a log

std::string rate_text(double per_second) {
  char text[32];
  if (per_second >= 1e6) {
    std::snprintf(text, sizeof text, "%.1f M", per_second / 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.0f k", per_second / 1e3);
  }
  return text;
}

std::string seconds_text(double seconds) {
  char text[48];
  const auto whole = std::lround(std::min(seconds, 1e9));
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld s", whole);
  }
  return text;
}

}  // namespace

double share_done(const Progress& progress, Duration duration) {
  double share = 0;
  const std::uint64_t total = progress.operations_total.load();
  if (total != 0) share = static_cast<double>(progress.operations_done.load()) / static_cast<double>(total);
  // Drivers post work as they go, so the total is known late: time tells more.
  if (duration.ps > 0) share = static_cast<double>(progress.simulated_ps.load()) / static_cast<double>(duration.ps);
  return std::clamp(share, 0.0, 1.0);
}

std::string progress_line(const Progress& progress, Duration duration, double wall_seconds) {
  const double share = share_done(progress, duration);
  std::string line = "simulated " + to_readable(Duration{progress.simulated_ps.load()});
  // Past its duration a run only ends what was begun, which nobody can foretell.
  line += share < 1 ? ", " + std::to_string(static_cast<int>(share * 100)) + " %" : std::string(", finishing");
  if (wall_seconds > 0) line += ", " + rate_text(static_cast<double>(progress.events.load()) / wall_seconds) + " events/s";
  // Before a hundredth is done, an extrapolation says nothing.
  if (share >= 0.01 && share < 1) line += ", " + seconds_text(wall_seconds * (1 - share) / share) + " left";
  return line;
}

ProgressPrinter::ProgressPrinter(const Progress& progress, Duration duration, bool quiet) {
  if (!quiet) thread_ = std::thread([this, &progress, duration] { watch(progress, duration); });
}

ProgressPrinter::~ProgressPrinter() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void ProgressPrinter::watch(const Progress& progress, Duration duration) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const double every = terminal ? kTerminalSeconds : kPlainSeconds;
  const auto start = std::chrono::steady_clock::now();
  double next = every;
  bool drawn = false;
  bool said_cancel = false;
  while (!stop_) {
    std::this_thread::sleep_for(kPoll);
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (progress.cancel.load() && !said_cancel) {
      std::fputs(drawn ? "\r\x1b[Kstopping; Ctrl-C now ends at once\n" : "stopping; Ctrl-C now ends at once\n", stderr);
      said_cancel = true;
      drawn = false;
    }
    if (wall < next || stop_) continue;
    next = wall + every;
    const std::string line = progress_line(progress, duration, wall);
    if (terminal) {
      const int filled = static_cast<int>(share_done(progress, duration) * 20);
      const std::string bar = std::string(static_cast<std::size_t>(filled), '#') + std::string(static_cast<std::size_t>(20 - filled), '.');
      std::fprintf(stderr, "\r\x1b[K[%s] %s", bar.c_str(), line.c_str());
      drawn = true;
    } else {
      std::fprintf(stderr, "%s\n", line.c_str());
    }
    std::fflush(stderr);
  }
  if (drawn) std::fputs("\r\x1b[K", stderr);
}

}  // namespace eastwest::cli
