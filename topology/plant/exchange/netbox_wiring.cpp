// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_wiring.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "core/input_text.hpp"
#include "topology/plant/exchange/netbox_ports.hpp"
#include "topology/plant/exchange/netbox_values.hpp"
#include "topology/plant/socket.hpp"

namespace eastwest {

namespace {

constexpr std::uint32_t kNothing = 0xffff'ffffu;
constexpr std::uint64_t kGuessedRate = 400'000'000'000;

const NetBoxInterface* interface_of(const NetBoxDevice& device, const std::string& name) {
  for (const NetBoxInterface& port : device.components.interfaces)
    if (port.name == name) return &port;
  return nullptr;
}

class Wirer {
 public:
  Wirer(const NetBoxRecords& records, const std::vector<NetBoxRole>& roles, const std::vector<NetBoxPanel>& panels,
        const NetBoxFronts& fronts, Guesses& guesses)
      : records_(records), roles_(roles), panels_(panels), fronts_(fronts), guesses_(guesses) {
    for (std::uint32_t d = 0; d < records.devices.size(); ++d) devices_.emplace(netbox_lower(records.devices[d].name), d);
  }

  NetBoxWiring wire() {
    for (std::uint32_t c = 0; c < records_.cables.size(); ++c) take(c);
    for (std::uint32_t p = 0; p < pieces_.size(); ++p) trace(p);
    keep_largest_part();
    return number();
  }

 private:
  [[nodiscard]] std::string name_of(std::uint32_t cable) const {
    const NetBoxCable& one = records_.cables[cable];
    return one.label.empty() ? one.a.device + " " + one.a.name : one.label;
  }

  void leave_out(std::uint32_t cable, const std::string& why) {
    guesses_.add("cables left out: " + why, name_of(cable), records_.cables[cable].place);
  }

  /// The end of a cable as a port of ours; nothing, and why, when it is none.
  std::optional<WiredEnd> end_of(const NetBoxEnd& told, std::string& why) const {
    WiredEnd end;
    const auto found = devices_.find(netbox_lower(told.device));
    if (told.kind == NetBoxTermination::other) {
      why = "they end at no interface and no port of a panel (`" + told.type + "`)";
      return std::nullopt;
    }
    if (found == devices_.end()) {
      why = "their device is not in the files";
      return std::nullopt;
    }
    end.device = found->second;
    const NetBoxDevice& device = records_.devices[end.device];
    end.node = roles_[end.device] != NetBoxRole::panel;
    if (end.node) {
      if (told.kind != NetBoxTermination::interface) {
        why = "they end at a front or rear port of a host or switch";
        return std::nullopt;
      }
      const NetBoxInterface* port = interface_of(device, told.name);
      if (port != nullptr && port->management) {
        why = "they end at management ports";
        return std::nullopt;
      }
      end.interface_name = told.name;
      return end;
    }
    const NetBoxPanel& panel = panels_[end.device];
    if (told.kind == NetBoxTermination::rear_port) {
      if (const auto range = panel.rear.find(told.name); range != panel.rear.end()) {
        end.port = range->second.first;
        end.count = range->second.count;
        return end;
      }
    } else if (const auto front = panel.front.find(told.name); front != panel.front.end()) {
      end.port = front->second;
      return end;
    }
    why = "their port of a panel is not in the files, or mapped to nothing";
    return std::nullopt;
  }

  void take(std::uint32_t c) {
    const NetBoxCable& cable = records_.cables[c];
    std::string why;
    const auto a = end_of(cable.a, why);
    if (!a) return leave_out(c, why);
    const auto b = end_of(cable.b, why);
    if (!b) return leave_out(c, why);
    WiredPiece piece{c, cable.a.kind == NetBoxTermination::rear_port || cable.b.kind == NetBoxTermination::rear_port, *a, *b};
    for (const auto& [told, end] : {std::pair{&cable.a, &piece.a}, std::pair{&cable.b, &piece.b}})
      if (piece.trunk && !end->node && told->kind == NetBoxTermination::front_port)
        return leave_out(c, "they join the front of one panel with the rear of another");
    const auto index = static_cast<std::uint32_t>(pieces_.size());
    std::vector<std::pair<Socket, Plugged>> plugs;
    for (const auto& [end, at_b] : {std::pair{&piece.a, false}, std::pair{&piece.b, true}}) {
      if (end->node) {
        if (!interfaces_.emplace(std::to_string(end->device) + "\n" + end->interface_name).second)
          return leave_out(c, "their interface has a cable already");
        continue;
      }
      for (std::uint32_t s = 0; s < end->count; ++s) plugs.push_back({{end->device, end->port + s, piece.trunk}, {index, at_b, s}});
    }
    for (const auto& [socket, plug] : plugs)
      if (sockets_.contains(socket)) return leave_out(c, "their port of a panel has a cable already");
    sockets_.insert(plugs.begin(), plugs.end());
    pieces_.push_back(std::move(piece));
  }

