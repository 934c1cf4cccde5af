// SPDX-License-Identifier: Apache-2.0
// From the margin of a link in dB to bit errors before the decoder, and back.
//
// Gaussian noise that does not grow with the light (thermal): the distance of the decision levels over the noise is
//   Q = Q0 * 10^(k * margin / 10),  k = 1 (0.5 where shot or intensity noise rules),
//   PAM4 with Gray code: BER = 3/4 Qfunc(Q),  NRZ: BER = Qfunc(Q),  Qfunc(x) = erfc(x / sqrt 2) / 2,
// and Q0 is where the BER is the receiver's reference: 2.4e-4 PAM4 gives 3.414071 (TDECQ uses 3.414), 5e-5 NRZ 3.890592.
// Margin 0 is a receiver at its sensitivity, or a channel at its whole loss budget. Real links do not improve for ever: the
// floor is 1e-8 for optics and 1e-10 for short copper (general knowledge). Units: margin in dB; probabilities as doubles.
// LIMITATIONS: one exponent for the whole range; dispersion and reflections count only through the budget. Equal on all
// machines to about 1e-13; `frame_loss_of_margin` rounds to 30 bits, so that a run's digest does not see the rest.
#pragma once

#include "core/quantity.hpp"
#include "topology/catalogue_models.hpp"
#include "topology/plant/forward_error_correction.hpp"

namespace eastwest {

inline constexpr double kOpticalErrorFloor = 1e-8;
inline constexpr double kCopperErrorFloor = 1e-10;

/// Qfunc: the part of a standard normal distribution above `x`.
double gaussian_tail(double x);
/// BER at the quality `q`, and the quality that has a BER (between 1e-300 and 1/2 for NRZ, 3/8 for PAM4).
double ber_of_quality(Modulation modulation, double q);
double quality_of_ber(Modulation modulation, double ber);

/// A receiver, worked out once and then asked often.
struct Receiver {
  Modulation modulation = Modulation::pam4;
  double reference_ber = 2.4e-4;
  double reference_quality = 0;  // Q0
  double exponent = 1;           // k
  double floor_ber = 0;          // never above the reference
};
Receiver make_receiver(Modulation modulation, double reference_ber, double floor_ber = kOpticalErrorFloor, double exponent = 1);
/// The receiver of an optic and the code behind it, as the catalogue states them. A link without code has no floor: its
/// reference is far below what the floors were seen with. With an inner code the reference is that of KP4 behind it.
Receiver receiver_of(const OpticModel& optic, double exponent = 1);
/// The receiver as the module counts its errors, before any code: that of `receiver_of` but for an inner code, where it is the optic's own
/// reference. A margin means the same to both.
Receiver module_receiver_of(const OpticModel& optic, double exponent = 1);

double quality_of_margin(const Receiver& receiver, double margin_db);
double ber_of_margin(const Receiver& receiver, double margin_db);
/// The inverse. At and below the floor the margin is at least what is returned.
double margin_of_ber(const Receiver& receiver, double ber);
/// Frame loss at a margin, rounded to 30 significant bits. Some 1 us: remember it per distinct margin and frame.
double frame_loss_of_margin(const Receiver& receiver, FecCode code, double margin_db, Bytes frame, std::uint32_t interleaved);
/// For a BER that was measured on this optic; with an inner code it is carried to the outer one at equal margin.
double frame_loss_of_ber(const OpticModel& optic, double measured_ber, Bytes frame, std::uint32_t interleaved);

}  // namespace eastwest
