"use strict";
/* Decisions, stored in the browser one by one, with undo. Decisions made here (own) override those that the workflow
   has applied (prior). An own decision of null withdraws a prior one. */

Lettermill.openStore = ({ name, corrections }) => {
  const MADE = "made";
  const prefix = `lettermill:${location.pathname}:${name}:`;
  const { decisions: prior, problems } = Lettermill.priorDecisions(corrections);
  const own = new Map();
  const done = [];
  const undone = [];
  const listeners = [];
  const unkept = new Set();
  const made = digest(JSON.stringify(corrections));
  let outdated = false;
  let trouble = () => {};
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  /** A short checksum of the corrections. */
  function digest(text) {
    let sum = 0;
    for (let place = 0; place < text.length; place += 1) sum = (31 * sum + text.charCodeAt(place)) | 0;
    return `${text.length} ${sum}`;
  }

  function keep(key) {
    try {
      if (own.has(key)) localStorage.setItem(prefix + key, JSON.stringify(own.get(key)));
      else localStorage.removeItem(prefix + key);
      unkept.delete(key);
    } catch (error) {
      unkept.add(key);
      trouble(
        `Your browser cannot store your decisions (${error.name}). Download corrections.csv before you close this page.`,
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
      // Tells older pages in other windows that they are outdated, before their data is removed.
      if (localStorage.getItem(prefix + MADE) !== made) localStorage.setItem(prefix + MADE, made);
    } catch (error) {
      queueMicrotask(() =>
        trouble(
          `Your browser cannot store data for this page (${error.name}). Download corrections.csv before you close it.`,
        ),
      );
    }
    // Remove decisions that have been applied since, and withdrawals of corrections that are gone.
    for (const [key, value] of own) {
      if (same(value, prior.get(key) ?? null) && !problems.has(key)) {
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
    const base = prior.get(key) ?? null;
    if (value === undefined || (same(value, base) && !problems.has(key))) own.delete(key);
    else own.set(key, value);
    keep(key);
  }

  const changes = ({ before, after }) => [...after].some(([key, value]) => !same(value, before.get(key)));

  const tell = (keys) => listeners.forEach((listener) => listener(keys));

  const store = {
    /** The decision about a letter or a row, or null. */
    get: (key) => (own.has(key) ? own.get(key) : (prior.get(key) ?? null)),
    /** Whether the decision was made here and has not been applied by the workflow. */
    isOwn: (key) => own.has(key),
    decisions: () => [...new Set([...prior.keys(), ...own.keys()])].map(store.get).filter(Boolean),
    /** Lines that were not applied and have not been removed, with their keys. */
    problems: () => [...problems].filter(([key]) => !own.has(key)).map(([key, problem]) => ({ key, ...problem })),
    /** Store several decisions: [[key, decision or null], …]. Consecutive changes with the same non-empty tag are
        undone together. */
    set(decided, tag = "") {
      const last = done.at(-1);
      const joins = tag && last && last.tag === tag;
      const step = joins ? last : { tag, before: new Map(), after: new Map() };
      for (const [key, value] of decided) {
        if (!step.before.has(key)) step.before.set(key, own.get(key));
        put(key, value);
        step.after.set(key, own.get(key));
      }
      if (changes(step)) {
        if (!joins) done.push(step);
        undone.length = 0;
      }
      tell([...step.after.keys()]);
    },
    undo: () => move(done, undone, "after", "before"),
    redo: () => move(undone, done, "before", "after"),
    canUndo: () => done.length > 0,
    canRedo: () => undone.length > 0,
    /** Discard all own decisions. */
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
    /** Whether closing the page would lose decisions: not stored by the browser and not downloaded. */
    isLosing: () => unkept.size > 0,
    inFile: () => unkept.clear(),
    onChange: (listener) => listeners.push(listener),
    onTrouble: (listener) => {
      trouble = listener;
    },
  };

  /** Undo or redo one step, except for decisions that were changed in another window since. Returns the keys that
      changed. */
  function move(from, to, now, then) {
    const step = from.pop();
    if (!step) return [];
    const keys = [...step[then].keys()].filter((key) => same(own.get(key), step[now].get(key)));
    for (const key of keys) put(key, step[then].get(key));
    to.push(step);
    step.tag = "";
    tell(keys);
    return keys;
  }

  addEventListener("storage", (event) => {
    // The same page in another window.
    if (!event.key?.startsWith(prefix) || outdated) return;
    const key = event.key.slice(prefix.length);
    if (key === MADE) {
      outdated = event.newValue !== null && event.newValue !== made;
      if (outdated) trouble("This page has been rebuilt since you opened it. Reload it to continue.");
      return;
    }
    if (event.newValue === null) own.delete(key);
    else take(key, event.newValue);
    tell([key]);
  });
  load();
  return store;
};
