// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/forward_error_correction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace eastwest {
namespace {

constexpr std::uint32_t kSymbolBits = 10;
constexpr double kCodewordDataBits = 5'120;  // 20 blocks of 256 bits, sent as 257
constexpr double kFrameOverhead = 20;        // octets: preamble and least gap
constexpr double kPreamble = 8;              // octets
constexpr std::uint32_t kBurstErrors = 8;
constexpr double kBurstRatio = 10;
constexpr double kBurstChance = 1e-6;

constexpr std::array<FecFacts, 3> kFacts = {{
    {"none", 1, 0, 1, 1},
    {"KR4", 528, 7, 33, 32},   // 103.125 Gb/s for 100
    {"KP4", 544, 15, 17, 16},  // 106.25 Gb/s for 100
}};

/// P[Bin(n, p) = k]: the binomial coefficient as a sum of logarithms, so that nothing underflows on the way.
double binomial_share(std::uint32_t n, std::uint32_t k, double p) {
  if (p <= 0) return k == 0 ? 1 : 0;
  if (p >= 1) return k == n ? 1 : 0;
  double log_share = static_cast<double>(k) * std::log(p) + static_cast<double>(n - k) * std::log1p(-p);
  for (std::uint32_t i = 1; i <= k; ++i) log_share += std::log(static_cast<double>(n - k + i) / static_cast<double>(i));
  return std::exp(log_share);
}

/// Sum over i = first ... last of weight(i) P(i), from the one logarithmic term at `first` and ratios of neighbours.
/// Far in a tail every ratio is below one; where it is not, the caller sums the other tail.
template <class Weight>
double binomial_sum(std::uint32_t n, double p, std::uint32_t first, std::uint32_t last, const Weight& weight) {
  double term = binomial_share(n, first, p);
  const double odds = p / (1 - p);
  double sum = 0;
  for (std::uint32_t i = first; i <= last; ++i) {
    const double part = term * weight(i);
    sum += part;
    if (part < sum * 1e-18 && static_cast<double>(i) > static_cast<double>(n) * p) break;
    term *= static_cast<double>(n - i) / static_cast<double>(i + 1) * odds;
  }
  return sum;
}

/// P[Bin(n, p) > t].
double binomial_tail(std::uint32_t n, std::uint32_t t, double p) {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const auto one = [](std::uint32_t) { return 1.0; };
  // Beyond the mean the tail is most of the whole: the other side is the small one.
  if (static_cast<double>(n) * p > static_cast<double>(t) + 1) return std::max(0.0, 1 - binomial_sum(n, p, 0, t, one));
  return binomial_sum(n, p, t + 1, n, one);
}

/// Chance that a Poisson variable of mean `mean` is `count` or more.
double poisson_tail(double mean, std::uint64_t count) {
  if (count == 0) return 1;
  if (mean <= 0) return 0;
  if (mean >= static_cast<double>(count)) return 1;  // not a surprise; the exact value does not matter
  double log_term = -mean;
  // e^-m m^c / c!: Stirling beyond a thousand, whose error (1/12c) is far below what matters to a verdict.
  const double c = static_cast<double>(count);
  if (count > 1'000) log_term += c * std::log(mean) - (c * std::log(c) - c + 0.5 * std::log(2 * 3.14159265358979323846 * c));
  else
    for (std::uint64_t i = 1; i <= count; ++i) log_term += std::log(mean / static_cast<double>(i));
  return std::min(1.0, std::exp(log_term) / (1 - mean / (c + 1)));  // terms fall at least by mean / (c + 1)
}

}  // namespace

const FecFacts& facts_of(FecCode code) { return kFacts[static_cast<std::size_t>(code)]; }

Result<FecReading> read_fec(std::string_view catalogue_name) {
  if (catalogue_name == "KP4") return FecReading{FecCode::kp4, {}};
  if (catalogue_name == "KR4") return FecReading{FecCode::kr4, {}};
  if (catalogue_name == "none") return FecReading{FecCode::none, {}};
  if (catalogue_name == "KP4+inner")
    return FecReading{FecCode::kp4,
                      "the inner code is taken as a constant gain: KP4 behind it sees its own limit at the same margin in dB"};
  if (catalogue_name == "KP4 or LL")
    return FecReading{FecCode::kp4, "KP4 is assumed; a port that runs the low-latency code corrects less and waits less"};
  return Error{"`" + std::string(catalogue_name) + "` is not a code that this model knows", "KP4, KR4, none, KP4+inner or KP4 or LL"};
}

std::uint32_t interleaved_codewords(BitRate rate) {
  if (rate.bits_per_second <= 100'000'000'000) return 1;
  return rate.bits_per_second <= 400'000'000'000 ? 2 : 4;
}

double codewords_per_frame(Bytes frame, std::uint32_t interleaved) {
  return static_cast<double>(interleaved) + 8 * (static_cast<double>(frame.count) + kFrameOverhead) / kCodewordDataBits;
}

Duration codeword_fill(FecCode code, BitRate rate) {
  if (code == FecCode::none || rate.bits_per_second == 0) return {};
  const FecFacts& facts = facts_of(code);
  const UnsignedWide bits = UnsignedWide{facts.symbols} * kSymbolBits * interleaved_codewords(rate) * facts.coded_denominator;
  const UnsignedWide coded = UnsignedWide{rate.bits_per_second} * facts.coded_numerator;
  return {static_cast<std::int64_t>((bits * 1'000'000'000'000u + coded / 2) / coded)};
}

double symbol_error(double ber) {
  if (ber <= 0) return 0;
  return ber >= 1 ? 1 : -std::expm1(kSymbolBits * std::log1p(-ber));
}

double codeword_error(FecCode code, double ber) {
  const FecFacts& facts = facts_of(code);
  return binomial_tail(facts.symbols, facts.correctable, symbol_error(ber));
}

double codeword_error_of_lanes(FecCode code, std::span<const double> lane_ber) {
  const FecFacts& facts = facts_of(code);
  EASTWEST_CHECK(!lane_ber.empty() && facts.symbols % lane_ber.size() == 0, "the lanes do not divide the symbols of a codeword");
  const auto per_lane = static_cast<std::uint32_t>(facts.symbols / lane_ber.size());
  std::vector<double> shares{1};  // of 0, 1, ... errors over the lanes so far
  for (const double ber : lane_ber) {
    const double p = symbol_error(ber);
    std::vector<double> sum(shares.size() + per_lane);
    for (std::uint32_t k = 0; k <= per_lane; ++k) {
      const double share = binomial_share(per_lane, k, p);
      for (std::size_t i = 0; i < shares.size(); ++i) sum[i + k] += shares[i] * share;
    }
    shares = std::move(sum);
  }
  double tail = 0;
  for (std::size_t i = shares.size(); i-- > facts.correctable + 1;) tail += shares[i];  // smallest first
  return std::min(tail, 1.0);
}

double post_fec_ber(FecCode code, double ber) {
  const FecFacts& facts = facts_of(code);
  const double p = symbol_error(ber);
  if (p <= 0) return 0;
  if (p >= 1) return ber;
  const double n = facts.symbols;
  const auto weight = [n](std::uint32_t i) { return static_cast<double>(i) / n; };
  // The mean of all i/n is p: above the mean what the decoder does correct is the smaller part.
  const double wrong = n * p > facts.correctable + 1 ? p - binomial_sum(facts.symbols, p, 0, facts.correctable, weight)
                                                     : binomial_sum(facts.symbols, p, facts.correctable + 1, facts.symbols, weight);
  return wrong * ber / p;
}

double frame_loss_of_codeword_error(double codeword_error, Bytes frame, std::uint32_t interleaved) {
  if (codeword_error >= 1) return 1;
  return -std::expm1(codewords_per_frame(frame, interleaved) * std::log1p(-codeword_error));
}

double frame_loss(FecCode code, double ber, Bytes frame, std::uint32_t interleaved) {
  if (code != FecCode::none) return frame_loss_of_codeword_error(codeword_error(code, ber), frame, interleaved);
  if (ber <= 0) return 0;
  if (ber >= 1) return 1;
  const double bits = 8 * (static_cast<double>(frame.count) + kPreamble) * 66 / 64;
  return -std::expm1(bits * std::log1p(-ber));
}

double largest_ber(FecCode code, double target, Bytes frame, std::uint32_t interleaved) {
  if (target <= 0) return 0;
  if (target >= 1) return 1;
  double low = std::log(1e-30);
  double high = std::log(0.5);
  if (frame_loss(code, 0.5, frame, interleaved) <= target) return 0.5;
  while (high - low > 1e-12) {
    const double middle = 0.5 * (low + high);
    (frame_loss(code, std::exp(middle), frame, interleaved) <= target ? low : high) = middle;
  }
  return std::exp(low);
}

std::vector<double> symbol_error_shares(FecCode code, double ber, std::uint32_t most) {
  const std::uint32_t n = facts_of(code).symbols;
  const double p = symbol_error(ber);
  std::vector<double> shares;
  for (std::uint32_t k = 0; k <= most; ++k) shares.push_back(k <= n ? binomial_share(n, k, p) : 0);
  return shares;
}

double share_with_errors(FecCode code, double ber, std::uint32_t least) {
  const std::uint32_t n = facts_of(code).symbols;
  if (least == 0) return 1;
  return least > n ? 0 : binomial_tail(n, least - 1, symbol_error(ber));
}

double ber_of_corrected_bits(FecCode code, std::uint64_t corrected_bits, double seconds, BitRate rate) {
  const FecFacts& facts = facts_of(code);
  const double bits = seconds * static_cast<double>(rate.bits_per_second) * facts.coded_numerator / facts.coded_denominator;
  return bits > 0 ? static_cast<double>(corrected_bits) / bits : 0;
}

double ber_of_mean_symbol_errors(FecCode code, double mean) {
  const double p = mean / facts_of(code).symbols;
  if (p <= 0) return 0;
  return p >= 1 ? 1 : -std::expm1(std::log1p(-p) / kSymbolBits);
}

BurstVerdict judge_bursts(FecCode code, std::span<const HistogramBin> histogram) {
  BurstVerdict verdict;
  double errors = 0;
  std::uint64_t many = 0;
  for (const HistogramBin& bin : histogram) {
    verdict.codewords += bin.codewords;
    errors += static_cast<double>(bin.codewords) * 0.5 * (static_cast<double>(bin.low) + static_cast<double>(bin.high));
    if (bin.low >= kBurstErrors) many += bin.codewords;
  }
  if (verdict.codewords == 0) return verdict;
  const auto codewords = static_cast<double>(verdict.codewords);
  verdict.mean_symbol_errors = errors / codewords;
  verdict.ber = ber_of_mean_symbol_errors(code, verdict.mean_symbol_errors);
  verdict.measured_share = static_cast<double>(many) / codewords;
  verdict.expected_share = share_with_errors(code, verdict.ber, kBurstErrors);
  verdict.chance = poisson_tail(verdict.expected_share * codewords, many);
  verdict.bursty = verdict.measured_share > kBurstRatio * verdict.expected_share && verdict.chance < kBurstChance;
  return verdict;
}

}  // namespace eastwest
