// SPDX-License-Identifier: Apache-2.0
// One file, though long: each deviation is five lines, and their list is what a reader comes for.
#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "analysis/hardware/substitution.hpp"
#include "core/random.hpp"
#include "tests/support/delivery.hpp"

namespace eastwest::tests {

namespace {

/// Draws things that no earlier deviation touched.
class Deviator {
 public:
  Deviator(const DesignedSite& site, Delivery& delivery, std::uint64_t seed)
      : site_(site), fabric_(site.site.fabric), names_(fabric_, site.site.plant, site.catalogue), delivery_(delivery), random_(seed, 7) {}

  std::vector<Deviation> run(std::size_t count) {
    using Make = bool (Deviator::*)();
    static constexpr Make kMakes[] = {
        &Deviator::lose_cable,   &Deviator::swap_ports,    &Deviator::miswire_rail,  &Deviator::rotate,
        &Deviator::wrong_module, &Deviator::absent_module, &Deviator::excess_loss,   &Deviator::marginal,
        &Deviator::unequal,      &Deviator::skip_fibres,   &Deviator::wrong_length,  &Deviator::cross_fibres,
        &Deviator::slow,         &Deviator::narrow,        &Deviator::bursts,        &Deviator::bit_errors,
        &Deviator::dim,          &Deviator::weak_lane,     &Deviator::hungry_module, &Deviator::old_list,
        &Deviator::short_copper, &Deviator::extra_cable,   &Deviator::move_cable,    &Deviator::above_worst,
        &Deviator::tester_fails, &Deviator::not_tested,    &Deviator::bad_trunk,     &Deviator::skip_trunk_fibres};
    std::size_t idle = 0;
    for (std::size_t turn = 0; made_.size() < count && idle < std::size(kMakes); ++turn)
      idle = (this->*kMakes[turn % std::size(kMakes)])() ? 0 : idle + 1;
    return std::move(made_);
  }

 private:
  [[nodiscard]] const OpticModel* optic(std::uint32_t c) const { return site_.catalogue.find_optic(fabric_.cables[c].medium); }
  [[nodiscard]] bool is_glass(std::uint32_t c) const { return site_.tests[c].positions.size() > 0; }
  [[nodiscard]] NodeId node(PortId port) const { return fabric_.ports[port.index()].node; }
  [[nodiscard]] bool is_host(PortId port) const { return fabric_.nodes[node(port).index()].kind == NodeKind::host; }
  /// The host's end of a cable to a leaf; none of a cable between switches.
  [[nodiscard]] PortId host_end(std::uint32_t c) const {
    const Cable& cable = fabric_.cables[c];
    return is_host(cable.a) ? cable.a : is_host(cable.b) ? cable.b : PortId{};
  }
  [[nodiscard]] PortId other_end(std::uint32_t c, PortId port) const {
    return fabric_.cables[c].a == port ? fabric_.cables[c].b : fabric_.cables[c].a;
  }

  bool free(std::uint32_t c, const std::string& what) const { return !used_.contains({what, c}); }
  void use(std::uint32_t c, const std::string& what) { used_.insert({what, c}); }
  /// What changes the place of a cable excludes everything else that is seen on it.
  bool untouched(std::uint32_t c) const {
    return std::none_of(used_.begin(), used_.end(), [&](const auto& one) { return one.second == c; }) && cage_untouched(c);
  }
  bool cage_untouched(std::uint32_t c) const {
    return !cages_.contains(names_.cage(fabric_.cables[c].a)) && !cages_.contains(names_.cage(fabric_.cables[c].b));
  }
  void use_all(std::uint32_t c) {
    for (const char* what : {"place", "loss", "errors", "speed", "light"}) use(c, what);
    for (const PortId port : {fabric_.cables[c].a, fabric_.cables[c].b}) cages_.insert(names_.cage(port));
  }

