// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/book_writer.hpp"

#include "analysis/documents/document_text.hpp"

namespace eastwest {

Html plain(std::string_view text) { return {escape_markup(text)}; }

Html link_to(std::string_view prefix, std::string_view name, std::string_view shown) {
  return {"<a href=\"#" + anchor(prefix, name) + "\">" + escape_markup(shown) + "</a>"};
}

Html joined(const std::vector<Html>& parts, std::string_view between) {
  Html all;
  for (const Html& part : parts) {
    if (part.text.empty()) continue;
    if (!all.text.empty()) all.text += between;
    all.text += part.text;
  }
  return all;
}

Html device_link(const SiteView& view, std::uint32_t device) {
  const std::string& name = view.plant->devices[device].name;
  return link_to("device", name, name);
}

Html rack_link(const SiteView& view, std::uint32_t rack) {
  const std::string& name = view.plant->racks[rack].name;
  return link_to("rack", name, name);
}

Html cable_link(const SiteView& view, std::uint32_t piece) {
  const std::string& id = view.plant->pieces[piece].id;
  return link_to("cable", id, id);
}

Html fabric_link(const SiteView& view, std::uint32_t link) {
  const std::string& name = view.fabric->cables[link].name;
  return link_to("link", name, name);
}

Html end_link(const SiteView& view, const PieceEnd& end) {
  const std::string shown = end_name(view, end);
  if (end.device == kNone) return plain(shown);
  PieceEnd first = end;  // a trunk's end leads to its first port
  first.count = 1;
  return link_to("port", end_name(view, first), shown);
}

Html port_link(const SiteView& view, PortId port) {
  const std::string name = port_text(view, port);
  return link_to("port", name, name);
}

Html rail_link(std::string_view rail) { return rail.empty() ? Html{} : link_to("rail", rail, rail); }

void BookWriter::chapter(std::string_view id, std::string_view title, std::string_view introduction) {
  chapters_.emplace_back(id, title);
  out_ += "<section class=\"chapter\"><h2 id=\"" + std::string(id) + "\">" + escape_markup(title) + "</h2>\n";
  if (!introduction.empty()) out_ += "<p class=\"sub\">" + escape_markup(introduction) + "</p>\n";
}

void BookWriter::heading(std::string_view id, const Html& title) {
  out_ += "<h3" + (id.empty() ? std::string() : " id=\"" + std::string(id) + "\"") + ">" + title.text + "</h3>\n";
}

void BookWriter::paragraph(const Html& text) { out_ += "<p>" + text.text + "</p>\n"; }

void BookWriter::table(const std::vector<std::string>& columns, std::string_view owner) {
  out_ +=
      "<div class=\"scroll\"><table" + (owner.empty() ? std::string() : " data-owner=\"" + escape_markup(owner) + "\"") + "><thead><tr>";
  for (const std::string& column : columns) out_ += "<th>" + escape_markup(column) + "</th>";
  out_ += "</tr></thead><tbody>\n";
}

void BookWriter::table(std::initializer_list<std::string_view> columns, std::string_view owner) {
  table(std::vector<std::string>(columns.begin(), columns.end()), owner);
}

void BookWriter::row(std::string_view id, const std::vector<Html>& cells) {
  out_ += id.empty() ? std::string("<tr>") : "<tr id=\"" + std::string(id) + "\">";
  for (const Html& cell : cells) out_ += "<td>" + cell.text + "</td>";
  out_ += "</tr>\n";
}

}  // namespace eastwest
