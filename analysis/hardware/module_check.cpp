// SPDX-License-Identifier: Apache-2.0
// What sits in the cages: the planned optic or one that does the same, within the power of the cage, and cables of the ordered length. A part is known
// by its number; a module of unknown number is judged by what it says of itself. A module in a twin cage serves two ports and is one thing.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/hardware/checks.hpp"
#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/module_fit.hpp"
#include "analysis/hardware/substitution.hpp"

namespace eastwest {

namespace {

/// A module or inventory item in a port.
struct Seat {
  PortId port;
  std::string part_number;
  std::string serial;
  const ModuleReading* reading = nullptr;  // null: of an inventory
  EvidenceLine at;
};

class ModuleCheck {
 public:
  explicit ModuleCheck(VerificationWork& work) : work_(work), read_(work.fabric().nodes.size()) {}

  void run() {
    std::map<std::pair<std::string, std::uint32_t>, std::set<std::string>> interfaces;  // of a device in one file
    for (const ModuleReading& one : work_.evidence.modules)
      if (interfaces[{one.device, one.at.file}].insert(one.interface).second && interfaces[{one.device, one.at.file}].size() == 2)
        if (const NodeId node = work_.names.node(one.device); node.exists()) read_[node.index()] = true;
    for (const ModuleReading& one : work_.evidence.modules)
      seat({work_.port_of(one.device, one.interface, one.at), one.part_number, one.serial, &one, one.at});
    for (const InventoryItem& one : work_.evidence.inventory)
      if (one.installed())
        seat({work_.port_of(one.device, one.component, one.at), one.part_number, one.serials.empty() ? "" : one.serials.front(), nullptr,
              one.at});
    if (seats_.empty()) return;
    for (const auto& [cage, list] : seats_) judge(cage, list);
    serials_repeat();
    missing();
    work_.result.counts.push_back({"modules and cable ends", cages_planned(), seen_, matched_});
  }

 private:
  void seat(Seat one) {
    if (one.port.exists()) seats_[work_.names.cage(one.port)].push_back(one);
  }

  /// Ports of the cage that the design uses.
  [[nodiscard]] std::vector<PortId> used_ports(PortId cage) const {
    if (!work_.names.is_planned(cage)) return {};
    const Port& first = work_.fabric().ports[cage.index()];
    const Node& node = work_.fabric().nodes[first.node.index()];
    std::vector<PortId> ports;
    for (std::uint32_t i = 0; i < work_.names.ports_per_cage(first.node) && first.index + i < node.port_count; ++i)
      if (const PortId port{cage.value + i}; work_.names.cable(port).exists()) ports.push_back(port);
    return ports;
  }

  [[nodiscard]] LinkUse use_of(CableId id, const Part* part) const {
    const Cable& cable = work_.cable(id);
    LinkUse use;
    use.length = cable.length;
    if (id.index() < work_.design.tests.size()) use.loss = work_.design.tests[id.index()].channel_worst;
    const PlantChannel& channel = work_.design.plant.channels[id.index()];
    if (channel.step_count > 0) use.fibre = work_.design.plant.pieces[work_.design.plant.steps[channel.first_step].piece].fibre;
    if (use.fibre == "copper") use.fibre.clear();
    for (const PortId port : {cable.a, cable.b}) {
      const Node& node = work_.fabric().nodes[work_.fabric().ports[port.index()].node.index()];
      if (node.kind != NodeKind::network_switch) continue;
      if (const SwitchModel* model = work_.design.catalogue.find_switch(work_.fabric().switches[node.detail].model))
        use.protocol = model->protocol;
    }
    if (part != nullptr) use.vendor_reach = part->reach;
    return use;
  }

