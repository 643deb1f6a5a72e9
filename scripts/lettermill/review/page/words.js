"use strict";
/* The view of words: probable label errors and rejected rows, each with its image and boxes. */

Lettermill.openWords = ({ model, store, say }) => {
  const part = (id) => document.getElementById(id);
  const list = part("words");
  const filter = part("words-filter");
  const entries = new Map();
  let current = null;
  let still = false;

  const decisionOf = (word) => {
    const decision = store.get(word.key);
    return decision && decision.label === word.text ? decision : null;
  };
  const writtenOf = (word) => {
    const decision = decisionOf(word);
    return decision?.verdict === "transcription" ? decision.value : word.text;
  };
  const isOpen = (word) => !decisionOf(word);
  const left = () => model.rows.filter(isOpen).length;
  const shown = () => model.rows.filter((word) => filter.value === "all" || isOpen(word) === (filter.value === "open"));

  const { html: make } = Lettermill;
  const bdi = (text) => make("bdi", {}, text);
  const button = (text, keys, act) => {
    const element = make("button", { type: "button", tabindex: -1 }, text, " ", make("kbd", {}, keys));
    element.addEventListener("click", act);
    return element;
  };

  const REASONS = {
    no_letters: "no ink shaped like letters",
    blank_image: "no ink",
    too_few_boxes: "fewer boxes than letters",
    too_many_boxes: "more boxes than letters",
    wide_box: "a box is too wide for one letter",
    nothing_learnt: "no recogniser could be trained",
    too_few_pieces: "fewer fragments of ink than letters",
    moved_transcription: "the transcription seems to belong to another image",
    contradicted_table: "most transcriptions of the table contradict the ink",
    low_confidence: "all letters are below the confidence threshold",
    too_many_pieces: "too many fragments of ink",
    rejected_by_hand: "all letters rejected by corrections",
  };

  function entry(word) {
    const input = make("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      autocapitalize: "characters",
      tabindex: -1,
    });
    const reading = word.suspect?.reading ?? "";
    const why = reading
      ? ["recogniser reads ", bdi(reading)]
      : [word.reason ? `rejected: ${REASONS[word.reason] ?? word.reason.replaceAll("_", " ")}` : ""];
    const state = make("span", { class: "state" });
    const buttons = make(
      "div",
      { class: "buttons" },
      make("label", {}, "Transcription ", input),
      ...(reading ? [button(`Use ${reading}`, "Shift+Enter", () => decide(word, "transcription", reading))] : []),
      button("Confirm", "Enter", () => keepWritten(word)),
      button("Exclude", "Del", () => decide(word, "exclude", "")),
      button("Clear decision", "", () => clear(word)),
    );
    buttons.lastElementChild.lastElementChild.remove();
    const picture = make("div", { class: "picture" });
    const element = make(
      "article",
      { tabindex: -1 },
      make(
        "h2",
        {},
        make("span", { class: "number" }, `${model.rows.indexOf(word) + 1}`),
        " row ",
        bdi(word.row),
        " ",
        state,
      ),
      picture,
      make("p", {}, "transcribed ", make("strong", {}, bdi(word.text)), " · ", ...why),
      buttons,
    );
    element.setAttribute("aria-label", `Row ${word.row}, transcribed ${word.text}${reading && `, recogniser reads ${reading}`}`);
    const item = make("li", {}, element);
    input.addEventListener("keydown", (event) => typing(event, word));
    input.addEventListener("change", () => leave(word));
    element.addEventListener("focusin", () => makeCurrent(word));
    const made = { word, item, element, input, picture, state, buttons, drawn: false };
    pictures.observe(item);
    byItem.set(item, made);
    return made;
  }

  const byItem = new WeakMap();
  const pictures = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        const made = byItem.get(target);
        if (!isIntersecting || made.drawn) continue;
        made.drawn = true;
        const drawing = Lettermill.wordPicture(made.word, {
          labels: (letter) => letter.label,
          cuts: () => null,
          focused: null,
        });
        made.picture.replaceChildren(drawing);
      }
    },
    { root: list, rootMargin: "600px" },
  );

  function refresh(word) {
    const made = entries.get(word);
    if (!made) return;
    const decision = decisionOf(word);
    made.item.className = decision ? `decided ${decision.verdict === "exclude" ? "rejected" : "accepted"}` : "";
    const sign = decision?.verdict === "exclude" ? "✕ " : "✓ ";
    made.state.textContent = decision ? sign + Lettermill.inWords(decision) : "";
    made.input.value = writtenOf(word);
    made.buttons.lastElementChild.disabled = !decision;
  }

  /** Make only the current word and its buttons reachable by Tab. */
  function makeCurrent(word) {
    for (const [each, stop] of [
      [current, -1],
      [word, 0],
    ]) {
      const made = entries.get(each);
      if (!made) continue;
      for (const element of [made.element, made.input, ...made.buttons.querySelectorAll("button")])
        element.tabIndex = stop;
      made.item.classList.toggle("current", stop === 0);
    }
    current = word;
  }

  function focus(word) {
    if (!word) return;
    const { element } = entries.get(word);
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  }

  function render() {
    const words = shown();
    for (const word of words) {
      if (!entries.has(word)) {
        entries.set(word, entry(word));
        refresh(word);
      }
    }
    list.replaceChildren(...words.map((word) => entries.get(word).item));
    list.hidden = words.length === 0;
    part("words-notice").hidden = words.length > 0;
    part("words-notice").textContent = model.rows.length
      ? "All words are decided."
      : "There are no probable label errors and no rejected rows.";
    if (words.length && !words.includes(current)) makeCurrent(words[0]);
  }

  function set(word, verdict, value) {
    const box = "";
    store.set([[word.key, { row: word.row, position: null, label: word.text, box, verdict, value, cut: "" }]]);
    say(`Row ${word.row}: ${Lettermill.inWords(decisionOf(word))}; ${left()} left`);
  }

  function decide(word, verdict, value) {
    const words = shown();
    set(word, verdict, value);
    const place = words.indexOf(word);
    const next = [...words.slice(place + 1), ...words.slice(0, place)].find(isOpen);
    if (next) focus(next);
    else if (entries.get(word).item.isConnected) focus(word);
    else filter.focus();
  }

  /** The text of a word's field. If it has no letter of the alphabet, say so and return "". */
  function writtenIn(word) {
    const text = entries.get(word).input.value.trim();
    if (model.alphabet.lettersOf(text)) return text;
    say(`${text ? `“${text}”` : "The field"} has no letter of the alphabet. Exclude the row instead.`);
    return "";
  }

  function keepWritten(word) {
    const text = writtenIn(word);
    if (text) decide(word, "transcription", text);
  }

  /** Save the text of a field that loses the focus. The list is not filtered again, so that it does not move. */
  function leave(word) {
    if (entries.get(word).input.value.trim() === writtenOf(word)) return;
    const text = writtenIn(word);
    still = true;
    if (text) set(word, "transcription", text);
    else refresh(word);
    still = false;
  }

  function clear(word) {
    store.set([[word.key, null]]);
    say(`Row ${word.row}: decision cleared; ${left()} left`);
    if (entries.get(word).item.isConnected) focus(word);
  }

  function typing(event, word) {
    if (event.isComposing || (event.repeat && event.key === "Enter")) return;
    if (event.key === "Enter" && event.shiftKey) {
      if (word.suspect) decide(word, "transcription", word.suspect.reading);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) decide(word, "transcription", word.text);
    else if (event.key === "Enter") keepWritten(word);
    else if (event.key === "Escape") {
      refresh(word);
      focus(word);
    } else return;
    event.preventDefault();
  }

  function key(event) {
    const words = shown();
    const place = words.indexOf(current);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5, Home: -Infinity, End: Infinity };
    if (place < 0 || Lettermill.isCommand(event)) return;
    if (event.key in steps) focus(words[Math.max(0, Math.min(words.length - 1, place + steps[event.key]))]);
    else if (event.repeat) return;
    else if (event.key === "Enter" && event.shiftKey) {
      if (current.suspect) decide(current, "transcription", current.suspect.reading);
      else say("The recogniser has no reading for this word.");
    } else if (event.key === "Enter") keepWritten(current);
    else if (event.key === "Delete" || event.key === "Backspace") decide(current, "exclude", "");
    else if (event.key === "F2" || model.alphabet.letterOf(event.key)) {
      const { input } = entries.get(current);
      input.focus();
      input.select();
      if (event.key !== "F2") return; // the letter is typed into the input
    } else return;
    event.preventDefault();
  }

  filter.addEventListener("change", render);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Enter") {
      event.preventDefault();
      focus(current);
    }
  });
  const byKey = new Map(model.rows.map((word) => [word.key, word]));
  return {
    key,
    left,
    root: list,
    total: model.rows.length,
    has: (decision) => {
      const word = byKey.get(Lettermill.keyOf(decision.row, null));
      return Boolean(word) && word.text === decision.label;
    },
    toFilter: () => filter.focus(),
    open: () => {
      render();
      if (shown().length) focus(current);
    },
    changed(keys, go) {
      const words = keys.map((each) => byKey.get(each)).filter(Boolean);
      words.forEach(refresh);
      if (filter.value !== "all" && words.length && !still) render();
      if (go && words.length && entries.has(words[0]) && entries.get(words[0]).item.isConnected) focus(words[0]);
    },
  };
};
