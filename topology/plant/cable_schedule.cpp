// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/cable_schedule.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "topology/plant/table_file.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kColumns[] = {"cable_id",       "status",      "type",
                                         "construction",   "fibre_type",  "fibre_count",
                                         "connector_a",    "connector_b", "grade_a",
                                         "grade_b",        "polish_a",    "polish_b",
                                         "gender_a",       "gender_b",    "polarity",
                                         "jacket_colour",  "a_site",      "a_room",
                                         "a_cabinet",      "a_ru",        "a_device_or_panel",
                                         "a_port",         "b_site",      "b_room",
                                         "b_cabinet",      "b_ru",        "b_device_or_panel",
                                         "b_port",         "route",       "route_length_m",
                                         "slack_a_m",      "slack_b_m",   "length_m",
                                         "order_length_m", "splices",     "il_measured_db",
                                         "test_date",      "test_file",   "pmd",
                                         "rate",           "delay",       "link",
                                         "rail",           "phase",       "label_a",
                                         "label_b",        "installer",   "work_order",
                                         "notes",          "revision"};
constexpr std::string_view kRequired[] = {"cable_id", "a_device_or_panel", "a_port", "b_device_or_panel", "b_port"};

template <class Value>
std::optional<Value> value_named(std::string_view text, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (to_string(static_cast<Value>(i)) == text) return static_cast<Value>(i);
  return std::nullopt;
}

std::string_view jacket_colour(const Piece& piece) {
  if (piece.fibre == "os2") return "yellow";
  if (piece.fibre == "om5") return "lime";
  if (piece.fibre == "om3" || piece.fibre == "om4") return "aqua";
  return piece.fibre == "copper" ? "black" : "";
}

/// Cabinet, unit and short label of an end.
struct EndText {
  std::string room, cabinet, unit, device, port, label;
};

