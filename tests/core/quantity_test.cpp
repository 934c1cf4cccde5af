// SPDX-License-Identifier: Apache-2.0
#include "core/quantity.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"

namespace eastwest {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
constexpr Dimension kAll[] = {Dimension::none,   Dimension::time, Dimension::bytes, Dimension::rate,
                              Dimension::length, Dimension::loss, Dimension::power, Dimension::mass};

std::int64_t parsed(std::string_view text, Dimension dimension) {
  const auto result = parse_quantity(text, dimension);
  REQUIRE_MESSAGE(result.has_value(), std::string(text) << ": " << (result ? "" : result.error().message));
  return *result;
}

std::string refusal(std::string_view text, Dimension dimension) {
  const auto result = parse_quantity(text, dimension);
  REQUIRE_MESSAGE(!result.has_value(), std::string(text) << " was accepted");
  return result.error().message + " | " + result.error().remedy;
}

// Definition of the units: SI prefixes are powers of 1000, IEC 80000-13 prefixes powers of 1024, a byte is 8 bits.
TEST_CASE("quantity: every unit is its definition in base units") {
  struct Row {
    const char* text;
    Dimension dimension;
    std::int64_t value;
  };
  const Row rows[] = {{"1 ps", Dimension::time, 1},
                      {"1 ns", Dimension::time, 1'000},
                      {"1 us", Dimension::time, 1'000'000},
                      {"1 \xc2\xb5s", Dimension::time, 1'000'000},
                      {"1 \xce\xbcs", Dimension::time, 1'000'000},
                      {"1 ms", Dimension::time, 1'000'000'000},
                      {"1 s", Dimension::time, 1'000'000'000'000},
                      {"1 min", Dimension::time, 60'000'000'000'000},
                      {"1 h", Dimension::time, 3'600'000'000'000'000},
                      {"1 B", Dimension::bytes, 1},
                      {"1 kB", Dimension::bytes, 1'000},
                      {"1 MB", Dimension::bytes, 1'000'000},
                      {"1 GB", Dimension::bytes, 1'000'000'000},
                      {"1 TB", Dimension::bytes, 1'000'000'000'000},
                      {"1 KiB", Dimension::bytes, 1'024},
                      {"1 MiB", Dimension::bytes, 1'048'576},
                      {"1 GiB", Dimension::bytes, 1'073'741'824},
                      {"1 TiB", Dimension::bytes, 1'099'511'627'776},
                      {"1 bit/s", Dimension::rate, 1},
                      {"1 b/s", Dimension::rate, 1},
                      {"1 bps", Dimension::rate, 1},
                      {"1 kb/s", Dimension::rate, 1'000},
                      {"1 Mb/s", Dimension::rate, 1'000'000},
                      {"400 Gb/s", Dimension::rate, 400'000'000'000},
                      {"400 Gbit/s", Dimension::rate, 400'000'000'000},
                      {"400Gbps", Dimension::rate, 400'000'000'000},
                      {"1.6 Tb/s", Dimension::rate, 1'600'000'000'000},
                      {"50 GB/s", Dimension::rate, 400'000'000'000},
                      {"1 MB/s", Dimension::rate, 8'000'000},
                      {"1 TB/s", Dimension::rate, 8'000'000'000'000},
                      {"1 mm", Dimension::length, 1},
                      {"1 cm", Dimension::length, 10},
                      {"35 m", Dimension::length, 35'000},
                      {"1.5 km", Dimension::length, 1'500'000},
                      {"0.35 dB", Dimension::loss, 350},
                      {"14.8 kg", Dimension::mass, 14'800},
                      {"-3 dB", Dimension::loss, -3'000},
                      {"1 mW", Dimension::power, 1},
                      {"10.2 kW", Dimension::power, 10'200'000},
                      {"750 W", Dimension::power, 750'000},
                      {"8", Dimension::none, 8},
                      {"-8", Dimension::none, -8},
                      {"1e3", Dimension::none, 1'000}};
  for (const Row& row : rows) CHECK_MESSAGE(parsed(row.text, row.dimension) == row.value, row.text);
}

TEST_CASE("quantity: space, sign, point and exponent are read as people write them") {
  CHECK(parsed("300s", Dimension::time) == parsed("300 s", Dimension::time));
  CHECK(parsed("  300 \t s  ", Dimension::time) == parsed("300 s", Dimension::time));
  CHECK(parsed("+4 B", Dimension::bytes) == 4);
  CHECK(parsed("-1.5 ns", Dimension::time) == -1'500);
  CHECK(parsed(".5 ns", Dimension::time) == 500);
  CHECK(parsed("5. ns", Dimension::time) == 5'000);
  CHECK(parsed("1e-3 s", Dimension::time) == 1'000'000'000);
  CHECK(parsed("1E+3ps", Dimension::time) == 1'000);
  CHECK(parsed("2.5e2 B", Dimension::bytes) == 250);
  CHECK(parsed("007 m", Dimension::length) == 7'000);
  CHECK(parsed("0e999999999999999999999 s", Dimension::time) == 0);
}

// 0.1 has no exact binary form; 0.1 + 0.2 in doubles is not 0.3. In integers these are exact.
TEST_CASE("quantity: decimals are exact, where binary floating point is not") {
  CHECK(parsed("0.1 ns", Dimension::time) + parsed("0.2 ns", Dimension::time) == parsed("0.3 ns", Dimension::time));
  CHECK(parsed("9223372.036854775807 s", Dimension::time) == kLargest);
  CHECK(parsed("9223372036854775807 ps", Dimension::time) == kLargest);
  CHECK(parsed("-9223372036854775807 ps", Dimension::time) == -kLargest);
  CHECK(parsed("9007199254740993 B", Dimension::bytes) == 9'007'199'254'740'993);  // 2^53 + 1
  CHECK(parsed("1" + std::string(300, '0') + "e-300 B", Dimension::bytes) == 1);
  CHECK(parsed("0." + std::string(300, '0') + "1e301 B", Dimension::bytes) == 1);
}

TEST_CASE("quantity: a part of a base unit is rounded to the nearest, halves away from zero") {
  CHECK(parsed("0.4999 ps", Dimension::time) == 0);
  CHECK(parsed("0.5 ps", Dimension::time) == 1);
  CHECK(parsed("-0.5 ps", Dimension::time) == -1);
  CHECK(parsed("2.5 ps", Dimension::time) == 3);
  CHECK(parsed("1.49999999999999999999999999999999 B", Dimension::bytes) == 1);
  CHECK(parsed("1e-400 s", Dimension::time) == 0);
  CHECK(parsed("9223372036854775807.4 ps", Dimension::time) == kLargest);
  CHECK(refusal("9223372036854775807.5 ps", Dimension::time).find("out of range") != std::string::npos);
}

TEST_CASE("quantity: a refusal says what is wrong and how to write it") {
  CHECK(refusal("400", Dimension::rate).find("`400` has no unit | write a rate with its unit, such as `400 Gb/s`") == 0);
  CHECK(refusal("0", Dimension::time).find("`0` has no unit") == 0);
  CHECK(refusal("600 ns", Dimension::rate).find("`600 ns` is a time, where a rate is needed") == 0);
  CHECK(refusal("4 parsec", Dimension::length).find("`parsec` in `4 parsec` is not a unit of a length") == 0);
  CHECK(refusal("4 Gb", Dimension::rate).find("did you mean `Gb/s`?") != std::string::npos);
  CHECK(refusal("64 Mib", Dimension::bytes).find("did you mean `MiB`?") != std::string::npos);
  CHECK(refusal("64 KB", Dimension::bytes).find("did you mean `kB`?") != std::string::npos);
  CHECK(refusal("64kib", Dimension::bytes).find("did you mean `KiB`?") != std::string::npos);
  CHECK(refusal("fast", Dimension::rate).find("`fast` is not a rate: it does not start with a number") == 0);
  CHECK(refusal("", Dimension::time).find("there is no value where a time is needed") == 0);
  CHECK(refusal("   ", Dimension::time).find("there is no value") == 0);
  CHECK(refusal("4 ns", Dimension::none).find("`ns` after the number, where a plain number is needed") != std::string::npos);
  CHECK(refusal("2.5", Dimension::none).find("`2.5` is not a whole number") == 0);
  CHECK(refusal("9223372036854775808 ps", Dimension::time).find("out of range") != std::string::npos);
  CHECK(refusal("1e999999999999 s", Dimension::time).find("out of range") != std::string::npos);
  CHECK(refusal("2562048 h", Dimension::time).find("out of range") != std::string::npos);
}

TEST_CASE("quantity: what is not a quantity is refused") {
  for (const char* text : {"1_000 B", "1 000 B", "1,5 B", "0x10 B", "nan s", "inf s", "-", "+", ".", "e3 B", "1 b", "1 KB", "1 kib",
                           "--1 B", "1.2.3 B", "1e B", "4 B B", "1 MW"})
    for (const Dimension dimension : kAll) CHECK_MESSAGE(!parse_quantity(text, dimension).has_value(), text);
}

TEST_CASE("quantity: the printer picks the largest unit that is exact") {
  CHECK(print_quantity(0, Dimension::time) == "0 ps");
  CHECK(print_quantity(0, Dimension::rate) == "0 bit/s");
  CHECK(print_quantity(0, Dimension::loss) == "0 dB");
  CHECK(print_quantity(600'000, Dimension::time) == "600 ns");
  CHECK(print_quantity(300'000'000'000'000, Dimension::time) == "300 s");
  CHECK(print_quantity(1'500'000, Dimension::time) == "1500 ns");
  CHECK(print_quantity(1, Dimension::time) == "1 ps");
  CHECK(print_quantity(64 << 20, Dimension::bytes) == "64 MiB");
  CHECK(print_quantity(1'000'000, Dimension::bytes) == "1 MB");
  CHECK(print_quantity(4'096, Dimension::bytes) == "4 KiB");
  CHECK(print_quantity(1'500, Dimension::bytes) == "1500 B");
  CHECK(print_quantity(400'000'000'000, Dimension::rate) == "400 Gb/s");
  CHECK(print_quantity(35'000, Dimension::length) == "35 m");
  CHECK(print_quantity(350, Dimension::loss) == "0.35 dB");
  CHECK(print_quantity(-1'005, Dimension::loss) == "-1.005 dB");
  CHECK(print_quantity(-2'000, Dimension::time) == "-2 ns");
  CHECK(print_quantity(750'000, Dimension::power) == "750 W");
  CHECK(print_quantity(-7, Dimension::none) == "-7");
  CHECK(to_string(BitRate{std::numeric_limits<std::uint64_t>::max()}) == "18446744073709551615 bit/s");
  CHECK(to_string(Time{1'000}) == "1 ns");
}

// Law: parse(print(x)) == x for every x but the one magnitude that has no positive twin.
TEST_CASE("quantity: what is printed reads back to the same value") {
  const std::uint64_t seed = 20'240'607;
  CAPTURE(seed);
  RandomStream random(seed, 1);
  for (const Dimension dimension : kAll) {
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, kLargest, -kLargest, std::int64_t{999}, std::int64_t{1'000}})
      CHECK(parsed(print_quantity(value, dimension), dimension) == value);
    for (int i = 0; i < 2'000; ++i) {
      auto value = static_cast<std::int64_t>(random.bits() >> (1 + random.below(62)));
      for (std::uint64_t zeros = random.below(12); zeros > 0 && value < kLargest / 10; --zeros) value *= 10;
      if (random.below(2) == 0) value = -value;
      CAPTURE(value);
      CHECK(parsed(print_quantity(value, dimension), dimension) == value);
    }
  }
  CHECK(print_quantity(kSmallest, Dimension::none) == "-9223372036854775808");
}

// Law: shifting the decimal point and the exponent together changes nothing.
TEST_CASE("quantity: a number means the same wherever its point stands") {
  const std::uint64_t seed = 7;
  CAPTURE(seed);
  RandomStream random(seed, 2);
  for (int i = 0; i < 1'000; ++i) {
    const std::string digits = std::to_string(random.below(1'000'000'000'000) + 1);
    const std::int64_t value = parsed(digits + " ps", Dimension::time);
    const std::size_t point = random.below(digits.size() + 1);
    const std::string moved = digits.substr(0, point) + "." + digits.substr(point) + "e" + std::to_string(digits.size() - point) + " ps";
    CAPTURE(moved);
    CHECK(parsed(moved, Dimension::time) == value);
  }
}

TEST_CASE("quantity: for people, three digits and a fitting unit") {
  CHECK(to_readable(Duration{0}) == "0 ps");
  CHECK(to_readable(Duration{7}) == "7 ps");
  CHECK(to_readable(Duration{1'250'000'000}) == "1.25 ms");
  CHECK(to_readable(Duration{12'345}) == "12.3 ns");
  CHECK(to_readable(Duration{123'456}) == "123 ns");
  CHECK(to_readable(Duration{9'996}) == "10.0 ns");
  CHECK(to_readable(Duration{99'960}) == "100 ns");
  CHECK(to_readable(Duration{999'999'999}) == "1.00 ms");
  CHECK(to_readable(Duration{-1'250'000'000}) == "-1.25 ms");
  CHECK(to_readable(Duration{4'000'000'000'000'000}) == "4000 s");
  CHECK(to_readable(Bytes{1'023}) == "1023 B");
  CHECK(to_readable(Bytes{64 << 20}) == "64.0 MiB");
  CHECK(to_readable(Bytes{1'048'575}) == "1.00 MiB");
  CHECK(to_readable(BitRate{43'123'000'000}) == "43.1 Gb/s");
  CHECK(to_readable(BitRate{0}) == "0 bit/s");
}

// 4096 B at 400 Gb/s: 32768 bit / 400e9 bit/s = 81.92 ns. One byte at 3.2 Tb/s is 2.5 ps and rounds up.
TEST_CASE("quantity: serialisation is bytes over rate, rounded up to a picosecond") {
  CHECK(serialisation(Bytes{4'096}, BitRate{400'000'000'000}).ps == 81'920);
  CHECK(serialisation(Bytes{1}, BitRate{3'200'000'000'000}).ps == 3);
  CHECK(serialisation(Bytes{0}, BitRate{1}).ps == 0);
  CHECK(serialisation(Bytes{std::int64_t{1} << 40}, BitRate{8'000'000'000'000}).ps == (std::int64_t{1} << 40));
}

TEST_CASE("quantity: every unit that an error names is accepted") {
  for (const Dimension dimension : kAll) {
    std::string units = accepted_units(dimension);
    if (dimension == Dimension::none) {
      CHECK(units.empty());
      continue;
    }
    for (std::size_t at = 0; at != std::string::npos;) {
      const std::size_t comma = units.find(", ", at);
      CHECK(parse_quantity("1 " + units.substr(at, comma == std::string::npos ? comma : comma - at), dimension).has_value());
      at = comma == std::string::npos ? comma : comma + 2;
    }
    CHECK(parse_quantity(example(dimension), dimension).has_value());
  }
}

}  // namespace
}  // namespace eastwest
