// SPDX-License-Identifier: Apache-2.0
// What is plugged where. Every port claims at most one peer (by its own list of neighbours, or a point-to-point list). Where two claims agree, or one
// side keeps no list, there is a cable. Cables that are not the planned ones join planned cables into chains and rings: a ring of two is a
// swap, a longer ring a rotation, a chain of one a cable in another port; each is one finding.
#include <algorithm>
#include <set>

#include "analysis/hardware/checks.hpp"

namespace eastwest {

namespace {

struct Claim {
  PortId peer;
  EvidenceLine at;
};
struct Quarrel {
  std::set<PortId> ports;
  std::string sentence;
  std::vector<EvidenceLine> seen;
};
struct Plugged {
  PortId a;
  PortId b;
  EvidenceLine at;
};

constexpr std::size_t kCutOffLeast = 4;  // of fewer silent ports each is told

class CablingCheck {
 public:
  explicit CablingCheck(VerificationWork& work) : work_(work), listed_(work.fabric().nodes.size()) {}

  void run() {
    for (const NeighbourReading& one : work_.evidence.neighbours)
      claim(one.device, one.interface, one.peer_device, one.peer_interface, one.peer_description, one.at);
    for (const ConnectionReading& one : work_.evidence.connections) {
      claim(one.a.device, one.a.interface, one.z.device, one.z.interface, {}, one.at);
      claim(one.z.device, one.z.interface, one.a.device, one.a.interface, {}, one.at);
    }
    if (std::none_of(listed_.begin(), listed_.end(), [](bool one) { return one; })) return;
    cut_off();
    settle();
    tell_quarrels();
    judge();
    missing();
    unread();
    count();
  }

 private:
  void claim(const std::string& device, const std::string& interface, const std::string& peer, const std::string& peer_interface,
             const std::string& peer_description, const EvidenceLine& at) {
    const NodeId node = work_.names.node(device);
    if (node.exists()) listed_[node.index()] = true;
    const PortId own = work_.port_of(device, interface, at);
    PortId other = work_.names.port(peer, peer_interface);
    if (!other.exists() && !peer_description.empty()) other = work_.names.port(peer, peer_description);
    if (!other.exists()) other = work_.port_of(peer, peer_interface, at);
    if (own.exists() && !other.exists()) strangers_.emplace(own, Stranger{peer + ":" + peer_interface, work_.names.node(peer)});
    if (!own.exists() || !other.exists() || own == other) return;
    Claim& known = claims_[own];
    if (!known.peer.exists()) {
      known = {other, at};
    } else if (known.peer != other) {
      HardwareFinding finding{FindingKind::ends_disagree, FindingSeverity::failed, work_.names.name(own), {}, {}, {}, {}, {known.at, at}};
      finding.sentence = work_.names.name(own) + " has two neighbours, " + work_.names.name(known.peer) + " and " + work_.names.name(other);
      finding.remedy = "look for a switch or hub in between, or for lists of different days";
      work_.tell(std::move(finding));
    }
  }

  [[nodiscard]] bool lists(PortId port) const { return listed_[node(port).index()]; }

  /// A list that says nothing of most cables of its device was cut off, or taken while the device came up: one finding, and no evidence of
  /// what is not there.
  void cut_off() {
    const Fabric& fabric = work_.fabric();
    for (std::uint32_t n = 0; n < fabric.nodes.size(); ++n) {
      if (!listed_[n]) continue;
      std::uint32_t cabled = 0;
      std::vector<std::string> silent;
      for (std::uint32_t p = 0; p < fabric.nodes[n].port_count; ++p) {
        const PortId port{fabric.nodes[n].first_port + p};
        const CableId id = work_.names.cable(port);
        if (!id.exists()) continue;
        ++cabled;
        if (!claims_.contains(port) && !strangers_.contains(port)) silent.push_back(work_.cable(id).name);
      }
      if (silent.size() < kCutOffLeast || silent.size() * 2 <= cabled) continue;
      listed_[n] = false;
      HardwareFinding finding{FindingKind::missing, FindingSeverity::failed, fabric.nodes[n].name, silent, {}, {}, {}, {}};
      finding.figures = {figure("ports without a neighbour", static_cast<double>(silent.size()), ""),
                         figure("ports with a cable", static_cast<double>(cabled), "")};
      finding.sentence = std::to_string(silent.size()) + " of the " + std::to_string(cabled) + " planned ports of " + fabric.nodes[n].name +
                         " have no neighbour: its list is cut off, or most of it is not plugged";
      finding.remedy = "take its list of neighbours again when all its links are up; what it does not say is not judged";
      work_.tell(std::move(finding));
    }
  }

