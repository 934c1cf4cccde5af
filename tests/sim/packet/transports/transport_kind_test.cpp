// SPDX-License-Identifier: Apache-2.0
#include "sim/packet/transports/transport_kind.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "tests/support/transport_options.hpp"

using namespace eastwest;
using namespace eastwest::tests;

namespace {

constexpr std::int64_t kUs = 1'000'000;
constexpr PathFacts kPath{{400'000'000'000}, {8 * kUs}, 3};

/// A queue pair of any transport, and a way to talk to it at random.
struct QueuePair {
  const TransportKind& kind;
  NetworkOptions options;
  TransportState state;
  alignas(8) std::byte cold[256] = {};
  std::int64_t now = 0;
  std::uint32_t sent = 1;
  std::uint64_t bytes_sent = 0;

  explicit QueuePair(const TransportKind& of) : kind(of), options(transport_options(of)) { kind.start(state, {options, cold}, kPath); }
  void acknowledge(std::int64_t round_trip, bool marked, std::uint32_t queue_bytes, std::uint32_t sequence) {
    AckSignal signal;
    signal.bytes = options.mtu.count;
    signal.round_trip = round_trip;
    signal.in_flight = state.window;
    signal.sequence = sequence;
    signal.sent = sent;
    signal.packets = 1;
    signal.marked = marked ? 1 : 0;

    const HopTelemetry hop{now, bytes_sent, queue_bytes, 400'000};
    signal.telemetry = {&hop, 1};
    kind.acknowledged(state, {options, cold}, signal, now);
    kind.advance(state, {options, cold}, now);
  }
  void step(RandomStream& random, bool losses) {
    const auto elapsed = static_cast<std::int64_t>(random.below(4 * kUs)) + 1;
    now += elapsed;
    sent += static_cast<std::uint32_t>(random.below(20));
    bytes_sent += random.below(static_cast<std::uint64_t>(elapsed) / 20 + 1);
    const auto sequence = static_cast<std::uint32_t>(random.below(sent) + 1);
    const LossSignal loss{options.mtu.count, 0, sequence, sent};
    const TransportContext context{options, cold};
    switch (random.below(losses ? 10 : 7)) {
      case 7: kind.lost(state, context, loss, now); break;
      case 8: kind.trimmed(state, context, loss, now); break;
      case 9: kind.timed_out(state, context, loss, now); break;
      case 6: kind.notified(state, context, now); break;
      default:
        acknowledge(8 * kUs + static_cast<std::int64_t>(random.below(60 * kUs)), random.below(4) == 0,
                    static_cast<std::uint32_t>(random.below(2'000'000)), sequence);
    }
    kind.advance(state, context, now);
  }
};

}  // namespace

TEST_CASE("transports: parameters carry the kind's name, and defaults can be read") {
  for (const TransportKind* kind : transport_kinds()) {
    CAPTURE(kind->name);
    CHECK_FALSE(kind->source.empty());
    const bool starts = kind->start != nullptr;
    REQUIRE(starts);
    for (const ParameterSpec& spec : kind->parameters()) {
      CAPTURE(spec.name);
      CHECK(spec.name.starts_with(std::string(kind->name) + "."));
      CHECK_FALSE(spec.source.empty());
      CHECK(parse_parameter(spec, spec.default_text).has_value());
    }
    const NetworkOptions options = transport_options(*kind);
    CHECK(options.transport == kind->name);
    CHECK(options.routing == kind->routing);
    CHECK(options.ack_every == ((kind->needs & kSignalEveryPacket) != 0 ? 1 : 4));
    CHECK(transport_options(*kind, {"ack_every=7"}).ack_every == 7);
    CHECK(transport_options(*kind, {"routing=ecmp"}).recovery == kind->recovery);
    CHECK(transport_options(*kind, {"routing=adaptive"}).recovery == Recovery::selective_repeat);
    CHECK(transport_options(*kind, {"routing=spray", "recovery=go_back_n"}).recovery == Recovery::go_back_n);
  }
}

TEST_CASE("transports: users can choose those whose signals the engine gives, and no other") {
  const std::vector<ParameterSpec> specs = network_parameters();
  for (const TransportKind* kind : transport_kinds()) {
    CAPTURE(kind->name);
    CHECK(parse_parameter(specs.front(), kind->name).has_value() == transport_offered(*kind));
    for (const ParameterSpec& own : kind->parameters()) {
      const bool listed = std::any_of(specs.begin(), specs.end(), [&](const ParameterSpec& spec) { return spec.name == own.name; });
      CHECK(listed == transport_offered(*kind));
    }
  }
  CHECK(specs.front().name == "transport");
  CHECK(transport_offered(transport("dcqcn")));
  CHECK(transport_offered(transport("window")));
}

TEST_CASE("transports: rate and window stay finite and in bounds under any sequence of answers") {
  for (const TransportKind* kind : transport_kinds()) {
    CAPTURE(kind->name);
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(seed);
      QueuePair pair(*kind);
      const std::int64_t first = pair.state.window;
      RandomStream random(seed, 0);
      bool sound = true;
      for (int i = 0; i < 3000; ++i) {
        pair.step(random, true);
        const TransportState& s = pair.state;
        sound = sound && s.rate > 0 && s.rate <= s.line_rate && s.line_rate == 400e9;
        sound = sound && (first == 0 ? s.window == 0 : s.window >= pair.options.mtu.count && s.window <= 64 << 20);
        for (const double value : s.real) sound = sound && std::isfinite(value);
      }
      CHECK(sound);
    }
  }
}

// From the same state, bad news (a mark, a long round trip, a full queue) never leaves more than good news does.
TEST_CASE("transports: worse news never means a larger window or rate") {
  for (const TransportKind* kind : transport_kinds()) {
    CAPTURE(kind->name);
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(seed);
      QueuePair pair(*kind);
      RandomStream random(seed, 1);
      for (int i = 0; i < 500; ++i) {
        pair.step(random, false);
        // NSCC divides what it collected before by the window after the cut, in its model of reference too: leave that out.
        if (kind->name == "nscc") pair.state.real[2] = 0;
        QueuePair good = pair;
        QueuePair bad = pair;
        good.now = bad.now = pair.now + 2 * kUs;
        good.bytes_sent += 50'000;  // half of what 400 Gb/s send in 2 us
        bad.bytes_sent += 100'000;
        good.acknowledge(8 * kUs, false, 0, pair.sent);
        bad.acknowledge(80 * kUs, true, 4'000'000, pair.sent);
        CHECK(bad.state.window <= good.state.window);
        CHECK(bad.state.rate <= good.state.rate);
      }
    }
  }
}
