// SPDX-License-Identifier: Apache-2.0
// Polarity against the published vectors and the odd-reversal rule; gender, polish and connectors of whole channels.
#include "topology/plant/polarity.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/topology/built_fabric.hpp"
#include "tests/topology/plant/plant_channels.hpp"

namespace eastwest::tests {
namespace {

using namespace literals;
constexpr FibrePolarity kA = FibrePolarity::straight_a;
constexpr FibrePolarity kB = FibrePolarity::reversed_b;
constexpr FibrePolarity kC = FibrePolarity::pairs_c;

bool passes(const Channel& channel) { return check_polarity(channel).empty(); }

Channel with_connector(Channel channel, const std::string& connector) {
  for (ChannelElement& element : channel.elements)
    if (auto* piece = std::get_if<FibrePiece>(&element)) piece->near.connector = piece->far.connector = connector;
  return channel;
}

std::vector<std::string> rules(const Channel& channel, std::string_view optic) {
  const ChannelEnd end = channel_end_of(*test_catalogue().find_optic(optic));
  std::vector<std::string> list;
  for (const PlantViolation& violation : check_channel(channel, end, end, test_catalogue())) {
    CHECK(!violation.sentence.empty());
    CHECK(!violation.remedy.empty());
    list.push_back(violation.rule + (violation.verdict == Verdict::unknown ? "?" : ""));
  }
  return list;
}

TEST_CASE("polarity: published vectors of methods A, B and C") {
  for (const char* connector : {"MPO-8", "MPO-12", "MPO-16", "MPO-24"}) {
    CAPTURE(connector);
    const auto channel = [connector](std::initializer_list<FibrePolarity> pieces,
                                     AdapterOrientation adapter = AdapterOrientation::aligned) {
      return with_connector(mpo_channel("os2", 30_m, pieces, ConnectorGrade::low_loss, adapter), connector);
    };
    CHECK(passes(channel({kB})));          // one Type-B cord
    CHECK(!passes(channel({kA})));         // one Type-A cord
    CHECK(passes(channel({kB, kB, kB})));  // method B: B cord, aligned, B trunk, aligned, B cord: five reversals
    CHECK(!passes(channel({kA, kA, kA})));
    CHECK(passes(channel({kA, kA, kB}, AdapterOrientation::opposed)));  // method A: A trunk, an A and a B cord: one reversal
    CHECK(!passes(channel({kA, kA, kA}, AdapterOrientation::opposed)));
    CHECK(!passes(channel({kB, kA, kB}, AdapterOrientation::opposed)));
    CHECK(!passes(channel({kC})));
    CHECK(!passes(channel({kB, kC, kB})));
    CHECK(!passes(channel({kA, kC, kB})));
  }
}

TEST_CASE("polarity: property, without type C it is the parity of reversals, over random channels") {
  const std::uint64_t seed = 20'261;
  CAPTURE(seed);
  RandomStream random(seed, 1);
  for (int trial = 0; trial < 500; ++trial) {
    Channel channel;
    std::uint32_t reversals = 0;
    const std::uint64_t pieces = 1 + random.below(7);
    for (std::uint64_t i = 0; i < pieces; ++i) {
      if (i != 0) {
        const bool opposed = random.below(2) == 1;
        channel.elements.push_back(MatedPair{opposed ? AdapterOrientation::opposed : AdapterOrientation::aligned});
        reversals += opposed ? 0 : 1;
      }
      const bool reversed = random.below(2) == 1;
      reversals += reversed ? 1 : 0;
      channel.elements.push_back(mpo_piece("os2", 5_m, reversed ? kB : kA, PinGender::unpinned, ConnectorGrade::low_loss));
    }
    CHECK(passes(channel) == (reversals % 2 == 1));
  }
}

TEST_CASE("polarity: maps are permutations; reversal and pair flip undo themselves") {
  for (const std::uint32_t n : {2u, 8u, 12u, 16u, 24u}) {
    CHECK(compose(reversed_map(n), reversed_map(n)) == straight_map(n));
    CHECK(compose(pairs_map(n), pairs_map(n)) == straight_map(n));
    CHECK(reversed_map(n)[0] == n - 1);
    CHECK(pairs_map(n)[0] == 1);
  }
  CHECK(pairs_map(12) == FibreMap{1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10});
}

TEST_CASE("polarity: duplex crosses its two fibres once") {
  const auto duplex = [](std::initializer_list<FibrePolarity> pieces) {
    return with_connector(mpo_channel("os2", 30_m, pieces), "LC-duplex");
  };
  CHECK(passes(duplex({kB})));   // an A-to-B cord
  CHECK(!passes(duplex({kA})));  // an A-to-A cord
  CHECK(passes(duplex({kA, kA, kB})));
  CHECK(passes(duplex({kB, kC, kB})));  // method C: the trunk crosses as well
  CHECK(!passes(duplex({kB, kA, kB})));
  CHECK(check_polarity(duplex({kA}))[0].sentence.find("transmitter meets transmitter") != std::string::npos);
}

TEST_CASE("polarity: what is not stated is not proven") {
  const std::vector<PlantViolation> unknown = check_polarity(mpo_channel("os2", 30_m, {kB, FibrePolarity::none, kB}));
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].verdict == Verdict::unknown);
  Channel cassette = mpo_channel("os2", 30_m, {kB, kA, kB});
  std::get<FibrePiece>(cassette.elements[2]).far.connector = "LC-duplex";
  REQUIRE(check_polarity(cassette).size() == 1);
  CHECK(check_polarity(cassette)[0].verdict == Verdict::unknown);
  CHECK(!check_polarity(Channel{}).empty());
}

