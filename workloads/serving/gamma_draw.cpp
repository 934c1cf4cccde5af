// SPDX-License-Identifier: Apache-2.0
#include "workloads/serving/gamma_draw.hpp"

#include <cmath>

namespace eastwest {

namespace {

constexpr double kLogarithmOfTwo = 0.693147180559945309;
constexpr double kHalfRoot = 0.707106781186547524;

/// In (0, 1], so that it has a logarithm.
double draw_positive_unit(RandomStream& stream) { return 1.0 - stream.unit(); }

double draw_polar_normal(RandomStream& stream) {
  while (true) {
    const double a = 2.0 * stream.unit() - 1.0;
    const double b = 2.0 * stream.unit() - 1.0;
    const double square = a * a + b * b;
    if (square < 1.0 && square > 0.0) return a * std::sqrt(-2.0 * series_logarithm(square) / square);
  }
}

}  // namespace

double series_logarithm(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // exact, in [0.5, 1)
  if (mantissa < kHalfRoot) {
    mantissa *= 2.0;
    --exponent;
  }
  // 2 artanh f = 2 (f + f^3 / 3 + ...), |f| <= 0.172: thirteen terms are below the last bit.
  const double f = (mantissa - 1.0) / (mantissa + 1.0);
  double sum = 0.0;
  for (int k = 25; k >= 1; k -= 2) sum = sum * f * f + 1.0 / k;
  return 2.0 * f * sum + exponent * kLogarithmOfTwo;
}

double series_exponential(double x) {
  if (x < -745.0) return 0.0;
  const double halves = std::floor(x / kLogarithmOfTwo + 0.5);
  const double rest = x - halves * kLogarithmOfTwo;
  double sum = 1.0;
  for (int k = 16; k >= 1; --k) sum = 1.0 + sum * rest / k;
  return std::ldexp(sum, static_cast<int>(halves));
}

double draw_gamma(RandomStream& stream, double shape) {
  if (shape < 1.0) {
    const double above = draw_gamma(stream, shape + 1.0);
    return above * series_exponential(series_logarithm(draw_positive_unit(stream)) / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = draw_polar_normal(stream);
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double u = draw_positive_unit(stream);
    if (series_logarithm(u) < 0.5 * x * x + d - d * v + d * series_logarithm(v)) return d * v;
  }
}

}  // namespace eastwest
