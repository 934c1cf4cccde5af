// SPDX-License-Identifier: Apache-2.0
// Margin to frame loss in one step, against the golden table of PAM4 with RS(544,514) and two interleaved codewords.
#include "topology/plant/link_loss.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace eastwest::tests {
namespace {

constexpr Bytes kFullFrame{4158};

LinkCoding without_floor() {
  LinkCoding coding = link_coding(builtin_catalogue(), "", BitRate{400'000'000'000});
  coding.receiver.floor_ber = coding.module.floor_ber = 0;
  return coding;
}

struct Golden {
  double margin_db, ber, small, full;
};

}  // namespace

TEST_CASE("link loss: the margin table, within 1e-3") {
  const LinkCoding coding = without_floor();
  for (const Golden& row : {Golden{-1.00, 2.5088e-03, 5.0332e-01, 9.3921e-01}, Golden{-0.75, 1.5267e-03, 2.1543e-02, 8.3455e-02},
                            Golden{-0.50, 8.7897e-04, 7.5262e-05, 3.0112e-04}, Golden{-0.25, 4.7556e-04, 3.0158e-08, 1.2067e-07},
                            Golden{-0.10, 3.1832e-04, 1.0755e-10, 4.3036e-10}, Golden{0.00, 2.4000e-04, 1.7373e-12, 6.9518e-12},
                            Golden{0.25, 1.1204e-04, 1.6812e-17, 6.7273e-17}, Golden{0.50, 4.7927e-05, 2.9191e-23, 1.1681e-22},
                            Golden{1.00, 6.4612e-06, 4.2832e-37, 1.7139e-36}}) {
    CAPTURE(row.margin_db);
    const double ber = pre_fec_ber_at_margin(row.margin_db, coding);
    CHECK(ber == doctest::Approx(row.ber).epsilon(1e-3));
    CHECK(frame_loss_at_margin(row.margin_db, coding, Bytes{64}) / row.small == doctest::Approx(1).epsilon(2e-3));
    CHECK(frame_loss_at_margin(row.margin_db, coding, kFullFrame) / row.full == doctest::Approx(1).epsilon(2e-3));
  }
}

TEST_CASE("link loss: error rate and margin are inverses, up to the floor") {
  const LinkCoding coding = without_floor();
  for (const double margin : {-1.5, -0.5, 0.0, 0.2, 1.0, 2.0})
    CHECK(margin_at_pre_fec_ber(pre_fec_ber_at_margin(margin, coding), coding) == doctest::Approx(margin).epsilon(1e-6));
  CHECK(pre_fec_ber_at_margin(10, link_coding(builtin_catalogue(), "", BitRate{400'000'000'000})) == 1e-8);
}

TEST_CASE("link loss: frame loss and margin are inverses; what the floor alone would lose is the margin of the floor") {
  const LinkCoding coding = without_floor();
  for (const double margin : {-0.9, -0.5, 0.0, 0.2, 1.0})
    CHECK(margin_at_frame_loss(frame_loss_at_margin(margin, coding, kFullFrame), coding, kFullFrame) ==
          doctest::Approx(margin).epsilon(1e-6));
  const LinkCoding floored = link_coding(builtin_catalogue(), "", BitRate{400'000'000'000});
  CHECK(margin_at_frame_loss(0, floored, kFullFrame) == doctest::Approx(margin_at_pre_fec_ber(1e-8, floored)).epsilon(1e-9));
  CHECK(margin_at_frame_loss(1, floored, kFullFrame) == doctest::Approx(-20).epsilon(1e-6));
}

TEST_CASE("link loss: optics of the catalogue have their own receiver and code; without a name the rate decides") {
  const Catalogue catalogue = builtin_catalogue();
  const LinkCoding old = link_coding(catalogue, "100g-sr4", BitRate{100'000'000'000});
  CHECK(old.code == FecCode::kr4);
  CHECK(old.receiver.modulation == Modulation::nrz);
  CHECK(link_coding(catalogue, "100g-dr", BitRate{100'000'000'000}).code == FecCode::kp4);
  CHECK(link_coding(catalogue, "custom", BitRate{25'000'000'000}).code == FecCode::kr4);
  CHECK(link_coding(catalogue, "custom", BitRate{400'000'000'000}).interleaved == 2);
}

TEST_CASE("link loss: less margin and longer frames never lose less") {
  const LinkCoding coding = link_coding(builtin_catalogue(), "", BitRate{800'000'000'000});
  CHECK(coding.interleaved == 4);
  double before = 1;
  for (double margin = -2; margin < 1.5; margin += 0.05) {
    const double loss = frame_loss_at_margin(margin, coding, kFullFrame);
    CHECK(loss <= before);
    CHECK(loss >= frame_loss_at_margin(margin, coding, Bytes{64}));
    before = loss;
  }
}

}  // namespace eastwest::tests