TEST_CASE("polarity: the usual plant has no violation, and each mistake has its own") {
  const Channel usual = mpo_channel("os2", 60_m, {kB, kB, kB});
  CHECK(rules(usual, "400g-dr4").empty());
  CHECK(rules(usual, "800g-2xdr4-nv").empty());  // each half of a twin port takes an MPO-12
  CHECK(rules(usual, "800g-dr8").empty());       // or two of them

  Channel pinned = usual;
  std::get<FibrePiece>(pinned.elements[0]).near.gender = PinGender::pinned;  // into the transceiver
  CHECK(rules(pinned, "400g-dr4") == std::vector<std::string>{"gender"});
  Channel bare = usual;
  std::get<FibrePiece>(bare.elements[2]).near.gender = PinGender::unpinned;
  CHECK(rules(bare, "400g-dr4") == std::vector<std::string>{"gender"});
  Channel both = usual;
  std::get<FibrePiece>(both.elements[4]).near.gender = PinGender::pinned;
  CHECK(rules(both, "400g-dr4") == std::vector<std::string>{"gender"});
  Channel flat = usual;
  std::get<FibrePiece>(flat.elements[2]).far.polish = Polish::upc;
  CHECK(rules(flat, "400g-dr4") == std::vector<std::string>{"polish"});
  std::get<FibrePiece>(flat.elements[4]).near.polish = Polish::upc;  // they mate, but there is no such single-mode plug
  CHECK(rules(flat, "400g-dr4") == std::vector<std::string>{"polish"});
  Channel key = usual;
  std::get<FibrePiece>(key.elements[4]).near.connector = "MPO-16";
  CHECK(rules(key, "400g-dr4") == std::vector<std::string>{"connector", "polarity?"});
  Channel wrong_cord = usual;
  std::get<FibrePiece>(wrong_cord.elements[0]).polarity = kA;
  CHECK(rules(wrong_cord, "400g-dr4") == std::vector<std::string>{"polarity"});
  Channel glass = usual;
  std::get<FibrePiece>(glass.elements[2]).fibre = "om4";
  CHECK(rules(glass, "400g-dr4") == std::vector<std::string>{"fibre"});
  Channel silent = usual;
  std::get<FibrePiece>(silent.elements[2]).near.gender = PinGender::none;
  CHECK(rules(silent, "400g-dr4") == std::vector<std::string>{"gender?"});
}

TEST_CASE("polarity: multimode at 100 Gb/s a lane is APC and at 50 Gb/s is not") {
  Channel flat = mpo_channel("om4", 30_m, {kB});
  for (Plug* plug : {&std::get<FibrePiece>(flat.elements[0]).near, &std::get<FibrePiece>(flat.elements[0]).far}) plug->polish = Polish::upc;
  CHECK(rules(flat, "400g-sr4") == std::vector<std::string>{"polish", "polish"});
  CHECK(rules(flat, "ib-ndr-sr4") == std::vector<std::string>{"polish", "polish"});
  CHECK(rules(flat, "200g-sr4").empty());
  CHECK(rules(mpo_channel("om4", 30_m, {kB}), "400g-sr4").empty());
  CHECK(rules(mpo_channel("om4", 30_m, {kB}), "200g-sr4") == std::vector<std::string>{"polish", "polish"});
}

TEST_CASE("polarity: a plug that does not fit the transceiver") {
  CHECK(rules(mpo_channel("os2", 30_m, {kB}), "400g-fr4") == std::vector<std::string>{"connector", "connector"});
  CHECK(rules(with_connector(mpo_channel("om4", 30_m, {kB}), "MPO-16"), "800g-sr8").empty());
  CHECK(rules(with_connector(mpo_channel("om4", 30_m, {kB}), "MPO-16"), "400g-sr4") == std::vector<std::string>{"connector", "connector"});
}

TEST_CASE("polarity: channels that are not channels") {
  Channel no_adapter;
  no_adapter.elements = {mpo_piece("os2", 5_m, kB, PinGender::unpinned, ConnectorGrade::low_loss),
                         mpo_piece("os2", 5_m, kA, PinGender::pinned, ConnectorGrade::low_loss)};
  CHECK(rules(no_adapter, "400g-dr4").front() == "structure");
  Channel open = mpo_channel("os2", 30_m, {kB});
  open.elements.push_back(MatedPair{});
  CHECK(rules(open, "400g-dr4").front() == "structure");
  CHECK(rules(Channel{}, "400g-dr4") == std::vector<std::string>{"structure"});
  Channel twice = mpo_channel("os2", 30_m, {kB, kB, kB});
  twice.elements.insert(twice.elements.begin() + 1, MatedPair{});
  CHECK(rules(twice, "400g-dr4").front() == "structure");
}

}  // namespace
}  // namespace eastwest::tests
