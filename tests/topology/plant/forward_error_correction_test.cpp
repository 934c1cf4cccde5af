// SPDX-License-Identifier: Apache-2.0
// Forward error correction against exact binomial sums (60 digits), the anchor of IEEE 802.3, and itself by brute force.
#include "topology/plant/forward_error_correction.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

bool near(double got, double wanted, double relative) { return std::fabs(got - wanted) <= relative * std::fabs(wanted); }

struct Row {
  double ber, p, cer, post, loss64_1, loss64_2, loss1518_2, loss4158_2;
};

// Published table of exact sums: RS(544,514), five significant figures, to be met to 1e-3.
constexpr Row kKp4[] = {
    {1e-3, 9.955120e-03, 1.5303e-04, 4.641e-07, 1.7311e-04, 3.2611e-04, 6.7362e-04, 1.3043e-03},
    {8e-4, 7.971261e-03, 1.1578e-05, 3.485e-08, 1.3097e-05, 2.4675e-05, 5.0977e-05, 9.8731e-05},
    {6e-4, 5.983826e-03, 3.1354e-07, 9.376e-10, 3.5469e-07, 6.6823e-07, 1.3805e-06, 2.6739e-06},
    {5e-4, 4.988765e-03, 2.7926e-08, 8.325e-11, 3.1591e-08, 5.9517e-08, 1.2296e-07, 2.3816e-07},
    {4e-4, 3.992808e-03, 1.2958e-09, 3.851e-12, 1.4659e-09, 2.7617e-09, 5.7056e-09, 1.1051e-08},
    {3e-4, 2.995953e-03, 2.1432e-11, 6.352e-14, 2.4245e-11, 4.5677e-11, 9.4369e-11, 1.8278e-10},
    {2.4e-4, 2.397410e-03, 8.1516e-13, 2.412e-15, 9.2215e-13, 1.7373e-12, 3.5892e-12, 6.9518e-12},
    {2e-4, 1.998201e-03, 5.3899e-14, 1.593e-16, 6.0973e-14, 1.1487e-13, 2.3732e-13, 4.5966e-13},
    {1.5e-4, 1.498988e-03, 6.9455e-16, 2.050e-18, 7.8570e-16, 1.4802e-15, 3.0582e-15, 5.9232e-15},
    {1e-4, 9.995501e-04, 1.3598e-18, 4.009e-21, 1.5383e-18, 2.8981e-18, 5.9874e-18, 1.1597e-17},
    {5e-5, 4.998875e-04, 2.6689e-23, 7.859e-26, 3.0192e-23, 5.6881e-23, 1.1752e-22, 2.2761e-22},
    {2e-5, 1.999820e-04, 1.3333e-29, 3.923e-32, 1.5083e-29, 2.8417e-29, 5.8708e-29, 1.1371e-28},
    {1e-5, 9.999550e-05, 2.1397e-34, 6.295e-37, 2.4205e-34, 4.5602e-34, 9.4212e-34, 1.8247e-33},
    {1e-6, 9.999955e-06, 2.2390e-50, 6.585e-53, 2.5328e-50, 4.7718e-50, 9.8585e-50, 1.9094e-49},
};

TEST_CASE("fec: KP4 from bit errors to lost frames, to 1e-3 of exact sums over 47 decades") {
  for (const Row& row : kKp4) {
    CAPTURE(row.ber);
    CHECK(near(symbol_error(row.ber), row.p, 1e-6));
    CHECK(near(codeword_error(FecCode::kp4, row.ber), row.cer, 1e-4));
    CHECK(near(post_fec_ber(FecCode::kp4, row.ber), row.post, 2e-4));
    CHECK(near(frame_loss(FecCode::kp4, row.ber, 64_B, 1), row.loss64_1, 1e-4));
    CHECK(near(frame_loss(FecCode::kp4, row.ber, 64_B, 2), row.loss64_2, 1e-4));
    CHECK(near(frame_loss(FecCode::kp4, row.ber, 1518_B, 2), row.loss1518_2, 1e-4));
    CHECK(near(frame_loss(FecCode::kp4, row.ber, 4158_B, 2), row.loss4158_2, 1e-4));
  }
}

