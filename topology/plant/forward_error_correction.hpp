// SPDX-License-Identifier: Apache-2.0
// Forward error correction: from bit errors before the decoder to lost frames behind it.
//
// Codes (IEEE 802.3 clauses 91 and 119): Reed-Solomon over symbols of 10 bits, KP4 = RS(544,514) corrects 15 symbols, KR4 =
// RS(528,514) corrects 7. With independent bit errors of probability b:
//   symbol error    p   = 1 - (1 - b)^10
//   codeword error  CER = P[Bin(n, p) > t]
//   bits behind     sum over i > t of (i/n) P(i) b/p
//   frame loss      FLR = 1 - (1 - CER)^K,  K = L + 8 (frame + 20) / 5120: a frame is lost with any codeword that it touches;
//                   L codewords are interleaved (100 Gb/s 1; 200 and 400 Gb/s 2; 800 Gb/s and 1.6 Tb/s 4), a codeword holds
//                   20 blocks of 257 bits = 5120 bits of data, 20 octets are preamble and least gap.
// Anchor: 802.3 wants b < 2.4e-4 so that frames of 64 octets are lost less often than 1.7e-12; this gives 1.7373e-12.
// Units: probabilities as doubles; every sum has positive terms only, so that 1e-76 is as exact as 1e-4.
// Without code a "codeword" is one symbol of 10 bits that is lost with any bit, and a frame is lost with any bit of frame and
// preamble, coded 64b/66b: 5.9e-10 at 1e-12 and 64 octets, where 802.3 says 6.2e-10.
// LIMITATIONS: errors are independent; bursts of a decision-feedback equaliser are only detected (`judge_bursts`), and above some
// 5e-4 not even that, since the bursts then move the mean that they are compared with. The outer
// code of "KP4+inner" is computed as KP4 with the margin in dB that the inner code has. Where a port may run the low-latency
// RS(272,258) ("KP4 or LL"), KP4 is assumed. Results are those of the machine's log1p, expm1, exp and log, which may differ
// in the last bits: round before a probability becomes part of a run (`frame_loss_of_margin` does).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "core/result.hpp"

namespace eastwest {

enum class FecCode : std::uint8_t { none, kr4, kp4 };

struct FecFacts {
  std::string_view name;
  std::uint32_t symbols;          // n, of 10 bits
  std::uint32_t correctable;      // t
  std::uint32_t coded_numerator;  // coded rate / data rate
  std::uint32_t coded_denominator;
};
const FecFacts& facts_of(FecCode code);

/// How a name of the optics catalogue is computed.
struct FecReading {
  FecCode code = FecCode::none;
  std::string_view limitation;  // "" where the model is that code
};
/// "KP4", "KR4", "none", "KP4+inner", "KP4 or LL".
Result<FecReading> read_fec(std::string_view catalogue_name);

/// Codewords that are interleaved on a link of `rate`.
std::uint32_t interleaved_codewords(BitRate rate);
/// K: codewords that a frame touches, on average.
double codewords_per_frame(Bytes frame, std::uint32_t interleaved);
/// Time to receive the codewords that must be complete before decoding; 0 without code.
Duration codeword_fill(FecCode code, BitRate rate);

double symbol_error(double ber);
double codeword_error(FecCode code, double ber);
/// For lanes of unequal error rates, over which the symbols of a codeword are spread evenly: convolution of Bin(n/lanes, p).
/// The mean of the rates would be pessimistic. The number of lanes must divide the symbols of a codeword.
double codeword_error_of_lanes(FecCode code, std::span<const double> lane_ber);
double post_fec_ber(FecCode code, double ber);

double frame_loss_of_codeword_error(double codeword_error, Bytes frame, std::uint32_t interleaved);
double frame_loss(FecCode code, double ber, Bytes frame, std::uint32_t interleaved);
/// The largest BER before the decoder at which frames are lost no more often than `target`, to 1e-12 relative.
double largest_ber(FecCode code, double target, Bytes frame, std::uint32_t interleaved);

/// Shares of codewords with 0, 1, ... `most` symbol errors.
std::vector<double> symbol_error_shares(FecCode code, double ber, std::uint32_t most);
/// Share of codewords with `least` or more symbol errors.
double share_with_errors(FecCode code, double ber, std::uint32_t least);

/// BER before the decoder from the counters of a port: corrected bits over all coded bits of the time.
double ber_of_corrected_bits(FecCode code, std::uint64_t corrected_bits, double seconds, BitRate rate);
/// The same from the mean number of symbol errors in a codeword: p = mean / n, b = 1 - (1 - p)^(1/10).
double ber_of_mean_symbol_errors(FecCode code, double mean);

/// Codewords that had `low` to `high` symbol errors.
struct HistogramBin {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint64_t codewords = 0;
};

struct BurstVerdict {
  std::uint64_t codewords = 0;
  double mean_symbol_errors = 0;  // bins that span several counts weigh with their middle
  double ber = 0;                 // that the mean stands for
  double measured_share = 0;      // of codewords with 8 and more symbol errors
  double expected_share = 0;      // if errors were independent
  double chance = 1;              // that independent errors give so many of them or more
  /// Measured more than ten times the expectation, and more than chance explains (1e-6). A bursty link loses more than this model says.
  bool bursty = false;
};
BurstVerdict judge_bursts(FecCode code, std::span<const HistogramBin> histogram);

}  // namespace eastwest
