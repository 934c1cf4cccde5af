// SPDX-License-Identifier: Apache-2.0
// Short rows: what a row of a schedule leaves out of a piece follows from the optics of its link and from the site's settings.
//
// Grade, kind of multimode fibre and method of polarity are the site's, fibre, plugs and number of fibres those of the optics. What the row
// says is never changed. Source: the parts that the plan of the same site would take (pieces.hpp).
// LIMITATIONS: a row that names one connector and leaves the other out keeps both as they are.
#pragma once

#include "topology/catalogue.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/plant_settings.hpp"

namespace eastwest {

/// The grade of plugs whose row gives none.
void complete_grades(const ScheduleRow& row, const PlantSettings& settings, Piece& piece);

/// Piece `step` of `steps` of a link between two modules of `optic`, from the link's first cord on.
void complete_piece(const OpticModel& optic, const PlantSettings& settings, std::uint32_t step, std::uint32_t steps, Piece& piece);

}  // namespace eastwest