std::string two_digits(std::uint32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

EndText end_text(const Plant& plant, const Fabric& fabric, const PieceEnd& end) {
  EndText text;
  if (end.device == kNone) {
    const std::size_t colon = end.gone.find(':');
    text.device = end.gone.substr(0, colon);
    text.port = colon == std::string::npos ? "" : end.gone.substr(colon + 1);
    return text;
  }
  const Device& device = plant.devices[end.device];
  const PlantRack& rack = plant.racks[device.rack];
  const std::string name = plant.end_name(fabric, end);
  text.device = device.name;
  text.port = name.substr(device.name.size() + 1);
  text.room = rack.room;
  text.cabinet = rack.name;
  text.unit = std::to_string(device.unit);
  text.label = device.kind == DeviceKind::panel ? name : rack.name + "-" + two_digits(device.unit) + "." + name;
  return text;
}

/// "rail 3" of a host's NIC; "" of links between switches.
std::string rail_of(const Fabric& fabric, const Piece& piece) {
  for (const PieceEnd* end : {&piece.a, &piece.b}) {
    if (end->device >= fabric.nodes.size()) continue;
    const Node& node = fabric.nodes[end->device];
    if (node.kind == NodeKind::host) return std::to_string(end->port / fabric.hosts[node.detail].nic_ports);
  }
  return "";
}

std::vector<std::string> cells_of(const Plant& plant, const Fabric& fabric, const Piece& piece, const std::string& link,
                                  const Cable* cable) {
  const EndText a = end_text(plant, fabric, piece.a);
  const EndText b = end_text(plant, fabric, piece.b);
  std::string route;
  for (std::uint32_t r = 0; r < piece.route_count; ++r)
    route += (r > 0 ? " " : "") + plant.pathways[plant.routes[piece.first_route + r]].name;
  const bool custom = cable != nullptr && cable->medium == "custom";
  const std::string delay = custom ? to_string(cable->delay_medium + cable->delay_modules + cable->delay_fec) : "";
  const std::string rate = cable == nullptr ? "" : to_string(fabric.links[fabric.ports[cable->a.index()].out.index()].rate);
  const PieceRemarks& remarks = piece.remarks;
  const auto word = [](std::string_view text) { return std::string(text); };
  return {piece.id,
          word(to_string(piece.status)),
          word(to_string(piece.kind)),
          piece.construction,
          piece.fibre,
          std::to_string(piece.fibres),
          piece.a.plug.connector,
          piece.b.plug.connector,
          word(to_string(piece.a.plug.grade)),
          word(to_string(piece.b.plug.grade)),
          word(to_string(piece.a.plug.polish)),
          word(to_string(piece.b.plug.polish)),
          word(to_string(piece.a.plug.gender)),
          word(to_string(piece.b.plug.gender)),
          word(to_string(piece.polarity)),
          word(jacket_colour(piece)),
          a.device.empty() || a.cabinet.empty() ? "" : plant.site,
          a.room,
          a.cabinet,
          a.unit,
          a.device,
          a.port,
          b.device.empty() || b.cabinet.empty() ? "" : plant.site,
          b.room,
          b.cabinet,
          b.unit,
          b.device,
          b.port,
          route,
          metres_text(piece.route_length),
          metres_text(piece.a.slack),
          metres_text(piece.b.slack),
          metres_text(piece.length),
          metres_text(piece.order_length),
          std::to_string(piece.splices),
          remarks.loss_measured,
          remarks.test_date,
          remarks.test_file,
          cable == nullptr ? "" : cable->medium,
          rate,
          delay,
          link,
          rail_of(fabric, piece),
          std::to_string(piece.phase + 1),
          a.label,
          b.label,
          remarks.installer,
          remarks.work_order,
          remarks.notes,
          remarks.revision};
}

void read_plug(TableFile& table, const char* connector, const char* grade, const char* polish, const char* gender, Plug& plug) {
  plug.connector = table.text(connector);
  plug.grade = table.choice(grade, ConnectorGrade::low_loss, grade_of, "standard or low_loss");
  plug.polish = table.choice(polish, Polish::none, polish_of, "none, upc or apc");
  plug.gender = table.choice(gender, PinGender::none, gender_of, "none, pinned or unpinned");
}

ScheduleRow read_row(TableFile& table) {
  ScheduleRow row;
  row.line = table.line();
  Piece& piece = row.piece;
  piece.id = table.required("cable_id");
  piece.status = table.choice(
      "status", PieceStatus::planned, [](std::string_view text) { return value_named<PieceStatus>(text, 7); },
      "planned, ordered, pulled, terminated, tested, in_service or retired");
  piece.kind = table.choice(
      "type", PieceKind::cord, [](std::string_view text) { return value_named<PieceKind>(text, 5); },
      "cord, trunk, direct_copper, active_copper or active_optical");
  piece.construction = table.text("construction");
  piece.fibre = table.text("fibre_type");
  piece.fibres = table.count("fibre_count", 0, 10'000);
  read_plug(table, "connector_a", "grade_a", "polish_a", "gender_a", piece.a.plug);
  read_plug(table, "connector_b", "grade_b", "polish_b", "gender_b", piece.b.plug);
  piece.polarity = table.choice("polarity", FibrePolarity::none, polarity_of, "none, a, b or c");
  row.a_device = piece.status == PieceStatus::retired ? table.text("a_device_or_panel") : table.required("a_device_or_panel");
  row.a_port = piece.status == PieceStatus::retired ? table.text("a_port") : table.required("a_port");
  row.b_device = piece.status == PieceStatus::retired ? table.text("b_device_or_panel") : table.required("b_device_or_panel");
  row.b_port = piece.status == PieceStatus::retired ? table.text("b_port") : table.required("b_port");
  row.route = table.text("route");
  piece.route_length = table.metres("route_length_m");
  piece.a.slack = table.metres("slack_a_m");
  piece.b.slack = table.metres("slack_b_m");
  row.has_length = !table.text("length_m").empty();
  piece.length = table.metres("length_m");
  piece.order_length = table.metres("order_length_m", piece.length);
  piece.splices = table.count("splices", 0, 1'000);
  row.has_phase = !table.text("phase").empty();
  row.has_grade_a = !table.text("grade_a").empty();
  row.has_grade_b = !table.text("grade_b").empty();
  piece.phase = std::max(1u, table.count("phase", 1, 64)) - 1;
  piece.remarks = {table.text("il_measured_db"), table.text("test_date"), table.text("test_file"), table.text("installer"),
                   table.text("work_order"),     table.text("notes"),     table.text("revision")};
  row.link.link = table.text("link");
  row.link.medium = table.text("pmd");
  row.link.rate = {static_cast<std::uint64_t>(table.quantity("rate", Dimension::rate, 0))};
  row.link.delay = {table.quantity("delay", Dimension::time, -1)};
  return row;
}

}  // namespace

std::string write_schedule(const Plant& plant, const Fabric& fabric) {
  std::vector<std::string> header(std::begin(kColumns), std::end(kColumns));
  std::string text = csv_row(header);
  std::vector<std::uint32_t> cable_of(plant.pieces.size(), kNone);
  for (std::uint32_t c = 0; c < plant.channels.size(); ++c)
    for (std::uint32_t s = 0; s < plant.channels[c].step_count; ++s) cable_of[plant.steps[plant.channels[c].first_step + s].piece] = c;
  for (std::uint32_t p = 0; p < plant.pieces.size(); ++p) {
    const Piece& piece = plant.pieces[p];
    const Cable* cable = piece.kind == PieceKind::trunk || cable_of[p] == kNone ? nullptr : &fabric.cables[cable_of[p]];
    text += csv_row(cells_of(plant, fabric, piece, cable == nullptr ? "" : cable->name, cable));
  }
  return text;
}

std::vector<ScheduleRow> read_schedule(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  std::vector<ScheduleRow> rows;
  TableFile table(text, file, kColumns, kRequired, diagnostics);
  std::map<std::string, std::uint32_t> seen;
  while (table.next()) {
    ScheduleRow row = read_row(table);
    const auto [first, fresh] = seen.try_emplace(row.piece.id, row.line);
    if (!fresh && !row.piece.id.empty())
      table.error("cable id " + quote_input(row.piece.id) + " stands in line " + std::to_string(first->second) + " too",
                  "an id is given once and never again; take the next free number");
    rows.push_back(std::move(row));
  }
  table.finish();
  return rows;
}

}  // namespace eastwest
