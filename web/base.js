// SPDX-License-Identifier: Apache-2.0
// Base of the page: elements, figures with units, packed numbers, downloads, themes. Text from traces only ever becomes text nodes.
"use strict";
const ew = { data: null, listeners: [], blobs: new Map() };

/// An element with attributes and children; strings become text.
ew.el = (tag, attributes, ...children) => {
  const svg = ["svg", "g", "line", "path", "rect", "circle", "text", "title", "defs", "pattern"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) element.append(child);
  return element;
};

// ---- figures -----------------------------------------------------------------------------------------------------

const kDecimal = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "u"], [1e-9, "n"], [1e-12, "p"]];
const kBinary = [[2 ** 40, "Ti"], [2 ** 30, "Gi"], [2 ** 20, "Mi"], [2 ** 10, "Ki"], [1, ""]];
/// Three significant digits, no exponent between 0.001 and 9999.
ew.digits = (value, significant = 3) => {
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size > 9) return value.toExponential(significant - 1);
  return value.toFixed(Math.min(12, Math.max(0, significant - 1 - size)));
};
const prefixed = (value, unit, steps) => {
  if (value === 0) return "0 " + unit;
  const size = Math.abs(value);
  const [scale, prefix] = steps.find(([step]) => size >= step * 0.9995) || steps[steps.length - 1];
  return ew.digits(value / scale) + " " + prefix + unit;
};
/// "1,419,885", the same in every language.
ew.grouped = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
/// A value for people. Units as in the page's data; null is a dash.
ew.format = (value, unit) => {
  if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) return "-";
  if (typeof value !== "number") return String(value);
  switch (unit) {
    case "s": return prefixed(value, "s", kDecimal.slice(4));
    case "B": return value < 1024 && Number.isInteger(value) ? value + " B" : prefixed(value, "B", kBinary);
    case "B/s": return prefixed(value, "B/s", kDecimal.slice(0, 5));
    case "bit/s": return prefixed(value, "b/s", kDecimal.slice(0, 5));
    case "m": return Math.abs(value) >= 1000 ? prefixed(value, "m", kDecimal.slice(3, 5)) : ew.digits(value) + " m";
    case "W": return prefixed(value, "W", kDecimal.slice(1, 5));
    case "1/s": return (Math.abs(value) >= 100 ? ew.grouped(value) : ew.digits(value)) + " /s";
    case "currency": return ew.grouped(value);
    case "dB": return value.toFixed(2) + " dB";
    case "share": case "1": return (value * 100).toFixed(1) + " %";
    case "x": return value.toFixed(2) + " x";
    case "count": return Number.isInteger(value) ? String(value) : value.toFixed(1);
    default: return ew.digits(value, 4);
  }
};
/// Equal steps of 1, 2 or 5 that cover [from, to], about `count` of them.
ew.ticks = (from, to, count) => {
  const rough = (to - from) / Math.max(1, count);
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const out = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; ++i) out.push(i * step);
  return out;
};
/// Labels of ticks of one axis, all with the same prefix and as many digits as their step needs.
ew.tickLabels = (ticks, unit) => {
  if (unit === "share" || unit === "1") return ticks.map((t) => Math.round(t * 1000) / 10 + " %");
  if (unit === "B") return ticks.map((t) => ew.format(t, unit));
  const largest = Math.max(...ticks.map(Math.abs));
  if (!(largest > 0) || unit === "text") return ticks.map((t) => ew.format(t, unit));
  if (!["s", "B/s", "bit/s"].includes(unit)) {
    const places = ticks.length > 1 ? Math.min(9, Math.max(0, Math.ceil(-Math.log10(Math.abs(ticks[1] - ticks[0])) - 1e-9))) : 2;
    return ticks.map((t) => t.toFixed(places) + (["x", "m", "dB"].includes(unit) ? " " + unit : ""));
  }
  const [scale, prefix] = kDecimal.find(([s]) => largest >= s * 0.9995) || kDecimal[kDecimal.length - 1];
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) / scale : 1;
  const places = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  return ticks.map((t) => (t / scale).toFixed(places) + " " + prefix + unit.replace("bit", "b"));
};

