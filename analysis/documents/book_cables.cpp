// SPDX-License-Identifier: Apache-2.0
// Chapters of the book: rails, links, cables and trunks.
#include <charconv>
#include <map>

#include "analysis/documents/book.hpp"
#include "analysis/documents/book_writer.hpp"
#include "analysis/documents/document_text.hpp"
#include "analysis/documents/strand_map.hpp"

namespace eastwest {

namespace {

std::uint32_t rack_of(const SiteView& view, PortId port) { return view.plant->devices[view.fabric->ports[port.index()].node.index()].rack; }

std::vector<Html> pieces_of(const SiteView& view, std::uint32_t link) {
  std::vector<Html> pieces;
  const PlantChannel& channel = view.plant->channels[link];
  for (std::uint32_t s = 0; s < channel.step_count; ++s)
    pieces.push_back(cable_link(view, view.plant->steps[channel.first_step + s].piece));
  return pieces;
}

void write_rails(const SiteView& view, BookWriter& book) {
  std::map<std::uint64_t, std::vector<std::uint32_t>> rails;
  for (std::uint32_t c = 0; c < view.fabric->cables.size(); ++c) {
    const std::string rail = rail_of_link(view, c);
    std::uint64_t number = 0;
    if (std::from_chars(rail.data(), rail.data() + rail.size(), number).ec == std::errc{}) rails[number].push_back(c);
  }
  book.chapter("rails", "Rails",
               "Rail n joins NIC n of every server. A cable on the wrong rail still links up, and slows every collective.");
  for (const auto& [rail, links] : rails) {
    const std::string name = std::to_string(rail);
    book.raw("<article>");
    book.heading(anchor("rail", name), plain("Rail " + name + ": " + std::to_string(links.size()) + " links"));
    book.table({"link", "server port", "rack", "switch port", "rack", "cables"}, "rail " + name);
    for (const std::uint32_t c : links) {
      const Cable& cable = view.fabric->cables[c];
      const bool server_first = view.fabric->nodes[view.fabric->ports[cable.a.index()].node.index()].kind == NodeKind::host;
      const PortId server = server_first ? cable.a : cable.b;
      const PortId other = server_first ? cable.b : cable.a;
      book.row("", {fabric_link(view, c), port_link(view, server), rack_link(view, rack_of(view, server)), port_link(view, other),
                    rack_link(view, rack_of(view, other)), joined(pieces_of(view, c), ", ")});
    }
    book.end_table();
    book.raw("</article>\n");
  }
  book.end_chapter();
}

void write_links(const SiteView& view, BookWriter& book) {
  book.chapter(
      "links", "Links",
      "What joins two devices: one cable, or a cord, a trunk and a cord. Loss: typical and worst case against what the optics bear; "
      "the rest is headroom.");
  book.table({"link", "from", "rack", "to", "rack", "rail", "rate", "optic", "cables", "length m", "typical dB", "worst dB", "budget dB",
              "headroom dB", "phase"});
  for (std::uint32_t c = 0; c < view.fabric->cables.size(); ++c) {
    const Cable& cable = view.fabric->cables[c];
    const LinkQuality& quality = view.qualities[c];
    const bool glass = quality.loss.has_value();
    const bool budget = glass && quality.budget.loss_limit.mdb > 0;
    book.row(anchor("link", cable.name),
             {plain(cable.name), port_link(view, cable.a), rack_link(view, rack_of(view, cable.a)), port_link(view, cable.b),
              rack_link(view, rack_of(view, cable.b)), rail_link(rail_of_link(view, c)), plain(to_string(rate_of_link(view, c))),
              plain(cable.medium), joined(pieces_of(view, c), ", "), plain(metres(cable.length)),
              plain(glass ? fixed_digits(quality.loss->typical.decibels(), 2) : ""),
              plain(glass ? fixed_digits(quality.loss->worst.decibels(), 2) : ""),
              plain(budget ? fixed_digits(quality.budget.loss_limit.decibels(), 2) : ""),
              plain(budget ? fixed_digits(quality.budget.headroom.decibels(), 2) : ""),
              plain(std::to_string(view.plant->channels[c].phase + 1))});
  }
  book.end_table();
  book.end_chapter();
}

Html route_of(const SiteView& view, const Piece& piece) {
  std::vector<Html> parts;
  for (std::uint32_t r = 0; r < piece.route_count; ++r) {
    const std::string& name = view.plant->pathways[view.plant->routes[piece.first_route + r]].name;
    parts.push_back(link_to("pathway", name, name));
  }
  return joined(parts, " ");
}

Html colour(std::string_view name) {
  const std::string_view base = name.substr(0, name.find(' '));
  return {"<span class=\"strand " + std::string(base) + "\"></span>" + escape_markup(name)};
}

void write_cables(const SiteView& view, BookWriter& book) {
  book.chapter(
      "cables", "Cables",
      "Every piece of cable by its id, which stands on both of its labels and never changes. Retired ids are kept so that they are not "
      "given again.");
  book.table({"cable", "type", "construction", "end A", "end B", "link", "route", "installed m", "order m", "phase", "status"});
  for (std::uint32_t p = 0; p < view.plant->pieces.size(); ++p) {
    const Piece& piece = view.plant->pieces[p];
    const std::uint32_t link = view.link_of_piece[p];
    book.row(anchor("cable", piece.id),
             {plain(piece.id), plain(to_string(piece.kind)), plain(piece.construction), end_link(view, piece.a), end_link(view, piece.b),
              link == kNone ? Html{} : fabric_link(view, link), route_of(view, piece), plain(metres(piece.length)),
              plain(metres(piece.order_length)), plain(std::to_string(piece.phase + 1)), plain(to_string(piece.status))});
  }
  book.end_table();
  book.end_chapter();
}

void write_trunks(const SiteView& view, BookWriter& book) {
  book.chapter("trunks", "Trunks",
               "Every leg of every trunk: its unit colour, the panel ports at both ends, and the link that it carries.");
  bool any = false;
  for (std::uint32_t p = 0; p < view.plant->pieces.size(); ++p) {
    const Piece& trunk = view.plant->pieces[p];
    if (view.strand_links[p].empty()) continue;
    any = true;
    book.raw("<article>");
    book.heading(anchor("trunk", trunk.id), joined({plain("Trunk"), cable_link(view, p)}, " "));
    book.paragraph(plain(trunk.construction + ", " + std::to_string(trunk.fibres) +
                         (trunk.fibres == 1 ? " fibre, polarity " : " fibres, polarity ") + std::string(to_string(trunk.polarity)) + ", " +
                         metres(trunk.length) + " m"));
    book.table({"leg", "unit", "fibres", "port at A", "port at B", "link", "from", "to"}, trunk.id);
    std::vector<Strand> strands = strands_of(view, p);
    for (std::uint32_t leg = 0; leg < view.strand_links[p].size(); ++leg) {
      std::uint32_t first = 0;
      std::uint32_t last = 0;
      std::string unit;
      for (const Strand& strand : strands) {
        if (strand.leg != leg) continue;
        if (first == 0) {
          first = strand.fibre;
          unit = strand.unit_colour;
        }
        last = strand.fibre;
      }
      PieceEnd a = trunk.a;
      PieceEnd b = trunk.b;
      a.port += leg;
      b.port += leg;
      a.count = b.count = 1;
      const std::uint32_t link = view.strand_links[p][leg];
      book.row("", {plain(std::to_string(leg + 1)), colour(unit), plain(std::to_string(first) + "-" + std::to_string(last)),
                    end_link(view, a), end_link(view, b), link == kNone ? plain("dark") : fabric_link(view, link),
                    link == kNone ? Html{} : port_link(view, view.fabric->cables[link].a),
                    link == kNone ? Html{} : port_link(view, view.fabric->cables[link].b)});
    }
    book.end_table();
    book.raw("</article>\n");
  }
  if (!any) book.paragraph(plain("There are none: every link is one cable from end to end."));
  book.end_chapter();
}

}  // namespace

void write_links_and_cables(const BookInput& input, BookWriter& book) {
  write_rails(*input.view, book);
  write_links(*input.view, book);
  write_cables(*input.view, book);
  write_trunks(*input.view, book);
}

}  // namespace eastwest
