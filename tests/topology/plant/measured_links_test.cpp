// SPDX-License-Identifier: Apache-2.0
// Measured links: tables of test sets and switches replace the design, direction by direction, the worst row of each.
#include "topology/plant/measured_links.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/sim/trace/trace_fixture.hpp"
#include "topology/plant/link_loss.hpp"

namespace eastwest::tests {
namespace {

constexpr Bytes kFrame{4158};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<MeasuredLink> read(const std::string& text) {
  Diagnostics diagnostics;
  std::vector<MeasuredLink> rows = read_measured_links(text, "measured.csv", diagnostics);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.print());
  return rows;
}

std::string errors_of(const std::string& text) {
  Diagnostics diagnostics;
  read_measured_links(text, "measured.csv", diagnostics);
  return diagnostics.print();
}

/// Cables C0000 and C0001, each with a budget of 3 dB and a design margin of 1 dB.
Fabric measured_fabric(const std::string& text, std::vector<double> budget = {3, 3}) {
  Fabric fabric = star(2);
  for (Cable& cable : fabric.cables) cable.margin_db = 1;
  Diagnostics diagnostics;
  apply_measured_links(read(text), builtin_catalogue(), budget, kFrame, fabric, diagnostics);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.print());
  return fabric;
}

std::string apply_errors(const std::string& text, std::vector<double> budget = {3, 3}) {
  Fabric fabric = star(2);
  Diagnostics diagnostics;
  apply_measured_links(read(text), builtin_catalogue(), budget, kFrame, fabric, diagnostics);
  return diagnostics.print();
}

}  // namespace

TEST_CASE("measured links: a loss test in its canonical form; the worst fibre and wavelength count") {
  const Fabric fabric = measured_fabric(
      "cable_id,fibre,direction,wavelength_nm,length_m,loss_db,limit_db,margin_db,orl_db,result,limit_name,instrument,serial,operator,"
      "tested_at\n"
      "C0000,1,AB,1310,122.4,0.81,1.45,0.64,52,PASS,eastwest-worst-case,OLTS,SN1,kw,2026-03-01T10:11:00Z\n"
      "C0000,2,AB,1310,122.4,2.75,1.45,-1.3,52,FAIL,eastwest-worst-case,OLTS,SN1,kw,2026-03-01T10:11:00Z\n"
      "C0000,2,AB,1550,122.4,2.70,1.45,-1.3,52,FAIL,eastwest-worst-case,OLTS,SN1,kw,2026-03-01T10:11:00Z\n"
      "C0000,1,BA,1310,122.4,3.25,1.45,-1.8,52,FAIL,eastwest-worst-case,OLTS,SN1,kw,2026-03-01T10:11:00Z\n");
  const LinkCoding coding = link_coding(builtin_catalogue(), fabric.cables[0].medium, fabric.links[0].rate);
  // Budget 3 dB: 0.25 dB are left from a to b, -0.25 dB from b to a.
  CHECK(fabric.cables[0].margin_db == doctest::Approx(-0.25));
  CHECK(fabric.links[0].frame_loss == doctest::Approx(frame_loss_at_margin(0.25, coding, kFrame)).epsilon(1e-9));
  CHECK(fabric.links[1].frame_loss == doctest::Approx(1.2067e-7).epsilon(2e-3));
  CHECK(fabric.cables[0].pre_fec_ber == doctest::Approx(4.7556e-4).epsilon(1e-3));
  // Nobody measured the other.
  CHECK(fabric.cables[1].margin_db == 1);
  CHECK(fabric.links[2].frame_loss == 0);
}

