// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/serving_driver.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <queue>
#include <span>
#include <tuple>
#include <utility>

#include "core/check.hpp"

namespace eastwest {

namespace {

enum class EventKind : std::uint8_t { kv_arrived, iteration_end, arrival };

struct Event {
  Time time;
  EventKind kind = EventKind::arrival;
  std::uint32_t id = 0;       // request or instance
  std::uint32_t version = 0;  // iteration_end: stale when it is not the instance's
  friend bool operator>(const Event& a, const Event& b) {
    return std::tie(a.time, a.kind, a.id, a.version) > std::tie(b.time, b.kind, b.id, b.version);
  }
};

/// What the driver knows of a request beyond its batch entry and its row.
struct Transfer {
  std::uint32_t open = 0;  // posted and not yet complete
  bool reserved = false;   // layerwise: the decode instance has its blocks
  bool posted_all = false;
  Time latest;
};

struct Instance {
  Batch batch;
  std::int64_t load = 0;  // prompt tokens of unfinished requests
  std::uint32_t version = 0;
  bool touched = false;               // may be able to start or to reserve at this instant
  std::deque<std::uint32_t> pending;  // decode: prefilled requests that wait for blocks
};

class Serving {
 public:
  explicit Serving(ServingSettings settings) : settings_(std::move(settings)), cost_(settings_.cost) {
    const std::size_t count = settings_.arrivals.size();
    requests_.resize(count);
    transfers_.resize(count);
    rows_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Arrival& arrival = settings_.arrivals[i];
      requests_[i].prompt_tokens = arrival.prompt_tokens;
      requests_[i].output_tokens = arrival.output_tokens;
      RequestRow& row = rows_[i];
      row.id = static_cast<std::uint32_t>(i);
      row.job = settings_.job;
      row.prompt_tokens = arrival.prompt_tokens;
      row.output_tokens = arrival.output_tokens;
      row.arrival = settings_.start + arrival.offset;
    }
    BatchSettings prefill = settings_.batching;
    prefill.prefill_only = disaggregated();
    for (std::int64_t i = 0; i < settings_.prefill_instances; ++i)
      instances_.push_back({Batch(prefill, cost_, requests_), 0, 0, false, {}});
    for (std::int64_t i = 0; i < settings_.decode_instances; ++i)
      instances_.push_back({Batch(settings_.batching, cost_, requests_), 0, 0, false, {}});
  }

  Time advance(Time now, std::span<const TransferDone> done, Posting& posting) {
    now_ = now;
    posting_ = &posting;
    for (const TransferDone& part : done) {
      const auto request = static_cast<std::uint32_t>(part.cookie);
      Transfer& transfer = transfers_[request];
      transfer.latest = std::max(transfer.latest, part.time);
      if (--transfer.open == 0 && transfer.posted_all)
        events_.push({std::max(transfer.latest + settings_.control_latency, now), EventKind::kv_arrived, request, 0});
    }
    while (next_time() <= now) handle_instant(next_time());
    posting_ = nullptr;
    return next_time();
  }