  /// A cable for which `fits` holds; nothing after many draws.
  std::optional<std::uint32_t> pick(const std::function<bool(std::uint32_t)>& fits) {
    for (int i = 0; i < 400; ++i) {
      const auto c = static_cast<std::uint32_t>(random_.below(fabric_.cables.size()));
      if (fits(c)) return c;
    }
    return std::nullopt;
  }
  bool tell(FindingKind kind, std::string item, std::string what) {
    made_.push_back({kind, std::move(item), std::move(what)});
    return true;
  }
  [[nodiscard]] const std::string& name(std::uint32_t c) const { return fabric_.cables[c].name; }

  bool lose_cable() {
    const auto c = pick([&](std::uint32_t one) { return untouched(one); });
    if (!c) return false;
    use_all(*c);
    delivery_.cables[*c].missing = true;
    return tell(FindingKind::missing, name(*c), "cable not plugged");
  }

  /// Exchanges the far ends of two cables from hosts.
  void exchange(std::uint32_t c, std::uint32_t d) {
    const PortId near_c = host_end(c);
    const PortId near_d = host_end(d);
    delivery_.cables[c].a = near_c;
    delivery_.cables[c].b = other_end(d, near_d);
    delivery_.cables[d].a = near_d;
    delivery_.cables[d].b = other_end(c, near_c);
    use_all(c);
    use_all(d);
  }

  bool swap(bool same_leaf) {
    const auto c = pick([&](std::uint32_t one) { return untouched(one) && host_end(one).exists(); });
    if (!c) return false;
    const NodeId leaf = node(other_end(*c, host_end(*c)));
    const auto d = pick([&](std::uint32_t one) {
      if (one == *c || !untouched(one) || !host_end(one).exists() || fabric_.cables[one].medium != fabric_.cables[*c].medium) return false;
      const NodeId other = node(other_end(one, host_end(one)));
      return same_leaf ? other == leaf : other != leaf && node(host_end(one)) == node(host_end(*c));
    });
    if (!d) return false;
    exchange(*c, *d);
    return tell(same_leaf ? FindingKind::swapped_ports : FindingKind::miswired_rail, name(*c), "exchanged with " + name(*d));
  }
  bool swap_ports() { return swap(true); }
  bool miswire_rail() { return swap(false); }

  /// Three cables of one leaf move on by one.
  bool rotate() {
    const auto c = pick([&](std::uint32_t one) { return untouched(one) && host_end(one).exists(); });
    if (!c) return false;
    const NodeId leaf = node(other_end(*c, host_end(*c)));
    std::vector<std::uint32_t> three{*c};
    for (std::uint32_t d = 0; d < fabric_.cables.size() && three.size() < 3; ++d)
      if (d != *c && untouched(d) && host_end(d).exists() && node(other_end(d, host_end(d))) == leaf &&
          fabric_.cables[d].medium == fabric_.cables[*c].medium)
        three.push_back(d);
    if (three.size() < 3) return false;
    std::vector<PortId> far;
    for (const std::uint32_t one : three) far.push_back(other_end(one, host_end(one)));
    for (std::size_t i = 0; i < 3; ++i) {
      delivery_.cables[three[i]].a = host_end(three[i]);
      delivery_.cables[three[i]].b = far[(i + 1) % 3];
    }
    for (const std::uint32_t one : three) use_all(one);
    return tell(FindingKind::swapped_ports, name(*c), "three cables moved on by one");
  }

  /// A cage with a pluggable module that nothing else touched.
  std::optional<std::pair<std::uint32_t, PortId>> pick_cage() {
    PortId cage;
    const auto c = pick([&](std::uint32_t one) {
      if (!is_glass(one)) return false;
      cage = names_.cage(random_.below(2) == 0 ? fabric_.cables[one].a : fabric_.cables[one].b);
      return delivery_.modules.contains(cage) && cages_untouched_with(cage);
    });
    if (!c) return std::nullopt;
    return std::pair(*c, cage);
  }
  /// No deviation on any cable of the cage.
  bool cages_untouched_with(PortId cage) const {
    if (cages_.contains(cage)) return false;
    for (std::uint32_t half = 0; half < names_.ports_per_cage(node(cage)); ++half)
      if (const CableId id = names_.cable(PortId{cage.value + half}); id.exists() && !free(id.value, "place")) return false;
    return true;
  }

