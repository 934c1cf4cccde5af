// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/run_board.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <utility>

#include "cli/serve/request_guard.hpp"

namespace eastwest::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMakersMost = 2;
constexpr int kFeed = 3;  // descriptor of the feed in the child

void limit(int what, std::uint64_t most) {
  if (most == 0) return;
  const rlimit value{most, most};
  setrlimit(what, &value);
}

}  // namespace

std::string_view to_string(RunState state) {
  constexpr std::string_view kWords[] = {"waiting", "running", "done", "failed", "cancelled"};
  return kWords[static_cast<std::size_t>(state)];
}

RunBoard::RunBoard(std::string program, fs::path results, BoardLimits limits)
    : program_(std::move(program)), results_(std::move(results)), limits_(limits) {}

RunBoard::~RunBoard() {
  kill_all();
  for (auto& [id, run] : runs_)
    if (run.pipe >= 0) close(run.pipe);
}

std::optional<std::uint32_t> RunBoard::add(const std::string& name, const fs::path& scenario, const std::string& text) {
  const auto waiting = static_cast<std::size_t>(
      std::count_if(runs_.begin(), runs_.end(), [](const auto& one) { return one.second.state == RunState::waiting; }));
  if (waiting >= limits_.runs_waiting) return std::nullopt;
  BoardRun run;
  run.id = next_++;
  run.name = name;
  std::error_code code;
  // Folders of earlier servers stay.
  for (std::uint32_t number = run.id;; ++number) {
    run.folder = "run-" + std::to_string(number) + "-" + folder_name(name);
    if (fs::create_directories(results_ / run.folder, code)) break;
    if (code) return std::nullopt;
  }
  run.scenario = scenario;
  if (!text.empty()) {
    run.scenario = results_ / run.folder / "scenario.yaml";
    std::ofstream(run.scenario, std::ios::binary) << text;
  }
  const std::uint32_t id = run.id;
  runs_.emplace(id, std::move(run));
  forget_old();
  return id;
}

std::vector<std::uint32_t> RunBoard::start_waiting() {
  std::vector<std::uint32_t> started;
  auto running = static_cast<std::size_t>(
      std::count_if(runs_.begin(), runs_.end(), [](const auto& one) { return one.second.state == RunState::running; }));
  for (auto& [id, run] : runs_) {
    if (running >= limits_.runs_at_once) break;
    if (run.state != RunState::waiting) continue;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) break;
    const fs::path folder = results_ / run.folder;
    std::vector<std::string> arguments = {"run",    run.scenario.string(), "-o", (folder / "run.h5").string(),
                                          "--live", std::to_string(kFeed)};
    if (limits_.threads > 0) arguments.insert(arguments.end(), {"--threads", std::to_string(limits_.threads)});
    run.process = spawn(arguments, folder, folder / "log.txt", ends[1]);
    close(ends[1]);
    if (run.process < 0) {
      close(ends[0]);
      run.state = RunState::failed;
      continue;
    }
    run.pipe = ends[0];
    run.state = RunState::running;
    ++running;
    started.push_back(id);
  }
  return started;
}

int RunBoard::spawn(const std::vector<std::string>& arguments, const fs::path& folder, const fs::path& log, int feed) {
  std::vector<char*> words = {const_cast<char*>(program_.c_str())};
  for (const std::string& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
  words.push_back(nullptr);
  const std::string log_path = log.string();
  const std::string directory = folder.string();
  const pid_t server = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  // Between fork and exec: only calls that are safe there.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != server) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD}) std::signal(signal, SIG_DFL);
  setpgid(0, 0);  // Ctrl-C on the server's terminal is the server's to pass on
  limit(RLIMIT_DATA, limits_.memory_bytes);
  limit(RLIMIT_FSIZE, limits_.file_bytes);
  const int nothing = open("/dev/null", O_RDONLY);
  const int out = open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
  if (nothing < 0 || out < 0 || chdir(directory.c_str()) != 0) _exit(127);
  dup2(nothing, 0);
  dup2(out, 1);
  dup2(out, 2);
  if (feed >= 0) {
    if (feed == kFeed) fcntl(feed, F_SETFD, 0);
    else dup2(feed, kFeed);
  }
  for (int other = kFeed + (feed >= 0 ? 1 : 0); other < 4096; ++other) close(other);
  execv(program_.c_str(), words.data());
  _exit(127);
}

bool RunBoard::cancel(std::uint32_t id) {
  BoardRun* run = find(id);
  if (run == nullptr) return false;
  if (run->state == RunState::waiting) {
    run->state = RunState::cancelled;
    return true;
  }
  if (run->state != RunState::running) return false;
  // A second SIGINT would end it at once, without a whole trace.
  if (!std::exchange(run->cancel_asked, true)) kill(run->process, SIGINT);
  return true;
}

void RunBoard::cancel_all() {
  for (auto& [id, run] : runs_) cancel(id);
}

void RunBoard::kill_all() {
  for (auto& [id, run] : runs_)
    if (run.state == RunState::running) kill(run.process, SIGKILL);
  for (const auto& [process, key] : makers_) kill(process, SIGKILL);
}

bool RunBoard::any_running() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const auto& one) { return one.second.state == RunState::running; });
}