  [[nodiscard]] std::string waiting_for() const {
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

  [[nodiscard]] std::vector<RequestRow> unfinished() const {
    std::vector<RequestRow> rows;
    for (std::size_t i = 0; i < next_arrival_; ++i)
      if (rows_[i].finish == kTimeNever) rows.push_back(rows_[i]);
    return rows;
  }

 private:
  [[nodiscard]] bool disaggregated() const { return settings_.decode_instances > 0; }
  [[nodiscard]] bool is_prefill(std::size_t instance) const { return instance < static_cast<std::size_t>(settings_.prefill_instances); }

  /// Of the next event that still counts.
  Time next_time() {
    while (!events_.empty() && events_.top().kind == EventKind::iteration_end &&
           events_.top().version != instances_[events_.top().id].version)
      events_.pop();
    const Time own = events_.empty() ? kTimeNever : events_.top().time;
    return next_arrival_ < rows_.size() ? std::min(own, rows_[next_arrival_].arrival) : own;
  }

  /// Everything that happens at `time`: events first, then reservations, then new iterations.
  void handle_instant(Time time) {
    while (next_time() == time) {
      while (next_time() == time) {
        if (!events_.empty() && events_.top().time == time) {
          const Event event = events_.top();
          events_.pop();
          if (event.kind == EventKind::kv_arrived) kv_arrived(event.id, time);
          else iteration_ended(event.id, time);
        } else {
          arrive(static_cast<std::uint32_t>(next_arrival_++), time);
        }
      }
      std::sort(touched_.begin(), touched_.end());
      for (const std::size_t i : touched_) serve_pending(i, time);
      for (const std::size_t i : touched_) start_iteration(i, time);
      for (const std::size_t i : touched_) instances_[i].touched = false;
      touched_.clear();
    }
  }

  void touch(std::size_t instance) {
    if (instances_[instance].touched) return;
    instances_[instance].touched = true;
    touched_.push_back(instance);
  }

  /// From outside something comes to `instance`: a burst of it ends with the iteration under way.
  void interrupt(std::size_t instance, Time time) {
    Instance& entry = instances_[instance];
    if (entry.batch.interrupt(time))
      events_.push({entry.batch.end(), EventKind::iteration_end, static_cast<std::uint32_t>(instance), ++entry.version});
  }

  std::size_t route(std::size_t first, std::size_t count, std::size_t& turn) const {
    if (settings_.router == RouterPolicy::round_robin) return first + turn++ % count;
    std::size_t best = first;
    for (std::size_t i = first + 1; i < first + count; ++i)
      if (instances_[i].load < instances_[best].load) best = i;
    return best;
  }

  void arrive(std::uint32_t request, Time time) {
    const std::size_t instance = route(0, static_cast<std::size_t>(settings_.prefill_instances), prefill_turn_);
    rows_[request].prefill_instance = static_cast<std::uint16_t>(instance);
    rows_[request].decode_instance = static_cast<std::uint16_t>(instance);
    interrupt(instance, time);
    instances_[instance].load += requests_[request].prompt_tokens;
    instances_[instance].batch.enqueue(request);
    touch(instance);
  }

  void start_iteration(std::size_t instance, Time time) {
    Instance& entry = instances_[instance];
    if (entry.batch.busy() || !entry.batch.has_work()) return;
    started_.clear();
    if (!entry.batch.start(time, started_)) return;
    for (const std::uint32_t request : started_) {
      rows_[request].prefill_start = time;
      if (disaggregated() && settings_.kv_transfer == KvTransfer::layerwise && is_prefill(instance) && requests_[request].output_tokens > 1)
        try_reserve_early(request, time);
    }
    if (disaggregated() && settings_.kv_transfer == KvTransfer::layerwise && is_prefill(instance))
      for (const std::uint32_t request : entry.batch.running())
        if (transfers_[request].reserved && requests_[request].scheduled > 0) post_layerwise(request, time, entry.batch.end());
    events_.push({entry.batch.end(), EventKind::iteration_end, static_cast<std::uint32_t>(instance), ++entry.version});
  }

  void iteration_ended(std::size_t instance, Time time) {
    Instance& entry = instances_[instance];
    ++entry.version;
    Batch::Outcome outcome;
    entry.batch.finish(outcome);
    touch(instance);
    for (const std::uint32_t request : outcome.first_token) {
      RequestRow& row = rows_[request];
      row.prefill_end = time;
      row.first_token = time;
      if (disaggregated()) prefill_done(request, instance, time);
      else row.kv_done = time;
    }
    for (const std::uint32_t request : outcome.finished) finish(request, instance, time);
  }

  void finish(std::uint32_t request, std::size_t instance, Time time) {
    rows_[request].finish = time;
    instances_[instance].load -= requests_[request].prompt_tokens;
    posting_->requests.push_back(rows_[request]);
  }

  void prefill_done(std::uint32_t request, std::size_t instance, Time time) {
    if (requests_[request].output_tokens == 1) {
      rows_[request].kv_done = time;
      instances_[instance].batch.release(request);
      finish(request, instance, time);
      return;
    }
    instances_[instance].load -= requests_[request].prompt_tokens;
    if (transfers_[request].reserved) return;  // its KV cache is on its way
    const std::size_t decode = pick_decode(request);
    instances_[decode].pending.push_back(request);
    touch(decode);
  }

  std::size_t pick_decode(std::uint32_t request) {
    const std::size_t decode =
        route(static_cast<std::size_t>(settings_.prefill_instances), static_cast<std::size_t>(settings_.decode_instances), decode_turn_);
    rows_[request].decode_instance = static_cast<std::uint16_t>(decode);
    instances_[decode].load += requests_[request].prompt_tokens;
    return decode;
  }

  /// Decode: gives blocks to prefilled requests in order and sends for their KV cache.
  void serve_pending(std::size_t instance, Time time) {
    Instance& entry = instances_[instance];
    if (entry.pending.empty()) return;
    interrupt(instance, time);
    while (!entry.pending.empty() && entry.batch.reserve(entry.pending.front(), requests_[entry.pending.front()].prompt_tokens + 1)) {
      const std::uint32_t request = entry.pending.front();
      entry.pending.pop_front();
      post(request, requests_[request].prompt_tokens, settings_.cost.model->layers, time);
      transfers_[request].posted_all = true;
    }
  }

  void try_reserve_early(std::uint32_t request, Time time) {
    std::size_t turn = decode_turn_;
    const std::size_t decode =
        route(static_cast<std::size_t>(settings_.prefill_instances), static_cast<std::size_t>(settings_.decode_instances), turn);
    interrupt(decode, time);
    if (!instances_[decode].pending.empty() || !instances_[decode].batch.reserve(request, requests_[request].prompt_tokens + 1)) return;
    pick_decode(request);
    transfers_[request].reserved = true;
  }

  /// The KV entries of the tokens in this iteration, group of layers by group of layers, as each group is computed.
  void post_layerwise(std::uint32_t request, Time begin, Time end) {
    const BatchRequest& entry = requests_[request];
    const std::int64_t layers = settings_.cost.model->layers;
    const std::int64_t groups = std::min(settings_.kv_layer_groups, layers);
    for (std::int64_t g = 0; g < groups; ++g) {
      const std::int64_t first = layers * g / groups;
      const std::int64_t last = layers * (g + 1) / groups;
      // Whole part and remainder apart: a long iteration times the layers could leave 64 bits.
      const std::int64_t span = (end - begin).ps;
      const Duration offset{span / layers * last + span % layers * last / layers};
      post(request, entry.scheduled, last - first, begin + offset);
    }
    transfers_[request].posted_all = entry.computed + entry.scheduled == entry.prompt_tokens;
  }

  void post(std::uint32_t request, std::int64_t tokens, std::int64_t layers, Time not_before) {
    RequestRow& row = rows_[request];
    const auto t = static_cast<std::uint32_t>(settings_.tensor_parallel);
    const Bytes share{tokens * layers * cost_.kv_bytes_per_token_layer()};
    for (std::uint32_t i = 0; i < t; ++i) {
      const RankId from{settings_.first_rank + row.prefill_instance * t + i};
      const RankId to{settings_.first_rank + row.decode_instance * t + i};
      posting_->transfers.push_back({from, to, share, std::max(not_before, now_), request, settings_.traffic_class});
      row.kv_bytes += share;
    }
    transfers_[request].open += t;
  }

  void kv_arrived(std::uint32_t request, Time time) {
    RequestRow& row = rows_[request];
    row.kv_done = transfers_[request].latest;
    instances_[row.prefill_instance].batch.release(request);
    touch(row.prefill_instance);
    interrupt(row.decode_instance, time);
    instances_[row.decode_instance].batch.land(request);
    touch(row.decode_instance);
  }

  ServingSettings settings_;
  IterationCost cost_;
  std::vector<BatchRequest> requests_;
  std::vector<Transfer> transfers_;
  std::vector<RequestRow> rows_;
  std::vector<Instance> instances_;  // prefill ones first
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::size_t> touched_;
  std::vector<std::uint32_t> started_;
  std::size_t next_arrival_ = 0;
  std::size_t prefill_turn_ = 0;
  std::size_t decode_turn_ = 0;
  Time now_;
  Posting* posting_ = nullptr;
};

}  // namespace

Driver make_serving_driver(ServingSettings settings) {
  Driver driver;
  driver.job = settings.job;
  driver.name = settings.name;
  const auto serving = std::make_shared<Serving>(std::move(settings));
  driver.advance = [serving](Time now, std::span<const TransferDone> done, Posting& posting) {
    return serving->advance(now, done, posting);
  };
  driver.waiting_for = [serving] { return serving->waiting_for(); };
  driver.unfinished = [serving] { return serving->unfinished(); };
  return driver;
}

}  // namespace eastwest
