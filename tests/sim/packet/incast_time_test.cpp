// SPDX-License-Identifier: Apache-2.0
// When an incast has filled the buffer: the first drop and the first pause against arithmetic, to the picosecond.
//
// n hosts send through one cut-through switch to one port, all from time 0, at equal rates. W is the wire time of a frame
// and f its bytes in the buffer; frame k of every sender is handled at D + k W, D = link delay + pipeline. The port
// takes one frame per W, so what waits grows by n - 1 frames per W, in fluid terms at (n - 1) R. A link's row covers
// what happened before its end: with a probe interval of t, the first row shows whether something happened before t, so a
// row of length t without and one of t + 1 ps with it put the event at t exactly.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/small_fabrics.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr std::int64_t kBuffered = 4096 + 62;                 // f
constexpr std::int64_t kWire = std::int64_t{4096 + 82} * 20;  // W at 400 Gb/s, ps
constexpr std::int64_t kHandled = 1'600'000;                  // D, ps

Outcomes incast(std::uint32_t senders, Bytes buffer, std::vector<std::string> changes, std::int64_t interval) {
  SmallFabricOptions shape;
  shape.buffer = buffer;
  const Fabric fabric = star(senders + 1, shape);
  std::vector<Flow> list;
  for (std::uint32_t i = 0; i < senders; ++i) list.push_back({i, senders, 4_MiB});
  changes.insert(changes.end(), {"ecn=false", "ack_every=1024"});
  SimulationOptions options = options_with(network(std::move(changes)));
  options.probes.interval = {interval};
  return play(fabric, flows(fabric, list), options);
}

/// Figures of the first link row, summed over links: what happened before its end.
std::uint64_t drops_before(const Outcomes& out) {
  std::uint64_t sum = 0;
  for (const std::uint32_t drops : out.links.at(0).drops) sum += drops;
  return sum;
}

double pause_before(const Outcomes& out) {
  double longest = 0;
  for (const float share : out.links.at(0).pfc_pause) longest = std::max(longest, static_cast<double>(share));
  return longest;
}

}  // namespace

// Without PFC and with alpha = 1 a frame is let in while q + f <= B - q: the queue holds c frames, the largest c with
// (2 c - 1) f <= B. After the arrivals at D + k W, (k + 1)(n - 1) frames would wait (the first one left at once): the first
// drop is at the first k where that exceeds c, k = floor(c / (n - 1)). In fluid terms t = B / (2 (n - 1) R).
TEST_CASE("packet: an incast without PFC drops its first frame exactly when the buffer is full by arithmetic") {
  for (const std::uint32_t n : {2u, 3u, 5u, 8u}) {
    for (const Bytes buffer : {Bytes{300'000}, 512_KiB, 1_MiB}) {
      CAPTURE(n);
      CAPTURE(buffer.count);
      const std::int64_t held = (buffer.count / kBuffered + 1) / 2;
      const std::int64_t k = held / (n - 1);
      const std::int64_t first_drop = kHandled + k * kWire;
      const std::vector<std::string> changes{"pfc=false", "buffer_alpha=1", "retransmit_timeout=10 ms"};
      CHECK(drops_before(incast(n, buffer, changes, first_drop)) == 0);
      CHECK(drops_before(incast(n, buffer, changes, first_drop + 1)) > 0);
      const double fluid = static_cast<double>(buffer.count) / (2.0 * (n - 1) * 50e9) * 1e12;
      CHECK(std::abs(static_cast<double>(first_drop - kHandled) - fluid) < 2.0 * kWire);  // frames are not a fluid
    }
  }
}

// With PFC every ingress has its share: it sends a pause once it holds alpha (pool - all that is held), alpha = 1/8, no
// reserve. Frame (k, i), of sender i, is number k n + i in the one queue, and number j leaves at D + j W. So when frame
// (k, i) has come at D + k W, frames 0 to k have left: all hold k n + i + 1 - (k + 1), and i holds k + 1 less its own
// frames among 0 to k. The pause then crosses the idle cable back: 84 B of wire, 1 us of delay, and 60 quanta of 512 bit
// times until the sender is silent (802.1Qbb), when its link counts as paused.
TEST_CASE("packet: an incast with PFC pauses its first sender exactly when the threshold is reached by arithmetic") {
  for (const std::uint32_t n : {2u, 3u, 5u, 8u}) {
    for (const Bytes buffer : {Bytes{2'000'000}, Bytes{3'000'000}, Bytes{4'000'000}}) {
      CAPTURE(n);
      CAPTURE(buffer.count);
      const std::int64_t pool = buffer.count - static_cast<std::int64_t>(n + 1) * 200'000;
      std::int64_t number = 0;  // of the frame whose arrival makes the first pause
      for (;; ++number) {
        const std::int64_t k = number / n;
        const std::int64_t i = number % n;
        const std::int64_t all = number + 1 - (k + 1);
        const std::int64_t own = k + 1 - (k >= i ? (k - i) / n + 1 : 0);
        if (own * kBuffered >= (pool - all * kBuffered) / 8) break;
      }
      const std::int64_t whole = number / n;  // frames of every sender before it
      const std::int64_t silent = std::int64_t{60} * 512 * 1000 / 400;
      const std::int64_t paused = kHandled + whole * kWire + std::int64_t{84} * 20 + 1'000'000 + silent;
      const std::vector<std::string> changes{"buffer_alpha=0.125", "buffer_reserve=0 B", "headroom=200 kB"};
      CHECK(pause_before(incast(n, buffer, changes, paused)) == 0.0);
      const Outcomes out = incast(n, buffer, changes, paused + 1);
      CHECK(pause_before(out) > 0.0);
      CHECK(out.result.counters.drops_buffer == 0);
      // In fluid terms a sender's share (n - 1) / n R t meets alpha (pool - (n - 1) R t).
      const double fluid = static_cast<double>(pool) / 8 / ((n - 1) * 50e9 * (1.0 / n + 0.125)) * 1e12;
      CHECK(std::abs(static_cast<double>(whole * kWire) - fluid) < 2.0 * kWire);
    }
  }
}
