// SPDX-License-Identifier: Apache-2.0
// Quantities with units: the only way a physical number travels through eastwest.
//
// Units: time in integer picoseconds, data in bytes, rates in bit/s, lengths in millimetres, loss in
// thousandths of a decibel. Every type wraps one integer, so arithmetic is exact and the same on every machine.
// Invariants: two instants (Time) subtract to a Duration and never add; adding them does not compile.
// LIMITATIONS: Time spans +-106 days. Serialisation rounds up to the next picosecond (bias under 1 ps a frame).
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/wide.hpp"

namespace eastwest {

/// A span of time in picoseconds.
struct Duration {
  std::int64_t ps = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ps + b.ps}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ps - b.ps}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.ps * n}; }
  friend constexpr Duration operator*(std::int64_t n, Duration a) { return {a.ps * n}; }
  constexpr Duration& operator+=(Duration other) {
    ps += other.ps;
    return *this;
  }
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ps) * 1e-12; }
};

/// An instant, in picoseconds since the start of the run.
struct Time {
  std::int64_t ps = 0;
  friend constexpr auto operator<=>(Time, Time) = default;
  friend constexpr Duration operator-(Time a, Time b) { return {a.ps - b.ps}; }
  friend constexpr Time operator+(Time a, Duration b) { return {a.ps + b.ps}; }
  friend constexpr Time operator+(Duration a, Time b) { return {a.ps + b.ps}; }
  friend constexpr Time operator-(Time a, Duration b) { return {a.ps - b.ps}; }
  constexpr Time& operator+=(Duration other) {
    ps += other.ps;
    return *this;
  }
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ps) * 1e-12; }
};

inline constexpr Time kTimeNever{std::numeric_limits<std::int64_t>::max()};

/// An amount of data; signed, so that differences are honest.
struct Bytes {
  std::int64_t count = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return {a.count - b.count}; }
  friend constexpr Bytes operator*(Bytes a, std::int64_t n) { return {a.count * n}; }
  constexpr Bytes& operator+=(Bytes other) {
    count += other.count;
    return *this;
  }
};

/// A data rate in bit/s, one direction.
struct BitRate {
  std::uint64_t bits_per_second = 0;
  friend constexpr auto operator<=>(BitRate, BitRate) = default;
  friend constexpr BitRate operator*(BitRate a, std::uint64_t n) { return {a.bits_per_second * n}; }
  [[nodiscard]] constexpr double bytes_per_second() const { return static_cast<double>(bits_per_second) / 8.0; }
};

/// A length in millimetres.
struct Length {
  std::int64_t mm = 0;
  friend constexpr auto operator<=>(Length, Length) = default;
  friend constexpr Length operator+(Length a, Length b) { return {a.mm + b.mm}; }
  friend constexpr Length operator*(Length a, std::int64_t n) { return {a.mm * n}; }
  constexpr Length& operator+=(Length other) {
    mm += other.mm;
    return *this;
  }
  [[nodiscard]] constexpr double metres() const { return static_cast<double>(mm) * 1e-3; }
};

/// Optical insertion loss in thousandths of a decibel.
struct Loss {
  std::int64_t mdb = 0;
  friend constexpr auto operator<=>(Loss, Loss) = default;
  friend constexpr Loss operator+(Loss a, Loss b) { return {a.mdb + b.mdb}; }
  [[nodiscard]] constexpr double decibels() const { return static_cast<double>(mdb) * 1e-3; }
};

/// Electrical power in milliwatts.
struct Power {
  std::int64_t mw = 0;
  friend constexpr auto operator<=>(Power, Power) = default;
};

/// A mass in grams.
struct Mass {
  std::int64_t grams = 0;
  friend constexpr auto operator<=>(Mass, Mass) = default;
  friend constexpr Mass operator+(Mass a, Mass b) { return {a.grams + b.grams}; }
};

