// SPDX-License-Identifier: Apache-2.0
// Line plots by uPlot, in the page's colours: axes with units, a legend that reads values, zoom by dragging, data as CSV.
{
  /// spec: {x: {label, unit, log}, y: {label, unit, log, range}, stepped, series: [{label, x, y}]}. Returns {element, set(spec)}.
  ew.plot = (first, name) => {
    const host = ew.el("div", { class: "plot" });
    let plot = null, spec = first;
    const axis = (side, i) => ({
      scale: i === 0 ? "x" : "y",
      label: side.label, labelSize: 18, labelFont: "12px system-ui, sans-serif", font: "12px system-ui, sans-serif",
      size: i === 0 ? 36 : 76, stroke: ew.colour("text"), grid: { stroke: ew.colour("grid"), width: 1 }, ticks: { stroke: ew.colour("grid"), width: 1 },
      space: i === 0 ? 84 : 32, ...(side.unit === "B" && !side.log ? { incrs: Array.from({ length: 45 }, (_, e) => 2 ** e) } : {}),
      values: (u, ticks) => {
        if (!side.log) return ew.tickLabels(ticks, side.unit);
        // Decades alone; where there are fewer than two of them, whatever uPlot has room for.
        const decade = (t) => t !== null && Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-6;
        const all = ticks.filter(decade).length < 2;
        return ticks.map((t) => (t === null || !(all || decade(t)) ? "" : side.decades ? side.decades(t) : ew.format(t, side.unit)));
      },
    });
    const draw = () => {
      if (plot) plot.destroy();
      plot = null;
      const width = Math.max(260, host.clientWidth || 600);
      const series = spec.series.map((s) => {
        const keep = [...s.x.keys()].filter((i) => Number.isFinite(s.x[i]) && Number.isFinite(s.y[i]) && (!spec.x.log || s.x[i] > 0) && (!spec.y.log || s.y[i] > 0));
        // One value for one x, the last: what a step curve shows there.
        const xs = [], ys = [];
        for (const i of keep) {
          if (xs.length > 0 && xs[xs.length - 1] === s.x[i]) ys[ys.length - 1] = s.y[i];
          else { xs.push(s.x[i]); ys.push(s.y[i]); }
        }
        return [xs, ys];
      });
      host.replaceChildren();
      const nothing = series.every(([xs]) => xs.length === 0);
      if (nothing || (spec.zero && series.every(([, ys]) => ys.every((y) => y === 0)))) {
        host.append(ew.el("p", { class: "note" }, nothing ? "Nothing to draw." : spec.zero));
        return;
      }
      const data = uPlot.join(series);
      const paths = spec.stepped ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
      plot = new uPlot({
        width, height: spec.height || 280, cursor: { drag: { x: true, y: false }, points: { size: 7 } }, legend: { live: true },
        scales: {
          x: { time: false, distr: spec.x.log ? 3 : 1 },
          y: { distr: spec.y.log ? 3 : 1, range: spec.y.range || ((u, low, high) => (spec.y.log ? [low, high] : [Math.min(0, low || 0), high > 0 ? high * 1.05 : 1])) },
        },
        axes: [axis(spec.x, 0), axis(spec.y, 1)],
        series: [{ label: spec.x.label, value: (u, v) => (v === null ? "-" : ew.format(v, spec.x.unit)) },
          ...spec.series.map((s, i) => ({
            label: s.label, stroke: ew.series(i), width: 2, dash: i < 8 ? (i % 2 ? [8, 3] : undefined) : [2, 3], spanGaps: true, paths, points: { show: series[i][0].length < 3 },
            value: (u, v) => (v === null || v === undefined ? "-" : ew.format(v, spec.y.unit)),
          }))],
      }, data, host);
    };
    let width = 0;
    new ResizeObserver(() => {
      if (Math.abs(host.clientWidth - width) < 2) return;
      width = host.clientWidth;
      if (plot) plot.setSize({ width: Math.max(260, width), height: spec.height || 280 });
      else draw();
    }).observe(host);
    const csv = () => ew.csv(["series", spec.x.label + " (" + spec.x.unit + ")", spec.y.label + " (" + spec.y.unit + ")"],
      spec.series.flatMap((s) => [...s.x.keys()].map((i) => [s.label, s.x[i], s.y[i]])));
    ew.listeners.push(() => { if (host.isConnected) draw(); });
    requestAnimationFrame(draw);
    return {
      element: host, button: ew.csvButton(name, csv),
      set: (next) => { spec = next; draw(); },
      plot: () => plot,
    };
  };
}
