// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/cage_check.hpp"

#include <map>
#include <set>

#include "topology/plant/breakout.hpp"
#include "topology/plant/checks/cages.hpp"

namespace eastwest {

namespace {

std::string forms_of(const OpticModel& optic) {
  std::string text;
  for (const std::string& form : optic.form_factors) text += (text.empty() ? "" : " or ") + form;
  return text;
}

class Cages {
 public:
  explicit Cages(const CheckInput& input) : input_(input) {}

  std::vector<Finding> check() {
    for (std::uint32_t c = 0; c < input_.links.size(); ++c) {
      if (input_.links[c].optic == nullptr) continue;
      for (const PortId port : {input_.fabric.cables[c].a, input_.fabric.cables[c].b}) sort_port(c, port);
    }
    check_shared();
    tell_forms();
    tell_power();
    tell_halves();
    tell_unknown();
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::string model_of(PortId port) const {
    const Node& node = input_.node_of(port);
    return node.kind == NodeKind::host ? input_.fabric.hosts[node.detail].model : input_.fabric.switches[node.detail].model;
  }
  [[nodiscard]] std::string port_name(std::uint32_t port) const { return input_.port_text(PortId{port}); }
  [[nodiscard]] Finding begin(const CaseGroups::Group& group, FindingLevel level, std::string rule) const {
    return finding_of(group, level, std::move(rule), [this](std::uint32_t port) { return port_name(port); });
  }
  [[nodiscard]] const OpticModel& optic_at(std::uint32_t port) const { return *optics_.at(port); }

  [[nodiscard]] std::uint32_t cage_ports(std::uint32_t port) const { return cage_of_port(input_, PortId{port}).ports; }

  void sort_port(std::uint32_t c, PortId port) {
    const OpticModel& optic = *input_.links[c].optic;
    optics_[port.value] = &optic;
    const Cage cage = cage_of_port(input_, port);
    const std::string key = model_of(port) + " " + optic.id;
    if (cage.types.empty()) {
      unknown_cage_.add(model_of(port), port.value);
      return;
    }
    if (cage.ports > 1) shared_[{input_.fabric.ports[port.index()].node.value, cage.number}].push_back(port.value);
    const auto [known, fresh] = modules_.try_emplace(key);
    if (fresh) known->second = module_in(input_.catalogue, optic, cage);
    const CageModule& module = known->second;
    if (module.module == nullptr) {
      (module.other != nullptr ? form_ : unknown_module_).add(key, port.value);
      return;
    }
    if (cage.in_server) return;
    if (cage.power.mw == 0 || module.module->power_max.mw == 0) unknown_power_.add(model_of(port), port.value);
    else if (module.module->power_max > cage.power)
      power_.add(key, port.value, static_cast<double>(module.module->power_max.mw - cage.power.mw));
  }

  /// One module for several ports: its halves must be alike, and its legs must fit it.
  void check_shared() {
    for (const auto& [where, ports] : shared_) {
      std::set<std::string> kinds;
      for (const std::uint32_t port : ports) kinds.insert(optic_at(port).id);
      if (kinds.size() > 1) {
        std::string names;
        for (const std::string& kind : kinds) names += (names.empty() ? "`" : " and `") + kind + "`";
        halves_.add(model_of(PortId{ports.front()}) + " " + names, ports.front());
        half_names_[model_of(PortId{ports.front()}) + " " + names] = names;
        continue;
      }
      const OpticModel& optic = optic_at(ports.front());
      const CageModule& module = modules_.at(model_of(PortId{ports.front()}) + " " + optic.id);
      // Of "MPO-16 or 2xMPO-12" the second form has the ends: nothing is left to check of it.
      if (module.module == nullptr || optic.connector == "integral" || ends_of(*module.module) != cage_ports(ports.front())) continue;
      const std::vector<BreakoutUse> uses(ports.size(), BreakoutUse{1, {&optic}});
      for (const PlantViolation& violation : check_breakout(*module.module, uses)) {
        Finding finding;
        finding.level = violation.verdict == Verdict::fail ? FindingLevel::fail : FindingLevel::note;
        finding.rule = "cages.breakout";
        finding.item = port_name(ports.front());
        for (const std::uint32_t port : ports) finding.items.push_back(port_name(port));
        finding.sentence = "shares its cage: " + violation.sentence;
        finding.remedy = violation.remedy;
        findings_.push_back(std::move(finding));
      }
    }
  }

  void tell_forms() {
    for (const CaseGroups::Group& group : form_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "cages.form_factor");
      const OpticModel& optic = optic_at(group.worst);
      const Cage cage = cage_of_port(input_, PortId{group.worst});
      const OpticModel& module = *modules_.at(group.key).other;
      finding.sentence = "has cages " + cage.text + ", into which `" + module.id + "` (" + forms_of(module) + ") does not go" +
                         (cage.ports > 1 ? ", the module of " + std::to_string(cage.ports) + " `" + optic.id + "`" : "");
      finding.limit = cage.text + " of `" + model_of(PortId{group.worst}) + "` (" +
                      (cage.origin == nullptr ? "site" : source_of(*cage.origin, cage.in_server ? "nic_cages" : "cages")) + ")";
      finding.remedy = other_optics(optic, cage);
      findings_.push_back(std::move(finding));
    }
  }

