// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/schedule_plant.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/input_text.hpp"
#include "topology/cabling.hpp"
#include "topology/plant/pathway_graph.hpp"
#include "topology/plant/pieces.hpp"
#include "topology/plant/recabling.hpp"
#include "topology/plant/short_rows.hpp"
#include "topology/plant/socket.hpp"

namespace eastwest {

namespace {

constexpr Length kUsualSlack{500};   // at each end (GK)
constexpr Length kUsualCord{3'000};  // in one rack (GK)

class Application {
 public:
  Application(const std::vector<ScheduleRow>& rows, const std::string& file, const Catalogue& catalogue, const PlantSettings& settings,
              Plant& plant, Fabric& fabric, Diagnostics& diagnostics)
      : rows_(rows), file_(file), catalogue_(catalogue), settings_(settings), plant_(plant), fabric_(fabric), diagnostics_(diagnostics) {
    for (std::uint32_t d = 0; d < plant.devices.size(); ++d) {
      devices_.emplace(plant.devices[d].name, d);
      device_names_.push_back(plant.devices[d].name);
    }
    for (std::uint32_t p = 0; p < plant.pathways.size(); ++p) pathways_.emplace(plant.pathways[p].name, p);
  }

  void apply() {
    plug_all();
    if (mistakes_ > kInputErrorsShown)
      diagnostics_.error({file_, 0, 0}, std::to_string(mistakes_ - kInputErrorsShown) + " more mistakes in this file are not shown",
                         "mend those that are shown first");
  }

 private:
  void plug_all() {
    plant_.pieces.clear();
    plant_.routes.clear();
    plant_.steps.clear();
    plant_.channels.clear();
    for (std::uint32_t r = 0; r < rows_.size(); ++r) take_row(r);
    if (diagnostics_.error_count() != errors_before_) return;
    std::vector<Cable> cables;
    std::vector<LinkFacts> facts;
    for (std::uint32_t r = 0; r < rows_.size(); ++r) trace(r, cables, facts);
    if (diagnostics_.error_count() != errors_before_) return;
    fabric_.cables = std::move(cables);
    if (const Status linked = relink(fabric_, facts); !linked)
      diagnostics_.error({file_, 0, 0}, linked.error().message, linked.error().remedy);
    review_structure(fabric_);
  }

  /// The first mistakes in full; the rest is counted by `apply`.
  void error(std::uint32_t line, std::string message, std::string remedy) {
    if (++mistakes_ <= kInputErrorsShown) diagnostics_.error({file_, line, 0}, std::move(message), std::move(remedy));
  }

  /// The length of a row that gives none: its route, or the shortest way between its racks, and slack; a cord to a panel has the usual one.
  void measure(Piece& piece) {
    if (piece.a.device == kNone || piece.b.device == kNone) return;
    const auto panel = [&](const PieceEnd& end) { return plant_.devices[end.device].kind == DeviceKind::panel; };
    const std::uint32_t rack_a = plant_.devices[piece.a.device].rack;
    const std::uint32_t rack_b = plant_.devices[piece.b.device].rack;
    Length route;
    for (std::uint32_t i = 0; i < piece.route_count; ++i) route += plant_.pathways[plant_.routes[piece.first_route + i]].length;
    const bool cord = piece.kind != PieceKind::trunk && rack_a == rack_b && (panel(piece.a) || panel(piece.b));
    if (piece.route_length.mm > 0) route = piece.route_length;
    else if (piece.route_count == 0 && !cord) {
      const PathwayRoute way = graph_.route(rack_a, rack_b);
      plant_.routes.insert(plant_.routes.end(), way.pathways.begin(), way.pathways.end());
      piece.route_count = static_cast<std::uint32_t>(way.pathways.size());
      route = way.length;
    }
    if (piece.a.slack.mm + piece.b.slack.mm == 0 && !cord) piece.a.slack = piece.b.slack = kUsualSlack;
    piece.route_length = route;
    piece.length = cord && route.mm == 0 ? kUsualCord : route + piece.a.slack + piece.b.slack;
    if (piece.order_length.mm == 0) piece.order_length = sold_length(piece.kind, piece.length);
  }

  void take_row(std::uint32_t r) {
    const ScheduleRow& row = rows_[r];
    Piece piece = row.piece;
    const bool retired = piece.status == PieceStatus::retired;
    find_end(row, row.a_device, row.a_port, piece.kind, retired, piece.a);
    find_end(row, row.b_device, row.b_port, piece.kind, retired, piece.b);
    complete_grades(row, settings_, piece);
    if (!retired) {
      settle_phase(row, piece);
      check_fibre(row, piece);
    }
    piece.first_route = static_cast<std::uint32_t>(plant_.routes.size());
    WordReader words(row.route);
    for (Word word = words.next(); !word.text.empty(); word = words.next()) {
      const auto found = pathways_.find(std::string(word.text));
      if (found != pathways_.end()) {
        plant_.routes.push_back(found->second);
        continue;
      }
      std::vector<std::string> names;
      if (mistakes_ < kInputErrorsShown)
        for (const auto& [name, index] : pathways_) names.push_back(name);
      const std::string near = nearest_name(word.text, names);
      error(row.line, "`route` names " + quote_input(word.text) + ", which is no pathway of the site",
            near.empty() ? "name pathways between blanks" : "did you mean `" + near + "`?");
    }
    piece.route_count = static_cast<std::uint32_t>(plant_.routes.size()) - piece.first_route;
    if (!row.has_length && !retired) measure(piece);
    const auto index = static_cast<std::uint32_t>(plant_.pieces.size());
    plant_.pieces.push_back(std::move(piece));
    if (retired || diagnostics_.error_count() != errors_before_) return;
    if (const Piece& trunk = plant_.pieces.back(); trunk.kind == PieceKind::trunk && trunk.a.count != trunk.b.count) {
      error(row.line,
            "trunk `" + trunk.id + "` takes " + std::to_string(trunk.a.count) + " ports at its end a and " + std::to_string(trunk.b.count) +
                " at b",
            "every strand has a port at both ends");
      return;
    }
    overlapped_ = kNone;
    occupy(row, index, plant_.pieces.back().a, false);
    occupy(row, index, plant_.pieces.back().b, true);
  }

  /// A row without a phase has that of its devices; one that says so is no earlier than they, and no later than the last.
  void settle_phase(const ScheduleRow& row, Piece& piece) {
    const auto phases = static_cast<std::uint32_t>(plant_.phases.size());
    if (piece.phase >= phases) {
      error(row.line,
            "cable " + quote_input(piece.id) + " is pulled in phase " + std::to_string(piece.phase + 1) + " of " + std::to_string(phases),
            "`plant.phases` of the site says how many there are");
      return;
    }
    for (const PieceEnd* end : {&piece.a, &piece.b}) {
      if (end->device == kNone || piece.phase >= plant_.devices[end->device].phase) continue;
      const Device& device = plant_.devices[end->device];
      if (row.has_phase)
        error(row.line,
              "cable " + quote_input(piece.id) + " is pulled in phase " + std::to_string(piece.phase + 1) + " and ends at `" + device.name +
                  "`, which comes in phase " + std::to_string(device.phase + 1),
              "give the cable its device's phase, or a later one");
      else piece.phase = device.phase;
    }
  }

  void check_fibre(const ScheduleRow& row, const Piece& piece) {
    if (piece.fibre.empty() || piece.fibre == "copper" || catalogue_.find_fibre(piece.fibre) != nullptr) return;
    std::vector<std::string> known{"copper"};
    std::string list = "copper";
    for (const FibreModel& fibre : catalogue_.fibres()) {
      known.push_back(fibre.id);
      list += ", " + fibre.id;
    }
    const std::string near = nearest_name(piece.fibre, known);
    error(row.line,
          "`fibre_type` of cable " + quote_input(piece.id) + " is " + quote_input(piece.fibre) + ", which the catalogue does not know",
          near.empty() ? "one of " + list : "did you mean `" + near + "`?");
  }

  void find_end(const ScheduleRow& row, const std::string& device, const std::string& port, PieceKind kind, bool retired, PieceEnd& end) {
    if (retired) {  // kept for its id alone
      end.gone = device + ":" + port;
      return;
    }
    const auto found = devices_.find(device);
    if (found == devices_.end()) {
      const std::string near = mistakes_ < kInputErrorsShown ? nearest_name(device, device_names_) : "";
      error(row.line, "cable " + quote_input(row.piece.id) + " ends at " + quote_input(device) + ", which is no device of the site",
            near.empty() ? "add the panel to the table of devices, or name a device that is there" : "did you mean `" + near + "`?");
      return;
    }
    end.device = found->second;
    const Device& at = plant_.devices[end.device];
    if (at.kind == DeviceKind::panel) {
      const std::size_t dash = port.find('-');
      const auto first = whole_number(port.substr(0, dash), 1, at.ports);
      const auto last = dash == std::string::npos ? first : whole_number(port.substr(dash + 1), 1, at.ports);
      if (first && last && *first <= *last) {
        end.port = static_cast<std::uint32_t>(*first);
        end.count = static_cast<std::uint32_t>(*last - *first + 1);
        if (end.count > 1 && kind != PieceKind::trunk)
          error(row.line, "cable " + quote_input(row.piece.id) + " is no trunk and ends at several ports", "name one port");
        return;
      }
    } else {
      const Node& node = fabric_.nodes[end.device];
      for (std::uint32_t p = 0; p < node.port_count; ++p)
        if (plant_.ports[node.first_port + p] == port) {
          end.port = p;
          return;
        }
      if (const auto number = whole_number(port, 0, node.port_count); number && node.port_count > 0) {
        // Faceplates count from 1, programs from 0: where both are ports of the device, the row must say which.
        const auto one = static_cast<std::uint32_t>(*number);
        end.port = one < node.port_count ? one : one - 1;
        if (one > 0 && one < node.port_count)
          error(row.line,
                "cable " + quote_input(row.piece.id) + " ends at port " + quote_input(port) + " of `" + at.name + "`, which may be `" +
                    plant_.ports[node.first_port + one] + "`, counted from 0, or `" + plant_.ports[node.first_port + one - 1] +
                    "`, counted from 1",
                "write the port's name; its ports are " + port_examples(end.device));
        return;
      }
    }
    error(row.line,
          "cable " + quote_input(row.piece.id) + " ends at port " + quote_input(port) + " of `" + at.name +
              "`, which has no such port in the design",
          at.kind == DeviceKind::panel ? "its ports are 1 to " + std::to_string(at.ports) : "its ports are " + port_examples(end.device));
  }

  [[nodiscard]] std::string port_examples(std::uint32_t device) const {
    const Node& node = fabric_.nodes[device];
    if (node.port_count == 0) return "none";
    return "`" + plant_.ports[node.first_port] + "` to `" + plant_.ports[node.first_port + node.port_count - 1] + "`";
  }

  void occupy(const ScheduleRow& row, std::uint32_t piece, const PieceEnd& end, bool at_b) {
    const bool panel = plant_.devices[end.device].kind == DeviceKind::panel;
    const bool rear = panel && plant_.pieces[piece].kind == PieceKind::trunk;
    for (std::uint32_t s = 0; s < end.count; ++s) {
      const auto [found, fresh] = sockets_.try_emplace(Socket{end.device, end.port + s, rear}, Plugged{piece, at_b, s});
      if (!fresh && std::exchange(overlapped_, found->second.piece) != found->second.piece)
        error(row.line,
              "cables `" + plant_.pieces[found->second.piece].id + "` and `" + row.piece.id + "` are both plugged into " +
                  plant_.end_name(fabric_,
                                  plant_.pieces[piece].kind == PieceKind::trunk ? end : PieceEnd{end.device, end.port + s, 1, {}, {}, {}}) +
                  (rear ? " (rear)" : ""),
              "give each its own port");
    }
  }

  /// Follows the channel that starts with row `r` at a device; appends a link when it ends at another.
  void trace(std::uint32_t r, std::vector<Cable>& cables, std::vector<LinkFacts>& facts) {
    const ScheduleRow& row = rows_[r];
    const Piece& first = plant_.pieces[r];
    if (first.status == PieceStatus::retired || first.kind == PieceKind::trunk || traced_.contains(r)) return;
    const auto is_node = [&](const PieceEnd& end) { return plant_.devices[end.device].kind != DeviceKind::panel; };
    if (!is_node(first.a) && !is_node(first.b)) return;
    const bool from_b = !is_node(first.a);
    std::vector<ChannelStep> steps{{r, 0, from_b}};
    const PieceEnd start = from_b ? first.b : first.a;
    PieceEnd here = from_b ? first.a : first.b;
    bool behind = true;  // next: what is behind the panel's port
    while (!is_node(here)) {
      const auto next = sockets_.find(Socket{here.device, here.port, behind});
      if (next == sockets_.end()) return;  // dark
      const Plugged& plugged = next->second;
      const Piece& piece = plant_.pieces[plugged.piece];
      if (steps.size() > plant_.pieces.size()) {
        error(row.line, "the channel of cable `" + first.id + "` runs in a circle", "check the panels' ports");
        return;
      }
      steps.push_back({plugged.piece, plugged.strand, plugged.at_b});
      here = plugged.at_b ? piece.a : piece.b;
      here.port += plugged.strand;
      behind = !behind;
    }
    for (const ChannelStep& step : steps) traced_.insert(step.piece);
    add_link(row, steps, start, here, cables, facts);
  }

  /// Optic and rate of a link stand at one of its cords, or alike at several.
  void agree(const ScheduleRow& first, const LinkRemark& link, const ScheduleRow& other) {
    const auto differ = [&](const char* column, const std::string& one, const std::string& two) {
      error(other.line,
            "`" + std::string(column) + "` of cable " + quote_input(other.piece.id) + " is " + quote_input(two) + ", and " +
                quote_input(one) + " of " + quote_input(first.piece.id) + ", the first cord of the same link",
            "give both cords what the link is; or check which panel ports they end at");
    };
    if (!other.link.medium.empty() && other.link.medium != link.medium) differ("pmd", link.medium, other.link.medium);
    if (other.link.rate.bits_per_second > 0 && other.link.rate != link.rate)
      differ("rate", to_string(link.rate), to_string(other.link.rate));
  }

  void add_link(const ScheduleRow& row, const std::vector<ChannelStep>& steps, const PieceEnd& a, const PieceEnd& b,
                std::vector<Cable>& cables, std::vector<LinkFacts>& facts) {
    PlantChannel channel;
    channel.first_step = static_cast<std::uint32_t>(plant_.steps.size());
    channel.step_count = static_cast<std::uint32_t>(steps.size());
    Length length;
    for (const ChannelStep& step : steps) {
      plant_.steps.push_back(step);
      length += plant_.pieces[step.piece].length;
      channel.phase = std::max(channel.phase, plant_.pieces[step.piece].phase);
    }
    plant_.channels.push_back(channel);
    LinkRemark link = row.link;
    for (const ChannelStep& step : steps) {
      const LinkRemark& own = rows_[step.piece].link;
      if (link.medium.empty()) link.medium = own.medium;
      if (link.rate.bits_per_second == 0) link.rate = own.rate;
      if (link.delay.ps < 0) link.delay = own.delay;
      agree(row, link, rows_[step.piece]);
    }
    Cable cable;
    if (link.medium == "custom" || link.medium.empty()) {
      cable.medium = "custom";  // of no length, as cable_with_delay says
      if (link.delay.ps < 0)
        error(row.line, "the link of cable `" + row.piece.id + "` has no `pmd` and no `delay`",
              "name an optic of the catalogue in `pmd`, or give `delay`");
      cable.delay_medium = link.delay;
    } else if (const OpticModel* optic = catalogue_.find_optic(link.medium)) {
      const CableParts parts = cable_with_optic(catalogue_, *optic, length);
      cable.length = length;
      cable.medium = parts.medium;
      cable.delay_medium = parts.delay_medium;
      cable.delay_modules = parts.delay_modules;
      cable.delay_fec = parts.delay_fec;
      for (std::uint32_t i = 0; i < steps.size(); ++i)
        complete_piece(*optic, settings_, i, static_cast<std::uint32_t>(steps.size()), plant_.pieces[steps[i].piece]);
    } else {
      std::vector<std::string> known;
      for (const OpticModel& entry : catalogue_.optics()) known.push_back(entry.id);
      const std::string near = nearest_name(link.medium, known);
      error(row.line, "`pmd`: there is no optic " + quote_input(link.medium) + " in the catalogue",
            near.empty() ? "take an id of data/optics.csv" : "did you mean `" + near + "`?");
      return;
    }
    if (link.rate.bits_per_second == 0)
      error(row.line, "the link of cable `" + row.piece.id + "` has no `rate`", "give the rate of the link, such as `400 Gb/s`");
    if (const OpticModel* optic = catalogue_.find_optic(link.medium); optic != nullptr && link.rate > optic->rate)
      error(row.line,
            "the link of cable `" + row.piece.id + "` is to run at " + to_string(link.rate) + ", `" + optic->id + "` runs at " +
                to_string(optic->rate),
            "correct `rate`, or name a faster optic in `pmd`");
    cable.name = row.link.link.empty() ? row.piece.id : row.link.link;
    cable.a = {fabric_.nodes[a.device].first_port + a.port};
    cable.b = {fabric_.nodes[b.device].first_port + b.port};
    if (!names_.insert(cable.name).second)
      error(row.line, "two links are called " + quote_input(cable.name), "give each its own name in `link`");
    cables.push_back(std::move(cable));
    facts.push_back({link.rate, 0, 0});
  }

  const std::vector<ScheduleRow>& rows_;
  const std::string& file_;
  const Catalogue& catalogue_;
  const PlantSettings& settings_;
  Plant& plant_;
  Fabric& fabric_;
  Diagnostics& diagnostics_;
  PathwayGraph graph_{plant_.racks, plant_.pathways};
  const std::size_t errors_before_ = diagnostics_.error_count();
  std::size_t mistakes_ = 0;
  std::uint32_t overlapped_ = kNone;  // the piece over which the row's was told to lie: one mistake, not one a strand and end
  std::map<std::string, std::uint32_t> devices_;
  std::vector<std::string> device_names_;
  std::map<std::string, std::uint32_t> pathways_;
  std::map<Socket, Plugged> sockets_;
  std::set<std::uint32_t> traced_;
  std::set<std::string> names_;
};

}  // namespace

void apply_schedule(const std::vector<ScheduleRow>& rows, const std::string& file, const Catalogue& catalogue,
                    const PlantSettings& settings, Plant& plant, Fabric& fabric, Diagnostics& diagnostics) {
  Application(rows, file, catalogue, settings, plant, fabric, diagnostics).apply();
}

}  // namespace eastwest
