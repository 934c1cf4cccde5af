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
#include "workloads/serving/stage_player.hpp"
#include "workloads/serving/token_clock.hpp"

namespace eastwest {

namespace {

enum class EventKind : std::uint8_t { kv_arrived, iteration_end, arrival, stage_wake };

/// Marks the cookies of exchanges inside an instance, beside those of KV transfers, which are numbers of requests.
constexpr std::uint64_t kExchange = std::uint64_t{1} << 63;

struct Event {
  Time time;
  EventKind kind = EventKind::arrival;
  std::uint32_t id = 0;       // request or lane
  std::uint32_t version = 0;  // iteration_end: stale when it is not the lane's
  friend bool operator>(const Event& a, const Event& b) {
    return std::tie(a.time, a.kind, a.id, a.version) > std::tie(b.time, b.kind, b.id, b.version);
  }
};

/// What the driver knows of a request beyond its batch entry and its row.
struct Transfer {
  std::uint32_t open = 0;  // posted and not yet complete
  bool reserved = false;   // layerwise: the decode instance has its blocks
  bool posted_all = false;
  std::uint32_t prefill_lane = 0;
  std::uint32_t decode_lane = 0;
  std::int64_t sent = 0;  // prompt tokens that are posted, or at the decode instance already
  Time latest;
};

/// One batch: an instance, or one of several that share its pipeline.
struct Lane {
  Batch batch;
  std::int64_t load = 0;  // prompt tokens of unfinished requests
  std::uint32_t version = 0;
  bool touched = false;               // may be able to start or to reserve at this instant
  std::deque<std::uint32_t> pending;  // decode: prefilled requests that wait for blocks
};

class Serving {
 public:
  explicit Serving(ServingSettings settings)
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
      row.arrival = settings_.start + arrival.offset;
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

  Time advance(Time now, std::span<const TransferDone> done, Posting& posting) {
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
      if (rows_[i].finish == kTimeNever) rows.push_back(row_of(static_cast<std::uint32_t>(i)));
    return rows;
  }

  [[nodiscard]] std::vector<TokenGap> token_gaps() const { return clock_.gaps(); }

 private:
  [[nodiscard]] bool disaggregated() const { return settings_.decode_instances > 0; }
  [[nodiscard]] bool is_prefill(std::size_t lane) const { return lane < prefill_lanes_; }
  [[nodiscard]] std::size_t decode_lanes() const { return lanes_.size() - prefill_lanes_; }
  /// Lanes of a kind are numbered across its instances, so that ties of the router go to different ones.
  [[nodiscard]] std::size_t instance_of(std::size_t lane) const {
    const auto prefill = static_cast<std::size_t>(settings_.prefill_instances);
    return is_prefill(lane) ? lane % prefill : prefill + (lane - prefill_lanes_) % static_cast<std::size_t>(settings_.decode_instances);
  }
  [[nodiscard]] std::size_t lane_of(std::size_t instance, std::size_t number) const {
    const auto prefill = static_cast<std::size_t>(settings_.prefill_instances);
    return instance < prefill ? instance + number * prefill
                              : prefill_lanes_ + instance - prefill + number * static_cast<std::size_t>(settings_.decode_instances);
  }
  [[nodiscard]] std::size_t number_of(std::size_t lane) const {
    return is_prefill(lane) ? lane / static_cast<std::size_t>(settings_.prefill_instances)
                            : (lane - prefill_lanes_) / static_cast<std::size_t>(settings_.decode_instances);
  }