  /// From claims to cables.
  void settle() {
    for (const auto& [own, mine] : claims_) {
      const auto known = claims_.find(mine.peer);
      const Claim other = known == claims_.end() ? Claim{} : known->second;
      if (other.peer == own) {
        if (own < mine.peer) plugged_.push_back({own, mine.peer, mine.at});
      } else if (!other.peer.exists() && !lists(mine.peer)) {
        plugged_.push_back({own, mine.peer, mine.at});
      } else {
        disagree(own, mine, other);
      }
    }
    // Two devices that keep no list may be claimed by several: one port has one cable.
    std::set<PortId> taken;
    std::erase_if(plugged_, [&](const Plugged& one) {
      if (taken.insert(one.a).second && taken.insert(one.b).second) return false;
      HardwareFinding finding{FindingKind::ends_disagree, FindingSeverity::failed, work_.names.name(one.b), {}, {}, {}, {}, {one.at}};
      finding.sentence =
          "several ports say that they are plugged into " + work_.names.name(one.b) + ", " + work_.names.name(one.a) + " too";
      finding.remedy = "take the lists of neighbours again, all at one time";
      work_.tell(std::move(finding));
      return true;
    });
  }

  void disagree(PortId own, const Claim& mine, const Claim& other) {
    std::set<PortId> ports{own, mine.peer};
    std::string sentence = work_.names.name(own) + " sees " + work_.names.name(mine.peer) + ", which sees " +
                           (other.peer.exists() ? work_.names.name(other.peer) : std::string("nobody there"));
    std::vector<EvidenceLine> seen{mine.at};
    if (other.peer.exists()) seen.push_back(other.at);
    // Claims that share a port have one cause.
    for (Quarrel& known : quarrels_)
      if (std::any_of(ports.begin(), ports.end(), [&](PortId port) { return known.ports.contains(port); })) {
        known.ports.merge(ports);
        known.sentence += "; " + sentence;
        known.seen.insert(known.seen.end(), seen.begin(), seen.end());
        return;
      }
    quarrels_.push_back({std::move(ports), std::move(sentence), std::move(seen)});
  }

  void tell_quarrels() {
    for (const Quarrel& one : quarrels_) {
      HardwareFinding finding{FindingKind::ends_disagree, FindingSeverity::failed, {}, {}, one.sentence, {}, {}, one.seen};
      for (const PortId port : one.ports) {
        const CableId planned = work_.names.cable(port);
        finding.others.push_back(work_.names.name(port));
        if (planned.exists() && one.ports.contains(work_.names.peer(port))) finding.item = work_.cable(planned).name;
        unsure_.insert(port);
      }
      if (finding.item.empty()) finding.item = finding.others.front();
      finding.remedy = "take both lists of neighbours again; a link that works one way only has a broken or crossed fibre";
      work_.tell(std::move(finding));
    }
  }

  void judge() {
    std::vector<std::vector<std::size_t>> edges(work_.fabric().cables.size());  // wrong cables at each planned one
    std::vector<std::size_t> strangers;
    for (std::size_t i = 0; i < plugged_.size(); ++i) {
      const CableId a = work_.names.cable(plugged_[i].a);
      const CableId b = work_.names.cable(plugged_[i].b);
      if (a.exists() && a == b) {
        as_planned_.insert(a);
        work_.found(a).up = true;
        continue;
      }
      if (!a.exists() && !b.exists()) strangers.push_back(i);
      if (a.exists()) edges[a.index()].push_back(i);
      if (b.exists()) edges[b.index()].push_back(i);
    }
    for (const std::size_t i : strangers) extra(plugged_[i]);
    std::vector<bool> done(work_.fabric().cables.size());
    // Chains first, from their ends, then rings.
    for (const std::size_t ends : {std::size_t{1}, std::size_t{2}})
      for (std::uint32_t c = 0; c < edges.size(); ++c)
        if (!done[c] && edges[c].size() == ends) tell(collect(edges, done, c), edges);
  }