  void trace(std::uint32_t p) {
    const WiredPiece& first = pieces_[p];
    if (first.trunk || first.link != kNothing || (!first.a.node && !first.b.node)) return;
    const WiredEnd start = first.a.node ? first.a : first.b;
    WiredEnd here = first.a.node ? first.b : first.a;
    std::vector<std::uint32_t> way{p};
    for (bool behind = true; !here.node; behind = !behind) {
      const auto next = sockets_.find(Socket{here.device, here.port, behind});
      if (next == sockets_.end() || way.size() > pieces_.size()) return;  // dark, or in a circle
      const WiredPiece& piece = pieces_[next->second.piece];
      way.push_back(next->second.piece);
      here = next->second.at_b ? piece.a : piece.b;
      if (next->second.strand >= here.count) return;
      here.port += next->second.strand;
    }
    const auto link = static_cast<std::uint32_t>(links_.size());
    const bool hosts = roles_[start.device] == NetBoxRole::server && roles_[here.device] == NetBoxRole::server;
    if (hosts || start.device == here.device)
      return leave_out(pieces_[p].cable, hosts ? "they join two hosts, which do not forward" : "they join a device with itself");
    for (const std::uint32_t piece : way)
      if (pieces_[piece].link == kNothing) pieces_[piece].link = link;
    links_.push_back({start.device, here.device, rate_of(start, here, p), std::move(way)});
  }

  BitRate rate_of(const WiredEnd& a, const WiredEnd& b, std::uint32_t piece) {
    BitRate rates[2];
    std::size_t n = 0;
    for (const WiredEnd* end : {&a, &b}) {
      const NetBoxInterface* port = interface_of(records_.devices[end->device], end->interface_name);
      rates[n++] = port == nullptr ? BitRate{} : netbox_interface_rate(port->type);
    }
    const NetBoxCable& cable = records_.cables[pieces_[piece].cable];
    if (rates[0].bits_per_second == 0 && rates[1].bits_per_second == 0) {
      guesses_.add("rates guessed as 400 Gb/s: the interfaces' types tell none", name_of(pieces_[piece].cable), cable.place);
      return {kGuessedRate};
    }
    if (rates[0].bits_per_second == 0 || rates[1].bits_per_second == 0) return std::max(rates[0], rates[1]);
    if (rates[0] != rates[1]) guesses_.add("rates differ between the ends; the lower is taken", name_of(pieces_[piece].cable), cable.place);
    return std::min(rates[0], rates[1]);
  }

