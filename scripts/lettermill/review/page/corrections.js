"use strict";
/* corrections.csv: conversion of decisions to lines and of lines to text. A decision is
     {row, position, label, box, verdict, value, cut}
   about a letter, or about a row (position null): verdict is accept, reject, relabel, transcription, exclude or "",
   cut is the corrected box (as text) or "". label and box are those of the letter when it was reviewed. */

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

  /** A field as written to the file: quoted, and escaped so that no spreadsheet evaluates it as a formula. */
  function field(value) {
    const escaped = /^[=+\-@'\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(escaped) ? `"${escaped.replaceAll('"', '""')}"` : escaped;
  }

  /** The text of the file: sorted lines without duplicates. */
  Lettermill.toCsv = (lines) => {
    const sorted = [HEADER, ...lines.toSorted(inOrder)].map((fields) => fields.map(field).join(","));
    return sorted
      .filter((line, number) => line !== sorted[number - 1])
      .map((line) => `${line}\n`)
      .join("");
  };

  /** Corrections of earlier runs: {decisions: key -> decision, problems: key -> line that was not applied}. */
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

  /** Whether a decision still fits the letter. */
  Lettermill.fitsLetter = (decision, letter) => {
    if (decision.label !== letter.label) return false;
    const looked = Lettermill.boxOf(decision.box);
    return !looked || Lettermill.overlap(looked, letter.box) >= 0.5;
  };

  /** The text of the file with all decisions. Lines that were not applied are included unless they were removed or
      there is a new decision on their letter or row. */
  Lettermill.exportCsv = (store) => {
    const lines = store.decisions().flatMap(linesOf);
    for (const { fields } of store.problems()) {
      const position = /^\d+$/.test(fields[1]) ? Number(fields[1]) : null;
      if (!store.get(Lettermill.keyOf(fields[0], position))) lines.push(fields);
    }
    return Lettermill.toCsv(lines);
  };

  /** A short description of a decision. */
  Lettermill.inWords = (d) => {
    const words = {
      accept: "accepted",
      reject: "rejected",
      relabel: `relabelled ${d.value}`,
      exclude: "row excluded",
      "": "",
      transcription: d.value === d.label ? "transcription confirmed" : `corrected to ${d.value}`,
    }[d.verdict];
    return [words, d.cut && "box changed"].filter(Boolean).join(", ");
  };
})();
