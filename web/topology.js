// SPDX-License-Identifier: Apache-2.0
// The fabric as a drawing: nodes where the layout puts them, cables coloured by what their busier direction did.
{
  const kHostsMost = 2000;  // beyond, hosts and their cables are left out
  const kMarginGood = 3;    // dB: a full colour; at 0 dB a link has no margin

  /// The smallest round share that none of the values exceeds: a colour scale that shows differences, and says where it ends.
  const nice = (shares) => [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].find((s) => shares.every((v) => v <= s)) || 1;

  const colourings = (trace) => {
    const { fabric: { links }, grid } = trace;
    const all = {
      mean: { label: "mean utilisation", unit: "share", get: (l) => links.mean[l], most: nice(links.mean) },
      peak: { label: "busiest interval", unit: "share", get: (l) => links.peak[l], most: 1 },
      queue: { label: "longest queue", unit: "B", get: (l) => links.queue[l], most: Math.max(1, grid.queue_max, ...[Math.max(0, ...links.queue)]) },
      paused: { label: "paused by PFC", unit: "s", get: (l) => links.paused[l], most: Math.max(1e-12, links.paused.reduce((a, b) => Math.max(a, b), 0)) },
      drops: { label: "frames dropped", unit: "count", get: (l) => links.drops[l], most: Math.max(1, links.drops.reduce((a, b) => Math.max(a, b), 0)) },
    };
    if (links.margin.some((m) => m !== null)) all.margin = { label: "optical margin", unit: "dB", get: (l) => links.margin[l], most: kMarginGood, reversed: true };
    return all;
  };

  /// Returns {element, select(link)}; `pick(link)` is called with a link that was clicked.
  ew.topology = (trace, pick) => {
    const { fabric } = trace;
    const { nodes, links } = fabric;
    const kinds = colourings(trace);
    const state = { kind: "mean", selected: null };
    const hosts = nodes.role.filter((r) => r === "host").length;
    const withHosts = hosts <= kHostsMost;
    const drawn = (n) => withHosts || nodes.role[n] !== "host";

    // One line per cable: its two directions; and how many cables the same two nodes share, to set them apart.
    const cables = new Map(), pairs = new Map();
    for (let l = 0; l < links.name.length; ++l) {
      const a = Math.min(links.source[l], links.target[l]), b = Math.max(links.source[l], links.target[l]);
      if (!drawn(a) || !drawn(b)) continue;
      const key = links.cable[l] === null ? "link " + l : links.cable[l];
      if (!cables.has(key)) {
        const pair = a + " " + b;
        pairs.set(pair, (pairs.get(pair) || 0) + 1);
        cables.set(key, { a, b, pair, lane: pairs.get(pair) - 1, links: [] });
      }
      cables.get(key).links.push(l);
    }

    const scale = hosts <= 24 ? 96 : 60;  // pixels of the drawing per unit of the layout
    const width = fabric.width * scale, height = fabric.height * scale;
    const svg = ew.el("svg", { role: "img", "aria-label": "Drawing of the fabric", preserveAspectRatio: "xMidYMid meet" });
    const pixel = Math.max(1, width / 1200);  // of the drawing, about one of a wide screen
    const pad = fabric.form === "tiers" ? 24 * pixel : 0;  // for names above the uppermost tier and below hosts
    const box = { x: 0, y: -pad, w: width, h: height + 2 * pad };
    const frame = () => svg.setAttribute("viewBox", [box.x, box.y, box.w, box.h].map((v) => v.toFixed(2)).join(" "));
    const tip = ew.el("div", { class: "tip", hidden: true });
    const host = ew.el("div", { class: "drawing" }, svg, tip);
    const worse = (cable) => {
      const kind = kinds[state.kind];
      const better = (x, y) => (kind.reversed ? (x ?? Infinity) < (y ?? Infinity) : x > y);
      return cable.links.reduce((most, l) => (most === null || better(kind.get(l), kind.get(most)) ? l : most), null);
    };
    const levelOf = (cable) => {
      const kind = kinds[state.kind], value = kind.get(worse(cable));
      if (value === null || value === undefined) return null;
      return kind.reversed ? 1 - Math.min(1, Math.max(0, value / kind.most)) : Math.min(1, value / kind.most);
    };
    const lines = [];
    const back = ew.el("g"), front = ew.el("g");
    for (const cable of cables.values()) {
      const ax = nodes.x[cable.a] * scale, ay = nodes.y[cable.a] * scale, bx = nodes.x[cable.b] * scale, by = nodes.y[cable.b] * scale;
      const length = Math.hypot(bx - ax, by - ay) || 1, lanes = pairs.get(cable.pair);
      const apart = (cable.lane - (lanes - 1) / 2) * Math.min(5, 30 / lanes);
      const nx = (-(by - ay) / length) * apart, ny = ((bx - ax) / length) * apart;
      let path = `M${(ax + nx).toFixed(1)} ${(ay + ny).toFixed(1)}L${(bx + nx).toFixed(1)} ${(by + ny).toFixed(1)}`;
      // Around the edge of a torus, and across a circle, a bow keeps clear of the nodes in between.
      if (fabric.form === "torus" && length > 1.6 * 1.5 * scale) {
        const bow = Math.min(0.28 * length, scale * 0.9);
        path = `M${ax.toFixed(1)} ${ay.toFixed(1)}Q${((ax + bx) / 2 + (-(by - ay) / length) * bow).toFixed(1)} ${((ay + by) / 2 + ((bx - ax) / length) * bow).toFixed(1)} ${bx.toFixed(1)} ${by.toFixed(1)}`;
      }
      const line = ew.el("path", { d: path, fill: "none" });
      line.cable = cable;
      lines.push(line);
      back.append(line);
    }
    // Nodes and names as large as their neighbours allow.
    const room = {};
    {
      const order = [...nodes.name.keys()].filter(drawn).sort((p, q) => nodes.y[p] - nodes.y[q] || nodes.x[p] - nodes.x[q]);
      for (let i = 1; i < order.length; ++i) {
        const p = order[i - 1], q = order[i], role = nodes.role[q];
        if (nodes.role[p] === role && Math.abs(nodes.y[p] - nodes.y[q]) < 0.2) room[role] = Math.min(room[role] ?? Infinity, (nodes.x[q] - nodes.x[p]) * scale);
      }
    }
    const longest = {};
    nodes.name.forEach((name, n) => { longest[nodes.role[n]] = Math.max(longest[nodes.role[n]] || 1, name.length); });
    const letters = (role) => Math.min(13 * pixel, (fabric.form === "groups" || fabric.form === "circle" ? scale : room[role] ?? Infinity) / (0.64 * longest[role]));
    nodes.name.forEach((name, n) => {
      if (!drawn(n)) return;
      const isHost = nodes.role[n] === "host";
      const role = nodes.role[n];
      const size = Math.min((isHost ? 10 : 14) * pixel, (room[role] ?? 2 * scale) * 0.3, fabric.form === "tiers" ? Infinity : isHost ? 11 : 18);
      const font = letters(role);
      const x = nodes.x[n] * scale, y = nodes.y[n] * scale;
      const shape = isHost ? ew.el("rect", { x: x - size, y: y - size * 0.7, width: size * 2, height: size * 1.4, rx: 2, class: "host" })
        : ew.el("circle", { cx: x, cy: y, r: size, class: "switch" });
      shape.node = n;
      front.append(shape);
      const below = fabric.form === "tiers" && isHost;
      if (font >= 6.5 * pixel && (!isHost || fabric.form === "tiers")) front.append(ew.el("text", { x, y: below ? y + size + font : y - size - font * 0.35, "font-size": font.toFixed(1), "text-anchor": "middle", class: "name" }, name));
      shape.append(ew.el("title", {}, name + " (" + nodes.role[n] + (nodes.model[n] ? ", " + nodes.model[n] : "") + (nodes.rack[n] ? ", " + nodes.rack[n] : "") + ")"));
    });
    svg.append(back, front);
    frame();

    const thickness = Math.max(1, pixel * (cables.size > 400 ? 0.6 : 1));
    const paint = () => {
      const grid = ew.colour("idle");
      // The worst last, so that nothing lies on top of them.
      lines.sort((p, q) => (levelOf(p.cable) ?? -1) - (levelOf(q.cable) ?? -1));
      for (const line of lines) {
        const level = levelOf(line.cable);
        const chosen = state.selected !== null && line.cable.links.includes(state.selected);
        line.setAttribute("stroke", level === null || level < 0.005 ? grid : ew.heatCss(0.12 + 0.88 * level));
        line.setAttribute("stroke-width", chosen ? 9 * pixel : level === null ? 1.2 * thickness : ((1.4 + 4.2 * level) * thickness).toFixed(2));
        line.setAttribute("class", chosen ? "chosen" : "");
        back.append(line);
      }
    };
    const legend = ew.el("span", { class: "scale" });
    const describe = () => {
      const kind = kinds[state.kind];
      const ramp = (kind.reversed ? [1, 0.8, 0.6, 0.4, 0.2, 0.01] : [0.01, 0.2, 0.4, 0.6, 0.8, 1]).map((s) => ew.heatCss(0.12 + 0.88 * s));
      legend.replaceChildren(ew.el("span", {}, kind.reversed ? "0 dB or less" : "0"), ew.el("span", { class: "ramp", style: "background: linear-gradient(to right, " + ramp.join(", ") + ")" }),
        ew.el("span", {}, ew.format(kind.most, kind.unit) + (kind.reversed ? " or more" : "")),
        ew.el("span", { class: "note" }, kind.label + ", of the " + (kind.reversed ? "worse" : "busier") + " direction of each cable; thick lines are high" + (kind.reversed ? " risk" : "")));
    };
    ew.onTheme(() => { describe(); paint(); });

    svg.addEventListener("pointermove", (event) => {
      const cable = event.target.cable;
      tip.hidden = !cable;
      if (!cable) return;
      const link = worse(cable);
      tip.replaceChildren(ew.el("div", { class: "first" }, links.name[link]), ...Object.values(kinds).map((k) => ew.el("div", {}, k.label + ": " + ew.format(k.get(link), k.unit))),
        ew.el("div", {}, ew.format(links.rate[link], "bit/s") + ", " + ew.format(links.delay[link], "s") + (links.cable[link] ? ", cable " + links.cable[link] : "")));
      const at = host.getBoundingClientRect();
      tip.style.left = Math.max(0, Math.min(event.clientX - at.left + 14, at.width - tip.offsetWidth - 4)) + "px";
      tip.style.top = Math.max(0, Math.min(event.clientY - at.top + 14, at.height - tip.offsetHeight - 4)) + "px";
    });
    svg.addEventListener("pointerleave", () => { tip.hidden = true; });
    let drag = null;
    svg.addEventListener("pointerdown", (event) => { if (event.button === 0) drag = { x: event.clientX, y: event.clientY, bx: box.x, by: box.y, moved: false, cable: event.target.cable }; });
    addEventListener("pointermove", (event) => {
      if (!drag) return;
      const unit = box.w / svg.clientWidth;
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4) drag.moved = true;
      if (!drag.moved || box.w >= width * 0.999) return;
      box.x = drag.bx - (event.clientX - drag.x) * unit;
      box.y = drag.by - (event.clientY - drag.y) * unit;
      frame();
    });
    addEventListener("pointerup", () => {
      if (drag && !drag.moved && drag.cable) pick(worse(drag.cable));
      drag = null;
    });
    const zoom = (factor) => {
      const w = Math.min(width, Math.max(width / 60, box.w / factor));
      const h = (w / width) * (height + 2 * pad);
      box.x = w === width ? 0 : box.x + (box.w - w) / 2;
      box.y = w === width ? -pad : box.y + (box.h - h) / 2;
      box.w = w;
      box.h = h;
      frame();
    };
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3);
    }, { passive: false });
    const select = ew.el("select", { onchange: () => { state.kind = select.value; describe(); paint(); } }, Object.entries(kinds).map(([value, k]) => ew.el("option", { value }, k.label)));
    const csv = () => ew.csv(["link", "from", "to", "cable", "rate (bit/s)", "delay (s)", ...Object.values(kinds).map((k) => k.label + " (" + (k.unit === "share" ? "1" : k.unit) + ")")],
      links.name.map((name, l) => [name, nodes.name[links.source[l]], nodes.name[links.target[l]], links.cable[l], links.rate[l], links.delay[l], ...Object.values(kinds).map((k) => k.get(l))]));
    const saveSvg = ew.el("button", { type: "button", title: "Save the drawing", onclick: () => {
      const copy = svg.cloneNode(true);
      copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      const style = "circle,rect{fill:" + ew.colour("panel") + ";stroke:" + ew.colour("text") + ";stroke-width:1.5}text{font-family:sans-serif;fill:" + ew.colour("text") + "}";
      copy.prepend(Object.assign(document.createElementNS("http://www.w3.org/2000/svg", "style"), { textContent: style }));
      ew.download(trace.label + "-topology.svg", copy.outerHTML, "image/svg+xml");
    } }, "SVG");
    const element = ew.el("div", { class: "figure" },
      ew.el("div", { class: "bar" }, ew.el("label", {}, "colour by ", select),
        ew.el("span", { class: "buttons" }, ew.el("button", { type: "button", title: "Zoom in", onclick: () => zoom(1.6) }, "+"), ew.el("button", { type: "button", title: "Zoom out", onclick: () => zoom(1 / 1.6) }, "-"), ew.el("button", { type: "button", title: "Show all", onclick: () => zoom(1e-9) }, "all")),
        saveSvg, ew.csvButton(trace.label + "-links", csv)),
      legend, host,
      withHosts ? null : ew.el("p", { class: "note" }, "The " + hosts + " hosts and their cables are left out of the drawing; tables and the heat map have them."));
    return { element, state, select: (link) => { state.selected = link; paint(); } };
  };
}
