"use strict";
/* Decisions: kept in the browser one by one as they are made, with undo. On top of what the workflow was told before
   (prior) lies what has been decided here (own): a decision, or null where a prior one has been taken back. */

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

  /** A short text that tells these corrections from others. */
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
      // Said to older pages in other windows before anything is cleared away that they still go by.
      if (localStorage.getItem(prefix + MADE) !== made) localStorage.setItem(prefix + MADE, made);
    } catch (error) {
      queueMicrotask(() =>
        trouble(
          `Your browser keeps nothing for this page (${error.name}): download corrections.csv before you close it.`,
        ),
      );
    }
    // What has been applied since is no news; what was taken back is not there any more.
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
    /** Whether it was made here, and not applied by the workflow before. */
    isOwn: (key) => own.has(key),
    decisions: () => [...new Set([...prior.keys(), ...own.keys()])].map(store.get).filter(Boolean),
    /** Lines that the workflow could not apply and that have not been dropped, with their keys. */
    problems: () => [...problems].filter(([key]) => !own.has(key)).map(([key, problem]) => ({ key, ...problem })),
    /** Decide on several at once: [[key, decision or null], …]. Changes one after the other with the same tag, if it
        is not empty, are undone together. */
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
    /** Whether something would be lost with the page: the browser could not keep it, nor is it in a file. */
    isLosing: () => unkept.size > 0,
    inFile: () => unkept.clear(),
    onChange: (listener) => listeners.push(listener),
    onTrouble: (listener) => {
      trouble = listener;
    },
  };

  /** Undo or redo one step, but for what has been decided otherwise in another window since; returns the keys that have
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
      if (outdated) trouble("This page has been made again since you opened it: load it again to go on.");
      return;
    }
    if (event.newValue === null) own.delete(key);
    else take(key, event.newValue);
    tell([key]);
  });
  load();
  return store;
};
