// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/plug.hpp"

#include <array>
#include <span>

namespace eastwest {

namespace {

// The first name stands for the first value of its enumeration, and so on.
constexpr std::array<std::string_view, 2> kGrades = {"standard", "low_loss"};
constexpr std::array<std::string_view, 3> kPolishes = {"none", "upc", "apc"};
constexpr std::array<std::string_view, 3> kGenders = {"none", "pinned", "unpinned"};
constexpr std::array<std::string_view, 4> kPolarities = {"none", "a", "b", "c"};

template <class Value>
std::optional<Value> value_of(std::span<const std::string_view> names, std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<Value>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(ConnectorGrade grade) { return kGrades[static_cast<std::size_t>(grade)]; }
std::string_view to_string(Polish polish) { return kPolishes[static_cast<std::size_t>(polish)]; }
std::string_view to_string(PinGender gender) { return kGenders[static_cast<std::size_t>(gender)]; }
std::string_view to_string(FibrePolarity polarity) { return kPolarities[static_cast<std::size_t>(polarity)]; }
std::optional<ConnectorGrade> grade_of(std::string_view text) { return value_of<ConnectorGrade>(kGrades, text); }
std::optional<Polish> polish_of(std::string_view text) { return value_of<Polish>(kPolishes, text); }
std::optional<PinGender> gender_of(std::string_view text) { return value_of<PinGender>(kGenders, text); }
std::optional<FibrePolarity> polarity_of(std::string_view text) { return value_of<FibrePolarity>(kPolarities, text); }

}  // namespace eastwest
