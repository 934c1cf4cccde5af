// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "workloads/serving/arrival.hpp"
#include "workloads/serving/gamma_draw.hpp"

namespace eastwest {

namespace {

constexpr double kSecondsMost = 100.0 * 86'400;  // Time holds 106 days
constexpr double kTwoPi = 6.283185307179586;

/// Standard normal draw (Box and Muller 1958, the cosine branch alone, so that every length takes two draws).
double draw_normal(RandomStream& stream) {
  const double radius = std::sqrt(2.0 * stream.exponential());
  return radius * std::cos(kTwoPi * stream.unit());
}

std::uint32_t draw_length(RandomStream& stream, double mean, const DrawnArrivals& wish) {
  double length = mean;
  if (wish.lengths == LengthLaw::lognormal) length = mean * std::exp(wish.sigma * draw_normal(stream) - 0.5 * wish.sigma * wish.sigma);
  const double limited = std::min(std::max(std::round(length), 1.0), static_cast<double>(wish.tokens_maximum));
  return static_cast<std::uint32_t>(limited);
}

}  // namespace

std::vector<Arrival> draw_arrivals(const DrawnArrivals& wish) {
  // One stream per purpose: more requests or other lengths leave the rest as it was.
  RandomStream gaps(wish.seed, mix(wish.stream * 4 + 1));
  RandomStream prompts(wish.seed, mix(wish.stream * 4 + 2));
  RandomStream outputs(wish.seed, mix(wish.stream * 4 + 3));
  const double shape = 1.0 / (wish.variation * wish.variation);  // a gamma law of shape k has the variation 1 / sqrt(k)
  std::vector<Arrival> arrivals;
  Duration offset;
  while (wish.requests == 0 || static_cast<std::int64_t>(arrivals.size()) < wish.requests) {
    const double gap = wish.process == ArrivalProcess::gamma ? draw_gamma(gaps, shape) / shape : gaps.exponential();
    const double seconds = gap / wish.requests_per_second;
    if (offset.seconds() + seconds > kSecondsMost) break;
    offset += {std::llround(seconds * 1e12)};
    if (wish.duration.ps > 0 && offset > wish.duration) break;
    Arrival arrival{offset, 0, 0, 0, 0};
    arrival.prompt_tokens = draw_length(prompts, wish.prompt_tokens, wish);
    arrival.output_tokens = draw_length(outputs, wish.output_tokens, wish);
    arrivals.push_back(arrival);
  }
  return arrivals;
}

}  // namespace eastwest
