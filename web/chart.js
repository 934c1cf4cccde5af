// SPDX-License-Identifier: Apache-2.0
// Drawings of studies in SVG, as wide as their place: rows with bars and intervals, points of two figures, small panels, lines with intervals.
// Every mark can be reached by Tab and tells its figures below the drawing.
{
  const el = ew.el;
  const kFont = 12;  // px
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
  const wideness = (text) => pen.measureText(text).width * 1.04;
  const fitted = (text, width) => {
    let kept = text.length;
    while (kept > 1 && wideness(kept < text.length ? text.slice(0, kept) + ".." : text) > width) --kept;
    return kept < text.length ? text.slice(0, kept) + ".." : text;
  };
  const word = (x, y, text, anchor = "start", extra = {}) => el("text", { x, y, "text-anchor": anchor, class: "word", "font-size": kFont, ...extra }, text);
  const line = (x1, y1, x2, y2, kind) => el("line", { x1, y1, x2, y2, class: kind });
  const widest = (texts) => texts.reduce((most, t) => Math.max(most, wideness(t)), 0);

  /// {label, height: (width) => px, draw(svg, width, height, mark), csv() -> text, name, hint}. mark(element, text) makes it tell its figures.
  ew.chart = (options) => {
    const host = el("div", { class: "chart" });
    const told = el("p", { class: "note told", "aria-live": "polite" }, options.hint || "");
    const mark = (element, text) => {
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", text);
      element.classList.add("mark");
      element.append(el("title", {}, text));
      for (const event of ["focus", "pointerenter", "click"]) element.addEventListener(event, () => { told.textContent = text; });
      return element;
    };
    let width = 0;
    const draw = () => {
      width = host.clientWidth;
      const wide = Math.max(220, width || 600), height = options.height(wide);
      const svg = el("svg", { width: wide, height, viewBox: "0 0 " + wide + " " + height, role: "group", "aria-label": options.label });
      options.draw(svg, wide, height, mark);
      host.replaceChildren(svg);
    };
    new ResizeObserver(() => { if (Math.abs(host.clientWidth - width) >= 2) draw(); }).observe(host);
    ew.listeners.push(() => { if (host.isConnected) draw(); });
    return { element: el("div", { class: "figure" }, host, told), button: options.csv ? ew.csvButton(options.name, options.csv) : null, draw };
  };

  // ---- rows: bars or dots with intervals along one axis ---------------------------------------------------------------

  /// spec: {rows: [{label, text, tell, kind, heading, bars: [{to, kind}], dot, low, high}], unit, axis}. Values beyond `most` end in an arrow;
  /// a bar to Infinity runs to the end.
  ew.rowChart = (spec) => ew.chart({
    ...spec,
    height: (width) => spec.rows.reduce((sum, row) => sum + (row.heading ? 26 : width < 620 ? 42 : 25), 0) + 40,
    draw: (svg, width, height, mark) => {
      const narrow = width < 620;
      const left = narrow ? 8 : Math.min(Math.max(90, widest(spec.rows.filter((r) => !r.heading).map((r) => r.label)) + 16), width * 0.34);
      const right = narrow ? 8 : Math.min(width * 0.36, Math.max(60, widest(spec.rows.map((r) => r.text || "")) + 14));
      const finite = spec.rows.flatMap((r) => [r.low, r.high, r.dot, ...(r.bars || []).map((b) => b.to)]).filter((v) => Number.isFinite(v));
      const cap = spec.most || 1;
      let low = Math.max(-cap, Math.min(0, ...finite)), high = Math.min(cap, Math.max(0, ...finite));
      if (!(high > low)) high = low + 0.1;
      const pad = (high - low) * 0.06;
      if (low < 0) low -= pad;
      if (high > 0) high += pad;
      const x = (v) => left + ((Math.min(high, Math.max(low, v)) - low) / (high - low)) * (width - left - right);
      const bottom = height - 34;
      const ticks = ew.ticks(low, high, Math.max(2, (width - left - right) / 110));
      const labels = ew.tickLabels(ticks, spec.unit || "share");
      ticks.forEach((t, i) => svg.append(line(x(t), 4, x(t), bottom, Math.abs(t) < 1e-12 ? "zero" : "gridline"), word(Math.max(x(t), wideness(labels[i]) / 2 + 1), bottom + 15, labels[i], "middle")));
      svg.append(word((left + width - right) / 2, bottom + 30, spec.axis || "", "middle", { class: "word soft" }));
      // Stripes: it never ends.
      svg.append(el("defs", {}, el("pattern", { id: "stripes", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, el("rect", { width: 7, height: 7, class: "bar-worse" }), el("rect", { width: 2.2, height: 7, class: "gap" }))));
      let y = 4;
      for (const row of spec.rows) {
        if (row.heading) {
          svg.append(word(4, y + 18, fitted(row.heading, width - 8), "start", { class: "word strong" }));
          y += 26;
          continue;
        }
        const tall = narrow ? 42 : 25, middle = narrow ? y + 29 : y + 12.5;
        const group = el("g", { class: "row" });
        group.append(el("rect", { x: 0, y, width, height: tall, class: "back" }));
        if (narrow) {
          const textWidth = Math.min(wideness(row.text || "") + 8, Math.max(width * 0.5, width - wideness(row.label) - 16));
          group.append(word(4, y + 14, fitted(row.label, width - textWidth - 12)), word(width - 4, y + 14, fitted(row.text || "", textWidth), "end", { class: "word " + (row.kind || "") }));
        } else {
          group.append(word(left - 8, middle + 4, fitted(row.label, left - 10), "end"), word(width - right + 8, middle + 4, fitted(row.text || "", right - 8), "start", { class: "word " + (row.kind || "") }));
        }
        (row.bars || []).forEach((bar, i) => {  // the second one is thin and below
          if (bar.to === 0) return;
          const to = bar.to === Infinity ? width - right : x(bar.to), from = x(0);
          group.append(el("rect", { x: Math.min(from, to), y: i === 0 ? middle - 9 : middle + 4, width: Math.max(1.5, Math.abs(to - from)), height: i === 0 ? 11 : 4, class: "bar-" + bar.kind }));
        });
        if (Number.isFinite(row.low) && Number.isFinite(row.high)) group.append(line(x(row.low), middle, x(row.high), middle, "whisker " + (row.kind || "")), line(x(row.low), middle - 4, x(row.low), middle + 4, "whisker " + (row.kind || "")), line(x(row.high), middle - 4, x(row.high), middle + 4, "whisker " + (row.kind || "")));
        if (Number.isFinite(row.dot)) {
          const at = x(row.dot);
          if (row.dot > high || row.dot < low) {
            const d = row.dot > high ? 1 : -1;
            group.append(el("path", { d: "M" + (at - 8 * d) + " " + (middle - 6) + " L" + at + " " + middle + " L" + (at - 8 * d) + " " + (middle + 6) + " Z", class: "dot " + (row.kind || "") }));
          } else group.append(el("circle", { cx: at, cy: middle, r: 5, class: "dot " + (row.kind || "") }));
        }
        svg.append(mark(group, row.tell));
        y += tall;
      }
    },
  });

  // ---- points of two figures ---------------------------------------------------------------------------------------------

  const padded = (values, share = 0.08) => {
    const finite = values.filter(Number.isFinite);
    let low = Math.min(...finite), high = Math.max(...finite);
    if (!(high > low)) { const d = Math.abs(high) * 0.1 || 1; low -= d; high += d; }
    return [low - (high - low) * share, high + (high - low) * share];
  };
  const frame = (svg, box, xs, ys, spec) => {
    ys.ticks.forEach((t, i) => svg.append(line(box.left, ys.at(t), box.right, ys.at(t), "gridline"), word(box.left - 6, ys.at(t) + 4, ys.labels[i], "end")));
    xs.ticks.forEach((t, i) => svg.append(line(xs.at(t), box.bottom, xs.at(t), box.bottom + 4, "zero"), word(xs.at(t), box.bottom + 17, xs.labels[i], "middle")));
    svg.append(line(box.left, box.bottom, box.right, box.bottom, "zero"), word((box.left + box.right) / 2, box.bottom + 34, spec.xLabel || "", "middle", { class: "word soft" }), word(box.left - 6, box.top - 8, spec.yLabel || "", "start", { class: "word soft" }));
  };

  /// spec: {points: [{x, y, spread, kind: "chosen", "front", "kept" or "broken", label, tell}], limit: {value, at_most, text}, xUnit, yUnit, xLabel, yLabel}.
  ew.scatter = (spec) => ew.chart({
    ...spec,
    height: (width) => Math.min(430, Math.max(300, width * 0.55)),
    draw: (svg, width, height, mark) => {
      const box = { left: 74, right: width - 16, top: 26, bottom: height - 44 };
      const points = spec.points.filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
      if (points.length === 0) { svg.append(word(10, 30, "Nothing to draw: no design has both figures.")); return; }
      const [x0, x1] = padded(points.map((p) => p.x)), [y0, y1] = padded([...points.map((p) => p.y), ...(spec.limit ? [spec.limit.value] : [])], 0.1);
      const xs = { at: (v) => box.left + ((v - x0) / (x1 - x0)) * (box.right - box.left), ticks: ew.ticks(x0, x1, (box.right - box.left) / 110).filter((t) => t >= x0 && t <= x1) };
      const ys = { at: (v) => box.bottom - ((v - y0) / (y1 - y0)) * (box.bottom - box.top), ticks: ew.ticks(y0, y1, 5).filter((t) => t >= y0 && t <= y1) };
      xs.labels = xs.ticks.map((t) => ew.format(t, spec.xUnit));
      ys.labels = ew.tickLabels(ys.ticks, spec.yUnit);
      if (spec.limit) {
        const at = ys.at(spec.limit.value), top = spec.limit.at_most ? box.top : at, bottom = spec.limit.at_most ? at : box.bottom;
        svg.append(el("rect", { x: box.left, y: top, width: box.right - box.left, height: Math.max(0, bottom - top), class: "forbidden" }));
      }
      frame(svg, box, xs, ys, spec);
      if (spec.limit) svg.append(line(box.left, ys.at(spec.limit.value), box.right, ys.at(spec.limit.value), "limit"), word(box.right - 4, ys.at(spec.limit.value) - 5, spec.limit.text, "end", { class: "word bad" }));
      const front = points.filter((p) => p.kind === "front" || p.kind === "chosen").sort((a, b) => a.x - b.x || a.y - b.y);
      if (front.length > 1) svg.append(el("path", { class: "frontline", d: front.map((p, i) => (i === 0 ? "M" + xs.at(p.x) + " " + ys.at(p.y) : "H" + xs.at(p.x) + "V" + ys.at(p.y))).join("") }));
      // Designs that lie on each other are one mark that tells of all of them.
      const rank = { broken: 0, kept: 1, front: 2, chosen: 3 };
      const groups = [];
      for (const p of [...points].sort((a, b) => rank[b.kind] - rank[a.kind])) {
        const at = groups.find((g) => Math.abs(xs.at(g[0].x) - xs.at(p.x)) < 5 && Math.abs(ys.at(g[0].y) - ys.at(p.y)) < 5);
        if (at) at.push(p);
        else groups.push([p]);
      }
      const taken = spec.limit ? [[box.right - 4 - wideness(spec.limit.text), ys.at(spec.limit.value) - 5, wideness(spec.limit.text)]] : [];
      groups.sort((a, b) => rank[a[0].kind] - rank[b[0].kind]);
      const marks = groups.map((g) => {
        const p = g[0], cx = xs.at(p.x), cy = ys.at(p.y), group = el("g", {});
        if (Number.isFinite(p.spread) && p.spread > 0) group.append(line(cx, ys.at(Math.min(y1, p.y + p.spread)), cx, ys.at(Math.max(y0, p.y - p.spread)), "whisker " + p.kind));
        if (p.kind === "broken") group.append(el("path", { d: "M" + (cx - 5) + " " + (cy - 5) + "l10 10m0 -10l-10 10", class: "cross" }));
        else group.append(el("circle", { cx, cy, r: p.kind === "chosen" ? 8 : 5.5, class: "design " + p.kind }));
        if (p.kind === "chosen") group.append(el("circle", { cx, cy, r: 12, class: "ring" }));
        svg.append(mark(group, g.map((q) => q.tell).join(" | ")));
        return [g, cx, cy];
      });
      for (const [g, cx, cy] of marks.reverse()) {
        const text = fitted(g[0].label + (g.length > 1 ? " +" + (g.length - 1) : ""), (box.right - box.left) * 0.6), wide = wideness(text);
        const spot = [[cx + 14, cy + 4], [cx - 14 - wide, cy + 4], [cx - wide / 2, cy - 16], [cx - wide / 2, cy + 24]].find(([x, y]) =>
          x > box.left && x + wide < box.right + 8 && y > box.top && y < box.bottom - 2 && taken.every((t) => x > t[0] + t[2] || x + wide < t[0] || Math.abs(y - t[1]) > 14) && marks.every(([, mx, my]) => mx === cx && my === cy || mx < x - 8 || mx > x + wide + 8 || Math.abs(my - y + 4) > 11));
        if (!spot) continue;
        taken.push([spot[0], spot[1], wide]);
        svg.append(word(spot[0], spot[1], text, "start", { class: "word " + (g[0].kind === "broken" ? "soft" : g[0].kind === "chosen" ? "strong" : "") }));
      }
    },
  });

  // ---- lines and dots with intervals ---------------------------------------------------------------------------------------

  /// spec: {labels: [text], places: [number] or null, series: [{label, y: [], spread: [], tell: []}], yUnit, yLabel, xLabel, zero, small, joined}.
  ew.lineChart = (spec) => ew.chart({
    ...spec,
    height: (width) => (spec.small ? 158 : Math.min(420, Math.max(260, width * 0.45))),
    draw: (svg, width, height, mark) => {
      const ends = spec.series.flatMap((s) => s.y.flatMap((v, i) => (Number.isFinite(v) ? [v + (s.spread[i] || 0), v - (s.spread[i] || 0)] : [])));
      if (ends.length === 0) { svg.append(word(10, 30, "Nothing to draw.")); return; }
      let [y0, y1] = spec.zero ? [Math.min(0, ...ends), Math.max(...ends) * 1.08 || 1] : padded(ends);
      if (!(y1 > y0)) y1 = y0 + 1;
      const ticks = ew.ticks(y0, y1, spec.small ? 4 : 6).filter((t) => t >= y0 - 1e-12 && t <= y1), labels = ew.tickLabels(ticks, spec.yUnit);
      const box = { left: Math.max(34, widest(labels) + 10), right: width - 12, top: spec.small ? 10 : 24, bottom: height - (spec.small ? 22 : 44) };
      const log = spec.places && Math.min(...spec.places) > 0 && Math.max(...spec.places) > 20 * Math.min(...spec.places);
      const place = (i) => (spec.places ? (log ? Math.log(spec.places[i]) : spec.places[i]) : i);
      const all = spec.labels.map((_, i) => place(i)), x0 = Math.min(...all), x1 = Math.max(...all), inset = spec.labels.length > 1 ? 14 : 0;
      const at = (i) => (x1 > x0 ? box.left + inset + ((place(i) - x0) / (x1 - x0)) * (box.right - box.left - 2 * inset) : (box.left + box.right) / 2);
      const ys = { at: (v) => box.bottom - ((v - y0) / (y1 - y0)) * (box.bottom - box.top), ticks, labels };
      // Labels of places as far as there is room.
      const room = (box.right - box.left) / Math.max(1, spec.labels.length);
      const every = Math.max(1, Math.ceil((Math.min(110, widest(spec.labels)) + 8) / room));
      const shown = spec.labels.map((_, i) => i).filter((i) => i % every === 0 || (i === spec.labels.length - 1 && i % every > every / 2));
      frame(svg, box, { at: (i) => at(i), ticks: shown, labels: shown.map((i) => fitted(spec.labels[i], Math.max(40, room * every))) }, ys, spec);
      spec.series.forEach((s, k) => {
        const colour = ew.series(k), known = s.y.map((v, i) => i).filter((i) => Number.isFinite(s.y[i]));
        // Beside each other, so that equal ones are seen.
        const shift = spec.joined ? 0 : (k - (spec.series.length - 1) / 2) * Math.min(10, room / (spec.series.length + 1));
        if (spec.joined && known.length > 1) svg.append(el("path", { d: known.map((i, j) => (j ? "L" : "M") + at(i) + " " + ys.at(s.y[i])).join(""), class: "curve", stroke: colour, "stroke-dasharray": k % 2 ? "7 3" : "" }));
        for (const i of known) {
          const group = el("g", {}), x = at(i) + shift, y = ys.at(s.y[i]);
          if (s.spread[i] > 0) group.append(el("line", { x1: x, x2: x, y1: ys.at(s.y[i] - s.spread[i]), y2: ys.at(s.y[i] + s.spread[i]), stroke: colour, "stroke-width": 1.6 }));
          group.append(k % 2 ? el("rect", { x: x - 4, y: y - 4, width: 8, height: 8, fill: colour }) : el("circle", { cx: x, cy: y, r: 4.2, fill: colour }));
          svg.append(mark(group, s.tell[i]));
        }
      });
    },
  });

  /// Bars over places, what each adds to the one before set apart: {labels, y, unit, tell}.
  ew.stairs = (spec) => ew.chart({
    ...spec,
    height: () => 158,
    draw: (svg, width, height, mark) => {
      const high = Math.max(...spec.y.filter(Number.isFinite), 0) * 1.08 || 1;
      const ticks = ew.ticks(0, high, 4).filter((t) => t <= high), labels = spec.unit === "currency" || spec.unit === "m" || spec.unit === "W" ? ticks.map((t) => ew.format(t, spec.unit)) : ew.tickLabels(ticks, spec.unit);
      const box = { left: Math.max(34, widest(labels) + 10), right: width - 8, top: 10, bottom: height - 22 };
      const room = (box.right - box.left) / spec.y.length, at = (i) => box.left + (i + 0.5) * room, y = (v) => box.bottom - (v / high) * (box.bottom - box.top);
      const every = Math.max(1, Math.ceil((Math.min(70, widest(spec.labels)) + 6) / room));
      const shown = spec.labels.map((_, i) => i).filter((i) => i % every === 0);
      frame(svg, box, { at, ticks: shown, labels: shown.map((i) => spec.labels[i]) }, { at: y, ticks, labels }, {});
      spec.y.forEach((v, i) => {
        if (!Number.isFinite(v)) return;
        const before = i > 0 && Number.isFinite(spec.y[i - 1]) ? Math.min(v, spec.y[i - 1]) : i > 0 ? v : 0, wide = Math.min(46, room * 0.66), group = el("g", {});
        group.append(el("rect", { x: at(i) - wide / 2, y: y(before), width: wide, height: Math.max(0, box.bottom - y(before)), class: "stair-old" }), el("rect", { x: at(i) - wide / 2, y: y(v), width: wide, height: Math.max(0, y(before) - y(v)), class: "stair-new" }));
        svg.append(mark(group, spec.tell[i]));
      });
    },
  });
}
