// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/growth.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "analysis/documents/document_text.hpp"
#include "analysis/documents/modules.hpp"
#include "analysis/documents/pull_list.hpp"
#include "topology/plant/phases.hpp"
#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

struct NamedTime {
  std::string_view work;
  double UnitTimes::* minutes;
};
constexpr std::array<NamedTime, 10> kTimes = {{{"mount_server", &UnitTimes::mount_server},
                                               {"mount_switch", &UnitTimes::mount_switch},
                                               {"mount_panel", &UnitTimes::mount_panel},
                                               {"pull", &UnitTimes::pull},
                                               {"pull_per_metre", &UnitTimes::pull_per_metre},
                                               {"terminate", &UnitTimes::terminate},
                                               {"splice", &UnitTimes::splice},
                                               {"patch", &UnitTimes::patch},
                                               {"insert_module", &UnitTimes::insert_module},
                                               {"test", &UnitTimes::test}}};

void count_devices(const SiteView& view, std::vector<PhaseWork>& work) {
  const Plant& plant = *view.plant;
  std::vector<std::uint32_t> rack_phase(plant.racks.size(), kNone);
  for (const Device& device : plant.devices) {
    PhaseWork& phase = work[device.phase];
    rack_phase[device.rack] = std::min(rack_phase[device.rack], device.phase);
    if (device.kind == DeviceKind::server) ++phase.servers;
    else if (device.kind == DeviceKind::network_switch) ++phase.switches;
    else ++phase.panels;
  }
  for (const std::uint32_t phase : rack_phase)
    if (phase != kNone) ++work[phase].racks;
  for (const Module& module : modules_of(view)) ++work[module.phase].modules;
}

void count_pieces(const SiteView& view, std::vector<PhaseWork>& work) {
  const Plant& plant = *view.plant;
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    PhaseWork& phase = work[piece.phase];
    if (piece.kind == PieceKind::trunk) {
      ++phase.trunks;
      phase.terminations += 2;
      phase.splices += piece.splices * piece.fibres;
    } else {
      ++(piece.kind == PieceKind::cord ? phase.cords : phase.cables);
      phase.patches += 2;
    }
  }
  for (const Bundle& bundle : bundles_of(view)) {
    if (!bundle.pulled()) continue;
    ++work[bundle.phase].pulls;
    Length longest;
    for (const std::uint32_t p : bundle.pieces) longest = std::max(longest, plant.pieces[p].length);
    work[bundle.phase].pulled += longest;
  }
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    if (view.qualities[c].loss && view.qualities[c].optic != nullptr)
      work[plant.channels[c].phase].tested_fibres += view.qualities[c].optic->fibres;
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    std::vector<bool> counted(plant.phases.size(), false);
    for (const std::uint32_t link : view.strand_links[p]) {
      if (link == kNone) continue;
      const std::uint32_t phase = plant.channels[link].phase;
      if (phase > plant.pieces[p].phase && !counted[phase]) ++work[phase].relit_trunks;
      counted[phase] = true;
    }
  }
}

double hours_of(const PhaseWork& work, const UnitTimes& times) {
  const double minutes = work.servers * times.mount_server + work.switches * times.mount_switch + work.panels * times.mount_panel +
                         work.pulls * times.pull + work.pulled.metres() * times.pull_per_metre + work.terminations * times.terminate +
                         work.splices * times.splice + work.patches * times.patch + work.modules * times.insert_module +
                         work.tested_fibres * times.test;
  return minutes / 60;
}

/// Compares what stands at the end of each phase with what stood before it.
void find_touched(const SiteView& view, std::vector<PhaseWork>& work) {
  SiteRecord before;
  for (std::uint32_t p = 0; p < work.size(); ++p) {
    const FabricPart part = part_of_phase(*view.fabric, *view.plant, p);
    SiteRecord after = record_of(part.plant, part.fabric);
    if (p > 0)
      for (Change& change : changes_between(before, after))
        if (change.what != "added") work[p].touched.push_back(std::move(change));
    before = std::move(after);
  }
}

