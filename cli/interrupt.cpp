// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <unistd.h>
#include <csignal>

#include "cli/program.hpp"

namespace eastwest::cli {

namespace {

// A signal handler gets no argument, so what it sets must be reachable from here; lock-free, hence safe inside one.
std::atomic<std::atomic<bool>*> watched_cancel{nullptr};
static_assert(std::atomic<std::atomic<bool>*>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int) {
  std::atomic<bool>* cancel = watched_cancel.load();
  if (cancel == nullptr || cancel->exchange(true)) _exit(kExitInterrupted);
}

void handle(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard(std::atomic<bool>& cancel) {
  watched_cancel = &cancel;
  handle(on_signal);
}

InterruptGuard::~InterruptGuard() {
  handle(SIG_DFL);
  watched_cancel = nullptr;
}

}  // namespace eastwest::cli
