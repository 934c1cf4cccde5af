// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/external_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

extern char** environ;

namespace eastwest {

namespace {

/// Reads what is there; false at the end of the stream.
bool drain(int descriptor, std::string& into) {
  std::array<char, 16384> buffer;
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

CommandResult run_external(const std::vector<std::string>& command, double seconds_most) {
  CommandResult result;
  int output[2];
  int errors[2];
  if (pipe2(output, O_CLOEXEC) != 0) return result;
  if (pipe2(errors, O_CLOEXEC) != 0) {
    close(output[0]);
    close(output[1]);
    return result;
  }
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  posix_spawn_file_actions_adddup2(&actions, errors[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  close(errors[1]);
  if (failed != 0) {
    result.errors = "`" + command[0] + "` cannot be started: " + std::strerror(failed);
    close(output[0]);
    close(errors[0]);
    return result;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds_most);
  bool output_open = true;
  bool errors_open = true;
  int status = 0;
  bool running = true;
  while (running) {
    std::array<pollfd, 2> watched{{{output_open ? output[0] : -1, POLLIN, 0}, {errors_open ? errors[0] : -1, POLLIN, 0}}};
    poll(watched.data(), watched.size(), 20);
    if (watched[0].revents != 0) output_open = drain(output[0], result.output);
    if (watched[1].revents != 0) errors_open = drain(errors[0], result.errors);
    if (std::chrono::steady_clock::now() > end) kill(child, SIGKILL);
    running = waitpid(child, &status, WNOHANG) == 0;
  }
  // What was written before the end is still in the pipes.
  for (const auto& [descriptor, into] : {std::pair{output[0], &result.output}, std::pair{errors[0], &result.errors}}) {
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    for (std::size_t before = into->size() + 1; into->size() != before;) {
      before = into->size();
      if (!drain(descriptor, *into)) break;
    }
    close(descriptor);
  }
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace eastwest
