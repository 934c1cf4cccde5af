// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/field_text.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace eastwest {
namespace {

TEST_CASE("field text: one fibre, several fibres") {
  CHECK(fibre_count(1) == "1 fibre");
  CHECK(fibre_count(0) == "0 fibres");
  CHECK(fibre_count(8) == "8 fibres");
}

TEST_CASE("field text: milliwatts become dBm by 10 log10, darkness minus infinity") {
  CHECK(decibel_milliwatts(1) == doctest::Approx(0));
  CHECK(decibel_milliwatts(2) == doctest::Approx(3.0103).epsilon(1e-5));
  CHECK(decibel_milliwatts(1.2589) == doctest::Approx(1.0).epsilon(1e-4));  // the transmitter of the reference's example
  CHECK(std::isinf(decibel_milliwatts(0)));
  CHECK(std::isinf(decibel_milliwatts(-1)));
}

TEST_CASE("field text: numbers with units behind, in any locale's writing") {
  CHECK(leading_number("17.00W") == 17.0);
  CHECK(behind_number(" 6.3km ") == "km");
  CHECK(leading_number("-0.97dBm") == -0.97);
  CHECK(!leading_number("inf").has_value());
  CHECK(!leading_number("nan").has_value());
  CHECK(!leading_number("dBm").has_value());
  CHECK(!plain_real("17.0W").has_value());
  CHECK(plain_real("+3e-8") == 3e-8);
  CHECK(decimal_point("1.234,5", ',') == "1234.5");
  CHECK(decimal_point("1,234.5", '.') == "1234.5");
  CHECK(whole_or_hexadecimal("0x19") == 25u);
  CHECK(!whole_or_hexadecimal("0x").has_value());
  CHECK(!whole_or_hexadecimal("25W").has_value());
  CHECK(metres(0.35)->mm == 350);
  CHECK(!metres(1e13).has_value());
}

TEST_CASE("field text: names of columns in any writing, and words that say nothing") {
  CHECK(field_name("Part Number") == "part_number");
  CHECK(field_name(" A-Node Name ") == "a_node_name");
  CHECK(field_name("Length Cable Assembly(m)") == "length_cable_assembly_m");
  CHECK(says_nothing("N/A"));
  CHECK(says_nothing("Not supported for CMIS cables"));
  CHECK(!says_nothing("0"));
  CHECK(spoken_truth("PASS") == true);
  CHECK(spoken_truth("Fail") == false);
  CHECK(!spoken_truth("perhaps").has_value());
}

}  // namespace
}  // namespace eastwest
