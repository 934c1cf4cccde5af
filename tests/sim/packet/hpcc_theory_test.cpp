// SPDX-License-Identifier: Apache-2.0
// HPCC in the packet engine against its fixed point: links just below their rate, and next to nothing in their queues.
//
// Li et al., "HPCC", SIGCOMM 2019. The reference window repeats itself when W = W eta / U + W_AI, W_AI = W_init (1 - eta) / flows. With N
// senders W = U W_init / N, so
//   U = eta + (1 - eta) N / flows
// which is the utilisation of the link, as the wire counts it, while that is below one. Of it the payload is mtu / (mtu + header + gap); telemetry
// is part of the header: 42 B in the paper for five hops, here added to `network.header` by hand as the transport's header says.
//
// The queue. Each sender paces one packet per N frame times / U, so in one frame's time no more than one of each can come: N periodic
// sources leave at most N - 1 waiting behind the one that is sent. And periodic sources wait less than Poisson ones of the
// same load: the mean wait is below that of M/D/1, U / (2 (1 - U)) frames (Eckberg 1979).
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/port_series.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::test;

namespace {

constexpr double kTelemetry = 42;
constexpr double kHeader = 62 + kTelemetry;
constexpr double kFrame = 4096 + kHeader;  // in a buffer

}  // namespace

TEST_CASE("hpcc in the engine: N flows hold the link at eta with fewer packets queued than there are flows") {
  for (const std::uint32_t senders : {1u, 2u, 8u, 16u}) {
    for (const double eta : {0.95, 0.8}) {
      CAPTURE(senders);
      CAPTURE(eta);
      PortSeriesOptions options;
      options.senders = senders;
      options.bytes = Bytes{256'000'000 / senders};
      options.network = {"transport=hpcc", "header=104 B", "ecn=false", "pfc=false", "buffer_alpha=64", "hpcc.eta=" + std::to_string(eta)};
      options.interval = 500_ns;
      options.packet_sample = 1;
      const PortSeries series = port_series(options);
      const PortSeries::Settled seen = series.settled(0.4, 0.85);
      const double expected = eta + (1 - eta) * senders / 100;
      CAPTURE(seen.busy);
      CAPTURE(expected);
      CHECK(std::abs(seen.busy - expected) < 0.012);
      CHECK(seen.queue_max <= (senders - 1) * kFrame);

      // Payload delivered meanwhile, and what packets waited: latency beyond two links, the pipeline and their own time.
      const double length = series.out.result.simulated.seconds();
      const double idle = 2e-6 + 600e-9 + series.frame_seconds;
      double packets = 0;
      double wait = 0;
      for (const PacketRow& row : series.out.packets) {
        const double at = static_cast<double>(row.time.ps) * 1e-12 / length;
        if (at < 0.4 || at >= 0.85) continue;
        ++packets;
        wait += row.latency.seconds() - idle;
      }
      const double goodput = packets * 4096 / (0.45 * length) / 50e9;
      CAPTURE(goodput);
      CHECK(std::abs(goodput - expected * 4096 / (4096 + kHeader + 20)) < 0.012);
      const double mean_wait = wait / packets / series.frame_seconds;
      CAPTURE(mean_wait);
      CHECK(mean_wait < expected / (2 * (1 - expected)));
      CHECK(mean_wait < 1);  // near empty
      CHECK(series.out.result.counters.retransmits == 0);
    }
  }
}
