// SPDX-License-Identifier: Apache-2.0
// The main loop: windows one after another, domains of a window at once, drivers and records in between.
//
// A window is 2^window_bits ps of the global grid, at most the lookahead, so nothing sent in it is handled in it. A
// step is a window or the part of it before the next probe row or driver call. Source: conservative synchronous
// windows (Nicol, "The cost of conservative synchronization in parallel discrete event simulations", JACM 1993).
// oneTBB pays from about 10 us of work; lighter steps run in the calling thread, which changes no result.
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <optional>

#include "sim/packet/run_state.hpp"

namespace eastwest::packet {

namespace {

constexpr std::uint64_t kParallelEventsMin = 200;  // events of the step before, about 15 us

/// Mail of the step before, into the inboxes of this domain's nodes.
void take_mail(RunState& run, Domain& domain, unsigned parity, std::int64_t window) {
  domain.window = window - 1;  // mail may be for the window that begins
  for (Domain& source : run.domains) {
    std::vector<Frame>& mail = source.mail[parity][domain.index];
    for (const Frame& frame : mail) deliver(run.network, domain, frame);
    mail.clear();
  }
}

void step_node(RunState& run, Domain& domain, std::uint32_t n, std::int64_t step_end) {
  const NodePlan& node = run.plan.nodes[n];
  const EventHeap* events = nullptr;
  if (node.is_switch) {
    SwitchState& state = run.switches[node.detail];
    step_switch(run.network, domain, run.plan, run.ports, state, step_end);
    events = &state.events;
  } else {
    HostState& state = run.hosts[node.detail];
    HostStep step{run.network, domain,      run.plan,     node, run.plan.ports.data() + node.first_port, run.ports.data() + node.first_port,
                  state,       run.traffic, run.execution};
    step_host(step, step_end);
    events = &state.events;
  }
  const Inbox& inbox = run.network.inboxes[n];
  const bool rest = ((inbox.occupied >> (static_cast<unsigned>(domain.window) % kBuckets)) & 1u) != 0;
  std::int64_t next = rest ? domain.window : next_inbox_window(inbox, domain.window);
  if (!events->empty()) next = std::min(next, events->top().time >> run.plan.window_bits);
  run.network.next_window[n] = next;
}

void step_domain(RunState& run, Domain& domain, std::int64_t window, std::int64_t step_end, bool mail_waits) {
  if (mail_waits) take_mail(run, domain, run.parity ^ 1u, window);
  domain.window = window;
  domain.parity = run.parity;
  domain.mail_window = kNever;
  for (const std::uint32_t n : domain.nodes)
    if (run.network.next_window[n] <= window) step_node(run, domain, n, step_end);
}

class Workers {
 public:
  explicit Workers(unsigned threads) {
    if (threads <= 1) return;
    allowance_.emplace(tbb::global_control::max_allowed_parallelism, threads);  // more threads than cores when asked for
    arena_.emplace(static_cast<int>(threads));
  }
  void step(RunState& run, std::int64_t window, std::int64_t step_end, bool mail_waits) {
    std::uint64_t events_before = 0;
    for (const Domain& domain : run.domains) events_before += domain.counters.events;
    if (arena_ && last_events_ >= kParallelEventsMin) {
      arena_->execute([&] {
        tbb::parallel_for(std::size_t{0}, run.domains.size(),
                          [&](std::size_t d) { step_domain(run, run.domains[d], window, step_end, mail_waits); });
      });
    } else {
      for (Domain& domain : run.domains) step_domain(run, domain, window, step_end, mail_waits);
    }
    events_ = 0;
    for (const Domain& domain : run.domains) events_ += domain.counters.events;
    last_events_ = events_ - events_before;
  }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  std::optional<tbb::global_control> allowance_;
  std::optional<tbb::task_arena> arena_;
  std::uint64_t last_events_ = 0;
  std::uint64_t events_ = 0;
};

std::int64_t earliest_mail(const RunState& run) {
  std::int64_t window = kNever;
  for (const Domain& domain : run.domains) window = std::min(window, domain.mail_window);
  return window;
}

std::int64_t next_wake(const RunState& run) {
  std::int64_t wake = kNever;
  for (const DriverState& driver : run.drivers) wake = std::min(wake, driver.wake);
  return wake;
}

bool all_done(const RunState& run) {
  std::uint64_t done = 0;
  for (const Domain& domain : run.domains) done += domain.operations_done;
  if (done != run.execution.total) return false;
  return std::all_of(run.drivers.begin(), run.drivers.end(), [](const DriverState& d) { return d.wake == kNever && d.outstanding == 0; });
}

void post(RunState& run, std::uint32_t driver, const PostedTransfer& transfer) {
  EASTWEST_CHECK(transfer.not_before.ps >= run.clock, "a driver posts a transfer in the past");
  const std::uint32_t m =
      add_message(run, transfer.from, transfer.to, transfer.bytes, run.workload->drivers[driver].job, transfer.traffic_class);
  Message& message = run.traffic.messages[m];
  message.receive_operation = static_cast<std::uint32_t>(run.traffic.driver_transfers.size());
  message.start = transfer.not_before.ps;
  run.traffic.driver_transfers.push_back({driver, transfer.cookie});
  const std::uint32_t n = run.execution.ranks[transfer.from.index()].node;
  HostState& host = run.hosts[run.plan.nodes[n].detail];
  const std::int64_t time = transfer.not_before.ps + (message.queue_pair == kNil ? 0 : host.nic_latency);
  host.events.push(time, event_key(kPost, m));
  std::int64_t& next = run.network.next_window[n];
  next = std::min(next, time >> run.plan.window_bits);
  run.posted_window = std::min(run.posted_window, next);
  ++run.drivers[driver].outstanding;
}

void call_driver(RunState& run, std::uint32_t index, const RecordSink& sink) {
  DriverState& state = run.drivers[index];
  Posting posting;
  state.wake = run.workload->drivers[index].advance(Time{run.clock}, state.done, posting).ps;
  if (state.wake != kNever) state.wake = std::max(state.wake, run.clock);
  state.done.clear();
  for (const PostedTransfer& transfer : posting.transfers) post(run, index, transfer);
  if (posting.requests.empty()) return;
  RecordBatch batch;
  for (const RequestRow& row : posting.requests) {
    run.requests.push_back(row);
    if (row.finish != kTimeNever) run.last_finish = std::max(run.last_finish, row.finish.ps);
  }
  batch.requests = std::move(posting.requests);
  add(run.digest, batch);
  if (sink) sink(std::move(batch));
}

/// Hands completed transfers to their drivers, in order of time.
void serve_drivers(RunState& run, const RecordSink& sink) {
  if (run.drivers.empty()) return;
  bool any = false;
  for (Domain& domain : run.domains) {
    for (const DriverCompletion& done : domain.completions) {
      run.drivers[done.driver].done.push_back({done.cookie, Time{done.time}});
      --run.drivers[done.driver].outstanding;
      any = true;
    }
    domain.completions.clear();
  }
  if (!any) return;
  for (std::uint32_t d = 0; d < run.drivers.size(); ++d) {
    std::vector<TransferDone>& done = run.drivers[d].done;
    if (done.empty()) continue;
    std::sort(done.begin(), done.end(),
              [](const TransferDone& a, const TransferDone& b) { return a.time != b.time ? a.time < b.time : a.cookie < b.cookie; });
    call_driver(run, d, sink);
  }
}

void publish(const RunState& run, const Workers& workers, Progress& progress) {
  std::uint64_t done = 0;
  for (const Domain& domain : run.domains) done += domain.operations_done;
  progress.simulated_ps.store(run.clock, std::memory_order_relaxed);
  progress.events.store(workers.events(), std::memory_order_relaxed);
  progress.operations_done.store(done, std::memory_order_relaxed);
}

}  // namespace

Outcome run_to_end(RunState& run, const RecordSink& sink, Progress& progress) {
  Workers workers(run.options.threads);
  progress.operations_total.store(run.execution.total, std::memory_order_relaxed);
  std::int64_t next_window = kNever;
  for (const std::int64_t window : run.network.next_window) next_window = std::min(next_window, window);
  for (;;) {
    if (progress.cancel.load(std::memory_order_relaxed)) return Outcome::cancelled;
    if (all_done(run)) return Outcome::complete;
    const std::int64_t wake = next_wake(run);
    const std::int64_t begin = next_window == kNever ? kNever : std::max(run.clock, next_window << run.plan.window_bits);
    const std::int64_t now = std::min(begin, wake);
    if (now == kNever) return Outcome::stalled;
    while (run.probe_time <= now) emit_link_row(run, run.probe_time, sink);
    if (wake <= begin) {
      run.clock = std::max(run.clock, wake);
      for (std::uint32_t d = 0; d < run.drivers.size(); ++d)
        if (run.drivers[d].wake <= run.clock) call_driver(run, d, sink);
      next_window = std::min(next_window, run.posted_window);
      run.posted_window = kNever;
      continue;
    }
    const std::int64_t window = begin >> run.plan.window_bits;
    const std::int64_t end = std::min({(window + 1) << run.plan.window_bits, run.probe_time, wake});
    const bool mail_waits = earliest_mail(run) != kNever;
    run.parity ^= 1u;
    workers.step(run, window, end, mail_waits);
    ++run.windows;
    run.clock = end;
    collect_records(run, sink);
    serve_drivers(run, sink);
    run.posted_window = kNever;  // already in next_window
    next_window = earliest_mail(run);
    for (const std::int64_t w : run.network.next_window) next_window = std::min(next_window, w);
    publish(run, workers, progress);
  }
}

}  // namespace eastwest::packet
