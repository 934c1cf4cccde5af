// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/measured_links.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "topology/csv.hpp"
#include "topology/plant/link_loss.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kFigures[] = {"loss_db", "pre_fec_ber", "frame_loss"};
constexpr std::string_view kReadOver[] = {"fibre",  "wavelength_nm", "length_m",   "limit_db", "margin_db", "orl_db",
                                          "result", "limit_name",    "instrument", "serial",   "operator",  "tested_at"};

struct Range {
  double low, high;
  std::string_view words;
};
constexpr Range kRanges[] = {{-0.5, 60, "a loss from -0.5 to 60 dB"},
                             {0, 0.5, "an error rate from 0 to 0.5"},
                             {0, 1, "a probability, 0 to 1"}};

class Reader {
 public:
  Reader(const CsvTable& table, const std::string& file, Diagnostics& diagnostics)
      : table_(table), file_(file), diagnostics_(diagnostics) {}

  std::vector<MeasuredLink> run() {
    if (!check_columns()) return {};
    std::vector<MeasuredLink> rows;
    for (std::size_t r = 0; r < table_.rows.size(); ++r) read_row(r, rows);
    if (table_.rows.empty()) diagnostics_.error({file_, 1, 0}, "the table has no rows", "give one row for each measurement");
    return rows;
  }

 private:
  bool check_columns() {
    bool good = true;
    std::vector<std::string> known = {"cable_id", "direction"};
    known.insert(known.end(), std::begin(kFigures), std::end(kFigures));
    known.insert(known.end(), std::begin(kReadOver), std::end(kReadOver));
    for (const std::string& column : table_.columns) {
      if (std::find(known.begin(), known.end(), column) != known.end()) continue;
      const std::string near = nearest_name(column, known);
      diagnostics_.error({file_, 1, 0}, "there is no column `" + column + "` in a table of measured links",
                         near.empty() ? "known: cable_id, direction, loss_db, pre_fec_ber, frame_loss and those of a loss test"
                                      : "did you mean `" + near + "`?");
      good = false;
    }
    if (!table_.column("cable_id")) {
      diagnostics_.error({file_, 1, 0}, "the table has no column `cable_id`", "name the cable of each row, such as `C0001`");
      good = false;
    }
    const auto has = [&](std::string_view name) { return table_.column(name).has_value(); };
    if (std::none_of(std::begin(kFigures), std::end(kFigures), has)) {
      diagnostics_.error({file_, 1, 0}, "the table has none of `loss_db`, `pre_fec_ber` and `frame_loss`", "give at least one of them");
      good = false;
    }
    return good;
  }

  const std::string& cell(std::size_t row, std::string_view name) const {
    static const std::string kEmpty;
    const auto column = table_.column(name);
    return column ? table_.rows[row][*column] : kEmpty;
  }

  std::optional<double> figure(std::size_t row, std::size_t which, const Place& place) {
    const std::string& text = cell(row, kFigures[which]);
    if (text.empty()) return std::nullopt;
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const Range& range = kRanges[which];
    if (error == std::errc{} && stop == end && value >= range.low && value <= range.high) return value;
    diagnostics_.error(
        place,
        "`" + std::string(kFigures[which]) + "` of `" + cell(row, "cable_id") + "` is `" + text + "`, not " + std::string(range.words),
        "write a plain number with a decimal point, without a unit");
    return std::nullopt;
  }

  void read_row(std::size_t row, std::vector<MeasuredLink>& rows) {
    const std::size_t errors = diagnostics_.error_count();
    MeasuredLink link;
    link.place = {file_, table_.lines[row], 0};
    link.cable = cell(row, "cable_id");
    if (link.cable.empty()) diagnostics_.error(link.place, "a row without `cable_id`", "name its cable");
    const std::string& direction = cell(row, "direction");
    if (direction == "AB") link.direction = MeasuredDirection::a_to_b;
    else if (direction == "BA") link.direction = MeasuredDirection::b_to_a;
    else if (!direction.empty() && direction != "both")
      diagnostics_.error(link.place, "`direction` of `" + link.cable + "` is `" + direction + "`", "write AB, BA, or nothing for both");
    link.loss_db = figure(row, 0, link.place);
    link.pre_fec_ber = figure(row, 1, link.place);
    link.frame_loss = figure(row, 2, link.place);
    if (diagnostics_.error_count() != errors) return;
    if (!link.loss_db && !link.pre_fec_ber && !link.frame_loss) {
      diagnostics_.error(link.place, "the row of `" + link.cable + "` measures nothing",
                         "give `loss_db`, `pre_fec_ber` or `frame_loss`, or remove the row");
      return;
    }
    rows.push_back(std::move(link));
  }

  const CsvTable& table_;
  const std::string& file_;
  Diagnostics& diagnostics_;
};

/// The worst that was measured of one direction.
struct Worst {
  std::optional<double> loss_db, pre_fec_ber, frame_loss;
  [[nodiscard]] bool any() const { return loss_db || pre_fec_ber || frame_loss; }
};

