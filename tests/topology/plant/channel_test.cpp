// SPDX-License-Identifier: Apache-2.0
// Insertion loss of channels against the worked examples A to E, sums of splices and cassettes, and the delay of glass.
#include "topology/plant/channel.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/topology/built_fabric.hpp"
#include "tests/topology/plant/plant_channels.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;

InsertionLoss loss_of(const Channel& channel, std::uint32_t wavelength) {
  Result<InsertionLoss> loss = insertion_loss(channel, wavelength, test_catalogue());
  REQUIRE_MESSAGE(loss.has_value(), loss.error().message);
  return std::move(loss).value();
}

TEST_CASE("channel: worked examples A to E, worst case in thousandths of a decibel") {
  CHECK(loss_of(channel_of_pairs("os2", 120_m, 4), 1310).worst == Loss{1'448});
  CHECK(loss_of(channel_of_pairs("om4", 70_m, 2), 850).worst == Loss{910});
  CHECK(loss_of(channel_of_pairs("om4", 70_m, 4), 850).worst == Loss{1'610});
  CHECK(loss_of(channel_of_pairs("om4", 70_m, 2, ConnectorGrade::standard), 850).worst == Loss{1'710});
  CHECK(loss_of(channel_of_pairs("om4", 70_m, 4, ConnectorGrade::standard), 850).worst == Loss{3'210});
}

TEST_CASE("channel: statistical loss of n connections of 0.15 dB with sigma 0.08 dB") {
  CHECK(std::fabs(statistical_loss_db(2, 0.15, 0.08) - 0.526) < 5e-4);
  CHECK(std::fabs(statistical_loss_db(4, 0.15, 0.08) - 0.920) < 5e-4);
  CHECK(std::fabs(statistical_loss_db(6, 0.15, 0.08) - 1.292) < 5e-4);
  // Multimode MPO of low loss have these figures in the catalogue; fibre is added at its limit.
  for (const std::uint32_t pairs : {2u, 4u, 6u}) {
    const InsertionLoss loss = loss_of(channel_of_pairs("om4", 100_m, pairs), 850);
    CHECK(std::fabs(loss.statistical.decibels() - 0.3 - statistical_loss_db(pairs, 0.15, 0.08)) < 6e-4);
    CHECK(loss.typical == Loss{230 + 150 * static_cast<std::int64_t>(pairs)});
    CHECK(loss.connections == pairs);
  }
}

TEST_CASE("channel: one cord between two modules has no connection loss") {
  const InsertionLoss loss = loss_of(channel_of_pairs("os2", 500_m, 0), 1310);
  CHECK(loss.worst == Loss{200});
  CHECK(loss.statistical == Loss{200});
  CHECK(loss.typical == Loss{165});
  CHECK(loss.connections == 0);
  CHECK(loss.items.size() == 1);
  CHECK(loss.items[0].what == "500 m of os2 at 1310 nm");
  CHECK(loss.items[0].origin->verifies(loss.items[0].column));
  CHECK(loss.medium == "smf");
}

TEST_CASE("channel: budgets of standards hang together with the attenuation of their fibres") {
  // 400GBASE-SR4.2: 1.5 dB for connections and 3.0 dB/km; printed 1.7, 1.8 and 2.0 dB (S-TIA1).
  CHECK(loss_of(channel_of_pairs("om3", 70_m, 2, ConnectorGrade::standard), 850).worst == Loss{1'710});
  CHECK(loss_of(channel_of_pairs("om4", 100_m, 2, ConnectorGrade::standard), 850).worst == Loss{1'800});
  CHECK(loss_of(channel_of_pairs("om5", 150_m, 2, ConnectorGrade::standard), 850).worst == Loss{1'950});
  // 800GBASE-DR8: 2.75 dB + 0.5 dB/km x 0.5 km = 3.0 dB (S-TIA3).
  CHECK(loss_of(channel_of_pairs("os2-indoor-outdoor", 500_m, 0), 1310).worst.mdb + 2'750 == 3'000);
}

TEST_CASE("channel: splices, cassettes and circuit switches are itemised and summed") {
  Channel channel;
  const Plug lc{"LC-duplex", ConnectorGrade::low_loss, Polish::upc, PinGender::none};
  const Plug open;
  channel.elements = {
      FibrePiece{"os2", 2'000_m, FibrePolarity::reversed_b, lc, open},   Splice{false, ConnectorGrade::low_loss, 3},
      FibrePiece{"os2", 1'000_m, FibrePolarity::straight_a, open, open}, Splice{true, ConnectorGrade::low_loss, 1},
      FibrePiece{"os2", 500_m, FibrePolarity::straight_a, open, lc},     OtherLoss{"optical circuit switch", {3'000}, {1'500}},
      FibrePiece{"os2", 500_m, FibrePolarity::straight_a, lc, lc}};
  const InsertionLoss loss = loss_of(channel, 1310);
  CHECK(loss.splices == 4);
  CHECK(loss.connections == 0);
  CHECK(loss.length == 4'000_m);
  CHECK(loss.worst == Loss{1'600 + 3 * 100 + 300 + 3'000});
  CHECK(loss.typical == Loss{1'320 + 3 * 20 + 200 + 1'500});
  CHECK(loss.items[1].what == "3 x fusion splice, low loss");
  CHECK(loss.items[1].worst == Loss{300});
  std::int64_t sum = 0;
  for (const LossItem& item : loss.items) sum += item.worst.mdb;
  CHECK(sum == loss.worst.mdb);
}

TEST_CASE("channel: a mated pair of unequal grades has the loss of the worse one") {
  Channel channel = channel_of_pairs("om4", 10_m, 1);
  std::get<FibrePiece>(channel.elements[2]).near.grade = ConnectorGrade::standard;
  CHECK(loss_of(channel, 850).worst == Loss{30 + 750});
}

TEST_CASE("channel: the window that holds errs on the side of more loss") {
  CHECK(test_catalogue().find_fibre("om5")->window(910).wavelength_nm == 850);
  CHECK(test_catalogue().find_fibre("om5")->window(953).wavelength_nm == 953);
  CHECK(test_catalogue().find_fibre("os2")->window(1271).wavelength_nm == 1310);  // nothing shorter is listed
  CHECK(test_catalogue().find_fibre("os2")->window(1550).attenuation_typical_db_per_km == 0.19);
  CHECK(test_catalogue().find_fibre("os2")->window(0).wavelength_nm == 1310);
}

TEST_CASE("channel: delay of glass is length times index over c") {
  CHECK(propagation(channel_of_pairs("os2", 100_m, 0), 1310, test_catalogue()).value() == 489'539_ps);  // 489.54 ns
  CHECK(propagation(channel_of_pairs("om4", 100_m, 2), 850, test_catalogue()).value() == 494'342_ps);
  CHECK(propagation(channel_of_pairs("hollow_core", 100_m, 0), 1310, test_catalogue()).value() == 334'565_ps);
  // What cables are given in a fabric (media.csv) agrees with the fibres, to the picosecond over 100 m.
  CHECK(test_catalogue().find_medium("smf")->delay(100_m) == 489'539_ps);
  // ns per metre as printed: 4.943 OM at 850, 4.927 at 1300, 4.895 OS2 at 1310, 4.897 at 1550, 3.346 hollow.
  const auto per_metre = [](std::string fibre, std::uint32_t wavelength) {
    return std::round(static_cast<double>(propagation(channel_of_pairs(fibre, 1'000_m, 0), wavelength, test_catalogue()).value().ps) /
                      1e3) /
           1e3;
  };
  CHECK(per_metre("om3", 850) == doctest::Approx(4.943));
  CHECK(per_metre("om4", 1300) == doctest::Approx(4.927));
  CHECK(per_metre("os2", 1310) == doctest::Approx(4.895));
  CHECK(per_metre("os2", 1550) == doctest::Approx(4.897));
  CHECK(per_metre("hollow_core", 1310) == doctest::Approx(3.346));
}

TEST_CASE("channel: what the catalogue does not know is told with what it does") {
  const Result<InsertionLoss> fibre = insertion_loss(channel_of_pairs("om9", 10_m, 1), 850, test_catalogue());
  CHECK(!fibre.has_value());
  CHECK(fibre.error().message == "there is no fibre type `om9` in the catalogue");
  CHECK(fibre.error().remedy.find("om4") != std::string::npos);
  Channel mixed = channel_of_pairs("om4", 10_m, 1);
  std::get<FibrePiece>(mixed.elements[2]).near.connector = "LC-duplex";
  CHECK(insertion_loss(mixed, 850, test_catalogue()).error().message ==
        "connectors `MPO-12` and `LC-duplex` do not mate, so that their loss is not known");
  Channel loose = channel_of_pairs("om4", 10_m, 1);
  loose.elements.pop_back();
  CHECK(!insertion_loss(loose, 850, test_catalogue()).has_value());
  CHECK(connector_family("SN") == "LC");
  CHECK(connector_family("RJ45").empty());
}

}  // namespace
}  // namespace eastwest::tests
