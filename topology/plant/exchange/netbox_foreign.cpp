// SPDX-License-Identifier: Apache-2.0
// One file, though long: what is guessed of foreign exports stands in one place, guess after guess.
#include "topology/plant/exchange/netbox_foreign.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/input_text.hpp"
#include "topology/plant/exchange/netbox_models.hpp"
#include "topology/plant/exchange/netbox_values.hpp"
#include "topology/plant/exchange/netbox_wiring.hpp"
#include "topology/plant/pieces.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kRackUnits = 48;
constexpr std::uint32_t kUnitsMost = 60;
constexpr std::int64_t kGuessedCord = 5'000;  // mm
constexpr std::int64_t kPicosecondsPerMetre = 4'900;
constexpr std::uint32_t kGpusMost = 64;
constexpr std::uint32_t kNothing = 0xffff'ffffu;
constexpr std::string_view kFirstRack = "A01";

class Foreign {
 public:
  Foreign(const NetBoxRecords& records, const std::string& site, const Catalogue& catalogue)
      : records_(records), site_(site.empty() ? "SITE1" : site), catalogue_(catalogue) {}

  ImportedSite take(const std::string& folder, Diagnostics& diagnostics) {
    settle_roles();
    for (std::size_t d = 0; d < records_.devices.size(); ++d) {
      const NetBoxDevice& device = records_.devices[d];
      panels_.push_back(roles_[d] == NetBoxRole::panel ? netbox_panel(device.components) : NetBoxPanel{});
      if (panels_.back().renumbered) guesses_.add("ports of panels numbered anew, rear port by rear port", device.name, device.place);
    }
    const NetBoxFronts fronts = [this](std::uint32_t d, BitRate rate) { return netbox_front(catalogue_, records_.devices[d], rate); };
    wiring_ = wire_netbox(records_, roles_, panels_, fronts, guesses_);
    if (wiring_.links.empty()) {
      guesses_.tell(diagnostics);
      diagnostics.error({folder, 0, 0}, "no cable joins two hosts or switches, so there is no site to make",
                        "export cables, interfaces and devices of one site, all columns, as CSV");
      return {};
    }
    settle_devices();
    settle_switches();
    settle_racks();
    ImportedSite out;
    out.devices = devices();
    out.racks = racks();
    out.schedule = schedule();
    out.site_yaml = site_file();
    guesses_.tell(diagnostics);
    return out;
  }

 private:
  [[nodiscard]] const SwitchModel* switch_model(const NetBoxDevice& device) const { return netbox_switch_model(catalogue_, device); }
  [[nodiscard]] const ServerModel* server_model(const NetBoxDevice& device) const { return netbox_server_model(catalogue_, device); }

  void settle_roles() {
    for (const NetBoxDevice& device : records_.devices) {
      NetBoxRole role = device.role;
      if (!device.components.front_ports.empty() && device.components.interfaces.empty()) role = NetBoxRole::panel;
      if (role == NetBoxRole::unknown && switch_model(device) != nullptr) role = NetBoxRole::network_switch;
      if (role == NetBoxRole::unknown && server_model(device) != nullptr) role = NetBoxRole::server;
      if (role == NetBoxRole::unknown) {
        role = device.components.interfaces.size() > 16 ? NetBoxRole::network_switch : NetBoxRole::server;
        guesses_.add(std::string("taken for ") + (role == NetBoxRole::server ? "hosts" : "switches") +
                         ": neither role nor model tells what they are",
                     device.name, device.place);
      }
      roles_.push_back(role);
    }
  }

