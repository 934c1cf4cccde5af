// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/piece_check.hpp"

#include <set>

#include "topology/plant/pieces.hpp"

namespace eastwest {

namespace {

std::string words_of(PieceKind kind) {
  switch (kind) {
    case PieceKind::cord: return "a cord";
    case PieceKind::trunk: return "a trunk";
    case PieceKind::direct_copper: return "a direct copper cable";
    case PieceKind::active_copper: return "an active copper cable";
    case PieceKind::active_optical: return "an active optical cable";
  }
  return "a cable";
}

bool is_glass_piece(const Piece& piece) { return piece.kind == PieceKind::cord || piece.kind == PieceKind::trunk; }

class Pieces {
 public:
  explicit Pieces(const CheckInput& input) : input_(input) {}

  std::vector<Finding> check() {
    for (std::uint32_t c = 0; c < input_.links.size(); ++c) {
      if (input_.links[c].optic == nullptr) continue;
      const PlantChannel& channel = input_.plant.channels[c];
      for (std::uint32_t s = 0; s < channel.step_count; ++s) sort(input_.plant.steps[channel.first_step + s].piece, c);
    }
    tell();
    return std::move(findings_);
  }

 private:
  [[nodiscard]] const Piece& piece_at(std::uint32_t p) const { return input_.plant.pieces[p]; }

  /// A trunk is looked at once for each optic that it carries.
  void sort(std::uint32_t p, std::uint32_t c) {
    const OpticModel& optic = *input_.links[c].optic;
    if (!seen_.insert({p, &optic}).second) return;
    const Piece& piece = piece_at(p);
    Piece usual;
    describe_cord(optic, input_.settings, usual);
    const bool glass = optic.connector != "integral";
    const OpticModel* made = input_.catalogue.find_optic(piece.construction);
    link_of_.try_emplace(p, c);
    if (glass ? !is_glass_piece(piece) : piece.kind != usual.kind) {
      kinds_.add(optic.id + " " + words_of(piece.kind), p);
      return;
    }
    if (!glass) {
      if (made != nullptr && made->id != optic.id) kinds_.add(optic.id + " made " + made->id, p);
      return;
    }
    const FibreModel* fibre = input_.catalogue.find_fibre(piece.fibre);
    if (fibre != nullptr ? fibre->medium != optic.medium : piece.fibre == "copper") fibres_.add(optic.id + " " + piece.fibre, p);
    const std::uint32_t needed = optic.fibres * (piece.kind == PieceKind::trunk ? piece.a.count : 1);
    if (piece.fibres > 0 && piece.fibres < needed)
      counts_.add(optic.id + " " + std::to_string(piece.fibres) + " " + std::to_string(needed), p, needed - piece.fibres);
  }

  [[nodiscard]] const OpticModel& optic_of(std::uint32_t p) const { return *input_.links[link_of_.at(p)].optic; }
  [[nodiscard]] Finding begin(const CaseGroups::Group& group, std::string rule) const {
    Finding finding = finding_of(group, FindingLevel::fail, std::move(rule), [this](std::uint32_t p) { return piece_at(p).id; });
    const std::string& link = input_.fabric.cables[link_of_.at(group.worst)].name;
    finding.sentence = link == finding.item ? "" : "(of link " + link + ") ";
    return finding;
  }

  /// "a cord of om4 with MPO-12", or "a direct copper cable `dac-400g`".
  [[nodiscard]] std::string wanted(const OpticModel& optic) const {
    Piece usual;
    describe_cord(optic, input_.settings, usual);
    if (optic.connector == "integral") return words_of(usual.kind) + " `" + optic.id + "`";
    return "a cord of " + usual.fibre + " with " + usual.a.plug.connector;
  }

  void tell() {
    for (const CaseGroups::Group& group : kinds_.sorted()) {
      Finding finding = begin(group, "channel.piece");
      const Piece& piece = piece_at(group.worst);
      const OpticModel& optic = optic_of(group.worst);
      const bool made = input_.catalogue.find_optic(piece.construction) != nullptr && piece.construction != optic.id;
      finding.sentence += "is " + words_of(piece.kind) + (made ? " `" + piece.construction + "`" : "") + ", and its link has " +
                          (optic.connector == "integral" ? "`" + optic.id + "`, a cable with ends of its own"
                                                         : "two `" + optic.id + "` (" + optic.connector + ") at its ends");
      finding.limit = "optics `" + optic.id + "` (" + source_of(optic.origin, "connector") + ")";
      finding.remedy = wanted(optic) + "; or the optics of this cable in `pmd` of its row";
      findings_.push_back(std::move(finding));
    }
    for (const CaseGroups::Group& group : fibres_.sorted()) {
      Finding finding = begin(group, "channel.fibre");
      const OpticModel& optic = optic_of(group.worst);
      finding.sentence += "is of " + piece_at(group.worst).fibre + ", and `" + optic.id + "` is made for " +
                          (optic.medium == "smf" ? "single-mode" : "multimode") + " fibre";
      finding.limit = "fibre of `" + optic.id + "` (" + source_of(optic.origin, "medium") + ")";
      finding.remedy = wanted(optic) + ", or optics for the fibre that is there";
      findings_.push_back(std::move(finding));
    }
    for (const CaseGroups::Group& group : counts_.sorted()) {
      Finding finding = begin(group, "channel.fibres");
      const Piece& piece = piece_at(group.worst);
      const OpticModel& optic = optic_of(group.worst);
      const std::uint32_t strands = piece.kind == PieceKind::trunk ? piece.a.count : 1;
      finding.sentence += "has " + count_text(piece.fibres, "fibre", "fibres") + " (`fibre_count`), and " +
                          (strands > 1 ? std::to_string(strands) + " strands of " : "") + "`" + optic.id + "` " +
                          (strands > 1 ? "use " : "uses ") + std::to_string(strands * optic.fibres);
      finding.limit =
          count_text(optic.fibres, "fibre", "fibres") + " a link of `" + optic.id + "` (" + source_of(optic.origin, "fibres") + ")";
      finding.remedy = piece.kind == PieceKind::trunk ? "a trunk of more fibres, or fewer ports behind it" : wanted(optic);
      findings_.push_back(std::move(finding));
    }
  }

  const CheckInput& input_;
  std::vector<Finding> findings_;
  std::set<std::pair<std::uint32_t, const OpticModel*>> seen_;  // looked up, never walked
  std::map<std::uint32_t, std::uint32_t> link_of_;              // of a piece that was seen, the first
  CaseGroups kinds_, fibres_, counts_;
};

}  // namespace

std::vector<Finding> check_pieces(const CheckInput& input) { return Pieces(input).check(); }

}  // namespace eastwest
