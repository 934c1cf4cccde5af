// SPDX-License-Identifier: Apache-2.0
// The main loop: rounds one after another, in each the hosts and then the switches, the domains of a phase at once, and
// drivers and records in between.
//
// Why a round is safe stands in run_plan.hpp. A phase is done in one step, or in several where a link row ends or a
// driver is called inside it. Source: conservative synchronous windows (Nicol, "The cost of conservative
// synchronization in parallel discrete event simulations", JACM 1993).
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

/// Mail of the phase before, into the inboxes of this domain's nodes.
void take_mail(RunState& run, Domain& domain, unsigned parity) {
  for (Domain& source : run.domains) {
    Mail& mail = source.mail[parity][domain.index];
    for (std::size_t i = 0; i < mail.frames.size(); ++i) {
      const Frame& frame = mail.frames[i];
      const std::uint32_t index = domain.frames.take();
      domain.frames[index] = frame;
      if (domain.frames.with_trailers()) {
        domain.frames.trailer(index) = mail.trailers[i];
        const auto records = domain.frames.telemetry(index);
        std::copy_n(mail.telemetry.begin() + static_cast<std::ptrdiff_t>(i * records.size()), records.size(), records.begin());
      }
      deliver(run.network, domain, frame.node, index, frame.time, run.network.window_offset[frame.node]);
    }
    mail.frames.clear();
    mail.trailers.clear();
    mail.telemetry.clear();
  }
}

void step_node(RunState& run, Domain& domain, std::uint32_t n, std::int64_t step_end) {
  const NodePlan& node = run.plan.nodes[n];
  std::int64_t local = kNever;
  if (node.is_switch) {
    local = step_switch(run.network, domain, run.plan, run.ports, run.switches[node.detail], step_end);
  } else {
    HostStep step{run.network,
                  domain,
                  run.plan,
                  node,
                  run.plan.ports.data() + node.first_port,
                  run.ports.data() + node.first_port,
                  run.hosts[node.detail],
                  run.traffic,
                  run.execution};
    local = step_host(step, step_end);
  }
  const Inbox& inbox = run.network.inboxes[n];
  const bool rest = ((inbox.occupied >> (static_cast<unsigned>(domain.round) % kBuckets)) & 1u) != 0;
  std::int64_t next = rest ? domain.round : next_inbox_window(inbox, domain.round);
  if (local != kNever) next = std::min(next, (local + run.network.window_offset[n]) / run.plan.window);
  run.network.next_window[n] = next;
}

/// What a phase is about, the same for all domains.
struct Phase {
  NodeClass nodes;
  std::int64_t round;
  std::int64_t end;  // of this step
  bool mail_waits;
};

void step_domain(RunState& run, Domain& domain, const Phase& phase) {
  domain.round = phase.round;
  domain.round_start = phase.round * run.plan.window;
  if (phase.mail_waits) take_mail(run, domain, run.parity ^ 1u);
  domain.parity = run.parity;
  domain.mail_window = kNever;
  // What is delivered on the way lowers these again.
  std::int64_t& earliest = phase.nodes == kHosts ? domain.next_host_window : domain.next_switch_window;
  earliest = kNever;
  for (const std::uint32_t n : phase.nodes == kHosts ? domain.hosts : domain.switches) {
    if (run.network.next_window[n] <= phase.round) step_node(run, domain, n, phase.end);
    earliest = std::min(earliest, run.network.next_window[n]);
  }
}

