// SPDX-License-Identifier: Apache-2.0
// Margin to bit errors against the published table (PAM4, k = 1, reference 2.4e-4) and against its own inverse.
#include "topology/plant/margin.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

bool near(double got, double wanted, double relative) { return std::fabs(got - wanted) <= relative * std::fabs(wanted); }

struct Row {
  double margin, q, ber, cer, loss64, loss4158;  // 0: not printed
};

constexpr Row kTable[] = {
    {-2.00, 2.15413, 1.1711e-02, 1.0000e+00, 1.0000, 1.0000},
    {-1.50, 2.41698, 5.8688e-03, 9.9917e-01, 1.0000, 1.0000},
    {-1.00, 2.71189, 2.5088e-03, 2.7990e-01, 5.0332e-01, 9.3921e-01},
    {-0.75, 2.87258, 1.5267e-03, 1.0166e-02, 2.1543e-02, 8.3455e-02},
    {-0.50, 3.04279, 8.7897e-04, 3.5314e-05, 7.5262e-05, 3.0112e-04},
    {-0.25, 3.22309, 4.7556e-04, 1.4150e-08, 3.0158e-08, 1.2067e-07},
    {-0.10, 3.33636, 3.1832e-04, 5.0463e-11, 1.0755e-10, 4.3036e-10},
    {0.00, 3.41407, 2.4000e-04, 8.1516e-13, 1.7373e-12, 6.9518e-12},
    {0.10, 3.49359, 1.7871e-04, 9.9084e-15, 2.1117e-14, 8.4500e-14},
    {0.25, 3.61637, 1.1204e-04, 7.8884e-18, 1.6812e-17, 6.7273e-17},
    {0.50, 3.83065, 4.7927e-05, 1.3697e-23, 2.9191e-23, 1.1681e-22},
    {0.75, 4.05763, 1.8590e-05, 4.1686e-30, 8.8842e-30, 3.5550e-29},
    {1.00, 4.29806, 6.4612e-06, 2.0097e-37, 4.2832e-37, 1.7139e-36},
    {1.50, 4.82250, 5.3163e-07, 9.1375e-55, 1.9474e-54, 7.7926e-54},
    {2.00, 5.41094, 2.3511e-08, 1.9611e-76, 0, 0},
    {3.00, 6.81197, 3.6103e-12, 0, 0, 0},
};

TEST_CASE("margin: the published table from -2 to +3 dB") {
  const Receiver receiver = make_receiver(Modulation::pam4, 2.4e-4, 0);
  for (const Row& row : kTable) {
    CAPTURE(row.margin);
    const double ber = ber_of_margin(receiver, row.margin);
    CHECK(near(quality_of_margin(receiver, row.margin), row.q, 2e-6));
    CHECK(near(ber, row.ber, 5e-5));
    if (row.cer != 0) CHECK(near(codeword_error(FecCode::kp4, ber), row.cer, 2e-4));
    if (row.loss64 != 0) CHECK(near(frame_loss_of_margin(receiver, FecCode::kp4, row.margin, 64_B, 2), row.loss64, 2e-4));
    if (row.loss4158 != 0) CHECK(near(frame_loss_of_margin(receiver, FecCode::kp4, row.margin, 4158_B, 2), row.loss4158, 2e-4));
  }
}

TEST_CASE("margin: quality at the reference error rates") {
  CHECK(near(quality_of_ber(Modulation::pam4, 2.4e-4), 3.414071, 2e-7));
  CHECK(near(quality_of_ber(Modulation::nrz, 5e-5), 3.890592, 2e-7));
  CHECK(near(quality_of_ber(Modulation::nrz, 1e-12), 7.034484, 2e-7));
  const Receiver receiver = make_receiver(Modulation::pam4, 2.4e-4);
  CHECK(near(ber_of_margin(receiver, -0.5), 8.7897e-4, 5e-5));
  CHECK(near(ber_of_margin(receiver, 0.5), 4.7927e-5, 5e-5));
}

