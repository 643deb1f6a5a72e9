"use strict";
/* The view of decisions: their number by kind, corrections that were not applied, and decisions on letters that are
   not on the page. */

Lettermill.openSummary = ({ store, isShown, onForget, onDownload, say }) => {
  const root = document.getElementById("summary");
  const NAMES = {
    accept: "letter accepted",
    reject: "letter rejected",
    relabel: "letter relabelled",
    box: "letter with a new box",
    transcription: "transcription corrected",
    confirm: "transcription confirmed",
    exclude: "row excluded",
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
    if (!lines.length) return [make("p", {}, "No decisions yet.")];
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
      const act = button("Remove", drop);
      act.setAttribute("aria-label", `Remove ${label}`);
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
    say(`${label} removed`);
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
        ", save it next to your config file, set ",
        make("code", {}, "corrections: corrections.csv"),
        " in it, and run the workflow again.",
      ),
      make(
        "div",
        { class: "buttons" },
        button("Download corrections.csv", onDownload, "main"),
        button("Discard my decisions…", onForget, "danger"),
      ),
      ...table(
        "Corrections that were not applied",
        "They stay in corrections.csv until you remove them or make a new decision on their letter or row.",
        ["line", "row", "letter", "correction", "reason"],
        problems.map(({ key, line, fields: [row, position, label, , action, value], outcome, detail }) => [
          [
            `${line}`,
            row,
            `${label}${position === "" ? "" : `, letter ${Number(position) + 1}`}`,
            `${action} ${value}`,
            replaced([row, position]) ? "replaced by a new decision" : `${outcome}: ${detail}`,
          ],
          `line ${line}`,
          () => drop(key, `Line ${line}`),
        ]),
      ),
      ...table(
        "Decisions not on this page",
        "These letters and rows are no longer listed on this page. The decisions stay in corrections.csv.",
        ["row", "letter", "decision"],
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
