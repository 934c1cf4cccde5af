// SPDX-License-Identifier: Apache-2.0
// Canvases with a view of their own: zoom to a dragged box, pan, zoom by keys, hover and click; sharp on every screen.
{
  /// options: {x: [low, high], y: [low, high], height, label, margins: {left, right, top, bottom}, minimum: {x, y},
  /// draw(context, view), hover(x, y) -> lines of text or null, click(x, y)}. x and y are in the units of the ranges.
  ew.view = (options) => {
    const margins = { left: 150, right: 10, top: 8, bottom: 34, ...options.margins };
    const canvas = ew.el("canvas", { tabindex: "0", role: "img", "aria-label": options.label });
    const tip = ew.el("div", { class: "tip", hidden: true });
    const host = ew.el("div", { class: "canvas" }, canvas, tip);
    const view = { host, canvas, margins, width: 0, height: options.height, x: [...options.x], y: [...options.y], box: null };
    let full = { x: [...options.x], y: [...options.y] };
    let pending = false;

    view.plotWidth = () => Math.max(10, view.width - margins.left - margins.right);
    view.plotHeight = () => Math.max(10, view.height - margins.top - margins.bottom);
    view.toX = (px) => view.x[0] + ((px - margins.left) / view.plotWidth()) * (view.x[1] - view.x[0]);
    view.toY = (py) => view.y[0] + ((py - margins.top) / view.plotHeight()) * (view.y[1] - view.y[0]);
    view.fromX = (x) => margins.left + ((x - view.x[0]) / (view.x[1] - view.x[0])) * view.plotWidth();
    view.fromY = (y) => margins.top + ((y - view.y[0]) / (view.y[1] - view.y[0])) * view.plotHeight();
    view.zoomed = () => view.x[0] !== full.x[0] || view.x[1] !== full.x[1] || view.y[0] !== full.y[0] || view.y[1] !== full.y[1];

    const paint = () => {
      pending = false;
      view.width = Math.max(280, host.clientWidth);
      const ratio = Math.min(3, devicePixelRatio || 1);
      canvas.width = Math.round(view.width * ratio);
      canvas.height = Math.round(view.height * ratio);
      canvas.style.height = view.height + "px";
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, view.width, view.height);
      view.ratio = ratio;
      const begun = performance.now();
      options.draw(context, view);
      view.lastDrawMs = performance.now() - begun;
      if (view.box) {
        context.strokeStyle = ew.colour("accent");
        context.lineWidth = 1.5;
        context.strokeRect(Math.min(view.box.x0, view.box.x1), Math.min(view.box.y0, view.box.y1), Math.abs(view.box.x1 - view.box.x0), Math.abs(view.box.y1 - view.box.y0));
      }
    };
    view.paint = paint;
    view.redraw = () => {
      if (pending) return;
      pending = true;
      requestAnimationFrame(paint);
    };
    const limited = (range, low, high, least) => {
      const size = Math.min(high - low, Math.max(least, range[1] - range[0]));
      const start = Math.min(high - size, Math.max(low, range[0]));
      return [start, start + size];
    };
    view.show = (x, y) => {
      const least = options.minimum || {};
      view.x = limited(x, full.x[0], full.x[1], least.x || (full.x[1] - full.x[0]) * 1e-6);
      view.y = limited(y, full.y[0], full.y[1], least.y || 1);
      view.redraw();
    };
    view.reset = (x, y) => {
      full = { x: [...(x || full.x)], y: [...(y || full.y)] };
      view.x = [...full.x];
      view.y = [...full.y];
      view.redraw();
    };
    view.zoom = (factor, x = (view.x[0] + view.x[1]) / 2, y = (view.y[0] + view.y[1]) / 2, only) =>
      view.show(only === "y" ? view.x : view.x.map((v) => x + (v - x) / factor), only === "x" ? view.y : view.y.map((v) => y + (v - y) / factor));
    view.pan = (dx, dy) => {
      const w = (view.x[1] - view.x[0]) * dx, h = (view.y[1] - view.y[0]) * dy;
      view.show(view.x.map((v) => v + w), view.y.map((v) => v + h));
    };

    /// Time along the bottom, and the frame.
    view.axes = (context, unit = "s") => {
      const text = ew.colour("text"), line = ew.colour("grid");
      context.font = "12px system-ui, sans-serif";
      context.fillStyle = text;
      context.strokeStyle = line;
      context.lineWidth = 1;
      context.strokeRect(margins.left - 0.5, margins.top - 0.5, view.plotWidth() + 1, view.plotHeight() + 1);
      const ticks = ew.ticks(view.x[0], view.x[1], view.plotWidth() / 110).filter((t) => t >= view.x[0] - 1e-15 && t <= view.x[1] * (1 + 1e-12));
      const labels = ew.tickLabels(ticks, unit);
      context.textAlign = "center";
      context.textBaseline = "top";
      ticks.forEach((tick, i) => {
        const at = view.fromX(tick);
        context.beginPath();
        context.moveTo(at, margins.top + view.plotHeight());
        context.lineTo(at, margins.top + view.plotHeight() + 5);
        context.stroke();
        const half = context.measureText(labels[i]).width / 2;
        context.fillText(labels[i], Math.min(at, view.width - half - 1), margins.top + view.plotHeight() + 7);
      });
    };
    /// A word that fits into `width`.
    view.fitted = (context, word, width) => {
      if (context.measureText(word).width <= width) return word;
      let kept = word.length;
      while (kept > 1 && context.measureText(word.slice(0, kept) + "..").width > width) --kept;
      return word.slice(0, kept) + "..";
    };

    const inside = (px, py) => px >= margins.left && px <= margins.left + view.plotWidth() && py >= margins.top && py <= margins.top + view.plotHeight();
    const place = (event) => {
      const at = canvas.getBoundingClientRect();
      return [event.clientX - at.left, event.clientY - at.top];
    };
    let down = null;
    canvas.addEventListener("pointerdown", (event) => {
      const [px, py] = place(event);
      if (event.button !== 0 || !inside(px, py)) return;
      down = { px, py, x: [...view.x], y: [...view.y], pan: event.shiftKey };
      canvas.setPointerCapture(event.pointerId);
      tip.hidden = true;
    });
    canvas.addEventListener("pointermove", (event) => {
      const [px, py] = place(event);
      if (down && down.pan) {
        const dx = ((down.px - px) / view.plotWidth()) * (down.x[1] - down.x[0]), dy = ((down.py - py) / view.plotHeight()) * (down.y[1] - down.y[0]);
        view.show(down.x.map((v) => v + dx), down.y.map((v) => v + dy));
        return;
      }
      if (down) {
        const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
        view.box = { x0: down.px, y0: down.py, x1: clamp(px, margins.left, margins.left + view.plotWidth()), y1: clamp(py, margins.top, margins.top + view.plotHeight()) };
        view.redraw();
        return;
      }
      const lines = inside(px, py) && options.hover ? options.hover(view.toX(px), view.toY(py), view) : null;
      tip.hidden = !lines;
      if (!lines) return;
      tip.replaceChildren(...lines.map((line, i) => ew.el("div", i === 0 ? { class: "first" } : {}, line)));
      const left = px + 14 + tip.offsetWidth > view.width ? px - 14 - tip.offsetWidth : px + 14;
      tip.style.left = Math.max(0, left) + "px";
      tip.style.top = Math.max(0, Math.min(py + 14, view.height - tip.offsetHeight)) + "px";
    });
    canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
    const release = (event) => {
      if (!down) return;
      const [px, py] = place(event);
      const box = view.box, pan = down.pan;
      view.box = null;
      down = null;
      if (pan) return;
      const wide = box && Math.abs(box.x1 - box.x0) > 5, tall = box && Math.abs(box.y1 - box.y0) > 5;
      if (wide || tall) {
        const sorted = (a, b) => (a < b ? [a, b] : [b, a]);
        view.show(wide ? sorted(view.toX(box.x0), view.toX(box.x1)) : view.x, tall ? sorted(view.toY(box.y0), view.toY(box.y1)) : view.y);
      } else {
        view.redraw();
        if (event.type === "pointerup" && inside(px, py) && options.click) options.click(view.toX(px), view.toY(py), view);
      }
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("dblclick", () => view.reset());
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;  // the wheel alone scrolls the page
      event.preventDefault();
      const [px, py] = place(event);
      view.zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3, view.toX(px), view.toY(py), "x");
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const keys = {
        ArrowLeft: () => view.pan(-0.2, 0), ArrowRight: () => view.pan(0.2, 0), ArrowUp: () => view.pan(0, -0.2), ArrowDown: () => view.pan(0, 0.2),
        "+": () => view.zoom(1.5, undefined, undefined, "x"), "=": () => view.zoom(1.5, undefined, undefined, "x"), "-": () => view.zoom(1 / 1.5, undefined, undefined, "x"), 0: () => view.reset(),
      };
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    let last = 0;
    new ResizeObserver(() => {
      if (Math.abs(host.clientWidth - last) < 2) return;
      last = host.clientWidth;
      view.redraw();
    }).observe(host);
    ew.listeners.push(() => { if (host.isConnected) paint(); });
    view.buttons = ew.el("span", { class: "buttons" },
      ew.el("button", { type: "button", title: "Zoom into time (key +)", onclick: () => view.zoom(2, undefined, undefined, "x") }, "+"),
      ew.el("button", { type: "button", title: "Zoom out of time (key -)", onclick: () => view.zoom(0.5, undefined, undefined, "x") }, "-"),
      ew.el("button", { type: "button", title: "Show all (key 0, or double click)", onclick: () => view.reset() }, "all"));
    return view;
  };
  ew.viewHelp = "Drag a box to zoom, Shift and drag to move, double click for all; Ctrl and wheel zooms time. Keys: arrows, +, -, 0.";
}
