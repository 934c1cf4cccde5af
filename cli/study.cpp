// SPDX-License-Identifier: Apache-2.0
// The verb `study`: many runs as one question, continued where it was left.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "core/input_text.hpp"
#include "core/quantity.hpp"
#include "scenarios/studies/run_study.hpp"
#include "scenarios/studies/slurm.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_chunks.hpp"

namespace eastwest::cli {

namespace {

/// Prints how far a study is from a thread of its own while it lives: a line that is rewritten on a terminal, else one now and then.
class StudyProgressPrinter {
 public:
  StudyProgressPrinter(const StudyProgress& progress, bool quiet) {
    if (!quiet) thread_ = std::thread([this, &progress] { watch(progress); });
  }
  ~StudyProgressPrinter() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  StudyProgressPrinter(const StudyProgressPrinter&) = delete;
  StudyProgressPrinter& operator=(const StudyProgressPrinter&) = delete;

 private:
  static std::string line(const StudyProgress& progress, std::uint64_t first_done, double seconds) {
    const std::uint64_t done = progress.done;
    const std::uint64_t total = progress.total;
    std::string text = std::to_string(done) + " of " + std::to_string(total) + " runs";
    if (progress.troubled != 0) text += ", " + std::to_string(progress.troubled) + " without a result";
    if (done > first_done && done < total)
      text += ", " + std::to_string(std::lround(seconds * static_cast<double>(total - done) / static_cast<double>(done - first_done))) +
              " s left";
    return text;
  }
  void watch(const StudyProgress& progress) {
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const double every = terminal ? 0.2 : 10;
    const auto start = std::chrono::steady_clock::now();
    double next = every;
    bool drawn = false;
    bool said_cancel = false;
    std::uint64_t first_done = 0;
    bool counted = false;
    while (!stop_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (!counted && progress.total != 0) {
        first_done = progress.done;
        counted = true;
      }
      if (progress.cancel && !said_cancel) {
        std::fputs(drawn ? "\r\x1b[Kstopping; Ctrl-C now ends at once\n" : "stopping; Ctrl-C now ends at once\n", stderr);
        said_cancel = true;
        drawn = false;
      }
      if (seconds < next || stop_) continue;
      next = seconds + every;
      std::fprintf(stderr, terminal ? "\r\x1b[K%s" : "%s\n", line(progress, first_done, seconds).c_str());
      std::fflush(stderr);
      drawn = terminal;
    }
    if (drawn) std::fputs("\r\x1b[K", stderr);
  }
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::string settle_folder(const StudyArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study).stem().string() + ".study";
}

SlurmOptions slurm_options(const StudyArguments& arguments) {
  std::error_code code;
  SlurmOptions options{std::filesystem::read_symlink("/proc/self/exe", code).string(),
                       arguments.study,
                       std::filesystem::current_path(code).string(),
                       EASTWEST_VERSION,
                       arguments.points_per_task,
                       arguments.sbatch,
                       {}};
  if (!arguments.quiet) options.tell = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  return options;
}

int tell_end(const StudyArguments& arguments, const std::string& folder, const StudyEnd& end) {
  if (!end.finished) {
    const std::string again = "; continue with `eastwest study " + arguments.study + " -o " + folder + " --resume`";
    if (end.interrupted)
      std::fprintf(stderr, "interrupted: %llu of %llu runs are done%s\n", static_cast<unsigned long long>(end.done),
                   static_cast<unsigned long long>(end.total), again.c_str());
    else
      std::fprintf(stderr, "unfinished: %llu of %llu runs are done, %llu found no memory%s, with fewer --threads\n",
                   static_cast<unsigned long long>(end.done), static_cast<unsigned long long>(end.total),
                   static_cast<unsigned long long>(end.out_of_memory), again.c_str());
    return end.interrupted ? kExitInterrupted : kExitUnfinished;
  }
  if (!arguments.quiet) {
    std::fputs(end.answer.c_str(), stdout);
    std::printf("\nresults: %s/points.csv, summary.csv, study.h5, table.txt\n", folder.c_str());
    std::fflush(stdout);
  }
  if (end.failures != 0)
    std::fprintf(stderr, "%llu of %llu runs have no result; %s/points.csv says why\n", static_cast<unsigned long long>(end.failures),
                 static_cast<unsigned long long>(end.total), folder.c_str());
  return end.failures != 0 ? kExitVerdict : kExitDone;
}

}  // namespace

int study_verb(const StudyArguments& arguments) {
  PlayOptions play;
  play.threads = arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  if (!arguments.memory.empty()) {
    const Result<std::int64_t> memory = parse_quantity(arguments.memory, Dimension::bytes);
    if (!memory || *memory <= 0) {
      print_error(memory ? Error{"`--memory " + arguments.memory + "` leaves nothing", "write `--memory 8GiB`"} : memory.error());
      return kExitInput;
    }
    play.memory = static_cast<std::uint64_t>(*memory);
  }
  Diagnostics diagnostics;
  const std::optional<Study> study = load_study(arguments.study, diagnostics);
  if (print_diagnostics(diagnostics) || !study) return kExitInput;
  const bool on_slurm = arguments.on == "slurm";
  if (const Status there = on_slurm ? slurm_is_there() : Status(Done{}); !there) {
    print_error(there.error());
    return kExitInput;
  }

  const std::string folder = settle_folder(arguments);
  StudyProgress progress;
  const InterruptGuard guard(progress.cancel);
  bool began = false;
  const Result<StudyEnd> end = [&] {
    const StudyProgressPrinter printer(progress, arguments.quiet);
    return run_study(*study, {folder, EASTWEST_VERSION, arguments.resume}, progress,
                     [&](const StudyFolder& opened, std::span<const std::uint64_t> rows, StudyProgress& shared, const auto& sink) {
                       began = true;
                       if (!on_slurm) return play_rows(*study, rows, play, shared, sink);
                       return play_rows_on_slurm(*study, opened, rows, slurm_options(arguments), shared, sink);
                     });
  }();
  if (!end) {
    print_error(end.error());
    return began ? kExitUnfinished : kExitInput;
  }
  return tell_end(arguments, folder, *end);
}

int study_points_verb(const StudyPointsArguments& arguments) {
  StudyProgress progress;
  const InterruptGuard guard(progress.cancel);
  Diagnostics diagnostics;
  const std::optional<Study> study = load_study(arguments.study, diagnostics);
  if (print_diagnostics(diagnostics) || !study) return kExitInput;
  if (const Status same = check_chunk_folder(*study, arguments.output, EASTWEST_VERSION); !same) {
    print_error(same.error());
    return kExitInput;
  }
  const Result<std::string> tasks = read_input_file(arguments.tasks);
  if (!tasks) {
    print_error(tasks.error());
    return kExitInput;
  }
  std::string_view rest = *tasks;
  for (std::size_t line = 0; line < arguments.task; ++line) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  const Result<Chunk> chunk = read_rows_text(rest.substr(0, rest.find('\n')));
  if (!chunk) {
    print_error(chunk.error());
    return kExitInput;
  }
  const Result<bool> played = play_chunk(*study, arguments.output, *chunk, {arguments.threads, 0}, progress);
  if (!played) {
    print_error(played.error());
    return kExitUnfinished;
  }
  return *played ? kExitDone : kExitInterrupted;
}

}  // namespace eastwest::cli
