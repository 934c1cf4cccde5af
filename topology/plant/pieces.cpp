// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/pieces.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "topology/assembly.hpp"

namespace eastwest {

namespace {

/// The rack pair whose links share trunks, and what those links are made of.
struct TrunkKey {
  std::uint32_t rack_a = 0;
  std::uint32_t rack_b = 0;
  std::string fibre;
  std::string connector;
  std::uint32_t fibres = 0;
  friend auto operator<=>(const TrunkKey&, const TrunkKey&) = default;
};

std::string fibre_of(const OpticModel& optic, const PlantSettings& settings) {
  return optic.medium == "mmf" ? settings.multimode : optic.medium == "copper" ? "copper" : "os2";
}

class Planner {
 public:
  Planner(const PieceRequest& request, Plant& plant, Elevation& elevation, const Place& place, Diagnostics& diagnostics)
      : request_(request),
        plant_(plant),
        elevation_(elevation),
        place_(place),
        diagnostics_(diagnostics),
        graph_(plant.racks, plant.pathways) {}

  void plan() {
    const Fabric& fabric = request_.fabric;
    std::map<TrunkKey, std::vector<std::uint32_t>> structured;
    std::vector<std::optional<TrunkKey>> keys(fabric.cables.size());
    for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
      keys[c] = trunk_key(c);
      if (keys[c]) structured[*keys[c]].push_back(c);
    }
    strand_.assign(fabric.cables.size(), {});
    std::vector<Piece> trunks;
    for (auto& [key, cables] : structured) plan_trunks(key, cables, trunks);
    const auto trunk_base = piece_count(keys);
    for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
      PlantChannel channel;
      channel.first_step = static_cast<std::uint32_t>(plant_.steps.size());
      channel.phase = request_.cable_phase[c];
      if (keys[c]) plan_structured(c, trunk_base, trunks);
      else plan_direct(c);
      channel.step_count = static_cast<std::uint32_t>(plant_.steps.size()) - channel.first_step;
      plant_.channels.push_back(channel);
    }
    for (Piece& trunk : trunks) plant_.pieces.push_back(std::move(trunk));
  }

 private:
  [[nodiscard]] NodeId node(PortId port) const { return request_.fabric.ports[port.index()].node; }
  [[nodiscard]] std::uint32_t rack(PortId port) const { return plant_.devices[node(port).index()].rack; }
  [[nodiscard]] const OpticModel* optic(std::uint32_t cable) const {
    return request_.catalogue.find_optic(request_.fabric.cables[cable].medium);
  }
  [[nodiscard]] std::string fibre(const OpticModel& optic) const { return fibre_of(optic, request_.settings); }

  [[nodiscard]] std::optional<TrunkKey> trunk_key(std::uint32_t c) const {
    if (request_.settings.cabling == CablingRule::point_to_point) return std::nullopt;
    const Cable& cable = request_.fabric.cables[c];
    const OpticModel* model = optic(c);
    if (model == nullptr || model->connector == "integral" || rack(cable.a) == rack(cable.b)) return std::nullopt;
    const bool host = request_.fabric.nodes[node(cable.a).index()].kind == NodeKind::host ||
                      request_.fabric.nodes[node(cable.b).index()].kind == NodeKind::host;
    if (host && request_.settings.cabling != CablingRule::structured) return std::nullopt;
    const Plug plug = plug_of(*model, true);
    return TrunkKey{std::min(rack(cable.a), rack(cable.b)), std::max(rack(cable.a), rack(cable.b)), fibre(*model), plug.connector,
                    model->fibres};
  }

  [[nodiscard]] static std::uint32_t piece_count(const std::vector<std::optional<TrunkKey>>& keys) {
    std::uint32_t count = 0;
    for (const auto& key : keys) count += key ? 2 : 1;
    return count;
  }

  void route(Piece& piece, std::uint32_t from, std::uint32_t to) {
    const PathwayRoute way = graph_.route(from, to);
    if (!way.found && !reported_) {
      diagnostics_.error(place_, "no pathway joins racks `" + plant_.racks[from].name + "` and `" + plant_.racks[to].name + "`",
                         "add the missing segments to the table of `plant.pathways`");
      reported_ = true;
    }
    piece.first_route = static_cast<std::uint32_t>(plant_.routes.size());
    piece.route_count = static_cast<std::uint32_t>(way.pathways.size());
    plant_.routes.insert(plant_.routes.end(), way.pathways.begin(), way.pathways.end());
    piece.route_length = way.length;
  }

  void settle_length(Piece& piece, Length exact) const {
    piece.order_length = sold_length(piece.kind, exact);
    piece.length = request_.settings.standard_lengths && !request_.keep_lengths ? piece.order_length : exact;
  }

  [[nodiscard]] Piece cord(std::string id, const OpticModel* model, std::uint32_t phase) const {
    Piece piece;
    piece.id = std::move(id);
    piece.phase = phase;
    piece.construction = "custom";  // of a link whose delay was given: nobody said what it is made of
    if (model != nullptr) describe_cord(*model, request_.settings, piece);
    return piece;
  }

