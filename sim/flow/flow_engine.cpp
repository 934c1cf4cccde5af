// SPDX-License-Identifier: Apache-2.0
// The main loop: instant after instant. All events of an instant are handled, then rates are solved once for all of them.
#include <algorithm>
#include <bit>

#include "sim/flow/flow_state.hpp"
#include "sim/sanity.hpp"

namespace eastwest::flow {

namespace {

constexpr std::uint64_t kPublishEvery = 1024;  // instants

void post(FlowState& run, std::uint32_t d, const PostedTransfer& posted) {
  EASTWEST_CHECK(posted.not_before.ps >= run.clock, "a driver posts a transfer in the past");
  EASTWEST_CHECK(posted.traffic_class == run.workload->jobs[run.workload->drivers[d].job].traffic_class,
                 "a driver posts a transfer in another class than its job's");
  const auto index = static_cast<std::uint32_t>(run.driver_transfers.size());
  const std::uint32_t t =
      new_transfer(run, posted.from.value, posted.to.value, posted.bytes, posted.traffic_class, run.static_messages + index);
  run.transfers[t].start = posted.not_before.ps;
  run.transfers[t].receive_operation = index;
  run.driver_transfers.push_back({d, posted.cookie, run.workload->drivers[d].job});
  run.events.push(posted.not_before.ps + run.streams[run.transfers[t].stream].nic_source, event_key(kPost, t));
  ++run.drivers[d].outstanding;
}

void call_driver(FlowState& run, std::uint32_t d) {
  DriverState& state = run.drivers[d];
  Posting posting;
  std::sort(state.done.begin(), state.done.end(), [](const TransferDone& a, const TransferDone& b) { return a.cookie < b.cookie; });
  const std::int64_t wake = run.workload->drivers[d].advance(Time{run.clock}, state.done, posting).ps;
  state.done.clear();
  state.wake = wake == kNever ? kNever : std::max(wake, run.clock);
  if (state.wake != kNever) run.events.push(state.wake, event_key(kDriverWake, d));
  for (const PostedTransfer& transfer : posting.transfers) post(run, d, transfer);
  for (const RequestRow& row : posting.requests) {
    run.batch.requests.push_back(row);
    if (row.finish != kTimeNever) run.last_finish = std::max(run.last_finish, row.finish.ps);
  }
}

void apply_loss(FlowState& run, const Fault& fault, std::int64_t now) {
  count_service(run, now);
  for (const EventRow& row : loss_rows(*run.fabric, fault)) {
    count_losses(run, row.link);
    run.frame_loss[row.link] = std::bit_cast<double>(row.detail);
    run.batch.events.push_back(row);
  }
  apply_routes(run, run.route, now);  // the same paths, with another goodput
}

void handle(FlowState& run, const Event& event) {
  const auto id = static_cast<std::uint32_t>(event.key);
  switch (static_cast<FlowEvent>(event.key >> 60)) {
    case kFaultEvent: return (run.plan.faults[id].kind == FaultKind::loss ? apply_loss : apply_fault)(run, run.plan.faults[id], event.time);
    case kRerouteEvent:
      run.batch.events.push_back({Time{event.time}, EventKind::reroute, kNil, id});
      return apply_routes(run, id, event.time);
    case kServed: return group_served(run, id, static_cast<std::uint32_t>(event.key >> 32) & kStampMask, event.time);
    case kPost: return post_transfer(run, id, event.time);
    case kDelivered: return transfer_delivered(run, id, event.time);
    case kAcknowledged:
    case kComputeDone: return finish_operation(run, id, event.time);
    case kFusedStart: return fused_starts(run, id);
    case kFusedDone: return fused_done(run, id, event.time);
    case kInSwitch: return in_switch(run, id, static_cast<std::uint32_t>(event.key >> 32) & kStampMask);
    case kJobStart: return start_job(run, id, event.time);
    case kDriverWake:
      if (run.drivers[id].wake == event.time) call_driver(run, id);
      return;
  }
}

bool all_done(const FlowState& run) {
  return run.operations_done == run.operations_total &&
         std::all_of(run.drivers.begin(), run.drivers.end(), [](const DriverState& d) { return d.wake == kNever && d.outstanding == 0; });
}

void play_instant(FlowState& run, std::int64_t time) {
  run.clock = time;
  const RowMarks marks = mark_rows(run);
  std::vector<Event>& events = run.events.begin_instant(time);
  std::size_t i = 0;
  do {
    for (; i < events.size(); ++i) handle(run, events[i]);
    for (std::uint32_t d = 0; d < run.drivers.size(); ++d)
      if (!run.drivers[d].done.empty()) call_driver(run, d);
    settle_rates(run, time);
  } while (i < events.size());
  run.counters.events += i;
  run.events.end_instant();
  order_rows(run, marks);
}

}  // namespace

Outcome run_to_end(FlowState& run, const RecordSink& sink, Progress& progress) {
  progress.operations_total.store(run.operations_total, std::memory_order_relaxed);
  for (std::uint64_t instants = 0;; ++instants) {
    if (progress.cancel.load(std::memory_order_relaxed)) return Outcome::cancelled;
    if (all_done(run)) return Outcome::complete;
    if (run.events.empty()) return Outcome::stalled;
    const std::int64_t time = run.events.next_time();
    while (run.probe_time <= time) emit_link_row(run, run.probe_time, sink);
    play_instant(run, time);
    hand_out_when_large(run, sink);
    if (instants % kPublishEvery != 0) continue;
    progress.simulated_ps.store(run.clock, std::memory_order_relaxed);
    progress.events.store(run.counters.events, std::memory_order_relaxed);
    progress.operations_done.store(run.operations_done, std::memory_order_relaxed);
  }
}

}  // namespace eastwest::flow
