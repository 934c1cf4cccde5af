// SPDX-License-Identifier: Apache-2.0
// Report: one HTML page from one trace or many, which opens from disk, asks no network and carries its data.
//
// The page's parts are web/ of this tree and uPlot (web/vendor/uplot), embedded in the library; its data is one JSON object (`report_data`) and
// blobs of numbers, deflated, in base64. Whatever names a trace holds, they reach the page as text, never as markup or script. Units in the
// data: s, B, bit/s, dB, shares 0 to 1. Invariants: same traces, same page (but for the version of zlib). Size: the blobs of links over time
// of all traces together stay below `PageLimits::grid_bytes`, by merging bins with the larger value kept; steps, requests, flows and events are
// thinned beyond the limits here, and the page says so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare.hpp"
#include "analysis/report/trace_detail.hpp"
#include "analysis/trace_reader.hpp"

namespace eastwest {

struct PageLimits {
  std::uint64_t grid_bytes = 32u << 20;  // of base64
  std::uint64_t steps = 60'000;          // rows: of a rank in a step
  std::uint64_t requests = 20'000;
  std::uint64_t flows = 500;  // the slowest
  std::uint64_t events = 5'000;
};

struct ReportTrace {
  TraceData data;
  TraceDetail detail;
  std::string label;
};

struct Report {
  std::vector<ReportTrace> traces;
  Comparison comparison;  // of all; empty for one trace
};

/// `details[i]` is of `traces[i]`; at least one.
Report make_report(std::vector<TraceData> traces, std::vector<TraceDetail> details);

/// The page's data: a JSON object that can stand inside a <script> element, and the blobs that it names by index.
struct ReportData {
  std::string json;
  std::vector<std::string> blobs;
};
ReportData report_data(const Report& report, const PageLimits& limits = {});

std::string report_html(const Report& report, const PageLimits& limits = {});

/// `text` with nothing left that means something to HTML.
std::string html_escaped(std::string_view text);

}  // namespace eastwest
