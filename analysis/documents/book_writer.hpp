// SPDX-License-Identifier: Apache-2.0
// Book writer: chapters, tables and links of the book, escaped in one place.
//
// Invariant: what is passed as `Html` was made by the functions here; everything else is text and is escaped.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/documents/site_view.hpp"

namespace eastwest {

/// Text that is markup already.
struct Html {
  std::string text;
};

Html plain(std::string_view text);
Html link_to(std::string_view prefix, std::string_view name, std::string_view shown);
Html joined(const std::vector<Html>& parts, std::string_view between);

/// Links into the book.
Html device_link(const SiteView& view, std::uint32_t device);
Html rack_link(const SiteView& view, std::uint32_t rack);
Html cable_link(const SiteView& view, std::uint32_t piece);
Html fabric_link(const SiteView& view, std::uint32_t link);
Html end_link(const SiteView& view, const PieceEnd& end);
Html port_link(const SiteView& view, PortId port);
Html rail_link(std::string_view rail);

class BookWriter {
 public:
  void chapter(std::string_view id, std::string_view title, std::string_view introduction);
  void end_chapter() { out_ += "</section>\n"; }
  void heading(std::string_view id, const Html& title);
  void paragraph(const Html& text);
  /// `number` columns stand to the right. `owner`: what the rows belong to, for the search.
  void table(std::initializer_list<std::string_view> columns, std::string_view owner = "");
  void table(const std::vector<std::string>& columns, std::string_view owner = "");
  /// A row with an id to link to; "" for none.
  void row(std::string_view id, const std::vector<Html>& cells);
  void end_table() { out_ += "</tbody></table></div>\n"; }
  void raw(std::string_view markup) { out_ += markup; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& chapters() const { return chapters_; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::vector<std::pair<std::string, std::string>> chapters_;  // id, title
};

// Chapters, each in a file of its own.
struct BookInput;
void write_racks_and_devices(const BookInput& input, BookWriter& book);
void write_links_and_cables(const BookInput& input, BookWriter& book);
void write_work(const BookInput& input, BookWriter& book);
void write_growth_chapters(const BookInput& input, BookWriter& book);

}  // namespace eastwest