  /// Links that are not joined with most hosts go.
  void keep_largest_part() {
    std::vector<std::uint32_t> part(records_.devices.size());
    std::iota(part.begin(), part.end(), 0u);
    const auto root = [&](std::uint32_t i) {
      while (part[i] != i) i = part[i] = part[part[i]];
      return i;
    };
    for (const WiredLink& link : links_) part[root(link.a)] = root(link.b);
    std::map<std::uint32_t, std::uint32_t> hosts;
    std::set<std::uint32_t> counted;
    for (const WiredLink& link : links_)
      for (const std::uint32_t end : {link.a, link.b})
        if (roles_[end] == NetBoxRole::server && counted.insert(end).second) ++hosts[root(end)];
    const auto most = std::max_element(hosts.begin(), hosts.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
    std::vector<WiredLink> kept;
    std::vector<std::uint32_t> renamed(links_.size(), kNothing);
    for (std::uint32_t l = 0; l < links_.size(); ++l) {
      if (most == hosts.end() || root(links_[l].a) != most->first) {
        leave_out(pieces_[links_[l].pieces.front()].cable, "they are not joined with the part that most hosts are in");
        continue;
      }
      renamed[l] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(std::move(links_[l]));
    }
    links_ = std::move(kept);
    for (WiredPiece& piece : pieces_)
      if (piece.link != kNothing) piece.link = renamed[piece.link];
  }

  /// Ports of switches by their names, so that halves of a cage stay together; of hosts, and where names say nothing, in their order.
  void number_ports() {
    std::vector<std::vector<WiredEnd*>> ends(records_.devices.size());
    std::vector<BitRate> rates(records_.devices.size());
    for (const WiredLink& link : links_)
      for (const std::uint32_t p : link.pieces)
        for (WiredEnd* end : {&pieces_[p].a, &pieces_[p].b}) {
          if (!end->node) continue;
          if (ends[end->device].empty()) rates[end->device] = link.rate;
          ends[end->device].push_back(end);
        }
    for (std::uint32_t d = 0; d < ends.size(); ++d) {
      if (ends[d].empty()) continue;
      std::vector<std::string> names;
      for (const WiredEnd* end : ends[d]) names.push_back(end->interface_name);
      std::vector<std::uint32_t> ports = ranks_by_name(names);
      if (roles_[d] == NetBoxRole::network_switch) {
        const NetBoxFront front = fronts_(d, rates[d]);
        const auto named = ports_by_name(names, front.per_cage, front.ports);
        if (named) ports = *named;
        else
          guesses_.add("ports of switches numbered in the order of their names, which do not say cage and half", records_.devices[d].name,
                       records_.devices[d].place);
      }
      for (std::size_t i = 0; i < ends[d].size(); ++i) ends[d][i]->port = ports[i];
    }
  }

  /// Ports are numbered; what ends at a node without a link goes.
  NetBoxWiring number() {
    NetBoxWiring out;
    number_ports();
    std::vector<std::uint32_t> renamed(pieces_.size(), kNothing);
    for (std::uint32_t p = 0; p < pieces_.size(); ++p) {
      if (pieces_[p].link == kNothing && (pieces_[p].a.node || pieces_[p].b.node)) {
        if (!pieces_[p].trunk) leave_out(pieces_[p].cable, "they lead to no other device");
        continue;
      }
      renamed[p] = static_cast<std::uint32_t>(out.pieces.size());
      out.pieces.push_back(std::move(pieces_[p]));
    }
    for (WiredLink& link : links_)
      for (std::uint32_t& p : link.pieces) p = renamed[p];
    out.links = std::move(links_);
    return out;
  }

  const NetBoxRecords& records_;
  const std::vector<NetBoxRole>& roles_;
  const std::vector<NetBoxPanel>& panels_;
  const NetBoxFronts& fronts_;
  Guesses& guesses_;
  std::map<std::string, std::uint32_t> devices_;
  std::set<std::string> interfaces_;
  std::map<Socket, Plugged> sockets_;
  std::vector<WiredPiece> pieces_;
  std::vector<WiredLink> links_;
};

}  // namespace

void Guesses::add(const std::string& kind, const std::string& what, const Place& place) {
  auto found = std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& one) { return one.text == kind; });
  if (found == kinds_.end()) found = kinds_.insert(kinds_.end(), Kind{kind, {}, 0, place});
  if (found->first.size() < 3) found->first.push_back(quote_input(what));
  ++found->count;
}

void Guesses::tell(Diagnostics& diagnostics) const {
  for (const Kind& kind : kinds_) {
    std::string names;
    for (const std::string& name : kind.first) names += (names.empty() ? "" : ", ") + name;
    if (kind.count > kind.first.size()) names += " and " + std::to_string(kind.count - kind.first.size()) + " more";
    diagnostics.warning(kind.place, kind.text + ": " + names, "");
  }
}

NetBoxWiring wire_netbox(const NetBoxRecords& records, const std::vector<NetBoxRole>& roles, const std::vector<NetBoxPanel>& panels,
                         const NetBoxFronts& fronts, Guesses& guesses) {
  return Wirer(records, roles, panels, fronts, guesses).wire();
}

}  // namespace eastwest