  void judge(PortId cage, const std::vector<Seat>& list) {
    const std::vector<PortId> ports = used_ports(cage);
    // Readings of both halves of a twin cage are one module; an inventory says of a module what its EEPROM says better.
    const Seat& first = *std::max_element(list.begin(), list.end(),
                                          [](const Seat& a, const Seat& b) { return (a.reading != nullptr) < (b.reading != nullptr); });
    seen_ += ports.empty() ? 0 : 1;
    for (const Seat& other : list)
      if (!other.serial.empty() && !first.serial.empty() && other.serial != first.serial) serials_differ(cage, first, other);
    if (ports.empty()) return unplanned(cage, first);
    const std::size_t before = work_.result.findings.size();
    bool judged = false;
    for (const PortId port : ports) {
      const CableId id = work_.names.cable(port);
      const OpticModel* planned = work_.optic(id);
      if (planned == nullptr || judged) continue;  // of a twin cage both ports plan the same optic, else the first tells
      judged = true;
      part(port, id, *planned, first);
    }
    power(ports.front(), first);
    for (const Seat& one : list)  // the halves of a cage may hold the legs of two cables
      if (one.reading != nullptr && work_.names.cable(one.port).exists()) length(one.port, one);
    if (first.reading != nullptr) faults(ports, first);
    const auto bad = std::any_of(work_.result.findings.begin() + static_cast<std::ptrdiff_t>(before), work_.result.findings.end(),
                                 [](const HardwareFinding& one) { return one.severity != FindingSeverity::note; });
    matched_ += bad ? 0 : 1;
  }

  [[nodiscard]] HardwareFinding at(PortId port, const Seat& seat, FindingKind kind, FindingSeverity severity) const {
    HardwareFinding finding{kind, severity, work_.names.name(port), {}, {}, {}, {}, {seat.at}};
    if (const CableId id = work_.names.cable(port); id.exists()) finding.others.push_back(work_.cable(id).name);
    return finding;
  }

  [[nodiscard]] static std::string named(const Seat& seat) {
    return quote_input(seat.part_number.empty() ? "a module without part number" : seat.part_number) +
           (seat.serial.empty() ? std::string() : " (serial " + seat.serial + ")");
  }

  void part(PortId port, CableId id, const OpticModel& planned, const Seat& seat) {
    const Part* known = work_.design.parts.find(seat.part_number);
    const OpticModel* delivered = known == nullptr ? nullptr : work_.design.catalogue.find_optic(known->optic);
    if (delivered == nullptr) return by_its_words(port, id, planned, seat);
    const Substitution verdict = judge_substitution(planned, *delivered, use_of(id, known));
    const std::uint32_t per_cage = work_.names.ports_per_cage(work_.fabric().ports[port.index()].node);
    if (verdict.fits && leaves_ports_dark(port, planned, *delivered, use_of(id, nullptr))) {
      HardwareFinding finding = at(port, seat, FindingKind::wrong_part, FindingSeverity::failed);
      finding.sentence = named(seat) + " in " + work_.names.name(port) + ": it serves one port, the design uses " +
                         std::to_string(per_cage) + " ports of this cage";
      for (const PortId other : used_ports(work_.names.cage(port)))
        if (other != port) work_.found(work_.names.cable(other)).medium = delivered->id;
      finding.remedy = "put in a twin-port module of 2 x " + planned.name;
      return work_.tell(std::move(finding));
    }
    if (verdict.same || (verdict.fits && per_cage > 1 && optic_ports(*delivered) == per_cage)) return;  // a twin is two of the planned ends
    if (!verdict.fits) work_.found(id).medium = delivered->id;
    HardwareFinding finding = at(port, seat, verdict.kind, verdict.fits ? FindingSeverity::note : FindingSeverity::failed);
    finding.sentence = named(seat) + " in " + work_.names.name(port) + ": " + verdict.reason;
    finding.remedy = verdict.fits ? "nothing needs to be done; note it for spares" : "put in " + planned.name + " or its equal";
    work_.tell(std::move(finding));
  }

  /// A single-port module where the design lights several ports of the cage and the catalogue has a module for all of them.
  [[nodiscard]] bool leaves_ports_dark(PortId port, const OpticModel& planned, const OpticModel& delivered, const LinkUse& use) const {
    const std::uint32_t per_cage = work_.names.ports_per_cage(work_.fabric().ports[port.index()].node);
    if (per_cage == 1 || planned.connector == "integral" || optic_ports(delivered) >= per_cage) return false;
    if (used_ports(work_.names.cage(port)).size() < 2) return false;
    const auto& optics = work_.design.catalogue.optics();
    return std::any_of(optics.begin(), optics.end(),
                       [&](const OpticModel& one) { return optic_ports(one) == per_cage && judge_substitution(planned, one, use).fits; });
  }

  /// Of the switch's model; "" of a host.
  [[nodiscard]] std::string cage_type(PortId port) const {
    const Node& node = work_.fabric().nodes[work_.fabric().ports[port.index()].node.index()];
    if (node.kind != NodeKind::network_switch) return {};
    const SwitchModel* model = work_.design.catalogue.find_switch(work_.fabric().switches[node.detail].model);
    return model == nullptr ? std::string() : model->cage_type;
  }