  /// What each node is, and which devices stay.
  void settle_devices() {
    links_of_.resize(records_.devices.size());
    stays_.resize(records_.devices.size());
    for (const WiredLink& link : wiring_.links)
      for (const std::uint32_t end : {link.a, link.b}) {
        links_of_[end].push_back(link.rate);
        stays_[end] = true;
      }
    for (const WiredPiece& piece : wiring_.pieces)
      for (const WiredEnd* end : {&piece.a, &piece.b})
        if (!end->node) stays_[end->device] = true;
    std::map<std::string, std::size_t> servers;
    for (std::size_t d = 0; d < records_.devices.size(); ++d) {
      const NetBoxDevice& device = records_.devices[d];
      if (!stays_[d]) guesses_.add("devices left out: no link of the fabric ends at them", device.name, device.place);
      else if (roles_[d] == NetBoxRole::server && server_model(device) != nullptr) ++servers[server_model(device)->id];
    }
    const auto most = std::max_element(servers.begin(), servers.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
    server_ = most == servers.end() ? "plain" : most->first;
    for (std::size_t d = 0; d < records_.devices.size(); ++d)
      if (stays_[d] && roles_[d] == NetBoxRole::server)
        if (const ServerModel* model = server_model(records_.devices[d]); model == nullptr ? server_ != "plain" : model->id != server_)
          guesses_.add("hosts taken for `" + server_ + "`, since a custom site has one model of server", records_.devices[d].name,
                       records_.devices[d].place);
  }

  /// What the switch of the site is, and how its ports are called there.
  void settle_switches() {
    models_.resize(records_.devices.size());
    ports_of_.resize(records_.devices.size());
    for (std::size_t d = 0; d < records_.devices.size(); ++d)
      if (stays_[d] && roles_[d] == NetBoxRole::network_switch) models_[d] = model_of_switch(d);
    for (const WiredPiece& piece : wiring_.pieces)
      for (const WiredEnd* end : {&piece.a, &piece.b})
        if (end->node) ports_of_[end->device] = std::max(ports_of_[end->device], end->port + 1);
  }

  /// The name of a port as the site gives it: `switch_port` and `nic_port` are automatic there.
  [[nodiscard]] std::string port_of_node(const WiredEnd& end) const {
    if (roles_[end.device] == NetBoxRole::server) return port_name("rail{nic}", end.port, 1, 1);
    return netbox_switch_port(catalogue_, models_[end.device], links_of_[end.device].front(), end.port);
  }

  std::uint32_t gpus_of(std::size_t d) {
    if (const ServerModel* model = server_model(records_.devices[d])) return std::min(model->gpus, kGpusMost);
    const auto links = static_cast<std::uint32_t>(std::clamp<std::size_t>(links_of_[d].size(), 1, kGpusMost));
    guesses_.add("GPUs guessed, one for each link: the catalogue does not know the model", records_.devices[d].name,
                 records_.devices[d].place);
    return links;
  }

  std::string model_of_switch(std::size_t d) {
    const SwitchModel* model = switch_model(records_.devices[d]);
    const auto fits = [&] {
      double share = 0;
      for (const BitRate rate : links_of_[d]) {
        if (model->ports_at(rate) == 0) return false;
        share += 1.0 / model->ports_at(rate);
      }
      return share <= 1 + 1e-9;
    };
    if (model != nullptr && fits()) return model->id;
    guesses_.add(model == nullptr ? "switches taken as `custom` (700 ns, 64 MB): the catalogue does not know the model"
                                  : "switches taken as `custom` (700 ns, 64 MB): they have more links than the catalogue's model has ports",
                 records_.devices[d].name, records_.devices[d].place);
    return "custom";
  }

  /// Racks are those of nodes, in the order of nodes; a panel elsewhere is taken into the rack of the first node.
  void settle_racks() {
    const auto order = nodes_in_order();
    rack_of_.resize(records_.devices.size());
    for (const std::size_t d : order) {
      const NetBoxDevice& device = records_.devices[d];
      rack_of_[d] = device.rack.empty() ? std::string(kFirstRack) : device.rack;
      if (device.rack.empty()) guesses_.add("devices put into rack A01: NetBox has them in none", device.name, device.place);
      if (std::find(racks_.begin(), racks_.end(), rack_of_[d]) == racks_.end()) racks_.push_back(rack_of_[d]);
    }
    for (std::size_t d = 0; d < records_.devices.size(); ++d) {
      if (!stays_[d] || roles_[d] != NetBoxRole::panel) continue;
      const NetBoxDevice& device = records_.devices[d];
      rack_of_[d] = device.rack;
      if (std::find(racks_.begin(), racks_.end(), device.rack) != racks_.end()) continue;
      rack_of_[d] = racks_.front();
      guesses_.add("panels put into rack " + racks_.front() + ": racks of a custom site are those of hosts and switches", device.name,
                   device.place);
    }
  }

  /// Hosts, then switches: the order of a custom site's nodes.
  [[nodiscard]] std::vector<std::size_t> nodes_in_order() const {
    std::vector<std::size_t> order;
    for (const NetBoxRole role : {NetBoxRole::server, NetBoxRole::network_switch})
      for (std::size_t d = 0; d < records_.devices.size(); ++d)
        if (stays_[d] && roles_[d] == role) order.push_back(d);
    return order;
  }

  [[nodiscard]] const NetBoxRack* rack_record(const std::string& name) const {
    for (const NetBoxRack& rack : records_.racks)
      if (rack.name == name) return &rack;
    return nullptr;
  }

  std::string devices() {
    std::string text = "device,kind,model,rack,unit,height,ports,power_max,weight,phase\n";
    std::map<std::string, std::set<std::uint32_t>> taken;
    std::vector<std::size_t> order = nodes_in_order();
    for (std::size_t d = 0; d < records_.devices.size(); ++d)
      if (stays_[d] && roles_[d] == NetBoxRole::panel) order.push_back(d);
    for (const std::size_t d : order) {
      const NetBoxDevice& device = records_.devices[d];
      std::uint32_t height = 1;
      if (device.type != nullptr) height = static_cast<std::uint32_t>(std::clamp(std::ceil(device.type->u_height), 1.0, 60.0));
      else if (const std::uint32_t known = netbox_known_height(catalogue_, device, roles_[d]); known > 0) height = known;
      else if (roles_[d] != NetBoxRole::panel)
        guesses_.add("devices taken to be one unit high: their device type is not in the files", device.name, device.place);
      const NetBoxRack* rack = rack_record(rack_of_[d]);
      const std::uint32_t units = rack == nullptr || rack->units == 0 ? kRackUnits : std::min(rack->units, kUnitsMost);
      std::uint32_t unit = rack_of_[d] == device.rack ? device.unit : 0;
      bool free = unit > 0 && unit + height - 1 <= units;
      for (std::uint32_t u = unit; free && u < unit + height; ++u) free = !taken[rack_of_[d]].contains(u);
      if (unit > 0 && !free) {
        guesses_.add("devices left without a unit: theirs is taken, on the other face perhaps, or outside the rack", device.name,
                     device.place);
        unit = 0;
      }
      for (std::uint32_t u = unit; unit > 0 && u < unit + height; ++u) taken[rack_of_[d]].insert(u);
      std::string weight;
      if (device.type != nullptr && device.type->weight > 0)
        if (const auto mass = read_netbox_weight(share_text(device.type->weight), device.type->weight_unit)) weight = to_string(*mass);
      const bool panel = roles_[d] == NetBoxRole::panel;
      text +=
          csv_row(std::vector<std::string>{device.name,
                                           panel                             ? "panel"
                                           : roles_[d] == NetBoxRole::server ? "server"
                                                                             : "switch",
                                           panel ? (device.model.empty() ? "panel" : device.model) : "", rack_of_[d], std::to_string(unit),
                                           std::to_string(height), panel ? std::to_string(panels_[d].ports) : "", "", weight, ""});
    }
    return text;
  }

  std::string racks() {
    std::string text = "rack,room,row,column,rack_units,power_limit,weight_limit\n";
    for (std::size_t i = 0; i < racks_.size(); ++i) {
      const NetBoxRack* rack = rack_record(racks_[i]);
      const std::uint32_t units = rack == nullptr || rack->units == 0 ? kRackUnits : std::min(rack->units, kUnitsMost);
      text += csv_row(std::vector<std::string>{racks_[i], rack == nullptr ? "" : rack->location, "0", std::to_string(i),
                                               std::to_string(units), "", rack != nullptr && rack->weight ? to_string(*rack->weight) : ""});
    }
    return text;
  }

  /// The optic of a link: by rate, by what its cables are, and by length.
  const OpticModel* optic_of(const WiredLink& link) {
    Length length;
    std::string type;
    for (const std::uint32_t p : link.pieces) {
      const NetBoxCable& cable = records_.cables[wiring_.pieces[p].cable];
      length += cable.length.value_or(Length{kGuessedCord});
      if (type.empty()) type = cable.type;
    }
    const NetBoxCable& first = records_.cables[wiring_.pieces[link.pieces.front()].cable];
    const NetBoxCableMeaning meaning = netbox_cable_meaning(netbox_lower(type));
    if (!type.empty() && !meaning.known) guesses_.add("cable types that say nothing of fibre or copper", type, first.place);
    const OpticModel* best = netbox_optic(catalogue_, meaning, link.rate, length);
    const std::string label = first.label.empty() ? first.a.device + " " + first.a.name : first.label;
    guesses_.add(best != nullptr
                     ? "optics chosen by rate, cable type and length: NetBox tells none"
                     : "links of medium `custom`, 4.9 ns a metre: no optic of the catalogue has their rate, cable type and length",
                 label, first.place);
    return best;
  }

  std::string free_id(const NetBoxCable& cable) {
    if (!cable.label.empty() && ids_.insert(cable.label).second) return cable.label;
    guesses_.add(
        cable.label.empty() ? "cables numbered by us: they have no label" : "cables numbered by us: their label stands at another too",
        cable.a.device + " " + cable.a.name, cable.place);
    for (;; ++next_id_) {
      std::string digits = std::to_string(next_id_);
      if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
      if (std::string id = "C" + digits; !labels_.contains(id) && ids_.insert(id).second) return id;
    }
  }

  [[nodiscard]] std::string port_text(const WiredEnd& end) const {
    const auto two = [](std::uint32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    if (end.node) return port_of_node(end);
    return two(end.port) + (end.count > 1 ? "-" + two(end.port + end.count - 1) : "");
  }

  std::string schedule() {
    for (const NetBoxCable& cable : records_.cables) labels_.insert(cable.label);
    std::string text = csv_row(std::vector<std::string>{"cable_id",    "status",
                                                        "type",        "construction",
                                                        "fibre_type",  "fibre_count",
                                                        "connector_a", "connector_b",
                                                        "grade_a",     "grade_b",
                                                        "polish_a",    "polish_b",
                                                        "gender_a",    "gender_b",
                                                        "polarity",    "a_device_or_panel",
                                                        "a_port",      "b_device_or_panel",
                                                        "b_port",      "length_m",
                                                        "pmd",         "rate",
                                                        "delay",       "link",
                                                        "notes"});
    const PlantSettings settings = plant_settings(ParameterSet::defaults(plant_parameters_of_ours()));
    std::vector<const OpticModel*> optics;
    for (const WiredLink& link : wiring_.links) optics.push_back(optic_of(link));
    for (const WiredPiece& piece : wiring_.pieces) {
      const NetBoxCable& cable = records_.cables[piece.cable];
      const WiredLink* link = piece.link == kNothing ? nullptr : &wiring_.links[piece.link];
      const OpticModel* optic = link == nullptr ? nullptr : optics[piece.link];
      Piece made;
      if (optic != nullptr) describe_cord(*optic, settings, made);
      if (piece.trunk) {
        made.kind = PieceKind::trunk;
        made.fibres = optic == nullptr ? 0 : optic->fibres * std::max(piece.a.count, piece.b.count);
        if (made.a.plug.gender != PinGender::none) made.a.plug.gender = made.b.plug.gender = PinGender::pinned;
        made.construction = optic == nullptr ? "" : construction_of(PieceKind::trunk, made.a.plug.connector, made.fibres, optic->medium);
      } else if (optic == nullptr) {
        const NetBoxCableMeaning meaning = netbox_cable_meaning(netbox_lower(cable.type));
        made.fibre = meaning.fibre;
      }
      Length length = cable.length.value_or(Length{kGuessedCord});
      if (!cable.length)
        guesses_.add("lengths guessed as 5 m", cable.label.empty() ? cable.a.device + " " + cable.a.name : cable.label, cable.place);
      const bool lit = link != nullptr && !piece.trunk;
      std::string delay;
      if (lit && optic == nullptr) {
        Length way;
        for (const std::uint32_t p : link->pieces) way += records_.cables[wiring_.pieces[p].cable].length.value_or(Length{kGuessedCord});
        delay = to_string(Duration{std::max<std::int64_t>(1, way.mm * kPicosecondsPerMetre / 1'000)});
      }
      const auto word = [](std::string_view one) { return std::string(one); };
      text +=
          csv_row(std::vector<std::string>{free_id(cable),
                                           cable.status == "connected" ? "in_service" : "planned",
                                           word(to_string(made.kind)),
                                           made.construction,
                                           made.fibre,
                                           std::to_string(made.fibres),
                                           made.a.plug.connector,
                                           made.b.plug.connector,
                                           word(to_string(made.a.plug.grade)),
                                           word(to_string(made.b.plug.grade)),
                                           word(to_string(made.a.plug.polish)),
                                           word(to_string(made.b.plug.polish)),
                                           word(to_string(made.a.plug.gender)),
                                           word(to_string(made.b.plug.gender)),
                                           word(to_string(made.polarity)),
                                           records_.devices[piece.a.device].name,
                                           port_text(piece.a),
                                           records_.devices[piece.b.device].name,
                                           port_text(piece.b),
                                           metres_text(length),
                                           !lit               ? ""
                                           : optic != nullptr ? optic->id
                                                              : "custom",
                                           lit ? to_string(link->rate) : "",
                                           delay,
                                           "",
                                           "NetBox: " + cable.a.device + " " + cable.a.name + " - " + cable.b.device + " " + cable.b.name});
    }
    return text;
  }

  static const std::vector<ParameterSpec>& plant_parameters_of_ours() {
    static const std::vector<ParameterSpec> kParameters = plant_parameters();
    return kParameters;
  }

  std::string site_file() {
    std::string text =
        "# A site from NetBox: what was guessed was told at the import.\n"
        "topology: custom\nserver: " +
        server_ + "\nswitch: custom\nplant:\n  site: " + yaml_text(site_) +
        "\n  racks: racks.csv\n  devices: devices.csv\n  schedule: cable-schedule.csv\n";
    const auto list = [&](const char* name, NetBoxRole role) {
      text += std::string(name) + ":\n";
      for (std::size_t d = 0; d < records_.devices.size(); ++d) {
        if (!stays_[d] || roles_[d] != role) continue;
        text += "  - {name: " + yaml_text(records_.devices[d].name) + ", rack: " + yaml_text(rack_of_[d]) +
                (role == NetBoxRole::server ? ", gpus: " + std::to_string(gpus_of(d))
                                            : ", model: " + models_[d] + ", ports: " + std::to_string(ports_of_[d])) +
                "}\n";
      }
    };
    list("hosts", NetBoxRole::server);
    list("switches", NetBoxRole::network_switch);
    text += "links:\n";
    for (const WiredLink& link : wiring_.links)
      text += "  - {a: " + yaml_text(records_.devices[link.a].name) + ", b: " + yaml_text(records_.devices[link.b].name) +
              ", rate: " + to_string(link.rate) + "}\n";
    return text;
  }

  const NetBoxRecords& records_;
  std::string site_;
  const Catalogue& catalogue_;
  Guesses guesses_;
  std::vector<NetBoxRole> roles_;
  std::vector<NetBoxPanel> panels_;
  NetBoxWiring wiring_;
  std::vector<std::vector<BitRate>> links_of_;  // rates of each device's links
  std::vector<bool> stays_;
  std::vector<std::string> models_;      // of switches, as the site has them
  std::vector<std::uint32_t> ports_of_;  // one past the last that is used
  std::string server_;
  std::vector<std::string> racks_;
  std::vector<std::string> rack_of_;
  std::set<std::string> ids_;
  std::set<std::string> labels_;
  std::uint32_t next_id_ = 1;
};

}  // namespace

ImportedSite foreign_site(const NetBoxRecords& records, const std::string& site, const std::string& folder, const Catalogue& catalogue,
                          Diagnostics& diagnostics) {
  diagnostics.warning({folder, 0, 0}, "this is no export of eastwest: the site is made of what NetBox tells, as topology `custom`",
                      "the warnings tell what was guessed; network and plant facts are to be filled in");
  return Foreign(records, site, catalogue).take(folder, diagnostics);
}

}  // namespace eastwest