/// The words of a filter, which all must occur; what stands in quotes is one word.
ew.words = (text) => [...text.toLowerCase().matchAll(/"([^"]*)"?|\S+/g)].map((m) => m[1] ?? m[0]).filter(Boolean);

// ---- packed numbers ----------------------------------------------------------------------------------------------

const unpacked = async (index) => {
  const element = document.getElementById("blob-" + index);
  const letters = atob(element.textContent.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; ++i) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};
/// The bytes of a blob; unpacked once.
ew.bytes = (index) => {
  if (!ew.blobs.has(index)) ew.blobs.set(index, unpacked(index));
  return ew.blobs.get(index);
};
/// {rows, columns, blob} as {name: Float64Array}.
ew.columns = async (packed) => {
  const bytes = await ew.bytes(packed.blob);
  const all = new Float64Array(bytes.buffer, 0, packed.rows * packed.columns.length);
  return Object.fromEntries(packed.columns.map((name, i) => [name, all.subarray(i * packed.rows, (i + 1) * packed.rows)]));
};

// ---- downloads ---------------------------------------------------------------------------------------------------

/// A cell of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe.
ew.csvCell = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
};
ew.csv = (headings, rows) => [headings, ...rows].map((row) => row.map(ew.csvCell).join(",")).join("\n") + "\n";
ew.download = (name, text, type = "text/csv") => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = ew.el("a", { href: url, download: name.replace(/[^A-Za-z0-9._-]+/g, "-") });
  ew.lastDownload = { name, text };
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};
/// A button that makes its file only when it is pressed.
ew.csvButton = (name, make, label = "CSV") =>
  ew.el("button", { type: "button", class: "csv", title: "Save the data of this as a file", onclick: () => ew.download(name + ".csv", make()) }, label);

// ---- themes ------------------------------------------------------------------------------------------------------

const system = matchMedia("(prefers-color-scheme: dark)");
ew.themeChoice = "auto";
ew.printing = false;
ew.dark = () => !ew.printing && (ew.themeChoice === "dark" || (ew.themeChoice === "auto" && system.matches));
ew.applyTheme = () => {
  document.documentElement.dataset.theme = ew.dark() ? "dark" : "light";
  for (const listener of ew.listeners) listener();
};
ew.setTheme = (choice) => {
  ew.themeChoice = choice;
  ew.applyTheme();
};
system.addEventListener("change", ew.applyTheme);
addEventListener("beforeprint", () => { ew.printing = true; ew.applyTheme(); });
addEventListener("afterprint", () => { ew.printing = false; ew.applyTheme(); });
/// Drawings that must follow the theme; they are drawn at once too.
ew.onTheme = (draw) => { ew.listeners.push(draw); draw(); };
ew.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

// Okabe and Ito (2008): told apart with any kind of colour vision.
const kSeriesLight = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a7a00"];
const kSeriesDark = ["#56b4e9", "#e69f00", "#2fc99b", "#cc79a7", "#f0e442", "#d55e00", "#ffffff", "#9aa7ff"];
ew.series = (i) => (ew.dark() ? kSeriesDark : kSeriesLight)[i % 8];
// Viridis (Smith and van der Walt, CC0), eleven of its colours.
const kViridis = ["#440154", "#482475", "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151", "#bddf26", "#fde725"];
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
/// The colour of a share: what stands out from the page's ground is high. 0 to 1 as [r, g, b].
ew.heat = (share) => {
  const place = Math.min(1, Math.max(0, ew.dark() ? share : 1 - share)) * 10;
  const low = Math.min(9, Math.floor(place));
  const a = rgb(kViridis[low]), b = rgb(kViridis[low + 1]);
  return a.map((value, i) => Math.round(value + (b[i] - value) * (place - low)));
};
ew.heatCss = (share) => "rgb(" + ew.heat(share).join(",") + ")";
