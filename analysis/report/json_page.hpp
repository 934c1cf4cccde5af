// SPDX-License-Identifier: Apache-2.0
// Private to analysis/report: pieces of the page's data that several files make.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/report/report.hpp"

namespace eastwest {

/// Numbers that travel as deflated, little-endian float64 or bytes; `add` returns the index that the page finds them by.
class PageBlobs {
 public:
  std::size_t add(std::span<const std::uint8_t> bytes);
  std::size_t add(const std::vector<double>& values);
  std::vector<std::string> take() { return std::move(blobs_); }
  [[nodiscard]] const std::string& at(std::size_t index) const { return blobs_[index]; }
  void pop() { blobs_.pop_back(); }

 private:
  std::vector<std::string> blobs_;
};

/// Everything about one trace, as JSON text. `grid_bytes` is its share of PageLimits::grid_bytes.
std::string trace_json(const ReportTrace& trace, const PageLimits& limits, std::uint64_t grid_bytes, PageBlobs& blobs);
/// JSON of names from anywhere, made fit to stand inside a <script> element: only strings can hold the letters that it replaces.
std::string text_for_script(const std::string& json);
/// web/page.html with everything in its place; `title` is any text.
std::string assembled_page(const std::string& title, const std::string& script, const ReportData& data);
/// Its tables by id: an object.
std::string tables_json(const ReportTrace& trace, const PageLimits& limits);

}  // namespace eastwest
