"use strict";
/* The view of letters: cards, filters, and the commands of keys and buttons. */

Lettermill.openLetters = ({ model, store, say }) => {
  const part = (id) => document.getElementById(id);
  const root = part("grid");
  const SHAPE = 1.35;

  /** The decision on the letter's word, if it makes a decision on the letter unnecessary; else "". */
  function resolvedBy(letter) {
    const decision = store.isOwn(letter.word.key) ? store.get(letter.word.key) : null;
    if (!decision) return "";
    return decision.verdict === "exclude"
      ? "row excluded"
      : model.alphabet.lettersOf(decision.value) === letter.word.text
        ? ""
        : "transcription corrected";
  }

  const decisionOf = (letter) => {
    const decision = store.get(letter.key);
    return decision && Lettermill.fitsLetter(decision, letter) ? decision : null;
  };
  const isDone = (letter) => Boolean(decisionOf(letter) || resolvedBy(letter));
  const isOpen = (letter) => !isDone(letter);

  const span = (name, text) => Lettermill.html("span", { class: name }, text);

  /** The state of a letter: [class, sign, description]. */
  function stateOf(letter) {
    const decision = decisionOf(letter);
    if (!decision) return resolvedBy(letter) ? ["resolved", "–", resolvedBy(letter)] : ["", "", ""];
    const words = Lettermill.inWords(decision);
    if (decision.verdict === "relabel") return ["relabelled", `→ ${decision.value}`, words];
    if (decision.verdict === "reject") return ["rejected", "✕", words];
    return ["accepted", decision.cut ? "✓ ▢" : "✓", words];
  }

  function card(element, letter) {
    const [state, sign, words] = stateOf(letter);
    const other = letter.reading && letter.reading !== letter.label ? letter.reading : "";
    const cut = Lettermill.boxOf(decisionOf(letter)?.cut ?? "");
    element.className = `card ${state}`;
    const caption = span("caption", "");
    caption.append(
      span("label", letter.label),
      span("reads", other && `${other}?`),
      span("confidence", Lettermill.percent(letter.confidence)),
    );
    element.replaceChildren(
      Lettermill.letterPicture(letter, cut, SHAPE),
      caption,
      span("state", sign),
      span("pick", ""),
    );
    const reads = other && `, recogniser reads ${other}`;
    const confidence = letter.confidence === null ? "" : `, confidence ${Lettermill.percent(letter.confidence)}`;
    element.setAttribute(
      "aria-label",
      `${letter.label}${confidence}${reads}, letter ${letter.position + 1} of ${letter.word.text}${words && `, ${words}`}`,
    );
  }

  const grid = Lettermill.openGrid(root, { card, onFocus: showDetail, onSelect: showDetail });
  /** Focus the grid, or the filters if the grid is empty. */
  const refocus = () => (grid.focused ? grid.focus(grid.focused) : filters.focus());
  const detail = Lettermill.openDetail({
    decisionOf,
    onVerdict: (verdict, value) => {
      decide(verdict, value);
      refocus();
    },
    onBox: cutElsewhere,
    onClear: () => {
      clear();
      refocus();
    },
    onSelect: () => grid.toggle(grid.focused),
    onSelectNone: () => {
      grid.select([]);
      refocus();
    },
  });

  function showDetail() {
    const letter = grid.focused;
    detail.show(letter, { selected: grid.selection.length, isSelected: Boolean(letter) && grid.isSelected(letter) });
  }

  const filters = Lettermill.openFilters({
    letters: model.letters,
    isDone,
    onChange: () => filter(),
    onLeave: () => grid.focus(grid.focused),
  });
  let open = null; // cached number of undecided letters
  const left = () => (open ??= model.letters.filter(isOpen).length);

  function filter(item = grid.focused, place = 0) {
    grid.setItems(model.letters.filter(filters.match), item, place);
    part("letters-notice").hidden = grid.items.length > 0;
    if (!grid.items.length) part("letters-notice").textContent = emptyBecause();
  }

  function emptyBecause() {
    if (model.letters.length)
      return filters.state === "open" ? "All letters of this filter are decided." : "No letter matches the filter.";
    if (model.method === "histogram") {
      return (
        "Letters of method: histogram have no confidence, so none is listed for review. " +
        "Rejected rows are listed under Words."
      );
    }
    return "No letter needs review: all confidences are high, and the recogniser agrees with all labels.";
  }

  const base = (letter) => {
    const { row, position, label, box } = letter;
    return { row, position, label, box: Lettermill.boxText(box), verdict: "", value: "", cut: "" };
  };
  const nameOf = ({ label, position, row }) => `${label}, letter ${position + 1} of row ${row}`;
  const targets = () => (grid.selection.length ? grid.selection : [grid.focused].filter(Boolean));

  function decide(verdict, text) {
    const chosen = targets();
    const value = verdict === "relabel" ? model.alphabet.letterOf(text) : "";
    if (!chosen.length) return;
    if (verdict === "relabel" && !value) {
      say(`${text} is not a letter of the alphabet.`);
      return;
    }
    store.set(
      chosen.map((letter) => {
        const own = value === letter.label ? { verdict: "accept", value: "" } : { verdict, value };
        return [
          letter.key,
          { ...base(letter), ...own, cut: verdict === "reject" ? "" : (decisionOf(letter)?.cut ?? "") },
        ];
      }),
    );
    const [letter] = chosen;
    const what = Lettermill.inWords(decisionOf(letter));
    say(
      chosen.length > 1
        ? `${chosen.length} letters: ${verdict === "relabel" ? `relabelled ${value}` : what}; ${left()} left`
        : `${nameOf(letter)}: ${what}; ${left()} left`,
    );
    grid.select([]);
    advance(letter);
  }

  /** Focus the next undecided letter. If only these are shown, it has moved to the place of the last one. */
  function advance(letter) {
    if (grid.items.includes(letter)) {
      const next = grid.next(isOpen);
      if (next) grid.focus(next);
      else say(left() ? "All letters shown are decided." : "All letters are decided. Download corrections.csv.");
    } else refocus();
  }

  function clear() {
    const chosen = targets();
    store.set(chosen.map((letter) => [letter.key, null]));
    const what = chosen.length > 1 ? `${chosen.length} letters` : nameOf(chosen[0]);
    say(`${what}: decision cleared; ${left()} left`);
  }

  function cutElsewhere(letter, box, tag) {
    const before = decisionOf(letter) ?? base(letter);
    const cut = Lettermill.boxText(box) === before.box ? "" : Lettermill.boxText(box);
    const kept = before.verdict === "reject" ? { ...before, verdict: "" } : before;
    store.set([[letter.key, cut || kept.verdict ? { ...kept, cut } : null]], tag);
    say(`${nameOf(letter)}: ${cut ? `box ${cut}` : "box unchanged"}; ${left()} left`);
  }

  /** The command of a key as a function; null if it has none. */
  function actOf({ key: name }) {
    if (name === "Enter") return () => decide("accept", "");
    if (name === "Delete" || name === "Backspace") return () => decide("reject", "");
    if (name === " ") return () => grid.focused && grid.toggle(grid.focused);
    if (name === "Escape") return () => grid.select([]);
    return model.alphabet.letterOf(name) ? () => decide("relabel", name) : null;
  }

  function key(event) {
    const all = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "a";
    if (!all && Lettermill.isCommand(event)) return;
    const target = grid.target(event.key);
    const act = all ? () => grid.select(grid.items) : actOf(event);
    if (!target && !act) return;
    event.preventDefault();
    // A key that is held repeats movements but not decisions.
    if (target) grid.focus(target, { extend: event.shiftKey });
    else if (!event.repeat) act();
  }

  filter();
  const byKey = new Map(model.letters.map((letter) => [letter.key, letter]));
  const byWord = Map.groupBy(model.letters, (letter) => letter.word.key);
  return {
    key,
    left,
    root,
    total: model.letters.length,
    has: (decision) =>
      byKey.has(Lettermill.keyOf(decision.row, decision.position)) &&
      Lettermill.fitsLetter(decision, byKey.get(Lettermill.keyOf(decision.row, decision.position))),
    toFilter: filters.focus,
    open: () => {
      if (grid.focused) grid.focus(grid.focused);
    },
    /** Update the letters and words with these keys. go: focus the first one, as after undo. */
    changed(keys, go) {
      open = null;
      const letters = keys.flatMap((each) => byWord.get(each) ?? byKey.get(each) ?? []);
      if (filters.state !== "all" && letters.length) filter(go ? letters[0] : grid.focused, grid.place);
      else letters.forEach(grid.refresh);
      if (go && letters.length) grid.focus(letters[0]);
      showDetail();
    },
  };
};