class Reserves {
 public:
  explicit Reserves(const SiteView& view) : view_(view), plant_(*view.plant) {}

  std::vector<Reserve> take() {
    const std::vector<PathwayLoad> loads = pathway_loads(view_);
    for (std::uint32_t p = 0; p < plant_.phases.size(); ++p) {
      for (std::size_t w = 0; w < loads.size(); ++w)
        add(p, "pathway", plant_.pathways[w].name, "%", loads[w].fill[p] * 100, plant_.pathways[w].fill_most * 100);
      ports(p);
      racks(p);
      strands(p);
    }
    return std::move(list_);
  }

 private:
  void add(std::uint32_t phase, std::string kind, std::string item, std::string unit, double used, double limit) {
    list_.push_back({phase, std::move(kind), std::move(item), std::move(unit), used, limit});
  }

  void ports(std::uint32_t phase) {
    for (std::uint32_t d = 0; d < plant_.devices.size(); ++d) {
      const Device& device = plant_.devices[d];
      if (device.phase > phase || device.kind == DeviceKind::server) continue;
      std::uint32_t used = 0;
      std::uint32_t all = device.ports;
      if (device.kind == DeviceKind::panel) {
        for (const PanelPort& port : view_.panels[d]) used += there(port.trunk, phase) || there(port.cord, phase) ? 1 : 0;
      } else {
        const Node& node = view_.fabric->nodes[d];
        // A switch has the ports of its model, also those that the design leaves free.
        const SwitchModel* model = view_.catalogue->find_switch(device.model);
        for (std::uint32_t p = 0; p < node.port_count && model != nullptr && all == device.ports; ++p)
          if (const LinkId out = view_.fabric->ports[node.first_port + p].out; out.exists())
            all = std::max(all, model->ports_at(view_.fabric->links[out.index()].rate));
        for (std::uint32_t p = 0; p < node.port_count; ++p) used += there(view_.piece_at_port[node.first_port + p], phase) ? 1 : 0;
      }
      add(phase, device.kind == DeviceKind::panel ? "panel ports" : "switch ports", device.name, "ports", used, all);
    }
  }

  [[nodiscard]] bool there(std::uint32_t piece, std::uint32_t phase) const { return piece != kNone && plant_.pieces[piece].phase <= phase; }

  void racks(std::uint32_t phase) {
    std::vector<double> units(plant_.racks.size(), 0);
    std::vector<double> power(plant_.racks.size(), 0);
    for (const Device& device : plant_.devices)
      if (device.phase <= phase && device.unit > 0) {
        units[device.rack] += device.height;
        power[device.rack] += static_cast<double>(device.power_max.mw) * 1e-6;
      }
    for (std::size_t r = 0; r < plant_.racks.size(); ++r) {
      add(phase, "rack units", plant_.racks[r].name, "U", units[r], plant_.racks[r].units);
      add(phase, "rack power", plant_.racks[r].name, "kW", power[r], static_cast<double>(plant_.racks[r].power_limit.mw) * 1e-6);
    }
  }

  /// Legs of the trunks between two racks together: a full trunk beside an empty one is no lack.
  void strands(std::uint32_t phase) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint32_t, std::uint32_t>> routes;  // lit, all
    for (std::uint32_t p = 0; p < plant_.pieces.size(); ++p) {
      const Piece& trunk = plant_.pieces[p];
      if (view_.strand_links[p].empty() || trunk.phase > phase) continue;
      const std::uint32_t a = plant_.devices[trunk.a.device].rack;
      const std::uint32_t b = plant_.devices[trunk.b.device].rack;
      auto& [lit, all] = routes[{std::min(a, b), std::max(a, b)}];
      all += static_cast<std::uint32_t>(view_.strand_links[p].size());
      for (const std::uint32_t link : view_.strand_links[p]) lit += link != kNone && plant_.channels[link].phase <= phase ? 1 : 0;
    }
    for (const auto& [racks, legs] : routes)
      add(phase, "trunk legs", plant_.racks[racks.first].name + " - " + plant_.racks[racks.second].name, "legs", legs.first, legs.second);
  }

  const SiteView& view_;
  const Plant& plant_;
  std::vector<Reserve> list_;
};

