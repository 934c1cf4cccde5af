// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/serving_driver.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "workloads/serving/serving_state.hpp"

namespace eastwest {

namespace serving {

Serving::Serving(ServingSettings settings)
    : settings_(std::move(settings)),
      shape_(settings_.shape()),
      cost_(settings_.cost),
      staged_(settings_.cost, shape_),
      prefixes_(dense_prefix_ids(settings_.prefix_blocks)),
      clock_(settings_.arrivals.size()) {
  const std::size_t count = settings_.arrivals.size();
  requests_.resize(count);
  transfers_.resize(count);
  rows_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Arrival& arrival = settings_.arrivals[i];
    requests_[i].prompt_tokens = arrival.prompt_tokens;
    requests_[i].output_tokens = arrival.output_tokens;
    requests_[i].prefix_first = arrival.prefix_first;
    requests_[i].prefix_count = arrival.prefix_count;
    RequestRow& row = rows_[i];
    row.id = static_cast<std::uint32_t>(i);
    row.job = settings_.job;
    row.prompt_tokens = arrival.prompt_tokens;
    row.output_tokens = arrival.output_tokens;
    row.arrival = later(settings_.start, arrival.offset);
  }
  BatchSettings prefill = settings_.batching;
  prefill.prefill_only = disaggregated();
  prefill.staged = shape_.staged();
  BatchSettings decode = settings_.batching;
  decode.staged = shape_.staged();
  prefill_lanes_ = static_cast<std::size_t>(settings_.prefill_instances * shape_.pipeline);
  for (std::int64_t i = 0; i < settings_.prefill_instances * shape_.pipeline; ++i)
    lanes_.push_back({Batch(prefill, cost_, requests_, prefixes_), 0, 0, false, {}});
  for (std::int64_t i = 0; i < settings_.decode_instances * shape_.pipeline; ++i)
    lanes_.push_back({Batch(decode, cost_, requests_, prefixes_), 0, 0, false, {}});
  if (shape_.staged()) make_players();
}

Time Serving::advance(Time now, std::span<const TransferDone> done, Posting& posting) {
  now_ = now;
  posting_ = &posting;
  for (const TransferDone& part : done) {
    if ((part.cookie & kExchange) != 0) {
      const std::uint64_t lane = part.cookie & ~kExchange;
      const auto stages = static_cast<std::uint64_t>(shape_.pipeline);
      players_[lane / stages].delivered(lane % stages, part.time, now, wakes_);
      take_wakes(lane / stages);
      continue;
    }
    const auto request = static_cast<std::uint32_t>(part.cookie);
    Transfer& transfer = transfers_[request];
    transfer.latest = std::max(transfer.latest, part.time);
    if (--transfer.open == 0 && transfer.posted_all)
      events_.push({std::max(later(transfer.latest, settings_.control_latency), now), EventKind::kv_arrived, request, 0});
  }
  while (next_time() <= now) handle_instant(next_time());
  posting_ = nullptr;
  return next_time();
}

std::string Serving::waiting_for() const {
  std::size_t arrived = 0;
  std::size_t moving = 0;
  std::uint32_t first = 0;
  for (std::size_t i = 0; i < next_arrival_; ++i) {
    if (rows_[i].finish != kTimeNever) continue;
    ++arrived;
    if (transfers_[i].open > 0 && moving++ == 0) first = static_cast<std::uint32_t>(i);
  }
  if (arrived == 0) return next_arrival_ < rows_.size() ? "the next arrival" : "nothing";
  std::string text = std::to_string(arrived) + " unfinished requests";
  if (moving > 0)
    text += ", " + std::to_string(moving) + " of them waiting for their KV cache; the first is request " + std::to_string(first) +
            ", from prefill instance " + std::to_string(rows_[first].prefill_instance) + " to decode instance " +
            std::to_string(rows_[first].decode_instance) + ", " + std::to_string(transfers_[first].open) + " transfers open";
  return text;
}

std::vector<RequestRow> Serving::unfinished() const {
  std::vector<RequestRow> rows;
  for (std::size_t i = 0; i < next_arrival_; ++i)
    if (rows_[i].finish == kTimeNever) rows.push_back(row_of(static_cast<std::uint32_t>(i)));
  return rows;
}

std::size_t Serving::instance_of(std::size_t lane) const {
  const auto prefill = static_cast<std::size_t>(settings_.prefill_instances);
  return is_prefill(lane) ? lane % prefill : prefill + (lane - prefill_lanes_) % static_cast<std::size_t>(settings_.decode_instances);
}

std::size_t Serving::lane_of(std::size_t instance, std::size_t number) const {
  const auto prefill = static_cast<std::size_t>(settings_.prefill_instances);
  return instance < prefill ? instance + number * prefill
                            : prefill_lanes_ + instance - prefill + number * static_cast<std::size_t>(settings_.decode_instances);
}

std::size_t Serving::number_of(std::size_t lane) const {
  return is_prefill(lane) ? lane / static_cast<std::size_t>(settings_.prefill_instances)
                          : (lane - prefill_lanes_) / static_cast<std::size_t>(settings_.decode_instances);
}

Time Serving::next_time() {
  while (!events_.empty() && events_.top().kind == EventKind::iteration_end && events_.top().version != lanes_[events_.top().id].version)
    events_.pop();
  const Time own = events_.empty() ? kTimeNever : events_.top().time;
  return next_arrival_ < rows_.size() ? std::min(own, rows_[next_arrival_].arrival) : own;
}

void Serving::handle_instant(Time time) {
  while (next_time() == time) {
    while (next_time() == time) {
      if (!events_.empty() && events_.top().time == time) {
        const Event event = events_.top();
        events_.pop();
        if (event.kind == EventKind::kv_arrived) kv_arrived(event.id, time);
        else if (event.kind == EventKind::stage_wake) stage_woken(event.id, time);
        else iteration_ended(event.id, time);
      } else {
        arrive(static_cast<std::uint32_t>(next_arrival_++), time);
      }
    }
    std::sort(touched_.begin(), touched_.end());
    for (const std::size_t i : touched_) serve_pending(i, time);
    for (const std::size_t i : touched_) shape_.staged() ? start_in_turn(i, time) : start_iteration(i, time);
    for (const std::size_t i : touched_) lanes_[i].touched = false;
    touched_.clear();
  }
}

void Serving::touch(std::size_t lane) {
  if (lanes_[lane].touched) return;
  lanes_[lane].touched = true;
  touched_.push_back(lane);
}

void Serving::interrupt(std::size_t lane, Time time) {
  Lane& entry = lanes_[lane];
  if (entry.batch.interrupt(time))
    events_.push({entry.batch.end(), EventKind::iteration_end, static_cast<std::uint32_t>(lane), ++entry.version});
}

void Serving::make_players() {
  const auto ranks = static_cast<std::size_t>(shape_.ranks());
  for (std::size_t i = 0; i < static_cast<std::size_t>(settings_.prefill_instances + settings_.decode_instances); ++i) {
    StageSettings stages;
    stages.first_rank = settings_.first_rank + static_cast<std::uint32_t>(i * ranks);
    if (!settings_.host_of_rank.empty()) {
      const auto first = settings_.host_of_rank.begin() + static_cast<std::ptrdiff_t>(i * ranks);
      stages.host_of_rank.assign(first, first + static_cast<std::ptrdiff_t>(ranks));
    }
    stages.layers_per_exchange = settings_.layers_per_exchange;
    stages.exchange_overhead = settings_.exchange_overhead;
    stages.traffic_class = settings_.traffic_class;
    stages.cookie = kExchange | (i * static_cast<std::uint64_t>(shape_.pipeline));
    turns_.push_back(static_cast<std::size_t>(shape_.pipeline) - 1);
    players_.emplace_back(staged_, std::move(stages), static_cast<std::size_t>(shape_.pipeline));
  }
}

void Serving::take_wakes(std::size_t instance) {
  for (const StagePlayer::Wake& wake : wakes_)
    events_.push({wake.time, EventKind::stage_wake, static_cast<std::uint32_t>(lane_of(instance, wake.lane)), 0});
  wakes_.clear();
}

void Serving::stage_woken(std::size_t lane, Time time) {
  const std::size_t instance = instance_of(lane);
  const std::size_t before = posting_->transfers.size();
  const bool over = players_[instance].wake(number_of(lane), time, posting_->transfers, wakes_);
  for (std::size_t i = before; i < posting_->transfers.size(); ++i) posting_->transfers[i].not_before = std::max(time, now_);
  take_wakes(instance);
  if (over) iteration_ended(lane, time);
  // The first stage may be free for another lane.
  for (std::size_t number = 0; number < static_cast<std::size_t>(shape_.pipeline); ++number) touch(lane_of(instance, number));
}

std::size_t Serving::route(std::uint32_t request, std::size_t first, std::size_t count, std::size_t& turn, Time time) {
  views_.clear();
  for (std::size_t i = first; i < first + count; ++i) {
    Batch& batch = lanes_[i].batch;
    RouterView view{lanes_[i].load, 0, 0};
    if (settings_.router == RouterPolicy::prefix_aware) {
      batch.settle(time);  // what a burst has evicted up to now is forgotten
      view.backlog = batch.backlog();
      view.cached = batch.cached_tokens(request);
    }
    views_.push_back(view);
  }
  return first + choose_instance(settings_.router, views_, turn);
}

void Serving::arrive(std::uint32_t request, Time time) {
  const std::size_t lane = route(request, 0, prefill_lanes_, prefill_turn_, time);
  rows_[request].prefill_instance = static_cast<std::uint16_t>(instance_of(lane));
  rows_[request].decode_instance = rows_[request].prefill_instance;
  transfers_[request].prefill_lane = static_cast<std::uint32_t>(lane);
  interrupt(lane, time);
  lanes_[lane].load += requests_[request].prompt_tokens;
  lanes_[lane].batch.enqueue(request);
  touch(lane);
}

void Serving::start_iteration(std::size_t lane, Time time) {
  Lane& entry = lanes_[lane];
  if (entry.batch.busy() || !entry.batch.has_work()) return;
  if (shape_.staged() && !players_[instance_of(lane)].ready()) return;
  started_.clear();
  if (!entry.batch.start(time, started_)) return;
  for (const std::uint32_t request : started_) rows_[request].prefill_start = time;
  if (shape_.staged()) {
    turns_[instance_of(lane)] = number_of(lane);
    players_[instance_of(lane)].begin(number_of(lane), entry.batch.load(), time, wakes_);
    return take_wakes(instance_of(lane));
  }
  for (const std::uint32_t request : started_) {
    if (disaggregated() && settings_.kv_transfer == KvTransfer::layerwise && is_prefill(lane) && requests_[request].output_tokens > 1)
      try_reserve_early(request, time);
  }
  if (disaggregated() && settings_.kv_transfer == KvTransfer::layerwise && is_prefill(lane))
    for (const std::uint32_t request : entry.batch.running())
      if (transfers_[request].reserved && requests_[request].scheduled > 0) post_layerwise(request, time, entry.batch.end());
  events_.push({entry.batch.end(), EventKind::iteration_end, static_cast<std::uint32_t>(lane), ++entry.version});
}

void Serving::start_in_turn(std::size_t lane, Time time) {
  if (!lanes_[lane].touched) return;  // came with another lane of its instance
  const std::size_t instance = instance_of(lane);
  const auto count = static_cast<std::size_t>(shape_.pipeline);
  const std::size_t last = turns_[instance];
  for (std::size_t i = 1; i <= count; ++i) {
    const std::size_t next = lane_of(instance, (last + i) % count);
    if (std::exchange(lanes_[next].touched, false)) start_iteration(next, time);
  }
}

void Serving::iteration_ended(std::size_t lane, Time time) {
  Lane& entry = lanes_[lane];
  ++entry.version;
  Batch::Outcome outcome;
  entry.batch.finish(outcome);
  if (shape_.staged()) outcome.ends.assign(1, time);
  clock_.tick(outcome.produced, outcome.ends);
  touch(lane);
  for (const std::uint32_t request : outcome.first_token) {
    RequestRow& row = rows_[request];
    row.prefill_end = time;
    row.first_token = time;
    if (disaggregated()) prefill_done(request, lane, time);
    else row.kv_done = time;
  }
  for (const std::uint32_t request : outcome.finished) finish(request, lane, time);
}

void Serving::finish(std::uint32_t request, std::size_t lane, Time time) {
  rows_[request].finish = time;
  lanes_[lane].load -= requests_[request].prompt_tokens;
  RequestRow row = row_of(request);
  clock_.close(row);
  row.within_slo = judge(row, settings_.slo);
  posting_->requests.push_back(row);
}

RequestRow Serving::row_of(std::uint32_t request) const {
  RequestRow row = rows_[request];
  row.cached_tokens = requests_[request].cached;
  row.preemptions = requests_[request].preemptions;
  return row;
}

}  // namespace serving

Driver make_serving_driver(ServingSettings settings) {
  Driver driver;
  driver.job = settings.job;
  driver.name = settings.name;
  const auto state = std::make_shared<serving::Serving>(std::move(settings));
  driver.advance = [state](Time now, std::span<const TransferDone> done, Posting& posting) { return state->advance(now, done, posting); };
  driver.waiting_for = [state] { return state->waiting_for(); };
  driver.unfinished = [state] { return state->unfinished(); };
  driver.token_gaps = [state] { return state->token_gaps(); };
  return driver;
}

}  // namespace eastwest