void keep_worst(std::optional<double>& worst, const std::optional<double>& value) {
  if (value && (!worst || *value > *worst)) worst = value;
}

/// One direction; the design's figures stand where nothing was measured.
struct Direction {
  double margin_db;
  double pre_fec_ber;
};

/// Of two directions the worse, of which one may be unknown.
double lower(double a, double b) { return std::isnan(a) ? b : std::isnan(b) ? a : std::min(a, b); }
double higher(double a, double b) { return std::isnan(a) ? b : std::isnan(b) ? a : std::max(a, b); }

Direction apply_direction(const Worst& worst, double budget_db, const LinkCoding& coding, Bytes frame, const Cable& design, Link& link) {
  Direction now{design.margin_db, design.pre_fec_ber};
  if (!worst.any()) return now;
  // What stands nearest to the frames gives the margin: more dirt has to start from where the link is, not from where its loss says it should be.
  // A link of which no lost frame was seen is as good as its other figures say.
  if (worst.frame_loss && *worst.frame_loss > 0) now.margin_db = margin_at_frame_loss(*worst.frame_loss, coding, frame);
  else if (worst.pre_fec_ber && *worst.pre_fec_ber > coding.module.floor_ber)
    now.margin_db = margin_at_pre_fec_ber(*worst.pre_fec_ber, coding);
  else if (worst.loss_db) now.margin_db = budget_db - *worst.loss_db;
  // At the floor an error rate only says that the margin is at least so much.
  else if (worst.pre_fec_ber) now.margin_db = higher(now.margin_db, margin_at_pre_fec_ber(*worst.pre_fec_ber, coding));
  if (worst.pre_fec_ber) now.pre_fec_ber = *worst.pre_fec_ber;
  else if (!std::isnan(now.margin_db)) now.pre_fec_ber = pre_fec_ber_at_margin(now.margin_db, coding);
  link.frame_loss = worst.frame_loss ? *worst.frame_loss : frame_loss_at_margin(now.margin_db, coding, frame);
  return now;
}

}  // namespace

std::vector<MeasuredLink> read_measured_links(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  const Result<CsvTable> table = parse_csv(text);
  if (table) return Reader(*table, file, diagnostics).run();
  Place place{file, 0, 0};
  const std::string& message = table.error().message;  // "line 3: ..."
  if (message.starts_with("line ")) std::from_chars(message.data() + 5, message.data() + message.size(), place.line);
  diagnostics.error(place, message, table.error().remedy);
  return {};
}

void apply_measured_links(const std::vector<MeasuredLink>& measured, const Catalogue& catalogue, std::span<const double> budget_db,
                          Bytes frame, Fabric& fabric, Diagnostics& diagnostics, double margin_exponent) {
  std::unordered_map<std::string, std::uint32_t> cable_of;  // looked up, never walked
  std::vector<std::string> names;
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    cable_of.emplace(fabric.cables[c].name, c);
    names.push_back(fabric.cables[c].name);
  }
  std::vector<std::array<Worst, 2>> worst(fabric.cables.size());  // [from end a, from end b]
  for (const MeasuredLink& row : measured) {
    const auto found = cable_of.find(row.cable);
    if (found == cable_of.end()) {
      const std::string near = nearest_name(row.cable, names);
      diagnostics.error(row.place, "there is no cable `" + row.cable + "`",
                        near.empty() ? "name a cable of the site's schedule" : "did you mean `" + near + "`?");
      continue;
    }
    if (row.loss_db && std::isnan(budget_db[found->second])) {
      diagnostics.error(row.place, "the power budget of `" + row.cable + "` is not known, so its measured loss says nothing of its margin",
                        "give the site optics with a budget, or measure `pre_fec_ber`");
      continue;
    }
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      if (row.direction == (side == 0 ? MeasuredDirection::b_to_a : MeasuredDirection::a_to_b)) continue;
      Worst& here = worst[found->second][side];
      keep_worst(here.loss_db, row.loss_db);
      keep_worst(here.pre_fec_ber, row.pre_fec_ber);
      keep_worst(here.frame_loss, row.frame_loss);
    }
  }
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    if (!worst[c][0].any() && !worst[c][1].any()) continue;
    Cable& cable = fabric.cables[c];
    Link& from_a = fabric.links[fabric.ports[cable.a.index()].out.index()];
    Link& from_b = fabric.links[fabric.ports[cable.b.index()].out.index()];
    const LinkCoding coding = link_coding(catalogue, cable.medium, from_a.rate, margin_exponent);
    const Direction there = apply_direction(worst[c][0], budget_db[c], coding, frame, cable, from_a);
    const Direction back = apply_direction(worst[c][1], budget_db[c], coding, frame, cable, from_b);
    cable.margin_db = lower(there.margin_db, back.margin_db);
    cable.pre_fec_ber = higher(there.pre_fec_ber, back.pre_fec_ber);
  }
}

}  // namespace eastwest
