// SPDX-License-Identifier: Apache-2.0
// Test support: plays a Driver over a network that moves every transfer on its own at a fixed rate and latency.
//
// Units: ps and bytes. `window` delays the news of a completion to the next multiple of the window, as an engine does;
// `stride` adds calls in between that nobody asked for. Neither may change a result.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

#include "workloads/driver.hpp"

namespace eastwest::tests {

struct IdealTransport {
  std::int64_t alpha = 1'000'000;
  std::int64_t ps_per_byte = 20;
  std::int64_t window = 1;
  std::int64_t stride = 0;  // 0: only calls that are due
};

struct Played {
  std::vector<RequestRow> rows;  // in the order of their ids
  std::vector<PostedTransfer> transfers;
  std::vector<TokenGap> gaps;
  std::uint64_t calls = 0;
  bool legal = true;  // everything posted was for now or later
};

inline Played play_driver(Driver& driver, const IdealTransport& transport) {
  using Pending = std::tuple<std::int64_t, std::int64_t, std::uint64_t>;  // when told, when done, cookie
  std::priority_queue<Pending, std::vector<Pending>, std::greater<>> pending;
  Played played;
  Posting posting;
  std::vector<TransferDone> done;
  Time now{0};
  while (true) {
    done.clear();
    while (!pending.empty() && std::get<0>(pending.top()) <= now.ps) {
      done.push_back({std::get<2>(pending.top()), Time{std::get<1>(pending.top())}});
      pending.pop();
    }
    posting.transfers.clear();
    posting.requests.clear();
    const Time wake = driver.advance(now, done, posting);
    ++played.calls;
    for (const PostedTransfer& transfer : posting.transfers) {
      played.legal = played.legal && transfer.not_before >= now;
      const std::int64_t finish = transfer.not_before.ps + transport.alpha + transfer.bytes.count * transport.ps_per_byte;
      pending.emplace((finish + transport.window - 1) / transport.window * transport.window, finish, transfer.cookie);
      played.transfers.push_back(transfer);
    }
    played.rows.insert(played.rows.end(), posting.requests.begin(), posting.requests.end());
    const std::int64_t next = std::min(wake.ps, pending.empty() ? kTimeNever.ps : std::get<0>(pending.top()));
    if (next == kTimeNever.ps) break;
    now.ps = transport.stride > 0 ? std::min(next, now.ps + transport.stride) : next;
  }
  std::sort(played.rows.begin(), played.rows.end(), [](const RequestRow& a, const RequestRow& b) { return a.id < b.id; });
  return played;
}

/// Every field, for comparisons.
inline auto fields(const RequestRow& row) {
  return std::make_tuple(row.id, row.job, row.prefill_instance, row.decode_instance, row.prompt_tokens, row.output_tokens,
                         row.kv_bytes.count, row.arrival.ps, row.prefill_start.ps, row.prefill_end.ps, row.kv_done.ps, row.first_token.ps,
                         row.finish.ps, row.cached_tokens, row.preemptions, row.itl_p50.ps, row.itl_p99.ps, row.itl_max.ps);
}

inline bool equal_rows(const std::vector<RequestRow>& a, const std::vector<RequestRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const RequestRow& x, const RequestRow& y) { return fields(x) == fields(y); });
}

}  // namespace eastwest::tests