  bool wrong_module() {
    const auto found = pick_cage();
    if (!found) return false;
    const auto [c, cage] = *found;
    DeliveredModule& module = delivery_.modules.at(cage);
    LinkUse use;
    use.length = fabric_.cables[c].length;
    const PlantChannel& channel = site_.site.plant.channels[c];
    use.fibre = site_.site.plant.pieces[site_.site.plant.steps[channel.first_step].piece].fibre;
    use.loss = site_.tests[c].channel_worst;
    // Any module of as many ports that the specification refuses: multimode for single-mode, FR4 for DR4, 200G for 400G.
    // Every way of being wrong comes as often as the others.
    std::map<FindingKind, std::vector<const OpticModel*>> wrong;
    const std::uint32_t ports = optic_ports(*site_.catalogue.find_optic(module.optic));
    for (const OpticModel& one : site_.catalogue.optics())
      if (const Substitution verdict = judge_substitution(*optic(c), one, use);
          one.connector != "integral" && optic_ports(one) == ports && !verdict.fits)
        wrong[verdict.kind].push_back(&one);
    if (wrong.empty()) return false;
    const auto& list = std::next(wrong.begin(), static_cast<std::ptrdiff_t>(random_.below(wrong.size())))->second;
    const OpticModel& other = *list[random_.below(list.size())];
    module.optic = other.id;
    module.power_w = 1;
    cages_.insert(cage);
    const FindingKind kind = judge_substitution(*optic(c), other, use).kind;
    PortId first = cage;
    while (!names_.cable(first).exists()) ++first.value;
    return tell(kind, names_.name(first), other.id + " for " + optic(c)->id);
  }

  bool absent_module() {
    const auto found = pick_cage();
    if (!found) return false;
    const auto [c, cage] = *found;
    if (names_.ports_per_cage(node(cage)) != 1 || !untouched(c)) return false;
    delivery_.modules.at(cage).absent = true;
    use_all(c);
    return tell(FindingKind::missing, name(c), "module not there");
  }

  std::optional<std::uint32_t> pick_glass(const char* what) {
    const auto c = pick([&](std::uint32_t one) { return is_glass(one) && free(one, what) && free(one, "place"); });
    if (c) use(*c, what);
    return c;
  }

