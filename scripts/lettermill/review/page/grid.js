"use strict";
/* The grid of cards. Only the cards in view are in the document. It is a list box with multiple selection: one option
   has the focus, and the arrow keys move it. */

Lettermill.openGrid = (root, { card, onFocus, onSelect }) => {
  const WIDTH = 108;
  const HEIGHT = 118;
  const BEYOND = 3; // rows above and below those in view
  const canvas = document.createElement("div");
  canvas.setAttribute("role", "presentation");
  canvas.className = "canvas";
  root.append(canvas);

  let items = [];
  let places = new Map();
  let columns = 1;
  let width = WIDTH;
  let focused = 0;
  let anchor = 0;
  // Scroll position and height, cached: reading them after a change forces a layout.
  let top = 0;
  let height = 0;
  const selected = new Set();
  const shown = new Map();

  const rows = () => Math.ceil(items.length / columns);
  const clamp = (number) => Math.max(0, Math.min(items.length - 1, number));

  function measure() {
    const room = root.clientWidth - 12;
    columns = Math.max(1, Math.floor(room / WIDTH));
    width = room / columns;
    height = root.clientHeight;
    canvas.style.height = `${rows() * HEIGHT + 12}px`;
  }

  function make(index) {
    const element = document.createElement("div");
    element.setAttribute("role", "option");
    element.dataset.index = index;
    element.style.width = `${width - 8}px`;
    element.style.height = `${HEIGHT - 8}px`;
    const [x, y] = [(index % columns) * width, Math.floor(index / columns) * HEIGHT];
    element.style.transform = `translate(${x + 10}px, ${y + 10}px)`;
    element.setAttribute("aria-setsize", items.length);
    element.setAttribute("aria-posinset", index + 1);
    fill(element, index);
    return element;
  }

  function fill(element, index) {
    card(element, items[index]);
    mark(element, index);
  }

  function mark(element, index) {
    element.setAttribute("aria-selected", selected.has(items[index]));
    element.tabIndex = index === focused ? 0 : -1;
  }

  /** Update the document to the cards in view. */
  function render() {
    const first = Math.max(0, Math.floor(top / HEIGHT) - BEYOND) * columns;
    const last = (Math.ceil((top + height) / HEIGHT) + BEYOND) * columns;
    for (const [index, element] of shown) {
      if ((index < first || index >= last) && index !== focused) {
        element.remove();
        shown.delete(index);
      }
    }
    const wanted = items.length ? [focused] : [];
    for (let index = first; index < Math.min(last, items.length); index += 1) wanted.push(index);
    for (const index of wanted) {
      if (!shown.has(index)) {
        const element = make(index);
        shown.set(index, element);
        // Document order is the reading order of screen readers.
        const next = [...shown.keys()]
          .filter((other) => other > index)
          .reduce((least, other) => Math.min(least, other), Infinity);
        canvas.insertBefore(element, shown.get(next) ?? null);
      }
    }
    Lettermill.preload(items[Math.min(last + 2 * columns, items.length - 1)]?.word);
  }

  function redraw() {
    const had = root.contains(document.activeElement);
    canvas.replaceChildren();
    shown.clear();
    measure();
    render();
    if (had) shown.get(focused)?.focus({ preventScroll: true });
  }

  function reveal(index) {
    const first = Math.floor(index / columns) * HEIGHT;
    const last = first + HEIGHT + 12 - height;
    if (first < top) top = first;
    else if (last > top) top = last;
    else return;
    root.scrollTop = top;
  }

  /** Update selection and focus of a card. whole: also its content. */
  function update(index, whole = false) {
    const element = shown.get(index);
    if (element) (whole ? fill : mark)(element, index);
  }

  const grid = {
    get items() {
      return items;
    },
    get focused() {
      return items[focused] ?? null;
    },
    get place() {
      return focused;
    },
    get selection() {
      return selected.size ? items.filter((item) => selected.has(item)) : [];
    },
    /** Show these items. The focus goes to ``item`` if it is among them, else to ``place``. */
    setItems(next, item, place = 0) {
      items = next;
      places = new Map(items.map((each, index) => [each, index]));
      for (const each of selected) if (!places.has(each)) selected.delete(each);
      focused = anchor = clamp(places.get(item) ?? place);
      if (!items.length) focused = anchor = 0;
      measure();
      reveal(focused);
      redraw();
      onFocus(grid.focused);
      onSelect(selected.size);
    },
    /** Focus a card. extend: select all cards from the start of the selection to it. */
    focus(item, { extend = false, take = true } = {}) {
      const index = places.get(item);
      if (index === undefined) return;
      const before = focused;
      focused = index;
      reveal(index);
      render();
      update(before);
      update(index);
      if (take) shown.get(index).focus({ preventScroll: true });
      if (extend) {
        selected.clear();
        for (let each = Math.min(anchor, index); each <= Math.max(anchor, index); each += 1) selected.add(items[each]);
        grid.markAll();
      } else anchor = index;
      onFocus(items[index]);
      if (extend) onSelect(selected.size);
    },
    toggle(item) {
      if (!selected.delete(item)) selected.add(item);
      update(places.get(item));
      onSelect(selected.size);
    },
    select(which) {
      selected.clear();
      for (const item of which) selected.add(item);
      grid.markAll();
      onSelect(selected.size);
    },
    isSelected: (item) => selected.has(item),
    refresh: (item) => {
      if (places.has(item)) update(places.get(item), true);
    },
    markAll: () => {
      for (const index of shown.keys()) update(index);
    },
    /** The card that a key moves the focus to; null for other keys. */
    target(key) {
      const page = Math.max(1, Math.floor(height / HEIGHT)) * columns;
      const steps = {
        ArrowLeft: -1,
        ArrowRight: 1,
        ArrowUp: -columns,
        ArrowDown: columns,
        PageUp: -page,
        PageDown: page,
        Home: -Infinity,
        End: Infinity,
      };
      if (!(key in steps) || !items.length) return null;
      const to = focused + steps[key];
      // Up and down stay in their column.
      if ((key === "ArrowUp" || key === "ArrowDown") && (to < 0 || to >= items.length)) {
        return key === "ArrowDown" && Math.floor(focused / columns) < rows() - 1 ? items.at(-1) : items[focused];
      }
      return items[clamp(to)];
    },
    /** The next card after the focus that passes ``test``, wrapping around at the end; null if there is none. */
    next(test) {
      for (let step = 1; step <= items.length; step += 1) {
        const item = items[(focused + step) % items.length];
        if (test(item)) return item;
      }
      return null;
    },
  };

  const scrolled = () => {
    top = root.scrollTop;
    render();
  };
  root.addEventListener("scroll", scrolled, { passive: true });
  new ResizeObserver(() => {
    if (!root.clientWidth) return;
    const before = [columns, width];
    const row = Math.floor(focused / columns) * HEIGHT;
    const seen = row < top + height && row + HEIGHT > top;
    measure();
    top = root.scrollTop; // some browsers reset it while the element is hidden
    if (before[0] !== columns || before[1] !== width) {
      redraw();
      reveal(focused);
    } else {
      if (seen) reveal(focused); // the panel below has grown
      render();
    }
  }).observe(root);
  root.addEventListener("click", (event) => {
    const element = event.target.closest("[role=option]");
    if (!element) return;
    const item = items[element.dataset.index];
    if (event.shiftKey) {
      grid.focus(item, { extend: true });
      return;
    }
    grid.focus(item);
    // Touch has no Ctrl key: while there is a selection, a tap extends it.
    const more = event.ctrlKey || event.metaKey || (event.pointerType === "touch" && selected.size);
    if (more || event.target.closest(".pick")) grid.toggle(item);
    else if (selected.size) grid.select([]);
  });
  return grid;
};
