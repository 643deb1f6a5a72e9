"use strict";
/* Editor for the box of a letter: drag its edges or enter numbers. */

Lettermill.openBox = (picture, fields, { onPreview, onChange }) => {
  const inputs = Object.fromEntries(
    ["x", "y", "width", "height"].map((part) => [part, fields.querySelector(`#box-${part}`)]),
  );
  let region = null;
  let box = null;
  let session = 0;

  const within = (number, low, high) => Math.max(low, Math.min(high, Math.round(number)));

  /** The box, clipped to the picture's region, at least one pixel wide and high. */
  function fitted({ x, y, width, height }) {
    const left = within(x, region.x, region.x + region.width - 1);
    const top = within(y, region.y, region.y + region.height - 1);
    return {
      x: left,
      y: top,
      width: within(width, 1, region.x + region.width - left),
      height: within(height, 1, region.y + region.height - top),
    };
  }

  /** The box after a drag by (dx, dy) of the edges (n, e, s, w) that a handle moves. */
  function dragged(from, edges, dx, dy) {
    let [left, top, right, bottom] = [from.x, from.y, from.x + from.width, from.y + from.height];
    if (edges.includes("w")) left = within(left + dx, region.x, right - 1);
    if (edges.includes("e")) right = within(right + dx, left + 1, region.x + region.width);
    if (edges.includes("n")) top = within(top + dy, region.y, bottom - 1);
    if (edges.includes("s")) bottom = within(bottom + dy, top + 1, region.y + region.height);
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  /** Add handles around the box to the word's picture ``drawing``. */
  function handles(drawing) {
    const scale = drawing.getScreenCTM()?.a || 1;
    const thick = Math.min(16 / scale, Math.max(5 / scale, box.width / 3));
    const [l, t, r, b] = [box.x, box.y, box.x + box.width, box.y + box.height];
    const half = thick / 2;
    const places = {
      n: [l, t - half, r - l, thick],
      s: [l, b - half, r - l, thick],
      w: [l - half, t, thick, b - t],
      e: [r - half, t, thick, b - t],
      nw: [l - half, t - half, thick, thick],
      ne: [r - half, t - half, thick, thick],
      sw: [l - half, b - half, thick, thick],
      se: [r - half, b - half, thick, thick],
    };
    for (const [edges, [x, y, width, height]] of Object.entries(places)) {
      const handle = Lettermill.svg("rect", { x, y, width, height, class: `handle ${edges}`, "data-edges": edges });
      drawing.append(handle);
    }
  }

  picture.addEventListener("pointerdown", (event) => {
    const edges = event.target.dataset?.edges;
    if (!edges || event.button !== 0) return;
    event.preventDefault();
    const matrix = event.target.ownerSVGElement.getScreenCTM().inverse();
    const at = (e) => new DOMPoint(e.clientX, e.clientY).matrixTransform(matrix);
    const start = at(event);
    const from = { ...box };
    let now = from;
    const move = (e) => {
      const point = at(e);
      now = dragged(from, edges, point.x - start.x, point.y - start.y);
      onPreview(now);
      write(now);
    };
    const end = (e) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      const changed = e.type === "pointerup" && Lettermill.boxText(now) !== Lettermill.boxText(from);
      session += 1;
      if (changed) onChange(now, "");
      else onPreview(from);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });

  function write(values) {
    for (const [part, input] of Object.entries(inputs)) input.value = values[part];
  }

  fields.addEventListener("focusin", (event) => {
    if (!fields.contains(event.relatedTarget)) session += 1;
  });
  fields.addEventListener("change", () => {
    const values = Object.fromEntries(Object.entries(inputs).map(([part, input]) => [part, input.valueAsNumber]));
    if (!box || Object.values(values).some(Number.isNaN)) {
      if (box) write(box);
      return;
    }
    const next = fitted(values);
    // Stepping a number up and down is one change to undo.
    if (Lettermill.boxText(next) === Lettermill.boxText(box)) write(box);
    else onChange(next, `box ${session}`);
  });

  return {
    show(letter, now, drawing) {
      region = letter.word.region;
      box = now;
      write(box);
      if (drawing) handles(drawing);
    },
  };
};
