// SPDX-License-Identifier: Apache-2.0
// Puts the page of a study together: the answer in words and one picture, what has no result, then every figure and run.
{
  const el = ew.el;
  const section = (id, title, ...content) => el("section", { id, "aria-labelledby": id + "-title" }, el("h2", { id: id + "-title" }, title), content);
  const kKinds = { compare: "comparison of designs", failure: "failures, one at a time", growth: "growth by phases", search: "search for the cheapest", sweep: "sweep" };

  const overview = (study) => {
    const badges = [el("span", { class: "badge plain" }, kKinds[study.kind])];
    badges.push(el("span", { class: "badge plain" }, study.points_all + (study.points_all === 1 ? " point" : " points") + " \u00d7 " + study.replications + (study.replications === 1 ? " seed" : " seeds")));
    badges.push(study.finished ? el("span", { class: "badge good" }, "finished")
      : el("span", { class: "badge bad" }, "unfinished: " + study.done + (study.planned ? " of " + study.planned : "") + " runs, " + (study.planned ? Math.floor((100 * study.done) / study.planned) + " %" : "no one knows of how many")));
    if (study.troubles.length > 0 && study.kind !== "failure") badges.push(el("a", { class: "badge bad", href: "#troubles" }, study.troubled + " runs without a result"));
    if (study.points.length < study.points_all) badges.push(el("span", { class: "badge bad" }, "pictures and tables: the first " + study.points.length + " points"));
    const picture = study.points.length > 0 ? ew.studyPictures[study.kind](study) : null;
    const words = el("div", { class: "words" }, el("ul", { class: "findings" }, study.sentences.map((s) => el("li", { class: { good: "good", bad: "failed", even: "even", note: "" }[s.tone] }, s.text))));
    return el("section", { id: "overview" }, el("h1", { class: study.headline.length > 110 ? "long" : null }, study.headline), el("p", { class: "sub" }, study.description || study.name), el("div", { class: "badges" }, badges),
      el("div", { class: "answer" + (picture && picture.wide ? " wide" : "") }, picture ? el("div", {}, picture.element) : null, words));
  };

  const summary = (study) => {
    const t = ew.studyText, rows = [];
    for (const point of study.points)
      study.columns.forEach((column, c) => {
        const f = point.figures[c];
        if (f[0] === null) return;
        const cell = (value) => (value === null ? null : { value, text: ew.format(value, column.unit) });
        rows.push([point.number, ...t.names(study, point), column.label, { value: f[0], text: ew.format(f[0], column.unit) }, cell(f[1]), cell(f[2]), cell(f[3]), f[4] === null ? null : { value: f[4], text: t.signed(f[4]) }, f[5], f[6]]);
      });
    return ew.table({
      title: "Every point and figure", rows, note: "Means over the seeds with half the width of their 95 % interval. Differences are to the point of reference, paired by seed; none: the interval holds zero.",
      columns: [{ label: "point", unit: "count" }, ...study.axes.map((a) => ({ label: a.name, unit: "text" })), { label: "figure", unit: "text" }, { label: "mean", unit: "number" }, { label: "\u00b1", unit: "number" }, { label: "difference", unit: "number" }, { label: "\u00b1 of it", unit: "number" }, { label: "share", unit: "share" }, { label: "verdict", unit: "text" }, { label: "runs", unit: "count" }],
    }, { name: study.name, first: 25 });
  };
  const ranking = (study) => {
    const t = ew.studyText;
    const side = (cost) => (cost === null ? [null, ...study.columns.map(() => null)] : [cost.stopped, ...cost.figures.map((f) => (f[4] === null ? null : { value: f[4], text: f[5] === "none" ? "none" : t.signed(f[4]) }))]);
    const both = study.failures.some((f) => f.stubborn !== null);
    const headings = (how) => [{ label: "runs that stop" + how, unit: "count" }, ...study.columns.map((c) => ({ label: c.label + how, unit: "share" }))];
    const rows = study.failures.map((f, i) => [i + 1, f.name, f.sort, f.alike.length, ...side(f.rerouted), ...(both ? side(f.stubborn) : []), { value: f.alike.join(", "), text: f.alike.slice(0, 2).join(", ") + (f.alike.length > 2 ? " and " + (f.alike.length - 2) + " more" : "") }]);
    return ew.table({ title: "Ranked", note: "Worst first. A line stands for all failures of a sort that cost the same; the last column has them: all in the CSV, and the filter finds each.", rows,
      columns: [{ label: "rank", unit: "count" }, { label: "failed", unit: "text" }, { label: "sort", unit: "text" }, { label: "alike", unit: "count" }, ...headings(""), ...(both ? headings(", no new routes") : []), { label: "those alike", unit: "text" }] }, { name: study.name, first: 25 });
  };
  const designs = (study) => {
    const { limits, points, chosen } = study.search;
    return ew.table({ title: "Designs", note: "In order of cost. A limit holds when the whole 95 % interval keeps it.",
      rows: points.map((p, i) => [study.points[i].number, ew.studyText.label(study, study.points[i]), { value: p.cost, text: ew.format(p.cost, "currency") }, ...p.values.map((v, k) => ({ value: v, text: ew.format(v, limits[k].unit) + (p.spreads[k] > 1e-9 * Math.abs(v) ? " \u00b1 " + ew.format(p.spreads[k], limits[k].unit) : "") })), p.kept ? (i === chosen ? "kept, cheapest" : "kept") : "breaks " + p.broken.map((k) => limits[k].label).join(" and "), p.front ? "yes" : ""]),
      columns: [{ label: "point", unit: "count" }, { label: "design", unit: "text" }, { label: "cost", unit: "number" }, ...limits.map((l) => ({ label: l.label + (l.at_most ? " \u2264 " : " \u2265 ") + ew.format(l.value, l.unit), unit: "number" })), { label: "limits", unit: "text" }, { label: "front", unit: "text" }] }, { name: study.name, first: 25 });
  };

  const troubles = (study, runs) => (study.troubles.length > 0 ? section("troubles", study.kind === "failure" ? "Runs that do not finish" : "Without a result", study.kind === "failure" ? el("p", { class: "note" }, "In a study of failures a run that stalls is an answer, not a mistake.") : null, ew.table({ title: "Runs without a result", note: study.troubles.length < study.troubled ? "The first " + study.troubles.length + " of " + study.troubled + "; points.csv has all." : null, columns: runs, rows: study.troubles }, { name: study.name, first: 12 })) : null);

  const show = (study) => {
    const runs = [{ label: "point", unit: "count" }, ...study.axes.map((a) => ({ label: a.name, unit: "text" })), { label: "seed", unit: "text" }, { label: "outcome", unit: "text" }, { label: "why", unit: "text" }];
    const list = [
      overview(study),
      study.kind === "failure" ? null : troubles(study, runs),
      study.failures && study.failures.length > 0 ? section("ranking", "Failures, ranked", ranking(study)) : null,
      study.search && study.search.points.length > 0 ? section("designs", "Designs and limits", designs(study)) : null,
      study.kind === "failure" ? troubles(study, runs) : null,
      study.points.length > 0 ? section("figures", "Figures", summary(study)) : null,
      study.runs.length > 0 ? section("runs", "Runs", ew.table({ title: "Every run", note: study.runs.length < study.done ? "The first " + study.runs.length + " of " + study.done + "; points.csv has all, with every column." : "The columns that the study is about; points.csv has all of them.", columns: [...runs, ...study.columns.map((c) => ({ label: c.label, unit: c.unit === "currency" || c.unit === "1/s" || c.unit === "W" ? "number" : c.unit }))], rows: study.runs }, { name: study.name, first: 12 })) : null,
      section("study", "The study", el("p", { class: "note" }, "With every default filled in."), el("div", { class: "bar" }, el("button", { type: "button", class: "csv", onclick: () => ew.download((study.name || "study") + ".yaml", study.study, "text/yaml") }, "YAML")), el("pre", { tabindex: "0" }, study.study),
        study.answer ? [el("h3", {}, "As `eastwest study` printed it"), el("pre", { tabindex: "0" }, study.answer)] : null),
    ].filter(Boolean);
    document.getElementById("main").replaceChildren(...list);
    const kShort = { overview: "Answer", troubles: study.kind === "failure" ? "Do not finish" : "Without a result", ranking: "Ranking", designs: "Designs", figures: "Figures", runs: "Runs", study: "Study" };
    document.getElementById("sections").replaceChildren(...list.map((s) => el("a", { href: "#" + s.id }, kShort[s.id])));
    document.getElementById("foot").replaceChildren("eastwest " + study.program_version + ", study " + study.name + ".");
  };

  const start = () => {
    ew.data = JSON.parse(document.getElementById("report-data").textContent);
    const theme = document.getElementById("theme");
    theme.addEventListener("change", () => ew.setTheme(theme.value));
    document.getElementById("print").addEventListener("click", () => print());
    ew.applyTheme();
    show(ew.data.study);
    ew.applyTheme();
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
    ew.ready = true;
    document.documentElement.dataset.ready = "yes";
  };
  try {
    start();
  } catch (error) {
    document.getElementById("main").replaceChildren(el("p", { class: "badge bad" }, "This page could not be drawn: " + error.message + "."));
    throw error;
  }
}
