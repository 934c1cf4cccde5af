// SPDX-License-Identifier: Apache-2.0
// The picture of each kind of study: what the first screen shows. Each gives {element, wide}: its drawings with their controls and data.
{
  const el = ew.el;
  const kMean = 0, kSpread = 1, kDifference = 2, kDifferenceSpread = 3, kShare = 4, kVerdict = 5, kRuns = 6;
  const kVerdictWord = { better: "better", worse: "worse", none: "no difference", unknown: "one seed, no claim", lower: "lower", higher: "higher", reference: "" };
  const select = (label, options, onchange) => {
    const box = el("select", {}, options.map(([value, text]) => el("option", { value }, text)));
    box.addEventListener("change", () => onchange(box.value));
    return el("label", { hidden: options.length < 2 }, label + " ", box);
  };
  const signed = (share) => (share === null ? "" : (share > 0 ? "+" : "") + (share * 100).toFixed(1) + " %");
  const estimate = (f, unit) => ew.format(f[kMean], unit) + (f[kSpread] > 0 ? " \u00b1 " + ew.format(f[kSpread], unit) : "");
  const names = (study, point) => study.axes.map((axis, a) => axis.settings[point.settings[a]]);
  const label = (study, point) => names(study, point).join(", ");
  /// "train step time mean 661 ms ± 28 ms, +116 ms ± 28 ms (+21.4 %) against rail, together: worse".
  const told = (study, point, c) => {
    const f = point.figures[c], column = study.columns[c];
    if (f[kMean] === null) return label(study, point) + ": no " + column.label + (point.troubled ? ", " + point.troubled + " of " + point.runs + " runs have no result" : "");
    const reference = study.points.find((p) => p.number === point.reference);
    const against = reference && f[kDifference] !== null ? "; " + (f[kDifference] > 0 ? "+" : "") + ew.format(f[kDifference], column.unit) + (f[kDifferenceSpread] > 0 ? " \u00b1 " + ew.format(f[kDifferenceSpread], column.unit) : "") + (f[kShare] === null ? "" : " (" + signed(f[kShare]) + ")") + " against " + label(study, reference) + ": " + kVerdictWord[f[kVerdict]] : "";
    return label(study, point) + ": " + column.label + " " + estimate(f, column.unit) + against;
  };
  ew.studyText = { estimate, signed, names, label, told, verdict: kVerdictWord };
  const titled = (title, controls, chart) => el("div", { class: "picture" }, el("div", { class: "bar" }, el("h3", {}, title), controls, chart.button), chart.element);
  const legend = (entries, more) => el("div", { class: "legend" }, more ? el("span", { class: "note" }, more) : null, entries.map(([kind, text]) => el("span", {}, el("span", { class: "patch patch-" + kind }), text)));

  // ---- compare: what each design differs by, with paired intervals ---------------------------------------------------------

  const compare = (study) => {
    const state = { design: "1", figures: "chief" };
    const designs = study.axes[0].settings, workloads = study.axes.length > 1 ? study.axes[1].settings : [null];
    const one = workloads.length === 1;
    const rowsOf = () => {
      const rows = [];
      const add = (point, c) => {
        const f = point && point.figures[c];
        if (!f || f[kShare] === null) return;
        const column = study.columns[c], spread = f[kDifferenceSpread] === null || f[kDifference] === 0 ? 0 : Math.abs((f[kDifferenceSpread] * f[kShare]) / f[kDifference]);
        const reference = study.points.find((p) => p.number === point.reference);
        const same = f[kVerdict] === "none";
        rows.push({ label: column.label, kind: f[kVerdict], dot: f[kShare], low: f[kShare] - spread, high: f[kShare] + spread, tell: told(study, point, c), point, c,
          text: (same ? "no difference" : signed(f[kShare]) + (["better", "worse"].includes(f[kVerdict]) ? " " + f[kVerdict] : "")) + ": " + ew.format(reference.figures[c][kMean], column.unit) + " \u2192 " + ew.format(f[kMean], column.unit) });
      };
      const wanted = (c) => state.figures === "all" || study.columns[c].chief || (state.figures === "chief" && ["site.switches", "site.fabric_cables", "site.cable_length_m", "site.switch_power_W", "site.cost"].includes(study.columns[c].name));
      const pointOf = (w) => study.points.find((p) => p.settings[0] === Number(state.design) && (workloads[w] === null || p.settings[1] === w));
      workloads.forEach((workload, w) => {
        if (!one) rows.push({ heading: workload });
        study.columns.forEach((column, c) => { if (column.subject !== "site" && wanted(c)) add(pointOf(w), c); });
        if (rows.length && rows[rows.length - 1].heading === workload) rows.pop();
      });
      rows.push({ heading: "what the fabric takes" });
      study.columns.forEach((column, c) => { if (column.subject === "site" && wanted(c)) add(pointOf(0), c); });
      if (rows[rows.length - 1].heading) rows.pop();
      return rows;
    };
    const host = el("div");
    const controls = [designs.length > 2 ? select("design", designs.slice(1).map((d, i) => [String(i + 1), d]), (v) => { state.design = v; draw(); }) : null,
      select("figures", [["chief", "those that decide"], ["all", "all"]], (v) => { state.figures = v; draw(); })];
    const draw = () => {
      const rows = rowsOf(), name = designs[Number(state.design)];
      const csv = () => ew.csv(["design", "workload", "figure", "unit", "mean", "reference mean", "difference", "difference 95 %", "share", "verdict"], rows.filter((r) => !r.heading).map((r) => {
        const f = r.point.figures[r.c], column = study.columns[r.c];
        return [name, one ? "" : workloads[r.point.settings[1]], column.name, column.unit, f[kMean], f[kMean] - f[kDifference], f[kDifference], f[kDifferenceSpread], f[kShare], f[kVerdict]];
      }));
      const chart = ew.rowChart({ rows, most: 1, unit: "share", axis: name + " against " + designs[0] + ": difference, 95 % interval", label: "Differences of " + name + " against " + designs[0], name: study.name + "-differences", csv, hint: "Point at a row, or Tab to it, for its figures. Beyond 100 % an arrow stands at the edge." });
      host.replaceChildren(titled(name + " against " + designs[0], controls, chart), legend([["better", "better"], ["worse", "worse"], ["none", "no difference beyond the seeds' scatter"], ["unknown", "one seed, no claim"], ["neutral", "neither side is better"]].filter(([kind]) => rows.some((r) => r.kind === kind || (kind === "neutral" && ["lower", "higher"].includes(r.kind))))));
    };
    if (designs.length < 2) return null;
    draw();
    return { element: host };
  };

  // ---- failure: ranked by what it costs -----------------------------------------------------------------------------------

  const failure = (study) => {
    const state = { figure: "worst", sort: "all", first: 14 };
    const sorts = [...new Set(study.failures.map((f) => f.sort))];
    const host = el("div");
    const loss = (cost) => {
      if (cost === null) return null;
      if (cost.stopped > 0) return Infinity;
      if (state.figure === "worst") return cost.loss === null ? Infinity : cost.loss;
      const f = cost.figures[Number(state.figure)], better = study.columns[Number(state.figure)].better;
      return f[kVerdict] === "none" || f[kShare] === null ? 0 : better === "higher" ? -f[kShare] : f[kShare];
    };
    const said = (cost, runs) => (cost.stopped > 0 ? (cost.stopped < runs ? cost.stopped + " of " + runs + " runs do not finish" : "does not finish") : study.columns.map((column, c) => (cost.figures[c][kMean] === null ? null : column.label + " " + (cost.figures[c][kVerdict] === "none" ? "no difference" : signed(cost.figures[c][kShare])))).filter(Boolean).join(", "));
    const short = (cost) => { const l = loss(cost); return l === Infinity ? (cost.stopped < study.replications ? "stops in " + cost.stopped + " of " + study.replications : "stops") : l > 0.00049 ? signed(l) : l < -0.00049 ? signed(l) : "nothing"; };
    const draw = () => {
      const all = study.failures.filter((f) => state.sort === "all" || f.sort === state.sort).map((f) => ({ ...f, a: loss(f.rerouted), b: loss(f.stubborn) }));
      all.sort((x, y) => (y.a === x.a ? (y.b ?? 0) - (x.b ?? 0) || 0 : y.a - x.a));
      const shown = all.slice(0, state.first);
      const rows = shown.map((f) => ({
        label: f.name + (f.alike.length ? " +" + f.alike.length : ""), kind: f.a === Infinity || f.a > 0 ? "worse" : "none",
        bars: [{ to: Math.max(0, f.a), kind: f.a === Infinity ? "stop" : "worse" }, ...(f.b === null ? [] : [{ to: Math.max(0, f.b), kind: f.b === Infinity ? "stop-soft" : "soft" }])],
        text: f.stubborn && short(f.rerouted) === short(f.stubborn) ? short(f.rerouted) + " either way" : short(f.rerouted) + (f.stubborn ? ", " + short(f.stubborn) + " without new routes" : ""),
        tell: f.name + (f.alike.length ? " and alike: " + f.alike.slice(0, 6).join(", ") + (f.alike.length > 6 ? " and " + (f.alike.length - 6) + " more" : "") : "") + ". With new routes: " + said(f.rerouted, study.replications) + (f.stubborn ? ". Without: " + said(f.stubborn, study.replications) : ""),
      }));
      const csv = () => ew.csv(["rank", "failed", "sort", "alike", "loss with new routes", "runs that stop", "loss without", "runs that stop without"], all.map((f, i) => [i + 1, f.name, f.sort, f.alike.join("; "), f.a === Infinity ? null : f.a, f.rerouted.stopped, f.b === null || f.b === Infinity ? null : f.b, f.stubborn ? f.stubborn.stopped : null]));
      const worst = Math.max(0.1, ...rows.flatMap((r) => r.bars.map((b) => b.to)).filter(Number.isFinite));
      const chart = ew.rowChart({ rows, most: worst * 1.02, unit: "share", axis: "loss against the undisturbed run", label: "Failures by what they cost", name: study.name + "-failures", csv, hint: "Point at a row, or Tab to it, for its figures and for those that are alike." });
      host.replaceChildren(titled("Worst first", controls, chart), legend([["worse", "with new routes"], ["soft", "switches find no other way"], ["stop", "the work does not finish"]], "+N: so many more of the same sort cost the same"),
        all.length > shown.length ? el("button", { type: "button", class: "more", onclick: () => { state.first = all.length; draw(); } }, "show all " + all.length + " lines") : "");
    };
    const controls = [select("by", [["worst", "the figure that loses most"], ...study.columns.map((c, i) => [String(i), c.label])], (v) => { state.figure = v; draw(); }),
      select("what fails", [["all", "anything"], ...sorts.map((s) => [s, s])], (v) => { state.sort = v; draw(); })];
    if (study.failures.length === 0) return null;
    draw();
    return { element: host };
  };

  // ---- growth: figures and purchases beside each other --------------------------------------------------------------------

  const growth = (study) => {
    const phases = study.axes[0].settings, workloads = study.axes.length > 1 ? study.axes[1].settings : ["as it is"];
    const at = (p, w) => study.points.find((q) => q.settings[0] === p && (study.axes.length < 2 || q.settings[1] === w));
    const short = phases.map((p) => p.replace(/ GPUs$/, ""));
    const xName = short.some((s, i) => s !== phases[i]) ? "GPUs" : study.axes[0].name;
    const csvOf = (c, w) => [...w].flatMap((wi) => phases.map((phase, p) => { const q = at(p, wi), f = q && q.figures[c]; return [phase, workloads[wi], f ? f[kMean] : null, f ? f[kSpread] : null]; }));
    const panels = [];
    study.columns.forEach((column, c) => {
      if (column.subject === "site" || !(column.chief || column.figure === "tokens_per_s_per_gpu" || column.figure === "exposed_share" || column.figure === "utilization_mean")) return;
      const series = workloads.map((w, i) => ({ label: w, y: phases.map((_, p) => at(p, i)?.figures[c][kMean] ?? null), spread: phases.map((_, p) => at(p, i)?.figures[c][kSpread] ?? 0), tell: phases.map((_, p) => (at(p, i) ? told(study, at(p, i), c) : "")) })).filter((s) => s.y.some((v) => v !== null));
      if (series.length === 0) return;
      const chart = ew.lineChart({ labels: short, places: null, series, yUnit: column.unit, zero: true, small: true, joined: true, label: column.label + " by phase", name: study.name + "-" + column.name, csv: () => ew.csv([study.axes[0].name, "workload", column.name + " (" + column.unit + ")", "95 % interval, half"], csvOf(c, workloads.keys())) });
      panels.push([column.label, chart]);
    });
    const first = panels.length;
    const kSite = ["site.cost", "site.switches", "site.switch_ports", "site.switch_ports_free", "site.cables", "site.cable_length_m", "site.transceivers", "site.switch_power_W", "site.server_power_W"];
    for (const name of kSite) {
      const c = study.columns.findIndex((column) => column.name === name);
      if (c < 0) continue;
      const column = study.columns[c], y = phases.map((_, p) => at(p, 0)?.figures[c][kMean] ?? null);
      if (y.every((v) => v === null)) continue;
      const title = column.label.replace(/^site /, "");
      const tell = phases.map((phase, p) => phase + ": " + title + " " + ew.format(y[p], column.unit) + (p > 0 && y[p] !== null && y[p - 1] !== null ? ", " + (y[p] >= y[p - 1] ? "+" : "") + ew.format(y[p] - y[p - 1], column.unit) + " in this phase" : ""));
      panels.push([title, ew.stairs({ labels: short, y, unit: column.unit, tell, label: title + " by phase", name: study.name + "-" + name, csv: () => ew.csv([study.axes[0].name, name + " (" + column.unit + ")", "added"], phases.map((phase, p) => [phase, y[p], p > 0 ? y[p] - y[p - 1] : y[p]])) })]);
    }
    const cell = ([title, chart]) => el("div", { class: "panel" }, el("div", { class: "bar" }, el("h3", {}, title), chart.button), chart.element);
    const lines = el("div", { class: "legend" });
    ew.listeners.push(() => lines.replaceChildren(...workloads.map((w, i) => el("span", {}, el("span", { class: "patch", style: "background:" + ew.series(i) }), w)), el("span", { class: "soft" }, "phases: " + xName)));
    return { wide: true, element: el("div", { class: "picture" }, lines, el("div", { class: "panels" }, panels.slice(0, first).map(cell)),
      legend([["stair-old", "there before"], ["stair-new", "bought and pulled in this phase"]]), el("div", { class: "panels" }, panels.slice(first).map(cell))) };
  };

  // ---- search: cost against a limited figure ------------------------------------------------------------------------------

  const search = (study) => {
    const { limits, points, chosen } = study.search;
    if (!points.some((p) => p.cost !== null)) return null;
    const state = { limit: 0 };
    const host = el("div");
    const draw = () => {
      const limit = limits[state.limit];
      const drawn = points.map((p, i) => {
        const kind = i === chosen ? "chosen" : !p.kept ? "broken" : p.front ? "front" : "kept";
        const name = label(study, study.points[i]);
        const figures = limits.map((l, k) => l.label + " " + ew.format(p.values[k], l.unit) + (p.broken.includes(k) ? p.values[k] === null ? " (no result)" : " (breaks " + (l.at_most ? "at most " : "at least ") + ew.format(l.value, l.unit) + ")" : "")).join(", ");
        return { x: p.cost, y: p.values[state.limit], spread: p.spreads[state.limit], kind, label: name, tell: name + ": cost " + ew.format(p.cost, "currency") + ", " + figures + { chosen: ". The cheapest that keeps every limit", front: ". On the Pareto front", kept: ". Keeps every limit", broken: ". Breaks a limit" }[kind] };
      });
      const csv = () => ew.csv(["design", "cost", ...limits.map((l) => l.label + " (" + l.unit + ")"), "limits", "Pareto front"], points.map((p, i) => [label(study, study.points[i]), p.cost, ...p.values, p.kept ? (i === chosen ? "kept, cheapest" : "kept") : "breaks " + p.broken.map((k) => limits[k].label).join(" and "), p.front ? "yes" : "no"]));
      const chart = ew.scatter({ points: drawn, xUnit: "currency", yUnit: limit.unit, xLabel: "cost, by the study's own prices", yLabel: limit.label, limit: { value: limit.value, at_most: limit.at_most, text: (limit.at_most ? "at most " : "at least ") + ew.format(limit.value, limit.unit) },
        label: "Cost against " + limit.label, name: study.name + "-pareto", csv, hint: "Point at a design, or Tab to it, for its figures. \u00b1 is the 95 % interval; a limit holds when the whole of it does." });
      host.replaceChildren(titled("Cost against " + limit.label, controls, chart), legend([["chosen", "chosen: the cheapest that keeps every limit"], ["front", "on the Pareto front"], ["kept", "keeps every limit"], ["broken", "breaks a limit, or has no result"]]));
    };
    const controls = [select("figure", limits.map((l, i) => [String(i), l.label]), (v) => { state.limit = Number(v); draw(); })];
    draw();
    return { element: host };
  };

  // ---- sweep: a figure against an axis ----------------------------------------------------------------------------------------

  const kPrefix = { k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, m: 1e-3, u: 1e-6, n: 1e-9, p: 1e-12 };
  /// Settings as numbers of one unit, or null: then they stand in their order, evenly.
  const places = (settings) => {
    const parsed = settings.map((s) => /^(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(Ki|Mi|Gi|Ti|[kKMGTmunp])?(B\/s|b\/s|bit\/s|B|s|m|W)?$/.exec(s));
    if (parsed.some((p) => p === null) || new Set(parsed.map((p) => p[3] || "")).size > 1) return null;
    const numbers = parsed.map((p) => Number(p[1]) * (p[2] ? (p[3] ? kPrefix[p[2]] : NaN) : 1));
    return numbers.every(Number.isFinite) && new Set(numbers).size === numbers.length ? numbers : null;
  };
  const sweep = (study) => {
    const axes = study.axes.map((axis, a) => ({ ...axis, a })).filter((axis) => axis.settings.length > 1);
    if (axes.length === 0 || study.columns.length === 0) return null;
    // The longest axis of numbers goes along the bottom.
    const numeric = axes.filter((x) => places(x.settings));
    const long = (numeric.length ? numeric : axes).reduce((best, x) => (x.settings.length > best.settings.length ? x : best));
    const chiefs = study.columns.findIndex((c) => c.chief);
    const state = { c: Math.max(0, chiefs), x: long.a, s: axes.find((x) => x.a !== long.a)?.a ?? null, view: "lines", fixed: {} };
    const host = el("div"), controls = el("span", { class: "controls" });
    const chosen = (box, value) => { box.querySelector("select").value = value; return box; };
    const matching = (xi, si) => study.points.find((p) => p.settings[state.x] === xi && (state.s === null || p.settings[state.s] === si) && axes.every((o) => o.a === state.x || o.a === state.s || p.settings[o.a] === (state.fixed[o.a] ?? 0)));
    const draw = () => {
      if (state.s === state.x) state.s = axes.find((x) => x.a !== state.x)?.a ?? null;
      const x = study.axes[state.x], s = state.s === null ? { name: "", settings: [""] } : study.axes[state.s], column = study.columns[state.c];
      controls.replaceChildren(...[
        chosen(select("figure", study.columns.map((c, i) => [String(i), c.label]), (v) => { state.c = Number(v); draw(); }), state.c),
        chosen(select("along", axes.map((o) => [String(o.a), o.name]), (v) => { state.x = Number(v); draw(); }), state.x),
        axes.length > 2 ? chosen(select("lines", axes.filter((o) => o.a !== state.x).map((o) => [String(o.a), o.name]), (v) => { state.s = Number(v); draw(); }), state.s) : null,
        ...axes.filter((o) => o.a !== state.x && o.a !== state.s).map((o) => chosen(select(o.name, o.settings.map((t, i) => [String(i), t]), (v) => { state.fixed[o.a] = Number(v); draw(); }), state.fixed[o.a] ?? 0)),
        axes.length > 1 ? chosen(select("as", [["lines", "lines"], ["grid", "a grid"]], (v) => { state.view = v; draw(); }), state.view) : null].filter(Boolean));
      const cells = s.settings.map((_, si) => x.settings.map((_, xi) => matching(xi, si)));
      const csv = () => ew.csv([x.name, ...(s.name ? [s.name] : []), column.name + " (" + column.unit + ")", "95 % interval, half", "verdict"], cells.flatMap((row, si) => row.map((p, xi) => [x.settings[xi], ...(s.name ? [s.settings[si]] : []), p ? p.figures[state.c][kMean] : null, p ? p.figures[state.c][kSpread] : null, p ? p.figures[state.c][kVerdict] : "no run"])));
      const name = study.name + "-" + column.name;
      let picture;
      if (state.view === "grid") {
        const values = cells.flat().map((p) => p?.figures[state.c][kMean]).filter(Number.isFinite), low = Math.min(...values), high = Math.max(...values);
        const body = s.settings.map((t, si) => el("tr", {}, el("th", { scope: "row" }, t), cells[si].map((p) => {
          const f = p && p.figures[state.c];
          if (!f || f[kMean] === null) return el("td", { class: "none" }, p ? "no result" : "no run");
          const share = high > low ? (f[kMean] - low) / (high - low) : 0.5, [r, g, b] = ew.heat(share);
          return el("td", { style: "background:rgb(" + [r, g, b] + ");color:" + (0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff"), title: told(study, p, state.c), tabindex: "0" }, estimate(f, column.unit));
        })));
        picture = { button: ew.csvButton(name, csv), element: el("div", { class: "figure scroll", tabindex: "0", role: "region", "aria-label": column.label + " as a grid" }, el("table", { class: "grid" }, el("thead", {}, el("tr", {}, el("th", {}, (s.name ? s.name + " \\ " : "") + x.name), x.settings.map((t) => el("th", { scope: "col" }, t)))), el("tbody", {}, body))) };
      } else {
        const most = 8, spots = places(x.settings);
        const series = cells.slice(0, most).map((row, si) => ({ label: s.settings[si], y: row.map((p) => p?.figures[state.c][kMean] ?? null), spread: row.map((p) => p?.figures[state.c][kSpread] ?? 0), tell: row.map((p) => (p ? told(study, p, state.c) : "")) }));
        picture = ew.lineChart({ labels: x.settings, places: spots, joined: spots !== null, series, yUnit: column.unit, yLabel: column.label, xLabel: x.name, zero: true, label: column.label + " against " + x.name, name, csv, hint: "Point at a mark, or Tab to it, for its figures. Bars are 95 % intervals." + (cells.length > most ? " The first " + most + " of " + cells.length + " lines; the grid shows all." : "") });
      }
      host.replaceChildren(titled(column.label, controls, picture), state.view === "grid" || !s.name ? "" : el("div", { class: "legend" }, s.settings.slice(0, 8).map((t, i) => el("span", {}, el("span", { class: "patch", style: "background:" + ew.series(i) }), t))));
    };
    ew.listeners.push(() => { if (host.isConnected && host.querySelector(".legend, .grid")) draw(); });
    draw();
    return { element: host };
  };

  ew.studyPictures = { compare, failure, growth, search, sweep };
}
