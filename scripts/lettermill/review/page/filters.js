"use strict";
/* Filters of the grid: by reason for review, class and state. */

Lettermill.openFilters = ({ letters, isDone, onChange, onLeave }) => {
  const kinds = document.getElementById("kinds");
  const classes = document.getElementById("class-filter");
  const states = document.getElementById("state-filter");
  const ofKind = Map.groupBy(letters, (letter) => letter.kind);
  const ofClass = Map.groupBy(letters, (letter) => letter.label);
  let kind = "";

  function chip([name, title]) {
    const { html } = Lettermill;
    const count = html("span", { class: "count" }, (name ? ofKind.get(name) : letters).length);
    const attributes = { type: "button", class: "chip", "data-kind": name, "aria-pressed": name === kind };
    const button = html("button", attributes, `${title} `, count);
    button.addEventListener("click", (event) => {
      kind = name;
      for (const each of kinds.children) each.setAttribute("aria-pressed", each.dataset.kind === kind);
      onChange();
      if (event.detail) onLeave(); // after a click, the grid gets the focus
    });
    return button;
  }

  const there = Object.entries(Lettermill.KIND_NAMES).filter(([name]) => ofKind.has(name));
  kinds.replaceChildren(...[["", "All"], ...there].map(chip));
  const labels = [...ofClass.keys()].toSorted();
  const options = labels.map((label) => new Option(`${label} (${ofClass.get(label).length})`, label));
  classes.replaceChildren(new Option("all", ""), ...options);
  for (const select of [classes, states]) {
    select.addEventListener("change", onChange);
    select.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "Enter") return;
      event.preventDefault();
      onLeave();
    });
  }

  return {
    get state() {
      return states.value;
    },
    match: (letter) =>
      (!kind || letter.kind === kind) &&
      (!classes.value || letter.label === classes.value) &&
      (states.value === "all" || isDone(letter) === (states.value === "done")),
    focus: () => classes.focus(),
  };
};
