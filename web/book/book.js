// SPDX-License-Identifier: Apache-2.0
// The book's search and theme. What is found becomes text nodes only; without this script the book is still whole.
"use strict";
(() => {
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const theme = document.getElementById("theme");
  const root = document.documentElement;

  // ---- theme --------------------------------------------------------------------------------------------------
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  name();

  // ---- search -------------------------------------------------------------------------------------------------
  // Everything with an id can be found: a row by its first cell and its owner, a heading by its text.
  const kinds = { port: "port", cable: "cable", link: "link", device: "device", rack: "rack", rail: "rail", pathway: "pathway", trunk: "trunk" };
  let entries = null;
  const collect = () => {
    entries = [];
    for (const element of document.querySelectorAll("main [id]")) {
      const kind = kinds[element.id.split("-", 1)[0]];
      if (element.tagName === "TR" && kind) {
        const owner = element.closest("table").dataset.owner;
        const first = element.cells[0].textContent;
        const rest = Array.from(element.cells).slice(1).map((cell) => cell.textContent).filter(Boolean).join("  ");
        entries.push({ id: element.id, kind, name: owner ? owner + ":" + first : first, rest });
      } else if (element.tagName === "H3" || element.tagName === "H2") {
        entries.push({ id: element.id, kind: kind || "chapter", name: element.textContent, rest: "" });
      }
    }
    for (const entry of entries) { entry.lowName = entry.name.toLowerCase(); entry.low = (entry.name + "  " + entry.rest).toLowerCase(); }
  };
  const score = (entry, words) => {
    let sum = 0;
    for (const word of words) {
      if (entry.lowName === word) sum += 100;
      else if (entry.lowName.startsWith(word)) sum += 40;
      else if (entry.lowName.includes(word)) sum += 20;
      else if (entry.low.includes(word)) sum += 1;
      else return 0;
    }
    return sum;
  };
  let at = -1;
  const show = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    at = -1;
    found.replaceChildren();
    found.hidden = words.length === 0;
    if (words.length === 0) return;
    if (entries === null) collect();
    const hits = entries.map((entry, order) => ({ entry, order, points: score(entry, words) })).filter((hit) => hit.points > 0);
    hits.sort((a, b) => b.points - a.points || a.order - b.order);
    for (const { entry } of hits.slice(0, 40)) {
      const link = document.createElement("a");
      link.href = "#" + entry.id;
      const title = document.createElement("b");
      title.textContent = entry.name;
      const kind = document.createElement("span");
      kind.textContent = entry.kind + (entry.rest ? ": " + entry.rest : "");
      link.append(title, kind);
      found.append(link);
    }
    const note = document.createElement("p");
    note.textContent = hits.length === 0 ? "Nothing has that name." : hits.length > 40 ? "and " + (hits.length - 40) + " more" : "";
    if (note.textContent) found.append(note);
  };
  const close = () => { found.hidden = true; };
  find.addEventListener("input", show);
  find.addEventListener("focus", show);
  find.addEventListener("keydown", (event) => {
    const links = found.querySelectorAll("a");
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && links.length > 0) { links[Math.max(0, at)].click(); event.preventDefault(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = Math.min(links.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)));
      links.forEach((link, i) => link.classList.toggle("at", i === at));
      if (links[at]) links[at].scrollIntoView({ block: "nearest" });
      event.preventDefault();
    }
  });
  found.addEventListener("click", close);
  document.addEventListener("click", (event) => { if (!event.target.closest("header")) close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== find) { find.focus(); event.preventDefault(); }
  });
})();