/// Time that `amount` takes on a wire of `rate`, rounded up to a picosecond. `rate` must not be zero.
constexpr Duration serialisation(Bytes amount, BitRate rate) {
  // 8e12 bit-picoseconds per byte-second exceeds 64 bits from 2.3 MB on, hence 128.
  const auto bits_ps = static_cast<UnsignedWide>(amount.count) * 8u * 1'000'000'000'000u;
  const auto divisor = static_cast<UnsignedWide>(rate.bits_per_second);
  return {static_cast<std::int64_t>((bits_ps + divisor - 1) / divisor)};
}

static_assert(serialisation(Bytes{4096}, BitRate{400'000'000'000}).ps == 81'920);
static_assert(serialisation(Bytes{64}, BitRate{800'000'000'000}).ps == 640);
static_assert(serialisation(Bytes{1}, BitRate{3'200'000'000'000}).ps == 3, "2.5 ps rounds up");

namespace literals {
constexpr Duration operator""_ps(unsigned long long v) { return {static_cast<std::int64_t>(v)}; }
constexpr Duration operator""_ns(unsigned long long v) { return {static_cast<std::int64_t>(v) * 1'000}; }
constexpr Duration operator""_us(unsigned long long v) { return {static_cast<std::int64_t>(v) * 1'000'000}; }
constexpr Duration operator""_ms(unsigned long long v) { return {static_cast<std::int64_t>(v) * 1'000'000'000}; }
constexpr Duration operator""_s(unsigned long long v) { return {static_cast<std::int64_t>(v) * 1'000'000'000'000}; }
constexpr Bytes operator""_B(unsigned long long v) { return {static_cast<std::int64_t>(v)}; }
constexpr Bytes operator""_KiB(unsigned long long v) { return {static_cast<std::int64_t>(v) << 10}; }
constexpr Bytes operator""_MiB(unsigned long long v) { return {static_cast<std::int64_t>(v) << 20}; }
constexpr Bytes operator""_GiB(unsigned long long v) { return {static_cast<std::int64_t>(v) << 30}; }
constexpr BitRate operator""_Gbps(unsigned long long v) { return {v * 1'000'000'000}; }
constexpr Length operator""_m(unsigned long long v) { return {static_cast<std::int64_t>(v) * 1'000}; }
}  // namespace literals

/// The dimensions that a written quantity can have; `none` is a plain count or ratio without unit.
enum class Dimension : std::uint8_t { none, time, bytes, rate, length, loss, power, mass };

/// The base unit of `dimension` as printed in messages and tables, e.g. "ps", "bit/s"; "" for none.
std::string_view base_unit(Dimension dimension);
/// An example of how a quantity of `dimension` is written, e.g. "600 ns".
std::string_view example(Dimension dimension);
/// All unit spellings that `parse_quantity` accepts for `dimension`, comma separated, for error messages.
std::string accepted_units(Dimension dimension);

/// Reads "400 Gb/s", "35 m", "600 ns", "64 MiB", "0.35 dB" into the base unit of `dimension` (ps, B, bit/s, mm,
/// mdB, mW, g), exactly: decimals are handled in integers and a value that is not a whole number of base units is
/// rounded to the nearest. Errors: no number, no unit, unknown unit, unit of another dimension, out of range.
/// The message does not contain the place; the caller owns that.
Result<std::int64_t> parse_quantity(std::string_view text, Dimension dimension);

/// Writes a quantity so that `parse_quantity` reads the same value back; picks the largest unit that is exact.
std::string print_quantity(std::int64_t value, Dimension dimension);

std::string to_string(Duration value);
std::string to_string(Time value);
std::string to_string(Bytes value);
std::string to_string(BitRate value);
std::string to_string(Length value);
std::string to_string(Loss value);
std::string to_string(Power value);
std::string to_string(Mass value);

/// For people: three significant digits and a fitting unit ("1.25 ms", "43.1 Gb/s"); not for reading back.
std::string to_readable(Duration value);
std::string to_readable(Bytes value);
std::string to_readable(BitRate value);
/// Metres with as many decimals as it has, "546.8 m".
std::string to_readable(Length value);

}  // namespace eastwest