TEST_CASE("measured links: an error rate gives loss and margin, a frame loss stands for itself, one direction leaves the other") {
  const Fabric fabric = measured_fabric("cable_id,direction,pre_fec_ber,frame_loss\nC0000,,2.4e-4,\nC0001,BA,,1e-5\n");
  CHECK(fabric.cables[0].margin_db == doctest::Approx(0).scale(1));
  CHECK(fabric.cables[0].pre_fec_ber == 2.4e-4);
  CHECK(fabric.links[0].frame_loss == doctest::Approx(6.9518e-12).epsilon(2e-3));
  CHECK(fabric.links[1].frame_loss == fabric.links[0].frame_loss);
  CHECK(fabric.links[2].frame_loss == 0);
  CHECK(fabric.links[3].frame_loss == 1e-5);
  // 1e-5 of frames lie between -0.25 dB (1.2067e-7) and -0.5 dB (3.0112e-4): the margin that more dirt starts from.
  CHECK(fabric.cables[1].margin_db < -0.25);
  CHECK(fabric.cables[1].margin_db > -0.5);
}

TEST_CASE("measured links: an error rate on optics with an inner code is that before the inner code") {
  // 800G-DR4 of 200 Gb/s lanes works up to 4e-3 in front of its inner code; there KP4 behind it is at its own limit, 2.4e-4, and loses what
  // it loses at a margin of 0 dB. 1e-3 lies 0.7 dB above.
  const Catalogue catalogue = builtin_catalogue();
  for (const char* name : {"800g-dr4-2", "800g-fr4", "1.6t-dr8-2"}) {
    CAPTURE(name);
    const OpticModel* optic = catalogue.find_optic(name);
    REQUIRE(optic != nullptr);
    const LinkCoding coding = link_coding(catalogue, name, optic->rate);
    CHECK(margin_at_pre_fec_ber(optic->pre_fec_ber, coding) == doctest::Approx(0).scale(1).epsilon(1e-9));
    CHECK(margin_at_pre_fec_ber(1e-3, coding) == doctest::Approx(0.705).epsilon(2e-3));
    CHECK(pre_fec_ber_at_margin(0, coding) == doctest::Approx(4e-3).epsilon(1e-6));
    CHECK(frame_loss_at_margin(margin_at_pre_fec_ber(optic->pre_fec_ber, coding), coding, kFrame) < 1e-10);
    CHECK(frame_loss_at_margin(margin_at_pre_fec_ber(1e-3, coding), coding, kFrame) < 1e-25);
  }
}

TEST_CASE("measured links: without a budget an error rate still works, a loss is refused by name") {
  const Fabric fabric = measured_fabric("cable_id,pre_fec_ber\nC0000,4.7556e-4\n", {kNan, kNan});
  CHECK(fabric.cables[0].margin_db == doctest::Approx(-0.25).epsilon(1e-3));
  CHECK(apply_errors("cable_id,loss_db\nC0000,1\n", {kNan, 3}).find("measured.csv:2: error: the power budget of `C0000` is not known") !=
        std::string::npos);
  CHECK(apply_errors("cable_id,loss_db\nC000,1\n").find("did you mean `C0000`") != std::string::npos);
}

TEST_CASE("measured links: every mistake of a table is told in one pass, at its line") {
  const std::string told = errors_of("cable_id,direction,loss_db\nC1,AB,0,5\n");
  CHECK(told.find("measured.csv:2") != std::string::npos);
  const std::string many = errors_of("cable_id,direction,loss_db\nC1,AC,0.5\n,AB,0.5\nC3,,\nC4,,eleven\nC5,,99\n");
  for (const char* part :
       {":2: error: `direction` of `C1` is `AC`", ":3: error: a row without `cable_id`", ":4: error: the row of `C3` measures nothing",
        ":5: error: `loss_db` of `C4` is `eleven`", ":6: error: `loss_db` of `C5` is `99`"})
    CHECK_MESSAGE(many.find(part) != std::string::npos, part, "\n", many);
  CHECK(errors_of("cable_id,los_db\nC1,1\n").find("did you mean `loss_db`?") != std::string::npos);
  CHECK(errors_of("cable_id,direction\nC1,AB\n").find("none of `loss_db`") != std::string::npos);
  CHECK(errors_of("loss_db\n1\n").find("no column `cable_id`") != std::string::npos);
  CHECK(errors_of("cable_id,loss_db\n").find("no rows") != std::string::npos);
}

}  // namespace eastwest::tests