  void plug_device(PieceEnd& end, PortId port) const {
    end.device = node(port).value;
    end.port = request_.fabric.ports[port.index()].index;
  }

  void plan_direct(std::uint32_t c) {
    const Cable& cable = request_.fabric.cables[c];
    Piece piece = cord(cable.name, optic(c), request_.cable_phase[c]);
    plug_device(piece.a, cable.a);
    plug_device(piece.b, cable.b);
    route(piece, rack(cable.a), rack(cable.b));
    piece.a.slack = {request_.slack.mm / 2};
    piece.b.slack = {request_.slack.mm - request_.slack.mm / 2};
    const bool given = request_.keep_lengths && (cable.length.mm > 0 || optic(c) != nullptr);
    settle_length(piece, given ? cable.length : piece.route_length + request_.slack);
    plant_.steps.push_back({static_cast<std::uint32_t>(plant_.pieces.size()), 0, false});
    plant_.pieces.push_back(std::move(piece));
  }

  /// Trunks of one rack pair: enough strands for its links and the spare ones, links in the order of phases.
  void plan_trunks(const TrunkKey& key, std::vector<std::uint32_t>& cables, std::vector<Piece>& trunks) {
    std::stable_sort(cables.begin(), cables.end(),
                     [&](std::uint32_t x, std::uint32_t y) { return request_.cable_phase[x] < request_.cable_phase[y]; });
    const std::uint32_t strands = std::max(1u, request_.settings.trunk_fibres / std::max(1u, key.fibres));
    const double wanted = static_cast<double>(cables.size()) * (1 + request_.settings.trunk_spare);
    const auto count = static_cast<std::uint32_t>((static_cast<std::uint64_t>(wanted + 0.999999) + strands - 1) / strands);
    const auto first = static_cast<std::uint32_t>(trunks.size());
    const std::uint32_t last_phase = request_.cable_phase[cables.back()];
    for (std::uint32_t t = 0; t < count; ++t) {
      Piece trunk;
      trunk.id = numbered("T", first + t + 1, 0, 4);
      trunk.kind = PieceKind::trunk;
      trunk.fibre = key.fibre;
      trunk.fibres = strands * key.fibres;
      trunk.phase = t * strands < cables.size() ? request_.cable_phase[cables[t * strands]] : last_phase;
      const OpticModel* model = optic(cables.front());
      trunk.a.plug = trunk.b.plug = plug_of(*model, request_.settings.low_loss);
      if (key.connector.find("MPO") != std::string::npos) trunk.a.plug.gender = trunk.b.plug.gender = PinGender::pinned;
      trunk.polarity = request_.settings.method_b ? FibrePolarity::reversed_b : FibrePolarity::straight_a;
      trunk.splices = request_.settings.trunk_splices;
      trunk.construction = construction_of(trunk.kind, key.connector, trunk.fibres, "");
      trunk.a.slack = {request_.slack.mm / 2};
      trunk.b.slack = {request_.slack.mm - request_.slack.mm / 2};
      plug_panel(trunk.a, key.rack_a, strands, key.connector, trunk.phase);
      plug_panel(trunk.b, key.rack_b, strands, key.connector, trunk.phase);
      route(trunk, key.rack_a, key.rack_b);
      settle_length(trunk, trunk.route_length + request_.slack);
      trunks.push_back(std::move(trunk));
    }
    for (std::uint32_t i = 0; i < cables.size(); ++i) strand_[cables[i]] = {first + i / strands, i % strands};
  }

  /// The next `count` ports in a row of a panel in `rack`; a new panel when the last has too few.
  void plug_panel(PieceEnd& end, std::uint32_t rack, std::uint32_t count, const std::string& connector, std::uint32_t phase) {
    Filling& filling = panels_[{rack, connector}];
    if (filling.device == kNone || filling.used + count > plant_.devices[filling.device].ports) {
      const std::uint32_t per_unit = request_.settings.panel_ports;
      Device panel;
      panel.kind = DeviceKind::panel;
      panel.rack = rack;
      panel.height = std::max(1u, (count + per_unit - 1) / per_unit);
      panel.ports = panel.height * per_unit;
      panel.model = "panel-" + std::to_string(panel.ports) + "-" + (connector.find("MPO") == std::string::npos ? "lc" : "mpo");
      panel.unit = elevation_.take_from_top(rack, panel.height);
      panel.phase = phase;
      const std::uint32_t top = panel.unit + panel.height - 1;
      panel.name = panel.unit == 0 ? plant_.racks[rack].name + "-X" + std::to_string(++unplaced_)
                                   : plant_.racks[rack].name + (top < 10 ? "-0" : "-") + std::to_string(top);
      filling = {static_cast<std::uint32_t>(plant_.devices.size()), 0};
      plant_.devices.push_back(std::move(panel));
    }
    Device& panel = plant_.devices[filling.device];
    panel.phase = std::min(panel.phase, phase);
    end.device = filling.device;
    end.port = filling.used + 1;
    end.count = count;
    filling.used += count;
  }

