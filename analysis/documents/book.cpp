// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/book.hpp"

#include <algorithm>

#include "analysis/documents/book_writer.hpp"
#include "analysis/documents/document_text.hpp"
#include "analysis/documents/rack_elevation.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view book_css;
extern const std::string_view book_js;
}  // namespace embedded

namespace {

constexpr std::string_view kPattern =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs><pattern id=\"reserved\" width=\"6\" "
    "height=\"6\" "
    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V6\"/></pattern></defs></svg>\n";

std::string card(std::string_view label, const std::string& value, const std::string& extra = "") {
  return "<div class=\"card\"><div class=\"label\">" + escape_markup(label) + "</div><div class=\"value\">" + escape_markup(value) +
         "</div>" + (extra.empty() ? "" : "<div class=\"extra\">" + escape_markup(extra) + "</div>") + "</div>\n";
}

void write_site(const BookInput& input, BookWriter& book) {
  const SiteView& view = *input.view;
  const Plant& plant = *view.plant;
  book.chapter("site", "The site", "");
  std::uint32_t count[3] = {0, 0, 0};
  double power = 0;
  for (const Device& device : plant.devices) {
    ++count[static_cast<std::size_t>(device.kind)];
    power += static_cast<double>(device.power_max.mw) * 1e-6;
  }
  std::uint32_t trunks = 0;
  std::uint32_t pieces = 0;
  Length ordered;
  for (const Piece& piece : plant.pieces) {
    if (piece.status == PieceStatus::retired) continue;
    ++(piece.kind == PieceKind::trunk ? trunks : pieces);
    ordered += piece.order_length;
  }
  book.raw("<div class=\"figures\">\n");
  book.raw(card("GPUs", std::to_string(view.fabric->gpu_count), std::to_string(count[0]) + " servers"));
  book.raw(card("Switches", std::to_string(count[1]), view.fabric->topology));
  book.raw(card("Racks", std::to_string(plant.racks.size()), "up to " + fixed_digits(power, 1) + " kW known"));
  book.raw(card("Links", std::to_string(view.fabric->cables.size())));
  book.raw(card("Cables and cords", std::to_string(pieces), metres(ordered) + " m ordered, trunks included"));
  book.raw(card("Trunks", std::to_string(trunks), std::to_string(count[2]) + " patch panels"));
  book.raw("</div>\n");
  const auto& phases = input.whole->plant->phases;
  if (phases.size() > 1) {
    std::string text = "The site grows in " + std::to_string(phases.size()) + " phases: ";
    for (std::size_t p = 0; p < phases.size(); ++p) text += (p > 0 ? ", " : "") + std::to_string(p + 1) + " = " + phases[p].name;
    text += input.phase + 1 == phases.size() ? ". This book shows the whole site."
                                             : ". This book shows what stands at the end of phase " + std::to_string(input.phase + 1) +
                                                   "; pathways, purchases and growth are of the whole site.";
    book.paragraph(plain(text));
  }
  book.heading("reading", plain("How to read this book"));
  book.raw(
      "<ul class=\"reading\">\n"
      "<li><b>A cable in your hand.</b> Its label has three lines: this end, the far end, and the id. Find the id with the search above, "
      "or in "
      "<a href=\"#cables\">Cables</a>: both ends lead to their ports, the link leads to what the cable is for.</li>\n"
      "<li><b>A port before you.</b> Find the device in <a href=\"#racks\">Racks</a> or by its name; its table names what is plugged in "
      "and "
      "where the link ends.</li>\n"
      "<li><b>Names.</b> <code>leaf-0:swp1s0</code> is a port of a device. <code>A01-42:03</code> is port 3 of the patch panel whose top "
      "unit is "
      "42 in rack A01. On labels a device's port has its rack and unit before it: <code>A01-07.leaf-0:swp1s0</code>.</li>\n"
      "<li><b>A link</b> joins two devices. It is one cable, or a cord to a panel, a leg of a trunk, and a cord. Cords of link C0012 are "
      "C0012A and "
      "C0012B; trunks begin with T.</li>\n"
      "<li><b>Rails.</b> NIC n of every server is on rail n. A swapped pair of cables keeps its lights green and costs step time.</li>\n"
      "<li><b>Ids never change</b> and are never given twice. Whatever moves, the label's id stays.</li>\n"
      "</ul>\n");
  book.end_chapter();
}

void write_index(const BookInput& input, BookWriter& book) {
  const SiteView& view = *input.view;
  book.chapter("index", "Index", "Devices, racks and pathways by name. Cables and links stand in their chapters in order of id.");
  std::vector<std::pair<std::string, Html>> entries;
  for (std::uint32_t d = 0; d < view.plant->devices.size(); ++d) entries.emplace_back(view.plant->devices[d].name, device_link(view, d));
  for (std::uint32_t r = 0; r < view.plant->racks.size(); ++r) {
    const std::string& name = view.plant->racks[r].name;
    entries.emplace_back(name, link_to("rack", name, name + " (rack)"));
  }
  for (const Pathway& pathway : view.plant->pathways)
    entries.emplace_back(pathway.name, link_to("pathway", pathway.name, pathway.name + " (" + std::string(to_string(pathway.kind)) + ")"));
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  book.raw("<ul class=\"index\">\n");
  for (const auto& [name, entry] : entries) book.raw("<li>" + entry.text + "</li>\n");
  book.raw("</ul>\n");
  book.end_chapter();
}

}  // namespace

std::string write_book(const BookInput& input) {
  BookWriter book;
  write_site(input, book);
  write_racks_and_devices(input, book);
  write_links_and_cables(input, book);
  write_work(input, book);
  write_growth_chapters(input, book);
  write_index(input, book);
  const std::string title = escape_markup(input.view->plant->site);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      title + ": the book of the site</title>\n<style>" + std::string(elevation_style()) + std::string(embedded::book_css) +
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#site\">To the text</a>\n" + std::string(kPattern) +
      "<header class=\"top\"><div class=\"brand\">" + title +
      " <span>book of the site</span></div>\n"
      "<div class=\"tools\"><input id=\"find\" type=\"search\" placeholder=\"Find a cable, port, device, rack\" "
      "aria-label=\"Find\" autocomplete=\"off\"><button id=\"theme\" type=\"button\">Dark</button></div>\n"
      "<div id=\"found\" hidden></div></header>\n<div class=\"page\"><nav aria-label=\"Chapters\"><ol>\n";
  for (const auto& [id, name] : book.chapters()) page += "<li><a href=\"#" + id + "\">" + escape_markup(name) + "</a></li>\n";
  page += "</ol></nav>\n<main>\n<h1>" + title + "</h1>\n" + book.take() + "</main></div>\n<script>" + std::string(embedded::book_js) +
          "</script>\n</body></html>\n";
  return page;
}

}  // namespace eastwest
