// SPDX-License-Identifier: Apache-2.0
#include "core/parameter.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"

namespace eastwest {
namespace {

const ParameterSpec kSpecs[] = {
    {.name = "rate",
     .dimension = Dimension::rate,
     .default_text = "400 Gb/s",
     .minimum = 1e6,
     .maximum = 1e13,
     .meaning = "rate of a link",
     .source = "test"},
    {.name = "hosts", .default_text = "4", .minimum = 1, .maximum = 1'000, .meaning = "number of hosts", .source = "test"},
    {.name = "share",
     .type = ParameterType::real,
     .default_text = "0.125",
     .minimum = 0,
     .maximum = 1,
     .meaning = "a share",
     .source = "test"},
    {.name = "pfc", .type = ParameterType::boolean, .default_text = "true", .meaning = "on or off", .source = "test"},
    {.name = "algorithm",
     .type = ParameterType::choice,
     .default_text = "ring",
     .meaning = "which",
     .source = "test",
     .choices = "ring, hierarchical"},
    {.name = "order",
     .type = ParameterType::integer_list,
     .default_text = "[0, 1]",
     .minimum = 0,
     .maximum = 9,
     .meaning = "an order",
     .source = "test"},
    {.name = "path", .type = ParameterType::text, .default_text = "", .meaning = "required", .source = "test"},
};
const ParameterSpec& spec(std::string_view name) {
  for (const ParameterSpec& one : kSpecs)
    if (one.name == name) return one;
  return kSpecs[0];
}

std::string refusal(std::string_view name, std::string_view text) {
  const auto value = parse_parameter(spec(name), text);
  REQUIRE_MESSAGE(!value.has_value(), std::string(text) << " was accepted for " << std::string(name));
  return value.error().message + " | " + value.error().remedy;
}

TEST_CASE("parameters: defaults are the declared texts, read") {
  const auto set = ParameterSet::defaults(kSpecs);
  CHECK(set.rate("rate") == BitRate{400'000'000'000});
  CHECK(set.integer("hosts") == 4);
  CHECK(set.real("share") == 0.125);
  CHECK(set.boolean("pfc"));
  CHECK(set.text("algorithm") == "ring");
  CHECK(set.list("order") == std::vector<std::int64_t>{0, 1});
  CHECK_FALSE(set.has("path"));
  CHECK(set.find("path") == nullptr);
  CHECK(set.specs().size() == std::size(kSpecs));
}

TEST_CASE("parameters: a value set replaces the default") {
  auto set = ParameterSet::defaults(kSpecs);
  set.set("hosts", std::int64_t{32});
  set.set("path", std::string("a/b"));
  CHECK(set.integer("hosts") == 32);
  CHECK(set.text("path") == "a/b");
}

TEST_CASE("parameters: limits are inclusive and a refusal names value, limit and an example") {
  CHECK(parse_parameter(spec("hosts"), "1").has_value());
  CHECK(parse_parameter(spec("hosts"), "1000").has_value());
  CHECK(refusal("hosts", "0") == "`0` is below the minimum of `1` | write a value from `1` to `1000`, such as `4`");
  CHECK(refusal("hosts", "1001").find("`1001` is above the maximum of `1000`") == 0);
  CHECK(refusal("rate", "1 kb/s") ==
        "`1 kb/s` is below the minimum of `1 Mb/s` | write a value from `1 Mb/s` to `10 Tb/s`, such as `400 Gb/s`");
  CHECK(refusal("rate", "400").find("`400` has no unit") == 0);
  CHECK(refusal("hosts", "4 B").find("where a plain number is needed") != std::string::npos);
  CHECK(refusal("share", "1.5").find("`1.5` is above the maximum of `1`") == 0);
  CHECK(refusal("share", "12%").find("`12%` is not a plain number") == 0);
  CHECK(refusal("share", "nan").find("not a plain number") != std::string::npos);
  CHECK(refusal("share", "").find("not a plain number") != std::string::npos);
  CHECK(refusal("pfc", "yes") == "`yes` is neither true nor false | write `true` or `false`");
  CHECK(refusal("algorithm", "rign") == "`rign` is not one of the choices: ring, hierarchical | did you mean `ring`?");
  CHECK(refusal("algorithm", "magic").find("write one of them, such as `ring`") != std::string::npos);
  CHECK(refusal("order", "1, 2").find("is not a list") != std::string::npos);
  CHECK(refusal("order", "[1, 12]").find("`12` is above the maximum of `9`") == 0);
  CHECK(refusal("order", "[1,,2]").find("there is no value") == 0);
}

TEST_CASE("parameters: lists may be empty or have one entry") {
  CHECK(print_parameter(spec("order"), *parse_parameter(spec("order"), "[ ]")) == "[]");
  CHECK(print_parameter(spec("order"), *parse_parameter(spec("order"), "[7]")) == "[7]");
}

// Law: parse(print(v)) == v for every type.
TEST_CASE("parameters: what is printed reads back to the same value") {
  const std::uint64_t seed = 99;
  CAPTURE(seed);
  RandomStream random(seed, 3);
  const auto check = [](std::string_view name, const ParameterValue& value) {
    const std::string text = print_parameter(spec(name), value);
    CAPTURE(text);
    const auto back = parse_parameter(spec(name), text);
    REQUIRE(back.has_value());
    CHECK(*back == value);
  };
  for (int i = 0; i < 500; ++i) {
    check("rate", static_cast<std::int64_t>(1'000'000 + random.below(9'000'000'000'000)));
    check("hosts", static_cast<std::int64_t>(1 + random.below(1'000)));
    check("share", random.unit());
    check("pfc", random.below(2) == 0);
    check("algorithm", std::string(random.below(2) == 0 ? "ring" : "hierarchical"));
    std::vector<std::int64_t> order(random.below(6));
    for (auto& entry : order) entry = static_cast<std::int64_t>(random.below(10));
    check("order", order);
    check("path", "file " + std::to_string(i));
  }
}

}  // namespace
}  // namespace eastwest
