// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "analysis/report/json_page.hpp"
#include "analysis/report/report.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view web_page_html;
extern const std::string_view web_page_css;
extern const std::string_view web_base_js;
extern const std::string_view web_table_js;
extern const std::string_view web_plot_js;
extern const std::string_view web_view_js;
extern const std::string_view web_heatmap_js;
extern const std::string_view web_timeline_js;
extern const std::string_view web_topology_js;
extern const std::string_view web_report_js;
extern const std::string_view web_uplot_js;
extern const std::string_view web_uplot_css;
extern const std::string_view web_uplot_licence;
}  // namespace embedded

namespace {

void replace(std::string& text, std::string_view mark, std::string_view by) {
  const std::size_t at = text.find(mark);
  if (at != std::string::npos) text.replace(at, mark.size(), by);
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

Report make_report(std::vector<TraceData> traces, std::vector<TraceDetail> details) {
  Report report;
  if (traces.size() > 1) report.comparison = compare(traces);
  for (std::size_t i = 0; i < traces.size() && i < details.size(); ++i) {
    std::string label = traces[i].path.substr(traces[i].path.rfind('/') + 1);
    report.traces.push_back({std::move(traces[i]), std::move(details[i]), std::move(label)});
  }
  // "run.h5" of two folders: the name alone tells nothing.
  std::vector<bool> twice(report.traces.size(), false);
  for (std::size_t a = 0; a < twice.size(); ++a)
    for (std::size_t b = 0; b < twice.size(); ++b) twice[a] = twice[a] || (a != b && report.traces[a].label == report.traces[b].label);
  for (std::size_t a = 0; a < twice.size(); ++a)
    if (twice[a]) report.traces[a].label = report.traces[a].data.path;
  return report;
}

std::string report_html(const Report& report, const PageLimits& limits) {
  std::string title;
  for (const ReportTrace& trace : report.traces) title += (title.empty() ? "" : ", ") + trace.label;
  std::string script;
  using namespace embedded;
  for (const std::string_view part :
       {web_base_js, web_table_js, web_plot_js, web_view_js, web_heatmap_js, web_timeline_js, web_topology_js, web_report_js})
    script += part;
  return assembled_page(title, script, report_data(report, limits));
}

std::string assembled_page(const std::string& title, const std::string& script, const ReportData& data) {
  using namespace embedded;
  std::string page(web_page_html);
  replace(page, "{{css}}", std::string(web_uplot_css) + "\n" + std::string(web_page_css));
  replace(page, "{{licence}}", web_uplot_licence);
  replace(page, "{{uplot}}", web_uplot_js);
  replace(page, "{{script}}", script);
  // What traces and studies say goes in last, so that nothing it holds is taken for a mark.
  constexpr std::string_view kData = "{{data}}", kBlobs = "{{blobs}}";
  const std::size_t data_at = page.find(kData), blobs_at = page.find(kBlobs);
  std::string out = page.substr(0, data_at);
  replace(out, "{{title}}", html_escaped(title));
  out += data.json + page.substr(data_at + kData.size(), blobs_at - data_at - kData.size());
  for (std::size_t i = 0; i < data.blobs.size(); ++i)
    out += "<script type=\"text/plain\" id=\"blob-" + std::to_string(i) + "\">" + data.blobs[i] + "</script>\n";
  out += page.substr(blobs_at + kBlobs.size());
  return out;
}

}  // namespace eastwest