std::vector<std::uint32_t> RunBoard::reap() {
  std::vector<std::uint32_t> changed;
  int status = 0;
  for (pid_t ended = waitpid(-1, &status, WNOHANG); ended > 0; ended = waitpid(-1, &status, WNOHANG)) {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (const auto maker = makers_.find(ended); maker != makers_.end()) {
      made_[maker->second.first] = {maker->second.second, code};
      makers_.erase(maker);
      continue;
    }
    for (auto& [id, run] : runs_) {
      if (run.process != ended || run.state != RunState::running) continue;
      run.exit_code = code;
      run.state = code == 0 ? RunState::done : run.cancel_asked ? RunState::cancelled : RunState::failed;
      changed.push_back(id);
    }
  }
  return changed;
}

BoardRun* RunBoard::find(std::uint32_t id) {
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : &found->second;
}

std::vector<std::shared_ptr<const std::string>> RunBoard::feed(std::uint32_t id, std::string_view bytes) {
  std::vector<std::shared_ptr<const std::string>> whole;
  BoardRun* run = find(id);
  if (run == nullptr) return whole;
  run->unread.append(bytes);
  for (std::size_t end = run->unread.find('\n'); end != std::string::npos; end = run->unread.find('\n')) {
    auto line = std::make_shared<const std::string>(run->unread.substr(0, end));
    run->unread.erase(0, end + 1);
    whole.push_back(line);
    if (run->start == nullptr) {
      run->start = line;
      continue;
    }
    run->last = *line;
    run->lines.push_back(line);
    run->line_bytes += line->size();
    // Who comes late sees the last minute, in at most 4 MiB.
    while (run->lines.size() > limits_.lines_kept || run->line_bytes > std::size_t{4} << 20) {
      run->line_bytes -= run->lines.front()->size();
      run->lines.pop_front();
    }
  }
  if (run->unread.size() > limits_.line_bytes) run->unread.clear();  // no line of ours
  return whole;
}

void RunBoard::forget_old() {
  for (auto one = runs_.begin(); one != runs_.end() && runs_.size() > limits_.runs_kept;)
    one = one->second.state != RunState::waiting && one->second.state != RunState::running && one->second.pipe < 0 ? runs_.erase(one)
                                                                                                                   : std::next(one);
}

RunBoard::Making RunBoard::page(const std::string& key, const std::string& stamp, const std::vector<std::string>& arguments,
                                const fs::path& output, const fs::path& log) {
  std::error_code code;
  if (const auto made = made_.find(key); made != made_.end() && made->second.stamp == stamp) {
    const bool good = made->second.exit_code == 0 && fs::exists(output, code);
    // A page that could not be made may be asked for again.
    if (!good) made_.erase(made);
    return good ? Making::ready : Making::failed;
  }
  for (const auto& [process, other] : makers_)
    if (other.first == key) return Making::busy;
  if (makers_.size() >= kMakersMost) return Making::busy;
  if (made_.size() >= 1000) made_.clear();  // pages are found again by making them
  const int process = spawn(arguments, output.parent_path(), log, -1);
  if (process < 0) return Making::failed;
  makers_.emplace(process, std::pair(key, stamp));
  return Making::busy;
}

}  // namespace eastwest::cli