int digits_of(const Reserve& reserve) { return reserve.unit == "%" || reserve.unit == "kW" ? 2 : 0; }

}  // namespace

UnitTimes read_unit_times(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  constexpr std::string_view kColumns[] = {"work", "minutes", "note"};
  constexpr std::string_view kRequired[] = {"work", "minutes"};
  UnitTimes times;
  TableFile table(text, file, kColumns, kRequired, diagnostics);
  while (table.next()) {
    const std::string& work = table.required("work");
    const auto* found = std::find_if(kTimes.begin(), kTimes.end(), [&](const NamedTime& time) { return time.work == work; });
    if (found == kTimes.end()) {
      std::vector<std::string> names;
      for (const NamedTime& time : kTimes) names.emplace_back(time.work);
      const std::string near = nearest_name(work, names);
      if (!work.empty())
        table.error("`work`: " + quote_input(work) + " is none that has a time",
                    near.empty() ? "name one of those in docs/documents.md" : "did you mean `" + near + "`?");
      continue;
    }
    const std::optional<std::int64_t> minutes = scaled_number(table.required("minutes"), 1'000);
    if (minutes && *minutes >= 0 && *minutes <= 100'000'000) times.*(found->minutes) = static_cast<double>(*minutes) / 1e3;
    else table.error("`minutes`: " + quote_input(table.text("minutes")) + " is no time from 0 to 100000", "write minutes, such as `4.5`");
  }
  table.finish();
  return times;
}

Growth growth_of(const SiteView& view, const UnitTimes& times) {
  Growth growth;
  growth.phases.resize(view.plant->phases.size());
  count_devices(view, growth.phases);
  count_pieces(view, growth.phases);
  find_touched(view, growth.phases);
  for (PhaseWork& work : growth.phases) work.hours = hours_of(work, times);
  growth.reserves = Reserves(view).take();
  return growth;
}

std::string write_growth(const SiteView& view, const Growth& growth, const PriceList* prices) {
  std::vector<std::string> header = {"item", "unit"};
  for (const Phase& phase : view.plant->phases) header.push_back(phase.name);
  header.emplace_back("total");
  std::string text = safe_row(header);
  const auto line = [&](std::string item, std::string unit, int digits, auto value) {
    std::vector<std::string> row = {std::move(item), std::move(unit)};
    double total = 0;
    for (const PhaseWork& work : growth.phases) {
      const auto amount = static_cast<double>(value(work));
      total += amount;
      row.push_back(fixed_digits(amount, digits));
    }
    row.push_back(fixed_digits(total, digits));
    text += safe_row(row);
  };
  line("racks filled first", "pieces", 0, [](const PhaseWork& work) { return work.racks; });
  line("servers bought", "pieces", 0, [](const PhaseWork& work) { return work.servers; });
  line("switches bought", "pieces", 0, [](const PhaseWork& work) { return work.switches; });
  line("panels bought", "pieces", 0, [](const PhaseWork& work) { return work.panels; });
  line("modules bought", "pieces", 0, [](const PhaseWork& work) { return work.modules; });
  line("trunks bought", "pieces", 0, [](const PhaseWork& work) { return work.trunks; });
  line("cords bought", "pieces", 0, [](const PhaseWork& work) { return work.cords; });
  line("copper and active cables bought", "pieces", 0, [](const PhaseWork& work) { return work.cables; });
  line("pulls", "bundles", 0, [](const PhaseWork& work) { return work.pulls; });
  line("way of the pulls", "m", 1, [](const PhaseWork& work) { return work.pulled.metres(); });
  line("ends of trunks terminated", "ends", 0, [](const PhaseWork& work) { return work.terminations; });
  line("fibres spliced", "fibres", 0, [](const PhaseWork& work) { return work.splices; });
  line("ends of cords and cables plugged", "ends", 0, [](const PhaseWork& work) { return work.patches; });
  line("fibres of links tested", "fibres", 0, [](const PhaseWork& work) { return work.tested_fibres; });
  line("earlier trunks lit further at their panels", "trunks", 0, [](const PhaseWork& work) { return work.relit_trunks; });
  for (const std::string_view what : {"moved", "re-terminated", "rerouted", "removed"})
    line("earlier cables and devices " + std::string(what), "pieces", 0, [&](const PhaseWork& work) {
      return std::count_if(work.touched.begin(), work.touched.end(), [&](const Change& change) { return change.what == what; });
    });
  line("other changes of what stood", "pieces", 0, [&](const PhaseWork& work) {
    constexpr std::string_view kNamed[] = {"moved", "re-terminated", "rerouted", "removed"};
    return std::count_if(work.touched.begin(), work.touched.end(), [&](const Change& change) {
      return std::find(std::begin(kNamed), std::end(kNamed), change.what) == std::end(kNamed);
    });
  });
  line("hours of one person", "h", 1, [](const PhaseWork& work) { return work.hours; });
  if (prices != nullptr) {
    const BillSum sum = sum_of(bill_of_materials(view, prices), growth.phases.size());
    std::vector<std::string> row = {"cost of what has a price", prices->currency};
    for (const std::int64_t price : sum.by_phase) row.push_back(money(price));
    row.push_back(money(sum.total));
    text += safe_row(row);
  }
  return text;
}

std::string write_reserves(const Growth& growth) {
  std::string text = safe_row({"phase", "kind", "item", "unit", "used", "limit", "reserve"});
  for (const Reserve& reserve : growth.reserves) {
    const int digits = digits_of(reserve);
    text += safe_row({std::to_string(reserve.phase + 1), reserve.kind, reserve.item, reserve.unit, fixed_digits(reserve.used, digits),
                      fixed_digits(reserve.limit, digits), fixed_digits(reserve.limit - reserve.used, digits)});
  }
  return text;
}

std::string write_touched(const Growth& growth) {
  std::string text = safe_row({"phase", "item", "id", "change", "before", "after", "reason"});
  for (std::size_t p = 0; p < growth.phases.size(); ++p)
    for (const Change& change : growth.phases[p].touched)
      text += safe_row({std::to_string(p + 1), change.item, change.id, change.what, change.before, change.after, change.reason});
  return text;
}

std::string growth_summary(const SiteView& view, const Growth& growth, const PriceList* prices) {
  std::string text;
  std::optional<BillSum> sum;
  if (prices != nullptr) sum = sum_of(bill_of_materials(view, prices), growth.phases.size());
  for (std::size_t p = 0; p < growth.phases.size(); ++p) {
    const PhaseWork& work = growth.phases[p];
    text += "phase " + std::to_string(p + 1) + " (" + view.plant->phases[p].name + "): buy " + std::to_string(work.servers) + " servers, " +
            std::to_string(work.switches) + " switches, " + std::to_string(work.modules) + " modules, " + std::to_string(work.trunks) +
            " trunks, " + std::to_string(work.cords) + " cords, " + std::to_string(work.cables) + " copper and active cables; pull " +
            std::to_string(work.pulls) + " bundles, " + fixed_digits(work.hours, 1) + " h";
    if (sum) text += ", " + money(sum->by_phase[p]) + " " + prices->currency;
    if (p > 0)
      text += work.touched.empty() ? "; touches nothing of the phases before"
                                   : "; touches " + std::to_string(work.touched.size()) + " things of the phases before";
    text += "\n";
  }
  if (sum)
    text += "cost " + money(sum->total) + " " + prices->currency +
            (sum->without_price.empty() ? "" : " without " + std::to_string(sum->without_price.size()) + " parts that have no price") +
            "\n";
  return text;
}

}  // namespace eastwest
