// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <unistd.h>
#include <csignal>

#include "cli/program.hpp"

namespace eastwest::cli {

namespace {

// A signal handler gets no argument, so what it sets must be reachable from here; lock-free, hence safe inside one.
std::atomic<std::atomic<bool>*> watched_cancel{nullptr};
static_assert(std::atomic<std::atomic<bool>*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

std::atomic<int> signals_caught{0};

extern "C" void on_signal(int) {
  if (signals_caught.fetch_add(1) != 0) _exit(kExitInterrupted);
  if (std::atomic<bool>* cancel = watched_cancel.load(); cancel != nullptr) cancel->store(true);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

InterruptGuard::InterruptGuard(std::atomic<bool>& cancel) {
  watched_cancel = &cancel;
  catch_interrupts();
  if (signals_caught.load() != 0) cancel = true;
}

InterruptGuard::~InterruptGuard() { watched_cancel = nullptr; }

}  // namespace eastwest::cli
