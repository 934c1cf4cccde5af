// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_program.hpp"
#include "tests/support/places.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace eastwest::tests {
namespace {

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(std::size_t which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
};

/// Reads what is there; false at the end of the stream.
bool drain(int descriptor, std::string& into) {
  char buffer[65536];
  const ssize_t count = read(descriptor, buffer, sizeof buffer);
  if (count > 0) into.append(buffer, static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

ProgramResult run_command(const std::vector<std::string>& command, const ProgramOptions& options) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  Pipe output;
  Pipe errors;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0) _exit(126);
    dup2(nothing, 0);
    dup2(output.ends[1], 1);
    dup2(errors.ends[1], 2);
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
    for (const std::string& variable : options.environment) putenv(const_cast<char*>(variable.c_str()));
    const rlimit bound{options.file_size_limit, options.file_size_limit};
    if (options.file_size_limit != 0 && setrlimit(RLIMIT_FSIZE, &bound) != 0) _exit(126);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  output.close_end(1);
  errors.close_end(1);

  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  ProgramResult result;
  bool signalled = options.kill_after_s <= 0 && !options.kill_when;
  double kill_from = options.kill_when ? -1 : 0;  // below 0: not yet
  bool output_open = true;
  bool errors_open = true;
  bool running = true;
  int status = 0;
  while (running) {
    if (!signalled && kill_from < 0 && options.kill_when()) kill_from = elapsed();
    if (!signalled && kill_from >= 0 && elapsed() >= kill_from + options.kill_after_s) {
      kill(child, options.kill_signal);
      signalled = true;
    }
    if (!result.timed_out && elapsed() >= options.timeout_s) {
      kill(child, SIGKILL);
      result.timed_out = true;
    }
    std::array<pollfd, 2> watched{{{output_open ? output.ends[0] : -1, POLLIN, 0}, {errors_open ? errors.ends[0] : -1, POLLIN, 0}}};
    poll(watched.data(), watched.size(), 5);
    if (watched[0].revents != 0) output_open = drain(output.ends[0], result.output);
    if (watched[1].revents != 0) errors_open = drain(errors.ends[0], result.errors);
    if (!output_open && !errors_open) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    running = waitpid(child, &status, WNOHANG) == 0;
  }
  // What was written before the end is still in the pipes; a grandchild that lives on must not hold us.
  for (Pipe* pipe : {&output, &errors}) {
    fcntl(pipe->ends[0], F_SETFL, O_NONBLOCK);
    std::string& into = pipe == &output ? result.output : result.errors;
    for (std::size_t before = into.size() + 1; into.size() != before;) {
      before = into.size();
      if (!drain(pipe->ends[0], into)) break;
    }
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  std::vector<std::string> command{eastwest::tests::program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_command(command, options);
}

}  // namespace eastwest::tests
