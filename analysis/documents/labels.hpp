// SPDX-License-Identifier: Apache-2.0
// Labels: what is printed for both ends of every piece of cable: near end, far end, the id, and the id as a QR code.
//
// The QR code holds the immutable id and nothing else: ends may move, the id does not. Source: TIA-606 practice, two lines of text that fit a
// 12.7 mm wrap-around label (docs/documents.md). Invariants: two labels per piece that is not retired, in the order of the schedule.
#pragma once

#include <string>
#include <vector>

#include "analysis/documents/site_view.hpp"
#include "core/result.hpp"

namespace eastwest {

struct Label {
  std::uint32_t piece = 0;
  char end = 'A';
  std::string near;  // "A01-42:03"
  std::string far;
  std::string id;
};

std::vector<Label> labels_of(const SiteView& view);
/// For label printers: cable_id, end, line_1, line_2, line_3, qr, form, phase.
std::string write_labels_csv(const SiteView& view);
/// Sheets of 3 x 8 labels of 63.5 x 33.9 mm on A4 as one HTML page. The error names the id that no QR code holds.
Result<std::string> write_label_sheet(const SiteView& view);

}  // namespace eastwest
