// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/short_rows.hpp"

#include "topology/plant/pieces.hpp"

namespace eastwest {

void complete_grades(const ScheduleRow& row, const PlantSettings& settings, Piece& piece) {
  const ConnectorGrade grade = settings.low_loss ? ConnectorGrade::low_loss : ConnectorGrade::standard;
  if (!row.has_grade_a) piece.a.plug.grade = grade;
  if (!row.has_grade_b) piece.b.plug.grade = grade;
}

void complete_piece(const OpticModel& optic, const PlantSettings& settings, std::uint32_t step, std::uint32_t steps, Piece& piece) {
  const bool trunk = piece.kind == PieceKind::trunk;
  Piece usual;
  describe_cord(optic, settings, usual);
  if (piece.fibre.empty()) piece.fibre = usual.fibre;
  if (piece.fibres == 0) piece.fibres = optic.fibres * (trunk ? piece.a.count : 1);
  if (piece.a.plug.connector.empty() && piece.b.plug.connector.empty() && optic.connector != "integral") {
    for (PieceEnd* end : {&piece.a, &piece.b}) {
      Plug& plug = end->plug;
      plug.connector = usual.a.plug.connector;
      if (plug.polish == Polish::none) plug.polish = usual.a.plug.polish;
      if (plug.gender == PinGender::none && usual.a.plug.gender != PinGender::none)
        plug.gender = trunk ? PinGender::pinned : usual.a.plug.gender;
    }
    // Method A: all straight but the last cord, as the plan has it (pieces.hpp); a single cord crosses by either method.
    if (piece.polarity == FibrePolarity::none)
      piece.polarity = settings.method_b || step + 1 == steps ? FibrePolarity::reversed_b : FibrePolarity::straight_a;
  }
  if (piece.construction.empty()) piece.construction = construction_of(piece.kind, piece.a.plug.connector, piece.fibres, optic.id);
}

}  // namespace eastwest
