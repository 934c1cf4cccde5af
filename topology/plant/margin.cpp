// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/margin.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {
namespace {

constexpr double kOuterReference = 2.4e-4;  // KP4, IEEE 802.3
constexpr double kSqrtHalf = 0.70710678118654752440;

double pam_factor(Modulation modulation) { return modulation == Modulation::pam4 ? 0.75 : 1.0; }

/// The nearest number with 30 significant bits; relative error below 1e-9.
double round_bits(double value) {
  if (!(value > 0)) return 0;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return std::ldexp(std::round(std::ldexp(fraction, 30)), exponent - 30);
}

}  // namespace

double gaussian_tail(double x) { return 0.5 * std::erfc(x * kSqrtHalf); }

double ber_of_quality(Modulation modulation, double q) { return pam_factor(modulation) * gaussian_tail(q); }

double quality_of_ber(Modulation modulation, double ber) {
  const double tail = std::clamp(ber / pam_factor(modulation), 1e-300, 0.5);
  // ln Qfunc is smooth and nearly a parabola, so that Newton's step on it converges from the asymptote in a few rounds.
  const double wanted = std::log(tail);
  double q = std::sqrt(std::max(0.0, -2 * (wanted + 0.7)));
  for (int round = 0; round < 60; ++round) {
    const double here = gaussian_tail(q);
    const double slope = -std::exp(-0.5 * q * q) * 0.39894228040143267794 / here;  // d ln Qfunc / dq
    const double step = (std::log(here) - wanted) / slope;
    q -= step;
    if (std::fabs(step) < 1e-14 * std::max(1.0, q)) break;
  }
  return q;
}

Receiver make_receiver(Modulation modulation, double reference_ber, double floor_ber, double exponent) {
  return {modulation, reference_ber, quality_of_ber(modulation, reference_ber), exponent, std::min(floor_ber, reference_ber)};
}

Receiver receiver_of(const OpticModel& optic, double exponent) {
  const Result<FecReading> reading = read_fec(optic.fec);
  const FecCode code = reading ? reading->code : FecCode::none;
  if (code == FecCode::none) return make_receiver(optic.modulation, optic.pre_fec_ber, 0, exponent);
  // An inner code lets more errors in than KP4 could take; behind it KP4 is at its own limit.
  const double reference = code == FecCode::kp4 ? std::min(optic.pre_fec_ber, kOuterReference) : optic.pre_fec_ber;
  return make_receiver(optic.modulation, reference, optic.medium == "copper" ? kCopperErrorFloor : kOpticalErrorFloor, exponent);
}

Receiver module_receiver_of(const OpticModel& optic, double exponent) {
  const Receiver behind = receiver_of(optic, exponent);
  if (behind.reference_ber == optic.pre_fec_ber) return behind;
  return make_receiver(optic.modulation, optic.pre_fec_ber, optic.medium == "copper" ? kCopperErrorFloor : kOpticalErrorFloor, exponent);
}

double quality_of_margin(const Receiver& receiver, double margin_db) {
  return receiver.reference_quality * std::pow(10.0, receiver.exponent * margin_db / 10);
}

double ber_of_margin(const Receiver& receiver, double margin_db) {
  return std::max(ber_of_quality(receiver.modulation, quality_of_margin(receiver, margin_db)), receiver.floor_ber);
}

double margin_of_ber(const Receiver& receiver, double ber) {
  const double quality = quality_of_ber(receiver.modulation, std::max(ber, receiver.floor_ber));
  // Half of all bits wrong is no signal at all; the logarithm needs a quality above zero.
  return 10 / receiver.exponent * std::log10(std::max(quality, 1e-6) / receiver.reference_quality);
}

double frame_loss_of_margin(const Receiver& receiver, FecCode code, double margin_db, Bytes frame, std::uint32_t interleaved) {
  return round_bits(frame_loss(code, ber_of_margin(receiver, margin_db), frame, interleaved));
}

double frame_loss_of_ber(const OpticModel& optic, double measured_ber, Bytes frame, std::uint32_t interleaved) {
  const Result<FecReading> reading = read_fec(optic.fec);
  const FecCode code = reading ? reading->code : FecCode::none;
  double ber = measured_ber;
  if (code == FecCode::kp4 && optic.pre_fec_ber > kOuterReference) {
    const Receiver inner = make_receiver(optic.modulation, optic.pre_fec_ber, 0);
    ber = ber_of_margin(make_receiver(optic.modulation, kOuterReference, 0), margin_of_ber(inner, measured_ber));
  }
  return round_bits(frame_loss(code, ber, frame, interleaved));
}

}  // namespace eastwest
