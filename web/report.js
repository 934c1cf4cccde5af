// SPDX-License-Identifier: Apache-2.0
// Puts the page together: the first screen, then a section per question, for the trace that is chosen.
{
  const el = ew.el;
  const kLinks = 6;  // followed at a time
  ew.state = { trace: 0, links: [] };

  const kShort = { overview: "Overview", compare: "Side by side", topology: "Fabric", links: "Links", queues: "Queues", distributions: "Distributions", steps: "Steps", serving: "Serving", collectives: "Messages", tables: "Tables", budgets: "Budgets", verdicts: "Checks", scenario: "Scenario" };
  const section = (id, title, ...content) => el("section", { id, "aria-labelledby": id + "-title" }, el("h2", { id: id + "-title" }, title), content);

  // ---- the first screen --------------------------------------------------------------------------------------------

  const overview = (trace) => {
    const badges = [];
    if (!trace.complete) badges.push(el("span", { class: "badge bad" }, trace.sealed ? "incomplete: " + trace.outcome : "incomplete: the run has not ended"));
    if (trace.checks.all > 0) {
      const passed = trace.checks.passed === trace.checks.all;
      badges.push(el("span", { class: "badge " + (passed ? "good" : "bad") }, trace.checks.passed + " of " + trace.checks.all + " checks of the run passed"));
    } else badges.push(el("span", { class: "badge bad" }, "no checks: they are made when a run ends"));
    if (trace.complete) badges.push(el("span", { class: "badge plain" }, "complete"));
    badges.push(el("span", { class: "badge plain" }, "seed " + trace.seed));
    const words = { failed: "Failed", warning: "Look here", note: "Note" };
    const list = trace.findings.map((f) => el("li", { class: f.weight }, el("span", { class: "kind" }, words[f.weight]), f.text,
      f.section ? el("a", { href: "#" + f.section, onclick: () => { if (f.link !== null) follow(f.link, true); } }, "show") : null));
    const title = trace.description || trace.name || trace.label;
    const designs = ew.data.comparison ? ew.data.comparison.designs : [];
    const several = designs.length > 1
      ? [el("h1", {}, designs.slice(1).map((d) => d.label).join(", ") + " against " + designs[0].label), sideBySide(true), el("h2", {}, "Trace " + trace.label), el("p", { class: "sub" }, title + ": " + trace.what_ran + ".")]
      : [el("h1", {}, title), el("p", { class: "sub" }, trace.what_ran + "."), designs.length === 1 ? sideBySide(true) : null];
    return el("section", { id: "overview" }, several, el("div", { class: "badges" }, badges),
      el("div", { class: "figures" }, trace.figures.map((f) => el("div", { class: "card" }, el("div", { class: "label" }, f.label), el("div", { class: "value" }, f.value), el("div", { class: "extra" }, f.note)))),
      el("h3", {}, "What held it back"),
      list.length > 0 ? el("ul", { class: "findings" }, list) : el("p", { class: "note" }, "Nothing stands out."));
  };

  // ---- several traces ------------------------------------------------------------------------------------------------

  const kKey = /^(step time mean|TTFT p99|TPOT p99|output tokens per s|job time|MFU|goodput|flow slowdown p99|.* busbw|PFC pauses|drops)$/;
  const comparisonTable = (comparison, rows, title, note) => {
    const many = comparison.designs.length;
    const judges = (i) => comparison.designs[0].seeds.length > 1 && comparison.designs[i].seeds.length > 1;
    const columns = [{ label: "of", unit: "text" }, { label: "figure", unit: "text" }];
    comparison.designs.forEach((d, i) => {
      columns.push({ label: (many > 1 ? "[" + (i + 1) + "] " : "") + d.label + (d.seeds.length > 1 ? " (" + d.seeds.length + " runs)" : ""), unit: "number" });
      if (i > 0) columns.push({ label: "[" + (i + 1) + "] / [1]", unit: "number" }, ...(judges(i) ? [{ label: "verdict", unit: "text" }] : []));
    });
    const body = rows.map((row) => {
      const cells = [row.subject, row.metric];
      row.values.forEach((v, i) => {
        if (v === null) {
          cells.push(null, ...(i > 0 ? [null, ...(judges(i) ? ["-"] : [])] : []));
          return;
        }
        const spread = v.runs > 1 && v.mean !== 0 ? " \u00b1 " + ((100 * (v.high - v.low)) / 2 / Math.abs(v.mean)).toFixed(1) + " %" : "";
        cells.push({ value: v.mean, text: ew.format(v.mean, row.unit === "1" ? "share" : row.unit) + spread });
        if (i === 0) return;
        const better = v.ratio !== null && (v.ratio < 1) === row.lower_is_better;
        cells.push(v.ratio === null ? null : { value: v.ratio, text: v.ratio.toFixed(3) });
        if (judges(i)) cells.push(v.beyond_spread ? (better ? "better" : "worse") : "within the spread");
      });
      return cells;
    });
    return ew.table({ title, note, columns, rows: body }, { name: "comparison", first: 60 });
  };
  const sideBySide = (short) => {
    const comparison = ew.data.comparison;
    if (!comparison) return null;
    if (!short) return section("compare", "Side by side", comparisonTable(comparison, comparison.rows, "All figures", null), el("ul", {}, comparison.notes.map((n) => el("li", { class: "note" }, n))));
    const rows = comparison.rows.filter((r) => kKey.test(r.metric)).slice(0, 12);
    const spread = comparison.designs.some((d) => d.seeds.length > 1);
    return el("div", { id: "verdict" }, el("ul", { class: "findings" }, ew.data.compared.map((f) => el("li", { class: f.weight }, f.text))),
      comparisonTable(comparison, rows, "Side by side", "Ratios are to the first." + (spread ? " \u00b1 is half the distance from the lowest to the highest run; a difference counts when these ranges do not meet." : "")));
  };

  // ---- sections of a trace -------------------------------------------------------------------------------------------

  const parts = {};  // drawings of the trace that is shown
  const follow = (link, quietly) => {
    if (link === null) return;
    if (!ew.state.links.includes(link)) ew.state.links = [...ew.state.links.slice(-(kLinks - 1)), link];
    else if (!quietly) ew.state.links = ew.state.links.filter((l) => l !== link);
    const shown = ew.state.links.includes(link) ? link : null;
    if (parts.heatmap) parts.heatmap.select(shown);
    if (parts.topology) parts.topology.select(shown);
    if (parts.followed) parts.followed();
  };
  ew.follow = follow;

  const distributions = () => {
    const metrics = [];
    for (const t of ew.data.traces) for (const c of t.curves) if (!metrics.includes(c.metric)) metrics.push(c.metric);
    if (metrics.length === 0) return null;
    const several = ew.data.traces.length > 1;
    const mode = el("select", {}, el("option", { value: "cdf" }, "share at or below"), el("option", { value: "tail" }, "share above, logarithmic"));
    const scale = el("select", {}, el("option", { value: "auto" }, "as it suits"), el("option", { value: "log" }, "logarithmic"), el("option", { value: "linear" }, "linear"));
    const spec = (metric) => {
      const curves = ew.data.traces.flatMap((t) => t.curves.filter((c) => c.metric === metric).map((c) => ({ ...c, label: (several ? t.label + ": " : "") + c.of })));
      const tail = mode.value === "tail";
      const values = curves.flatMap((c) => c.value).filter((v) => v > 0);
      const low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), 0);
      const log = scale.value === "log" || (scale.value === "auto" && high > 20 * low);
      const least = curves.reduce((a, c) => Math.min(a, 1 / c.count), 1);
      return {
        x: { label: metric, unit: curves[0].unit === "1" ? "x" : curves[0].unit, log },
        y: { label: tail ? "share above" : "share at or below", unit: "share", log: tail, range: tail ? () => [Math.max(1e-7, least * 0.9), 1] : () => [0, 1.02], decades: (t) => t * 100 + " %" },
        stepped: true, height: 250,
        // A curve starts with its rise from 0 just before the smallest value.
        series: curves.map((c) => ({
          label: c.label + " (" + c.count + ")", x: [c.value[0] * (1 - 1e-9), ...c.value], y: tail ? [1, ...c.share.map((s) => 1 - s)] : [0, ...c.share],
        })),
      };
    };
    const plots = metrics.map((metric) => [metric, ew.plot(spec(metric), "distribution-" + metric)]);
    const again = () => plots.forEach(([metric, plot]) => plot.set(spec(metric)));
    mode.addEventListener("change", again);
    scale.addEventListener("change", again);
    parts.plots = plots;
    return section("distributions", "Distributions", el("div", { class: "bar" }, el("label", {}, "curve ", mode), el("label", {}, "values ", scale)),
      el("p", { class: "note" }, "Of all that were measured" + (several ? ", traces over each other" : "") + "; the number in brackets is how many. Drag to zoom, double click for all."),
      el("div", { class: "pair" }, plots.map(([metric, plot]) => el("div", {}, el("div", { class: "bar" }, el("h3", {}, metric), plot.button), plot.element))));
  };

  const linkSection = async (trace) => {
    parts.heatmap = await ew.heatmap(trace, (link) => follow(link));
    const { grid } = trace;
    const merged = grid.merged ? " Bins are longer than the probe interval; each shows its largest interval." : "";
    return section("links", "Links over time", el("p", { class: "note" }, grid.links + " directed links, " + grid.bins + " bins of " + ew.format(grid.width, "s") + " from " + grid.rows + " probe intervals." + merged), parts.heatmap.element);
  };

  const queues = (trace) => {
    const { grid, fabric: { links } } = trace;
    const name = trace.label + "-followed-links";
    const spec = (measure) => {
      const m = ew.measures[measure];
      const values = parts.heatmap.levels[measure][0].values;
      const x = Float64Array.from({ length: grid.bins }, (_, b) => grid.start + (b + 0.5) * grid.width);
      return {
        x: { label: "time", unit: "s" }, y: { label: m.label, unit: m.unit }, height: 210,
        zero: ew.state.links.length === 0 ? null : "Nothing: 0 on " + (ew.state.links.length === 1 ? "this link" : "these links") + " at all times.",
        series: ew.state.links.map((l) => ({ label: links.name[l], x, y: Float64Array.from({ length: grid.bins }, (_, b) => ew.decoded(measure, values[l * grid.bins + b], grid)) })),
      };
    };
    // What waited longest comes first; hosts queue whole messages and say little about the fabric.
    const worst = (key, several) => [...links.name.keys()].filter((l) => !links.group[l].startsWith("host") && links[key][l] > 0).sort((a, b) => links[key][b] - links[key][a]).slice(0, several);
    ew.state.links = [...new Set([...worst("queue", 3), ...worst("paused", 1), ...worst("mean", 1)])].slice(0, 4);
    const plots = Object.keys(ew.measures).map((measure) => [measure, ew.plot(spec(measure), name + "-" + measure)]);
    const chips = el("div", { class: "chips" });
    parts.followed = () => {
      chips.replaceChildren(...ew.state.links.map((l, i) => el("button", { type: "button", style: "border-left-color:" + ew.series(i), title: "Follow no longer", onclick: () => follow(l) }, links.name[l] + " \u00d7")));
      for (const [measure, plot] of plots) plot.set(spec(measure));
    };
    parts.followed();
    ew.listeners.push(() => { if (chips.isConnected) parts.followed(); });
    return section("queues", "Queues and pauses of single links",
      el("p", { class: "note" }, "At first the links with the longest queues, the longest pause and the most traffic among those that leave a switch. Click others in the drawing, the heat map or the table of links, up to " + kLinks + " at a time."), chips,
      plots.filter(([m]) => m !== "utilization").concat(plots.filter(([m]) => m === "utilization")).map(([measure, plot]) => el("div", {}, el("div", { class: "bar" }, el("h3", {}, ew.measures[measure].label), plot.button), plot.element)));
  };

  const kStepKinds = [["compute", "computing", "#0072b2", "#3f8fd0"], ["tensor", "tensor-parallel", "#56b4e9", "#8fd0f7"], ["pipeline", "pipeline", "#009e73", "#2fc99b"], ["data", "gradients, weights", "#e69f00", "#f0b429"],
    ["expert", "experts", "#cc79a7", "#e09ac2"], ["context", "context", "#b5a800", "#f0e442"], ["bubble", "bubble, waiting", "#c9ced6", "#5a6472"]];
  const steps = async (trace) => {
    if (trace.steps.rows === 0) return null;
    const columns = await ew.columns(trace.steps);
    const boxes = trace.jobs.map((job, j) => {
      const mine = [...Array(trace.steps.rows).keys()].filter((i) => columns.job[i] === j);
      if (mine.length === 0) return null;
      const ranks = [...new Set(mine.map((i) => columns.rank[i]))].sort((a, b) => a - b);
      const rowOf = new Map(ranks.map((rank, i) => [rank, i]));
      const used = kStepKinds.filter(([key]) => mine.some((i) => columns[key][i] > 0));
      const bars = { row: [], from: [], to: [], kind: [], step: [] };
      for (const i of mine) {
        let at = columns.start[i];
        used.forEach(([key], k) => {
          if (!(columns[key][i] > 0)) return;
          bars.row.push(rowOf.get(columns.rank[i]));
          bars.from.push(at);
          at += columns[key][i];
          bars.to.push(at);
          bars.kind.push(k);
          bars.step.push(i);
        });
      }
      const name = trace.label + "-" + job.name + "-steps";
      const timeline = ew.timeline({
        rows: ranks.map((r) => "rank " + r + " " + (trace.rank_hosts[r] || "")), bars, name, label: "Steps of job " + job.name + " by rank",
        kinds: used.map(([, label, light, dark]) => ({ label, light, dark })),
        note: (trace.steps.note ? trace.steps.note + " " : "") + "Inside a step the parts stand in the order of the legend: the trace holds how long each took, not when.",
        describe: (b) => {
          const i = bars.step[b], whole = columns.finish[i] - columns.start[i];
          return ["step " + columns.step[i] + " of rank " + columns.rank[i] + ", " + ew.format(whole, "s"), ...used.filter(([key]) => columns[key][i] > 0).map(([key, label]) => label + ": " + ew.format(columns[key][i], "s") + " (" + ew.format(columns[key][i] / whole, "share") + ")")];
        },
        csv: () => ew.csv(["step", "rank", "start (s)", "finish (s)", ...kStepKinds.map(([key]) => key + " (s)")], mine.map((i) => [columns.step[i], columns.rank[i], columns.start[i], columns.finish[i], ...kStepKinds.map(([key]) => columns[key][i])])),
      });
      parts.steps = timeline;
      return [el("h3", {}, "Job " + job.name), timeline.element];
    });
    return section("steps", "Training steps by rank", boxes.flat(), ew.table(trace.tables.training, { name: trace.label }));
  };

  const kPhases = [["waiting for prefill", "#c9ced6", "#5a6472"], ["prefill", "#0072b2", "#3f8fd0"], ["KV cache moves", "#d55e00", "#ff8b3d"], ["to the first token", "#e69f00", "#f0b429"], ["decode", "#009e73", "#2fc99b"]];
  const serving = async (trace) => {
    if (trace.requests.rows === 0) return null;
    const c = await ew.columns(trace.requests);
    const boxes = [];
    for (const [j, job] of trace.jobs.entries()) {
      const mine = [...Array(trace.requests.rows).keys()].filter((i) => c.job[i] === j);
      if (mine.length === 0) continue;
      const bars = { row: [], from: [], to: [], kind: [], request: [] };
      mine.forEach((i, row) => {
        const ends = [c.arrival[i], c.prefill_start[i], c.prefill_end[i], c.kv_done[i], c.first_token[i], c.finish[i]];
        ends[3] = Math.min(ends[3], ends[5]);  // NaN stays
        for (let k = 0; k < 5; ++k) {
          // A prefill gives the first token too, before its KV cache has moved: the decode goes on from the later of both.
          if (k === 4 && ends[3] > ends[4]) ends[4] = ends[3];
          let to = ends[k + 1];
          if (Number.isNaN(to)) to = Math.max(trace.simulated, ends[k]);  // it was in this phase when the run ended
          if (to > ends[k]) { bars.row.push(row); bars.from.push(ends[k]); bars.to.push(to); bars.kind.push(k); bars.request.push(i); }
          if (Number.isNaN(ends[k + 1])) break;
        }
      });
      const timeline = ew.timeline({
        rows: mine.map((i) => "request " + c.id[i]), bars, name: trace.label + "-" + job.name + "-requests", label: "Requests of job " + job.name,
        kinds: kPhases.map(([label, light, dark]) => ({ label, light, dark })), note: "Requests by arrival. " + trace.requests.note,
        describe: (b) => {
          const i = bars.request[b];
          return ["request " + c.id[i] + ", " + c.prompt_tokens[i] + " + " + c.output_tokens[i] + " tokens", kPhases[bars.kind[b]][0] + ": " + ew.format(bars.to[b] - bars.from[b], "s"),
            "time to first token: " + ew.format(c.first_token[i] - c.arrival[i], "s"), "end to end: " + ew.format(c.finish[i] - c.arrival[i], "s")];
        },
        csv: () => ew.csv(trace.requests.columns, mine.map((i) => trace.requests.columns.map((name) => c[name][i]))),
      });
      parts.requests = timeline;
      boxes.push(el("h3", {}, "Job " + job.name), timeline.element);
    }
    return section("serving", "Serving by request", boxes, ew.table(trace.tables.serving, { name: trace.label }), ew.table(trace.tables.serving_rates, { name: trace.label }));
  };

  const linkTable = (trace) => {
    const { nodes, links } = trace.fabric;
    const column = (label, unit) => ({ label, unit });
    const margins = links.margin.some((m) => m !== null);
    const rows = links.name.map((name, l) => {
      const row = [name, links.group[l], links.rate[l], links.mean[l], links.peak[l], links.queue[l], links.drops[l], links.marks[l], links.paused[l], ...(margins ? [links.margin[l]] : [])];
      row.link = l;
      return row;
    });
    return ew.table({
      title: "Links", note: "Click a row to follow the link in the plots above.", rows,
      columns: [column("link", "text"), column("place", "text"), column("rate", "bit/s"), column("mean utilisation", "share"), column("busiest interval", "share"), column("longest queue", "B"), column("drops", "count"),
        column("ECN marks", "count"), column("paused", "s"), ...(margins ? [column("optical margin", "dB")] : [])],
    }, { name: trace.label, first: 15, onrow: (row) => follow(row.link) });
  };
  const tables = (trace, ids) => ids.filter((id) => trace.tables[id].rows.length > 0).map((id) => ew.table(trace.tables[id], { name: trace.label, first: 15 }));

  // ---- the whole -----------------------------------------------------------------------------------------------------

  const show = async () => {
    const trace = ew.data.traces[ew.state.trace];
    const main = document.getElementById("main");
    for (const key of Object.keys(parts)) delete parts[key];
    ew.listeners.length = 0;
    parts.topology = ew.topology(trace, (link) => follow(link));
    const links = await linkSection(trace);
    const list = [
      overview(trace), ew.data.comparison ? sideBySide(false) : null,
      section("topology", "Fabric", parts.topology.element, tables(trace, ["link_groups"])), links, queues(trace), distributions(), await steps(trace), await serving(trace),
      trace.tables.collectives.rows.length + trace.tables.flows.rows.length > 0 ? section("collectives", "Collectives and messages", tables(trace, ["collectives", "flows", "slowest_flows"])) : null,
      section("tables", "Links, jobs, events", linkTable(trace), tables(trace, ["jobs", "events"])),
      section("budgets", "Budgets", tables(trace, ["cables"])),
      section("verdicts", "Checks of the run", trace.diagnosis ? el("p", {}, trace.diagnosis) : null, trace.tables.verdicts.rows.length > 0 ? tables(trace, ["verdicts"]) : el("p", { class: "note" }, "Checks are made when a run ends; this one had not.")),
      section("scenario", "Scenario", el("p", { class: "note" }, "With every default filled in; `eastwest run` of the trace or of this text gives the same rows."), el("div", { class: "bar" }, el("button", { type: "button", class: "csv", onclick: () => ew.download((trace.name || "scenario") + ".yaml", trace.scenario, "text/yaml") }, "YAML")), el("pre", { tabindex: "0" }, trace.scenario)),
    ].filter(Boolean);
    main.replaceChildren(...list);
    if (trace.tables.events.rows.length > 0) document.getElementById("tables").prepend(el("span", { id: "events" }));
    document.getElementById("sections").replaceChildren(...list.map((s) => el("a", { href: "#" + s.id }, kShort[s.id])));
    document.getElementById("foot").replaceChildren("eastwest " + trace.program_version + ", " + trace.path + (trace.digest ? ", digest " + trace.digest : ", no digest before the run has ended") + ". Plots by uPlot (MIT).");
    ew.applyTheme();
    ew.parts = parts;
    ew.ready = true;
    document.documentElement.dataset.ready = "yes";
  };

  const start = async () => {
    ew.data = JSON.parse(document.getElementById("report-data").textContent);
    const theme = document.getElementById("theme");
    theme.addEventListener("change", () => ew.setTheme(theme.value));
    document.getElementById("print").addEventListener("click", () => print());
    const choice = document.getElementById("trace");
    ew.data.traces.forEach((t, i) => choice.append(el("option", { value: i }, t.label)));
    document.getElementById("trace-choice").hidden = ew.data.traces.length < 2;
    choice.addEventListener("change", () => { ew.state.trace = Number(choice.value); show(); });
    ew.applyTheme();
    await show();
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  };
  start().catch((error) => {
    document.getElementById("main").replaceChildren(el("p", { class: "badge bad" }, "This page could not be drawn: " + error.message + ". It needs a browser of 2023 or later."));
    throw error;
  });
}
