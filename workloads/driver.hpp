// SPDX-License-Identifier: Apache-2.0
// Drivers: workloads that decide as they run (serving), behind one small interface that both engines call.
//
// An engine calls `advance(now, done, posting)` whenever transfers of this driver have completed or the wake time that
// it last returned has come. The driver posts transfers and finished requests and returns when it wants to be woken
// next (kTimeNever: only by completions). Calls come in order of time, one at a time.
// Invariants: everything posted has `not_before >= now`. A completion may reach the driver up to one engine window after
// its own time; a driver therefore reacts at completion time + its control latency, clamped to `now`, which makes results
// independent of the window as long as the control latency is longer (defaults: 10 us against about 1 us).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/quantity.hpp"

namespace eastwest {

/// No driver plans beyond: 105 days, where Time is about to end. What would end later ends here, and a verdict of the run says so.
inline constexpr Time kDriverTimeLast{std::int64_t{105} * 86'400 * 1'000'000'000'000};
/// `at` + `by`, but not beyond `kDriverTimeLast`.
constexpr Time later(Time at, Duration by) {
  if (at >= kDriverTimeLast) return at;
  return by < kDriverTimeLast - at ? at + by : kDriverTimeLast;
}

/// Whether a finished request kept its job's targets.
enum class SloVerdict : std::uint8_t { missed, met, no_target };

/// One inference request as it goes into the trace. Times that never came are kTimeNever.
struct RequestRow {
  std::uint32_t id = 0;
  std::uint16_t job = 0;
  std::uint16_t prefill_instance = 0;
  std::uint16_t decode_instance = 0;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t output_tokens = 0;
  Bytes kv_bytes;  // moved to the decode instance, inside a host too
  Time arrival;
  Time prefill_start = kTimeNever;
  Time prefill_end = kTimeNever;
  Time kv_done = kTimeNever;  // equal to prefill_end without disaggregation
  Time first_token = kTimeNever;
  Time finish = kTimeNever;         // last token
  std::uint32_t cached_tokens = 0;  // of the prompt, found in the prefix cache when its prefill started
  std::uint32_t preemptions = 0;    // times it lost its KV cache and was computed again
  Duration itl_p50{-1};             // gaps between its tokens, nearest rank; -1: fewer than two tokens, or unfinished
  Duration itl_p99{-1};
  Duration itl_max{-1};
  SloVerdict within_slo = SloVerdict::no_target;
};

/// So many gaps of one length between consecutive tokens of requests.
struct TokenGap {
  Duration gap;
  std::uint64_t count = 0;
  friend constexpr bool operator==(const TokenGap&, const TokenGap&) = default;
};

struct PostedTransfer {
  RankId from;
  RankId to;
  Bytes bytes;
  Time not_before;
  std::uint64_t cookie = 0;  // handed back in TransferDone
  std::uint8_t traffic_class = 1;
};

struct TransferDone {
  std::uint64_t cookie = 0;
  Time time;  // when the last byte was in the receiver's memory
};

struct Posting {
  std::vector<PostedTransfer> transfers;
  std::vector<RequestRow> requests;  // finished since the last call
};

struct Driver {
  std::uint16_t job = 0;
  std::string name;
  std::function<Time(Time now, std::span<const TransferDone> done, Posting& posting)> advance;
  /// What it is waiting for, in words, for the diagnosis of a stalled run.
  std::function<std::string()> waiting_for;
  /// Rows of requests that arrived but did not finish, called once at the end of an unfinished run.
  std::function<std::vector<RequestRow>()> unfinished;
  /// All gaps between tokens up to now, ascending, equal ones together. May be empty.
  std::function<std::vector<TokenGap>()> token_gaps;
};

}  // namespace eastwest