  bool excess_loss() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    const TestExpectation& plan = site_.tests[*c];
    delivery_.cables[*c].loss_db = plan.limit.decibels() + plan.plugs.decibels() - plan.typical().decibels() + 0.2;
    return tell(FindingKind::excess_loss, name(*c), "loss above the budget");
  }
  /// Inside what the optics bear, and yet no part at its limit explains it.
  bool above_worst() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].loss_db = site_.tests[*c].worst().decibels() - site_.tests[*c].typical().decibels() + 0.02;
    return tell(FindingKind::excess_loss, name(*c), "loss above the worst case");
  }
  bool tester_fails() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].failed = true;
    return tell(FindingKind::excess_loss, name(*c), "the test set says FAIL");
  }
  bool not_tested() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].blank = true;
    return tell(FindingKind::no_result, name(*c), "rows not filled in");
  }
  bool marginal() {
    const auto c = pick([&](std::uint32_t one) {
      return is_glass(one) && free(one, "loss") && free(one, "place") &&
             site_.tests[one].worst().mdb - site_.tests[one].typical().mdb > 340;
    });
    if (!c) return false;
    use(*c, "loss");
    delivery_.cables[*c].loss_db = (0.3 + site_.tests[*c].worst().decibels() - site_.tests[*c].typical().decibels()) / 2;
    return tell(FindingKind::marginal_loss, name(*c), "loss above the model");
  }
  /// A trunk or cord on its own that no other deviation touched.
  const TestExpectation* pick_trunk() {
    std::vector<const TestExpectation*> left;
    for (std::size_t i = fabric_.cables.size(); i < site_.tests.size(); ++i)
      if (site_.tests[i].positions.size() > 1 && !delivery_.trunks.contains(site_.tests[i].name)) left.push_back(&site_.tests[i]);
    return left.empty() ? nullptr : left[random_.below(left.size())];
  }
  bool bad_trunk() {
    const TestExpectation* trunk = pick_trunk();
    if (trunk == nullptr) return false;
    delivery_.trunks[trunk->name].loss_db = trunk->worst().decibels() - trunk->typical().decibels() + 0.02;
    return tell(FindingKind::excess_loss, trunk->name, "a fibre of a trunk above the worst case");
  }
  bool skip_trunk_fibres() {
    const TestExpectation* trunk = pick_trunk();
    if (trunk == nullptr) return false;
    delivery_.trunks[trunk->name].untested = 1 + static_cast<std::uint32_t>(random_.below(trunk->positions.size() - 1));
    return tell(FindingKind::missing_fibres, trunk->name, "fibres of a trunk not tested");
  }
  bool unequal() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].loss_back_db = 0.25;
    return tell(FindingKind::marginal_loss, name(*c), "directions differ");
  }
  bool skip_fibres() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].untested =
        1 + static_cast<std::uint32_t>(random_.below(static_cast<std::uint32_t>(site_.tests[*c].positions.size()) - 1));
    return tell(FindingKind::missing_fibres, name(*c), "fibres not tested");
  }
  bool wrong_length() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].longer_mm = 3'500;
    return tell(FindingKind::wrong_length, name(*c), "longer than planned");
  }
  bool cross_fibres() {
    const auto c = pick_glass("loss");
    if (!c) return false;
    delivery_.cables[*c].crossed = true;
    return tell(FindingKind::wrong_polarity, name(*c), "a cord of another type");
  }

  std::optional<std::uint32_t> pick_link(const char* what) {
    const auto c = pick([&](std::uint32_t one) { return optic(one) != nullptr && free(one, what) && free(one, "place"); });
    if (c) use(*c, what);
    return c;
  }
  bool slow() {
    const auto c = pick_link("speed");
    if (!c) return false;
    delivery_.cables[*c].rate = 200'000'000'000;
    return tell(FindingKind::wrong_speed, name(*c), "half of the rate");
  }
  bool narrow() {
    const auto c = pick_link("speed");
    if (!c) return false;
    delivery_.cables[*c].lanes = optic_end(*optic(*c)).lanes / 2;
    return tell(FindingKind::wrong_width, name(*c), "half of the lanes");
  }
  bool bursts() {
    const auto c = pick([&](std::uint32_t one) {
      return optic(one) != nullptr && optic(one)->fec.starts_with("KP4") && free(one, "errors") && free(one, "place");
    });
    if (!c) return false;
    use(*c, "errors");
    delivery_.cables[*c].bursty = true;
    return tell(FindingKind::bursty_link, name(*c), "bursts of errors");
  }
  bool bit_errors() {
    const auto c = pick([&](std::uint32_t one) {
      return optic(one) != nullptr && optic(one)->fec.starts_with("KP4") && free(one, "errors") && free(one, "place");
    });
    if (!c) return false;
    use(*c, "errors");
    delivery_.cables[*c].ber = optic(*c)->pre_fec_ber * (random_.below(2) == 0 ? 0.4 : 1.5);
    return tell(FindingKind::bit_errors, name(*c), "bit errors");
  }
  bool dim() {
    const auto c =
        pick([&](std::uint32_t one) { return is_glass(one) && free(one, "light") && free(one, "place") && cage_untouched(one); });
    if (!c) return false;
    use(*c, "light");
    delivery_.cables[*c].light_off_db = -4;
    return tell(FindingKind::light_level, name(*c), "4 dB below the expectation");
  }
  bool weak_lane() {
    const auto c = pick([&](std::uint32_t one) {
      return is_glass(one) && optic_end(*optic(one)).lanes > 2 && free(one, "light") && free(one, "place") && cage_untouched(one);
    });
    if (!c) return false;
    use(*c, "light");
    delivery_.cables[*c].weak_lane = static_cast<std::int32_t>(random_.below(optic_end(*optic(*c)).lanes));
    return tell(FindingKind::light_level, name(*c), "one lane weak");
  }

  bool hungry_module() {
    const auto found = pick_cage();
    if (!found) return false;
    const PortId cage = found->second;
    if (is_host(cage)) return false;
    const SwitchModel* model = site_.catalogue.find_switch(fabric_.switches[fabric_.nodes[node(cage).index()].detail].model);
    if (model == nullptr || model->cage_power.mw == 0) return false;
    delivery_.modules.at(cage).power_w = static_cast<double>(model->cage_power.mw) / 1000 + 3;
    cages_.insert(cage);
    PortId first = cage;
    while (!names_.cable(first).exists()) ++first.value;
    return tell(FindingKind::power_class, names_.name(first), "draws more than the cage feeds");
  }

  /// One end still names the neighbour of last week: the peer of another, healthy cable.
  bool old_list() {
    const auto c = pick([&](std::uint32_t one) { return untouched(one); });
    if (!c) return false;
    use_all(*c);
    const auto d = pick([&](std::uint32_t one) { return untouched(one); });
    if (!d) return false;
    use_all(*d);
    delivery_.stale[fabric_.cables[*c].a] = fabric_.cables[*d].b;
    return tell(FindingKind::ends_disagree, name(*c), "an old list of neighbours");
  }

  bool short_copper() {
    const auto c = pick([&](std::uint32_t one) {
      return optic(one) != nullptr && optic(one)->connector == "integral" && free(one, "length") && free(one, "place");
    });
    if (!c) return false;
    use(*c, "length");
    delivery_.cables[*c].cable_length_m = 0.5;
    return tell(FindingKind::wrong_length, name(*c), "too short");
  }

  /// A port of a switch that the design does not use.
  PortId pick_free_port(NodeId at = {}) {
    NodeId id = at;
    while (!id.exists() || fabric_.nodes[id.index()].kind == NodeKind::host)
      id = NodeId{static_cast<std::uint32_t>(random_.below(fabric_.nodes.size()))};
    const std::uint32_t per_cage = names_.ports_per_cage(id);
    for (std::uint32_t index = fabric_.nodes[id.index()].port_count; index < 1024; ++index) {
      const std::string interface = per_cage > 1 ? "swp" + std::to_string(index / per_cage + 1) + "s" + std::to_string(index % per_cage)
                                                 : "swp" + std::to_string(index + 1);
      const PortId port = names_.port(id, interface);
      if (!port.exists()) break;
      if (taken_.insert(port).second) return port;
    }
    return {};  // the switch has no more
  }
  bool extra_cable() {
    const PortId a = pick_free_port();
    const PortId b = pick_free_port();
    if (!a.exists() || !b.exists()) return false;
    delivery_.extra.emplace_back(a, b);
    return tell(FindingKind::extra, names_.name(a), "a cable that nobody planned");
  }
  /// A cable of a host in a free port of the same leaf.
  bool move_cable() {
    const auto c = pick([&](std::uint32_t one) { return untouched(one) && host_end(one).exists(); });
    if (!c) return false;
    const PortId near = host_end(*c);
    const PortId free = pick_free_port(node(other_end(*c, near)));
    if (!free.exists()) return false;
    delivery_.cables[*c].b = free;
    delivery_.cables[*c].a = near;
    use_all(*c);
    return tell(FindingKind::swapped_ports, name(*c), "in another port");
  }

  const DesignedSite& site_;
  const Fabric& fabric_;
  const PortNames names_;
  Delivery& delivery_;
  RandomStream random_;
  std::vector<Deviation> made_;
  std::set<std::pair<std::string, std::uint32_t>> used_;
  std::set<PortId> cages_;
  std::set<PortId> taken_;  // free ports that got a cable
};

}  // namespace

std::vector<Deviation> deviate(const DesignedSite& site, Delivery& delivery, std::uint64_t seed, std::size_t count) {
  return Deviator(site, delivery, seed).run(count);
}

}  // namespace eastwest::tests
