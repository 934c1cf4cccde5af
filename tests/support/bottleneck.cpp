// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bottleneck.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "core/random.hpp"

namespace eastwest::tests {

double BottleneckFigures::fairness() const {
  double sum = 0;
  double squares = 0;
  for (const std::int64_t x : delivered) {
    sum += static_cast<double>(x);
    squares += static_cast<double>(x) * static_cast<double>(x);
  }
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(delivered.size()) * squares);
}

Bottleneck::Bottleneck(const BottleneckSettings& settings) : settings_(settings) {
  const NetworkOptions& o = settings_.options;
  packet_bytes_ = o.mtu.count + o.header.count + o.gap.count;
  slot_ps_ = serialisation({packet_bytes_}, settings_.rate).ps;
  forward_ = (settings_.base_slots - 1) / 2;
  backward_ = settings_.base_slots - 1 - forward_;
  REQUIRE(forward_ >= 1);
  REQUIRE(settings_.kind->cold_bytes <= sizeof(Sender::cold));
  under_way_.resize(static_cast<std::size_t>(forward_ + 1));
  returning_.resize(static_cast<std::size_t>(backward_ + 2));
  senders_.resize(settings_.senders);
  for (std::size_t k = 0; k < senders_.size(); ++k) {
    senders_[k].first_slot = static_cast<std::int64_t>(k) * settings_.stagger_slots;
    settings_.kind->start(senders_[k].state, {o, senders_[k].cold},
                          {settings_.rate, Duration{slot_ps_ * settings_.base_slots}, settings_.hops});
  }
  clear();
}

void Bottleneck::clear() {
  figures_ = {};
  figures_.delivered.assign(senders_.size(), 0);
}

void Bottleneck::stop_from(std::size_t first) {
  for (std::size_t k = first; k < senders_.size(); ++k) senders_[k].stopped = true;
}

void Bottleneck::answers(std::int64_t now) {
  std::vector<Packet> due = std::exchange(ring(returning_, slot_), {});
  for (const Packet& packet : due) {
    Sender& sender = senders_[packet.sender];
    const TransportContext context{settings_.options, sender.cold};
    const std::int64_t mtu = settings_.options.mtu.count;
    --sender.in_flight;
    if (packet.trimmed) {
      settings_.kind->trimmed(sender.state, context, {mtu, sender.in_flight * mtu, packet.sequence + 1, sender.sent}, now);
      continue;
    }
    if (packet.marked && (sender.notified < 0 || now - sender.notified >= settings_.options.cnp_interval.ps)) {
      sender.notified = now;
      settings_.kind->notified(sender.state, context, now);
    }
    AckSignal signal;
    signal.bytes = mtu;
    signal.round_trip = now - packet.birth;
    signal.in_flight = sender.in_flight * mtu;
    signal.sequence = packet.sequence + 1;
    signal.sent = sender.sent;
    signal.packets = 1;
    signal.marked = packet.marked ? 1 : 0;
    signal.telemetry = {&packet.telemetry, 1};
    settings_.kind->acknowledged(sender.state, context, signal, now);
    ++figures_.acknowledged;
    figures_.marked += packet.marked ? 1 : 0;
    figures_.round_trip_sum += static_cast<double>(signal.round_trip / slot_ps_);
    const TransportState& after = sender.state;
    const bool sound = after.rate > 0 && after.rate <= after.line_rate && after.window >= 0;  // false for NaN too
    figures_.unsound += sound ? 0 : 1;
  }
}

void Bottleneck::sends(std::int64_t now) {
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    const std::size_t k = (i + static_cast<std::size_t>(slot_)) % senders_.size();
    Sender& sender = senders_[k];
    if (sender.stopped || slot_ < sender.first_slot || sender.next_time > now) continue;
    const std::int64_t mtu = settings_.options.mtu.count;
    if (sender.state.window != 0 && sender.in_flight >= std::max<std::int64_t>(1, sender.state.window / mtu)) continue;
    settings_.kind->advance(sender.state, {settings_.options, sender.cold}, now);
    ring(under_way_, slot_ + forward_).push_back({static_cast<std::uint32_t>(k), sender.sent++, now, false, false, {}});
    ++sender.in_flight;
    // Paced from when it might have gone, so that slots do not round every gap up.
    const auto gap = static_cast<std::int64_t>(static_cast<double>(packet_bytes_ * 8) * 1e12 / sender.state.rate);
    sender.next_time = std::max(sender.next_time, now - slot_ps_ + 1) + gap;
  }
}

void Bottleneck::joins() {
  std::vector<Packet> due = std::exchange(ring(under_way_, slot_), {});
  for (Packet& packet : due) {
    const std::int64_t found = queue();
    if (found >= settings_.capacity) {
      packet.trimmed = true;
      ++figures_.trimmed;
      ring(returning_, slot_ + backward_ + 1).push_back(packet);
      continue;
    }
    double chance = found >= settings_.mark_max ? 1 : 0;
    if (found < settings_.mark_max && found >= settings_.mark_min)
      chance = settings_.mark_probability * static_cast<double>(found - settings_.mark_min) /
               static_cast<double>(settings_.mark_max - settings_.mark_min);
    if (chance > 0) packet.marked = to_unit(draw(settings_.seed, 0, drawn_++)) < chance;
    queue_.push_back(packet);
  }
}

void Bottleneck::serves(std::int64_t now) {
  ++figures_.slots;
  figures_.queue_sum += static_cast<double>(queue());
  figures_.queue_min = std::min(figures_.queue_min, queue());
  figures_.queue_max = std::max(figures_.queue_max, queue());
  figures_.alpha_sum += senders_[0].state.real[1];
  if (queue() == 0) return;
  Packet packet = queue_[queue_head_++];
  if (queue_head_ > 4096 && queue_head_ * 2 > queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_head_));
    queue_head_ = 0;
  }
  ++figures_.busy;
  ++figures_.delivered[packet.sender];
  packet.telemetry = {now, bytes_sent_, static_cast<std::uint32_t>(queue() * packet_bytes_),
                      static_cast<std::uint32_t>(settings_.rate.bits_per_second / 1'000'000)};
  bytes_sent_ += static_cast<std::uint64_t>(packet_bytes_);
  ring(returning_, slot_ + backward_ + 1).push_back(packet);
}

void Bottleneck::run(std::int64_t slots) {
  for (const std::int64_t end = slot_ + slots; slot_ < end; ++slot_) {
    const std::int64_t now = slot_ * slot_ps_;
    answers(now);
    sends(now);
    joins();
    serves(now);
  }
}

}  // namespace eastwest::tests
