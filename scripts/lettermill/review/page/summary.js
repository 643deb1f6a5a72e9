"use strict";
/* The view of decisions: how many of each kind, those that the page has no letter for, and corrections that the
   workflow could not apply. */

Lettermill.openSummary = ({ store, isShown, onForget, onDownload, say }) => {
  const root = document.getElementById("summary");
  const NAMES = {
    accept: "letter right",
    reject: "letter left out",
    relabel: "letter under another label",
    box: "letter cut elsewhere",
    transcription: "transcription corrected",
    confirm: "transcription right",
    exclude: "row left out",
  };

  const { html: make } = Lettermill;

  function button(text, act, name = "") {
    const element = make("button", { type: "button", class: name }, text);
    element.addEventListener("click", act);
    return element;
  }

  function counts(decisions) {
    const kinds = decisions.flatMap((d) => [
      ...(d.verdict ? [d.verdict === "transcription" && d.value === d.label ? "confirm" : d.verdict] : []),
      ...(d.cut ? ["box"] : []),
    ]);
    const of = Map.groupBy(kinds, (kind) => kind);
    const lines = Object.entries(NAMES).filter(([kind]) => of.has(kind));
    if (!lines.length) return [make("p", {}, "Nothing is decided yet.")];
    return [
      make(
        "ul",
        { class: "counts" },
        ...lines.map(([kind, name]) =>
          make(
            "li",
            {},
            make("strong", {}, `${of.get(kind).length}`),
            ` ${of.get(kind).length > 1 ? name.replace(/^\w+/, "$&s") : name}`,
          ),
        ),
      ),
    ];
  }

  function table(title, explanation, head, rows) {
    if (!rows.length) return [];
    const headers = make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)), make("td", {}));
    const body = rows.map(([cells, label, drop]) => {
      const act = button("Drop", drop);
      act.setAttribute("aria-label", `Drop ${label}`);
      return make("tr", {}, ...cells.map((text) => make("td", {}, make("bdi", {}, text))), make("td", {}, act));
    });
    const whole = make("table", {}, make("thead", {}, headers), make("tbody", {}, ...body));
    return [
      make(
        "section",
        {},
        make("h2", {}, title),
        make("p", {}, explanation),
        make("div", { class: "wide", tabindex: 0, role: "group", "aria-label": title }, whole),
      ),
    ];
  }

  const drop = (key, label) => {
    store.set([[key, null]]);
    say(`${label} is dropped`);
    root.parentElement.focus();
  };

  function render() {
    const decisions = store.decisions();
    const elsewhere = decisions.filter((d) => !isShown(d));
    const problems = store.problems();
    const of = (d) => (d.position === null ? `row ${d.row}` : `${d.label}, letter ${d.position + 1} of row ${d.row}`);
    const replaced = (fields) =>
      store.get(Lettermill.keyOf(fields[0], /^\d+$/.test(fields[1]) ? Number(fields[1]) : null));
    root.replaceChildren(
      make("h2", {}, "Decisions"),
      ...counts(decisions),
      make(
        "p",
        { id: "next-step" },
        "Download ",
        make("code", {}, "corrections.csv"),
        ", put it beside your config, set ",
        make("code", {}, "corrections: corrections.csv"),
        " there, and run the workflow again.",
      ),
      make(
        "div",
        { class: "buttons" },
        button("Download corrections.csv", onDownload, "main"),
        button("Forget my decisions…", onForget, "danger"),
      ),
      ...table(
        "Corrections that could not be applied",
        "They are written into the file again until you drop them, or decide on their letter or row again.",
        ["line", "row", "letter", "what", "why not"],
        problems.map(({ key, line, fields: [row, position, label, , action, value], outcome, detail }) => [
          [
            `${line}`,
            row,
            `${label}${position === "" ? "" : `, letter ${Number(position) + 1}`}`,
            `${action} ${value}`,
            replaced([row, position]) ? "decided again" : `${outcome}: ${detail}`,
          ],
          `line ${line}`,
          () => drop(key, `Line ${line}`),
        ]),
      ),
      ...table(
        "Not on this page",
        "The letters of these decisions are not among those shown now. They are written into the file all the same.",
        ["row", "letter", "what"],
        elsewhere.map((d) => {
          const key = Lettermill.keyOf(d.row, d.position);
          return [
            [d.row, d.position === null ? "" : `${d.label}, letter ${d.position + 1}`, Lettermill.inWords(d)],
            of(d),
            () => drop(key, of(d)),
          ];
        }),
      ),
    );
  }

  return {
    render,
    root: root.parentElement,
    key: () => {},
    open: () => {
      render();
      root.parentElement.focus();
    },
    toFilter: () => {},
  };
};
