// SPDX-License-Identifier: Apache-2.0
// Prices: what the figures of a site cost, as the user says; nothing here knows a price.
//
// A price belongs to a figure of the site (`switches`, `cables`, `cable_length_m`, `switch_power_W`, ...) and counts per unit of it. They stand
// below `prices:` in the study, or in a table `price_file:` with the columns `figure,price` (more columns are ignored). The cost of a site is
// the sum; it is the column `site.cost`, in the user's currency. A site whose figure is unknown has no cost.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "scenarios/studies/study.hpp"
#include "scenarios/studies/study_table.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

/// Of the study's `prices` and `price_file`, each figure once (the file first, `prices` wins); empty: none are given.
std::vector<std::pair<std::string, double>> read_prices(const Study& study, Diagnostics& diagnostics);

/// The cost of one row's site; NaN when a priced figure is not known. `columns` as figure_columns gives them.
double cost_of(const std::vector<std::pair<std::string, double>>& prices, const std::vector<FigureColumn>& columns,
               const std::vector<double>& figures);

/// A price on a figure that the catalogue cannot give for this site is a mistake of the study, told once for each figure: the sum of what is known
/// would pass for the cost. `where` names the site, as in "at point 3 (rail)".
void refuse_unknown_prices(const Study& study, const std::vector<std::pair<std::string, double>>& prices, const Fabric& fabric,
                           const std::string& where, Diagnostics& diagnostics);

/// Adds the column `site.cost` when the study has prices.
void add_cost(StudyTable& table);

}  // namespace eastwest