TEST_CASE("fec: the anchor of 802.3, frames of 64 octets at 2.4e-4 are lost less often than 1.7e-12 as printed") {
  const double loss = frame_loss(FecCode::kp4, 2.4e-4, 64_B, 2);
  CHECK(near(loss, 1.7373e-12, 1e-4));
  CHECK(std::round(loss * 1e13) == 17);
  CHECK(near(frame_loss(FecCode::kp4, 2.4e-4, 64_B, 1), 9.2215e-13, 1e-4));
}

TEST_CASE("fec: KR4 corrects seven symbols") {
  constexpr std::array<std::array<double, 3>, 5> kRows = {{{1e-4, 8.9269e-08, 1.0099e-07},
                                                           {5e-5, 4.3971e-10, 4.9742e-10},
                                                           {2e-5, 3.3129e-13, 3.7478e-13},
                                                           {1e-5, 1.3558e-15, 1.5337e-15},
                                                           {1e-6, 1.4138e-23, 1.5994e-23}}};
  for (const auto& [ber, cer, loss] : kRows) {
    CAPTURE(ber);
    CHECK(near(codeword_error(FecCode::kr4, ber), cer, 1e-4));
    CHECK(near(frame_loss(FecCode::kr4, ber, 64_B, 1), loss, 1e-4));
  }
  CHECK(frame_loss(FecCode::kr4, 5e-5, 64_B, 1) < 6.2e-10);  // the limit of 802.3
}

TEST_CASE("fec: codewords that a frame touches") {
  CHECK(codewords_per_frame(64_B, 1) == doctest::Approx(1.13125));
  CHECK(codewords_per_frame(64_B, 2) == doctest::Approx(2.13125));
  CHECK(codewords_per_frame(64_B, 4) == doctest::Approx(4.13125));
  CHECK(codewords_per_frame(1518_B, 2) == doctest::Approx(4.403125));
  CHECK(codewords_per_frame(4158_B, 1) == doctest::Approx(7.528125));
  CHECK(codewords_per_frame(4158_B, 2) == doctest::Approx(8.528125));
  CHECK(codewords_per_frame(4158_B, 4) == doctest::Approx(10.528125));
  CHECK(codewords_per_frame(9018_B, 2) == doctest::Approx(16.121875));
  CHECK(interleaved_codewords(25_Gbps) == 1);
  CHECK(interleaved_codewords(100_Gbps) == 1);
  CHECK(interleaved_codewords(200_Gbps) == 2);
  CHECK(interleaved_codewords(400_Gbps) == 2);
  CHECK(interleaved_codewords(800_Gbps) == 4);
  CHECK(interleaved_codewords(1600_Gbps) == 4);
}

