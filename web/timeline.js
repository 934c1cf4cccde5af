// SPDX-License-Identifier: Apache-2.0
// Timelines: bars in rows over time, for the steps of ranks and the phases of requests.
{
  /// spec: {rows: [label], bars: {row, from, to, kind} arrays, kinds: [{label, colour}], describe(bar), name, csv(), label}.
  ew.timeline = (spec) => {
    const { row, from, to, kind } = spec.bars;
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < from.length; ++i) { low = Math.min(low, from[i]); high = Math.max(high, to[i]); }
    if (!(high > low)) { low = 0; high = 1; }
    // Bars of a row together and by start, so that what is outside of the view is skipped and the pointer finds its bar.
    const byRow = spec.rows.map(() => []);
    for (let i = 0; i < row.length; ++i) byRow[row[i]].push(i);
    for (const list of byRow) list.sort((a, b) => from[a] - from[b]);
    const colours = () => spec.kinds.map((k) => (ew.dark() ? k.dark : k.light));

    const draw = (context, view) => {
      const shades = colours();
      const height = view.plotHeight() / (view.y[1] - view.y[0]);
      const gap = height > 6 ? 1.5 : 0.5;
      context.save();
      context.beginPath();
      context.rect(view.margins.left, view.margins.top, view.plotWidth(), view.plotHeight());
      context.clip();
      for (let r = Math.max(0, Math.floor(view.y[0])); r < Math.min(byRow.length, Math.ceil(view.y[1])); ++r) {
        const y = view.fromY(r);
        for (const i of byRow[r]) {
          if (to[i] < view.x[0]) continue;
          if (from[i] > view.x[1]) break;
          const x = view.fromX(from[i]);
          context.fillStyle = shades[kind[i]];
          // On whole pixels where rows are low: no stripes from half-covered ones.
          const top = height > 3 ? y + gap : Math.floor(y), tall = height > 3 ? height - 2 * gap : Math.max(1, Math.ceil(y + height) - top);
          context.fillRect(x, top, Math.max(0.4, view.fromX(to[i]) - x), tall);
        }
      }
      context.restore();
      context.fillStyle = ew.colour("text");
      context.font = "11px system-ui, sans-serif";
      context.textAlign = "right";
      context.textBaseline = "middle";
      const every = Math.max(1, Math.ceil(12 / height));
      for (let r = Math.max(0, Math.ceil(view.y[0] / every) * every); r < Math.min(byRow.length, view.y[1]); r += every) {
        const y = view.fromY(r + 0.5);
        if (y > view.margins.top + 3 && y < view.margins.top + view.plotHeight() - 3) context.fillText(view.fitted(context, spec.rows[r], view.margins.left - 10), view.margins.left - 6, y);
      }
      view.axes(context);
    };
    const hover = (x, y) => {
      const list = byRow[Math.floor(y)];
      const hit = list && list.filter((i) => from[i] <= x && x <= to[i]).pop();
      return hit === undefined ? null : spec.describe(hit);
    };
    const view = ew.view({
      x: [low, high], y: [0, Math.max(1, spec.rows.length)], height: Math.max(140, Math.min(520, spec.rows.length * 14 + 44)), draw, hover, label: spec.label,
    });
    const legend = ew.el("div", { class: "legend" });
    ew.onTheme(() => legend.replaceChildren(...spec.kinds.map((k, i) => ew.el("span", {}, ew.el("span", { class: "patch", style: "background:" + colours()[i] }), k.label))));
    return { view, element: ew.el("div", { class: "figure" }, ew.el("div", { class: "bar" }, legend, view.buttons, ew.csvButton(spec.name, spec.csv)), view.host, ew.el("p", { class: "note" }, (spec.note ? spec.note + " " : "") + ew.viewHelp)) };
  };
}
