// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/labels.hpp"

#include "analysis/documents/document_text.hpp"
#include "analysis/documents/qr_code.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kLabelsOnSheet = 24;

/// Cords wrap a label around themselves; on a trunk it stands out as a flag.
std::string_view form_of(const Piece& piece) { return piece.kind == PieceKind::trunk ? "flag" : "wrap-around"; }

constexpr std::string_view kStyle = R"(@page{size:A4;margin:0}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#000;font:9pt/1.25 system-ui,"DejaVu Sans",Arial,sans-serif}
header{padding:6mm 7mm;max-width:210mm}
.sheet{width:210mm;height:297mm;padding:12.9mm 7.25mm;display:grid;grid-template-columns:repeat(3,63.5mm);grid-auto-rows:33.9mm;column-gap:2.5mm;break-after:page;break-inside:avoid}
.label{display:flex;gap:2mm;align-items:center;padding:2mm;overflow:hidden}
.label svg{width:20mm;height:20mm;flex:none}
.label div{min-width:0;overflow-wrap:anywhere}
.label b{display:block;font-size:11pt}
.label span{display:block}
.label .far{color:#333}
@media screen{.sheet{margin:4mm auto;box-shadow:0 0 2mm #999}.label{outline:1px dotted #bbb}}
@media print{header{display:none}}
)";

}  // namespace

std::vector<Label> labels_of(const SiteView& view) {
  std::vector<Label> labels;
  for (std::uint32_t p = 0; p < view.plant->pieces.size(); ++p) {
    const Piece& piece = view.plant->pieces[p];
    if (piece.status == PieceStatus::retired) continue;
    const std::string a = end_label(view, piece.a);
    const std::string b = end_label(view, piece.b);
    labels.push_back({p, 'A', a, b, piece.id});
    labels.push_back({p, 'B', b, a, piece.id});
  }
  return labels;
}

std::string write_labels_csv(const SiteView& view) {
  std::string text = safe_row({"cable_id", "end", "line_1", "line_2", "line_3", "qr", "form", "phase"});
  for (const Label& label : labels_of(view)) {
    const Piece& piece = view.plant->pieces[label.piece];
    text += safe_row(
        {label.id, std::string(1, label.end), label.near, label.far, label.id, label.id, form_of(piece), std::to_string(piece.phase + 1)});
  }
  return text;
}

Result<std::string> write_label_sheet(const SiteView& view) {
  const std::vector<Label> labels = labels_of(view);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Labels of " + escape_markup(view.plant->site) +
      "</title>\n<style>" + std::string(kStyle) + "</style></head><body>\n<header><h1>Labels of " + escape_markup(view.plant->site) +
      "</h1><p>" + std::to_string(labels.size()) + " labels on " + std::to_string((labels.size() + kLabelsOnSheet - 1) / kLabelsOnSheet) +
      " sheets of A4 with 3 x 8 labels of 63.5 x 33.9 mm. Print at 100 %, without margins. Each piece has two, one for each end: "
      "this end, the far end, the id; the code holds the id alone.</p></header>\n";
  std::string path;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Label& label = labels[i];
    if (i % kLabelsOnSheet == 0) page += (i == 0 ? "" : "</div>\n") + std::string("<div class=\"sheet\">\n");
    if (label.end == 'A') {
      const Result<QrCode> code = qr_code(label.id);
      if (!code) return code.error();
      const std::string box = std::to_string(code->size + 8);
      path = "<svg viewBox=\"-4 -4 " + box + " " + box + "\" shape-rendering=\"crispEdges\"><path fill=\"none\" stroke=\"#000\" d=\"" +
             qr_path(*code) + "\"/></svg>";
    }
    page += "<div class=\"label\">" + path + "<div><span>" + escape_markup(label.near) + "</span><span class=\"far\">" +
            escape_markup(label.far) + "</span><b>" + escape_markup(label.id) + "</b></div></div>\n";
  }
  if (!labels.empty()) page += "</div>\n";
  return page + "</body></html>\n";
}

}  // namespace eastwest
