// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/slurm.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <deque>
#include <filesystem>
#include <map>
#include <sstream>
#include <thread>
#include <utility>

#include "scenarios/studies/external_command.hpp"
#include "scenarios/studies/study_chunks.hpp"

namespace eastwest {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kSecondsPerTask = 10;  // a task costs Slurm about a second to start
constexpr double kPollSeconds = 1;
constexpr double kPatienceSeconds = 120;  // with a controller that does not answer
constexpr std::size_t kArrayMost = 1000;  // where the cluster does not tell (MaxArraySize is 1001 by default)

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::size_t array_limit() {
  const CommandResult config = run_external({"scontrol", "show", "config"});
  std::istringstream lines(config.output);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    if (!line.starts_with("MaxArraySize") || equals == std::string::npos) continue;
    std::size_t value = 0;
    const std::size_t digit = line.find_first_of("0123456789", equals);
    if (digit != std::string::npos) std::from_chars(line.data() + digit, line.data() + line.size(), value);
    if (value > 1) return value - 1;
  }
  return kArrayMost;
}

struct Task {
  Chunk chunk;
  unsigned tries = 0;
};

/// Tasks that were submitted together.
struct Array {
  std::string id;
  std::vector<Task> tasks;  // by array index
  std::vector<bool> gathered;
  std::size_t left = 0;
};

class Cluster {
 public:
  Cluster(const Study& study, const StudyFolder& folder, const SlurmOptions& options, StudyProgress& progress,
          const std::function<Status(const StudyRow&)>& sink)
      : study_(study), folder_(folder), options_(options), progress_(progress), sink_(sink) {
    const std::string identity = study_identity(study, options.program_version);
    job_name_ = "eastwest-" + identity.substr(0, 12);
  }

  PlayedRows play(std::vector<std::uint64_t> rows) {
    PlayedRows out;
    out.status = run(std::move(rows));
    out.cancelled = progress_.cancel;
    if (!arrays_.empty() && (out.cancelled || !out.status)) cancel_jobs();
    if (out.cancelled && out.status) out.status = gather(true);  // what was ready when it was stopped
    return out;
  }

 private:
  Status run(std::vector<std::uint64_t> rows) {
    cancel_jobs();  // of this very study, left by a program that was killed
    if (Status status = take_old_chunks(rows); !status) return status;
    std::size_t size = options_.rows_per_task;
    if (size == 0) {
      if (Status status = measure(rows, size); !status) return status;
    }
    if (rows.empty() || progress_.cancel) return Done{};
    for (Chunk& chunk : pack_rows(rows, size)) waiting_.push_back({std::move(chunk), 0});
    if (options_.tell)
      options_.tell("slurm: " + std::to_string(rows.size()) + " runs in " + std::to_string(waiting_.size()) + " tasks of up to " +
                    std::to_string(size) + nodes_text());
    limit_ = array_limit();
    auto answered = Clock::now();
    while (true) {
      if (Status status = submit(); !status) return status;
      if (arrays_.empty() && waiting_.empty()) return Done{};
      for (double slept = 0; slept < kPollSeconds && !progress_.cancel; slept += 0.05)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (progress_.cancel) return Done{};
      const bool heard = look_at_queue();
      if (Status status = gather(); !status) return status;
      if (heard) {
        answered = Clock::now();
        if (Status status = send_dead_again(); !status) return status;
      } else if (Clock::now() - answered > std::chrono::duration<double>(kPatienceSeconds)) {
        return Error{"Slurm does not answer: " + queue_error_, "continue with --resume when it does"};
      }
    }
  }

  static std::string nodes_text() {
    const CommandResult nodes = run_external({"sinfo", "-h", "-N", "-o", "%N"});
    std::map<std::string, int> names;
    std::istringstream lines(nodes.output);
    for (std::string line; std::getline(lines, line);) ++names[line];
    return names.empty() ? std::string() : " on a cluster of " + std::to_string(names.size()) + " nodes";
  }

