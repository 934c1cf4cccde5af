// SPDX-License-Identifier: Apache-2.0
// Tables that sort by any column, filter by words, show a part of many rows at first, and save what they show.
{
  const kFirst = 50;
  const text = (cell, unit) => (cell !== null && typeof cell === "object" ? cell.text : ew.format(cell, unit));
  const value = (cell) => (cell !== null && typeof cell === "object" ? cell.value : cell);
  const before = (a, b) => {
    const none = (v) => v === null || v === undefined || Number.isNaN(v);
    if (none(a) || none(b)) return none(a) - none(b);  // what is not there comes last in both directions
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  };

  /// spec: {title, note, columns: [{label, unit}], rows}; a cell is a value or {value, text}. options: first, onrow(row), name.
  ew.table = (spec, options = {}) => {
    const state = { column: -1, down: false, words: [], all: false };
    const body = ew.el("tbody");
    const count = ew.el("span", { class: "count", "aria-live": "polite" });
    const more = ew.el("button", { type: "button", class: "more", onclick: () => { state.all = true; draw(); } });
    const visible = () => {
      let rows = spec.rows;
      if (state.words.length > 0)
        rows = rows.filter((row) => {
          // A cell that shows part of a text is found by all of it.
          const line = row.map((cell, i) => text(cell, spec.columns[i].unit) + (typeof cell?.value === "string" ? " " + cell.value : "")).join(" ").toLowerCase();
          return state.words.every((word) => line.includes(word));
        });
      if (state.column < 0) return rows;
      const sign = state.down ? -1 : 1;
      const none = (v) => v === null || v === undefined || Number.isNaN(v);
      return rows.map((row, i) => [row, i]).sort(([a, i], [b, j]) => {
        const x = value(a[state.column]), y = value(b[state.column]);
        const order = none(x) || none(y) ? before(x, y) : sign * before(x, y);
        return order || i - j;
      }).map(([row]) => row);
    };
    const draw = () => {
      const rows = visible();
      const shown = state.all ? rows : rows.slice(0, options.first || kFirst);
      body.replaceChildren(...shown.map((row) => {
        const line = ew.el("tr", options.onrow ? { class: "choice" } : {}, row.map((cell, i) => {
          const unit = spec.columns[i].unit;
          const written = text(cell, unit);
          return ew.el("td", { class: unit === "text" ? (["FAILED", "worse"].includes(written) ? "bad" : null) : "number" }, written);
        }));
        if (options.onrow) line.addEventListener("click", () => options.onrow(row));
        return line;
      }));
      count.textContent = (rows.length === spec.rows.length ? "" : rows.length + " of ") + spec.rows.length + (spec.rows.length === 1 ? " row" : " rows");
      more.hidden = shown.length === rows.length;
      more.textContent = "show all " + rows.length + " rows";
      heads.forEach((head, i) => head.setAttribute("aria-sort", i !== state.column ? "none" : state.down ? "descending" : "ascending"));
    };
    const heads = spec.columns.map((column, i) =>
      ew.el("th", { scope: "col", class: column.unit === "text" ? null : "number" }, ew.el("button", {
        type: "button",
        onclick: () => {
          const numeric = column.unit !== "text";
          if (state.column === i) state.down = !state.down;
          else { state.column = i; state.down = numeric; }  // figures: the largest first
          draw();
        },
      }, column.label)));
    const filter = ew.el("input", {
      type: "search", placeholder: "filter", "aria-label": "Filter " + spec.title,
      oninput: () => { state.words = ew.words(filter.value); draw(); },
    });
    const headings = spec.columns.map((c) => c.label + (c.unit === "text" || c.unit === "count" || c.unit === "number" ? "" : " (" + (c.unit === "share" ? "1" : c.unit) + ")"));
    const box = ew.el("div", { class: "table" },
      ew.el("div", { class: "bar" }, ew.el("h3", {}, spec.title), count, filter,
        ew.csvButton((options.name || "table") + "-" + spec.title, () => ew.csv(headings, visible().map((row) => row.map(value))))),
      spec.note ? ew.el("p", { class: "note" }, spec.note) : null,
      ew.el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": spec.title }, ew.el("table", {}, ew.el("thead", {}, ew.el("tr", {}, heads)), body)),
      more);
    draw();
    return box;
  };
}
