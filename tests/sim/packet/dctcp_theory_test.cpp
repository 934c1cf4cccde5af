// SPDX-License-Identifier: Apache-2.0
// DCTCP in the packet engine against the analysis of its paper: the sawtooth of the queue, its period and the marked share.
//
// Alizadeh et al., "Data center TCP", SIGCOMM 2010, section 3.3: N synchronised windows grow by one packet a round trip until the queue
// passes K. The window that fills link and queue up to there is W* = (C RTT + K) / N. Until the senders hear of the marks each window has
// grown by r; then every one is cut by alpha / 2. A window sends (W2^2 - W1^2) / 2 packets while it grows from W1 to W2, so
// the marked share, which is what alpha averages, is
//   alpha = S(W*, W* + r) / S((W* + r)(1 - alpha/2), W* + r),   S(a, b) = (b^2 - a^2) / 2
//   alpha^2 (1 - alpha/4) = (2 r W* + r^2) / (W* + r)^2,         alpha ~ sqrt(2 r / W*)
//   largest queue  K + r N,  between that and K + N as windows are whole packets
//   amplitude      A = N D,  D = (W* + r) alpha / 2;   period  T = D rounds of (C RTT + K) / C
// The paper marks a packet as it joins the queue, so that news takes a whole round trip, queue included: r = 1 (held by
// transports/dctcp_test.cpp on a queue that marks so). Our switches mark a packet as it leaves, as HPCC's do: the
// news does not wait in the queue, and r = C RTT / (C RTT + K). That is 0.67 here, and alpha and amplitude are sqrt(r) = 0.82 of the paper's.
//
// Where it holds: W* large against one packet (61 to 123 here), alpha small, all cut in one round trip. 10 Gb/s, packets of 1,500 B, K = 40 and
// a round trip of 83 packets (the paper's figure 12), both times a scale that keeps W* up as N grows.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/port_series.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr double kPacket = 1500;

PortSeries dctcp(std::uint32_t senders, std::int64_t scale, Bytes bytes) {
  const std::int64_t round_trip = 83 * scale * 1'200'000;  // ps; a packet takes 1.2 us
  PortSeriesOptions options;
  options.shape.rate = 10_Gbps;
  options.shape.switch_latency = 50_ns;
  // There and back: four links, two pipelines, the packet on the last link and the acknowledgement of 66 B.
  options.shape.delay = Duration{(round_trip - 2 * 50'000 - 1'200'000 - 52'800) / 4};
  options.senders = senders;
  options.bytes = bytes;
  const std::string k = std::to_string(40 * scale * 1500);
  const std::string above = std::to_string(40 * scale * 1500 + 1);
  options.network = {"transport=dctcp",
                     "mtu=1460 B",
                     "header=40 B",
                     "gap=0 B",
                     "ack_every=1",
                     "pfc=false",
                     "buffer_alpha=64",
                     "ecn_min=" + k + " B",
                     "ecn_max=" + above + " B",
                     "ecn_probability=1",
                     "ecn_reference_rate=10 Gb/s"};
  options.interval = Duration{round_trip / 100};
  return port_series(options);
}

/// Times that marks begin after half a round trip without any.
double bursts(const PortSeries& series, double from, double to) {
  const auto rows = static_cast<double>(series.marks.size());
  double count = 0;
  std::size_t silent = 0;
  for (auto i = static_cast<std::size_t>(from * rows); i < static_cast<std::size_t>(to * rows); ++i) {
    if (series.marks[i] != 0 && silent >= 50) ++count;
    silent = series.marks[i] != 0 ? 0 : silent + 1;
  }
  return count;
}

}  // namespace

TEST_CASE("dctcp in the engine: sawtooth, period and marked share are those of the paper's section 3.3") {
  struct Case {
    std::uint32_t senders;
    std::int64_t scale;
    Bytes bytes;
  };
  for (const Case& one : {Case{2, 1, 40'000'000_B}, Case{4, 2, 40'000'000_B}, Case{6, 4, 60'000'000_B}, Case{10, 10, 80'000'000_B}}) {
    CAPTURE(one.senders);
    const PortSeries series = dctcp(one.senders, one.scale, one.bytes);
    const PortSeries::Settled seen = series.settled(0.4, 0.9);
    const double n = one.senders;
    const double k = 40.0 * static_cast<double>(one.scale);
    const double product = 83.0 * static_cast<double>(one.scale);
    const double r = product / (product + k);
    const double w = (product + k) / n;
    double low = 0;
    double high = 1;
    for (int i = 0; i < 60; ++i) {
      const double a = (low + high) / 2;
      (a * a * (1 - a / 4) < (2 * r * w + r * r) / ((w + r) * (w + r)) ? low : high) = a;
    }
    const double cut = (w + r) * low / 2;
    const double amplitude = (seen.queue_max - seen.queue_min) / kPacket;
    const double rows = 0.5 * static_cast<double>(series.queue.size());
    const double rounds = rows * series.row_seconds / ((product + k) * 1.2e-6);
    const double period = rounds / bursts(series, 0.4, 0.9);
    CAPTURE(seen.marked);
    CAPTURE(low);
    CAPTURE(amplitude);
    CAPTURE(n * cut);
    CAPTURE(period);
    CAPTURE(cut);
    CHECK(std::abs(seen.marked / low - 1) < 0.06);
    CHECK(std::abs(amplitude / (n * cut) - 1) < 0.10);
    CHECK(std::abs(period / cut - 1) < 0.06);
    CHECK(seen.queue_max / kPacket >= k + r * n - 1);
    CHECK(seen.queue_max / kPacket <= k + n);
    CHECK(seen.queue_min > 0);
    CHECK(seen.busy > 0.9999);
    CHECK(series.out.result.counters.retransmits == 0);
  }
}