  /// Light of a module by its own words: "mmf", "smf", "copper" or "".
  [[nodiscard]] static std::string medium_of(const ModuleReading& module) {
    if (module.carries_copper()) return "copper";
    if (module.media_type == 1u) return "mmf";
    if (module.media_type == 2u) return "smf";
    if (module.wavelength_nm) return *module.wavelength_nm < 1000 ? "mmf" : "smf";
    const auto nm = leading_number(module.technology);  // "1310 nm EML"
    if (nm && *nm > 600 && *nm < 2000) return *nm < 1000 ? "mmf" : "smf";
    if (module.reach_smf) return "smf";
    if (module.reach_om3 || module.reach_om4 || module.reach_om5) return "mmf";
    return {};
  }

  /// The optic that a media code or name means, one that fits before one that does not.
  [[nodiscard]] const OpticModel* optic_of(const ModuleReading& module, const OpticModel& planned, const LinkUse& use) const {
    const std::string medium = medium_of(module);
    const OpticModel* found = nullptr;
    for (const OpticModel& one : work_.design.catalogue.optics()) {
      const std::string word = one.name.substr(0, one.name.find(' '));
      const bool by_name = !module.media_text.empty() && word.find("BASE") != std::string::npos &&
                           module.media_text.find(word) != std::string::npos &&
                           module.media_text[module.media_text.find(word) + word.size()] != '-';
      const bool by_code = module.media_code && one.cmis_media_id == *module.media_code && one.medium == medium;
      if (!by_name && !by_code) continue;
      if (judge_substitution(planned, one, use).fits) return &one;
      if (found == nullptr) found = &one;
    }
    return found;
  }

  void by_its_words(PortId port, CableId id, const OpticModel& planned, const Seat& seat) {
    HardwareFinding finding = at(port, seat, FindingKind::unknown_part, FindingSeverity::warning);
    finding.sentence = named(seat) + " in " + work_.names.name(port) + " is in no table of parts";
    finding.remedy = "add it to a table parts.csv beside the evidence: part_number,kind,optic";
    const LinkUse use = use_of(id, nullptr);
    const OpticModel* own = seat.reading == nullptr ? nullptr : optic_of(*seat.reading, planned, use);
    if (own != nullptr) {
      const Substitution verdict = judge_substitution(planned, *own, use);
      finding.severity = verdict.fits ? FindingSeverity::note : FindingSeverity::failed;
      if (!verdict.fits) {
        finding.kind = verdict.kind;
        work_.found(id).medium = own->id;
        finding.remedy = "put in " + planned.name + " or its equal";
      }
      finding.sentence += "; it calls itself " + own->name + (verdict.reason.empty() ? std::string() : ": " + verdict.reason);
      return work_.tell(std::move(finding));
    }
    if (seat.reading != nullptr) {
      const std::string medium = medium_of(*seat.reading);
      const auto reach = medium == "smf" ? seat.reading->reach_smf : medium == "mmf" ? best_multimode(*seat.reading) : std::nullopt;
      if (!medium.empty() && medium != planned.medium && !(planned.connector == "integral" && medium != "copper")) {
        finding.kind = medium == "copper" || planned.medium == "copper" ? FindingKind::wrong_part : FindingKind::wrong_fibre;
        finding.severity = FindingSeverity::failed;
        finding.sentence += "; its light is " + medium + ", planned " + planned.medium;
        finding.remedy = "put in " + planned.name + " or its equal: the cable " + work_.cable(id).name + " that is planned here carries " +
                         planned.medium + "; look at the jacket and label of what is plugged in";
      } else if (reach && *reach < use.length && planned.connector != "integral") {
        finding.kind = FindingKind::wrong_reach;
        finding.severity = FindingSeverity::failed;
        finding.sentence += "; it says that it reaches " + to_readable(*reach) + ", the link has " + to_readable(use.length);
        finding.remedy =
            "put in " + planned.name + " or its equal: the cable " + work_.cable(id).name + " is longer than this module reaches";
      } else if (const std::string why = module_misfit(*seat.reading, planned, cage_type(port)); !why.empty()) {
        finding.kind = FindingKind::wrong_part;
        finding.severity = FindingSeverity::failed;
        finding.sentence += "; " + why;
        finding.remedy = "put in " + planned.name + " or its equal";
      } else if (!medium.empty() && reach) {
        // Nothing on its pages says at which rate it runs: that is for a table of parts.
        finding.sentence += "; light and reach fit, its rate is not known";
      }
    }
    work_.tell(std::move(finding));
  }