TEST_CASE("fec: time to fill the codewords") {
  CHECK(codeword_fill(FecCode::kp4, 100_Gbps) == 51'200_ps);
  CHECK(codeword_fill(FecCode::kp4, 200_Gbps) == 51'200_ps);
  CHECK(codeword_fill(FecCode::kp4, 400_Gbps) == 25'600_ps);
  CHECK(codeword_fill(FecCode::kp4, 800_Gbps) == 25'600_ps);
  CHECK(codeword_fill(FecCode::kp4, 1600_Gbps) == 12'800_ps);
  CHECK(codeword_fill(FecCode::kr4, 100_Gbps) == 51'200_ps);
  CHECK(codeword_fill(FecCode::kr4, 25_Gbps) == 204'800_ps);
  CHECK(codeword_fill(FecCode::none, 100_Gbps) == 0_ps);
}

TEST_CASE("fec: lanes of unequal error rates are convolved, and the mean would be pessimistic") {
  const auto skewed = [](double worst) {
    const std::array<double, 4> lanes = {1e-8, 1e-8, 1e-8, worst};
    return codeword_error_of_lanes(FecCode::kp4, lanes);
  };
  CHECK(near(skewed(9.6e-4), 4.304e-13, 2e-4));
  CHECK(near(skewed(9.6e-4), 4.3039e-13, 1e-4));
  CHECK(near(skewed(1.2e-3), 1.147e-11, 1e-3));
  CHECK(near(skewed(2.4e-4), 2.380e-22, 1e-3));
  CHECK(near(codeword_error(FecCode::kp4, (3e-8 + 9.6e-4) / 4), 8.155e-13, 1e-3));
  // Equal lanes are no lanes at all.
  for (const double ber : {1e-3, 2.4e-4, 1e-5}) {
    const std::vector<double> lanes(8, ber);
    CHECK(near(codeword_error_of_lanes(FecCode::kp4, lanes), codeword_error(FecCode::kp4, ber), 1e-10));
  }
}

TEST_CASE("fec: the largest error rate for a frame loss, and its inverse") {
  constexpr std::array<std::array<double, 2>, 6> kRows = {
      {{1e-6, 5.567e-4}, {1e-8, 3.972e-4}, {1e-9, 3.376e-4}, {1e-10, 2.878e-4}, {1e-12, 2.107e-4}, {1e-15, 1.335e-4}}};
  for (const auto& [target, ber] : kRows) {
    CAPTURE(target);
    const double got = largest_ber(FecCode::kp4, target, 4158_B, 2);
    CHECK(near(got, ber, 2e-4));
    CHECK(near(frame_loss(FecCode::kp4, got, 4158_B, 2), target, 1e-9));
  }
  CHECK(largest_ber(FecCode::kp4, 0, 64_B, 2) == 0);
  CHECK(largest_ber(FecCode::none, 1e-9, 1500_B, 1) > 0);
}

TEST_CASE("fec: shares of codewords by symbol errors, as a FEC histogram shows them") {
  const auto check = [](double ber, std::array<double, 6> wanted, double mean) {
    CAPTURE(ber);
    const std::vector<double> shares = symbol_error_shares(FecCode::kp4, ber, 5);
    for (std::size_t k = 0; k < wanted.size(); ++k) CHECK(near(shares[k], wanted[k], 5e-5));
    CHECK(near(544 * symbol_error(ber), mean, 1e-5));
    CHECK(near(ber_of_mean_symbol_errors(FecCode::kp4, mean), ber, 1e-5));
  };
  check(1e-5, {.94705, .051523, .0013989, 2.5275e-5, 3.4186e-7, 3.6923e-9}, 0.054398);
  check(1e-4, {.58041, .31591, .085818, .015513, 2.0993e-3, 2.2685e-4}, 0.54376);
  check(2.4e-4, {.27097, .35424, .23113, .10035, .032617, 8.4654e-3}, 1.304191);
}

/// A histogram of `codewords` codewords at `ber`, rounded, and a last bin that is given.
std::vector<HistogramBin> histogram(double ber, double codewords) {
  std::vector<HistogramBin> bins;
  const std::vector<double> shares = symbol_error_shares(FecCode::kp4, ber, 15);
  for (std::uint32_t k = 0; k <= 15; ++k) bins.push_back({k, k, static_cast<std::uint64_t>(std::llround(codewords * shares[k]))});
  return bins;
}

TEST_CASE("fec: bursts show as too many codewords with eight and more symbol errors") {
  for (const double ber : {1e-6, 1e-5, 1e-4, 2.4e-4}) {
    CAPTURE(ber);
    std::vector<HistogramBin> bins = histogram(ber, 1e10);
    const BurstVerdict calm = judge_bursts(FecCode::kp4, bins);
    CHECK(!calm.bursty);
    CHECK(near(calm.ber, ber, 1e-3));
    bins[10].codewords += static_cast<std::uint64_t>(1e10 * (20 * share_with_errors(FecCode::kp4, ber, 8) + 1e-8));
    CHECK(judge_bursts(FecCode::kp4, bins).bursty);
  }
  // One stray codeword of many is no proof: 25 expected in 1000 links are no finding in each of them.
  std::vector<HistogramBin> few = histogram(1e-4, 100'000);
  const double expected = 100'000 * share_with_errors(FecCode::kp4, 1e-4, 8);
  CHECK(expected < 0.1);
  few[8].codewords = 1;
  CHECK(!judge_bursts(FecCode::kp4, few).bursty);
  CHECK(!judge_bursts(FecCode::kp4, {}).bursty);
}

TEST_CASE("fec: property, no false alarm of bursts over 400 sampled histograms of independent errors") {
  RandomStream random(20'260, 7);
  CAPTURE("seed 20260");
  for (int trial = 0; trial < 400; ++trial) {
    const double ber = std::pow(10.0, -6 + 3 * random.unit());
    std::vector<HistogramBin> bins;
    for (std::uint32_t k = 0; k <= 15; ++k) bins.push_back({k, k, 0});
    const std::vector<double> shares = symbol_error_shares(FecCode::kp4, ber, 15);
    for (int n = 0; n < 2'000; ++n) {
      double left = random.unit();
      std::size_t k = 0;
      while (k < 15 && left >= shares[k]) left -= shares[k++];
      ++bins[k].codewords;
    }
    CAPTURE(ber);
    CHECK(!judge_bursts(FecCode::kp4, bins).bursty);
  }
}

TEST_CASE("fec: error rate from corrected bits") {
  // One second of 400 Gb/s is 425e9 coded bits.
  CHECK(ber_of_corrected_bits(FecCode::kp4, 120'000, 1, 400_Gbps) == doctest::Approx(120'000 / 425e9));
  CHECK(ber_of_corrected_bits(FecCode::kr4, 103'125, 1, 100_Gbps) == doctest::Approx(1e-6));
  CHECK(ber_of_corrected_bits(FecCode::kp4, 5, 0, 400_Gbps) == 0);
}

TEST_CASE("fec: property, both tails of the sum agree and everything grows with the error rate") {
  for (const FecCode code : {FecCode::kr4, FecCode::kp4, FecCode::none}) {
    double last_cer = -1;
    double last_loss = -1;
    for (double exponent = -9; exponent <= -0.31; exponent += 0.01) {
      const double ber = std::pow(10.0, exponent);
      CAPTURE(ber);
      const double cer = codeword_error(code, ber);
      const double loss = frame_loss(code, ber, 4158_B, 2);
      CHECK(cer >= last_cer * (1 - 1e-12));
      CHECK(loss >= last_loss * (1 - 1e-12));
      CHECK(cer <= 1);
      CHECK(loss <= 1);
      CHECK(post_fec_ber(code, ber) <= ber * (1 + 1e-9));
      last_cer = cer;
      last_loss = loss;
    }
    CHECK(codeword_error(code, 0) == 0);
    CHECK(codeword_error(code, 1) == 1);
    CHECK(frame_loss(code, 0, 64_B, 1) == 0);
    CHECK(frame_loss(code, 1, 64_B, 1) == 1);
  }
  // Shares over all counts are one.
  const std::vector<double> shares = symbol_error_shares(FecCode::kp4, 3e-3, 544);
  double sum = 0;
  for (const double share : shares) sum += share;
  CHECK(sum == doctest::Approx(1).epsilon(1e-11));
}

TEST_CASE("fec: without code a bit error loses the frame") {
  CHECK(near(frame_loss(FecCode::none, 1e-12, 64_B, 1), 594e-12, 1e-9));  // 72 octets in 66-bit blocks; 802.3 says 6.2e-10
  CHECK(near(post_fec_ber(FecCode::none, 1e-6), 1e-6, 1e-9));
}

TEST_CASE("fec: names of the catalogue") {
  CHECK(read_fec("KP4")->code == FecCode::kp4);
  CHECK(read_fec("KP4")->limitation.empty());
  CHECK(read_fec("KR4")->code == FecCode::kr4);
  CHECK(read_fec("none")->code == FecCode::none);
  CHECK(!read_fec("KP4+inner")->limitation.empty());
  CHECK(!read_fec("KP4 or LL")->limitation.empty());
  CHECK(!read_fec("kp5").has_value());
}

}  // namespace
}  // namespace eastwest::tests