  [[nodiscard]] std::string other_optics(const OpticModel& optic, const Cage& cage) const {
    std::string names;
    for (const OpticModel& candidate : input_.catalogue.optics())
      if (candidate.rate == optic.rate && candidate.medium == optic.medium && candidate.connector == optic.connector &&
          module_in(input_.catalogue, candidate, cage).module != nullptr)
        names += (names.empty() ? "`" : ", `") + candidate.id + "`";
    return names.empty() ? "a device whose cages take it" : "of the same fibre and plugs go in: " + names;
  }

  void tell_power() {
    for (const CaseGroups::Group& group : power_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "cages.power");
      const Cage cage = cage_of_port(input_, PortId{group.worst});
      const OpticModel& module = *modules_.at(group.key).module;
      finding.sentence = "holds `" + module.id + "`, which may draw " + power_text(module.power_max) + "; the cage feeds and cools " +
                         power_text(cage.power);
      finding.limit = power_text(cage.power) + " a cage of `" + model_of(PortId{group.worst}) + "` (" +
                      source_of(*cage.origin, "cage_power") + "); module " + source_of(module.origin, "power_max");
      finding.remedy = "a module of less power, or a switch whose cages feed more";
      findings_.push_back(std::move(finding));
    }
  }

  void tell_halves() {
    for (const CaseGroups::Group& group : halves_.sorted()) {
      Finding finding = begin(group, FindingLevel::fail, "cages.halves");
      finding.sentence = "shares one cage with another link: " + half_names_.at(group.key) + " would be halves of one module";
      finding.remedy = "the same optic in both halves of a twin cage, or plug one of the links into another cage";
      findings_.push_back(std::move(finding));
    }
  }

  void tell_unknown() {
    const auto note = [&](const CaseGroups& groups, const std::function<std::string(const CaseGroups::Group&)>& sentence) {
      for (const CaseGroups::Group& group : groups.sorted()) {
        Finding finding = begin(group, FindingLevel::note, "cages.unknown");
        finding.sentence = sentence(group);
        findings_.push_back(std::move(finding));
      }
    };
    note(unknown_cage_, [](const CaseGroups::Group& group) {
      return "is of `" + group.key + "`, whose cages the catalogue does not know: form factors are not checked";
    });
    note(unknown_module_, [&](const CaseGroups::Group& group) {
      const Cage cage = cage_of_port(input_, PortId{group.worst});
      return "shares a cage: the catalogue has no module with " + std::to_string(cage.ports) + " ends of `" + optic_at(group.worst).id +
             "`: form factor and power are not checked";
    });
    note(unknown_power_, [](const CaseGroups::Group& group) {
      return "is of `" + group.key + "`: what its cages feed and cool, or what the module draws, is not known: power is not checked";
    });
  }

  const CheckInput& input_;
  std::vector<Finding> findings_;
  std::map<std::uint32_t, const OpticModel*> optics_;                                     // by port
  std::map<std::string, CageModule> modules_;                                             // by model and optic
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> shared_;  // by node and cage
  std::map<std::string, std::string> half_names_;
  CaseGroups form_, power_, halves_, unknown_cage_, unknown_module_, unknown_power_;
};

}  // namespace

std::vector<Finding> check_cages(const CheckInput& input) { return Cages(input).check(); }

}  // namespace eastwest