  void plan_structured(std::uint32_t c, std::uint32_t trunk_base, const std::vector<Piece>& trunks) {
    const Cable& cable = request_.fabric.cables[c];
    const auto [index, strand] = strand_[c];
    const Piece& trunk = trunks[index];
    const bool reversed = plant_.devices[trunk.a.device].rack != rack(cable.a);
    const auto panel_end = [&, strand = strand](PieceEnd& end, const PieceEnd& trunk_end) {
      end.device = trunk_end.device;
      end.port = trunk_end.port + strand;
    };
    const auto cord_between = [&](const char* suffix, PortId port, const PieceEnd& trunk_end, FibrePolarity polarity, bool device_first) {
      Piece piece = cord(cable.name + suffix, optic(c), request_.cable_phase[c]);
      plug_device(device_first ? piece.a : piece.b, port);
      panel_end(device_first ? piece.b : piece.a, trunk_end);
      if (piece.polarity != FibrePolarity::none) piece.polarity = polarity;
      settle_length(piece, request_.settings.cord_length);
      plant_.steps.push_back({static_cast<std::uint32_t>(plant_.pieces.size()), 0, false});
      plant_.pieces.push_back(std::move(piece));
    };
    cord_between("A", cable.a, reversed ? trunk.b : trunk.a,
                 request_.settings.method_b ? FibrePolarity::reversed_b : FibrePolarity::straight_a, true);
    plant_.steps.push_back({trunk_base + index, strand, reversed});
    cord_between("B", cable.b, reversed ? trunk.a : trunk.b, FibrePolarity::reversed_b, false);
  }

  struct Filling {
    std::uint32_t device = kNone;
    std::uint32_t used = 0;
  };
  const PieceRequest& request_;
  Plant& plant_;
  Elevation& elevation_;
  const Place& place_;
  Diagnostics& diagnostics_;
  PathwayGraph graph_;
  std::map<std::pair<std::uint32_t, std::string>, Filling> panels_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> strand_;  // by cable: trunk, strand
  std::uint32_t unplaced_ = 0;
  bool reported_ = false;
};

}  // namespace

Plug plug_of(const OpticModel& optic, bool low_loss) {
  Plug plug;
  plug.connector = optic.connector.substr(0, optic.connector.find(" or "));
  plug.grade = low_loss ? ConnectorGrade::low_loss : ConnectorGrade::standard;
  if (plug.connector == "integral") return plug;
  const bool apc = plug.connector.ends_with("/APC");
  if (apc) plug.connector.erase(plug.connector.size() - 4);
  if (plug.connector.starts_with("2x")) plug.connector.erase(0, 2);
  const bool mpo = plug.connector.starts_with("MPO");
  plug.polish = apc || (mpo && optic.medium == "smf") ? Polish::apc : Polish::upc;
  plug.gender = mpo ? PinGender::unpinned : PinGender::none;
  return plug;
}

void describe_cord(const OpticModel& optic, const PlantSettings& settings, Piece& piece) {
  const bool copper = optic.medium == "copper";
  piece.kind = optic.connector != "integral" ? PieceKind::cord
               : !copper                     ? PieceKind::active_optical
               : optic.power_max.mw > 100    ? PieceKind::active_copper
                                             : PieceKind::direct_copper;
  piece.fibre = fibre_of(optic, settings);
  piece.fibres = optic.fibres;
  piece.a.plug = piece.b.plug = plug_of(optic, settings.low_loss);
  piece.polarity = optic.connector == "integral" ? FibrePolarity::none : FibrePolarity::reversed_b;  // of LC: crossed
  piece.construction = construction_of(piece.kind, piece.a.plug.connector, piece.fibres, optic.id);
}

Length sold_length(PieceKind kind, Length length) {
  constexpr std::array<std::int64_t, 18> kSold = {500,    1'000,  1'500,  2'000,  2'500,  3'000,  4'000,  5'000,  7'000,
                                                  10'000, 12'000, 15'000, 20'000, 25'000, 30'000, 35'000, 40'000, 50'000};
  const auto up = [&](std::int64_t step) { return Length{(length.mm + step - 1) / step * step}; };
  if (kind == PieceKind::trunk) return up(1'000);
  const auto* const found = std::lower_bound(kSold.begin(), kSold.end(), length.mm);
  return found == kSold.end() ? up(10'000) : Length{*found};
}

std::string construction_of(PieceKind kind, const std::string& connector, std::uint32_t fibres, const std::string& medium) {
  if (kind == PieceKind::trunk) return "trunk-" + std::to_string(fibres);
  if (kind != PieceKind::cord) return medium;
  if (connector == "MPO-12") return "mpo-12-cord";
  if (connector == "MPO-16") return "mpo-16-cord";
  if (connector == "LC-duplex") return "lc-duplex-uniboot";
  return "custom";
}

void plan_pieces(const PieceRequest& request, Plant& plant, Elevation& elevation, const Place& place, Diagnostics& diagnostics) {
  Planner(request, plant, elevation, place, diagnostics).plan();
}

}  // namespace eastwest
