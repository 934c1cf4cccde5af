// SPDX-License-Identifier: Apache-2.0
// Heat map of links over time, as an image: every pixel shows the largest value under it, at any zoom.
{
  const kStep = 4;  // each level of a pyramid has a quarter of the bins of the one below

  /// Levels of the same rows with ever fewer bins, each the largest of `kStep`.
  ew.pyramid = (values, links, bins) => {
    const levels = [{ values, bins, factor: 1 }];
    while (levels[levels.length - 1].bins > 256) {
      const below = levels[levels.length - 1];
      const width = Math.ceil(below.bins / kStep);
      const out = new Uint8Array(links * width);
      for (let l = 0; l < links; ++l)
        for (let b = 0, from = l * below.bins, to = l * width; b < below.bins; ++b) {
          const v = below.values[from + b];
          const cell = to + ((b / kStep) | 0);
          if (v > out[cell]) out[cell] = v;
        }
      levels.push({ values: out, bins: width, factor: below.factor * kStep });
    }
    return levels;
  };
  /// Largest value of each pixel: `rows` are link numbers from top to bottom, y and x ranges in rows and bins.
  ew.pooled = (levels, rows, x, y, width, height) => {
    const perPixel = (x[1] - x[0]) / width;
    let level = levels[0];
    for (const one of levels) if (one.factor <= Math.max(1, perPixel / 2)) level = one;
    const first = new Int32Array(width), last = new Int32Array(width);
    for (let p = 0; p < width; ++p) {
      first[p] = Math.max(0, Math.min(level.bins - 1, Math.floor((x[0] + p * perPixel) / level.factor + 1e-9)));
      last[p] = Math.max(first[p] + 1, Math.min(level.bins, Math.ceil((x[0] + (p + 1) * perPixel) / level.factor - 1e-9)));
    }
    const out = new Uint8Array(width * height);
    let before = -1, beforeEnd = -1;
    for (let p = 0; p < height; ++p) {
      const from = Math.max(0, Math.floor(y[0] + (p * (y[1] - y[0])) / height + 1e-9));
      const to = Math.min(rows.length, Math.max(from + 1, Math.ceil(y[0] + ((p + 1) * (y[1] - y[0])) / height - 1e-9)));
      if (from === before && to === beforeEnd) {
        out.copyWithin(p * width, (p - 1) * width, p * width);
        continue;
      }
      before = from;
      beforeEnd = to;
      for (let r = from; r < to; ++r) {
        const base = rows[r] * level.bins;
        for (let q = 0, at = p * width; q < width; ++q, ++at) {
          let most = out[at];
          for (let b = base + first[q], end = base + last[q]; b < end; ++b) if (level.values[b] > most) most = level.values[b];
          out[at] = most;
        }
      }
    }
    return out;
  };

  ew.decoded = (measure, byte, grid) => (measure === "queue" ? (byte / 255) ** 2 * grid.queue_max : byte / 255);
  ew.measures = {
    utilization: { label: "utilisation", unit: "share", meaning: "share of the interval in which the link was sending" },
    queue: { label: "longest queue", unit: "B", meaning: "most bytes that waited for the link" },
    pause: { label: "paused by PFC", unit: "share", meaning: "share of the interval in which the sender had to be silent" },
  };

  /// Returns {element, select(link), view}. `pick(link)` is called with a link that was clicked.
  ew.heatmap = async (trace, pick) => {
    const { grid, fabric } = trace;
    const links = fabric.links;
    const levels = {};
    const state = { measure: "utilization", order: "place", filter: "", rows: [], selected: null };
    const load = async (measure) => { levels[measure] = levels[measure] || ew.pyramid(await ew.bytes(grid[measure]), grid.links, grid.bins); };
    await Promise.all(Object.keys(ew.measures).map(load));

    const place = new Map();
    links.group.forEach((group) => { if (!place.has(group)) place.set(group, place.size); });
    const orders = {
      place: (a, b) => place.get(links.group[a]) - place.get(links.group[b]) || a - b,
      busiest: (a, b) => links.mean[b] - links.mean[a] || a - b,
      queue: (a, b) => links.queue[b] - links.queue[a] || a - b,
      paused: (a, b) => links.paused[b] - links.paused[a] || a - b,
      name: (a, b) => links.name[a].localeCompare(links.name[b], "en", { numeric: true }) || a - b,
    };
    const sort = () => {
      const words = ew.words(state.filter);
      state.rows = [...links.name.keys()].filter((l) => words.every((w) => links.name[l].toLowerCase().includes(w) || links.group[l].includes(w))).sort(orders[state.order]);
      if (state.rows.length === 0) state.rows = [];
    };
    sort();

    const binOf = (time) => (time - grid.start) / grid.width;
    const timeOf = (bin) => grid.start + bin * grid.width;
    const table = () => {
      const ground = rgbOf(ew.colour("ground"));
      const lut = new Uint32Array(256);
      for (let v = 0; v < 256; ++v) {
        const [r, g, b] = v === 0 ? ground : ew.heat(v / 255);
        lut[v] = (255 << 24) | (b << 16) | (g << 8) | r;
      }
      return lut;
    };
    const rgbOf = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

    const draw = (context, view) => {
      const ratio = view.ratio;
      const width = Math.round(view.plotWidth() * ratio), height = Math.round(view.plotHeight() * ratio);
      if (state.rows.length === 0 || grid.bins === 0) {
        context.fillStyle = ew.colour("text");
        context.font = "13px system-ui, sans-serif";
        context.fillText(grid.bins === 0 ? "The trace holds no link intervals." : "No link matches.", view.margins.left + 12, view.margins.top + 30);
        return;
      }
      const pixels = ew.pooled(levels[state.measure], state.rows, [binOf(view.x[0]), binOf(view.x[1])], view.y, width, height);
      const lut = table();
      const image = new ImageData(width, height);
      const words = new Uint32Array(image.data.buffer);
      for (let i = 0; i < words.length; ++i) words[i] = lut[pixels[i]];
      context.putImageData(image, Math.round(view.margins.left * ratio), Math.round(view.margins.top * ratio));

      // Links by name where a row has room for it, else the blocks that they form.
      context.font = "11px system-ui, sans-serif";
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillStyle = ew.colour("text");
      const row = view.plotHeight() / (view.y[1] - view.y[0]);
      const left = view.margins.left - 8;
      if (row >= 11) {
        for (let r = Math.max(0, Math.floor(view.y[0])); r < Math.min(state.rows.length, view.y[1]); ++r) {
          const y = view.fromY(r + 0.5);
          if (y < view.margins.top + 4 || y > view.margins.top + view.plotHeight() - 4) continue;
          context.fillStyle = state.rows[r] === state.selected ? ew.colour("accent") : ew.colour("text");
          context.fillText(view.fitted(context, links.name[state.rows[r]], left), left, y);
        }
      } else if (state.order === "place") {
        for (let r = Math.max(0, Math.floor(view.y[0])); r < Math.min(state.rows.length, Math.ceil(view.y[1]));) {
          let end = r;
          const group = links.group[state.rows[r]];
          while (end < state.rows.length && links.group[state.rows[end]] === group) ++end;
          const top = Math.max(view.margins.top, view.fromY(r)), bottom = Math.min(view.margins.top + view.plotHeight(), view.fromY(end));
          if (bottom - top >= 11) context.fillText(view.fitted(context, group, left), left, (top + bottom) / 2);
          if (r > 0 && top > view.margins.top) {
            context.strokeStyle = ew.colour("text");
            context.lineWidth = 1;
            context.beginPath();
            context.moveTo(view.margins.left - 6, Math.round(top) + 0.5);
            context.lineTo(view.margins.left, Math.round(top) + 0.5);
            context.stroke();
          }
          r = end;
        }
      } else {
        context.fillText({ busiest: "busiest", queue: "longest queue", paused: "longest pause", name: "first by name" }[state.order], left, view.margins.top + 8);
        context.fillText("last", left, view.margins.top + view.plotHeight() - 8);
      }
      const selected = state.rows.indexOf(state.selected);
      if (selected >= view.y[0] - 1 && selected < view.y[1] && selected >= 0) {
        const y = view.fromY(selected + 0.5);
        context.fillStyle = ew.colour("accent");
        context.beginPath();
        context.moveTo(view.margins.left - 6, y - 4);
        context.lineTo(view.margins.left, y);
        context.lineTo(view.margins.left - 6, y + 4);
        context.fill();
      }
      view.axes(context);
    };
    /// The cell under the pointer; where a pixel covers several, the largest of them.
    const cellAt = (x, y, view) => {
      if (grid.bins === 0) return null;
      const bins = (view.x[1] - view.x[0]) / grid.width / view.plotWidth(), rows = (view.y[1] - view.y[0]) / view.plotHeight();
      const values = levels[state.measure][0].values;
      let best = null;
      const from = Math.floor(y), to = Math.max(from + 1, Math.ceil(y + rows / 2));
      for (let r = from; r < to && r < state.rows.length; ++r)
        for (let b = Math.max(0, Math.floor(binOf(x))), end = Math.min(grid.bins, Math.max(b + 1, Math.ceil(binOf(x) + bins / 2))); b < end; ++b) {
          const v = values[state.rows[r] * grid.bins + b];
          if (!best || v > best.v) best = { v, link: state.rows[r], bin: b };
        }
      return best;
    };
    const hover = (x, y, view) => {
      const cell = cellAt(x, y, view);
      if (!cell) return null;
      const at = cell.link * grid.bins + cell.bin;
      return [links.name[cell.link], ew.format(timeOf(cell.bin), "s") + " to " + ew.format(timeOf(cell.bin + 1), "s"),
        ...Object.entries(ew.measures).map(([measure, m]) => m.label + ": " + ew.format(ew.decoded(measure, levels[measure][0].values[at], grid), m.unit))];
    };
    const end = timeOf(grid.bins) > grid.start ? timeOf(grid.bins) : grid.start + 1;
    const view = ew.view({
      x: [grid.start, end], y: [0, Math.max(1, state.rows.length)], height: Math.max(180, Math.min(560, state.rows.length * 13 + 42)),
      minimum: { x: grid.width * 4, y: 1 }, draw, hover, label: "Heat map of " + grid.links + " links over " + grid.bins + " intervals",
      click: (x, y, v) => { const cell = cellAt(x, y, v); if (cell) pick(cell.link); },
    });

    const scale = ew.el("span", { class: "scale" });
    const describe = () => {
      const m = ew.measures[state.measure];
      const most = state.measure === "queue" ? grid.queue_max : 1;
      scale.replaceChildren(ew.el("span", {}, "0"), ew.el("span", { class: "ramp", style: "background: linear-gradient(to right, " + [0.004, 0.2, 0.4, 0.6, 0.8, 1].map(ew.heatCss).join(", ") + ")" }),
        ew.el("span", {}, ew.format(most, m.unit)), ew.el("span", { class: "note" }, m.label + ": " + m.meaning + (state.measure === "queue" ? "; colours go by its square root" : "")));
    };
    ew.onTheme(describe);
    const choice = (label, values, change) => {
      const select = ew.el("select", { onchange: () => change(select.value) }, Object.entries(values).map(([value, words]) => ew.el("option", { value }, words)));
      return ew.el("label", {}, label + " ", select);
    };
    const csv = () => {
      const from = Math.max(0, Math.floor(binOf(view.x[0]) + 1e-9)), to = Math.min(grid.bins, Math.ceil(binOf(view.x[1]) - 1e-9));
      const rows = state.rows.slice(Math.floor(view.y[0] + 1e-9), Math.ceil(view.y[1] - 1e-9));
      const values = levels[state.measure][0].values;
      const heading = ["time (s)", ...rows.map((l) => links.name[l] + " " + ew.measures[state.measure].label + " (" + (state.measure === "queue" ? "B" : "1") + ")")];
      const lines = [];
      for (let b = from; b < to; ++b) lines.push([timeOf(b + 1), ...rows.map((l) => +ew.decoded(state.measure, values[l * grid.bins + b], grid).toPrecision(6))]);
      return ew.csv(heading, lines);
    };
    const filter = ew.el("input", { type: "search", placeholder: "filter links", "aria-label": "Filter links", oninput: () => { state.filter = filter.value; sort(); view.reset(undefined, [0, Math.max(1, state.rows.length)]); } });
    const element = ew.el("div", { class: "figure" },
      ew.el("div", { class: "bar" },
        choice("show", { utilization: "utilisation", queue: "longest queue", pause: "paused by PFC" }, (v) => { state.measure = v; describe(); view.redraw(); }),
        choice("order", { place: "by place", busiest: "busiest first", queue: "longest queue first", paused: "longest pause first", name: "by name" }, (v) => { state.order = v; sort(); view.redraw(); }),
        filter, view.buttons, ew.csvButton(trace.label + "-links-over-time", csv, "CSV of the view")),
      scale, view.host, ew.el("p", { class: "note" }, ew.viewHelp + " Click a link to follow it below."));
    return { element, view, state, levels, select: (link) => { state.selected = link; view.redraw(); } };
  };
}