  /// Chunks that a study left which was killed before it took them in.
  Status take_old_chunks(std::vector<std::uint64_t>& rows) {
    std::error_code code;
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.file("chunks"), code))
      if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
      // The name has first, last and count; only chunks without gaps can be told from it, others are played again.
      std::uint64_t first = 0;
      std::uint64_t last = 0;
      std::uint64_t count = 0;
      char dash = 0;
      std::istringstream name(fs::path(file).stem().string().substr(5));
      if (!(name >> first >> dash >> last >> dash >> count) || last - first + 1 != count || last >= study_.rows()) continue;
      Chunk chunk;
      for (std::uint64_t row = first; row <= last; ++row) chunk.rows.push_back(row);
      Result<std::optional<std::vector<StudyRow>>> found = read_chunk(study_, folder_.path, chunk);
      if (!found || !*found) continue;
      for (const StudyRow& row : **found) {
        const auto at = std::lower_bound(rows.begin(), rows.end(), row.row);
        if (at == rows.end() || *at != row.row) continue;
        rows.erase(at);
        if (Status status = take(row); !status) return status;
      }
    }
    fs::remove_all(folder_.file("chunks"), code);
    fs::create_directories(folder_.file("chunks"), code);
    return Done{};
  }

  Status take(const StudyRow& row) {
    if (Status status = sink_(row); !status) return status;
    ++progress_.done;
    if (row.outcome != RowOutcome::complete) ++progress_.troubled;
    return Done{};
  }

  /// Plays rows here for about a second, to know how many make a task.
  Status measure(std::vector<std::uint64_t>& rows, std::size_t& size) {
    const auto start = Clock::now();
    std::size_t played = 0;
    double seconds = 0;
    while (played < rows.size() && seconds < 1 && !progress_.cancel) {
      const PlayedRows one = play_rows(study_, std::span(rows).subspan(played, 1), {1, 0}, progress_, sink_);
      if (!one.status) return one.status;
      if (one.cancelled) return Done{};
      ++played;
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    size = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::ceil(kSecondsPerTask * static_cast<double>(played) / std::max(seconds, 1e-3))));
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(played));
    return Done{};
  }

  /// Sends waiting tasks, an array at a time; what the cluster does not take now waits while others are under way.
  Status submit() {
    while (!waiting_.empty() && !progress_.cancel) {
      Array array;
      const std::size_t count = std::min(waiting_.size(), limit_);
      std::string list;
      for (std::size_t i = 0; i < count; ++i) list += rows_text(waiting_[i].chunk) + "\n";
      const std::string name = "chunks/tasks-" + std::to_string(submitted_);
      if (Status status = write_whole_file(folder_.file(name), list); !status) return status;
      if (Status status = write_whole_file(folder_.file("chunks/task.sh"), script()); !status) return status;
      const std::string folder = fs::absolute(folder_.path).lexically_normal().string();
      std::vector<std::string> command = {"sbatch",
                                          "--parsable",
                                          "--requeue",
                                          "--open-mode=append",
                                          "--job-name=" + job_name_,
                                          "--array=0-" + std::to_string(count - 1),
                                          "--chdir=" + options_.working_directory,
                                          "--output=" + folder + "/chunks/task-%A_%a.log"};
      command.insert(command.end(), options_.sbatch.begin(), options_.sbatch.end());
      command.push_back(folder + "/chunks/task.sh");
      command.push_back(folder + "/" + name);
      const CommandResult sent = run_external(command);
      if (sent.code != 0) {
        if (!arrays_.empty()) return Done{};  // a limit of the queue, most likely: later
        return Error{"sbatch refused the tasks: " + one_line(sent.errors),
                     "mend it (options go to `--sbatch`), then continue with --resume"};
      }
      array.id = one_line(sent.output).substr(0, one_line(sent.output).find(';'));
      for (std::size_t i = 0; i < count; ++i) {
        array.tasks.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
      }
      array.gathered.resize(count);
      array.left = count;
      arrays_.push_back(std::move(array));
      ++submitted_;
    }
    return Done{};
  }

  [[nodiscard]] std::string script() const {
    return "#!/bin/sh\n# One task of a study: plays its rows and leaves their file. Made by eastwest.\nexec " +
           shell_quoted(options_.program) + " study-points " + shell_quoted(options_.study_file) + " -o " +
           shell_quoted(fs::absolute(folder_.path).lexically_normal().string()) +
           " --tasks \"$1\" --task \"$SLURM_ARRAY_TASK_ID\" --threads \"${SLURM_CPUS_PER_TASK:-1}\"\n";
  }

  /// What is in the queue, task by task; false when Slurm does not answer.
  bool look_at_queue() {
    queued_.clear();
    const CommandResult queue = run_external({"squeue", "-h", "-r", "--name=" + job_name_, "-o", "%i|%T|%r"});
    if (queue.code != 0) {
      queue_error_ = one_line(queue.errors);
      return false;
    }
    std::istringstream lines(queue.output);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t bar = line.find('|');
      const std::size_t second = line.find('|', bar + 1);
      if (bar == std::string::npos || second == std::string::npos) continue;
      const std::string id = line.substr(0, bar);
      const std::string state = line.substr(bar + 1, second - bar - 1);
      const std::string why = line.substr(second + 1);
      queued_[id] = state;
      // Its node died: Slurm sends it again, but lets two minutes pass first, or holds it after a failed launch.
      if (state == "PENDING" && why == "BeginTime") run_external({"scontrol", "update", "jobid=" + id, "starttime=now"});
      if (state == "PENDING" && why.find("requeued_held") != std::string::npos) run_external({"scontrol", "release", id});
    }
    return true;
  }

  /// Takes the files that have come since. A task that waits or works has none yet, and asking for it costs the file system a look.
  Status gather(bool all = false) {
    for (Array& array : arrays_)
      for (std::size_t i = 0; i < array.tasks.size(); ++i) {
        const auto state = queued_.find(array.id + "_" + std::to_string(i));
        if (array.gathered[i] || (!all && state != queued_.end() && (state->second == "PENDING" || state->second == "RUNNING"))) continue;
        const Chunk& chunk = array.tasks[i].chunk;
        const Result<std::optional<std::vector<StudyRow>>> rows = read_chunk(study_, folder_.path, chunk);
        if (!rows) return rows.error();
        if (!*rows) continue;
        for (const StudyRow& row : **rows)
          if (Status status = take(row); !status) return status;
        array.gathered[i] = true;
        --array.left;
        std::error_code ignored;
        fs::remove(folder_.file(chunk_file(chunk)), ignored);
        fs::remove(folder_.file("chunks/task-" + array.id + "_" + std::to_string(i) + ".log"), ignored);
      }
    std::erase_if(arrays_, [](const Array& array) { return array.left == 0; });
    return Done{};
  }

  /// Tasks that are out of the queue without a file: once more, then row by row, then the row says so itself.
  Status send_dead_again() {
    for (Array& array : arrays_)
      for (std::size_t i = 0; i < array.tasks.size(); ++i) {
        if (array.gathered[i] || queued_.contains(array.id + "_" + std::to_string(i))) continue;
        Task& task = array.tasks[i];
        // A file may take a moment to be seen on a shared file system after its task is gone.
        if (missing_since_[array.id + "_" + std::to_string(i)]++ < 2) continue;
        array.gathered[i] = true;
        --array.left;
        ++task.tries;
        if (task.tries < 2) {
          waiting_.push_back(std::move(task));
        } else if (task.chunk.rows.size() > 1) {
          for (const std::uint64_t row : task.chunk.rows) waiting_.push_back({Chunk{{row}}, 1});
        } else {
          StudyRow row;
          row.row = task.chunk.rows.front();
          row.diagnosis = "the run ended its task without a result, several times";
          row.figures.assign(figure_columns(study_.jobs).size(), std::nan(""));
          if (Status status = take(row); !status) return status;
        }
      }
    std::erase_if(arrays_, [](const Array& array) { return array.left == 0; });
    return Done{};
  }

  void cancel_jobs() const { run_external({"scancel", "--name=" + job_name_}); }

  const Study& study_;
  const StudyFolder& folder_;
  const SlurmOptions& options_;
  StudyProgress& progress_;
  const std::function<Status(const StudyRow&)>& sink_;
  std::string job_name_;
  std::size_t limit_ = kArrayMost;
  std::size_t submitted_ = 0;
  std::deque<Task> waiting_;
  std::vector<Array> arrays_;
  std::map<std::string, std::string> queued_;  // task id to state
  std::map<std::string, unsigned> missing_since_;
  std::string queue_error_;
};

}  // namespace

Status slurm_is_there() {
  const CommandResult version = run_external({"sbatch", "--version"});
  if (version.code != 0)
    return Error{"there is no Slurm here: " + one_line(version.errors), "log in to a machine of the cluster, or run with `--on local`"};
  const CommandResult nodes = run_external({"sinfo", "-h", "-o", "%D"});
  if (nodes.code != 0) return Error{"Slurm does not answer: " + one_line(nodes.errors), "check `sinfo`, or run with `--on local`"};
  return Done{};
}

PlayedRows play_rows_on_slurm(const Study& study, const StudyFolder& folder, std::span<const std::uint64_t> rows,
                              const SlurmOptions& options, StudyProgress& progress, const std::function<Status(const StudyRow&)>& sink) {
  if (rows.empty()) return {};
  return Cluster(study, folder, options, progress, sink).play({rows.begin(), rows.end()});
}

}  // namespace eastwest
