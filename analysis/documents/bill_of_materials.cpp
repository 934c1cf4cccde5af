// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/bill_of_materials.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <tuple>

#include "analysis/documents/document_text.hpp"
#include "analysis/documents/modules.hpp"
#include "core/input_text.hpp"

namespace eastwest {

namespace {

constexpr std::array<std::string_view, 9> kCategories = {"server", "switch", "rack",         "panel",       "module",
                                                         "trunk",  "cord",   "copper cable", "active cable"};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// "mpo-12/apc low_loss unpinned"; what has no meaning for the connector is left out.
std::string plug_text(const Plug& plug) {
  std::string text = lower(plug.connector);
  if (plug.polish != Polish::none) text += "/" + std::string(to_string(plug.polish));
  if (plug.gender != PinGender::none) text += "-" + std::string(to_string(plug.gender));
  return text;
}

struct Part {
  std::string stem;
  std::string description;
};

Part part_of_cable(const SiteView& view, const Piece& piece) {
  Part part;
  part.stem = bill_stem(piece);
  if (piece.kind != PieceKind::cord && piece.kind != PieceKind::trunk) {
    const OpticModel* optic = view.catalogue->find_optic(piece.construction);
    part.description = optic == nullptr ? std::string(to_string(piece.kind)) : optic->name;
    return part;
  }
  const std::string a = plug_text(piece.a.plug);
  const std::string b = plug_text(piece.b.plug);
  const CableConstruction* row = view.catalogue->find_cable_construction(piece.construction);
  part.description = (row == nullptr ? piece.construction : row->name) + ", " + lower(piece.fibre) + ", " + std::to_string(piece.fibres) +
                     (piece.fibres == 1 ? " fibre, " : " fibres, ") + a + (b == a ? " both ends" : " to " + b);
  if (piece.polarity != FibrePolarity::none) part.description += ", polarity " + std::string(to_string(piece.polarity));
  if (piece.splices > 0) part.description += ", " + std::to_string(piece.splices) + (piece.splices == 1 ? " splice" : " splices");
  return part;
}

class Bill {
 public:
  explicit Bill(std::size_t phases) : phases_(phases) {}
  BillItem& item(const std::string& category, const std::string& stem, Length length, const std::string& description,
                 const std::string& note = "") {
    const auto place = std::find(kCategories.begin(), kCategories.end(), category) - kCategories.begin();
    auto [found, fresh] = items_.try_emplace(std::tuple{place, stem, length.mm, description, note});
    BillItem& item = found->second;
    if (fresh) {
      item.category = category;
      item.stem = stem;
      item.part = bill_part(stem, length);
      item.description = description;
      item.length = length;
      item.note = note;
      item.count.assign(phases_, 0);
    }
    return item;
  }
  std::vector<BillItem> take() {
    std::vector<BillItem> items;
    for (auto& [key, item] : items_) items.push_back(std::move(item));
    return items;
  }