  [[nodiscard]] static std::optional<Length> best_multimode(const ModuleReading& module) {
    if (module.reach_om4) return module.reach_om4;
    return module.reach_om3 ? module.reach_om3 : module.reach_om5;
  }

  void power(PortId port, const Seat& seat) {
    const Node& node = work_.fabric().nodes[work_.fabric().ports[port.index()].node.index()];
    if (node.kind != NodeKind::network_switch) return;
    const SwitchModel* model = work_.design.catalogue.find_switch(work_.fabric().switches[node.detail].model);
    if (model == nullptr || model->cage_power.mw == 0) return;
    // What the module says of itself, else the catalogue of its kind.
    const Part* known = work_.design.parts.find(seat.part_number);
    const OpticModel* delivered = known == nullptr ? nullptr : work_.design.catalogue.find_optic(known->optic);
    Power power = delivered == nullptr ? Power{} : delivered->power_max;
    if (seat.reading != nullptr && seat.reading->power_max) power = *seat.reading->power_max;
    if (power <= model->cage_power) return;
    HardwareFinding finding = at(port, seat, FindingKind::power_class, FindingSeverity::failed);
    finding.figures = {figure("power", static_cast<double>(power.mw) / 1000, "W"),
                       figure("limit", static_cast<double>(model->cage_power.mw) / 1000, "W")};
    finding.sentence = named(seat) + " may draw " + to_string(power) + ", a cage of " + model->model + " feeds " +
                       to_string(model->cage_power) + (model->origin.verifies("cage_power") ? "" : " (catalogue value, unverified)");
    finding.remedy = "use a module of a lower power class";
    work_.tell(std::move(finding));
  }

  void length(PortId port, const Seat& seat) {
    const CableId id = work_.names.cable(port);
    const OpticModel* planned = work_.optic(id);
    const auto real = seat.reading->cable_length;
    if (planned == nullptr || planned->connector != "integral" || !real || seat.reading->cable_length_at_least) return;
    if (!lengths_told_.insert(id).second) return;  // the other end says the same
    const PlantChannel& channel = work_.design.plant.channels[id.index()];
    if (channel.step_count != 1) return;
    const Piece& piece = work_.design.plant.pieces[work_.design.plant.steps[channel.first_step].piece];
    const double off = real->metres() - piece.order_length.metres();
    if (std::abs(off) <= 0.25) return;  // EEPROMs know halves of a metre
    const bool too_short = *real < piece.length;
    HardwareFinding finding = at(port, seat, FindingKind::wrong_length, too_short ? FindingSeverity::failed : FindingSeverity::warning);
    finding.figures = {figure("length", real->metres(), "m"), figure("ordered", piece.order_length.metres(), "m"),
                       figure("needed", piece.length.metres(), "m")};
    finding.item = work_.cable(id).name;
    finding.others = {work_.names.name(port)};
    finding.sentence = "the cable says " + to_readable(*real) + ", ordered were " + to_readable(piece.order_length) + ", the way takes " +
                       to_readable(piece.length);
    finding.remedy = too_short ? "it does not reach: exchange it" : "find a place for the slack, or exchange it";
    work_.tell(std::move(finding));
  }

  void faults(const std::vector<PortId>& ports, const Seat& seat) {
    if (seat.reading->faults.empty()) return;
    for (const PortId port : ports)
      if (work_.found(work_.names.cable(port)).missing) return;  // darkness is explained
    HardwareFinding finding = at(ports.front(), seat, FindingKind::fault, FindingSeverity::warning);
    std::string list;
    for (const std::string& one : seat.reading->faults) list += (list.empty() ? "" : ", ") + one;
    finding.sentence = named(seat) + " in " + work_.names.name(ports.front()) + " reports " + list;
    finding.remedy = "clean and reseat; a fault of the transmitter asks for another module";
    work_.tell(std::move(finding));
  }

  void serials_differ(PortId cage, const Seat& first, const Seat& other) {
    HardwareFinding finding = at(cage, first, FindingKind::ends_disagree, FindingSeverity::warning);
    finding.sentence =
        "two records name different modules in the cage of " + work_.names.name(cage) + ": " + named(first) + " and " + named(other);
    finding.remedy = "one of the records is old: read both again";
    finding.seen.push_back(other.at);
    work_.tell(std::move(finding));
  }