  /// All planned cables that wrong ones join with `first`.
  std::vector<CableId> collect(const std::vector<std::vector<std::size_t>>& edges, std::vector<bool>& done, std::uint32_t first) const {
    std::vector<CableId> chain{CableId{first}};
    done[first] = true;
    for (std::size_t i = 0; i < chain.size(); ++i)
      for (const std::size_t edge : edges[chain[i].index()])
        for (const PortId port : {plugged_[edge].a, plugged_[edge].b}) {
          const CableId next = work_.names.cable(port);
          if (next.exists() && !done[next.index()]) {
            done[next.index()] = true;
            chain.push_back(next);
          }
        }
    return chain;
  }

  [[nodiscard]] NodeId node(PortId port) const { return work_.names.node(port); }
  [[nodiscard]] bool is_host(PortId port) const { return work_.fabric().nodes[node(port).index()].kind == NodeKind::host; }

  /// A NIC that hangs on another leaf than planned.
  [[nodiscard]] bool changes_rail(const Plugged& one) const {
    for (const auto& [own, other] : {std::pair(one.a, one.b), std::pair(one.b, one.a)}) {
      const PortId planned = work_.names.peer(own);
      if (is_host(own) && planned.exists() && !is_host(other) && node(planned) != node(other)) return true;
    }
    return false;
  }

  void tell(const std::vector<CableId>& chain, const std::vector<std::vector<std::size_t>>& edges) {
    std::set<std::size_t> wrong;
    for (const CableId cable : chain) wrong.insert(edges[cable.index()].begin(), edges[cable.index()].end());
    const bool ring = wrong.size() == chain.size() && chain.size() > 1;
    HardwareFinding finding;
    finding.item = work_.cable(chain.front()).name;
    bool rail = false;
    std::string seen;
    for (const std::size_t i : wrong) {
      rail = rail || changes_rail(plugged_[i]);
      seen += (seen.empty() ? "" : ", ") + work_.names.name(plugged_[i].a) + " - " + work_.names.name(plugged_[i].b);
      finding.seen.push_back(plugged_[i].at);
    }
    finding.kind = rail ? FindingKind::miswired_rail : FindingKind::swapped_ports;
    std::string planned;
    for (const CableId cable : chain) {
      planned += (planned.empty() ? "" : ", ") + work_.cable_text(cable);
      if (cable != chain.front()) finding.others.push_back(work_.cable(cable).name);
      told_.insert(cable);
    }
    const std::string what =
        ring ? chain.size() == 2 ? "two cables are exchanged" : std::to_string(chain.size()) + " cables are exchanged in a ring"
        : chain.size() == 1 ? "the cable is in another port"
                            : std::to_string(chain.size()) + " cables are mixed up";
    finding.sentence = what + (rail ? ", and with them rails" : "") + ": planned " + planned + "; found " + seen;
    finding.remedy =
        rail ? "plug them as planned: traffic of a rail crosses the spine now" : "plug them as planned, or record it with --as-built";
    record(chain, wrong);
    work_.tell(std::move(finding));
  }

  /// Which planned cable each wrong one is: the one whose end it has kept at a host, else at its end a.
  void record(const std::vector<CableId>& chain, const std::set<std::size_t>& wrong) {
    std::set<CableId> left(chain.begin(), chain.end());
    for (const std::size_t i : wrong) {
      const CableId a = work_.names.cable(plugged_[i].a);
      const CableId b = work_.names.cable(plugged_[i].b);
      CableId best = a.exists() && left.contains(a) ? a : b;
      if (b.exists() && left.contains(b) && is_host(plugged_[i].b)) best = b;
      if (!best.exists() || !left.contains(best)) {
        work_.result.found.extra.push_back({plugged_[i].a, plugged_[i].b});
        continue;
      }
      left.erase(best);
      FoundCable& found = work_.found(best);
      found.up = true;
      const Cable& cable = work_.cable(best);
      const bool turned = cable.a == plugged_[i].b || cable.b == plugged_[i].a;
      found.a = turned ? plugged_[i].b : plugged_[i].a;
      found.b = turned ? plugged_[i].a : plugged_[i].b;
    }
    for (const CableId cable : left) work_.found(cable).missing = true;
  }

