"use strict";
/* The page: its views, their shared header, and global keys. */

(() => {
  const part = (id) => document.getElementById(id);
  const model = Lettermill.readModel(LETTERMILL);
  const store = Lettermill.openStore(model);
  const NAMES = ["letters", "words", "summary"];
  let shown = "letters";

  function say(text) {
    part("status").textContent = text;
  }

  store.onTrouble((text) => {
    part("trouble").textContent = text;
    part("trouble").hidden = false;
  });

  const views = {};
  views.letters = Lettermill.openLetters({ model, store, say });
  views.words = Lettermill.openWords({ model, store, say });
  views.summary = Lettermill.openSummary({
    store,
    say,
    isShown: (decision) => (decision.position === null ? views.words : views.letters).has(decision),
    onForget: () => part("forget-dialog").showModal(),
    onDownload: download,
  });

  function progress() {
    const view = views[shown];
    const [total, left] =
      shown === "summary"
        ? [views.letters.total + views.words.total, views.letters.left() + views.words.left()]
        : [view.total, view.left()];
    part("progress-text").textContent = `${total - left} of ${total} reviewed`;
    part("progress").max = Math.max(total, 1);
    part("progress").value = total - left;
    part("count-letters").textContent = views.letters.left();
    part("count-words").textContent = views.words.left();
    part("count-summary").textContent = store.decisions().length;
    part("undo").disabled = !store.canUndo();
    part("redo").disabled = !store.canRedo();
  }

  function open(name) {
    shown = name;
    for (const each of NAMES) {
      part(`view-${each}`).hidden = each !== name;
      if (each === name) part(`tab-${each}`).setAttribute("aria-current", "page");
      else part(`tab-${each}`).removeAttribute("aria-current");
    }
    progress();
    views[name].open();
  }

  let going = false;
  store.onChange((keys) => {
    views.letters.changed(keys, going && shown === "letters");
    views.words.changed(keys, going && shown === "words");
    if (shown === "summary") views.summary.render();
    progress();
  });

  /** Undo or redo a step, and go to the letter or word that it changed. */
  function back(step, name) {
    const can = name === "undo" ? store.canUndo() : store.canRedo();
    if (!can) {
      say(`Nothing to ${name}.`);
      return;
    }
    going = true;
    const keys = step();
    going = false;
    if (!keys.length) say("Changed in another window since.");
    else say(`${keys.length > 1 ? `${keys.length} decisions` : "1 decision"} ${name === "undo" ? "undone" : "redone"}`);
  }

  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([Lettermill.exportCsv(store)], { type: "text/csv" }));
    link.download = "corrections.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    store.inFile();
    say("Downloaded. Save it next to your config file, set “corrections: corrections.csv” in it, and run the workflow again.");
  }

  function everywhere(event) {
    const command = Lettermill.isCommand(event);
    const name = event.key.toLowerCase();
    const typing = event.target.matches("input[type=text], #relabel");
    if (command && !event.altKey && (name === "z" || name === "y")) {
      if (typing) return false;
      if (name === "y" || event.shiftKey) back(store.redo, "redo");
      else back(store.undo, "undo");
    } else if (command || event.target.matches("input, select")) return false;
    else if (event.key === "?") part("help").showModal();
    else if (event.key === "/") views[shown].toFilter();
    else if (event.key === "[" || event.key === "]") {
      const step = event.key === "[" ? NAMES.length - 1 : 1;
      open(NAMES[(NAMES.indexOf(shown) + step) % NAMES.length]);
    } else return false;
    return true;
  }

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.target.closest("dialog")) return;
    if (everywhere(event)) {
      event.preventDefault();
      return;
    }
    // Letter keys act in the view only, not on buttons and fields, which handle keys themselves.
    const inView =
      event.target === document.body ||
      (views[shown].root.contains(event.target) && !event.target.closest("button, input, select, summary"));
    if (inView) views[shown].key(event);
  });

  addEventListener("beforeunload", (event) => store.isLosing() && event.preventDefault());

  for (const name of NAMES) part(`tab-${name}`).addEventListener("click", () => open(name));
  part("undo").addEventListener("click", () => back(store.undo, "undo"));
  part("redo").addEventListener("click", () => back(store.redo, "redo"));
  part("download").addEventListener("click", download);
  // After a click, the view gets the focus. After a key, the button keeps it.
  for (const name of ["undo", "redo", "download"]) {
    part(name).addEventListener("click", (event) => event.detail && views[shown].open());
  }
  part("help-open").addEventListener("click", () => part("help").showModal());
  part("forget-dialog").addEventListener("close", () => {
    if (part("forget-dialog").returnValue === "yes") {
      const count = store.ownCount();
      store.forget();
      say(`${count} ${count === 1 ? "decision" : "decisions"} discarded`);
    }
    part("forget-dialog").returnValue = "";
  });

  part("dataset").textContent = model.name;
  open(model.letters.length || !model.rows.length ? "letters" : "words");
})();
