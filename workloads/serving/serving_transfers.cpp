// SPDX-License-Identifier: Apache-2.0
// KV caches on their way from prefill to decode instances.
#include <algorithm>

#include "workloads/serving/serving_state.hpp"

namespace eastwest::serving {

std::size_t Serving::route_decode(std::uint32_t request, std::size_t& turn, Time time) {
  return route(request, prefill_lanes_, decode_lanes(), turn, time);
}

void Serving::prefill_done(std::uint32_t request, std::size_t lane, Time time) {
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

void Serving::assign_decode(std::uint32_t request, std::size_t decode) {
  rows_[request].decode_instance = static_cast<std::uint16_t>(instance_of(decode));
  transfers_[request].decode_lane = static_cast<std::uint32_t>(decode);
  lanes_[decode].load += requests_[request].prompt_tokens;
}

void Serving::serve_pending(std::size_t lane, Time time) {
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

std::int64_t Serving::here_already(std::uint32_t request) const {
  return std::min<std::int64_t>(requests_[request].held.shared * kPrefixTokens, requests_[request].prompt_tokens);
}

void Serving::nothing_to_send(std::uint32_t request, Time time) {
  transfers_[request].latest = time;
  events_.push({later(time, settings_.control_latency), EventKind::kv_arrived, request, 0});
}

void Serving::try_reserve_early(std::uint32_t request, Time time) {
  std::size_t turn = decode_turn_;
  const std::size_t decode = route_decode(request, turn, time);
  interrupt(decode, time);
  if (!lanes_[decode].pending.empty() || !lanes_[decode].batch.reserve(request, requests_[request].prompt_tokens + 1)) return;
  decode_turn_ = turn;
  assign_decode(request, decode);
  transfers_[request].reserved = true;
  transfers_[request].sent = here_already(request);
}

void Serving::post_layerwise(std::uint32_t request, Time begin, Time end) {
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

void Serving::post(std::uint32_t request, std::int64_t tokens, std::int64_t layers, Time not_before) {
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

void Serving::kv_arrived(std::uint32_t request, Time time) {
  RequestRow& row = rows_[request];
  row.kv_done = transfers_[request].latest;
  const Transfer& transfer = transfers_[request];
  lanes_[transfer.prefill_lane].batch.release(request);
  touch(transfer.prefill_lane);
  interrupt(transfer.decode_lane, time);
  lanes_[transfer.decode_lane].batch.land(request);
  touch(transfer.decode_lane);
}

}  // namespace eastwest::serving
