// SPDX-License-Identifier: Apache-2.0
// How a column of figures is named and its numbers are written for people: `serve.ttft_p99_s` is "serve TTFT p99", 0.259 "259 ms".
//
// Units: numbers are in the unit of the column (FigureColumn::scale leads to the unit itself).
#pragma once

#include <string>

#include "analysis/figures.hpp"

namespace eastwest {

/// The name without its unit, with the abbreviations of the field as they are written.
std::string figure_heading(const FigureColumn& column);
/// With unit and three significant digits; counts, currency and large rates whole.
std::string figure_value(const FigureColumn& column, double value);
/// The same with its sign.
std::string figure_change(const FigureColumn& column, double value);
/// "1,419,885": digits in groups of three.
std::string grouped(double value);

}  // namespace eastwest
