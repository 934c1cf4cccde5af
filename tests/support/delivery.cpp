// SPDX-License-Identifier: Apache-2.0
#include "tests/support/delivery.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/substitution.hpp"
#include "core/random.hpp"
#include "tests/support/temporary_directory.hpp"
#include "topology/plant/forward_error_correction.hpp"

namespace eastwest::tests {

namespace {

std::string part_number(const std::string& optic) {
  std::string text = "EX-";
  for (const char c : optic) text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string part_table(const Catalogue& catalogue) {
  std::string text = "part_number,kind,optic,ends\n";
  for (const OpticModel& optic : catalogue.optics())
    text += part_number(optic.id) + (optic.connector == "integral" ? ",cable," : ",module,") + optic.id + "," +
            std::to_string(optic_ports(optic)) + "\n";
  return text;
}

BuiltSite built(const std::string& text, const std::string& named) {
  const TemporaryDirectory folder;
  Diagnostics diagnostics;
  const auto site = load_site(named.empty() ? folder.write("site.yaml", text) : named + "/site.yaml", {}, diagnostics);
  std::optional<BuiltSite> whole;
  if (site) whole = build_site(*site, diagnostics);
  INFO(diagnostics.print());
  REQUIRE(whole.has_value());
  return part_built(std::move(*whole));
}

/// What is delivered for a port: in a twin cage the twin module of the same kind, where there is one.
const OpticModel& delivered_optic(const Catalogue& catalogue, const OpticModel& planned, std::uint32_t per_cage, const LinkUse& use) {
  if (per_cage == 1 || planned.connector == "integral") return planned;
  for (const OpticModel& one : catalogue.optics())
    if (optic_ports(one) == per_cage && judge_substitution(planned, one, use).fits) return one;
  return planned;
}

LinkUse use_of(const DesignedSite& site, std::uint32_t c) {
  LinkUse use;
  use.length = site.site.fabric.cables[c].length;
  use.loss = site.tests[c].channel_worst;
  const PlantChannel& channel = site.site.plant.channels[c];
  use.fibre = site.site.plant.pieces[site.site.plant.steps[channel.first_step].piece].fibre;
  if (use.fibre == "copper") use.fibre.clear();
  return use;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

class EvidenceWriter {
 public:
  EvidenceWriter(const DesignedSite& site, const Delivery& delivery)
      : site_(site), delivery_(delivery), fabric_(site.site.fabric), names_(site.site.fabric, site.site.plant, site.catalogue) {
    for (std::uint32_t c = 0; c < delivery.cables.size(); ++c) {
      const DeliveredCable& cable = delivery.cables[c];
      if (cable.missing || dark(c)) continue;
      at_[cable.a] = {cable.b, c};
      at_[cable.b] = {cable.a, c};
    }
    for (const auto& [a, b] : delivery.extra) {
      at_[a] = {b, kNone};
      at_[b] = {a, kNone};
    }
  }

  std::vector<EvidenceText> write() {
    for (const Node& node : fabric_.nodes) {
      files_.push_back({node.name + ".lldp.json", neighbours(node)});
      files_.push_back({node.name + "/ethtool.json", modules(node)});
      files_.push_back({node.name + ".fec.json", counters(node)});
      files_.push_back({node.name + ".settings.txt", settings(node)});
    }
    // A site without glass has no loss tests.
    if (std::string losses = tests(); std::count(losses.begin(), losses.end(), '\n') > 1)
      files_.push_back({"tests/loss.csv", std::move(losses)});
    files_.push_back({"parts.csv", part_table(site_.catalogue)});
    return std::move(files_);
  }

 private:
  struct Other {
    PortId peer;
    std::uint32_t cable = kNone;
  };

  [[nodiscard]] std::string interface(PortId port) const { return names_.interface(port); }
  [[nodiscard]] const std::string& device(PortId port) const { return fabric_.nodes[names_.node(port).index()].name; }
  [[nodiscard]] const DeliveredModule* module(PortId port) const {
    const auto found = delivery_.modules.find(names_.cage(port));
    return found == delivery_.modules.end() || found->second.absent ? nullptr : &found->second;
  }
  [[nodiscard]] const OpticModel* planned(std::uint32_t c) const { return site_.catalogue.find_optic(fabric_.cables[c].medium); }
  /// A cable between whose modules one is not there.
  [[nodiscard]] bool dark(std::uint32_t c) const {
    const Cable& cable = fabric_.cables[c];
    return planned(c) != nullptr && (module(cable.a) == nullptr || module(cable.b) == nullptr);
  }

  template <class Each>
  void ports(const Node& node, Each each) const {
    for (std::uint32_t p = 0; p < node.port_count; ++p) each(PortId{node.first_port + p});
  }

  std::string neighbours(const Node& node) const {
    std::string list;
    std::vector<PortId> own;
    ports(node, [&](PortId port) { own.push_back(port); });
    for (const auto& [port, other] : at_)  // and ports that the design does not use
      if (!names_.is_planned(port) && &fabric_.nodes[names_.node(port).index()] == &node) own.push_back(port);
    for (const PortId port : own) {
      const auto found = at_.find(port);
      PortId peer = found == at_.end() ? PortId{} : found->second.peer;
      if (const auto old = delivery_.stale.find(port); old != delivery_.stale.end()) peer = old->second;
      if (!peer.exists()) continue;
      list += std::string(list.empty() ? "" : ",\n") + R"( {"name":)" + quoted(interface(port)) +
              R"(,"via":"LLDP","chassis":[{"id":[{"type":"mac","value":"02:00:00:00:00:01"}],"name":[{"value":)" + quoted(device(peer)) +
              R"(}]}],"port":[{"id":[{"type":"ifname","value":)" + quoted(interface(peer)) + R"(}]}]})";
    }
    return R"({"lldp":[{"interface":[)" + list + "]}]}\n";
  }

  /// Light that `port` receives per lane, in mW.
  std::string received(PortId port, std::uint32_t lanes) const {
    std::string values;
    const auto found = at_.find(port);
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      double milliwatts = 0;
      if (found != at_.end() && found->second.cable != kNone) {
        const DeliveredCable& cable = delivery_.cables[found->second.cable];
        const DeliveredModule* sender = module(found->second.peer);
        double dbm = (sender == nullptr ? 0 : sender->sent_dbm) - site_.tests[found->second.cable].typical_channel().decibels();
        if (port == cable.b) dbm += cable.light_off_db;
        if (port == cable.b && static_cast<std::int32_t>(lane) == cable.weak_lane) dbm -= 4;
        milliwatts = std::pow(10, dbm / 10);
      }
      values += (values.empty() ? "" : ",") + plain_number(milliwatts);
    }
    return values;
  }

  std::string modules(const Node& node) const {
    std::string list;
    ports(node, [&](PortId port) {
      const CableId id = names_.cable(port);
      const DeliveredModule* one = id.exists() ? module(port) : nullptr;
      if (one == nullptr || planned(id.value) == nullptr) return;
      const OpticModel& optic = *site_.catalogue.find_optic(one->optic);
      const std::uint32_t per_cage = names_.ports_per_cage(fabric_.ports[port.index()].node);
      std::string text = R"({"identifier":25,"vendor_name":"EXAMPLE","vendor_pn":)" + quoted(part_number(optic.id)) + R"(,"vendor_sn":)" +
                         quoted(one->serial) + R"(,"max_power":)" +
                         plain_number(one->power_w > 0 ? one->power_w : static_cast<double>(optic.power_max.mw) / 1000);
      if (optic.connector == "integral") {
        const DeliveredCable& cable = delivery_.cables[id.index()];
        const Piece& piece = site_.site.plant.pieces[site_.site.plant.steps[site_.site.plant.channels[id.index()].first_step].piece];
        if (cable.missing) return;
        text += R"(,"transmitter_technology":10,"cable_assembly_length":)" +
                plain_number(cable.cable_length_m > 0 ? cable.cable_length_m : piece.order_length.metres());
      } else {
        const std::uint32_t lanes = optic_end(*planned(id.value)).lanes;
        const PortId cage = names_.cage(port);
        std::string sent;
        std::string seen;
        for (std::uint32_t half = 0; half < per_cage; ++half) {
          const PortId own{cage.value + half};
          seen += std::string(seen.empty() ? "" : ",") + received(own, lanes);
          for (std::uint32_t lane = 0; lane < lanes; ++lane)
            sent += std::string(sent.empty() ? "" : ",") + plain_number(std::pow(10, one->sent_dbm / 10));
        }
        text += R"j(,"length_(smf)":0.5,"transmit_avg_optical_power":[)j" + sent + R"(],"rx_power":{"values":[)" + seen +
                R"(],"type":"Rcvr signal avg optical power"})";
      }
      list += (list.empty() ? "" : ",\n ") + quoted(interface(port)) + ":[" + text + "}]";
    });
    return "{" + list + "}\n";
  }

  std::string counters(const Node& node) const {
    std::string list;
    ports(node, [&](PortId port) {
      const auto found = at_.find(port);
      if (found == at_.end() || found->second.cable == kNone) return;
      const DeliveredCable& cable = delivery_.cables[found->second.cable];
      const OpticModel* optic = planned(found->second.cable);
      if (optic == nullptr || !optic->fec.starts_with("KP4")) return;
      std::string bins;
      const std::vector<double> shares = symbol_error_shares(FecCode::kp4, cable.ber, 15);
      for (std::size_t i = 0; i < shares.size(); ++i) {
        auto count = static_cast<std::uint64_t>(shares[i] * 1e9);
        if (cable.bursty && i >= 8) count += 2'000;
        bins += (i == 0 ? "" : ",") + (R"({"bin_low":)" + std::to_string(i)) + R"(,"bin_high":)" + std::to_string(i) + R"(,"total":)" +
                std::to_string(count) + "}";
      }
      list +=
          (list.empty() ? "" : ",\n ") + (R"({"ifname":)" + quoted(interface(port))) +
          R"(,"config":["RS"],"active":["RS"],"statistics":{"corrected_blocks":{"total":1},"uncorrectable_blocks":{"total":0},"hist":[)" +
          bins + "]}}";
    });
    return "[" + list + "]\n";
  }

  std::string settings(const Node& node) const {
    std::string text;
    ports(node, [&](PortId port) {
      const auto found = at_.find(port);
      const CableId id = names_.cable(port);
      if (found == at_.end() || found->second.cable == kNone || !id.exists()) return;
      const DeliveredCable& cable = delivery_.cables[found->second.cable];
      const std::uint64_t rate = cable.rate > 0 ? cable.rate : fabric_.links[fabric_.ports[port.index()].out.index()].rate.bits_per_second;
      const std::uint32_t lanes = cable.lanes > 0 ? cable.lanes : planned(id.value) == nullptr ? 4 : optic_end(*planned(id.value)).lanes;
      text += "Settings for " + interface(port) + ":\n\tSpeed: " + std::to_string(rate / 1'000'000) +
              "Mb/s\n\tLanes: " + std::to_string(lanes) + "\n\tLink detected: yes\n";
    });
    return text.empty() ? "Settings for eth99:\n" : text;
  }

  static std::string wavelength(const TestExpectation& plan) { return std::to_string(plan.at.front().wavelength_nm) + ","; }

  std::string tests() const {
    std::string text = "cable_id,fibre,far_fibre,direction,wavelength_nm,length_m,loss_db,result\n";
    for (std::uint32_t c = 0; c < delivery_.cables.size(); ++c) {
      const DeliveredCable& cable = delivery_.cables[c];
      const TestExpectation& plan = site_.tests[c];
      const auto positions = static_cast<std::uint32_t>(plan.far_position.size());
      if (plan.positions.empty() || positions == 0 || cable.missing) continue;
      for (std::size_t k = 0; k + cable.untested < plan.positions.size(); ++k) {
        const std::uint32_t fibre = plan.positions[k];
        const std::uint32_t far = cable.crossed ? positions + 1 - plan.far_position[fibre - 1] : plan.far_position[fibre - 1];
        for (const bool back : {false, true})
          text += plan.name + "," + std::to_string(fibre) + "," + std::to_string(far) + (back ? ",BA," : ",AB,") + wavelength(plan) +
                  plain_number(plan.length.metres() + static_cast<double>(cable.longer_mm) / 1000) + "," +
                  (cable.blank ? std::string(",\n")
                               : plain_number(plan.typical().decibels() + cable.loss_db + (back ? cable.loss_back_db : 0)) +
                                     (cable.failed ? ",FAIL\n" : ",PASS\n"));
      }
    }
    for (std::size_t i = delivery_.cables.size(); i < site_.tests.size(); ++i) {
      const TestExpectation& plan = site_.tests[i];
      const auto found = delivery_.trunks.find(plan.name);
      const DeliveredTrunk trunk = found == delivery_.trunks.end() ? DeliveredTrunk{} : found->second;
      for (std::size_t k = 0; k + trunk.untested < plan.positions.size(); ++k)
        for (const char* direction : {",AB,", ",BA,"})
          text += plan.name + "," + std::to_string(plan.positions[k]) + "," + direction + wavelength(plan) +
                  plain_number(plan.length.metres()) + "," +
                  plain_number(plan.typical().decibels() + (k + 1 == plan.positions.size() ? trunk.loss_db : 0)) + ",PASS\n";
    }
    return text;
  }

  const DesignedSite& site_;
  const Delivery& delivery_;
  const Fabric& fabric_;
  const PortNames names_;
  std::map<PortId, Other> at_;
  std::vector<EvidenceText> files_;
};

}  // namespace

DesignedSite::DesignedSite(const std::string& site_text, const std::string& folder)
    : parts(builtin_parts()), site(built(site_text, folder)) {
  Diagnostics diagnostics;
  const std::string table = part_table(catalogue);
  InputErrors errors("parts.csv", table, diagnostics);
  parts.read(table, errors);
  auto expected = test_expectations(site.plant, site.fabric, catalogue, site.settings);
  REQUIRE(expected.has_value());
  tests = std::move(*expected);
}

Verification verified(const DesignedSite& site, const std::vector<EvidenceText>& files) {
  Diagnostics diagnostics;
  const Evidence evidence = read_evidence(files, diagnostics);
  INFO(diagnostics.print());
  CHECK(diagnostics.all().empty());
  return verify(site.design(), evidence);
}

Delivery clean_delivery(const DesignedSite& site) {
  Delivery delivery;
  const PortNames names(site.site.fabric, site.site.plant, site.catalogue);
  for (std::uint32_t c = 0; c < site.site.fabric.cables.size(); ++c) {
    const Cable& cable = site.site.fabric.cables[c];
    DeliveredCable one;
    one.a = cable.a;
    one.b = cable.b;
    delivery.cables.push_back(one);
    const OpticModel* optic = site.catalogue.find_optic(cable.medium);
    if (optic == nullptr) continue;
    for (const PortId port : {cable.a, cable.b}) {
      const PortId cage = names.cage(port);
      const std::uint32_t per_cage = names.ports_per_cage(site.site.fabric.ports[port.index()].node);
      DeliveredModule module;
      module.optic = delivered_optic(site.catalogue, *optic, per_cage, use_of(site, c)).id;
      module.serial = "SN" + std::to_string(cage.value);
      delivery.modules.emplace(cage, module);
    }
  }
  return delivery;
}

PackingList packing_list(const DesignedSite& site) {
  std::map<std::string, PackingLine> lines;  // by part number and length
  const auto add = [&](const std::string& number, Length length, bool cable, const std::string& row) {
    PackingLine& line = lines[number + " " + std::to_string(length.mm)];
    line = {number, line.quantity + 1, length, cable, row};
  };
  for (const auto& [cage, module] : clean_delivery(site).modules) {
    const OpticModel& optic = *site.catalogue.find_optic(module.optic);
    if (optic.connector == "integral") continue;
    add(part_number(optic.id), {}, false, "");
  }
  const Plant& plant = site.site.plant;
  std::vector<std::string> fixed(plant.pieces.size());
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c) {
    const OpticModel* optic = site.catalogue.find_optic(site.site.fabric.cables[c].medium);
    if (optic != nullptr && optic->connector == "integral") fixed[plant.steps[plant.channels[c].first_step].piece] = optic->id;
  }
  for (std::size_t i = 0; i < plant.pieces.size(); ++i) {
    const Piece& piece = plant.pieces[i];
    if (!fixed[i].empty()) {
      add(part_number(fixed[i]), piece.order_length, true, "");
      continue;
    }
    const std::string number = "EX-" + piece.construction + "-" + piece.fibre;
    add(number, piece.order_length, true,
        number + ",cable,," + piece.fibre + "," + piece.a.plug.connector + "," + std::to_string(piece.fibres));
  }
  PackingList list;
  for (const auto& [key, line] : lines) list.lines.push_back(line);
  return list;
}

std::vector<EvidenceText> packing_files(const PackingList& list) {
  std::string packed = "part_number,quantity,length_m\n";
  std::string parts = "part_number,kind,optic,fibre,connector,fibres\nEX-CORD-OM4,cable,,om4,MPO-12,8\n";
  std::set<std::string> rows;
  for (const PackingLine& line : list.lines) {
    if (line.quantity > 0)
      packed += line.part_number + "," + std::to_string(line.quantity) + "," +
                (line.length.mm > 0 ? plain_number(line.length.metres()) : "") + "\n";
    if (!line.parts_row.empty() && rows.insert(line.parts_row).second) parts += line.parts_row + "\n";
  }
  return {{"packing.csv", packed}, {"parts.csv", parts}};
}

std::vector<EvidenceText> evidence_of(const DesignedSite& site, const Delivery& delivery) { return EvidenceWriter(site, delivery).write(); }

}  // namespace eastwest::tests