  /// Of the next event that still counts.
  Time next_time() {
    while (!events_.empty() && events_.top().kind == EventKind::iteration_end && events_.top().version != lanes_[events_.top().id].version)
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
          else if (event.kind == EventKind::stage_wake) stage_woken(event.id, time);
          else iteration_ended(event.id, time);
        } else {
          arrive(static_cast<std::uint32_t>(next_arrival_++), time);
        }
      }
      std::sort(touched_.begin(), touched_.end());
      for (const std::size_t i : touched_) serve_pending(i, time);
      for (const std::size_t i : touched_) start_iteration(i, time);
      for (const std::size_t i : touched_) lanes_[i].touched = false;
      touched_.clear();
    }
  }

  void touch(std::size_t lane) {
    if (lanes_[lane].touched) return;
    lanes_[lane].touched = true;
    touched_.push_back(lane);
  }

  /// From outside something comes to `instance`: a burst of it ends with the iteration under way.
  void interrupt(std::size_t lane, Time time) {
    Lane& entry = lanes_[lane];
    if (entry.batch.interrupt(time))
      events_.push({entry.batch.end(), EventKind::iteration_end, static_cast<std::uint32_t>(lane), ++entry.version});
  }

  void make_players() {
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
      players_.emplace_back(staged_, std::move(stages), static_cast<std::size_t>(shape_.pipeline));
    }
  }

  void take_wakes(std::size_t instance) {
    for (const StagePlayer::Wake& wake : wakes_)
      events_.push({wake.time, EventKind::stage_wake, static_cast<std::uint32_t>(lane_of(instance, wake.lane)), 0});
    wakes_.clear();
  }

  void stage_woken(std::size_t lane, Time time) {
    const std::size_t instance = instance_of(lane);
    const std::size_t before = posting_->transfers.size();
    const bool over = players_[instance].wake(number_of(lane), time, posting_->transfers, wakes_);
    for (std::size_t i = before; i < posting_->transfers.size(); ++i) posting_->transfers[i].not_before = std::max(time, now_);
    take_wakes(instance);
    if (over) iteration_ended(lane, time);
    // The first stage may be free for another lane.
    for (std::size_t number = 0; number < static_cast<std::size_t>(shape_.pipeline); ++number) touch(lane_of(instance, number));
  }

  /// One of `count` lanes from `first` on.
  std::size_t route(std::uint32_t request, std::size_t first, std::size_t count, std::size_t& turn, Time time) {
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
  std::size_t route_decode(std::uint32_t request, std::size_t& turn, Time time) {
    return route(request, prefill_lanes_, decode_lanes(), turn, time);
  }

  void arrive(std::uint32_t request, Time time) {
    const std::size_t lane = route(request, 0, prefill_lanes_, prefill_turn_, time);
    rows_[request].prefill_instance = static_cast<std::uint16_t>(instance_of(lane));
    rows_[request].decode_instance = rows_[request].prefill_instance;
    transfers_[request].prefill_lane = static_cast<std::uint32_t>(lane);
    interrupt(lane, time);
    lanes_[lane].load += requests_[request].prompt_tokens;
    lanes_[lane].batch.enqueue(request);
    touch(lane);
  }

  void start_iteration(std::size_t lane, Time time) {
    Lane& entry = lanes_[lane];
    if (entry.batch.busy() || !entry.batch.has_work()) return;
    if (shape_.staged() && !players_[instance_of(lane)].ready()) return;
    started_.clear();
    if (!entry.batch.start(time, started_)) return;
    for (const std::uint32_t request : started_) rows_[request].prefill_start = time;
    if (shape_.staged()) {
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

  void iteration_ended(std::size_t lane, Time time) {
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

  void finish(std::uint32_t request, std::size_t lane, Time time) {
    rows_[request].finish = time;
    lanes_[lane].load -= requests_[request].prompt_tokens;
    RequestRow row = row_of(request);
    clock_.close(row);
    row.within_slo = judge(row, settings_.slo);
    posting_->requests.push_back(row);
  }

  [[nodiscard]] RequestRow row_of(std::uint32_t request) const {
    RequestRow row = rows_[request];
    row.cached_tokens = requests_[request].cached;
    row.preemptions = requests_[request].preemptions;
    return row;
  }

  void prefill_done(std::uint32_t request, std::size_t lane, Time time) {
    if (requests_[request].output_tokens == 1) {
      rows_[request].kv_done = time;
      lanes_[lane].batch.release(request);
      finish(request, lane, time);
      return;
    }
    lanes_[lane].load -= requests_[request].prompt_tokens;
    if (transfers_[request].reserved) return;  // its KV cache is on its way
    const std::size_t decode = route_decode(request, decode_turn_, time);
    assign_decode(request, decode);
    lanes_[decode].pending.push_back(request);
    touch(decode);
  }

  void assign_decode(std::uint32_t request, std::size_t decode) {
    rows_[request].decode_instance = static_cast<std::uint16_t>(instance_of(decode));
    transfers_[request].decode_lane = static_cast<std::uint32_t>(decode);
    lanes_[decode].load += requests_[request].prompt_tokens;
  }

  /// Decode: gives blocks to prefilled requests in order and sends for their KV cache.
  void serve_pending(std::size_t lane, Time time) {
    Lane& entry = lanes_[lane];
    if (entry.pending.empty()) return;
    interrupt(lane, time);
    while (!entry.pending.empty() && entry.batch.reserve(entry.pending.front(), requests_[entry.pending.front()].prompt_tokens + 1)) {
      const std::uint32_t request = entry.pending.front();
      entry.pending.pop_front();
      transfers_[request].posted_all = true;
      transfers_[request].sent = here_already(request);
      const std::int64_t tokens = requests_[request].prompt_tokens - transfers_[request].sent;
      post(request, tokens, settings_.cost.model->layers, time);
      if (tokens == 0) nothing_to_send(request, time);
    }
  }

  /// Prompt tokens that the reservation found at the decode instance.
  [[nodiscard]] std::int64_t here_already(std::uint32_t request) const {
    return std::min<std::int64_t>(requests_[request].held.shared * kPrefixTokens, requests_[request].prompt_tokens);
  }

  void nothing_to_send(std::uint32_t request, Time time) {
    transfers_[request].latest = time;
    events_.push({time + settings_.control_latency, EventKind::kv_arrived, request, 0});
  }

  void try_reserve_early(std::uint32_t request, Time time) {
    std::size_t turn = decode_turn_;
    const std::size_t decode = route_decode(request, turn, time);
    interrupt(decode, time);
    if (!lanes_[decode].pending.empty() || !lanes_[decode].batch.reserve(request, requests_[request].prompt_tokens + 1)) return;
    decode_turn_ = turn;
    assign_decode(request, decode);
    transfers_[request].reserved = true;
    transfers_[request].sent = here_already(request);
  }

  /// The KV entries up to the end of this iteration that are not yet sent: those that the prefix cache had at once, the others
  /// group of layers by group of layers, as each group is computed.
  void post_layerwise(std::uint32_t request, Time begin, Time end) {
    const BatchRequest& entry = requests_[request];
    Transfer& transfer = transfers_[request];
    const std::int64_t layers = settings_.cost.model->layers;
    const std::int64_t groups = std::min(settings_.kv_layer_groups, layers);
    const std::int64_t known = std::max<std::int64_t>(0, std::int64_t{entry.computed} - transfer.sent);
    post(request, known, layers, begin);
    transfer.sent += known;
    const std::int64_t fresh = std::max<std::int64_t>(0, std::int64_t{entry.computed} + entry.scheduled - transfer.sent);
    for (std::int64_t g = 0; g < groups && fresh > 0; ++g) {
      const std::int64_t first = layers * g / groups;
      const std::int64_t last = layers * (g + 1) / groups;
      // Whole part and remainder apart: a long iteration times the layers could leave 64 bits.
      const std::int64_t span = (end - begin).ps;
      const Duration offset{span / layers * last + span % layers * last / layers};
      post(request, fresh, last - first, begin + offset);
    }
    transfer.sent += fresh;
    transfer.posted_all = entry.computed + entry.scheduled == entry.prompt_tokens;
    // Everything was there already: decoding still has to wait for the first token.
    if (transfer.posted_all && transfer.open == 0) nothing_to_send(request, end);
  }

  void post(std::uint32_t request, std::int64_t tokens, std::int64_t layers, Time not_before) {
    if (tokens == 0) return;
    RequestRow& row = rows_[request];
    const auto t = static_cast<std::uint32_t>(shape_.tensor);
    const auto ranks = static_cast<std::uint32_t>(shape_.ranks());
    // A request lives in one group of every stage, the same on both sides.
    const std::uint32_t group = request % static_cast<std::uint32_t>(shape_.expert);
    for (std::int64_t stage = 0; stage < shape_.pipeline; ++stage) {
      const std::int64_t here = shape_.pipeline > 1 ? staged_.layers(stage) : layers;
      const Bytes share{tokens * here * cost_.kv_bytes_per_token_layer()};
      const std::uint32_t first = settings_.first_rank + t * (group + static_cast<std::uint32_t>(shape_.expert * stage));
      for (std::uint32_t i = 0; i < t; ++i) {
        const RankId from{first + row.prefill_instance * ranks + i};
        const RankId to{first + row.decode_instance * ranks + i};
        posting_->transfers.push_back({from, to, share, std::max(not_before, now_), request, settings_.traffic_class});
        row.kv_bytes += share;
      }
    }
    transfers_[request].open += t * static_cast<std::uint32_t>(shape_.pipeline);
  }

  void kv_arrived(std::uint32_t request, Time time) {
    RequestRow& row = rows_[request];
    row.kv_done = transfers_[request].latest;
    const Transfer& transfer = transfers_[request];
    lanes_[transfer.prefill_lane].batch.release(request);
    touch(transfer.prefill_lane);
    interrupt(transfer.decode_lane, time);
    lanes_[transfer.decode_lane].batch.land(request);
    touch(transfer.decode_lane);
  }

  ServingSettings settings_;
  InstanceShape shape_;
  IterationCost cost_;
  StagedCost staged_;
  std::vector<std::uint32_t> prefixes_;
  std::vector<BatchRequest> requests_;
  std::vector<Transfer> transfers_;
  std::vector<RequestRow> rows_;
  std::vector<Lane> lanes_;           // prefill ones first; of each kind the first lanes of all instances, then the second ...
  std::vector<StagePlayer> players_;  // one per instance, when it has stages or expert groups
  std::vector<StagePlayer::Wake> wakes_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::size_t> touched_;
  std::vector<std::uint32_t> started_;
  std::vector<RouterView> views_;
  TokenClock clock_;
  std::size_t prefill_lanes_ = 0;
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
  driver.token_gaps = [serving] { return serving->token_gaps(); };
  return driver;
}

}  // namespace eastwest