  /// Modules of one part number and serial in several cages. Both ends of a cable with fixed ends have the same.
  void serials_repeat() {
    std::map<std::pair<std::string, std::string>, std::map<PortId, const Seat*>> cages;
    for (const auto& [cage, list] : seats_)
      for (const Seat& one : list) {
        if (one.serial.empty() || one.part_number.empty()) continue;
        const CableId id = work_.names.cable(one.port);
        const OpticModel* planned = id.exists() ? work_.optic(id) : nullptr;
        const Part* part = work_.design.parts.find(one.part_number);
        const OpticModel* own = part == nullptr ? planned : work_.design.catalogue.find_optic(part->optic);
        if (own == nullptr || own->connector == "integral" || (one.reading != nullptr && one.reading->carries_copper())) continue;
        cages[{one.part_number, one.serial}].emplace(cage, &one);
      }
    for (const auto& [number, places] : cages) {
      if (places.size() < 2) continue;
      HardwareFinding finding =
          at(places.begin()->second->port, *places.begin()->second, FindingKind::ends_disagree, FindingSeverity::warning);
      finding.sentence = named(*places.begin()->second) + " is in " + std::to_string(places.size()) + " cages at once:";
      for (const auto& [cage, seat] : places) {
        finding.sentence += (cage == places.begin()->first ? " " : ", ") + work_.names.name(cage);
        if (cage == places.begin()->first) continue;
        finding.others.push_back(work_.names.name(cage));
        finding.seen.push_back(seat->at);
      }
      finding.remedy = "a file is a copy of another, or a module was moved between two readings: read these cages again";
      work_.tell(std::move(finding));
    }
  }

  void unplanned(PortId cage, const Seat& seat) {
    HardwareFinding finding = at(cage, seat, FindingKind::extra, FindingSeverity::warning);
    finding.sentence = named(seat) + " sits in " + work_.names.name(cage) + ", where the design has no link";
    finding.remedy = "keep it as a spare, or add the link to the design";
    work_.tell(std::move(finding));
  }

  [[nodiscard]] std::uint64_t cages_planned() const {
    std::set<PortId> cages;
    for (std::uint32_t p = 0; p < work_.fabric().ports.size(); ++p)
      if (work_.names.cable(PortId{p}).exists()) cages.insert(work_.names.cage(PortId{p}));
    return cages.size();
  }

  /// Cages without a module on devices whose modules were read at once: a file for each port does not say what it leaves out. A cable with fixed ends that is missing was told already.
  void missing() {
    std::set<PortId> told;
    for (std::uint32_t p = 0; p < work_.fabric().ports.size(); ++p) {
      const PortId port{p};
      const CableId id = work_.names.cable(port);
      if (!id.exists() || !read_[work_.fabric().ports[p].node.index()] || seats_.contains(work_.names.cage(port))) continue;
      const OpticModel* planned = work_.optic(id);
      if (planned == nullptr || !told.insert(work_.names.cage(port)).second) continue;
      if (work_.found(id).missing) {
        explain(id, port, *planned);
        continue;
      }
      HardwareFinding finding{
          FindingKind::missing, FindingSeverity::failed, work_.names.name(port), {work_.cable(id).name}, {}, {}, {}, {}};
      finding.sentence = "no module is in " + work_.names.name(port) + "; planned is " + planned->name;
      finding.remedy = "put it in, or read this port too";
      work_.tell(std::move(finding));
    }
  }

  /// The cable that does not answer was told already; this is why.
  void explain(CableId id, PortId port, const OpticModel& planned) {
    if (planned.connector == "integral") return;
    for (HardwareFinding& finding : work_.result.findings)
      if (finding.kind == FindingKind::missing && finding.item == work_.cable(id).name) {
        finding.sentence += "; no module is in " + work_.names.name(port);
        finding.remedy = "put " + planned.name + " or its equal into " + work_.names.name(port);
      }
  }

  VerificationWork& work_;
  std::map<PortId, std::vector<Seat>> seats_;  // by first port of the cage
  std::vector<bool> read_;                     // devices whose modules were read all at once, into one file
  std::set<CableId> lengths_told_;
  std::uint64_t seen_ = 0;
  std::uint64_t matched_ = 0;
};

}  // namespace

void check_modules(VerificationWork& work) { ModuleCheck(work).run(); }

}  // namespace eastwest
