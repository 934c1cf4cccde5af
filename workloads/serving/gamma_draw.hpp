// SPDX-License-Identifier: Apache-2.0
// Gamma draw: a random number of the gamma law, the same on every machine.
//
// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000; for shapes below 1 a draw of
// shape + 1 times U^(1/shape), as they say there. Normal draws by Marsaglia's polar method. Unit: scale 1, so mean = variance = shape.
// Invariants: nothing but additions, products, quotients and square roots, which IEEE 754 fixes to the last bit; logarithm and
// exponential are series of their own, since those of the system's library may differ. A draw takes as many numbers of the stream as
// it needs. LIMITATIONS: series good to about 1e-15, as much as the sampling can show.
#pragma once

#include "core/random.hpp"

namespace eastwest {

/// Of shape `shape` > 0 and scale 1.
double draw_gamma(RandomStream& stream, double shape);

/// Natural logarithm of x > 0, and e^x for x <= 0.
double series_logarithm(double x);
double series_exponential(double x);

}  // namespace eastwest
