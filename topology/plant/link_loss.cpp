// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/link_loss.hpp"

#include <algorithm>
#include <cmath>

namespace eastwest {

namespace {

constexpr double kSymbolBits = 10;
constexpr double kDataBits = 5120;     // of a codeword's 5140: 20 blocks of 257 bits carry 256
constexpr double kFrameOverhead = 20;  // preamble and gap, bytes

double tail(double q) { return 0.5 * std::erfc(q / std::sqrt(2.0)); }

/// The Gaussian distance at which the error rate is `ber`: by bisection, as the tail falls all the way.
double distance_at(double ber, const LinkCoding& coding) {
  const double share = ber / (coding.pam4 ? 0.75 : 1.0);
  double low = 0;
  double high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (tail(middle) > share ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// log of C(n, k) p^k (1 - p)^(n - k).
double log_binomial(double n, double k, double log_p, double log_q) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * log_p + (n - k) * log_q;
}

double codeword_error(double ber, const LinkCoding& coding) {
  const double p = -std::expm1(kSymbolBits * std::log1p(-ber));
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const double log_p = std::log(p);
  const double log_q = std::log1p(-p);
  double sum = 0;
  for (std::uint32_t k = coding.symbols; k > coding.correctable; --k)  // the smallest first
    sum += std::exp(log_binomial(coding.symbols, k, log_p, log_q));
  return std::min(1.0, sum);
}

}  // namespace

LinkCoding link_coding(const Catalogue&, std::string_view, BitRate rate) {
  LinkCoding coding;
  constexpr std::uint64_t kG = 1'000'000'000;
  if (rate.bits_per_second < 100 * kG) return {528, 7, 1, false, 5e-5, 1e-10};  // NRZ with RS(528,514)
  coding.interleaved = rate.bits_per_second <= 100 * kG ? 1 : rate.bits_per_second <= 400 * kG ? 2 : 4;
  return coding;
}

double pre_fec_ber_at_margin(double margin_db, const LinkCoding& coding) {
  const double q = distance_at(coding.reference_ber, coding) * std::pow(10.0, margin_db / 10);
  return std::max((coding.pam4 ? 0.75 : 1.0) * tail(q), coding.floor_ber);
}

double margin_at_pre_fec_ber(double ber, const LinkCoding& coding) {
  return 10 * std::log10(distance_at(ber, coding) / distance_at(coding.reference_ber, coding));
}

double frame_loss_at_ber(double ber, const LinkCoding& coding, Bytes frame) {
  const double per_codeword = kDataBits / (8 * (static_cast<double>(frame.count) + kFrameOverhead));
  const double codewords = coding.interleaved + 1 / per_codeword;
  return -std::expm1(codewords * std::log1p(-codeword_error(ber, coding)));
}

double frame_loss_at_margin(double margin_db, const LinkCoding& coding, Bytes frame) {
  return frame_loss_at_ber(pre_fec_ber_at_margin(margin_db, coding), coding, frame);
}

}  // namespace eastwest