  void extra(const Plugged& one) {
    HardwareFinding finding{
        FindingKind::extra, FindingSeverity::warning, work_.names.name(one.a), {work_.names.name(one.b)}, {}, {}, {}, {one.at}};
    finding.sentence = "a cable joins " + work_.names.name(one.a) + " and " + work_.names.name(one.b) + "; the design has none there";
    finding.remedy = "pull it out, or add it to the cable schedule";
    work_.result.found.extra.push_back({one.a, one.b});
    work_.tell(std::move(finding));
  }

  void missing() {
    for (std::uint32_t c = 0; c < work_.fabric().cables.size(); ++c) {
      const CableId id{c};
      const Cable& cable = work_.cable(id);
      const bool judged = lists(cable.a) || lists(cable.b) || strangers_.contains(cable.a) || strangers_.contains(cable.b);
      if (!judged || as_planned_.contains(id) || told_.contains(id) || unsure_.contains(cable.a) || unsure_.contains(cable.b)) continue;
      // The planned device answers, by a name of its port that nobody here knows: that is no missing cable.
      bool answered = false;
      for (const auto& [port, peer] : {std::pair(cable.a, cable.b), std::pair(cable.b, cable.a)})
        if (const auto stranger = strangers_.find(port);
            stranger != strangers_.end() && stranger->second.device.exists() && stranger->second.device == node(peer)) {
          answered = true;
          unread_[stranger->second.device].emplace_back(cable.name, stranger->second.name);
          break;
        }
      if (answered) continue;
      HardwareFinding finding{FindingKind::missing, FindingSeverity::failed, cable.name, {}, {}, {}, {}, {}};
      finding.sentence = "nothing answers on " + work_.cable_text(id);
      for (const PortId port : {cable.a, cable.b})
        if (const auto stranger = strangers_.find(port); stranger != strangers_.end())
          finding.sentence +=
              "; " + work_.names.name(port) + " sees " + quote_input(stranger->second.name) + ", which the design does not know";
      finding.remedy = "plug it in; when it is, clean and test it, then look at both modules";
      work_.found(id).missing = true;
      work_.tell(std::move(finding));
    }
  }

  /// Devices that name their ports in a way that is not known here, one finding each.
  void unread() {
    for (const auto& [device, cables] : unread_) {
      const std::string& name = work_.fabric().nodes[device.index()].name;
      HardwareFinding finding{FindingKind::unknown_name, FindingSeverity::warning, name, {}, {}, {}, {}, {}};
      for (const auto& [cable, port] : cables) finding.others.push_back(cable);
      finding.sentence = "answers on " + std::to_string(cables.size()) + (cables.size() == 1 ? " cable" : " cables") +
                         " as planned, by names of ports that are not known here, such as " + quote_input(cables.front().second) +
                         ": whether each is in its port cannot be said";
      finding.remedy = "tell how its ports are named with `plant.switch_port` or `plant.nic_port` of the site";
      work_.tell(std::move(finding));
    }
  }

  void count() {
    VerificationCount count{"cables, by neighbours", work_.fabric().cables.size(), 0, as_planned_.size()};
    for (const Cable& cable : work_.fabric().cables) count.seen += lists(cable.a) || lists(cable.b);
    work_.result.counts.push_back(std::move(count));
  }

  VerificationWork& work_;
  std::map<PortId, Claim> claims_;
  struct Stranger {
    std::string name;
    NodeId device;  // of the design, where only the interface is not
  };
  std::map<PortId, Stranger> strangers_;                                       // who answers there and is not of the design
  std::map<NodeId, std::vector<std::pair<std::string, std::string>>> unread_;  // cable and name of its port, by device
  std::vector<bool> listed_;                                                   // devices that told their neighbours
  std::vector<Plugged> plugged_;
  std::vector<Quarrel> quarrels_;
  std::set<CableId> as_planned_;
  std::set<CableId> told_;
  std::set<PortId> unsure_;
};

}  // namespace

void check_cabling(VerificationWork& work) { CablingCheck(work).run(); }

}  // namespace eastwest
