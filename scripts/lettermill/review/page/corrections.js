"use strict";
/* corrections.csv: decisions as lines, and lines as text. A decision is
     {row, position, label, box, verdict, value, cut}
   about a letter, or about a row (position null): verdict is accept, reject, relabel, transcription, exclude or "",
   cut the box where the letter is to be cut (as text) or "". label and box are as they were looked at. */

(() => {
  const HEADER = ["row_id", "position", "label", "box", "action", "value"];
  const LETTER_ACTIONS = ["accept", "reject", "relabel", "box"];
  const IN_FORCE = ["applied", "unneeded"];

  const text = (value) => (value === null ? "" : String(value));

  /** The lines of a decision, each six fields. */
  function linesOf(d) {
    const about = [d.row, text(d.position), d.label, d.box];
    const lines = d.verdict ? [[...about, d.verdict, d.value]] : [];
    if (d.cut) lines.push([...about, "box", d.cut]);
    return lines;
  }

  const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  const place = (position) => (/^\d+$/.test(position) ? Number(position) : position === "" ? -1 : Infinity);

  function inOrder(one, other) {
    return (
      compare(one[0], other[0]) ||
      compare(place(one[1]), place(other[1])) ||
      compare(one[4], other[4]) ||
      compare(one.join("\0"), other.join("\0"))
    );
  }

  /** A field as it stands in the file: no spreadsheet takes it for a formula, no reader for two fields. */
  function field(value) {
    const escaped = /^[=+\-@'\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(escaped) ? `"${escaped.replaceAll('"', '""')}"` : escaped;
  }

  /** The file of these lines: in a fixed order, each once. */
  Lettermill.toCsv = (lines) => {
    const sorted = [HEADER, ...lines.toSorted(inOrder)].map((fields) => fields.map(field).join(","));
    return sorted
      .filter((line, number) => line !== sorted[number - 1])
      .map((line) => `${line}\n`)
      .join("");
  };

  /** What the workflow was told before: {decisions: key -> decision, problems: key -> line that it could not apply}. */
  Lettermill.priorDecisions = (corrections) => {
    const decisions = new Map();
    const problems = new Map();
    for (const [line, row, at, label, box, action, value, outcome, detail] of corrections) {
      const fields = [row, at, label, box, action, value];
      if (!IN_FORCE.includes(outcome)) {
        problems.set(`problem ${JSON.stringify(fields)}`, { line, fields, outcome, detail });
        continue;
      }
      const position = LETTER_ACTIONS.includes(action) ? Number(at) : null;
      const key = Lettermill.keyOf(row, position);
      const decision = decisions.get(key) ?? { row, position, label, box, verdict: "", value: "", cut: "" };
      decisions.set(key, action === "box" ? { ...decision, cut: value } : { ...decision, verdict: action, value });
    }
    return { decisions, problems };
  };

  /** Whether a decision is about that letter as it is now. */
  Lettermill.fitsLetter = (decision, letter) => {
    if (decision.label !== letter.label) return false;
    const looked = Lettermill.boxOf(decision.box);
    return !looked || Lettermill.overlap(looked, letter.box) >= 0.5;
  };

  /** The file of all that has been decided; a line that could not be applied goes with it, unless it has been dropped
      or its letter, or row, has been decided on since. */
  Lettermill.exportCsv = (store) => {
    const lines = store.decisions().flatMap(linesOf);
    for (const { fields } of store.problems()) {
      const position = /^\d+$/.test(fields[1]) ? Number(fields[1]) : null;
      if (!store.get(Lettermill.keyOf(fields[0], position))) lines.push(fields);
    }
    return Lettermill.toCsv(lines);
  };

  /** A decision in few words. */
  Lettermill.inWords = (d) => {
    const words = {
      accept: "right",
      reject: "left out",
      relabel: `is ${d.value}`,
      exclude: "row left out",
      "": "",
      transcription: d.value === d.label ? "transcribed right" : `is ${d.value}`,
    }[d.verdict];
    return [words, d.cut && "cut elsewhere"].filter(Boolean).join(", ");
  };
})();