class Workers {
 public:
  explicit Workers(unsigned threads) {
    if (threads <= 1) return;
    allowance_.emplace(tbb::global_control::max_allowed_parallelism, threads);  // more threads than cores when asked for
    arena_.emplace(static_cast<int>(threads));
  }
  void step(RunState& run, const Phase& phase) {
    std::uint64_t events_before = 0;
    for (const Domain& domain : run.domains) events_before += domain.counters.events;
    if (arena_ && last_events_ >= kParallelEventsMin) {
      arena_->execute([&] {
        tbb::parallel_for(std::size_t{0}, run.domains.size(), [&](std::size_t d) { step_domain(run, run.domains[d], phase); }, affinity_);
      });
    } else {
      for (Domain& domain : run.domains) step_domain(run, domain, phase);
    }
    events_ = 0;
    for (const Domain& domain : run.domains) events_ += domain.counters.events;
    last_events_ = events_ - events_before;
  }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  std::optional<tbb::global_control> allowance_;
  std::optional<tbb::task_arena> arena_;
  tbb::affinity_partitioner affinity_;
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
  next = std::min(next, (time + run.plan.host_offset) / run.plan.window);
  Domain& domain = run.domains[run.network.domain_of[n]];
  domain.next_host_window = std::min(domain.next_host_window, next);
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

/// One step of a phase: every domain at once.
void step(RunState& run, Workers& workers, NodeClass nodes, std::int64_t round, std::int64_t end) {
  const bool mail_waits = earliest_mail(run) != kNever;
  const auto idle = [&](const Domain& domain) { return (nodes == kHosts ? domain.next_host_window : domain.next_switch_window) > round; };
  if (!mail_waits && std::all_of(run.domains.begin(), run.domains.end(), idle)) return;
  run.parity ^= 1u;
  workers.step(run, {nodes, round, end, mail_waits});
}

/// Handles a class of nodes up to `end`; rows of links end on the way.
void advance_to(RunState& run, Workers& workers, NodeClass nodes, std::int64_t round, std::int64_t end, const RecordSink& sink) {
  ProbeClock& probe = run.probes[nodes];
  while (probe.time < end) {
    step(run, workers, nodes, round, probe.time);
    end_link_row(run, nodes, probe.time, sink);
  }
  step(run, workers, nodes, round, end);
}

void call_due_drivers(RunState& run, const RecordSink& sink) {
  for (std::uint32_t d = 0; d < run.drivers.size(); ++d)
    if (run.drivers[d].wake <= run.clock) call_driver(run, d, sink);
}

/// The hosts' phase of a round, in steps that end where a driver wakes.
void host_phase(RunState& run, Workers& workers, std::int64_t round, const RecordSink& sink) {
  const std::int64_t begin = round * run.plan.window - run.plan.host_offset;
  const std::int64_t end = begin + run.plan.window;
  run.clock = std::max(run.clock, begin);
  while (run.probes[kHosts].time <= run.clock) end_link_row(run, kHosts, run.probes[kHosts].time, sink);
  while (run.clock < end) {
    const std::int64_t wake = next_wake(run);
    if (wake <= run.clock) {
      call_due_drivers(run, sink);
      continue;
    }
    const std::int64_t stop = std::min(end, wake);
    advance_to(run, workers, kHosts, round, stop, sink);
    run.clock = stop;
    serve_drivers(run, sink);
  }
}

void switch_phase(RunState& run, Workers& workers, std::int64_t round, const RecordSink& sink) {
  const std::int64_t begin = round * run.plan.window;
  while (run.probes[kSwitches].time <= begin) end_link_row(run, kSwitches, run.probes[kSwitches].time, sink);
  run.switch_clock = begin + run.plan.window;
  advance_to(run, workers, kSwitches, round, run.switch_clock, sink);
}

/// The earliest round in which any node or driver has something to do, or kNever.
std::int64_t next_round(const RunState& run) {
  std::int64_t round = earliest_mail(run);
  for (const Domain& domain : run.domains) round = std::min({round, domain.next_host_window, domain.next_switch_window});
  const std::int64_t wake = next_wake(run);
  return wake == kNever ? round : std::min(round, (wake + run.plan.host_offset) / run.plan.window);
}

}  // namespace

Outcome run_to_end(RunState& run, const RecordSink& sink, Progress& progress) {
  Workers workers(run.options.threads);
  progress.operations_total.store(run.execution.total, std::memory_order_relaxed);
  for (Domain& domain : run.domains) {
    for (const std::uint32_t n : domain.hosts) domain.next_host_window = std::min(domain.next_host_window, run.network.next_window[n]);
    for (const std::uint32_t n : domain.switches)
      domain.next_switch_window = std::min(domain.next_switch_window, run.network.next_window[n]);
  }
  for (;;) {
    if (progress.cancel.load(std::memory_order_relaxed)) return Outcome::cancelled;
    if (all_done(run)) return Outcome::complete;
    const std::int64_t round = next_round(run);
    if (round == kNever) return Outcome::stalled;
    host_phase(run, workers, round, sink);
    switch_phase(run, workers, round, sink);
    ++run.windows;
    collect_records(run, sink);
    publish(run, workers, progress);
  }
}

}  // namespace eastwest::packet
