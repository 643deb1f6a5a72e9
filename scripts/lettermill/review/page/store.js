"use strict";
/* Decisions: kept in the browser one by one as they are made, with undo. On top of what the workflow was told before
   (earlier) lies what has been decided here (own): a decision, or null where an earlier one has been taken back. */

Lettermill.openStore = ({ name, corrections }) => {
  const prefix = `lettermill:${location.pathname}:${name}:`;
  const { decisions: earlier, problems } = Lettermill.earlier(corrections);
  const own = new Map();
  const done = [];
  const undone = [];
  const listeners = [];
  let trouble = () => {};
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function keep(key) {
    try {
      if (own.has(key)) localStorage.setItem(prefix + key, JSON.stringify(own.get(key)));
      else localStorage.removeItem(prefix + key);
    } catch (error) {
      trouble(
        `Your browser cannot keep your decisions (${error.name}): download corrections.csv before you close this page.`,
      );
    }
  }

  function isDecision(value) {
    return (
      value === null ||
      (typeof value === "object" &&
        ["row", "label", "box", "verdict", "value", "cut"].every((part) => typeof value[part] === "string") &&
        (value.position === null || Number.isInteger(value.position)))
    );
  }

  function load() {
    try {
      for (let number = 0; number < localStorage.length; number += 1) {
        const key = localStorage.key(number);
        if (key.startsWith(prefix)) take(key.slice(prefix.length), localStorage.getItem(key));
      }
    } catch (error) {
      queueMicrotask(() =>
        trouble(
          `Your browser keeps nothing for this page (${error.name}): download corrections.csv before you close it.`,
        ),
      );
    }
    // What has been applied since is no news; what was taken back is not there any more.
    for (const [key, value] of own) {
      if (same(value, earlier.get(key) ?? null) && !problems.has(key)) {
        own.delete(key);
        keep(key);
      }
    }
  }

  function take(key, stored) {
    let value;
    try {
      value = JSON.parse(stored);
    } catch {
      return;
    }
    if (isDecision(value)) own.set(key, value);
  }

  function put(key, value) {
    const base = earlier.get(key) ?? null;
    if (value === undefined || (same(value, base) && !problems.has(key))) own.delete(key);
    else own.set(key, value);
    keep(key);
  }

  const tell = (keys) => listeners.forEach((listener) => listener(keys));

  const store = {
    /** The decision about a letter or a row, or null. */
    get: (key) => (own.has(key) ? own.get(key) : (earlier.get(key) ?? null)),
    /** Whether it was made here, and not applied by the workflow before. */
    isOwn: (key) => own.has(key),
    decisions: () => [...new Set([...earlier.keys(), ...own.keys()])].map(store.get).filter(Boolean),
    /** Lines that the workflow could not apply and that have not been dropped, with their keys. */
    problems: () => [...problems].filter(([key]) => !own.has(key)).map(([key, problem]) => ({ key, ...problem })),
    /** Decide on several at once: [[key, decision or null], …]. Changes one after the other with the same tag, if it
        is not empty, are undone together. */
    set(changes, tag = "") {
      const last = done.at(-1);
      const joins = tag && last && last.tag === tag;
      const step = joins ? last : { tag, before: new Map(), after: new Map() };
      for (const [key, value] of changes) {
        if (!step.before.has(key)) step.before.set(key, own.get(key));
        put(key, value);
        step.after.set(key, own.get(key));
      }
      if (!joins) done.push(step);
      undone.length = 0;
      tell([...step.after.keys()]);
    },
    undo: () => move(done, undone, "before"),
    redo: () => move(undone, done, "after"),
    canUndo: () => done.length > 0,
    canRedo: () => undone.length > 0,
    /** Take back all that has been decided here. */
    forget() {
      const step = { tag: "", before: new Map(own), after: new Map() };
      for (const key of step.before.keys()) {
        put(key, undefined);
        step.after.set(key, undefined);
      }
      done.push(step);
      undone.length = 0;
      tell([...step.before.keys()]);
    },
    ownCount: () => own.size,
    onChange: (listener) => listeners.push(listener),
    onTrouble: (listener) => {
      trouble = listener;
    },
  };

  /** Undo or redo one step; returns the keys that have changed, or null when there is nothing to do. */
  function move(from, to, side) {
    const step = from.pop();
    if (!step) return null;
    for (const [key, value] of step[side]) put(key, value);
    to.push(step);
    step.tag = "";
    tell([...step.after.keys()]);
    return [...step.after.keys()];
  }

  addEventListener("storage", (event) => {
    // The same page in another window.
    if (!event.key?.startsWith(prefix)) return;
    const key = event.key.slice(prefix.length);
    if (event.newValue === null) own.delete(key);
    else take(key, event.newValue);
    tell([key]);
  });
  load();
  return store;
};