 private:
  std::size_t phases_;
  std::map<std::tuple<std::ptrdiff_t, std::string, std::int64_t, std::string, std::string>, BillItem> items_;
};

void add_devices(const SiteView& view, Bill& bill) {
  const Plant& plant = *view.plant;
  std::vector<std::uint32_t> rack_phase(plant.racks.size(), kNone);
  for (const Device& device : plant.devices) {
    rack_phase[device.rack] = std::min(rack_phase[device.rack], device.phase);
    std::string description;
    if (const ServerModel* model = view.catalogue->find_server(device.model)) description = model->vendor + " " + model->model;
    if (const SwitchModel* model = view.catalogue->find_switch(device.model)) description = model->vendor + " " + model->model;
    const std::string category = device.kind == DeviceKind::server           ? "server"
                                 : device.kind == DeviceKind::network_switch ? "switch"
                                                                             : "panel";
    if (device.kind == DeviceKind::panel)
      description = std::to_string(device.ports) + " ports, " + std::to_string(device.height) + " U, with adapters";
    const bool unknown = device.kind != DeviceKind::panel && description.empty();
    ++bill.item(category, device.model.empty() ? "custom" : device.model, {}, unknown ? "not in the catalogue" : description)
          .count[device.phase];
  }
  for (std::size_t r = 0; r < plant.racks.size(); ++r)
    if (rack_phase[r] != kNone)
      ++bill.item("rack", "rack-" + std::to_string(plant.racks[r].units) + "u", {}, std::to_string(plant.racks[r].units) + " units")
            .count[rack_phase[r]];
}

}  // namespace

std::span<const std::string_view> bill_categories() { return kCategories; }

std::string bill_stem(const Piece& piece) {
  if (piece.kind != PieceKind::cord && piece.kind != PieceKind::trunk) return piece.construction;
  const std::string a = plug_text(piece.a.plug);
  const std::string b = plug_text(piece.b.plug);
  std::string stem = piece.construction + "-" + piece.fibre + "-" + a + (b == a ? "" : "-" + b);
  if (piece.polarity != FibrePolarity::none) stem += "-" + std::string(to_string(piece.polarity));
  if (piece.a.plug.grade == ConnectorGrade::standard || piece.b.plug.grade == ConnectorGrade::standard) stem += "-standard";
  return stem;
}

std::string bill_part(const std::string& stem, Length length) { return length.mm == 0 ? stem : stem + "-" + metres(length) + "m"; }

std::string bill_category(const Piece& piece) {
  switch (piece.kind) {
    case PieceKind::cord: return "cord";
    case PieceKind::trunk: return "trunk";
    case PieceKind::direct_copper: return "copper cable";
    case PieceKind::active_copper:
    case PieceKind::active_optical: break;
  }
  return "active cable";
}

std::uint64_t BillItem::total() const { return std::accumulate(count.begin(), count.end(), std::uint64_t{0}); }

std::vector<BillItem> bill_of_materials(const SiteView& view, const PriceList* prices) {
  Bill bill(view.plant->phases.size());
  add_devices(view, bill);
  for (const Module& module : modules_of(view)) {
    const OpticModel* optic = view.catalogue->find_optic(module.optic);
    const bool odd = module.note != "one of its two ends is free";
    ++bill.item("module", module.optic, {}, optic == nullptr ? "" : optic->name, odd ? module.note : "").count[module.phase];
  }
  for (const Piece& piece : view.plant->pieces) {
    if (piece.status == PieceStatus::retired) continue;
    const Part part = part_of_cable(view, piece);
    ++bill.item(bill_category(piece), part.stem, piece.order_length, part.description).count[piece.phase];
  }
  std::vector<BillItem> items = bill.take();
  if (prices != nullptr)
    for (BillItem& item : items) item.price = prices->price(item.part, item.stem, item.length);
  return items;
}

void warn_of_other_prices(const PriceList& prices, const std::vector<BillItem>& items, const std::string& file, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const BillItem& item : items) names.push_back(item.part);
  for (const BillItem& item : items) names.push_back(item.stem);
  std::vector<std::pair<std::uint32_t, const std::string*>> others;  // by line
  for (const auto& [part, price] : prices.parts)
    if (std::find(names.begin(), names.end(), part) == names.end()) others.emplace_back(price.line, &part);
  std::sort(others.begin(), others.end());
  for (const auto& [line, part] : others) {
    const std::string near = nearest_name(*part, names);
    diagnostics.warning({file, line, 1}, "part " + quote_input(*part) + " is not in the bill of materials; its price is not used",
                        near.empty() ? "`bill-of-materials.csv` lists the parts of this site" : "did you mean `" + near + "`?");
  }
}

BillSum sum_of(const std::vector<BillItem>& items, std::size_t phases) {
  BillSum sum;
  sum.by_phase.assign(phases, 0);
  for (const BillItem& item : items) {
    if (!item.price) {
      sum.without_price.push_back(item.part);
      continue;
    }
    for (std::size_t p = 0; p < phases; ++p) {
      const std::int64_t price = *item.price * static_cast<std::int64_t>(item.count[p]);
      sum.by_phase[p] += price;
      sum.total += price;
    }
  }
  return sum;
}

std::string write_bill_of_materials(const SiteView& view, const PriceList* prices) {
  const std::size_t phases = view.plant->phases.size();
  std::vector<std::string> header = {"category", "part", "description", "length_m"};
  for (std::size_t p = 0; p < phases; ++p) header.push_back("phase_" + std::to_string(p + 1));
  for (const char* column : {"total", "metres", "unit_price", "total_price", "currency", "note"}) header.emplace_back(column);
  std::string text = safe_row(header);
  const std::vector<BillItem> items = bill_of_materials(view, prices);
  for (const BillItem& item : items) {
    std::vector<std::string> row = {item.category, item.part, item.description, item.length.mm == 0 ? "" : metres(item.length)};
    for (const std::uint32_t count : item.count) row.push_back(std::to_string(count));
    const auto total = static_cast<std::int64_t>(item.total());
    row.push_back(std::to_string(total));
    row.push_back(item.length.mm == 0 ? "" : metres(item.length * total));
    row.push_back(item.price ? money(*item.price) : "");
    row.push_back(item.price ? money(*item.price * total) : "");
    row.push_back(item.price ? prices->currency : "");
    row.push_back(item.note.empty() && prices != nullptr && !item.price ? "no price" : item.note);
    text += safe_row(row);
  }
  if (prices == nullptr) return text;
  const BillSum sum = sum_of(items, phases);
  std::vector<std::string> row = {"sum", "", std::to_string(sum.without_price.size()) + " parts have no price and are not in it", ""};
  for (const std::int64_t price : sum.by_phase) row.push_back(money(price));
  for (const std::string& cell : {std::string(), std::string(), std::string(), money(sum.total), prices->currency, std::string("prices")})
    row.push_back(cell);
  return text + safe_row(row);
}

}  // namespace eastwest