TEST_CASE("margin: property, back from every error rate, for both modulations and exponents") {
  for (const Modulation modulation : {Modulation::nrz, Modulation::pam4})
    for (const double exponent : {1.0, 0.5})
      for (double margin = -3; margin <= 4; margin += 0.07) {
        const Receiver receiver = make_receiver(modulation, 2.4e-4, 0, exponent);
        const double ber = ber_of_margin(receiver, margin);
        CAPTURE(margin);
        CAPTURE(ber);
        CHECK(std::fabs(margin_of_ber(receiver, ber) - margin) < 1e-9);
        CHECK(ber_of_margin(receiver, margin + 0.001) < ber);
      }
  for (double exponent = -300; exponent <= -1; exponent += 1.7) {
    const double ber = std::pow(10.0, exponent);
    CAPTURE(ber);
    CHECK(near(ber_of_quality(Modulation::nrz, quality_of_ber(Modulation::nrz, ber)), ber, 1e-9));
  }
}

TEST_CASE("margin: the floor stops what light cannot improve") {
  const Receiver receiver = make_receiver(Modulation::pam4, 2.4e-4);
  CHECK(ber_of_margin(receiver, 2) == doctest::Approx(2.3511e-8).epsilon(1e-4));
  CHECK(ber_of_margin(receiver, 3) == kOpticalErrorFloor);
  CHECK(ber_of_margin(receiver, 30) == kOpticalErrorFloor);
  CHECK(margin_of_ber(receiver, 1e-12) == margin_of_ber(receiver, kOpticalErrorFloor));
  CHECK(frame_loss_of_margin(receiver, FecCode::kp4, 30, 4158_B, 2) < 1e-60);
  // A floor above the reference would contradict the catalogue.
  CHECK(ber_of_margin(make_receiver(Modulation::nrz, 1e-12), 0) == doctest::Approx(1e-12));
}

TEST_CASE("margin: receivers of the catalogue are at their reference without margin") {
  for (const OpticModel& optic : test_catalogue().optics()) {
    CAPTURE(optic.id);
    const Receiver receiver = receiver_of(optic);
    const double reference = optic.pre_fec_ber > 2.4e-4 ? 2.4e-4 : optic.pre_fec_ber;
    CHECK(near(ber_of_margin(receiver, 0), reference, 1e-9));
    const Result<FecReading> reading = read_fec(optic.fec);
    REQUIRE(reading.has_value());
    CHECK(frame_loss_of_margin(receiver, reading->code, 0, 64_B, 2) < 2e-9);
    CHECK(frame_loss_of_margin(receiver, reading->code, -6, 64_B, 2) > 0.5);
    // A measured error rate equal to the stated limit is margin 0.
    CHECK(near(frame_loss_of_ber(optic, optic.pre_fec_ber, 64_B, 2), frame_loss_of_margin(receiver, reading->code, 0, 64_B, 2), 1e-7));
  }
}

TEST_CASE("margin: an inner code carries a measured error rate to the outer one at equal margin") {
  const OpticModel& optic = *test_catalogue().find_optic("800g-dr4-2");
  const Receiver inner = make_receiver(Modulation::pam4, 4e-3, 0);
  const double measured = ber_of_margin(inner, 0.25);
  CHECK(near(frame_loss_of_ber(optic, measured, 4158_B, 2), 6.7273e-17, 2e-4));
}

TEST_CASE("margin: the cliff is some 0.75 dB wide") {
  const Receiver receiver = make_receiver(Modulation::pam4, 2.4e-4);
  const double calm = frame_loss_of_margin(receiver, FecCode::kp4, 0.25, 4158_B, 2);
  const double lost = frame_loss_of_margin(receiver, FecCode::kp4, -0.5, 4158_B, 2);
  CHECK(calm < 1e-16);
  CHECK(near(lost, 3.0112e-4, 2e-4));
}

}  // namespace
}  // namespace eastwest::tests
